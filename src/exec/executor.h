/* SPDX-License-Identifier: MIT */
/*
 * The executor: runs a plan's tasks, each in a runner process of its own.
 *
 *     plan ─► ready tasks ─► runners (one a core) ─► artifacts in the store ─► packages ─► files
 *
 * It knows keys, files and processes, and nothing of media. A task whose results are kept does not
 * run; one that makes several artifacts runs for those that are missing, as many in one runner as
 * the memory holds (an encoder's look-ahead is what a transcoder's memory is), the rest in further
 * runners. Which runner makes an artifact changes nothing in it. A runner takes as many cores as it
 * has encoders at work, so the next one starts while the last encoders of the one before finish, if
 * the memory allows it.
 *
 * What is not kept here may be in a depot (storage/depot.h): it is looked for there before a runner is
 * started, and what is made goes there.
 *
 * Several executors may share a pool (exec/pool.h), which then says whose work starts next.
 *
 * A runner that dies or hangs costs its task one attempt; the second attempt makes each artifact in
 * a runner of its own, so that whatever crashes takes nothing else along. What fails for good fails
 * the outputs that need it; the others go on.
 *
 * One thread: the caller's, with its default main context.
 */
#pragma once

#include "exec/artifacts.h"
#include "exec/pool.h"
#include "plan/plan.h"
#include "storage/depot.h"
#include "storage/places.h"

typedef struct PmxExecutor PmxExecutor;

typedef struct {
    const PmxPlan *plan; /* borrowed, like all of these */
    PmxArtifacts *artifacts;
    const PmxPlaces *places;  /* where finished files go */
    PmxReader *const *inputs; /* one an input of the job */
    const char *runner;       /* path of polymux-runner */
    PmxPool *pool;            /* shared with other executors */
    guint patience;           /* seconds without progress until a runner counts as hung */
    PmxDepot *depot;          /* where artifacts of other machines may be; or NULL */
    PmxAllowance *allowance;  /* the job's, for publishing; or NULL */
} PmxExecutorSetup;

typedef struct {
    guint run, kept; /* artifacts: made now, found in the store; for packages: files */
} PmxWorkCount;

typedef struct {
    gboolean done;
    GError *error;   /* why it failed */
    gint64 damaged;  /* packets of its sources that did not decode */
    PmxFacts *facts; /* done: what the finished file holds, read back from it */
} PmxOutputState;

PmxExecutor *pmx_executor_new(const PmxExecutorSetup *setup);
void pmx_executor_free(PmxExecutor *executor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxExecutor, pmx_executor_free)

typedef struct {
    /* An output is done or has failed. May not stop or free the executor. */
    void (*output)(guint output, gpointer data);
    /* Every one is; last, from the main loop. May free the executor. */
    void (*ended)(gpointer data);
} PmxExecutorEvents;

/* Joins the pool. Nothing happens until the main loop runs, so that there is time to say how urgent
 * it is (pmx_pool_set_rank(), pmx_pool_set_paused()). `events` is copied; either may be NULL. */
void pmx_executor_start(PmxExecutor *executor, const PmxExecutorEvents *events, gpointer data);

/* Called a few times a second by pmx_executor_run(). */
void pmx_executor_watch(PmxExecutor *executor, void (*tick)(gpointer data), gpointer data);

/* Starts, and runs until every output is done or has failed, or pmx_executor_stop() was called: then FALSE. */
gboolean pmx_executor_run(PmxExecutor *executor);

/* Ends the run at once: runners are killed, what is finished is kept. From the thread that runs, or
 * its signal sources. */
void pmx_executor_stop(PmxExecutor *executor);

/* Borrowed; valid until the executor is freed. */
const PmxOutputState *pmx_executor_output(const PmxExecutor *executor, guint output);

/* 0..1 of an output's work; and of an artifact's. */
double pmx_executor_output_fraction(const PmxExecutor *executor, guint output);

/* Cost, in arbitrary units, of the whole job, of what is done, and of what was done by this run. */
typedef struct {
    double total, done, fresh;
} PmxCost;
PmxCost pmx_executor_cost(const PmxExecutor *executor);

/* Runners still to be started. */
guint pmx_executor_waiting(const PmxExecutor *executor);

PmxWorkCount pmx_executor_count(const PmxExecutor *executor, PmxTaskKind kind);
double pmx_executor_cpu_seconds(const PmxExecutor *executor);
