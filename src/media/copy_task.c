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
 */
#include <libavcodec/bsf.h>
#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/pixdesc.h>
#include <libavutil/samplefmt.h>
#include <math.h>

#include "media/artifact.h"
#include "media/averror.h"
#include "media/run.h"
#include "plan/task.h"

/* More than pictures are ever out of order by (H.264 A.3.1: 16). */
enum { RECENT = 64 };

typedef struct {
    PmxRun *run;
    const PmxCopyTask *task;
    PmxSource *source;
    AVStream *stream;
    PmxArtifactWriter *writer;
    AVBSFContext *filter; /* or NULL */
    gint64 given[RECENT]; /* video: presentation times given out last, by packet */
    AVRational ticks;     /* of the artifact */
    gint64 origin;        /* ticks */
    gint64 next;          /* ticks: where the sound's next packet is due */
    gint64 priming;       /* samples at the beginning that are not to be heard */
    gint64 longest;       /* samples of a packet */
    guint packets;
    char layout[128]; /* of the sound's channels, as libavutil spells them */
} Copy;

static gboolean is_audio(const Copy *copy)
{
    return copy->stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
}

static gint64 frame_samples(const Copy *copy, const AVPacket *packet)
{
    gint64 samples = av_get_audio_frame_duration2(copy->stream->codecpar, packet->size);
    gint64 told = av_rescale_q(packet->duration, copy->stream->time_base, copy->ticks);
    /* A header may count the samples that are heard (HE-AAC) and the frame those of its core. */
    return told > 0 && (samples <= 0 || llabs(told - samples) > samples / 2) ? told : samples;
}

/* --- times --- */

static gint64 audio_time(Copy *copy, AVPacket *packet)
{
    AVRational from = copy->stream->time_base;
    gint64 time = av_rescale_q(packet->pts, from, copy->ticks) - copy->origin;
    gint64 samples = frame_samples(copy, packet);
    gint64 rounding = av_rescale_q(1, from, copy->ticks) + 1;
    if (copy->packets > 0 && llabs(time - copy->next) <= rounding)
        time = copy->next;
    if (copy->packets > 0 && time <= copy->next - samples) /* never backwards */
        time = copy->next;
    copy->next = time + MAX(1, samples);
    copy->longest = MAX(copy->longest, samples);
    return time;
}

static gboolean is_given(const Copy *copy, gint64 time)
{
    for (guint i = 0; i < MIN(copy->packets, RECENT); i++)
        if (copy->given[i] == time)
            return TRUE;
    return FALSE;
}

/* No two pictures share a time. */
static gint64 video_time(Copy *copy, const AVPacket *packet)
{
    gint64 time = av_rescale_q(packet->pts, copy->stream->time_base, copy->ticks) - copy->origin;
    while (is_given(copy, time))
        time++;
    copy->given[copy->packets % RECENT] = time;
    return time;
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

static gboolean set_times(Copy *copy, AVPacket *packet)
{
    /* Pictures that come in order need one time only. */
    if (packet->pts == AV_NOPTS_VALUE && copy->stream->codecpar->video_delay == 0)
        packet->pts = packet->dts;
    if (packet->pts == AV_NOPTS_VALUE && is_audio(copy) && copy->packets > 0)
        packet->pts = av_rescale_q(copy->next + copy->origin, copy->ticks, copy->stream->time_base);
    if (packet->pts == AV_NOPTS_VALUE)
        return FALSE;
    gint64 duration = is_audio(copy)
                          ? frame_samples(copy, packet)
                          : av_rescale_q(packet->duration, copy->stream->time_base, copy->ticks);
    if (is_audio(copy))
        take_skips(copy, packet, &duration);
    gboolean video = copy->stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
    if (is_audio(copy))
        packet->pts = audio_time(copy, packet);
    else if (video)
        packet->pts = video_time(copy, packet);
    else
        packet->pts =
            av_rescale_q(packet->pts, copy->stream->time_base, copy->ticks) - copy->origin;
    packet->duration = duration;
    return TRUE;
}

/* --- packets --- */

static gboolean keep(Copy *copy, AVPacket *packet, GError **error)
{
    if (!set_times(copy, packet)) {
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD,
                    "the stream %d has packets without times and cannot be copied; let it be "
                    "encoded",
                    copy->stream->index);
        return FALSE;
    }
    copy->packets++;
    return pmx_artifact_add(copy->writer, packet, error);
}

/* Takes the header off that each AAC packet of a transport stream has (ISO/IEC 13818-7, 6.2);
 * containers want to be told once. */
static gboolean needs_filter(const Copy *copy, const AVPacket *packet)
{
    const AVCodecParameters *parameters = copy->stream->codecpar;
    return parameters->codec_id == AV_CODEC_ID_AAC && parameters->extradata_size == 0 &&
           packet->size > 2 && (AV_RB16(packet->data) & 0xfff0) == 0xfff0;
}

static int start_filter(Copy *copy)
{
    int status = av_bsf_alloc(av_bsf_get_by_name("aac_adtstoasc"), &copy->filter);
    if (status >= 0)
        status = avcodec_parameters_copy(copy->filter->par_in, copy->stream->codecpar);
    if (status < 0)
        return status;
    copy->filter->time_base_in = copy->stream->time_base;
    return av_bsf_init(copy->filter);
}

static int filtered(Copy *copy, AVPacket *packet)
{
    int status = !copy->filter && needs_filter(copy, packet) ? start_filter(copy) : 0;
    if (status < 0 || !copy->filter)
        return status;
    status = av_bsf_send_packet(copy->filter, packet);
    if (status >= 0)
        status = av_bsf_receive_packet(copy->filter, packet);
    size_t size = 0;
    const uint8_t *config =
        status >= 0 ? av_packet_get_side_data(packet, AV_PKT_DATA_NEW_EXTRADATA, &size) : NULL;
    AVCodecParameters *parameters = copy->stream->codecpar;
    if (config && size > 0 && parameters->extradata_size == 0) {
        parameters->extradata = av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE);
        if (!parameters->extradata)
            return AVERROR(ENOMEM);
        memcpy(parameters->extradata, config, size);
        parameters->extradata_size = (int)size;
    }
    return status;
}

static gboolean take(Copy *copy, AVPacket *packet, GError **error)
{
    if (av_packet_get_side_data(packet, AV_PKT_DATA_ENCRYPTION_INFO, NULL)) {
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD, "the stream is encrypted");
        return FALSE;
    }
    if (packet->size == 0)
        return TRUE;
    int status = filtered(copy, packet);
    if (status < 0) /* a damaged packet; a player would pass over it as well */
        return TRUE;
    if (pmx_run_due(copy->run))
        pmx_run_progress(
            copy->run,
            json_pack("{s:f}", "seconds", (double)packet->pts * av_q2d(copy->stream->time_base)));
    return keep(copy, packet, error);
}

static gboolean take_all(Copy *copy, GError **error)
{
    g_autoptr(AVPacket) packet = av_packet_alloc();
    while (av_read_frame(copy->source->format, packet) >= 0) {
        gboolean ok = packet->stream_index != copy->stream->index || take(copy, packet, error);
        av_packet_unref(packet);
        if (!ok)
            return FALSE;
    }
    return pmx_source_check(copy->source, error);
}

/* --- the head --- */

static PmxRatio ratio(AVRational value)
{
    return value.num > 0 && value.den > 0 ? pmx_ratio(value.num, value.den) : (PmxRatio){0, 1};
}

static gint64 rotation(const AVStream *stream)
{
    const uint8_t *matrix = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, NULL);
    double angle = matrix ? -av_display_rotation_get((const int32_t *)matrix) : 0;
    return isnan(angle) ? 0 : ((llround(angle / 90) % 4) + 4) % 4 * 90;
}

static void set_video(const Copy *copy, PmxArtifactHead *head)
{
    const AVCodecParameters *parameters = copy->stream->codecpar;
    head->frame_rate = ratio(av_guess_frame_rate(copy->source->format, copy->stream, NULL));
    if (!pmx_ratio_known(head->frame_rate))
        head->frame_rate = pmx_ratio(25, 1);
    head->width = parameters->width;
    head->height = parameters->height;
    head->sar = ratio(av_guess_sample_aspect_ratio(copy->source->format, copy->stream, NULL));
    head->format = (char *)av_get_pix_fmt_name(parameters->format);
    head->range = (char *)av_color_range_name(parameters->color_range);
    head->matrix = (char *)av_color_space_name(parameters->color_space);
    head->primaries = (char *)av_color_primaries_name(parameters->color_primaries);
    head->transfer = (char *)av_color_transfer_name(parameters->color_trc);
    head->rotation = rotation(copy->stream);
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
        .time_base = ratio(copy->ticks),
        .profile = parameters->profile,
        .level = parameters->level,
        .bit_rate = parameters->bit_rate,
        .extradata = extradata,
        .copied = TRUE,
    };
    if (is_audio(copy))
        set_audio(copy, &head);
    else if (parameters->codec_type == AVMEDIA_TYPE_VIDEO)
        set_video(copy, &head);
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
        format->streams[i]->discard =
            format->streams[i] == copy->stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    format->flags |= AVFMT_FLAG_GENPTS;
    copy->ticks = is_audio(copy) && copy->stream->codecpar->sample_rate > 0
                      ? (AVRational){1, copy->stream->codecpar->sample_rate}
                      : copy->stream->time_base;
    copy->origin = av_rescale_q(copy->task->origin, AV_TIME_BASE_Q, copy->ticks);
    copy->priming = copy->stream->codecpar->initial_padding;
    return TRUE;
}

static json_t *run_copy(Copy *copy, GError **error)
{
    if (!take_all(copy, error))
        return NULL;
    if (copy->packets == 0) {
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD, "the stream %d has no packets",
                    copy->stream->index);
        return NULL;
    }
    return finish(copy, error)
               ? json_pack("{s:i, s:i}", "packets", (int)copy->packets, "damaged", 0)
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
    if (source && find_stream(&copy, error))
        copy.writer = pmx_artifact_create(path, error);
    if (copy.writer) {
        result = run_copy(&copy, error);
        av_bsf_free(&copy.filter);
    }
    pmx_artifact_writer_free(copy.writer);
    pmx_object_free(&pmx_copy_task_object, task);
    return result;
}
