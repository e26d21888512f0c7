/* SPDX-License-Identifier: MIT */
/* Sound encoders of libavcodec: see sound_encoder.h. */
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <string.h>

#include "job/job.h"
#include "media/averror.h"
#include "media/sound_kind.h"

typedef struct {
    AVCodecContext *context;
    SwrContext *swr; /* interleaved float to the encoder's own format */
    AVFrame *frame;
    AVPacket *packet;
    GArray *held; /* of float: less than a frame's samples */
    gint64 given; /* samples a channel, sent to the encoder */
    gint64 out;   /* samples a channel in the packets given out */
    char *extradata;
} Encoder;

/* Encoders by name: libavcodec has two for some codecs, and of its own MP2, AC-3 and FLAC the
 * floating or only one is meant. In the order of PmxAudioCodec. */
static const char *const names[] = {"aac",     "ac3",       "eac3",  "mp2",   "libmp3lame", "flac",
                                    "libopus", "libvorbis", "wmav1", "wmav2", "pcm_s16le"};

enum { PCM_FRAME = 1024 };

static void encoder_close(gpointer data)
{
    Encoder *encoder = data;
    avcodec_free_context(&encoder->context);
    swr_free(&encoder->swr);
    av_frame_free(&encoder->frame);
    av_packet_free(&encoder->packet);
    g_array_unref(encoder->held);
    g_free(encoder->extradata);
    g_free(encoder);
}

static enum AVSampleFormat choose_format(const AVCodec *codec, int bits)
{
    for (int i = 0; codec->sample_fmts[i] != AV_SAMPLE_FMT_NONE; i++) {
        enum AVSampleFormat packed = av_get_packed_sample_fmt(codec->sample_fmts[i]);
        if (packed == (bits > 16 ? AV_SAMPLE_FMT_S32 : AV_SAMPLE_FMT_FLT))
            return codec->sample_fmts[i];
    }
    return codec->sample_fmts[0];
}

static int open_context(Encoder *encoder, const PmxSoundSettings *settings, const AVCodec *codec)
{
    AVCodecContext *context = encoder->context = avcodec_alloc_context3(codec);
    int status = av_channel_layout_from_string(&context->ch_layout, pmx_sound_layout(settings));
    context->sample_rate = settings->rate;
    context->sample_fmt = choose_format(codec, settings->bits);
    context->bit_rate = settings->bitrate;
    context->time_base = (AVRational){1, settings->rate};
    context->thread_count = 1;
    context->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_GLOBAL_HEADER;
    /* By itself libavcodec 59 puts the five channels of 5.0 in a wrong order; told what it would take
     * anyway (RFC 7845, 5.1.1.2), it does not. */
    if (context->codec_id == AV_CODEC_ID_OPUS && settings->channels == 5)
        av_opt_set_int(context->priv_data, "mapping_family", 1, 0);
    if (settings->bits > 16)
        context->bits_per_raw_sample = settings->bits;
    return status < 0 ? status : avcodec_open2(context, codec, NULL);
}

static int open_swr(Encoder *encoder)
{
    AVCodecContext *context = encoder->context;
    int status = swr_alloc_set_opts2(&encoder->swr, &context->ch_layout, context->sample_fmt,
                                     context->sample_rate, &context->ch_layout, AV_SAMPLE_FMT_FLT,
                                     context->sample_rate, 0, NULL);
    return status < 0 ? status : swr_init(encoder->swr);
}

static gpointer encoder_open(const PmxSoundSettings *settings, GError **error)
{
    const char *name = names[settings->codec];
    const AVCodec *codec = avcodec_find_encoder_by_name(name);
    if (!codec) {
        g_set_error(error, PMX_ERROR, PMX_CODE_NOT_SUPPORTED,
                    "this machine's libavcodec has no %s encoder", name);
        return NULL;
    }
    Encoder *encoder = g_new0(Encoder, 1);
    encoder->frame = av_frame_alloc();
    encoder->packet = av_packet_alloc();
    encoder->held = g_array_new(FALSE, FALSE, sizeof(float));
    int status = open_context(encoder, settings, codec);
    if (status >= 0)
        status = open_swr(encoder);
    if (status >= 0)
        return encoder;
    pmx_av_fail(error, PMX_CODE_NOT_SUPPORTED, status,
                "the %s encoder refuses this combination of bit rate, sample rate and channels",
                name);
    encoder_close(encoder);
    return NULL;
}

/* Samples a channel in the packet: the encoder's frame, or for codecs without one what it says. */
static gint64 length_of(const Encoder *encoder, const AVPacket *packet)
{
    const AVCodecContext *context = encoder->context;
    if (context->codec_id == AV_CODEC_ID_PCM_S16LE)
        return packet->size / (2 * context->ch_layout.nb_channels);
    /* Vorbis has blocks of two lengths, and FLAC's last frame is as long as what is left. */
    if (context->codec_id == AV_CODEC_ID_VORBIS || context->codec_id == AV_CODEC_ID_FLAC)
        return packet->duration;
    return context->frame_size;
}

/* FLAC tells its checksum and frame sizes when all is encoded. */
static void note_extradata(Encoder *encoder)
{
    size_t size = 0;
    const guint8 *bytes =
        av_packet_get_side_data(encoder->packet, AV_PKT_DATA_NEW_EXTRADATA, &size);
    if (!bytes || size == 0)
        return;
    g_free(encoder->extradata);
    encoder->extradata = g_base64_encode(bytes, size);
}

static gboolean give_out(Encoder *encoder, PmxSoundFunc take, gpointer data, GError **error)
{
    AVPacket *packet = encoder->packet;
    for (;;) {
        int status = avcodec_receive_packet(encoder->context, packet);
        if (status == AVERROR(EAGAIN) || status == AVERROR_EOF)
            return TRUE;
        if (status < 0)
            return pmx_av_fail(error, PMX_CODE_INTERNAL, status, "the sound cannot be encoded");
        note_extradata(encoder);
        if (packet->size == 0)
            continue;
        packet->duration = length_of(encoder, packet);
        packet->pts = encoder->out - encoder->context->initial_padding;
        encoder->out += packet->duration;
        packet->flags = AV_PKT_FLAG_KEY;
        if (!take(packet, data, error))
            return FALSE;
        av_packet_unref(packet);
    }
}

static int fill_frame(Encoder *encoder, const float *samples, int count)
{
    AVFrame *frame = encoder->frame;
    AVCodecContext *context = encoder->context;
    av_frame_unref(frame);
    frame->nb_samples = count;
    frame->format = context->sample_fmt;
    frame->sample_rate = context->sample_rate;
    frame->pts = encoder->given;
    int status = av_channel_layout_copy(&frame->ch_layout, &context->ch_layout);
    if (status >= 0)
        status = av_frame_get_buffer(frame, 0);
    const guint8 *in = (const guint8 *)samples;
    return status < 0 ? status : swr_convert(encoder->swr, frame->extended_data, count, &in, count);
}

static gboolean send(Encoder *encoder, const float *samples, int count, PmxSoundFunc take,
                     gpointer data, GError **error)
{
    int status = samples ? fill_frame(encoder, samples, count) : 0;
    if (status >= 0)
        status = avcodec_send_frame(encoder->context, samples ? encoder->frame : NULL);
    if (status < 0)
        return pmx_av_fail(error, PMX_CODE_INTERNAL, status, "the sound cannot be encoded");
    encoder->given += count;
    return give_out(encoder, take, data, error);
}

static gboolean encode(gpointer self, const float *samples, gsize count, PmxSoundFunc take,
                       gpointer data, GError **error);

/* An encoder that holds nothing back has to be pushed past the last sample by its own priming. */
static gboolean push(Encoder *encoder, PmxSoundFunc take, gpointer data, GError **error)
{
    const AVCodecContext *context = encoder->context;
    if (context->codec->capabilities & AV_CODEC_CAP_DELAY || context->initial_padding <= 0)
        return TRUE;
    gsize count = (gsize)context->initial_padding;
    g_autofree float *silence = g_new0(float, count *(gsize)context->ch_layout.nb_channels);
    return encode(encoder, silence, count, take, data, error);
}

static gboolean finish(Encoder *encoder, PmxSoundFunc take, gpointer data, GError **error)
{
    if (!push(encoder, take, data, error))
        return FALSE;
    int left = (int)(encoder->held->len / (guint)encoder->context->ch_layout.nb_channels);
    if (left > 0 &&
        !send(encoder, (const float *)(void *)encoder->held->data, left, take, data, error))
        return FALSE;
    return send(encoder, NULL, 0, take, data, error);
}

static gboolean encode(gpointer self, const float *samples, gsize count, PmxSoundFunc take,
                       gpointer data, GError **error)
{
    Encoder *encoder = self;
    if (!samples)
        return finish(encoder, take, data, error);
    int size = encoder->context->frame_size > 0 ? encoder->context->frame_size : PCM_FRAME;
    guint channels = (guint)encoder->context->ch_layout.nb_channels, frame = (guint)size * channels;
    for (gsize left = count * channels; left > 0;) {
        guint part = (guint)MIN(left, frame - encoder->held->len);
        g_array_append_vals(encoder->held, samples, part);
        samples += part;
        left -= part;
        if (encoder->held->len < frame)
            break;
        if (!send(encoder, (const float *)(void *)encoder->held->data, size, take, data, error))
            return FALSE;
        g_array_set_size(encoder->held, 0);
    }
    return TRUE;
}

static void describe(gpointer data, PmxArtifactHead *head)
{
    const Encoder *encoder = data;
    const AVCodecContext *context = encoder->context;
    head->frame_size = context->frame_size;
    head->bit_rate = context->bit_rate;
    head->padding = context->initial_padding;
    head->bits = context->bits_per_raw_sample;
    head->block_align = context->block_align;
    head->extradata = encoder->extradata ? g_strdup(encoder->extradata)
                      : context->extradata_size > 0
                          ? g_base64_encode(context->extradata, (gsize)context->extradata_size)
                          : NULL;
}

const PmxSoundKind pmx_sound_lavc_kind = {encoder_open, encoder_close, encode, describe};
