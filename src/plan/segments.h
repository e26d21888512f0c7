/* SPDX-License-Identifier: MIT */
/*
 * Where a film is cut into segments.
 *
 * Segments aim at a grid of whole GOPs. A keyframe in the middle of a scene costs a lot of bits,
 * one at a scene cut costs none, since an encoder puts one there anyway. So two segments meet at
 * the first scene cut in a window behind the grid point, else at the last one in a shorter window
 * before it, and only where the scene goes on through both at the grid point itself. (Measured on
 * footage with a cut every four seconds: a bare grid costs 9 % of the bits at equal quality, see
 * docs/performance.md.) A segment
 * is the smallest multiple of the GOP that reaches the wanted length, and no shorter than a quarter
 * of the way between the source's keyframes, or decoding would cost more than encoding; the last
 * one takes what is left, from half a segment to one and a half. Pure arithmetic; the windows are
 * looked into by cut tasks.
 */
#pragma once

#include "job/job.h"
#include "plan/facts.h"

typedef struct {
    gint64 gop;       /* frames between keyframes, at most */
    gint64 frames;    /* of a whole segment, at the stream's average rate */
    guint count;      /* segments, at least one */
    PmxRatio rate;    /* frames a second the arithmetic uses */
    gint64 origin;    /* ticks: the first frame */
    PmxRatio ticks;   /* the stream's time base */
    gboolean on_grid; /* frames sit on the grid, so cuts go half a frame before one */
} PmxGrid;

PmxGrid pmx_grid_new(const PmxStream *video, PmxGop gop, double segment_seconds);

/* The i-th grid point, in ticks. */
gint64 pmx_grid_point(const PmxGrid *grid, guint i);

/* The windows around the i-th grid point. What one grid point may choose is at least a tenth of a
 * segment away from what the next one may. */
typedef struct {
    gint64 start; /* ticks: the first place where segments may meet */
    gint64 point; /* ticks: the grid point */
    gint64 end;   /* ticks: behind the last place */
} PmxGridWindow;

PmxGridWindow pmx_grid_window(const PmxGrid *grid, guint i);
