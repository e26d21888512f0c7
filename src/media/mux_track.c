/* SPDX-License-Identifier: MIT */
/* See mux_track.h. */
#include "media/mux_track.h"

#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
#include <libavutil/samplefmt.h>

#include "media/averror.h"
#include "media/hdr.h"

static AVRational rational(PmxRatio ratio)
{
    AVRational small;
    av_reduce(&small.num, &small.den, ratio.num, ratio.den, INT_MAX);
    return small;
}

static void set_colours(AVCodecParameters *parameters, const PmxArtifactHead *head)
{
    int value;
    if (head->range && (value = av_color_range_from_name(head->range)) >= 0)
        parameters->color_range = value;
    if (head->matrix && (value = av_color_space_from_name(head->matrix)) >= 0)
        parameters->color_space = value;
    if (head->primaries && (value = av_color_primaries_from_name(head->primaries)) >= 0)
        parameters->color_primaries = value;
    if (head->transfer && (value = av_color_transfer_from_name(head->transfer)) >= 0)
        parameters->color_trc = value;
}

/* What is copied keeps the source's display matrix (ISO/IEC 14496-12, 6.2.2); what is encoded stands
 * upright. */
static int set_rotation(AVStream *stream, gint64 degrees)
{
    if (degrees == 0)
        return 0;
    uint8_t *matrix =
        av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, sizeof(int32_t) * 9);
    if (!matrix)
        return AVERROR(ENOMEM);
    av_display_rotation_set((int32_t *)matrix, (double)degrees);
    return 0;
}

static int set_video(AVStream *stream, int container, const PmxArtifactHead *head)
{
    AVCodecParameters *parameters = stream->codecpar;
    enum AVPixelFormat format = head->format ? av_get_pix_fmt(head->format) : AV_PIX_FMT_YUV420P;
    parameters->codec_type = AVMEDIA_TYPE_VIDEO;
    parameters->width = (int)head->width;
    parameters->height = (int)head->height;
    parameters->format = format;
    parameters->profile = (int)head->profile;
    parameters->level = (int)head->level;
    parameters->sample_aspect_ratio = stream->sample_aspect_ratio = rational(head->sar);
    stream->avg_frame_rate = rational(head->frame_rate);
    /* Apple's players take H.265 only with its parameter sets out of band, which is what
     * hvc1 says. */
    if (parameters->codec_id == AV_CODEC_ID_HEVC &&
        pmx_mux_format(container)->times == PMX_TIMES_EDITS)
        parameters->codec_tag = MKTAG('h', 'v', 'c', '1');
    set_colours(parameters, head);
    int status = set_rotation(stream, head->rotation);
    return status < 0 ? status : pmx_hdr_to_stream(head, stream);
}

static int set_layout(AVCodecParameters *parameters, const PmxArtifactHead *head)
{
    if (head->layout)
        return av_channel_layout_from_string(&parameters->ch_layout, head->layout);
    av_channel_layout_default(&parameters->ch_layout, (int)head->channels);
    return 0;
}

static int set_audio(AVCodecParameters *parameters, const PmxArtifactHead *head,
                     const PmxMuxTrack *track)
{
    parameters->codec_type = AVMEDIA_TYPE_AUDIO;
    parameters->sample_rate = (int)head->sample_rate;
    parameters->frame_size = (int)head->frame_size;
    parameters->bit_rate = head->bit_rate;
    parameters->profile = (int)head->profile;
    parameters->bits_per_coded_sample = (int)head->bits;
    parameters->bits_per_raw_sample = (int)head->bits;
    parameters->block_align = (int)head->block_align;
    parameters->format = head->format ? av_get_sample_fmt(head->format) : AV_SAMPLE_FMT_NONE;
    parameters->initial_padding = (int)av_rescale_q(track->priming, rational(head->time_base),
                                                    (AVRational){1, (int)head->sample_rate});
    /* RFC 7845, 4.6: a decoder needs 80 ms to converge after a seek. */
    if (parameters->codec_id == AV_CODEC_ID_OPUS)
        parameters->seek_preroll = 3840;
    return set_layout(parameters, head);
}

static int set_extradata(AVCodecParameters *parameters, const char *text)
{
    gsize length = 0;
    g_autofree guint8 *bytes = text ? g_base64_decode(text, &length) : NULL;
    if (length == 0)
        return 0;
    parameters->extradata = av_mallocz(length + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!parameters->extradata)
        return AVERROR(ENOMEM);
    memcpy(parameters->extradata, bytes, length);
    parameters->extradata_size = (int)length;
    return 0;
}

/* The channel configuration that AAC's configuration tells, behind object type and sample rate, each
 * of which may have a longer form (ISO/IEC 14496-3, 1.6.2.1). */
static guint aac_channels(const AVCodecParameters *parameters)
{
    guint64 bits = 0;
    for (int i = 0; i < 8; i++)
        bits = bits << 8 | (i < parameters->extradata_size ? parameters->extradata[i] : 0);
    bits <<= bits >> 59 == 31 ? 11 : 5;
    bits <<= bits >> 60 == 15 ? 28 : 4;
    return (guint)(bits >> 60);
}

/* Three bits of an ADTS header tell it; libavformat does not look whether it has more. */
static gboolean check_adts(int container, const AVCodecParameters *parameters, GError **error)
{
    if (container != PMX_CONTAINER_TS || parameters->codec_id != AV_CODEC_ID_AAC ||
        aac_channels(parameters) < 8)
        return TRUE;
    g_set_error(error, PMX_ERROR, PMX_CODE_NOT_SUPPORTED,
                "ts files have no AAC of %d channels in this order; choose another "
                "Container.Format, or let it be encoded with fewer",
                parameters->ch_layout.nb_channels);
    return FALSE;
}

PmxLongForm pmx_mux_long_form(int container)
{
    return container == PMX_CONTAINER_MOV                        ? PMX_LONG_MOV
           : pmx_mux_format(container)->times == PMX_TIMES_EDITS ? PMX_LONG_MP4
                                                                 : PMX_LONG_MATROSKA;
}

char *pmx_mux_track_long_name(int container, const PmxArtifactHead *head, const PmxMuxTrack *track)
{
    const AVCodecDescriptor *codec = avcodec_descriptor_get_by_name(head->codec);
    PmxTimes times = pmx_mux_format(container)->times;
    if (!track->tag || (times != PMX_TIMES_EDITS && times != PMX_TIMES_DELAY))
        return NULL;
    if (track->title || times == PMX_TIMES_DELAY)
        return g_strdup(track->title ? track->title : "");
    return g_strdup(codec && codec->type == AVMEDIA_TYPE_AUDIO ? "SoundHandler"
                                                               : "SubtitleHandler");
}

static void set_long_language(AVStream *stream, int container, const PmxArtifactHead *head,
                              const PmxMuxTrack *track)
{
    g_autofree char *name = pmx_mux_track_long_name(container, head, track);
    if (!name)
        return;
    PmxLongForm form = pmx_mux_long_form(container);
    g_autofree char *padded = pmx_long_name(form, name, track->tag);
    av_dict_set(&stream->metadata, form == PMX_LONG_MATROSKA ? "title" : "handler_name", padded, 0);
}

static void set_tags(AVStream *stream, int container, const PmxMuxTrack *track)
{
    if (track->language || pmx_mux_format(container)->times == PMX_TIMES_EDITS)
        av_dict_set(&stream->metadata, "language", track->language ? track->language : "und", 0);
    if (track->title) {
        av_dict_set(&stream->metadata, "title", track->title, 0);
        if (pmx_mux_format(container)->times == PMX_TIMES_EDITS)
            av_dict_set(&stream->metadata, "handler_name", track->title, 0);
    }
    stream->disposition = track->enabled ? AV_DISPOSITION_DEFAULT : 0;
}

static int set_kind(AVStream *stream, int container, const PmxArtifactHead *head,
                    const PmxMuxTrack *track, enum AVMediaType type)
{
    switch (type) {
    case AVMEDIA_TYPE_VIDEO:
        return set_video(stream, container, head);
    case AVMEDIA_TYPE_AUDIO:
        return set_audio(stream->codecpar, head, track);
    default:
        stream->codecpar->codec_type = type;
        return 0;
    }
}

gboolean pmx_mux_track_set(AVStream *stream, int container, const PmxArtifactHead *head,
                           const PmxMuxTrack *track, GError **error)
{
    const AVCodecDescriptor *codec = avcodec_descriptor_get_by_name(head->codec);
    int status = codec ? 0 : AVERROR(ENOSYS);
    if (codec) {
        stream->codecpar->codec_id = codec->id;
        stream->time_base = rational(head->time_base);
        set_tags(stream, container, track);
        set_long_language(stream, container, head, track);
        status = set_kind(stream, container, head, track, codec->type);
    }
    if (status >= 0)
        status = set_extradata(stream->codecpar, head->extradata);
    if (status < 0)
        return pmx_av_fail(error, PMX_CODE_INTERNAL, status, "a track of %s cannot be added",
                           head->codec);
    return check_adts(container, stream->codecpar, error);
}
