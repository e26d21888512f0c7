/* SPDX-License-Identifier: MIT */
/*
 * The engine: which jobs run. See private.h.
 *
 *     store: open jobs by urgency ─► a window of runs ─► pool ─► runners
 *
 * The window is wide, so that small jobs come in beside large ones, and bounded, so that a hundred
 * thousand waiting jobs cost nothing. It lives in the thread of the default main context; other
 * threads poke it or hand it a call.
 */
#include <string.h>

#include "exec/weight.h"
#include "service/private.h"

enum { WINDOW = 64, TICK_MS = 250, ADMIT_EVERY_MS = 50, TRIM_EVERY_S = 600, EXPIRE_AT_ONCE = 20 };

struct PmxEngine {
    PmxService *service;
    char *runner;
    PmxArtifacts *artifacts;
    PmxDepot *depot; /* or NULL */
    PmxPool *pool;
    PmxProbes *probes;
    PmxMediaInfos *infos;
    GHashTable *runs;  /* id → PmxRun *; ids are the runs' */
    PmxRunCounts past; /* of runs that are over */
    guint tick, trim;
    guint admitting; /* the source that will */
    gint64 admitted; /* when it last did */
    gboolean again;  /* the store did not answer: to be tried at the next tick */
    gint poked;      /* atomic */

    GMutex lock;          /* protects what follows */
    GHashTable *progress; /* id → json_t *: see pmx_run_tick() */
    PmxServiceState state;
};

/* --- admission --- */

typedef struct {
    GHashTable *runs;            /* in: what runs already */
    GPtrArray *jobs, *pipelines; /* out: jobs that do not, and all pipelines */
} Open;

static gboolean read_open(PmxDb *db, gpointer data, GError **error)
{
    Open *open = data;
    open->jobs = pmx_jobs_open(db, WINDOW, open->runs, error);
    open->pipelines = open->jobs ? pmx_pipelines_all(db, error) : NULL;
    return open->pipelines != NULL;
}

static const PmxPipelineRecord *pipeline_of(const Open *open, const char *id)
{
    for (guint i = 0; i < open->pipelines->len; i++) {
        const PmxPipelineRecord *pipeline = g_ptr_array_index(open->pipelines, i);
        if (g_strcmp0(pipeline->id, id) == 0)
            return pipeline;
    }
    return NULL;
}

static void set_urgency(PmxRun *run, const Open *open)
{
    const PmxPipelineRecord *pipeline = pipeline_of(open, pmx_run_pipeline(run));
    if (pipeline)
        pmx_run_set_urgency(run, pipeline->priority, pipeline->state == PMX_PIPELINE_PAUSED);
}

static void add_counts(PmxRunCounts *sum, PmxRunCounts more)
{
    sum->tasks_done += more.tasks_done;
    sum->tasks_failed += more.tasks_failed;
    sum->made += more.made;
    sum->kept += more.kept;
    sum->waiting += more.waiting;
    sum->cpu_seconds += more.cpu_seconds;
    sum->media_seconds += more.media_seconds;
}

static void forget(PmxEngine *engine, const char *id)
{
    g_mutex_lock(&engine->lock);
    g_hash_table_remove(engine->progress, id);
    g_mutex_unlock(&engine->lock);
}

static void run_over(PmxRun *run, gpointer data)
{
    PmxEngine *engine = data;
    add_counts(&engine->past, pmx_run_counts(run));
    engine->past.waiting = 0;
    forget(engine, pmx_run_id(run));
    g_hash_table_remove(engine->runs, pmx_run_id(run));
    pmx_engine_poke(engine);
}

typedef struct {
    const char *id;
    GPtrArray *parts;
} Parts;

static gboolean read_parts(PmxDb *db, gpointer data, GError **error)
{
    Parts *parts = data;
    parts->parts = pmx_parts_of(db, parts->id, error);
    return parts->parts != NULL;
}

/* Takes `record`. NULL when the store does not answer. */
static PmxRun *start_run(PmxEngine *engine, PmxJobRecord *record, const Open *open, GError **error)
{
    const PmxRunSetup setup = {.service = engine->service,
                               .artifacts = engine->artifacts,
                               .depot = engine->depot,
                               .pool = engine->pool,
                               .probes = engine->probes,
                               .runner = engine->runner,
                               .over = run_over,
                               .data = engine};
    Parts parts = {record->id, NULL};
    if (!pmx_store_read(engine->service->store, read_parts, &parts, error)) {
        pmx_job_record_free(record);
        return NULL;
    }
    PmxRun *run = pmx_run_new(&setup, record, parts.parts);
    g_hash_table_insert(engine->runs, (gpointer)pmx_run_id(run), run);
    set_urgency(run, open);
    return run;
}

static void set_urgencies(const PmxEngine *engine, const Open *open)
{
    GHashTableIter iterator;
    gpointer run;
    g_hash_table_iter_init(&iterator, engine->runs);
    while (g_hash_table_iter_next(&iterator, NULL, &run))
        set_urgency(run, open);
}

static void admit(PmxEngine *engine)
{
    Open open = {.runs = engine->runs};
    if (pmx_store_read(engine->service->store, read_open, &open, NULL)) {
        set_urgencies(engine, &open);
        g_ptr_array_set_free_func(open.jobs, NULL);
        for (guint i = 0; i < open.jobs->len; i++)
            if (!start_run(engine, g_ptr_array_index(open.jobs, i), &open, NULL))
                engine->again = TRUE;
    } else {
        engine->again = TRUE;
    }
    g_clear_pointer(&open.jobs, g_ptr_array_unref);
    g_clear_pointer(&open.pipelines, g_ptr_array_unref);
    pmx_media_infos_take(engine->infos);
    pmx_pool_schedule(engine->pool);
}

static gboolean admit_now(gpointer data)
{
    PmxEngine *engine = data;
    engine->admitting = 0;
    engine->admitted = g_get_monotonic_time();
    admit(engine);
    return G_SOURCE_REMOVE;
}

/* Hundreds of submits a second shall not each have the open jobs read. */
static gboolean admit_soon(gpointer data)
{
    PmxEngine *engine = data;
    g_atomic_int_set(&engine->poked, 0);
    gint64 gone = (g_get_monotonic_time() - engine->admitted) / 1000;
    guint wait = gone < ADMIT_EVERY_MS ? (guint)(ADMIT_EVERY_MS - gone) : 0;
    if (!engine->admitting)
        engine->admitting = g_timeout_add(wait, admit_now, engine);
    return G_SOURCE_REMOVE;
}

void pmx_engine_poke(PmxEngine *engine)
{
    if (g_atomic_int_compare_and_exchange(&engine->poked, 0, 1))
        g_idle_add(admit_soon, engine);
}

void pmx_engine_invoke(PmxEngine *engine, GSourceFunc call, gpointer data)
{
    (void)engine;
    /* Not g_main_context_invoke(), which runs the call in the caller's thread whenever nobody
     * happens to hold the context. */
    g_idle_add_full(G_PRIORITY_DEFAULT, call, data, NULL);
}

PmxProbes *pmx_engine_probes(PmxEngine *engine)
{
    return engine->probes;
}

/* --- how far --- */

static void note_progress(PmxEngine *engine, const PmxRun *run, json_t *progress)
{
    pmx_watches_progress(engine->service->watches, pmx_run_id(run), progress);
    g_mutex_lock(&engine->lock);
    g_hash_table_replace(engine->progress, g_strdup(pmx_run_id(run)), progress);
    g_mutex_unlock(&engine->lock);
}

static void note_state(PmxEngine *engine, PmxRunCounts counts)
{
    PmxLoad load = pmx_pool_load(engine->pool);
    g_mutex_lock(&engine->lock);
    engine->state.running = load.runners;
    engine->state.ready = counts.waiting;
    engine->state.tasks_done = counts.tasks_done;
    engine->state.tasks_failed = counts.tasks_failed;
    engine->state.artifacts_made = counts.made;
    engine->state.artifacts_kept = counts.kept;
    engine->state.cpu_seconds = counts.cpu_seconds;
    engine->state.media_seconds = counts.media_seconds;
    g_mutex_unlock(&engine->lock);
}

static gboolean on_tick(gpointer data)
{
    PmxEngine *engine = data;
    PmxRunCounts counts = engine->past;
    if (engine->again)
        pmx_engine_poke(engine);
    engine->again = FALSE;
    GHashTableIter iterator;
    gpointer value;
    g_hash_table_iter_init(&iterator, engine->runs);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        PmxRun *run = value;
        json_t *progress = pmx_run_tick(run);
        if (progress)
            note_progress(engine, run, progress);
        add_counts(&counts, pmx_run_counts(run));
    }
    note_state(engine, counts);
    return G_SOURCE_CONTINUE;
}

static gint64 percent_of(const json_t *progress, const char *id)
{
    size_t i;
    const json_t *output;
    json_array_foreach (json_object_get(progress, "outputs"), i, output)
        if (strcmp(json_string_value(json_object_get(output, "id")), id) == 0)
            return json_integer_value(json_object_get(output, "percent"));
    return 0;
}

void pmx_engine_progress(PmxEngine *engine, PmxJobView *view)
{
    if (view->job->state != PMX_JOB_RUNNING)
        return;
    g_mutex_lock(&engine->lock);
    const json_t *progress = g_hash_table_lookup(engine->progress, view->job->id);
    if (progress)
        view->job->percent = json_integer_value(json_object_get(progress, "percent"));
    for (guint i = 0; progress && view->parts && i < view->parts->len; i++) {
        PmxPartRecord *part = g_ptr_array_index(view->parts, i);
        if (part->kind == PMX_PART_OUTPUT && part->state == PMX_PART_RUNNING)
            part->percent = percent_of(progress, part->id);
    }
    g_mutex_unlock(&engine->lock);
}

void pmx_engine_state(PmxEngine *engine, PmxServiceState *state)
{
    g_mutex_lock(&engine->lock);
    *state = engine->state;
    g_mutex_unlock(&engine->lock);
}

/* --- cancelling --- */

typedef struct {
    PmxEngine *engine;
    const char *id;
    GError *error;
    gboolean done;
    GMutex lock;
    GCond cond;
} Cancel;

/* A job that was not admitted yet has nobody but its rows. */
static void cancel_waiting(Cancel *cancel)
{
    PmxEngine *engine = cancel->engine;
    g_autoptr(GPtrArray) pipelines = g_ptr_array_new(); /* urgency is of no interest any more */
    const Open open = {.pipelines = pipelines};
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxJobView) view = pmx_service_job(engine->service, cancel->id, problems);
    if (!view) {
        const PmxProblem *first = g_ptr_array_index(problems->items, 0);
        cancel->error = g_error_new_literal(PMX_ERROR, (int)first->code, first->message);
        return;
    }
    PmxRun *run = start_run(engine, g_steal_pointer(&view->job), &open, &cancel->error);
    if (run)
        pmx_run_cancel(run, &cancel->error);
}

static gboolean cancel_here(gpointer data)
{
    Cancel *cancel = data;
    PmxRun *run = g_hash_table_lookup(cancel->engine->runs, cancel->id);
    if (run)
        pmx_run_cancel(run, &cancel->error);
    else
        cancel_waiting(cancel);
    g_mutex_lock(&cancel->lock);
    cancel->done = TRUE;
    g_cond_signal(&cancel->cond);
    g_mutex_unlock(&cancel->lock);
    return G_SOURCE_REMOVE;
}

gboolean pmx_engine_cancel(PmxEngine *engine, const char *id, PmxProblems *problems)
{
    Cancel cancel = {.engine = engine, .id = id};
    g_mutex_init(&cancel.lock);
    g_cond_init(&cancel.cond);
    pmx_engine_invoke(engine, cancel_here, &cancel);
    g_mutex_lock(&cancel.lock);
    while (!cancel.done)
        g_cond_wait(&cancel.cond, &cancel.lock);
    g_mutex_unlock(&cancel.lock);
    g_mutex_clear(&cancel.lock);
    g_cond_clear(&cancel.cond);
    if (!cancel.error)
        return TRUE;
    pmx_problems_add_error(problems, "JobId", cancel.error);
    g_clear_error(&cancel.error);
    return FALSE;
}

/* --- retention --- */

typedef struct {
    gint64 before;
    guint64 gone;
} Expiry;

static gboolean expire(PmxDb *db, gpointer data, GError **error)
{
    Expiry *expiry = data;
    return pmx_jobs_expire(db, expiry->before, EXPIRE_AT_ONCE, &expiry->gone, error);
}

static const gint64 day_ms = G_GINT64_CONSTANT(86400000);

static gboolean trim(gpointer data)
{
    PmxEngine *engine = data;
    const PmxServiceOptions *options = &engine->service->options;
    gint64 now = pmx_moment_now();
    Expiry expiry = {now - options->keep_jobs * day_ms, 0};
    while (options->keep_jobs > 0 &&
           pmx_store_write(engine->service->store, expire, &expiry, NULL) &&
           expiry.gone == EXPIRE_AT_ONCE)
        ;
    pmx_artifacts_trim(engine->artifacts, options->keep_artifacts > 0
                                              ? (now - options->keep_artifacts * day_ms) * 1000
                                              : 0);
    return G_SOURCE_CONTINUE;
}

/* --- life --- */

static void run_free(gpointer run)
{
    pmx_run_free(run);
}

static void json_free(gpointer json)
{
    json_decref(json);
}

PmxEngine *pmx_engine_new(PmxService *service, GError **error)
{
    const PmxServiceOptions *options = &service->options;
    g_autofree char *store = g_build_filename(service->data, "artifacts", NULL);
    guint workers = options->workers ? options->workers : g_get_num_processors();
    if (!pmx_runner_check(error))
        return NULL;
    g_autoptr(PmxDepot) depot = NULL;
    if (options->artifacts_storage &&
        !(depot = pmx_places_depot(service->places, options->artifacts_storage, error)))
        return NULL;
    PmxArtifacts *artifacts = pmx_artifacts_open(store, options->cache_limit, TRUE, error);
    if (!artifacts)
        return NULL;
    PmxEngine *engine = g_new0(PmxEngine, 1);
    engine->depot = g_steal_pointer(&depot);
    engine->service = service;
    engine->runner = pmx_runner_path();
    engine->artifacts = artifacts;
    engine->pool =
        pmx_pool_new(workers, options->memory ? options->memory : workers * pmx_memory_share);
    const PmxProbe probe = {engine->runner, pmx_runner_patience(), NULL};
    engine->probes = pmx_probes_new(&probe, service->places, MAX(2, workers));
    engine->infos = pmx_media_infos_new(service, engine->probes, MAX(1, options->media_infos));
    engine->runs = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, run_free);
    g_mutex_init(&engine->lock);
    engine->progress = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, json_free);
    engine->tick = g_timeout_add(TICK_MS, on_tick, engine);
    engine->trim = g_timeout_add_seconds(TRIM_EVERY_S, trim, engine);
    trim(engine);
    pmx_engine_poke(engine);
    return engine;
}

void pmx_engine_free(PmxEngine *engine)
{
    if (!engine)
        return;
    g_source_remove(engine->tick);
    g_source_remove(engine->trim);
    g_clear_handle_id(&engine->admitting, g_source_remove);
    while (g_source_remove_by_user_data(engine))
        ;
    pmx_media_infos_free(engine->infos);
    g_hash_table_unref(engine->runs);
    pmx_probes_free(engine->probes);
    pmx_pool_free(engine->pool);
    pmx_depot_free(engine->depot);
    pmx_artifacts_free(engine->artifacts);
    g_hash_table_unref(engine->progress);
    g_mutex_clear(&engine->lock);
    g_free(engine->runner);
    g_free(engine);
}
