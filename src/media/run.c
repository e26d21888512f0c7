/* SPDX-License-Identifier: MIT */
/* See run.h. */
#include "media/run.h"

#include <libavutil/cpu.h>
#include <libavutil/log.h>

#include "base/wire.h"

static const gint64 REPORT_EVERY = G_USEC_PER_SEC / 5;

void pmx_run_setup(const PmxRun *run)
{
    av_log_set_level(AV_LOG_QUIET);
    g_setenv("SVT_LOG", "0", TRUE); /* it writes past libavutil's log */
    /* Audio is little work, and its floating-point code differs between processors; the plain C
     * paths do not. */
    if (run->order->kind == PMX_ORDER_AUDIO)
        av_force_cpu_flags(0);
}

gboolean pmx_run_source(const PmxRun *run, guint n, PmxSourceRef *ref, GError **error)
{
    if (!run->order->inputs || n >= run->order->inputs->len) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "the order has no input %u", n);
        return FALSE;
    }
    const PmxOrderInput *input = g_ptr_array_index(run->order->inputs, n);
    *ref = (PmxSourceRef){.input = n, .size = input->size, .name = input->name, .fd = run->data};
    return TRUE;
}

char *pmx_run_file(const PmxRun *run, const char *name)
{
    return g_build_filename(run->order->scratch, name, NULL);
}

gboolean pmx_run_due(PmxRun *run)
{
    gint64 now = g_get_monotonic_time();
    if (now - run->reported < REPORT_EVERY)
        return FALSE;
    run->reported = now;
    return TRUE;
}

void pmx_run_progress(PmxRun *run, json_t *progress)
{
    json_t *line = json_pack("{s:o}", "progress", progress);
    pmx_wire_send(run->control, line);
    json_decref(line);
}
