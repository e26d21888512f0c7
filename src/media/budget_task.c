/* SPDX-License-Identifier: MIT */
/* The budget task: the measures of a rendition's segments to the bits that each may take, "0.pmx".
 * The arithmetic is in plan/budget.h. */
#include "media/measure.h"
#include "plan/task.h"

static gboolean share(PmxRun *run, const PmxBudgetTask *task, GError **error)
{
    guint count = task->measures ? task->measures->len : 0, n = 0;
    g_autofree PmxMeasured *measured = g_new0(PmxMeasured, count + 1);
    g_autofree PmxShare *shares = g_new0(PmxShare, count + 1);
    const PmxVbv vbv = {(double)task->maxrate * 1000, (double)task->bufsize * 1000};
    g_autofree char *path = pmx_run_file(run, "0.pmx");
    for (guint i = 0; i < count; i++) {
        const PmxPackagePart *part = g_ptr_array_index(task->measures, i);
        if (!pmx_run_find(run, part->key, &n, error) ||
            !pmx_measure_read(run, n, &measured[i], error))
            return FALSE;
    }
    pmx_budget_share(measured, count, (double)task->bitrate * 1000, &vbv, shares);
    return pmx_budget_write(path, shares, count, error);
}

json_t *pmx_budget_run(PmxRun *run, GError **error)
{
    PmxBudgetTask *task = pmx_object_read(&pmx_budget_task_object, run->order->body, error);
    gboolean ok = task && share(run, task, error);
    pmx_object_free(&pmx_budget_task_object, task);
    return ok ? json_object() : NULL;
}
