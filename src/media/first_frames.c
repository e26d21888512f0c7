/* SPDX-License-Identifier: MIT */
/* See first_frames.h. */
#include "media/first_frames.h"

#include "base/problem.h"

/* How much of the file may be read while a stream has shown nothing. */
static const gint64 BYTES_MAX = 64 << 20;

typedef struct {
    PmxFirstFrame first;
    AVCodecContext *context; /* NULL: nothing to decode, or done */
    gboolean video;
    gboolean started; /* a keyframe has gone in */
} Slot;

struct PmxFirstFrames {
    Slot *slots;
    guint count;
    guint open; /* slots still without a frame */
};

static void open_slot(Slot *slot, const AVStream *stream)
{
    const AVCodecParameters *parameters = stream->codecpar;
    const AVCodec *codec = avcodec_find_decoder(parameters->codec_id);
    slot->video = parameters->codec_type == AVMEDIA_TYPE_VIDEO;
    slot->first.problem = codec ? "nothing in it decodes" : "there is no decoder for it";
    slot->first.refused = codec != NULL;
    if (!codec || (!slot->video && parameters->codec_type != AVMEDIA_TYPE_AUDIO))
        return;
    slot->context = avcodec_alloc_context3(codec);
    slot->context->thread_count = 1;
    slot->context->max_pixels = PMX_PIXELS_MAX;
    slot->context->pkt_timebase = stream->time_base;
    /* As the decoder does it, or another frame would be the first. */
    slot->context->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_OUTPUT_CORRUPT;
    if (avcodec_parameters_to_context(slot->context, parameters) < 0 ||
        avcodec_open2(slot->context, codec, NULL) < 0)
        avcodec_free_context(&slot->context);
}

static void receive(PmxFirstFrames *frames, Slot *slot)
{
    g_autoptr(AVFrame) frame = av_frame_alloc();
    while (slot->context && avcodec_receive_frame(slot->context, frame) >= 0) {
        frame->pts = frame->best_effort_timestamp;
        slot->first.frame = g_steal_pointer(&frame);
        slot->first.problem = NULL;
        avcodec_free_context(&slot->context);
        frames->open--;
    }
}

static void give_up(PmxFirstFrames *frames, Slot *slot, const char *problem)
{
    slot->first.problem = problem;
    slot->first.refused = FALSE;
    avcodec_free_context(&slot->context);
    frames->open--;
}

static void feed(PmxFirstFrames *frames, Slot *slot, const AVPacket *packet)
{
    if (!slot->context)
        return;
    if (av_packet_get_side_data(packet, AV_PKT_DATA_ENCRYPTION_INFO, NULL)) {
        slot->first.encrypted = TRUE;
        give_up(frames, slot, "it is encrypted");
        return;
    }
    if (slot->video && !slot->started && !(packet->flags & AV_PKT_FLAG_KEY))
        return;
    slot->started = TRUE;
    avcodec_send_packet(slot->context, packet);
    receive(frames, slot);
}

static void read_head(PmxFirstFrames *frames, PmxSource *source)
{
    g_autoptr(AVPacket) packet = av_packet_alloc();
    gint64 bytes = 0;
    while (frames->open > 0 && bytes < BYTES_MAX && pmx_source_next(source, packet) >= 0) {
        bytes += packet->size;
        if ((guint)packet->stream_index < frames->count)
            feed(frames, &frames->slots[packet->stream_index], packet);
        av_packet_unref(packet);
    }
}

static void drain(PmxFirstFrames *frames)
{
    for (guint i = 0; i < frames->count; i++) {
        Slot *slot = &frames->slots[i];
        if (!slot->context)
            continue;
        avcodec_send_packet(slot->context, NULL);
        receive(frames, slot);
    }
}

PmxFirstFrames *pmx_first_frames_new(PmxSource *source)
{
    const AVFormatContext *format = source->format;
    PmxFirstFrames *frames = g_new0(PmxFirstFrames, 1);
    frames->count = format->nb_streams;
    frames->slots = g_new0(Slot, frames->count + 1);
    for (guint i = 0; i < frames->count; i++) {
        open_slot(&frames->slots[i], format->streams[i]);
        frames->open += frames->slots[i].context != NULL;
    }
    read_head(frames, source);
    drain(frames);
    return frames;
}

void pmx_first_frames_free(PmxFirstFrames *frames)
{
    if (!frames)
        return;
    for (guint i = 0; i < frames->count; i++) {
        av_frame_free(&frames->slots[i].first.frame);
        avcodec_free_context(&frames->slots[i].context);
    }
    g_free(frames->slots);
    g_free(frames);
}

const PmxFirstFrame *pmx_first_frames_get(const PmxFirstFrames *frames, guint index)
{
    /* MPEG-TS and its like may add streams while they are read. */
    static const PmxFirstFrame none = {.problem = "it begins too late in the file"};
    return index < frames->count ? &frames->slots[index].first : &none;
}
