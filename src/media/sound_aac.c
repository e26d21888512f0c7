/* SPDX-License-Identifier: MIT */
/* AAC as a sound encoder: see sound_encoder.h. */
#include <math.h>

#include "media/aac.h"
#include "media/sound_kind.h"

typedef struct {
    PmxAac *aac;
    AVPacket *packet;
    GArray *samples; /* of gint16 */
    gint64 units;    /* given out */
    int channels;
    PmxSoundFunc take;
    gpointer data;
} Encoder;

static void encoder_close(gpointer data)
{
    Encoder *encoder = data;
    pmx_aac_free(encoder->aac);
    encoder->packet->data = NULL; /* it never owned its bytes */
    encoder->packet->size = 0;
    av_packet_free(&encoder->packet);
    g_array_unref(encoder->samples);
    g_free(encoder);
}

static gpointer encoder_open(const PmxSoundSettings *settings, GError **error)
{
    const PmxAacSettings aac = {settings->profile, settings->bitrate, settings->rate,
                                settings->channels};
    Encoder *encoder = g_new0(Encoder, 1);
    encoder->packet = av_packet_alloc();
    encoder->samples = g_array_new(FALSE, FALSE, sizeof(gint16));
    encoder->channels = settings->channels;
    encoder->aac = pmx_aac_new(&aac, error);
    if (encoder->aac)
        return encoder;
    encoder_close(encoder);
    return NULL;
}

static gboolean take_unit(const guint8 *bytes, gsize length, gpointer data, GError **error)
{
    Encoder *encoder = data;
    AVPacket *packet = encoder->packet;
    int frame = pmx_aac_frame_length(encoder->aac);
    packet->data = (guint8 *)bytes;
    packet->size = (int)length;
    packet->flags = AV_PKT_FLAG_KEY;
    packet->pts = encoder->units++ * frame - pmx_aac_priming(encoder->aac);
    packet->duration = frame;
    return encoder->take(packet, encoder->data, error);
}

static void to_int16(const float *from, gint16 *to, gsize count)
{
    for (gsize i = 0; i < count; i++)
        to[i] = (gint16)lrintf(CLAMP(from[i] * 32768.0F, -32768.0F, 32767.0F));
}

static gboolean encode(gpointer data, const float *samples, gsize count, PmxSoundFunc take,
                       gpointer take_data, GError **error)
{
    Encoder *encoder = data;
    encoder->take = take;
    encoder->data = take_data;
    if (!samples)
        return pmx_aac_encode(encoder->aac, NULL, 0, take_unit, encoder, error);
    gsize values = count * (gsize)encoder->channels;
    g_array_set_size(encoder->samples, (guint)values);
    gint16 *converted = (gint16 *)(void *)encoder->samples->data;
    to_int16(samples, converted, values);
    return pmx_aac_encode(encoder->aac, converted, count, take_unit, encoder, error);
}

static void describe(gpointer data, PmxArtifactHead *head)
{
    const Encoder *encoder = data;
    gsize length;
    const guint8 *config = pmx_aac_config(encoder->aac, &length);
    head->extradata = g_base64_encode(config, length);
    head->frame_size = pmx_aac_frame_length(encoder->aac);
}

const PmxSoundKind pmx_sound_aac_kind = {encoder_open, encoder_close, encode, describe};
