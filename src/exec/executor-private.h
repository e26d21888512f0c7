/* SPDX-License-Identifier: MIT */
/*
 * What an executor (executor.h) is made of. For the files executor*.c only.
 *
 *     plan ─► keys ─► queue ─► work ─► results ─► keys …, files
 *
 *     executor.c          its life, and its part in the pool
 *     executor-keys.c     what the plan makes: there, missing, wanted
 *     executor-queue.c    what has still to be started, and which of it is next
 *     executor-depot.c    looking for it in the depot
 *     executor-work.c     one runner: what it takes, its order, its progress
 *     executor-results.c  what becomes of it: kept, published, tried again, failed
 *     executor-outlook.c  how far it all is
 *
 * A key that is waiting and wanted is in exactly one work, queued or active, until it is there or
 * has failed. Packages make no key; theirs is an output.
 */
#pragma once

#include "base/errand.h"
#include "exec/executor.h"
#include "exec/process.h"

typedef enum { PMX_KEY_WAITING, PMX_KEY_KEPT, PMX_KEY_MADE, PMX_KEY_FAILED } PmxKeyState;

/* One artifact of the plan. */
typedef struct {
    PmxKeyState state;
    PmxTask *maker;
    double weight;   /* cost of making it */
    double fraction; /* 0..1 while it is being made */
    gint64 priority; /* the highest of the outputs that want it */
    gboolean wanted; /* by something that is still to be done */
    gboolean mended; /* it was there, and damaged, and was made again */
    char *path;      /* the pinned file */
    GError *error;
} PmxKey;

typedef struct PmxWork PmxWork;
typedef void (*PmxWorkOver)(PmxWork *work);

/* Something a runner is started for: all or some of what a task makes. */
struct PmxWork {
    PmxExecutor *executor;
    PmxTask *task;
    GArray *indices; /* of guint, into task->makes; empty for a package */
    guint attempt;
    GArray *done; /* of gboolean, one an index: its encoder has ended */
    char *scratch;
    PmxProcess *process;   /* while it runs */
    PmxErrand *fetching;   /* before there is a runner: it is looked for in the depot */
    gboolean looked;       /* in the depot */
    PmxErrand *publishing; /* a package whose runner has ended: its file is on the way */
    PmxWorkOver over;
};

struct PmxExecutor {
    PmxExecutorSetup setup;
    GMainLoop *loop;
    GHashTable *keys;  /* of PmxKey *, by the plan's key strings */
    GPtrArray *queue;  /* of PmxWork *, not yet started, in order */
    GPtrArray *active; /* of PmxWork * */
    PmxOutputState *outputs;
    double *package_fraction;
    guint open_outputs;
    guint fetching; /* works that are */
    PmxWorkCount counts[PMX_TASK_KINDS];
    double cpu_seconds;
    gboolean stopped;
    gboolean failures; /* or work queued again, since hopeless work was last looked for */
    PmxExecutorEvents events;
    gpointer events_data;
    guint beginning, ending; /* sources: that has the pool look, that tells of the end */
    void (*tick)(gpointer data);
    gpointer tick_data;
};

/* --- keys --- */

/* Pins what is kept, and finds out what is missing; and lets go of it again. */
void pmx_keys_init(PmxExecutor *executor);
void pmx_keys_clear(PmxExecutor *executor);

PmxKey *pmx_keys_find(const PmxExecutor *executor, const char *key);
/* The i-th that the task makes. */
PmxKey *pmx_keys_made(const PmxExecutor *executor, const PmxTask *task, guint i);

/* Its artifact, which is there, is damaged: it is waiting again, and not yet queued. */
void pmx_keys_forget(PmxExecutor *executor, const char *key);

/* Whether the task, and no other, is to make its i-th. */
gboolean pmx_keys_is_to_make(const PmxExecutor *executor, const PmxTask *task, guint i);

/* --- the queue --- */

void pmx_queue_fill(PmxExecutor *executor);

/* Puts work for one of the things that a task makes, or for a package, in front. */
void pmx_queue_again(PmxExecutor *executor, PmxTask *task, guint index, guint attempt);

/* The same for whatever makes `key`, and for what that needs and nobody has asked for yet. */
void pmx_queue_maker(PmxExecutor *executor, const char *key);

/* The most urgent of what can be started, or NULL. Still in the queue. */
PmxWork *pmx_queue_best(const PmxExecutor *executor);

/* Packages whose parts failed cannot be made, and work that only they wanted need not be done. */
void pmx_queue_drop_hopeless(PmxExecutor *executor);

/* --- the depot --- */

/* Whether it is to be looked for before it is made, and may be now. */
gboolean pmx_work_is_to_fetch(const PmxWork *work);
gboolean pmx_work_may_fetch(const PmxWork *work);

/* Looks for all that it is for, and keeps what is found. Then `over` is called, from the main loop. */
gboolean pmx_work_fetch(PmxWork *work, PmxWorkOver over, GError **error);

/* --- one runner's work --- */

/* For nothing yet: `indices` is the caller's to fill. */
PmxWork *pmx_work_new(PmxExecutor *executor, PmxTask *task, guint attempt);
/* Kills the runner if there is one, and stops publishing. */
void pmx_work_free(PmxWork *work);

/* The i-th of what it is for. */
const char *pmx_work_key_name(const PmxWork *work, guint i);
PmxKey *pmx_work_key(const PmxWork *work, guint i);

/* Bytes and cores that the encoders still at work (or to be started) take. */
guint64 pmx_work_memory(const PmxWork *work);
guint pmx_work_cores(const PmxWork *work);
gint64 pmx_work_priority(const PmxWork *work);

/* That no other job is to make its keys meanwhile; whether another one does. */
void pmx_work_claim(const PmxWork *work);
void pmx_work_unclaim(const PmxWork *work);
gboolean pmx_work_is_made_elsewhere(const PmxWork *work);

/* Another job may have made some of it since this one was planned. FALSE: nothing is left to do. */
gboolean pmx_work_take_kept(PmxWork *work);

/* `work` is the data; it may be freed in it. */
typedef void (*PmxWorkEnded)(const PmxRunOutcome *outcome, gpointer work);
gboolean pmx_work_start(PmxWork *work, PmxWorkEnded ended, GError **error);

/* --- results --- */

/* Takes over what the runner has left, or has it tried again; then, at once or from the main loop,
 * `over` is called, which may free the work. */
void pmx_work_complete(PmxWork *work, const PmxRunOutcome *outcome, PmxWorkOver over);

/* What it is for has failed: itself, or for `why` what it needs. */
void pmx_work_fail(const PmxWork *work, const GError *error);
void pmx_work_give_up(const PmxWork *work, const GError *why);

/* The output is done, or has failed with `error`, and whoever listens is told. */
void pmx_executor_close_output(PmxExecutor *executor, guint output, const GError *error);
