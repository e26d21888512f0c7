/* SPDX-License-Identifier: MIT */
/* Random jobs, in a store and in a list of the test's own beside it. For tests only. */
#pragma once

#include "store-fixture.h"

typedef struct {
    char *id;
    const char *pipeline;
    gint64 created, number, priority;
    int state;
    guint seen;
} Entry;

static inline void entry_free(gpointer data)
{
    Entry *entry = data;
    g_free(entry->id);
    g_free(entry);
}

static inline GPtrArray *new_model(void)
{
    return g_ptr_array_new_with_free_func(entry_free);
}

static inline Entry *entry_of(GPtrArray *model, const char *id)
{
    for (guint i = 0; i < model->len; i++)
        if (g_str_equal(((Entry *)g_ptr_array_index(model, i))->id, id))
            return g_ptr_array_index(model, i);
    g_error("nobody put the job %s in", id);
}

/* Few different moments, so that many jobs share one. */
static inline void add_random(PmxDb *db, GPtrArray *model, gint64 created)
{
    static const char *const pipelines[] = {"p0", "p1", "p2"};
    g_autoptr(GError) error = NULL;
    Entry *entry = g_new0(Entry, 1);
    entry->id = id_of(model->len);
    entry->pipeline = pipelines[g_test_rand_int_range(0, 3)];
    entry->created = created ? created : g_test_rand_int_range(1000, 1006);
    entry->priority = g_test_rand_int_range(1, 5);
    entry->state = g_test_rand_int_range(0, 5);
    entry->number = model->len;
    g_ptr_array_add(model, entry);
    g_autoptr(PmxJobRecord) job = make_job(entry->id, entry->pipeline, entry->created);
    job->priority = entry->priority;
    job->state = entry->state;
    pmx_jobs_insert(db, job, NULL, &error);
    g_assert_no_error(error);
}
