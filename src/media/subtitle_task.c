/* SPDX-License-Identifier: MIT */
/*
 * The subtitle task: one track of text into the form that the output's container has.
 *
 *     demuxer ─► text decoder ─► events ─► text encoder ─► one artifact, "0.pmx"
 *
 * Between the two an event is a line of ASS, as libavcodec has it, so italics and line breaks
 * survive where both forms know them. Times are in milliseconds from the output's zero; what lies
 * outside of the output is left out or cut.
 */
#include "job/containers.h"
#include "media/artifact.h"
#include "media/averror.h"
#include "media/run.h"
#include "plan/task.h"

/* Longer than any subtitle that people read; the encoders refuse what does not fit. */
enum { EVENT_BYTES = 64 * 1024 };
/* How long text stays whose source tells no end. */
enum { STAY_MS = 5000 };

typedef struct {
    PmxRun *run;
    const PmxSubtitleTask *task;
    PmxSource *source;
    AVStream *stream;
    AVCodecContext *decoder, *encoder;
    PmxArtifactWriter *writer;
    AVPacket *out;
    guint8 *buffer;
    guint events, damaged;
} Track;

static gboolean open_decoder(Track *track, GError **error)
{
    const AVCodecParameters *parameters = track->stream->codecpar;
    const AVCodec *codec = avcodec_find_decoder(parameters->codec_id);
    const AVCodecDescriptor *kind = avcodec_descriptor_get(parameters->codec_id);
    if (!codec || !kind || !(kind->props & AV_CODEC_PROP_TEXT_SUB)) {
        g_set_error(error, PMX_ERROR, PMX_CODE_NOT_SUPPORTED,
                    "subtitles of %s are pictures or unknown; text is needed",
                    avcodec_get_name(parameters->codec_id));
        return FALSE;
    }
    track->decoder = avcodec_alloc_context3(codec);
    int status = avcodec_parameters_to_context(track->decoder, parameters);
    track->decoder->pkt_timebase = track->stream->time_base;
    track->decoder->flags |= AV_CODEC_FLAG_BITEXACT;
    if (status >= 0)
        status = avcodec_open2(track->decoder, codec, NULL);
    return status >= 0 || pmx_av_fail(error, PMX_CODE_RESOURCE_BAD, status,
                                      "the %s decoder does not open", codec->name);
}

static gboolean open_encoder(Track *track, GError **error)
{
    const char *name = pmx_subtitle_codec_name(track->task->codec);
    const AVCodec *codec = name ? avcodec_find_encoder_by_name(name) : NULL;
    const AVCodecContext *from = track->decoder;
    if (!codec) {
        g_set_error(error, PMX_ERROR, PMX_CODE_NOT_SUPPORTED, "this libavcodec has no %s encoder",
                    name ? name : "such");
        return FALSE;
    }
    track->encoder = avcodec_alloc_context3(codec);
    track->encoder->time_base = AV_TIME_BASE_Q;
    track->encoder->flags |= AV_CODEC_FLAG_BITEXACT;
    if (from->subtitle_header) {
        track->encoder->subtitle_header = av_mallocz((size_t)from->subtitle_header_size + 1);
        track->encoder->subtitle_header_size = from->subtitle_header_size;
        memcpy(track->encoder->subtitle_header, from->subtitle_header,
               (size_t)from->subtitle_header_size);
    }
    int status = avcodec_open2(track->encoder, codec, NULL);
    return status >= 0 || pmx_av_fail(error, PMX_CODE_INTERNAL, status,
                                      "the %s encoder does not open", codec->name);
}

/* The event from `begin` to `end`, milliseconds of the output. */
static gboolean write_event(Track *track, AVSubtitle *event, gint64 begin, gint64 end,
                            GError **error)
{
    AVPacket *packet = track->out;
    event->pts = begin * 1000;
    event->start_display_time = 0;
    event->end_display_time = (uint32_t)(end - begin);
    int length = avcodec_encode_subtitle(track->encoder, track->buffer, EVENT_BYTES, event);
    if (length <= 0) {
        track->damaged += length < 0;
        return TRUE;
    }
    packet->data = track->buffer;
    packet->size = length;
    packet->pts = begin;
    packet->duration = end - begin;
    packet->flags = AV_PKT_FLAG_KEY;
    track->events++;
    return pmx_artifact_add(track->writer, packet, error);
}

static gint64 stay(const AVSubtitle *event, const AVPacket *packet, AVRational tick)
{
    if (packet->duration > 0)
        return av_rescale_q(packet->duration, tick, (AVRational){1, 1000});
    if (event->end_display_time > 0 && event->end_display_time != UINT32_MAX)
        return event->end_display_time;
    return STAY_MS;
}

static gboolean take_event(Track *track, AVSubtitle *event, const AVPacket *packet, GError **error)
{
    AVRational tick = track->stream->time_base;
    if (event->num_rects == 0 || packet->pts == AV_NOPTS_VALUE)
        return TRUE;
    gint64 us = av_rescale_q(packet->pts, tick, AV_TIME_BASE_Q) - track->task->origin;
    gint64 begin = av_rescale(us, 1, 1000) + event->start_display_time;
    gint64 end = begin + stay(event, packet, tick);
    if (track->task->cut_at > 0)
        end = MIN(end, track->task->cut_at / 1000);
    begin = MAX(0, begin);
    return begin >= end || write_event(track, event, begin, end, error);
}

static gboolean take_packet(Track *track, AVPacket *packet, GError **error)
{
    AVSubtitle event = {0};
    int got = 0;
    if (avcodec_decode_subtitle2(track->decoder, &event, &got, packet) < 0) {
        track->damaged++;
        return TRUE;
    }
    gboolean ok = !got || take_event(track, &event, packet, error);
    if (got)
        avsubtitle_free(&event);
    return ok;
}

static gboolean take_all(Track *track, GError **error)
{
    g_autoptr(AVPacket) packet = av_packet_alloc();
    while (av_read_frame(track->source->format, packet) >= 0) {
        gboolean ok =
            packet->stream_index != track->stream->index || take_packet(track, packet, error);
        if (pmx_run_due(track->run))
            pmx_run_progress(track->run, json_pack("{s:i}", "events", (int)track->events));
        av_packet_unref(packet);
        if (!ok)
            return FALSE;
    }
    return pmx_source_check(track->source, error);
}

/* ASS has its styles in the header, and WebVTT's and SRT's have none. */
static char *extradata_of(const Track *track)
{
    const AVCodecContext *encoder = track->encoder;
    if (encoder->extradata_size > 0)
        return g_base64_encode(encoder->extradata, (gsize)encoder->extradata_size);
    return NULL;
}

static json_t *finish(Track *track, GError **error)
{
    g_autofree char *extradata = extradata_of(track);
    PmxArtifactHead head = {
        .codec = (char *)avcodec_get_name(track->encoder->codec_id),
        .time_base = {1, 1000},
        .profile = FF_PROFILE_UNKNOWN,
        .level = FF_LEVEL_UNKNOWN,
        .extradata = extradata,
        .damaged = track->damaged,
    };
    return pmx_artifact_finish(track->writer, &head, error)
               ? json_pack("{s:i, s:i}", "events", (int)track->events, "damaged",
                           (int)track->damaged)
               : NULL;
}

static gboolean find_stream(Track *track, GError **error)
{
    AVFormatContext *format = track->source->format;
    if (track->task->stream < 0 || track->task->stream >= format->nb_streams) {
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD, "the file has no stream %d",
                    (int)track->task->stream);
        return FALSE;
    }
    track->stream = format->streams[track->task->stream];
    for (guint i = 0; i < format->nb_streams; i++)
        format->streams[i]->discard =
            format->streams[i] == track->stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    return TRUE;
}

static json_t *run_track(Track *track, GError **error)
{
    g_autofree char *path = pmx_run_file(track->run, "0.pmx");
    json_t *result = NULL;
    if (!find_stream(track, error) || !open_decoder(track, error) || !open_encoder(track, error))
        return NULL;
    track->writer = pmx_artifact_create(path, error);
    track->out = av_packet_alloc();
    track->buffer = g_malloc0(EVENT_BYTES + AV_INPUT_BUFFER_PADDING_SIZE);
    if (track->writer && take_all(track, error))
        result = finish(track, error);
    track->out->data = NULL; /* it never owned its bytes */
    track->out->size = 0;
    return result;
}

json_t *pmx_subtitle_run(PmxRun *run, GError **error)
{
    PmxSourceRef ref;
    json_t *result = NULL;
    PmxSubtitleTask *task = pmx_object_read(&pmx_subtitle_task_object, run->order->body, error);
    g_autoptr(PmxSource) source =
        task && pmx_run_source(run, 0, &ref, error) ? pmx_source_open(&ref, error) : NULL;
    Track track = {.run = run, .task = task, .source = source};
    if (source)
        result = run_track(&track, error);
    avcodec_free_context(&track.decoder);
    avcodec_free_context(&track.encoder);
    pmx_artifact_writer_free(track.writer);
    av_packet_free(&track.out);
    g_free(track.buffer);
    pmx_object_free(&pmx_subtitle_task_object, task);
    return result;
}
