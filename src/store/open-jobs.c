/* SPDX-License-Identifier: MIT */
/*
 * Queries: the jobs to work on, most urgent first (see store.h).
 *
 * An index has each pipeline's open jobs in their order; the pipelines of one priority are merged
 * here. So a paused pipeline full of jobs costs nothing, and nothing has to be rewritten when a
 * pipeline is paused or gets another priority.
 */
#include "store/queries.h"

/* What the order needs of a job, all of it in the index. */
static const PmxField key_fields[] = {
    {.name = "id", .type = PMX_FIELD_STRING, .offset = offsetof(PmxJobRecord, id)},
    {.name = "priority", .type = PMX_FIELD_INT, .offset = offsetof(PmxJobRecord, priority)},
    {.name = "state",
     .type = PMX_FIELD_ENUM,
     .offset = offsetof(PmxJobRecord, state),
     .choices = pmx_job_state_names},
    {.name = "created",
     .type = PMX_FIELD_TEXT,
     .offset = offsetof(PmxJobRecord, created),
     .kind = &pmx_moment_kind},
    {.name = "number", .type = PMX_FIELD_INT, .offset = offsetof(PmxJobRecord, number)},
    {.name = NULL}};

static void destroy(gpointer job)
{
    pmx_job_record_free(job);
}

static const PmxObject key_object = {
    .name = "Job", .size = sizeof(PmxJobRecord), .fields = key_fields, .destroy = destroy};

static gint order(gint64 a, gint64 b)
{
    return (a > b) - (a < b);
}

static gint by_urgency(gconstpointer a, gconstpointer b)
{
    const PmxJobRecord *one = *(PmxJobRecord *const *)a, *other = *(PmxJobRecord *const *)b;
    gint urgency = order(other->priority, one->priority);
    urgency = urgency ? urgency : order(other->state, one->state); /* Running before Inited */
    urgency = urgency ? urgency : order(one->created, other->created);
    return urgency ? urgency : order(one->number, other->number);
}

/* Adds the keys of the pipeline's `limit` most urgent jobs. */
static gboolean add_keys(PmxDb *db, const PmxPipelineRecord *pipeline, guint limit, GPtrArray *keys,
                         GError **error)
{
    g_autoptr(GPtrArray) more =
        pmx_db_select(db, &key_object,
                      "jobs WHERE pipeline = ? AND state IN ('Inited', 'Running')"
                      " ORDER BY priority DESC, state DESC, created, number LIMIT ?",
                      PMX_ARGS(PMX_TEXT(pipeline->id), PMX_INT(limit)), error);
    if (!more)
        return FALSE;
    g_ptr_array_extend_and_steal(keys, g_steal_pointer(&more));
    return TRUE;
}

/* What is looked for, and what was found. */
typedef struct {
    guint left; /* of the limit */
    GHashTable *known;
    GPtrArray *jobs;
} Search;

/* Adds the jobs that `keys` names, in their order, as many as are left. */
static gboolean add_jobs(PmxDb *db, GPtrArray *keys, Search *search, GError **error)
{
    g_ptr_array_sort(keys, by_urgency);
    for (guint i = 0; i < keys->len && search->left > 0; i++, search->left--) {
        const PmxJobRecord *key = g_ptr_array_index(keys, i);
        if (search->known && g_hash_table_contains(search->known, key->id))
            continue;
        PmxJobRecord *job = pmx_jobs_get(db, key->id, error);
        if (!job)
            return FALSE;
        g_ptr_array_add(search->jobs, job);
    }
    return TRUE;
}

/* The pipelines from `*next` on that have one priority; `*next` gets the first of the next. */
static gboolean add_level(PmxDb *db, GPtrArray *pipelines, guint *next, Search *search,
                          GError **error)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(destroy);
    const PmxPipelineRecord *first = g_ptr_array_index(pipelines, *next);
    for (; *next < pipelines->len; (*next)++) {
        const PmxPipelineRecord *pipeline = g_ptr_array_index(pipelines, *next);
        if (pipeline->priority != first->priority)
            break;
        if (!add_keys(db, pipeline, search->left, keys, error))
            return FALSE;
    }
    return add_jobs(db, keys, search, error);
}

GPtrArray *pmx_jobs_open(PmxDb *db, guint limit, GHashTable *known, GError **error)
{
    g_autoptr(GPtrArray) pipelines =
        pmx_db_select(db, &pmx_pipeline_record_object,
                      "pipelines WHERE state = 'Active' ORDER BY priority DESC", NULL, error);
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func(destroy);
    Search search = {limit, known, jobs};
    if (!pipelines)
        return NULL;
    for (guint next = 0; next < pipelines->len && search.left > 0;)
        if (!add_level(db, pipelines, &next, &search, error))
            return NULL;
    return g_steal_pointer(&jobs);
}
