/* SPDX-License-Identifier: MIT */
/* See finite.h. */
#include "media/finite.h"

#include <libavutil/samplefmt.h>
#include <math.h>

/* Full scale is 1; files that have it at 2^31 are still sound. */
#define LOUDEST 1e12

/* The first of `count` values from `at` on that is no sound; `count` when all are. */
static gsize next_bad(enum AVSampleFormat format, const guint8 *plane, gsize at, gsize count)
{
    const float *single = (const float *)(const void *)plane;
    const double *twice = (const double *)(const void *)plane;
    if (format == AV_SAMPLE_FMT_FLT)
        while (at < count && fabs((double)single[at]) < LOUDEST)
            at++;
    else
        while (at < count && fabs(twice[at]) < LOUDEST)
            at++;
    return at;
}

static gboolean mend_plane(enum AVSampleFormat format, AVFrame *frame, int plane, gsize count)
{
    gsize size = (gsize)av_get_bytes_per_sample(format);
    gsize at = next_bad(format, frame->extended_data[plane], 0, count);
    if (at == count || av_frame_make_writable(frame) < 0)
        return at < count;
    for (; at < count; at = next_bad(format, frame->extended_data[plane], at, count))
        memset(frame->extended_data[plane] + at * size, 0, size);
    return TRUE;
}

gboolean pmx_finite_mend(AVFrame *frame)
{
    enum AVSampleFormat format = av_get_packed_sample_fmt(frame->format);
    gboolean planar = av_sample_fmt_is_planar(frame->format) != 0, found = FALSE;
    int channels = frame->ch_layout.nb_channels;
    gsize count = (gsize)frame->nb_samples * (gsize)(planar ? 1 : channels);
    if (format != AV_SAMPLE_FMT_FLT && format != AV_SAMPLE_FMT_DBL)
        return FALSE;
    for (int i = 0; i < (planar ? channels : 1); i++)
        found = mend_plane(format, frame, i, count) || found;
    return found;
}
