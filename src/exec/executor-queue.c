/* SPDX-License-Identifier: MIT */
/* What an executor has still to start. */
#include <string.h>

#include "exec/executor-private.h"
#include "exec/weight.h"

/* --- filling --- */

static guint64 memory_of(PmxTask *task, const guint *indices, guint count)
{
    guint64 sum = 0;
    for (guint k = 0; k < count; k++)
        sum += pmx_memory(task, indices[k]);
    return sum;
}

/* The first of `works` that has room for these artifacts of the task; a new one when none has. NULL:
 * they are several, and too much for any. */
static PmxWork *work_with_room(PmxExecutor *executor, GPtrArray *works, PmxTask *task,
                               const guint *indices, guint count)
{
    guint64 needed = memory_of(task, indices, count), most = pmx_pool_memory(executor->setup.pool);
    for (guint k = 0; k < works->len; k++)
        if (pmx_work_memory(g_ptr_array_index(works, k)) + needed <= most)
            return g_ptr_array_index(works, k);
    if (count > 1 && pmx_memory_base + needed > most)
        return NULL;
    PmxWork *work = pmx_work_new(executor, task, 1);
    g_ptr_array_add(works, work);
    return work;
}

static void fill(PmxExecutor *executor, GPtrArray *works, PmxTask *task, const guint *indices,
                 guint count)
{
    PmxWork *work = work_with_room(executor, works, task, indices, count);
    if (work)
        g_array_append_vals(work->indices, indices, count);
    for (guint k = 0; !work && k < count; k++)
        fill(executor, works, task, indices + k, 1);
}

static gint larger_first(gconstpointer a, gconstpointer b, gpointer task)
{
    const guint *left = a, *right = b;
    return pmx_size_compare(task, *right, *left);
}

/* First fit, largest first: close to the fewest runners. Renditions of one size are made together
 * where they can be, for then their picture is scaled once. */
static void queue_missing(PmxExecutor *executor, PmxTask *task)
{
    g_autoptr(GArray) missing = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autoptr(GPtrArray) works = g_ptr_array_new();
    for (guint i = 0; i < task->makes->len; i++)
        if (pmx_keys_is_to_make(executor, task, i))
            g_array_append_val(missing, i);
    g_array_sort_with_data(missing, larger_first, task);
    const guint *indices = (const guint *)(gconstpointer)missing->data;
    for (guint k = 0, next; k < missing->len; k = next) {
        for (next = k + 1; next < missing->len; next++)
            if (pmx_size_compare(task, indices[k], indices[next]) != 0)
                break;
        fill(executor, works, task, indices + k, next - k);
    }
    if (task->kind == PMX_TASK_PACKAGE)
        g_ptr_array_add(works, pmx_work_new(executor, task, 1));
    g_ptr_array_extend(executor->queue, works, NULL, NULL);
}

void pmx_queue_again(PmxExecutor *executor, PmxTask *task, guint index, guint attempt)
{
    PmxWork *again = pmx_work_new(executor, task, attempt);
    again->looked = TRUE; /* what the depot has of it is not there, or damaged */
    if (task->kind != PMX_TASK_PACKAGE)
        g_array_append_val(again->indices, index);
    g_ptr_array_insert(executor->queue, 0, again);
    executor->failures = TRUE;
}

void pmx_queue_maker(PmxExecutor *executor, const char *name)
{
    PmxKey *key = pmx_keys_find(executor, name);
    guint index = 0;
    g_ptr_array_find_with_equal_func(key->maker->makes, name, g_str_equal, &index);
    pmx_queue_again(executor, key->maker, index, 1);
    key->wanted = TRUE;
    for (guint i = 0; i < key->maker->needs->len; i++) {
        const char *need = g_ptr_array_index(key->maker->needs, i);
        const PmxKey *needed = pmx_keys_find(executor, need);
        if (needed->state == PMX_KEY_WAITING && !needed->wanted)
            pmx_queue_maker(executor, need);
    }
}

void pmx_queue_fill(PmxExecutor *executor)
{
    const GPtrArray *tasks = executor->setup.plan->tasks;
    for (guint i = 0; i < tasks->len; i++)
        queue_missing(executor, g_ptr_array_index(tasks, i));
}

/* --- what starts next --- */

typedef enum { NOT_READY, READY, HOPELESS } Readiness;

static Readiness readiness(const PmxExecutor *executor, const PmxTask *task, const GError **why)
{
    Readiness ready = READY;
    for (guint i = 0; i < task->needs->len; i++) {
        const PmxKey *key = pmx_keys_find(executor, g_ptr_array_index(task->needs, i));
        if (key->state == PMX_KEY_FAILED) {
            *why = key->error;
            return HOPELESS;
        }
        if (key->state == PMX_KEY_WAITING)
            ready = NOT_READY;
    }
    return ready;
}

static gboolean can_start(const PmxWork *work)
{
    const GError *why = NULL;
    gboolean room = pmx_work_is_to_fetch(work)
                        ? pmx_work_may_fetch(work)
                        : pmx_pool_has_room(work->executor->setup.pool, work->indices->len,
                                            pmx_work_memory(work));
    return room && readiness(work->executor, work->task, &why) == READY &&
           !pmx_work_is_made_elsewhere(work);
}

/* Among equals the plan's order. */
PmxWork *pmx_queue_best(const PmxExecutor *executor)
{
    PmxWork *best = NULL;
    for (guint i = 0; i < executor->queue->len; i++) {
        PmxWork *work = g_ptr_array_index(executor->queue, i);
        if ((!best || pmx_work_priority(work) > pmx_work_priority(best)) && can_start(work))
            best = work;
    }
    return best;
}

/* --- what need not be done any more --- */

static gboolean needs_any(const PmxTask *task, const PmxWork *maker)
{
    for (guint i = 0; i < maker->indices->len; i++)
        for (guint k = 0; k < task->needs->len; k++)
            if (strcmp(pmx_work_key_name(maker, i), g_ptr_array_index(task->needs, k)) == 0)
                return TRUE;
    return FALSE;
}

/* Work that waits for something that failed; one round, so call until it finds nothing. */
static gboolean drop_hopeless_round(PmxExecutor *executor)
{
    gboolean found = FALSE;
    for (guint i = executor->queue->len; i-- > 0;) {
        PmxWork *work = g_ptr_array_index(executor->queue, i);
        const GError *why = NULL;
        if (readiness(executor, work->task, &why) != HOPELESS)
            continue;
        pmx_work_give_up(work, why);
        pmx_work_free(g_ptr_array_remove_index(executor->queue, i));
        found = TRUE;
    }
    return found;
}

static gboolean wanted(const PmxExecutor *executor, const PmxWork *work)
{
    gboolean any = work->task->kind == PMX_TASK_PACKAGE;
    for (guint i = 0; !any && i < executor->queue->len; i++)
        any = needs_any(((PmxWork *)g_ptr_array_index(executor->queue, i))->task, work);
    return any;
}

static void drop(PmxWork *work)
{
    for (guint i = 0; i < work->indices->len; i++)
        pmx_work_key(work, i)->wanted = FALSE;
    pmx_work_free(work);
}

/* Makers stand before takers, so this goes backwards. */
static void drop_unwanted(PmxExecutor *executor)
{
    for (guint i = executor->queue->len; i-- > 0;)
        if (!wanted(executor, g_ptr_array_index(executor->queue, i)))
            drop(g_ptr_array_remove_index(executor->queue, i));
}

void pmx_queue_drop_hopeless(PmxExecutor *executor)
{
    if (!executor->failures)
        return;
    executor->failures = FALSE;
    while (drop_hopeless_round(executor))
        ;
    drop_unwanted(executor);
}
