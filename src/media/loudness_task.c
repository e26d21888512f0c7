/* SPDX-License-Identifier: MIT */
/*
 * The loudness task: listens to a track as it will be heard, before any gain but a linear one, and
 * writes down how loud it is, "0.pmx":
 *
 *     {"integrated": LUFS, "range": LU, "true_peak": dBTP, "steps": [hundredths of LUFS, 100 ms each]}
 */
#include <math.h>

#include "media/finding.h"
#include "media/loudness.h"
#include "media/meter.h"
#include "media/run.h"
#include "media/sound_line.h"

static json_t *steps_json(const PmxMeter *meter)
{
    const GArray *steps = pmx_meter_steps(meter);
    json_t *list = json_array();
    for (guint i = 0; i < steps->len; i++)
        json_array_append_new(list, json_integer(lrint(g_array_index(steps, double, i) * 100)));
    return list;
}

static gboolean write_result(const PmxRun *run, const PmxMeter *meter, GError **error)
{
    json_t *json = json_pack("{s:f, s:f, s:f, s:o}", "integrated", pmx_meter_integrated(meter),
                             "range", pmx_meter_range(meter), "true_peak",
                             pmx_meter_true_peak(meter), "steps", steps_json(meter));
    return pmx_finding_write(run, json, error);
}

static gboolean measure(PmxRun *run, const PmxAudioTask *task, GError **error)
{
    g_autoptr(PmxVolumePlan) volume =
        task->volume == PMX_TASK_VOLUME_LINEAR ? pmx_volume_plan(task, NULL, NULL) : NULL;
    PmxSoundLine line = {.run = run, .task = task, .volume = volume};
    g_autoptr(PmxMeter) meter =
        pmx_meter_new(pmx_sound_line_layout(task), (int)task->samplerate, error);
    return meter && pmx_sound_line_run(&line, pmx_meter_push, meter, error) &&
           write_result(run, meter, error);
}

json_t *pmx_loudness_run(PmxRun *run, GError **error)
{
    PmxAudioTask *task = pmx_object_read(&pmx_audio_task_object, run->order->body, error);
    gboolean ok = task && measure(run, task, error);
    pmx_object_free(&pmx_audio_task_object, task);
    return ok ? json_object() : NULL;
}
