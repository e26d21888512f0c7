/* SPDX-License-Identifier: MIT */
/* Pipelines: queues with a priority, that can be paused. See service.h. */
#include <string.h>

#include "service/private.h"

enum { NAME_BYTES = 128, PRIORITY_DEFAULT = 6 };

static int index_of(const char *const *names, const char *name)
{
    for (int i = 0; names[i]; i++)
        if (g_ascii_strcasecmp(names[i], name) == 0)
            return i;
    return -1;
}

/* -1 with a problem. */
static int choose(const char *const *names, const char *name, const char *path,
                  PmxProblems *problems)
{
    int index = index_of(names, name);
    g_autofree char *all = g_strjoinv(", ", (char **)names);
    if (index < 0)
        pmx_problems_add(problems, PMX_CODE_INVALID, path, "must be one of %s, not \"%s\"", all,
                         name);
    return index;
}

static void check_name(const char *name, PmxProblems *problems)
{
    if (!*name)
        pmx_problems_add(problems, PMX_CODE_EMPTY_VALUE, "Name", "must not be empty");
    else if (strlen(name) > NAME_BYTES)
        pmx_problems_add(problems, PMX_CODE_OUT_OF_RANGE, "Name",
                         "must be at most %d bytes long, not %zu", NAME_BYTES, strlen(name));
}

static void check_priority(gint64 priority, PmxProblems *problems)
{
    if (priority < 1 || priority > 10)
        pmx_problems_add(problems, PMX_CODE_OUT_OF_RANGE, "Priority",
                         "must be from 1 to 10, not %" G_GINT64_FORMAT, priority);
}

static gboolean insert(PmxDb *db, gpointer record, GError **error)
{
    return pmx_pipelines_insert(db, record, error);
}

PmxPipelineRecord *pmx_service_pipeline_create(PmxService *service, const char *name,
                                               const char *speed, gint64 priority,
                                               PmxProblems *problems)
{
    guint before = pmx_problems_count(problems);
    if (name)
        check_name(name, problems);
    else
        pmx_problems_add(problems, PMX_CODE_MISSING_PARAMETER, "Name", "is required");
    if (priority != 0)
        check_priority(priority, problems);
    int speed_index = speed ? choose(pmx_pipeline_speed_names, speed, "Speed", problems) : 0;
    if (pmx_problems_count(problems) > before)
        return NULL;
    g_autoptr(PmxPipelineRecord) record = g_new0(PmxPipelineRecord, 1);
    record->id = pmx_service_id();
    record->name = g_strdup(name);
    record->speed = speed_index;
    record->priority = priority != 0 ? priority : PRIORITY_DEFAULT;
    record->created = record->modified = pmx_moment_now();
    return pmx_service_write(service, insert, record, problems) ? g_steal_pointer(&record) : NULL;
}

/* --- one --- */

typedef struct {
    const char *id, *name;
    int state; /* -1: stays */
    gint64 priority;
    PmxPipelineRecord *record;
} Update;

static gboolean get(PmxDb *db, gpointer data, GError **error)
{
    Update *update = data;
    GError *failure = NULL;
    update->record = pmx_pipelines_get(db, update->id, &failure);
    return pmx_error_none(failure, error);
}

static gboolean change(PmxDb *db, gpointer data, GError **error)
{
    Update *update = data;
    if (!get(db, data, error))
        return FALSE;
    if (!update->record)
        return TRUE;
    PmxPipelineRecord *record = update->record;
    if (update->name) {
        g_free(record->name);
        record->name = g_strdup(update->name);
    }
    if (update->state >= 0)
        record->state = update->state;
    if (update->priority != 0)
        record->priority = update->priority;
    record->modified = pmx_moment_now();
    return pmx_pipelines_update(db, record, error);
}

PmxPipelineRecord *pmx_service_pipeline_update(PmxService *service, const char *id,
                                               const char *name, const char *state, gint64 priority,
                                               PmxProblems *problems)
{
    guint before = pmx_problems_count(problems);
    Update update = {id, name, -1, priority, NULL};
    if (name)
        check_name(name, problems);
    if (priority != 0)
        check_priority(priority, problems);
    if (state)
        update.state = choose(pmx_pipeline_state_names, state, "Status", problems);
    if (pmx_problems_count(problems) > before)
        return NULL;
    gboolean ok = pmx_service_write(service, change, &update, problems);
    if (ok && !update.record)
        pmx_service_missing(problems, "pipeline", id);
    if (ok)
        pmx_engine_poke(service->engine);
    else
        g_clear_pointer(&update.record, pmx_pipeline_record_free);
    return update.record;
}

PmxPipelineRecord *pmx_service_pipeline(PmxService *service, const char *id, PmxProblems *problems)
{
    Update update = {.id = id};
    if (pmx_service_read(service, get, &update, problems) && !update.record)
        pmx_service_missing(problems, "pipeline", id);
    return update.record;
}

static gboolean read_all(PmxDb *db, gpointer data, GError **error)
{
    GPtrArray **rows = data;
    *rows = pmx_pipelines_all(db, error);
    return *rows != NULL;
}

GPtrArray *pmx_service_pipelines(PmxService *service, PmxProblems *problems)
{
    GPtrArray *rows = NULL;
    pmx_service_read(service, read_all, &rows, problems);
    return rows;
}

/* --- away with it --- */

typedef struct {
    const char *id;
    gboolean found;
} Named;

static gboolean has_jobs(PmxDb *db, const char *id, const char *state, gboolean *any,
                         GError **error)
{
    const PmxJobFilter filter = {.pipeline = id, .state = state, .limit = 1};
    g_autofree char *next = NULL;
    g_autoptr(GPtrArray) rows = pmx_jobs_list(db, &filter, &next, error);
    *any |= rows && rows->len > 0;
    return rows != NULL;
}

static gboolean drop(PmxDb *db, gpointer data, GError **error)
{
    Named *named = data;
    gboolean any = FALSE;
    if (!has_jobs(db, named->id, pmx_job_state_names[PMX_JOB_INITED], &any, error) ||
        !has_jobs(db, named->id, pmx_job_state_names[PMX_JOB_RUNNING], &any, error))
        return FALSE;
    if (!any)
        return pmx_pipelines_delete(db, named->id, &named->found, error);
    g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                "the pipeline \"%s\" has jobs that have not ended; cancel them or wait", named->id);
    return FALSE;
}

gboolean pmx_service_pipeline_delete(PmxService *service, const char *id, PmxProblems *problems)
{
    Named named = {id, FALSE};
    if (g_strcmp0(id, "default") == 0) {
        pmx_problems_add(problems, PMX_CODE_INVALID, "PipelineId",
                         "the default pipeline cannot be deleted");
        return FALSE;
    }
    if (!pmx_service_write(service, drop, &named, problems))
        return FALSE;
    if (!named.found)
        pmx_service_missing(problems, "pipeline", id);
    return named.found;
}
