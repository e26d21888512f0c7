/* SPDX-License-Identifier: MIT */
/*
 * The copy task: one stream of a source as it is, without a decoder.
 *
 *     demuxer ─► packets of one stream ─► [ADTS taken off] ─► one artifact, "0.pmx"
 *
 * What players need to know of the stream comes from the source's headers. Packets keep their
 * presentation times, less the film's zero; decoding times are made when packaging, as for what is
 * encoded. Sound gets a clock of samples: a container that rounds times (Matroska's are
 * milliseconds) would otherwise leave its rounding in the copy, so times that are no further than
 * that from where the packet before ended are put there.
 *
 * Of a damaged source what cannot be shown at its time is left out and counted, so that what is there
 * stays together with the other tracks.
 */
#include <libavutil/channel_layout.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/pixdesc.h>
#include <libavutil/samplefmt.h>

#include "media/artifact.h"
#include "media/copy_filter.h"
#include "media/run.h"
#include "plan/task.h"

/* More than pictures are ever out of order by (H.264 A.3.1, H.265 A.4.2: 16). */
enum { RECENT = 64, REORDER_MAX = 16 };
/* Milliseconds that a time may be behind the stream's end. */
enum { BEYOND_MS = 1000 };

typedef struct {
    PmxRun *run;
    const PmxCopyTask *task;
    PmxSource *source;
    AVStream *stream;
    PmxArtifactWriter *writer;
    PmxCopyFilter *filter;
    gint64 given[RECENT]; /* video: presentation times given out last, by packet */
    AVRational ticks;     /* of the artifact */
    gint64 origin;        /* ticks */
    gint64 limit;         /* ticks: a time beyond it is not believed; 0: any is */
    gint64 next;          /* ticks: where the sound's next packet is due */
    gint64 told;          /* ticks: the time that its last one brought */
    gint64 priming;       /* samples at the beginning that are not to be heard */
    gint64 longest;       /* samples of a packet */
    guint packets, untimed, damaged;
    char layout[128]; /* of the sound's channels, as libavutil spells them */
} Copy;

static gboolean is_audio(const Copy *copy)
{
    return copy->stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
}

static gboolean is_video(const Copy *copy)
{
    return copy->stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
}

static gint64 frame_samples(const Copy *copy, const AVPacket *packet)
{
    gint64 samples = av_get_audio_frame_duration2(copy->stream->codecpar, packet->size);
    gint64 told = av_rescale_q(packet->duration, copy->stream->time_base, copy->ticks);
    /* A header may count the samples that are heard (HE-AAC) and the frame those of its core. */
    return told > 0 && (samples <= 0 || llabs(told - samples) > samples / 2) ? told : samples;
}

/* --- times --- */

static gint64 ticks_of(const Copy *copy, gint64 ms)
{
    return av_rescale_q(ms, (AVRational){1, 1000}, copy->ticks);
}

/* `source` ticks of the stream on the output's time line. */
static gint64 placed(const Copy *copy, gint64 source)
{
    gint64 time = av_rescale_q(source, copy->stream->time_base, copy->ticks);
    return av_sat_sub64(time, copy->origin);
}

/* A time that this stream can have; what is damaged may say anything. No film lasts eleven days. */
static gboolean is_possible(const Copy *copy, gint64 time)
{
    gint64 most = ticks_of(copy, 1000000000);
    gint64 latest = copy->limit > 0 ? av_sat_add64(copy->limit, ticks_of(copy, BEYOND_MS)) : most;
    return time >= -most && time <= MIN(latest, most);
}

/* FALSE: what was there before already fills the packet's time, as where two recordings meet; pushed
 * behind it, all that follows would be late. But packets that were given one time together follow one
 * another. */
static gboolean audio_time(Copy *copy, gint64 *time, gint64 samples)
{
    gint64 rounding = av_rescale_q(1, copy->stream->time_base, copy->ticks) + 1;
    gint64 told = *time;
    if (copy->packets > 0 && llabs(told - copy->next) <= rounding)
        *time = copy->next;
    else if (copy->packets > 0 && told <= copy->next - samples) {
        if (told != copy->told)
            return FALSE;
        *time = copy->next;
    }
    copy->told = told;
    copy->next = *time + MAX(1, samples);
    copy->longest = MAX(copy->longest, samples);
    return TRUE;
}

/* FALSE: no decoder puts a picture behind so many that come before it. Also what stands before the
 * first keyframe and the film's beginning, which the probe has found behind it. */
static gboolean video_time(Copy *copy, gint64 time, gboolean key)
{
    guint later = 0;
    for (guint i = 0; i < MIN(copy->packets, RECENT); i++)
        later += copy->given[i] > time;
    if (later > REORDER_MAX || (copy->packets == 0 && !key && time < 0))
        return FALSE;
    copy->given[copy->packets % RECENT] = time;
    return TRUE;
}

/* What is to be skipped at the beginning and the end of the stream stands in side data
 * (AV_PKT_DATA_SKIP_SAMPLES: u32 from the start, u32 from the end). */
static void take_skips(Copy *copy, const AVPacket *packet, gint64 *duration)
{
    size_t size = 0;
    const uint8_t *data = av_packet_get_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, &size);
    if (!data || size < 8)
        return;
    if (copy->packets == 0)
        copy->priming = MAX(copy->priming, (gint64)AV_RL32(data));
    *duration = MAX(1, *duration - (gint64)AV_RL32(data + 4));
}

/* Pictures that come in order need one time only, others get theirs when all are known; sound goes on
 * without one. */
static gint64 time_of(const Copy *copy, const AVPacket *packet)
{
    if (packet->pts != AV_NOPTS_VALUE)
        return placed(copy, packet->pts);
    if (packet->dts != AV_NOPTS_VALUE && copy->stream->codecpar->video_delay == 0)
        return placed(copy, packet->dts);
    return is_audio(copy) && copy->packets > 0 ? copy->next : AV_NOPTS_VALUE;
}

/* FALSE when the packet has no place in the copy. */
static gboolean set_times(Copy *copy, AVPacket *packet)
{
    gint64 time = time_of(copy, packet);
    gint64 duration = av_rescale_q(packet->duration, copy->stream->time_base, copy->ticks);
    gboolean untimed = time == AV_NOPTS_VALUE;
    copy->untimed += untimed;
    if (untimed ? !is_video(copy) || copy->packets == 0 : !is_possible(copy, time))
        return FALSE;
    if (is_audio(copy)) {
        gint64 samples = duration = frame_samples(copy, packet);
        take_skips(copy, packet, &duration);
        if (!audio_time(copy, &time, samples))
            return FALSE;
    } else if (is_video(copy) && !untimed &&
               !video_time(copy, time, packet->flags & AV_PKT_FLAG_KEY)) {
        return FALSE;
    }
    packet->pts = time;
    packet->duration = duration;
    return TRUE;
}

/* --- packets --- */

static gboolean take(Copy *copy, AVPacket *packet, GError **error)
{
    if (packet->size == 0)
        return TRUE;
    if (pmx_run_due(copy->run))
        pmx_run_progress(
            copy->run,
            json_pack("{s:f}", "seconds", (double)packet->pts * av_q2d(copy->stream->time_base)));
    /* Players show what is left of a packet that its container knows to be damaged. */
    gboolean whole = !(packet->flags & AV_PKT_FLAG_CORRUPT), left_out = FALSE;
    if (!pmx_copy_filter_take(copy->filter, packet, &left_out, error))
        return FALSE;
    left_out = left_out || !set_times(copy, packet);
    copy->damaged += left_out || !whole;
    if (left_out)
        return TRUE;
    copy->packets++;
    return pmx_artifact_add(copy->writer, packet, error);
}

static gboolean take_all(Copy *copy, GError **error)
{
    g_autoptr(AVPacket) packet = av_packet_alloc();
    while (pmx_source_next(copy->source, packet) >= 0) {
        gboolean ok = packet->stream_index != copy->stream->index || take(copy, packet, error);
        av_packet_unref(packet);
        if (!ok)
            return FALSE;
    }
    return pmx_source_check(copy->source, error);
}

/* --- the head --- */

static void set_video(const Copy *copy, PmxArtifactHead *head)
{
    const AVCodecParameters *parameters = copy->stream->codecpar;
    head->frame_rate =
        pmx_source_ratio(av_guess_frame_rate(copy->source->format, copy->stream, NULL));
    if (!pmx_ratio_known(head->frame_rate))
        head->frame_rate = pmx_ratio(25, 1);
    head->width = parameters->width;
    head->height = parameters->height;
    head->sar =
        pmx_source_ratio(av_guess_sample_aspect_ratio(copy->source->format, copy->stream, NULL));
    head->format = (char *)av_get_pix_fmt_name(parameters->format);
    head->range = (char *)av_color_range_name(parameters->color_range);
    head->matrix = (char *)av_color_space_name(parameters->color_space);
    head->primaries = (char *)av_color_primaries_name(parameters->color_primaries);
    head->transfer = (char *)av_color_transfer_name(parameters->color_trc);
    head->rotation = pmx_source_rotation(copy->stream);
}

static void set_audio(Copy *copy, PmxArtifactHead *head)
{
    const AVCodecParameters *parameters = copy->stream->codecpar;
    head->sample_rate = parameters->sample_rate;
    head->channels = parameters->ch_layout.nb_channels;
    if (parameters->ch_layout.order != AV_CHANNEL_ORDER_UNSPEC &&
        av_channel_layout_describe(&parameters->ch_layout, copy->layout, sizeof copy->layout) > 0)
        head->layout = copy->layout;
    head->frame_size = parameters->frame_size > 0 ? parameters->frame_size : copy->longest;
    head->format = (char *)av_get_sample_fmt_name(parameters->format);
    head->bits = parameters->bits_per_coded_sample > 0 ? parameters->bits_per_coded_sample
                                                       : parameters->bits_per_raw_sample;
    head->block_align = parameters->block_align;
    head->padding = copy->priming;
}

static gboolean finish(Copy *copy, GError **error)
{
    const AVCodecParameters *parameters = copy->stream->codecpar;
    g_autofree char *extradata =
        parameters->extradata_size > 0
            ? g_base64_encode(parameters->extradata, (gsize)parameters->extradata_size)
            : NULL;
    PmxArtifactHead head = {
        .codec = (char *)avcodec_get_name(parameters->codec_id),
        .time_base = pmx_source_ratio(copy->ticks),
        .profile = parameters->profile,
        .level = parameters->level,
        .bit_rate = parameters->bit_rate,
        .extradata = extradata,
        .copied = TRUE,
        .damaged = copy->damaged,
    };
    if (is_audio(copy)) {
        set_audio(copy, &head);
    } else if (is_video(copy)) {
        set_video(copy, &head);
        pmx_artifact_settle(copy->writer);
    }
    return pmx_artifact_finish(copy->writer, &head, error);
}

/* --- the whole --- */

static gboolean find_stream(Copy *copy, GError **error)
{
    AVFormatContext *format = copy->source->format;
    if (copy->task->stream < 0 || copy->task->stream >= format->nb_streams) {
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD, "the file has no stream %d",
                    (int)copy->task->stream);
        return FALSE;
    }
    copy->stream = format->streams[copy->task->stream];
    for (guint i = 0; i < format->nb_streams; i++)
        format->streams[i]->discard = format->streams[i] == copy->stream || copy->source->unwrap
                                          ? AVDISCARD_DEFAULT
                                          : AVDISCARD_ALL;
    format->flags |= AVFMT_FLAG_GENPTS;
    copy->ticks = is_audio(copy) && copy->stream->codecpar->sample_rate > 0
                      ? (AVRational){1, copy->stream->codecpar->sample_rate}
                      : copy->stream->time_base;
    copy->origin = av_rescale_q(copy->task->origin, AV_TIME_BASE_Q, copy->ticks);
    copy->limit = av_rescale_q(copy->task->limit, AV_TIME_BASE_Q, copy->ticks);
    copy->priming = copy->stream->codecpar->initial_padding;
    return TRUE;
}

/* Where most packets have no times, what is left is no copy. */
static gboolean check_packets(const Copy *copy, GError **error)
{
    if (copy->packets == 0 && copy->damaged > copy->untimed)
        g_set_error(
            error, PMX_ERROR, PMX_CODE_RESOURCE_BAD,
            "all %u packets of the stream %d are damaged or out of place; let it be encoded",
            copy->damaged, copy->stream->index);
    else if (copy->untimed > copy->packets / 2)
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD,
                    "the stream %d has packets without times and cannot be copied; let it be "
                    "encoded",
                    copy->stream->index);
    else if (copy->packets == 0)
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD, "the stream %d has no packets",
                    copy->stream->index);
    else
        return TRUE;
    return FALSE;
}

static json_t *run_copy(Copy *copy, GError **error)
{
    return take_all(copy, error) && check_packets(copy, error) && finish(copy, error)
               ? json_pack("{s:i, s:i}", "packets", (int)copy->packets, "damaged",
                           (int)copy->damaged)
               : NULL;
}

json_t *pmx_copy_run(PmxRun *run, GError **error)
{
    PmxSourceRef ref;
    json_t *result = NULL;
    PmxCopyTask *task = pmx_object_read(&pmx_copy_task_object, run->order->body, error);
    g_autoptr(PmxSource) source =
        task && pmx_run_source(run, 0, &ref, error) ? pmx_source_open(&ref, error) : NULL;
    g_autofree char *path = pmx_run_file(run, "0.pmx");
    Copy copy = {.run = run, .task = task, .source = source};
    if (source && task->sequential)
        pmx_source_unwrap(source);
    if (source && find_stream(&copy, error))
        copy.writer = pmx_artifact_create(path, error);
    if (copy.writer) {
        copy.filter = pmx_copy_filter_new(copy.stream);
        result = run_copy(&copy, error);
    }
    pmx_copy_filter_free(copy.filter);
    pmx_artifact_writer_free(copy.writer);
    pmx_object_free(&pmx_copy_task_object, task);
    return result;
}
