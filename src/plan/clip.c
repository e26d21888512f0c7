/* SPDX-License-Identifier: MIT */
/* See clip.h. Pure. */
#include "plan/clip.h"

#include <math.h>

static const double ROUNDING = 0.0005; /* seconds */

static gboolean has_frames(const PmxStream *video)
{
    return video && video->constant_rate && pmx_ratio_known(video->frame_rate);
}

/* The time of the first frame at or after `us`; `us` itself where frames have no grid. */
static gint64 on_frame(const PmxStream *video, gint64 us)
{
    if (!has_frames(video))
        return us;
    double rate = pmx_ratio_value(video->frame_rate);
    gint64 frame = (gint64)ceil(((double)us / G_USEC_PER_SEC - ROUNDING) * rate);
    return pmx_rescale(MAX(0, frame), pmx_ratio(video->frame_rate.den, video->frame_rate.num),
                       (PmxRatio){1, G_USEC_PER_SEC});
}

gboolean pmx_clip_resolve(const PmxTimeSpan *span, const PmxStream *video, gint64 film,
                          const char *path, PmxClipRange *range, PmxProblems *problems)
{
    gint64 end = span->duration > 0 ? span->seek + span->duration : film - span->end;
    *range = (PmxClipRange){.clipped = span->seek || span->duration || span->end};
    if (!range->clipped)
        return TRUE;
    end = MIN(end, film);
    range->start = on_frame(video, span->seek);
    range->length = (end >= film ? film : on_frame(video, end)) - range->start;
    if (range->length > 0)
        return TRUE;
    pmx_problems_add(problems, PMX_CODE_OUT_OF_RANGE, path,
                     "leaves nothing of the film, which lasts %.3f s",
                     (double)film / G_USEC_PER_SEC);
    return FALSE;
}

static gint64 ticks_of(const PmxStream *video, gint64 us)
{
    return pmx_rescale(us, (PmxRatio){1, G_USEC_PER_SEC}, video->time_base);
}

PmxStream *pmx_clip_stream(const PmxStream *video, const PmxClipRange *range)
{
    PmxStream *clip = g_memdup2(video, sizeof *video);
    clip->start = video->start + ticks_of(video, range->start);
    clip->end = MIN(video->end, video->start + ticks_of(video, range->start + range->length));
    return clip;
}

gint64 pmx_clip_tolerance(const PmxStream *video)
{
    if (!has_frames(video))
        return 0;
    return pmx_rescale(1, pmx_ratio(video->frame_rate.den, video->frame_rate.num),
                       video->time_base) /
           2;
}
