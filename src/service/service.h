/* SPDX-License-Identifier: MIT */
/*
 * The service: jobs that outlive the process. What both dialects call, and nothing of either.
 *
 *     api ─► submit, get, list, cancel … ─► store
 *                                             │ what is open
 *                                             ▼
 *            engine (main thread): look into inputs, plan, run ─► store: state, events,
 *                                                                            deliveries, together
 *
 * The engine keeps nothing that the store does not have: killed at any moment, it begins again with
 * the open jobs, and the artifacts by their keys are how far it had come.
 *
 * Functions are safe from any thread, and may block for a commit. What is wrong with a request goes
 * into `problems`, with codes of the job API; a failure of our own is a problem with
 * PMX_CODE_INTERNAL. Records returned are the caller's to free.
 */
#pragma once

#include "notify/notify.h"
#include "storage/storages.h"
#include "store/store.h"

typedef struct PmxService PmxService;

typedef struct {
    const char *data;                /* the data folder; made when it is not there */
    guint workers;                   /* cores; 0: all */
    guint64 memory;                  /* bytes for the encoders; 0: 512 MiB a core */
    guint64 cache_limit;             /* bytes of artifacts; 0: no limit */
    guint64 input_cache;             /* bytes of inputs far away that are kept on the disk */
    gint64 keep_jobs;                /* days that finished jobs are kept; 0: for ever */
    gint64 keep_artifacts;           /* days that artifacts nobody uses are kept; 0: for ever */
    const char *artifacts_storage;   /* that keeps them too; needed at the start only; or NULL */
    gint64 user;                     /* UserId in events */
    guint media_infos;               /* looks into a file at once */
    const PmxStorageSetup *storages; /* of the configuration; needed at the start only */
    guint storage_count;
    const char *const *files;  /* folders that file:// addresses may lead below, NULL at the end;
                                 NULL: none */
    PmxAllowanceLimits limits; /* of each job's waiting for storages */
    PmxNotifyOptions notify;
} PmxServiceOptions;

/* Takes the data folder (a lock: a second server is refused), opens the store and begins with what
 * is open. To be used with the default main context running in the calling thread, until freed. */
PmxService *pmx_service_new(const PmxServiceOptions *options, GError **error);
/* Stops the runners at once; the next start goes on. */
void pmx_service_free(PmxService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxService, pmx_service_free)

/* --- jobs --- */

typedef struct {
    const json_t *config;                               /* borrowed */
    const char *pipeline, *token, *user_data, *request; /* or NULL */
} PmxSubmission;

typedef struct {
    PmxJobRecord *job;
    GPtrArray *parts; /* of PmxPartRecord *: outputs, then groups; NULL in lists */
} PmxJobView;
void pmx_job_view_free(PmxJobView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxJobView, pmx_job_view_free)

/* NULL with problems: mistakes in Config by their JSON paths (all of them), an unknown pipeline, a
 * token that another request used. */
PmxJobView *pmx_service_submit(PmxService *service, const PmxSubmission *submission,
                               PmxProblems *problems);
PmxJobView *pmx_service_job(PmxService *service, const char *id, PmxProblems *problems);
/* Jobs of a page, as PmxJobView * without parts; see pmx_jobs_list(). */
GPtrArray *pmx_service_jobs(PmxService *service, const PmxJobFilter *filter, char **next,
                            PmxProblems *problems);
/* Stops it within a second. A job that has ended is a problem (PMX_CODE_INVALID). */
gboolean pmx_service_cancel(PmxService *service, const char *id, PmxProblems *problems);

/* --- what happens, as it happens --- */

typedef struct PmxWatch PmxWatch;

/* `event` (in the engine's or a writer's thread; must not block) gets events with a higher seq than
 * `after`, in order, first those that are past; progress ({"percent", "outputs": [{"id",
 * "percent", "seconds" of media}]}) has seq 0 and type "progress"; after the job's last event comes one with type NULL.
 * NULL with a problem when there is no such job. */
PmxWatch *pmx_service_watch(PmxService *service, const char *job, gint64 after,
                            void (*event)(const PmxEventRecord *event, gpointer data),
                            gpointer data, PmxProblems *problems);
/* After it returns, nothing is called any more. Not from inside `event`. */
void pmx_watch_free(PmxWatch *watch);

/* --- templates: the ready-made ones (system) and custom ones --- */

/* Borrowed from the service; NULL: none. Ready-made ones have no times. */
const PmxTemplateRecord *pmx_service_system_template(PmxService *service, const char *id);
const GPtrArray *pmx_service_system_templates(PmxService *service); /* of PmxTemplateRecord * */

PmxTemplateRecord *pmx_service_template_create(PmxService *service,
                                               const char *id /* NULL: made up */, const char *name,
                                               gint64 type, gint64 subtype, const json_t *config,
                                               PmxProblems *problems);
/* `name`, `config` NULL: stays. */
PmxTemplateRecord *pmx_service_template_update(PmxService *service, const char *id,
                                               const char *name, const json_t *config,
                                               PmxProblems *problems);
gboolean pmx_service_template_delete(PmxService *service, const char *id, PmxProblems *problems);
PmxTemplateRecord *pmx_service_template(PmxService *service, const char *id, PmxProblems *problems);
PmxTemplateRecord *pmx_service_template_default(PmxService *service, gint64 type, gint64 subtype,
                                                PmxProblems *problems);
gboolean pmx_service_template_set_default(PmxService *service, const char *id,
                                          PmxProblems *problems);
GPtrArray *pmx_service_templates(PmxService *service, const PmxTemplateFilter *filter,
                                 gint64 *total, PmxProblems *problems);

/* --- pipelines: one is always there, with the id "default" --- */

PmxPipelineRecord *pmx_service_pipeline_create(PmxService *service, const char *name,
                                               const char *speed, gint64 priority,
                                               PmxProblems *problems);
/* NULL, or 0 for the priority: stays. */
PmxPipelineRecord *pmx_service_pipeline_update(PmxService *service, const char *id,
                                               const char *name, const char *state, gint64 priority,
                                               PmxProblems *problems);
PmxPipelineRecord *pmx_service_pipeline(PmxService *service, const char *id, PmxProblems *problems);
GPtrArray *pmx_service_pipelines(PmxService *service, PmxProblems *problems);
/* One that has open jobs, and the default one, cannot be deleted. */
gboolean pmx_service_pipeline_delete(PmxService *service, const char *id, PmxProblems *problems);

/* --- callback, deliveries --- */

/* Checks everything (URL and queue name, event types, AuthKey's form). `callback` is borrowed. */
gboolean pmx_service_set_callback(PmxService *service, const PmxCallbackRecord *callback,
                                  PmxProblems *problems);
/* An empty record when none is set. */
PmxCallbackRecord *pmx_service_callback(PmxService *service, PmxProblems *problems);
GPtrArray *pmx_service_deliveries(PmxService *service, const char *state, gint64 after, guint limit,
                                  PmxProblems *problems);
/* Sends a dead delivery again. */
PmxDeliveryRecord *pmx_service_resend(PmxService *service, gint64 id, PmxProblems *problems);

/* --- storages --- */

typedef struct {
    char *bucket; /* its name: oss://NAME/; "*": any that nothing else here has */
    gboolean is_default;
    gint64 created; /* moment; 0: not known */
    /* Of one in the configuration; else NULL. */
    char *name;
    char *type;     /* oss, s3, folder */
    char *endpoint; /* or the folder */
    char *prefix;
} PmxStorageRecord;
extern const PmxObject pmx_storage_record_object;

/* Takes over the keys of those that are where they were, also for jobs that run; how many are others. */
guint pmx_service_set_storage_keys(PmxService *service, const PmxStorageSetup *setups, guint count);

GPtrArray *pmx_service_storages(PmxService *service,
                                PmxProblems *problems); /* of PmxStorageRecord * */
gboolean pmx_service_set_default_storage(PmxService *service, const char *bucket, const char *path,
                                         PmxProblems *problems);
/* Caller frees both. */
gboolean pmx_service_default_storage(PmxService *service, char **bucket, char **path,
                                     PmxProblems *problems);

/* --- looks into media --- */

PmxMediaInfoRecord *pmx_service_media_info_submit(PmxService *service, const char *address,
                                                  const char *name, const char *user_data,
                                                  PmxProblems *problems);
PmxMediaInfoRecord *pmx_service_media_info(PmxService *service, const char *id,
                                           PmxProblems *problems);

/* Looks now. `done` is called once, in the engine's thread, with facts (borrowed; JSON of PmxFacts
 * without `versions`) or problems. */
void pmx_service_probe(PmxService *service, const char *address,
                       void (*done)(const json_t *facts, const PmxProblems *problems,
                                    gpointer data),
                       gpointer data);

/* --- how it is --- */

typedef struct {
    gint64 jobs[5];       /* by PmxJobState */
    gint64 queue_age;     /* milliseconds since the oldest waiting job came */
    guint running, ready; /* tasks */
    guint64 tasks_done, tasks_failed, artifacts_made, artifacts_kept; /* since the start */
    double media_seconds, cpu_seconds; /* of finished outputs; of all tasks' runners */
    gint64 deliveries_waiting, deliveries_dead, delivery_age; /* age in ms of the oldest waiting */
    PmxNotifyCounts notify;
} PmxServiceState;

/* FALSE when the store does not answer: then `problem` says why (caller frees). */
gboolean pmx_service_state(PmxService *service, PmxServiceState *state, char **problem);
