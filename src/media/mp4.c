/* SPDX-License-Identifier: MIT */
/* See mp4.h. */
#include "media/mp4.h"

#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>

#include "media/averror.h"
#include "media/hdr.h"

struct PmxMp4 {
    AVFormatContext *format;
    GArray *ticks; /* of AVRational: each track's clock as its packets come in */
};

static AVRational rational(PmxRatio ratio)
{
    AVRational small;
    av_reduce(&small.num, &small.den, ratio.num, ratio.den, INT_MAX);
    return small;
}

PmxMp4 *pmx_mp4_create(const char *path, GError **error)
{
    g_autoptr(PmxMp4) mp4 = g_new0(PmxMp4, 1);
    mp4->ticks = g_array_new(FALSE, FALSE, sizeof(AVRational));
    int status = avformat_alloc_output_context2(&mp4->format, NULL, "mp4", path);
    if (status >= 0)
        status = avio_open(&mp4->format->pb, path, AVIO_FLAG_WRITE);
    if (status < 0) {
        pmx_av_fail(error, PMX_CODE_INTERNAL, status, "cannot write to the scratch folder");
        return NULL;
    }
    mp4->format->flags |= AVFMT_FLAG_BITEXACT;
    mp4->format->avoid_negative_ts = 0; /* what lies before zero is cut by edit lists */
    return g_steal_pointer(&mp4);
}

void pmx_mp4_free(PmxMp4 *mp4)
{
    if (!mp4)
        return;
    if (mp4->format)
        avio_closep(&mp4->format->pb);
    avformat_free_context(mp4->format);
    g_array_unref(mp4->ticks);
    g_free(mp4);
}

static void set_video(AVStream *stream, const PmxArtifactHead *head)
{
    AVCodecParameters *parameters = stream->codecpar;
    int value;
    parameters->codec_type = AVMEDIA_TYPE_VIDEO;
    parameters->width = (int)head->width;
    parameters->height = (int)head->height;
    parameters->format = head->pix_fmt ? av_get_pix_fmt(head->pix_fmt) : AV_PIX_FMT_YUV420P;
    parameters->sample_aspect_ratio = stream->sample_aspect_ratio = rational(head->sar);
    stream->avg_frame_rate = rational(head->frame_rate);
    /* Apple's players take H.265 only with its parameter sets out of band, which is what
     * hvc1 says. */
    if (parameters->codec_id == AV_CODEC_ID_HEVC)
        parameters->codec_tag = MKTAG('h', 'v', 'c', '1');
    if (head->range && (value = av_color_range_from_name(head->range)) >= 0)
        parameters->color_range = value;
    if (head->matrix && (value = av_color_space_from_name(head->matrix)) >= 0)
        parameters->color_space = value;
    if (head->primaries && (value = av_color_primaries_from_name(head->primaries)) >= 0)
        parameters->color_primaries = value;
    if (head->transfer && (value = av_color_transfer_from_name(head->transfer)) >= 0)
        parameters->color_trc = value;
}

static void set_audio(AVCodecParameters *parameters, const PmxArtifactHead *head)
{
    parameters->codec_type = AVMEDIA_TYPE_AUDIO;
    parameters->sample_rate = (int)head->sample_rate;
    parameters->frame_size = (int)head->frame_size;
    parameters->bit_rate = head->bit_rate;
    av_channel_layout_default(&parameters->ch_layout, (int)head->channels);
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

static void set_tags(AVStream *stream, const PmxMp4Track *track)
{
    av_dict_set(&stream->metadata, "language", track->language ? track->language : "und", 0);
    if (track->title) {
        av_dict_set(&stream->metadata, "title", track->title, 0);
        av_dict_set(&stream->metadata, "handler_name", track->title, 0);
    }
    stream->disposition = track->enabled ? AV_DISPOSITION_DEFAULT : 0;
}

int pmx_mp4_add(PmxMp4 *mp4, const PmxArtifactHead *head, const PmxMp4Track *track, GError **error)
{
    const AVCodecDescriptor *codec = avcodec_descriptor_get_by_name(head->codec);
    AVStream *stream = codec ? avformat_new_stream(mp4->format, NULL) : NULL;
    if (!stream) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "MP4 cannot carry %s", head->codec);
        return -1;
    }
    stream->codecpar->codec_id = codec->id;
    stream->time_base = rational(head->time_base);
    g_array_append_val(mp4->ticks, stream->time_base);
    if (codec->type == AVMEDIA_TYPE_VIDEO)
        set_video(stream, head);
    else
        set_audio(stream->codecpar, head);
    set_tags(stream, track);
    int status = set_extradata(stream->codecpar, head->extradata);
    if (status >= 0 && codec->type == AVMEDIA_TYPE_VIDEO)
        status = pmx_hdr_to_stream(head, stream);
    if (status < 0) {
        pmx_av_fail(error, PMX_CODE_INTERNAL, status, "a track cannot be added");
        return -1;
    }
    return stream->index;
}

/* A movie clock that all tracks' clocks divide, so that edits end on the exact sample; MP4's own
 * default, 1/1000 s, cuts up to a millisecond off every track's end. Beyond the limit a two-hour
 * film would need 64-bit headers. */
static gint64 movie_timescale(const PmxMp4 *mp4)
{
    enum { LIMIT = 600000, USUAL = 90000 };
    gint64 scale = 1;
    for (guint i = 0; i < mp4->ticks->len; i++) {
        gint64 den = g_array_index(mp4->ticks, AVRational, i).den;
        scale = scale / av_gcd(scale, den) * den;
        if (scale > LIMIT)
            return USUAL;
    }
    return MAX(scale, 1000);
}

gboolean pmx_mp4_begin(PmxMp4 *mp4, GError **error)
{
    g_autoptr(AVDictionary) options = NULL;
    av_dict_set(&options, "movflags", "faststart", 0);
    av_dict_set_int(&options, "movie_timescale", movie_timescale(mp4), 0);
    int status = avformat_write_header(mp4->format, &options);
    return status >= 0 ||
           pmx_av_fail(error, PMX_CODE_INTERNAL, status, "the MP4 file cannot be begun");
}

gboolean pmx_mp4_write(PmxMp4 *mp4, int number, AVPacket *packet, GError **error)
{
    AVStream *stream = mp4->format->streams[number];
    packet->stream_index = number;
    av_packet_rescale_ts(packet, g_array_index(mp4->ticks, AVRational, number), stream->time_base);
    int status = av_write_frame(mp4->format, packet);
    av_packet_unref(packet);
    return status >= 0 ||
           pmx_av_fail(error, PMX_CODE_INTERNAL, status, "the MP4 file cannot be written");
}

gboolean pmx_mp4_end(PmxMp4 *mp4, GError **error)
{
    int status = av_write_trailer(mp4->format);
    if (status >= 0)
        status = avio_closep(&mp4->format->pb);
    return status >= 0 ||
           pmx_av_fail(error, PMX_CODE_INTERNAL, status, "the MP4 file cannot be finished");
}
