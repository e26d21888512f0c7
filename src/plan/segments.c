/* SPDX-License-Identifier: MIT */
/* Segment arithmetic: see segments.h. Pure. */
#include "plan/segments.h"

#include <math.h>

/* Streams that do not tell their rate are cut as if they had this one; only lengths depend
 * on it. */
static const PmxRatio usual_rate = {25, 1};

/* Windows in parts of a segment, which keep the cuts in order and apart; longer ones than this cost
 * more decoding than they save. */
static const double AHEAD = 0.5, BACK = 0.4, WINDOW_SECONDS = 5;

static gint64 gop_frames(PmxGop gop, PmxRatio rate)
{
    if (gop.frames > 0)
        return gop.frames;
    return MAX(1, (gint64)llround(gop.seconds * pmx_ratio_value(rate)));
}

PmxGrid pmx_grid_new(const PmxStream *video, PmxGop gop, double segment_seconds)
{
    PmxGrid grid = {
        .origin = video->start, .ticks = video->time_base, .on_grid = video->constant_rate};
    grid.rate = pmx_ratio_known(video->frame_rate) ? video->frame_rate : usual_rate;
    grid.gop = gop_frames(gop, grid.rate);
    /* Every segment is decoded from the keyframe before it. */
    segment_seconds = MAX(segment_seconds, video->keyframe_spacing / 4);
    double gop_seconds = (double)grid.gop / pmx_ratio_value(grid.rate);
    grid.frames = grid.gop * MAX(1, (gint64)ceil(segment_seconds / gop_seconds - 1e-9));
    double length = (double)(video->end - video->start) * pmx_ratio_value(video->time_base);
    double segment = (double)grid.frames / pmx_ratio_value(grid.rate);
    grid.count = (guint)CLAMP(llround(length / segment), 1, 1000000);
    return grid;
}

gint64 pmx_grid_point(const PmxGrid *grid, guint i)
{
    PmxRatio half_frame = {grid->rate.den, grid->rate.num * 2};
    gint64 halves = (gint64)i * grid->frames * 2 - (grid->on_grid ? 1 : 0);
    return grid->origin + pmx_rescale(halves, half_frame, grid->ticks);
}

static gint64 ticks(const PmxGrid *grid, double seconds)
{
    return pmx_rescale((gint64)(seconds * G_USEC_PER_SEC), (PmxRatio){1, G_USEC_PER_SEC},
                       grid->ticks);
}

PmxGridWindow pmx_grid_window(const PmxGrid *grid, guint i)
{
    double segment = (double)grid->frames / pmx_ratio_value(grid->rate);
    gint64 point = pmx_grid_point(grid, i);
    gint64 back = ticks(grid, MIN(segment * BACK, WINDOW_SECONDS));
    gint64 ahead = ticks(grid, MIN(segment * AHEAD, WINDOW_SECONDS));
    return (PmxGridWindow){MAX(grid->origin, point - back), point, point + ahead};
}
