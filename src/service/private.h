/* SPDX-License-Identifier: MIT */
/*
 * What the files of the service room share.
 *
 *     service.c    life: data folder, store, templates      submit.c       a Config becomes a job
 *     engine.c     which jobs run; the thread of the runs   preparation.c  a job becomes a plan
 *     run.c        one running job                          ledger.c       what a run has to save
 *     save.c       a change: rows, events, deliveries       watch.c        who wants to hear of them
 *     the rest     a kind of record each
 *
 * The engine and the runs belong to the thread of the default main context; everything else is safe
 * from any thread.
 */
#pragma once

#include "base/errand.h"
#include "exec/artifacts.h"
#include "exec/pool.h"
#include "exec/probe.h"
#include "job/job.h"
#include "service/service.h"
#include "storage/routed.h"

typedef struct PmxEngine PmxEngine;
typedef struct PmxWatches PmxWatches;
typedef struct PmxProbes PmxProbes;

struct PmxService {
    /* Fixed after the start. */
    PmxServiceOptions options;
    char *data;
    int lock; /* held on DATA/lock */
    PmxStore *store;
    PmxPlaces *places;   /* pmx_places_routed() */
    PmxErrand *cleaning; /* of what a kill left in storages; NULL: over */
    PmxNotifier *notifier;
    PmxWatches *watches;
    PmxEngine *engine;
    GPtrArray *ready_made; /* of PmxTemplateRecord * */

    GRWLock templates_lock;
    PmxTemplates *templates; /* ready-made and custom ones */
};

/* --- small things --- */

/* 32 hex digits of chance. Caller frees. */
char *pmx_service_id(void);

/* Adds `error` (borrowed) as a problem about `path`. */
void pmx_service_fail(PmxProblems *problems, const char *path, const GError *error);
void pmx_service_missing(PmxProblems *problems, const char *what, const char *id);

/* A read or a write whose failure is a problem of the store's. */
gboolean pmx_service_read(PmxService *service, PmxStoreWork work, gpointer data,
                          PmxProblems *problems);
gboolean pmx_service_write(PmxService *service, PmxStoreWork work, gpointer data,
                           PmxProblems *problems);

/* What an input of a job leads to, checked as text. */
gboolean pmx_service_check_addresses(const PmxService *service, const PmxJob *job,
                                     PmxProblems *problems);

/* Whether events may go to `url`, as far as its text tells. */
gboolean pmx_service_check_receiver(const PmxService *service, const char *url, const char *path,
                                    PmxProblems *problems);

/* Where the events of the job with this UserData go, if it says so; NULL: it does not. Caller
 * frees. */
char *pmx_service_notify_address(const char *user_data);

/* The options that the job of this id is parsed with; borrows it. */
PmxJobOptions pmx_service_job_options(const char *id);

/* --- templates.c --- */

gboolean pmx_service_templates_open(PmxService *service, GError **error);
void pmx_service_templates_close(PmxService *service);

/* The custom templates that the job's outputs use, {id: config}: what it was submitted with is what
 * it runs with. New reference, or NULL: none. Under templates_lock. */
json_t *pmx_service_templates_used(const PmxService *service, const PmxJob *job);

/* --- probes.c: looks into inputs, so many at once --- */

typedef struct PmxLook PmxLook;
typedef void (*PmxLookDone)(PmxFacts *facts, const GError *error, gpointer data);

PmxProbes *pmx_probes_new(const PmxProbe *probe, const PmxPlaces *places, guint at_once);
void pmx_probes_free(PmxProbes *probes);
/* Like pmx_probe_start(), when its turn comes. */
PmxLook *pmx_probes_look(PmxProbes *probes, PmxReader *input, PmxLookDone done, gpointer data);
/* Opens it first. */
PmxLook *pmx_probes_look_at(PmxProbes *probes, const char *address, PmxLookDone done,
                            gpointer data);
void pmx_look_cancel(PmxLook *look);

/* Facts as records keep them. New reference. */
json_t *pmx_service_facts_json(const PmxFacts *facts);

/* --- watch.c --- */

PmxWatches *pmx_watches_new(PmxStore *store);
void pmx_watches_free(PmxWatches *watches);
/* Tells `events` (of PmxEventRecord *, in order), and with `last` that nothing follows. */
void pmx_watches_tell(PmxWatches *watches, const char *job, const GPtrArray *events, gboolean last);
void pmx_watches_progress(PmxWatches *watches, const char *job, json_t *progress);
gboolean pmx_watches_any(PmxWatches *watches, const char *job);

/* --- save.c --- */

gboolean pmx_job_is_over(int state);
gboolean pmx_part_is_over(int state);

/* A job's rows that have changed. Saved together with the events that tell of it, and the
 * deliveries of those events. */
typedef struct {
    gint64 user; /* UserId of messages */
    PmxJobRecord *job;
    gboolean job_changed; /* which is told */
    gboolean job_noted;   /* something that is told to nobody */
    GPtrArray *parts;     /* of PmxPartRecord *: the changed ones */
    GPtrArray *events;    /* of PmxEventRecord *: out; NULL before */
    gboolean deliveries;  /* out: there are some */
} PmxChange;

/* For a store's work: `change` is a PmxChange. */
gboolean pmx_change_apply(PmxDb *db, gpointer change, GError **error);
void pmx_change_clear(PmxChange *change);

/* --- engine.c --- */

/* NULL with `error` when there is no runner or no place for artifacts. */
PmxEngine *pmx_engine_new(PmxService *service, GError **error);
void pmx_engine_free(PmxEngine *engine);

/* Any thread: jobs, pipelines or media infos have changed. */
void pmx_engine_poke(PmxEngine *engine);

/* Any thread; waits for the engine's. */
gboolean pmx_engine_cancel(PmxEngine *engine, const char *id, PmxProblems *problems);

/* Any thread: lays what is known of running jobs over the records. */
void pmx_engine_progress(PmxEngine *engine, PmxJobView *view);
void pmx_engine_state(PmxEngine *engine, PmxServiceState *state);
/* Any thread: runs `call` in the engine's. */
void pmx_engine_invoke(PmxEngine *engine, GSourceFunc call, gpointer data);
PmxProbes *pmx_engine_probes(PmxEngine *engine);

/* --- media-info.c, for the engine --- */

typedef struct PmxMediaInfos PmxMediaInfos;
PmxMediaInfos *pmx_media_infos_new(PmxService *service, PmxProbes *probes, guint at_once);
void pmx_media_infos_free(PmxMediaInfos *infos);
void pmx_media_infos_take(PmxMediaInfos *infos); /* what is open and not at work yet */

/* --- run.c --- */

typedef struct PmxRun PmxRun;

typedef struct {
    PmxService *service; /* borrowed, like all of these */
    PmxArtifacts *artifacts;
    PmxDepot *depot; /* or NULL */
    PmxPool *pool;
    PmxProbes *probes;
    const char *runner;
    void (*over)(PmxRun *run, gpointer data); /* saved; to be freed, from the main loop */
    gpointer data;
} PmxRunSetup;

typedef struct {
    guint64 tasks_done, tasks_failed, made, kept;
    guint waiting; /* tasks still to be started */
    double cpu_seconds, media_seconds;
} PmxRunCounts;

/* Begins; takes `record` and `parts` (outputs, then groups). */
PmxRun *pmx_run_new(const PmxRunSetup *setup, PmxJobRecord *record, GPtrArray *parts);
void pmx_run_free(PmxRun *run); /* at any time; runners are killed, nothing is told */
const char *pmx_run_id(const PmxRun *run);
const char *pmx_run_pipeline(const PmxRun *run);
void pmx_run_set_urgency(PmxRun *run, gint64 rank, gboolean paused);
/* A few times a second: saves what could not be saved before, and tells how far it is: a new
 * reference to {"percent", "outputs": [{"id", "percent", "seconds"}]} of the
 * outputs at work, or NULL where that is not known. */
json_t *pmx_run_tick(PmxRun *run);
/* FALSE when it is over already. Saved at once, or by a later tick. */
gboolean pmx_run_cancel(PmxRun *run, GError **error);
PmxRunCounts pmx_run_counts(const PmxRun *run);
