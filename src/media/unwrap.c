/* SPDX-License-Identifier: MIT */
/* See unwrap.h. */
#include "media/unwrap.h"

/* A step back by more than this, or forward by more than that, is a jump and no gap. */
static const gint64 BACK = G_USEC_PER_SEC / 10, FORWARD = 10 * (gint64)G_USEC_PER_SEC;

struct PmxUnwrap {
    gint64 offset; /* microseconds to add */
    GArray *next;  /* of gint64: where each stream's last packet ended; AV_NOPTS_VALUE: none came */
    gboolean jumped;
};

PmxUnwrap *pmx_unwrap_new(void)
{
    PmxUnwrap *unwrap = g_new0(PmxUnwrap, 1);
    unwrap->next = g_array_new(FALSE, FALSE, sizeof(gint64));
    return unwrap;
}

void pmx_unwrap_free(PmxUnwrap *unwrap)
{
    if (!unwrap)
        return;
    g_array_unref(unwrap->next);
    g_free(unwrap);
}

static gint64 *next_of(const PmxUnwrap *unwrap, const AVStream *stream)
{
    static const gint64 none = AV_NOPTS_VALUE;
    while (unwrap->next->len <= (guint)stream->index)
        g_array_append_val(unwrap->next, none);
    return &g_array_index(unwrap->next, gint64, stream->index);
}

static gint64 moved(const PmxUnwrap *unwrap, const AVStream *stream, gint64 ticks)
{
    if (ticks == AV_NOPTS_VALUE)
        return ticks;
    return av_sat_add64(ticks, av_rescale_q(unwrap->offset, AV_TIME_BASE_Q, stream->time_base));
}

void pmx_unwrap_packet(PmxUnwrap *unwrap, const AVStream *stream, AVPacket *packet)
{
    enum AVMediaType type = stream->codecpar->codec_type;
    gint64 time = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
    if (time != AV_NOPTS_VALUE && (type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO)) {
        gint64 *next = next_of(unwrap, stream);
        gint64 at = av_rescale_q(time, stream->time_base, AV_TIME_BASE_Q);
        gint64 step =
            *next == AV_NOPTS_VALUE ? 0 : av_sat_sub64(av_sat_add64(at, unwrap->offset), *next);
        if (step < -BACK || step > FORWARD) {
            unwrap->offset = av_sat_sub64(unwrap->offset, step);
            unwrap->jumped = TRUE;
        }
        *next =
            av_sat_add64(av_sat_add64(at, unwrap->offset),
                         av_rescale_q(MAX(0, packet->duration), stream->time_base, AV_TIME_BASE_Q));
    }
    packet->dts = moved(unwrap, stream, packet->dts);
    packet->pts = moved(unwrap, stream, packet->pts);
}

gboolean pmx_unwrap_jumped(const PmxUnwrap *unwrap)
{
    return unwrap->jumped;
}
