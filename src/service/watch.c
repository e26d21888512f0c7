/* SPDX-License-Identifier: MIT */
/*
 * Who wants to hear of a job's events. See pmx_service_watch().
 *
 * One lock is held while anybody is told: a watch therefore gets every event once and in order, and
 * nothing after it was freed. The past is read from the store under the same lock; what is told
 * twice that way is known by its seq.
 */
#include "service/private.h"

struct PmxWatches {
    PmxStore *store;
    GMutex lock;
    GHashTable *jobs; /* id → GPtrArray of PmxWatch *; ids are owned */
};

struct PmxWatch {
    PmxWatches *watches;
    char *job;
    gint64 last; /* seq of the last event told */
    void (*event)(const PmxEventRecord *event, gpointer data);
    gpointer data;
};

static void list_free(gpointer list)
{
    g_ptr_array_unref(list);
}

PmxWatches *pmx_watches_new(PmxStore *store)
{
    PmxWatches *watches = g_new0(PmxWatches, 1);
    watches->store = store;
    g_mutex_init(&watches->lock);
    watches->jobs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, list_free);
    return watches;
}

void pmx_watches_free(PmxWatches *watches)
{
    if (!watches)
        return;
    g_hash_table_unref(watches->jobs);
    g_mutex_clear(&watches->lock);
    g_free(watches);
}

/* --- telling --- */

static void tell(PmxWatch *watch, const PmxEventRecord *event)
{
    if (event->seq > 0 && event->seq <= watch->last)
        return;
    watch->last = MAX(watch->last, event->seq);
    watch->event(event, watch->data);
}

static void tell_all(PmxWatches *watches, const char *job, const PmxEventRecord *event)
{
    const GPtrArray *list = g_hash_table_lookup(watches->jobs, job);
    for (guint i = 0; list && i < list->len; i++)
        tell(g_ptr_array_index(list, i), event);
}

void pmx_watches_tell(PmxWatches *watches, const char *job, const GPtrArray *events, gboolean last)
{
    static const PmxEventRecord end = {0};
    g_mutex_lock(&watches->lock);
    for (guint i = 0; i < events->len; i++)
        tell_all(watches, job, g_ptr_array_index(events, i));
    if (last)
        tell_all(watches, job, &end);
    g_mutex_unlock(&watches->lock);
}

void pmx_watches_progress(PmxWatches *watches, const char *job, json_t *progress)
{
    const PmxEventRecord event = {
        .job = (char *)job, .at = pmx_moment_now(), .type = (char *)"progress", .body = progress};
    g_mutex_lock(&watches->lock);
    tell_all(watches, job, &event);
    g_mutex_unlock(&watches->lock);
}

gboolean pmx_watches_any(PmxWatches *watches, const char *job)
{
    g_mutex_lock(&watches->lock);
    gboolean any = g_hash_table_contains(watches->jobs, job);
    g_mutex_unlock(&watches->lock);
    return any;
}

/* --- a watch --- */

typedef struct {
    const char *job;
    gint64 after;
    PmxJobRecord *record;
    GPtrArray *events;
} Past;

static gboolean read_past(PmxDb *db, gpointer data, GError **error)
{
    Past *past = data;
    GError *failure = NULL;
    past->record = pmx_jobs_get(db, past->job, &failure);
    if (past->record)
        past->events = pmx_events_after(db, past->job, past->after, G_MAXINT32, &failure);
    return pmx_error_none(failure, error);
}

static void join(PmxWatch *watch)
{
    GHashTable *jobs = watch->watches->jobs;
    GPtrArray *list = g_hash_table_lookup(jobs, watch->job);
    if (!list) {
        list = g_ptr_array_new();
        g_hash_table_insert(jobs, g_strdup(watch->job), list);
    }
    g_ptr_array_add(list, watch);
}

static void tell_past(PmxWatch *watch, const Past *past)
{
    static const PmxEventRecord end = {0};
    for (guint i = 0; i < past->events->len; i++)
        tell(watch, g_ptr_array_index(past->events, i));
    if (pmx_job_is_over(past->record->state))
        tell(watch, &end);
}

PmxWatch *pmx_service_watch(PmxService *service, const char *job, gint64 after,
                            void (*event)(const PmxEventRecord *event, gpointer data),
                            gpointer data, PmxProblems *problems)
{
    PmxWatches *watches = service->watches;
    Past past = {job, after, NULL, NULL};
    PmxWatch *watch = NULL;
    g_mutex_lock(&watches->lock);
    if (pmx_service_read(service, read_past, &past, problems) && !past.record)
        pmx_service_missing(problems, "job", job);
    if (past.events) {
        watch = g_new0(PmxWatch, 1);
        *watch = (PmxWatch){watches, g_strdup(job), after, event, data};
        join(watch);
        tell_past(watch, &past);
        g_ptr_array_unref(past.events);
    }
    g_mutex_unlock(&watches->lock);
    pmx_job_record_free(past.record);
    return watch;
}

void pmx_watch_free(PmxWatch *watch)
{
    if (!watch)
        return;
    PmxWatches *watches = watch->watches;
    g_mutex_lock(&watches->lock);
    GPtrArray *list = g_hash_table_lookup(watches->jobs, watch->job);
    g_ptr_array_remove(list, watch);
    if (list->len == 0)
        g_hash_table_remove(watches->jobs, watch->job);
    g_mutex_unlock(&watches->lock);
    g_free(watch->job);
    g_free(watch);
}
