/* SPDX-License-Identifier: MIT */
/* See amr.h. */
#include "media/amr.h"

/* Bytes a frame, its header among them, by the frame type: the storage formats of RFC 4867, 5.3, with
 * the sizes of 3GPP TS 26.101 and TS 26.201. 0: not in use. */
static const guint8 narrow[16] = {13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1},
                    wide[16] = {18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1};

/* The channels' frames of one moment follow one another (RFC 4867, 5.2). */
int pmx_amr_first(const AVCodecContext *context, const AVPacket *packet)
{
    const guint8 *sizes = context->codec_id == AV_CODEC_ID_AMR_NB   ? narrow
                          : context->codec_id == AV_CODEC_ID_AMR_WB ? wide
                                                                    : NULL;
    int at = 0;
    for (int c = 0; sizes && c < MAX(1, context->ch_layout.nb_channels); c++) {
        int size = at < packet->size ? sizes[packet->data[at] >> 3 & 15] : 0;
        if (size == 0)
            return 0;
        at += size;
    }
    return at < packet->size ? at : 0;
}

int pmx_amr_split(AVPacket *whole, AVPacket *frame, int size, AVRational time_base)
{
    int status = av_packet_ref(frame, whole);
    if (status < 0)
        return status;
    gint64 lasts = av_rescale_q(20, (AVRational){1, 1000}, time_base);
    frame->size = size;
    frame->duration = lasts;
    /* What an edit list cuts off is told once. */
    av_packet_free_side_data(whole);
    whole->data += size;
    whole->size -= size;
    if (whole->pts != AV_NOPTS_VALUE)
        whole->pts = av_sat_add64(whole->pts, lasts);
    if (whole->dts != AV_NOPTS_VALUE)
        whole->dts = av_sat_add64(whole->dts, lasts);
    return 0;
}
