/* SPDX-License-Identifier: MIT */
/* See flow.h. Pure. */
#include "plan/flow.h"

#include <math.h>

#include "plan/colour.h"
#include "plan/shape.h"

/* --- pace --- */

static const double MAX_FPS = 60; /* unless the job says otherwise */

PmxRatio pmx_flow_rate(double fps)
{
    double whole = round(fps * 1001 / 1000);
    if (fabs(fps - round(fps)) > 1e-4 && fabs(fps - whole * 1000 / 1001) < 6e-3)
        return pmx_ratio((gint64)whole * 1000, 1001);
    return pmx_ratio(llround(fps * 1000), 1000);
}

/* Every second, third … frame rather than an uneven choice, where that comes as close as rounding:
 * 119.88 becomes 59.94 at most 60. */
static PmxRatio slower(PmxRatio source, double most)
{
    double every = round(pmx_ratio_value(source) / most);
    double divided = pmx_ratio_value(source) / every;
    if (divided <= most + 1e-9 && divided >= most * 0.998)
        return pmx_ratio(source.num, source.den * (gint64)every);
    return pmx_flow_rate(most);
}

static void choose_pace(const PmxVideo *params, const PmxStream *video, PmxFlow *flow)
{
    double rate = pmx_ratio_value(video->frame_rate);
    double most = params->max_fps > 0 ? params->max_fps : MAX_FPS;
    *flow = (PmxFlow){.rate = video->frame_rate, .constant = video->constant_rate};
    if (params->fps > 0) {
        flow->pace = PMX_PACE_FILL;
        flow->rate = pmx_flow_rate(params->fps);
    } else if (video->constant_rate && rate > most + 1e-6) {
        flow->pace = PMX_PACE_FILL;
        flow->rate = slower(video->frame_rate, most);
    } else if (!video->constant_rate && (rate > most || most < MAX_FPS)) {
        flow->pace = PMX_PACE_LIMIT;
        flow->slots = pmx_flow_rate(most);
        if (rate > most || !pmx_ratio_known(flow->rate))
            flow->rate = flow->slots;
    }
    if (flow->pace == PMX_PACE_FILL) {
        flow->slots = flow->rate;
        flow->constant = TRUE;
    }
}

/* --- scan --- */

/* Why pictures cannot stay interlaced, or NULL. Static. */
static const char *no_interlaced(const PmxOutput *output, const PmxStream *video,
                                 const PmxRendition *rendition, const PmxFlow *flow)
{
    const PmxVideo *params = &output->video;
    if (params->codec != PMX_CODEC_H264)
        return "only H.264 carries interlaced pictures here";
    if (params->profile == 0)
        return "H.264's Baseline profile has no interlaced pictures";
    if (flow->pace != PMX_PACE_SOURCE)
        return "the frame rate is changed, which takes fields apart";
    if (video->rotation == 90 || video->rotation == 270)
        return "the picture is turned, which takes its lines apart";
    if (pmx_shape_is_moved(rendition))
        return "the picture is cropped or padded, which moves its lines";
    if (rendition->height % 4)
        return "the height is not a multiple of 4";
    return NULL;
}

static gboolean refuse(GError **error, const char *why)
{
    g_set_error(error, PMX_ERROR, PMX_CODE_NOT_SUPPORTED,
                "Video.ScanMode cannot be interlaced: %s; write auto or progressive", why);
    return FALSE;
}

static gboolean choose_scan(const PmxOutput *output, const PmxStream *video,
                            const PmxRendition *rendition, PmxFlow *flow, char **warning,
                            GError **error)
{
    const char *why = no_interlaced(output, video, rendition, flow);
    switch (output->video.scan_mode) {
    case PMX_SCAN_AUTO:
        flow->deinterlace = PMX_DEINTERLACE_FLAGGED;
        return TRUE;
    case PMX_SCAN_PROGRESSIVE:
        flow->deinterlace = video->interlaced ? PMX_DEINTERLACE_ALL : PMX_DEINTERLACE_FLAGGED;
        return TRUE;
    case PMX_SCAN_INTERLACED:
        if (!video->interlaced)
            why = "the source is progressive";
        if (why)
            return refuse(error, why);
        flow->interlaced = TRUE;
        return TRUE;
    default:
        break;
    }
    flow->interlaced = video->interlaced && !why;
    if (video->interlaced && why) {
        flow->deinterlace = PMX_DEINTERLACE_FLAGGED;
        *warning = g_strdup_printf("the source is interlaced and the output is not: %s", why);
    }
    return TRUE;
}

/* --- the whole --- */

gboolean pmx_flow_choose(const PmxOutput *output, const PmxStream *video,
                         const PmxRendition *rendition, PmxFlow *flow, char **warning,
                         GError **error)
{
    *warning = NULL;
    choose_pace(&output->video, video, flow);
    flow->border = rendition->crop.found;
    flow->pixels = pmx_colour_depends(video) ? rendition->pix_fmt : PMX_PIXELS_8;
    return choose_scan(output, video, rendition, flow, warning, error);
}

PmxStream pmx_flow_stream(const PmxFlow *flow, const PmxStream *video)
{
    PmxStream stream = *video;
    stream.frame_rate = flow->rate;
    stream.constant_rate = flow->constant;
    return stream;
}

static gint64 time_base_den(gint64 rate)
{
    /* A whole number of ticks a frame, and fine enough for audio players: the rule MP4 writers
     * follow. */
    while (rate < 10000)
        rate *= 2;
    return rate;
}

void pmx_flow_task(const PmxFlow *flow, const PmxStream *video, PmxVideoTask *task)
{
    task->snap = video->constant_rate;
    task->time_base =
        flow->constant ? pmx_ratio(1, time_base_den(task->frame_rate.num)) : video->time_base;
    task->pace = flow->pace;
    task->slots = flow->slots;
    if (flow->pace == PMX_PACE_FILL)
        task->source_rate = video->frame_rate;
    task->deinterlace = flow->deinterlace;
    task->interlaced = flow->interlaced;
}

void pmx_flow_border(const PmxStream *video, PmxBorderTask *task)
{
    task->stream = video->index;
    task->start = video->start;
    task->end = video->end;
    task->rotation = video->rotation;
}

static gboolean same_ratio(PmxRatio a, PmxRatio b)
{
    return a.num == b.num && (a.den == b.den || a.num == 0);
}

gboolean pmx_flow_equal(const PmxFlow *a, const PmxFlow *b)
{
    return a->pace == b->pace && same_ratio(a->slots, b->slots) && same_ratio(a->rate, b->rate) &&
           a->deinterlace == b->deinterlace && a->interlaced == b->interlaced &&
           a->border == b->border && a->pixels == b->pixels;
}
