/* SPDX-License-Identifier: MIT */
/* Looks into media: asked for and answered later, or at once. See service.h. */
#include <string.h>

#include "service/private.h"

enum { NAME_BYTES = 255 };

/* --- asked for now, answered later --- */

static gboolean insert(PmxDb *db, gpointer record, GError **error)
{
    return pmx_media_infos_insert(db, record, error);
}

PmxMediaInfoRecord *pmx_service_media_info_submit(PmxService *service, const char *address,
                                                  const char *name, const char *user_data,
                                                  PmxProblems *problems)
{
    g_autoptr(GError) error = NULL;
    if (!pmx_places_check(service->places, address, &error)) {
        pmx_service_fail(problems, "Input.Media", error);
        return NULL;
    }
    if (name && strlen(name) > NAME_BYTES) {
        pmx_problems_add(problems, PMX_CODE_OUT_OF_RANGE, "Name",
                         "must be at most %d bytes long, not %zu", NAME_BYTES, strlen(name));
        return NULL;
    }
    g_autoptr(PmxMediaInfoRecord) record = g_new0(PmxMediaInfoRecord, 1);
    record->id = pmx_service_id();
    record->name = g_strdup(name);
    record->user_data = g_strdup(user_data);
    record->input = g_strdup(address);
    record->created = pmx_moment_now();
    if (!pmx_service_write(service, insert, record, problems))
        return NULL;
    pmx_engine_poke(service->engine);
    return g_steal_pointer(&record);
}

typedef struct {
    const char *id;
    PmxMediaInfoRecord *record;
} Getting;

static gboolean get(PmxDb *db, gpointer data, GError **error)
{
    Getting *getting = data;
    GError *failure = NULL;
    getting->record = pmx_media_infos_get(db, getting->id, &failure);
    return pmx_error_none(failure, error);
}

PmxMediaInfoRecord *pmx_service_media_info(PmxService *service, const char *id,
                                           PmxProblems *problems)
{
    Getting getting = {id, NULL};
    if (pmx_service_read(service, get, &getting, problems) && !getting.record)
        pmx_service_missing(problems, "media information job", id);
    return getting.record;
}

/* --- the engine's part --- */

struct PmxMediaInfos {
    PmxService *service;
    PmxProbes *probes;
    guint at_once;
    GHashTable *active; /* id → Task *; ids are the tasks' */
};

typedef struct {
    PmxMediaInfos *infos;
    PmxMediaInfoRecord *record;
    PmxLook *look;
} Task;

static void task_free(gpointer data)
{
    Task *task = data;
    pmx_look_cancel(task->look);
    pmx_media_info_record_free(task->record);
    g_free(task);
}

PmxMediaInfos *pmx_media_infos_new(PmxService *service, PmxProbes *probes, guint at_once)
{
    PmxMediaInfos *infos = g_new0(PmxMediaInfos, 1);
    infos->service = service;
    infos->probes = probes;
    infos->at_once = at_once;
    infos->active = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, task_free);
    return infos;
}

void pmx_media_infos_free(PmxMediaInfos *infos)
{
    if (!infos)
        return;
    g_hash_table_unref(infos->active);
    g_free(infos);
}

static gboolean update(PmxDb *db, gpointer record, GError **error)
{
    return pmx_media_infos_update(db, record, error);
}

/* What cannot be saved stays open and is looked into again. */
static void finish(Task *task, const PmxFacts *facts, const GError *error)
{
    PmxMediaInfos *infos = task->infos;
    PmxMediaInfoRecord *record = task->record;
    record->state = facts ? PMX_JOB_COMPLETE : PMX_JOB_ERROR;
    record->finished = pmx_moment_now();
    record->facts = facts ? pmx_service_facts_json(facts) : NULL;
    record->code = error ? g_strdup(pmx_code_name(pmx_error_code(error))) : NULL;
    record->message = error ? g_utf8_make_valid(error->message, -1) : NULL;
    gboolean saved = pmx_store_write(infos->service->store, update, record, NULL);
    g_hash_table_remove(infos->active, record->id);
    if (saved)
        pmx_engine_poke(infos->service->engine);
}

static void looked(PmxFacts *facts, const GError *error, gpointer data)
{
    Task *task = data;
    task->look = NULL;
    finish(task, facts, error);
    pmx_facts_free(facts);
}

/* Takes `record`. */
static void start(PmxMediaInfos *infos, PmxMediaInfoRecord *record)
{
    Task *task = g_new0(Task, 1);
    *task = (Task){infos, record, NULL};
    g_hash_table_insert(infos->active, record->id, task);
    task->look = pmx_probes_look_at(infos->probes, record->input, looked, task);
}

typedef struct {
    guint limit;
    GPtrArray *rows;
} Listing;

static gboolean list(PmxDb *db, gpointer data, GError **error)
{
    Listing *listing = data;
    listing->rows = pmx_media_infos_open(db, listing->limit, error);
    return listing->rows != NULL;
}

void pmx_media_infos_take(PmxMediaInfos *infos)
{
    Listing listing = {infos->at_once, NULL};
    if (!pmx_store_read(infos->service->store, list, &listing, NULL))
        return;
    g_autoptr(GPtrArray) rows = listing.rows;
    g_ptr_array_set_free_func(rows, NULL);
    for (guint i = 0; i < rows->len; i++) {
        PmxMediaInfoRecord *record = g_ptr_array_index(rows, i);
        if (g_hash_table_contains(infos->active, record->id))
            pmx_media_info_record_free(record);
        else
            start(infos, record);
    }
}

/* --- at once --- */

typedef struct {
    PmxService *service;
    char *address;
    void (*done)(const json_t *facts, const PmxProblems *problems, gpointer data);
    gpointer data;
} Probe;

static void answer(PmxFacts *facts, const GError *error, gpointer data)
{
    Probe *probe = data;
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    json_t *json = facts ? pmx_service_facts_json(facts) : NULL;
    if (error)
        pmx_problems_add_error(problems, "media", error);
    probe->done(json, problems, probe->data);
    json_decref(json);
    pmx_facts_free(facts);
    g_free(probe->address);
    g_free(probe);
}

static gboolean probe_here(gpointer data)
{
    Probe *probe = data;
    pmx_probes_look_at(pmx_engine_probes(probe->service->engine), probe->address, answer, probe);
    return G_SOURCE_REMOVE;
}

void pmx_service_probe(PmxService *service, const char *address,
                       void (*done)(const json_t *facts, const PmxProblems *problems,
                                    gpointer data),
                       gpointer data)
{
    Probe *probe = g_new0(Probe, 1);
    *probe = (Probe){service, g_strdup(address), done, data};
    pmx_engine_invoke(service->engine, probe_here, probe);
}
