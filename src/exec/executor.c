/* SPDX-License-Identifier: MIT */
/* See executor.h. Its life, and its part in the pool. */
#include "exec/executor-private.h"

PmxExecutor *pmx_executor_new(const PmxExecutorSetup *setup)
{
    PmxExecutor *executor = g_new0(PmxExecutor, 1);
    executor->setup = *setup;
    executor->loop = g_main_loop_new(NULL, FALSE);
    executor->queue = g_ptr_array_new();
    executor->active = g_ptr_array_new();
    executor->open_outputs = setup->plan->outputs->len;
    executor->outputs = g_new0(PmxOutputState, executor->open_outputs + 1);
    executor->package_fraction = g_new0(double, executor->open_outputs + 1);
    pmx_keys_init(executor);
    pmx_queue_fill(executor);
    return executor;
}

void pmx_executor_free(PmxExecutor *executor)
{
    if (!executor)
        return;
    pmx_pool_leave(executor->setup.pool, executor);
    g_clear_handle_id(&executor->beginning, g_source_remove);
    g_clear_handle_id(&executor->ending, g_source_remove);
    g_ptr_array_foreach(executor->active, (GFunc)(void (*)(void))pmx_work_free, NULL);
    g_ptr_array_foreach(executor->queue, (GFunc)(void (*)(void))pmx_work_free, NULL);
    g_ptr_array_unref(executor->active);
    g_ptr_array_unref(executor->queue);
    for (guint i = 0; i < executor->setup.plan->outputs->len; i++) {
        g_clear_error(&executor->outputs[i].error);
        pmx_facts_free(executor->outputs[i].facts);
    }
    g_free(executor->outputs);
    g_free(executor->package_fraction);
    pmx_keys_clear(executor);
    g_main_loop_unref(executor->loop);
    g_free(executor);
}

/* --- one runner after the other --- */

static gboolean tell_end(gpointer data)
{
    PmxExecutor *executor = data;
    executor->ending = 0;
    if (executor->events.ended)
        executor->events.ended(executor->events_data);
    return G_SOURCE_REMOVE;
}

/* What follows from the last change: work that has become hopeless, and the end. */
static void settle(PmxExecutor *executor)
{
    pmx_queue_drop_hopeless(executor);
    if (executor->open_outputs == 0 && executor->active->len == 0 && !executor->ending)
        executor->ending = g_idle_add(tell_end, executor);
}

static void work_over(PmxWork *work)
{
    PmxExecutor *executor = work->executor;
    g_ptr_array_remove(executor->active, work);
    pmx_work_free(work);
    settle(executor);
}

static void work_ended(const PmxRunOutcome *outcome, gpointer data)
{
    PmxWork *work = data;
    PmxExecutor *executor = work->executor;
    executor->cpu_seconds += outcome->cpu_seconds;
    pmx_work_unclaim(work);
    pmx_work_complete(work, outcome, work_over);
    pmx_pool_schedule(executor->setup.pool);
}

static void launch(PmxWork *work)
{
    g_autoptr(GError) error = NULL;
    PmxExecutor *executor = work->executor;
    g_ptr_array_remove(executor->queue, work);
    if (pmx_work_take_kept(work)) {
        if (pmx_work_start(work, work_ended, &error)) {
            pmx_work_claim(work);
            g_ptr_array_add(executor->active, work);
            return;
        }
        pmx_work_fail(work, error);
    }
    pmx_work_free(work);
}

/* --- as a member of the pool --- */

static gboolean offer(gpointer member, gint64 *priority)
{
    const PmxExecutor *executor = member;
    const PmxWork *best = executor->open_outputs > 0 ? pmx_queue_best(executor) : NULL;
    if (best)
        *priority = pmx_work_priority(best);
    return best != NULL;
}

static void start_best(gpointer member)
{
    PmxWork *best = pmx_queue_best(member);
    if (best)
        launch(best);
    settle(member);
}

static PmxLoad load(gpointer member)
{
    const PmxExecutor *executor = member;
    PmxLoad sum = {0};
    for (guint i = 0; i < executor->active->len; i++) {
        const PmxWork *active = g_ptr_array_index(executor->active, i);
        if (active->publishing)
            continue;
        sum.runners++;
        sum.memory += pmx_work_memory(active);
        sum.cores += pmx_work_cores(active);
    }
    return sum;
}

static gboolean begin(gpointer data)
{
    PmxExecutor *executor = data;
    executor->beginning = 0;
    pmx_pool_schedule(executor->setup.pool);
    return G_SOURCE_REMOVE;
}

void pmx_executor_start(PmxExecutor *executor, const PmxExecutorEvents *events, gpointer data)
{
    static const PmxPoolKind kind = {offer, start_best, load};
    if (executor->stopped)
        return;
    executor->events = *events;
    executor->events_data = data;
    pmx_pool_join(executor->setup.pool, &kind, executor);
    settle(executor);
    executor->beginning = g_idle_add(begin, executor);
}

/* --- run and wait --- */

enum { TICK_MS = 100 };

static gboolean on_tick(gpointer data)
{
    PmxExecutor *executor = data;
    if (executor->tick)
        executor->tick(executor->tick_data);
    return G_SOURCE_CONTINUE;
}

static void quit(gpointer data)
{
    g_main_loop_quit(((PmxExecutor *)data)->loop);
}

void pmx_executor_watch(PmxExecutor *executor, void (*tick)(gpointer data), gpointer data)
{
    executor->tick = tick;
    executor->tick_data = data;
}

gboolean pmx_executor_run(PmxExecutor *executor)
{
    static const PmxExecutorEvents events = {NULL, quit};
    pmx_executor_start(executor, &events, executor);
    guint ticking = g_timeout_add(TICK_MS, on_tick, executor);
    if (!executor->stopped)
        g_main_loop_run(executor->loop);
    g_source_remove(ticking);
    return !executor->stopped;
}

void pmx_executor_stop(PmxExecutor *executor)
{
    executor->stopped = TRUE;
    pmx_pool_leave(executor->setup.pool, executor);
    while (executor->active->len > 0)
        pmx_work_free(g_ptr_array_remove_index(executor->active, executor->active->len - 1));
    g_main_loop_quit(executor->loop);
}
