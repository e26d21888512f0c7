/* SPDX-License-Identifier: MIT */
/* How far an executor is. */
#include "exec/executor-private.h"

const PmxOutputState *pmx_executor_output(const PmxExecutor *executor, guint output)
{
    return &executor->outputs[output];
}

static double key_done(const PmxKey *key)
{
    return key->state == PMX_KEY_KEPT || key->state == PMX_KEY_MADE ? 1 : key->fraction;
}

static const PmxTask *package_of(const PmxExecutor *executor, guint output)
{
    for (guint i = 0; i < executor->setup.plan->tasks->len; i++) {
        const PmxTask *task = g_ptr_array_index(executor->setup.plan->tasks, i);
        if (task->kind == PMX_TASK_PACKAGE && task->output == output)
            return task;
    }
    return NULL;
}

/* The measuring of what a package needs is a part of the making. */
static void add_measures(const PmxExecutor *executor, const PmxKey *key, double *total,
                         double *done)
{
    for (guint i = 0; key->maker->kind == PMX_TASK_VIDEO && i < key->maker->needs->len; i++) {
        const PmxKey *need = pmx_keys_find(executor, g_ptr_array_index(key->maker->needs, i));
        if (need->maker->kind != PMX_TASK_MEASURE)
            continue;
        *total += need->weight;
        *done += need->weight * key_done(need);
    }
}

double pmx_executor_output_fraction(const PmxExecutor *executor, guint output)
{
    static const double package_share = 0.02;
    const PmxTask *package = package_of(executor, output);
    double total = 0, done = 0;
    if (executor->outputs[output].done)
        return 1;
    for (guint i = 0; i < package->needs->len; i++) {
        const PmxKey *key = pmx_keys_find(executor, g_ptr_array_index(package->needs, i));
        total += key->weight;
        done += key->weight * key_done(key);
        if (key->state == PMX_KEY_WAITING)
            add_measures(executor, key, &total, &done);
    }
    double made = total > 0 ? done / total : 1;
    return made * (1 - package_share) + executor->package_fraction[output] * package_share;
}

PmxCost pmx_executor_cost(const PmxExecutor *executor)
{
    PmxCost cost = {0};
    GHashTableIter iterator;
    gpointer value;
    g_hash_table_iter_init(&iterator, executor->keys);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        const PmxKey *key = value;
        if (key->state == PMX_KEY_WAITING && !key->wanted)
            continue;
        cost.total += key->weight;
        cost.done += key->weight * key_done(key);
        cost.fresh += key->state == PMX_KEY_KEPT ? 0 : key->weight * key_done(key);
    }
    return cost;
}

guint pmx_executor_waiting(const PmxExecutor *executor)
{
    return executor->queue->len;
}

PmxWorkCount pmx_executor_count(const PmxExecutor *executor, PmxTaskKind kind)
{
    return executor->counts[kind];
}

double pmx_executor_cpu_seconds(const PmxExecutor *executor)
{
    return executor->cpu_seconds;
}
