/* SPDX-License-Identifier: MIT */
/* See timeline.h. Pure arithmetic. */
#include "media/timeline.h"

#include <math.h>

void pmx_timeline_init(PmxTimeline *timeline, const PmxVideoTask *task, PmxRatio source_time_base)
{
    *timeline =
        (PmxTimeline){.from = source_time_base, .to = task->time_base, .origin = task->origin};
    if (!task->snap)
        return;
    timeline->step =
        pmx_rescale(1, (PmxRatio){task->frame_rate.den, task->frame_rate.num}, task->time_base);
    double tick = pmx_ratio_value(source_time_base) / pmx_ratio_value(task->time_base);
    /* A container may round a time by half a tick or cut off nearly a whole one. */
    timeline->tolerance = MAX(1, (gint64)ceil(tick));
}

static gint64 nearest_on_grid(gint64 time, gint64 step)
{
    gint64 half = time < 0 ? -(step / 2) : step / 2;
    return (time + half) / step * step;
}

gint64 pmx_timeline_place(PmxTimeline *timeline, gint64 ticks)
{
    gint64 time = pmx_rescale(ticks - timeline->origin, timeline->from, timeline->to);
    if (timeline->step > 0) {
        gint64 grid = nearest_on_grid(time, timeline->step);
        if (ABS(grid - time) <= timeline->tolerance)
            time = grid;
    }
    if (timeline->started && time <= timeline->last)
        time = timeline->last + 1;
    timeline->started = TRUE;
    timeline->last = time;
    return time;
}
