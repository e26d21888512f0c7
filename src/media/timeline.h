/* SPDX-License-Identifier: MIT */
/*
 * Source timestamps to output timestamps of a video.
 *
 * Zero is the film's first frame. Containers that count in milliseconds, or in a clock the frame
 * rate does not divide, round every timestamp; where the film has a constant rate, timestamps that
 * are such a rounding away from the frame grid are put back onto it. What is further off (a real
 * change of pace) stays where it is. Times strictly rise.
 */
#pragma once

#include "plan/task.h"

typedef struct {
    PmxRatio from, to; /* seconds a tick */
    gint64 origin;     /* in `from` ticks */
    gint64 step;       /* `to` ticks a frame; 0: no grid */
    gint64 tolerance;  /* `to` ticks */
    gint64 last;       /* the last time given out */
    gboolean started;
} PmxTimeline;

void pmx_timeline_init(PmxTimeline *timeline, const PmxVideoTask *task, PmxRatio source_time_base);

/* The output time of a frame at `ticks`. Call in presentation order. */
gint64 pmx_timeline_place(PmxTimeline *timeline, gint64 ticks);
