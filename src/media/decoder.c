/* SPDX-License-Identifier: MIT */
/* Packets to frames, and seeking that is exact: see decoder.h. */
#include "media/decoder.h"

#include "media/amr.h"
#include "media/averror.h"

struct PmxDecoder {
    PmxSource *source;
    AVStream *stream;
    AVCodecContext *context;
    AVPacket *packet;
    AVPacket *whole; /* what is left of one that holds several frames */
    AVFrame *held;   /* decoded while looking where a seek landed */
    gboolean have_held;
    AVFrame *ahead; /* decoded to see whether the time of the one before it is true */
    gboolean have_ahead;
    gboolean wait_key;   /* drop packets up to the next keyframe */
    gint64 first_key;    /* presentation time of that keyframe */
    gboolean recovering; /* after a seek, up to the first picture that leans on nothing unread */
    gboolean draining;
    gboolean sparse;
    gboolean keep_all; /* what lies long before what is sought is wanted too */
    gint64 sought;     /* nothing long before this is wanted; AV_NOPTS_VALUE: all is */
    gint64 last;       /* time of the last frame; AV_NOPTS_VALUE: there was none */
    gint64 step;       /* from the one before to it, when both have a time of their own */
    guint damaged;
};

AVStream *pmx_decoder_stream(const PmxDecoder *decoder)
{
    return decoder->stream;
}

guint pmx_decoder_damaged(const PmxDecoder *decoder)
{
    return decoder->damaged;
}

static gboolean open_codec(PmxDecoder *decoder, GError **error)
{
    const AVCodecParameters *parameters = decoder->stream->codecpar;
    const AVCodec *codec = avcodec_find_decoder(parameters->codec_id);
    if (!codec) {
        g_set_error(error, PMX_ERROR, PMX_CODE_NOT_SUPPORTED, "there is no decoder for %s",
                    avcodec_get_name(parameters->codec_id));
        return FALSE;
    }
    decoder->context = avcodec_alloc_context3(codec);
    int status = avcodec_parameters_to_context(decoder->context, parameters);
    decoder->context->pkt_timebase = decoder->stream->time_base;
    /* One thread and exact arithmetic: the same frames on every machine. */
    decoder->context->thread_count = 1;
    decoder->context->max_pixels = PMX_PIXELS_MAX;
    /* Doubtful pictures come out marked: when the codec holds them back, it takes the first one for
     * the end of the film while it drains. */
    decoder->context->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_OUTPUT_CORRUPT;
    if (status >= 0)
        status = avcodec_open2(decoder->context, codec, NULL);
    return status >= 0 || pmx_av_fail(error, PMX_CODE_RESOURCE_BAD, status,
                                      "the %s decoder does not open", codec->name);
}

static void discard_others(const PmxSource *source, int index)
{
    for (guint i = 0; i < source->format->nb_streams; i++)
        source->format->streams[i]->discard =
            (int)i == index || source->unwrap ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
}

PmxDecoder *pmx_decoder_open(PmxSource *source, int index, GError **error)
{
    if (index < 0 || (guint)index >= source->format->nb_streams) {
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD, "the file has no stream %d", index);
        return NULL;
    }
    g_autoptr(PmxDecoder) decoder = g_new0(PmxDecoder, 1);
    decoder->source = source;
    decoder->stream = source->format->streams[index];
    decoder->packet = av_packet_alloc();
    decoder->whole = av_packet_alloc();
    decoder->held = av_frame_alloc();
    decoder->ahead = av_frame_alloc();
    decoder->wait_key = decoder->stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
    decoder->first_key = decoder->sought = decoder->last = AV_NOPTS_VALUE;
    discard_others(source, index);
    return open_codec(decoder, error) ? g_steal_pointer(&decoder) : NULL;
}

void pmx_decoder_coarse(PmxDecoder *decoder)
{
    decoder->context->skip_loop_filter = AVDISCARD_ALL;
}

void pmx_decoder_keep_all(PmxDecoder *decoder)
{
    decoder->keep_all = TRUE;
}

void pmx_decoder_set_sparse(PmxDecoder *decoder, gboolean sparse)
{
    decoder->sparse = sparse;
}

void pmx_decoder_free(PmxDecoder *decoder)
{
    if (!decoder)
        return;
    avcodec_free_context(&decoder->context);
    av_packet_free(&decoder->packet);
    av_packet_free(&decoder->whole);
    av_frame_free(&decoder->held);
    av_frame_free(&decoder->ahead);
    g_free(decoder);
}

/* TRUE when the packet in hand may go to the codec. */
static gboolean wanted(PmxDecoder *decoder)
{
    if (!decoder->wait_key)
        return TRUE;
    if (!(decoder->packet->flags & AV_PKT_FLAG_KEY))
        return FALSE;
    decoder->wait_key = FALSE;
    decoder->first_key = decoder->packet->pts;
    return TRUE;
}

/* On the way to what is sought, pictures that no other one refers to need not be decoded. A second
 * stays between, for files whose timestamps are not to be trusted. */
static enum AVDiscard skippable(const PmxDecoder *decoder)
{
    const AVPacket *packet = decoder->packet;
    AVRational tick = decoder->stream->time_base;
    if (decoder->sparse)
        return AVDISCARD_NONREF;
    if (decoder->keep_all || decoder->sought == AV_NOPTS_VALUE || packet->pts == AV_NOPTS_VALUE)
        return AVDISCARD_DEFAULT;
    gint64 limit = decoder->sought - av_rescale_q(1, (AVRational){1, 1}, tick);
    return MAX(packet->pts, packet->dts) < limit ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
}

static gboolean is_encrypted(const AVPacket *packet)
{
    return av_packet_get_side_data(packet, AV_PKT_DATA_ENCRYPTION_INFO, NULL) != NULL;
}

/* The next packet of any stream, in frames where one holds several. */
static int next_packet(PmxDecoder *decoder)
{
    AVPacket *packet = decoder->packet, *whole = decoder->whole;
    av_packet_unref(packet);
    if (whole->size > 0) {
        av_packet_move_ref(packet, whole);
    } else {
        int status = pmx_source_next(decoder->source, packet);
        if (status < 0 || packet->stream_index != decoder->stream->index)
            return status;
    }
    int size = pmx_amr_first(decoder->context, packet);
    if (size == 0)
        return 0;
    av_packet_unref(whole);
    av_packet_move_ref(whole, packet);
    return pmx_amr_split(whole, packet, size, decoder->stream->time_base);
}

/* Gives the codec one packet of the stream, or the end. FALSE only when nothing sensible can
 * follow. */
static gboolean feed(PmxDecoder *decoder, GError **error)
{
    AVPacket *packet = decoder->packet;
    int status;
    do
        status = next_packet(decoder);
    while (status >= 0 && (packet->stream_index != decoder->stream->index || !wanted(decoder)));
    if (status < 0) {
        /* A file that breaks off has ended, and what came before is good; one that cannot be read
         * has not. */
        if (!pmx_source_check(decoder->source, error))
            return FALSE;
        decoder->draining = TRUE;
        avcodec_send_packet(decoder->context, NULL);
        return TRUE;
    }
    if (is_encrypted(packet)) {
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD, "the stream is encrypted");
        return FALSE;
    }
    decoder->context->skip_frame = skippable(decoder);
    if (avcodec_send_packet(decoder->context, packet) < 0)
        decoder->damaged++;
    return TRUE;
}

/* How long a frame lasts whose file does not say so, ticks: as long as the one before did. */
static gint64 usual_duration(const PmxDecoder *decoder)
{
    const AVStream *stream = decoder->stream;
    AVRational rate =
        stream->avg_frame_rate.num > 0 ? stream->avg_frame_rate : stream->r_frame_rate;
    if (decoder->step > 0 || rate.num <= 0 || rate.den <= 0)
        return decoder->step;
    return av_rescale_q(1, av_inv_q(rate), stream->time_base);
}

/* A picture without a time follows the one before; that is so for whole files (elementary streams),
 * and for the last pictures of files that tell decoding times only. Sound without a time follows
 * anyway. */
static void place(PmxDecoder *decoder, AVFrame *frame)
{
    gint64 time = frame->best_effort_timestamp, last = decoder->last;
    frame->pts = time;
    if (frame->nb_samples > 0)
        return;
    if (time == AV_NOPTS_VALUE)
        frame->pts = last == AV_NOPTS_VALUE ? 0 : av_sat_add64(last, usual_duration(decoder));
    else if (last != AV_NOPTS_VALUE)
        decoder->step = MAX(0, av_sat_sub64(time, last));
    decoder->last = frame->pts;
}

/* A decoder that fails this often in a row will not find back. */
enum { ERRORS_MAX = 1000 };

static PmxNext decode_one(PmxDecoder *decoder, AVFrame *frame, GError **error)
{
    for (guint errors = 0; errors < ERRORS_MAX;) {
        int status = avcodec_receive_frame(decoder->context, frame);
        if (status == AVERROR_EOF || (status == AVERROR(EAGAIN) && decoder->draining))
            return PMX_NEXT_END;
        if (status == AVERROR(EAGAIN)) {
            if (!feed(decoder, error))
                return PMX_NEXT_ERROR;
            continue;
        }
        if (status < 0) {
            decoder->damaged++;
            errors++;
            continue;
        }
        if (decoder->recovering && (frame->flags & AV_FRAME_FLAG_CORRUPT))
            continue;
        decoder->recovering = FALSE;
        decoder->damaged += frame->decode_error_flags != 0;
        return PMX_NEXT_FRAME;
    }
    return PMX_NEXT_END;
}

/* --- times that are not believed at once --- */

/* A picture before the last one, or long after it. */
static gboolean doubtful(const PmxDecoder *decoder, const AVFrame *frame)
{
    gint64 time = frame->best_effort_timestamp, last = decoder->last;
    return frame->nb_samples == 0 && time != AV_NOPTS_VALUE && last != AV_NOPTS_VALUE &&
           decoder->step > 0 && (time < last || av_sat_sub64(time, last) / 2 > decoder->step);
}

/* Between two pictures that are in order, one that is not has a damaged time; believed, it would end
 * the film or press what follows into no time at all. */
static PmxNext settle_doubt(PmxDecoder *decoder, AVFrame *frame, GError **error)
{
    PmxNext next = decode_one(decoder, decoder->ahead, error);
    decoder->have_ahead = next == PMX_NEXT_FRAME;
    if (!decoder->have_ahead)
        return next == PMX_NEXT_END ? PMX_NEXT_FRAME : next;
    gint64 time = frame->best_effort_timestamp, last = decoder->last,
           after = decoder->ahead->best_effort_timestamp;
    if (after != AV_NOPTS_VALUE && after > last && (time < last || time > after))
        frame->best_effort_timestamp = last + av_sat_sub64(after, last) / 2;
    return PMX_NEXT_FRAME;
}

static PmxNext decode(PmxDecoder *decoder, AVFrame *frame, GError **error)
{
    PmxNext next = PMX_NEXT_FRAME;
    if (decoder->have_ahead)
        av_frame_move_ref(frame, decoder->ahead);
    else
        next = decode_one(decoder, frame, error);
    decoder->have_ahead = FALSE;
    if (next == PMX_NEXT_FRAME && doubtful(decoder, frame))
        next = settle_doubt(decoder, frame, error);
    if (next == PMX_NEXT_FRAME)
        place(decoder, frame);
    return next;
}

PmxNext pmx_decoder_next(PmxDecoder *decoder, AVFrame *frame, GError **error)
{
    av_frame_unref(frame);
    if (!decoder->have_held)
        return decode(decoder, frame, error);
    av_frame_move_ref(frame, decoder->held);
    decoder->have_held = FALSE;
    return PMX_NEXT_FRAME;
}

static void restart(PmxDecoder *decoder)
{
    avcodec_flush_buffers(decoder->context);
    av_packet_unref(decoder->whole);
    av_frame_unref(decoder->held);
    av_frame_unref(decoder->ahead);
    decoder->have_held = decoder->have_ahead = FALSE;
    decoder->draining = FALSE;
    decoder->recovering = TRUE;
    decoder->wait_key = decoder->stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
    decoder->first_key = decoder->last = AV_NOPTS_VALUE;
}

/* Seeks to `target` and holds the first frame that decodes there. */
static PmxNext try_seek(PmxDecoder *decoder, gint64 target, GError **error)
{
    int status = av_seek_frame(decoder->source->format, decoder->stream->index, target,
                               AVSEEK_FLAG_BACKWARD);
    restart(decoder);
    if (status < 0)
        return PMX_NEXT_END;
    PmxNext next = decode(decoder, decoder->held, error);
    decoder->have_held = next == PMX_NEXT_FRAME;
    return next;
}

static gboolean rewind_to_start(PmxDecoder *decoder, GError **error)
{
    AVFormatContext *format = decoder->source->format;
    int status = avformat_seek_file(format, -1, INT64_MIN, INT64_MIN, INT64_MAX, 0);
    if (status < 0)
        status = av_seek_frame(format, -1, 0, AVSEEK_FLAG_BYTE);
    if (status < 0)
        status = av_seek_frame(format, decoder->stream->index, decoder->stream->start_time,
                               AVSEEK_FLAG_BACKWARD);
    restart(decoder);
    decoder->recovering = FALSE;
    return status >= 0 || pmx_av_fail(error, PMX_CODE_RESOURCE_BAD, status,
                                      "the file cannot be read from its start");
}

/* Pictures that come out before the keyframe's own time may refer to what was never read; from
 * there on all is sound. */
static gboolean landed_by(const PmxDecoder *decoder, gint64 ticks)
{
    gint64 first = decoder->held->pts;
    if (decoder->first_key != AV_NOPTS_VALUE)
        first = MAX(first, decoder->first_key);
    return decoder->held->pts != AV_NOPTS_VALUE && first <= ticks;
}

/*
 * Containers seek by decoding time, by an index that lies or by guessing a byte position, so where
 * a seek landed is only known from the first frame that comes out. If that is too late, the next
 * try aims further back, doubling.
 */
gboolean pmx_decoder_seek(PmxDecoder *decoder, gint64 ticks, GError **error)
{
    AVRational tick = decoder->stream->time_base;
    gint64 first =
        decoder->stream->start_time == AV_NOPTS_VALUE ? INT64_MIN / 2 : decoder->stream->start_time;
    if (decoder->stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO)
        decoder->sought = ticks;
    for (gint64 back = 0, step = MAX(1, av_rescale_q(1, (AVRational){1, 1}, tick));
         ticks - back > first; step *= 2) {
        GError *failure = NULL;
        PmxNext next = try_seek(decoder, ticks - back, &failure);
        if (next == PMX_NEXT_ERROR) {
            g_propagate_error(error, failure);
            return FALSE;
        }
        if (next == PMX_NEXT_FRAME && landed_by(decoder, ticks))
            return TRUE;
        if (back > G_MAXINT64 / 4)
            break;
        back += step;
    }
    return rewind_to_start(decoder, error);
}
