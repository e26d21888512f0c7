/* SPDX-License-Identifier: MIT */
/* What an executor's plan makes: what of it is there, and what is missing and for whom. */
#include "exec/executor-private.h"
#include "exec/weight.h"

PmxKey *pmx_keys_find(const PmxExecutor *executor, const char *key)
{
    return g_hash_table_lookup(executor->keys, key);
}

PmxKey *pmx_keys_made(const PmxExecutor *executor, const PmxTask *task, guint index)
{
    return pmx_keys_find(executor, g_ptr_array_index(task->makes, index));
}

static void key_free(gpointer data)
{
    PmxKey *key = data;
    g_clear_error(&key->error);
    g_free(key->path);
    g_free(key);
}

/* Two clips of a film that begin alike share a segment: the first task that makes it is its maker. */
static void add_keys(PmxExecutor *executor, PmxTask *task)
{
    for (guint i = 0; i < task->makes->len; i++) {
        char *name = g_ptr_array_index(task->makes, i);
        if (pmx_keys_find(executor, name))
            continue;
        PmxKey *key = g_new0(PmxKey, 1);
        key->maker = task;
        key->weight = pmx_weight(task, i);
        key->path = pmx_artifacts_find(executor->setup.artifacts, name);
        key->state = key->path ? PMX_KEY_KEPT : PMX_KEY_WAITING;
        executor->counts[task->kind].kept += key->state == PMX_KEY_KEPT;
        g_hash_table_replace(executor->keys, name, key);
    }
}

/* What is not there need not be made when all that is made from it is there. */
static gboolean is_missing(const PmxKey *key)
{
    return key->state == PMX_KEY_WAITING && key->wanted;
}

gboolean pmx_keys_is_to_make(const PmxExecutor *executor, const PmxTask *task, guint index)
{
    const PmxKey *key = pmx_keys_made(executor, task, index);
    return key->maker == task && is_missing(key);
}

static gboolean is_to_run(const PmxExecutor *executor, const PmxTask *task)
{
    gboolean any = task->kind == PMX_TASK_PACKAGE;
    for (guint i = 0; !any && i < task->makes->len; i++)
        any = pmx_keys_is_to_make(executor, task, i);
    return any;
}

static gint64 task_priority(const PmxExecutor *executor, const PmxTask *task)
{
    gint64 priority = 0;
    if (task->kind == PMX_TASK_PACKAGE)
        return ((PmxPlanOutput *)g_ptr_array_index(executor->setup.plan->outputs, task->output))
            ->priority;
    for (guint i = 0; i < task->makes->len; i++)
        priority = MAX(priority, pmx_keys_made(executor, task, i)->priority);
    return priority;
}

/* What a task needs is as urgent as the task itself. In the plan makers stand before takers, so
 * this goes backwards. */
static void spread_wishes(PmxExecutor *executor)
{
    for (guint i = executor->setup.plan->tasks->len; i-- > 0;) {
        const PmxTask *task = g_ptr_array_index(executor->setup.plan->tasks, i);
        gint64 priority = task_priority(executor, task);
        gboolean runs = is_to_run(executor, task);
        for (guint k = 0; k < task->needs->len; k++) {
            PmxKey *key = pmx_keys_find(executor, g_ptr_array_index(task->needs, k));
            key->priority = MAX(key->priority, priority);
            key->wanted |= runs;
        }
    }
}

void pmx_keys_init(PmxExecutor *executor)
{
    const GPtrArray *tasks = executor->setup.plan->tasks;
    executor->keys = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, key_free);
    for (guint i = 0; i < tasks->len; i++)
        add_keys(executor, g_ptr_array_index(tasks, i));
    spread_wishes(executor);
}

void pmx_keys_clear(PmxExecutor *executor)
{
    GHashTableIter iterator;
    gpointer name, value;
    g_hash_table_iter_init(&iterator, executor->keys);
    while (g_hash_table_iter_next(&iterator, &name, &value))
        if (((const PmxKey *)value)->path)
            pmx_artifacts_release(executor->setup.artifacts, name);
    g_hash_table_unref(executor->keys);
}

void pmx_keys_forget(PmxExecutor *executor, const char *name)
{
    PmxKey *key = pmx_keys_find(executor, name);
    pmx_artifacts_release(executor->setup.artifacts, name);
    pmx_artifacts_drop(executor->setup.artifacts, name);
    g_clear_pointer(&key->path, g_free);
    key->state = PMX_KEY_WAITING;
    key->fraction = 0;
}
