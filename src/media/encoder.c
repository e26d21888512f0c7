/* SPDX-License-Identifier: MIT */
/* One rendition's encoder thread: see encoder.h. */
#include "media/encoder.h"

#include <libavcodec/bsf.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>

#include "job/job.h"
#include "media/artifact.h"
#include "media/averror.h"
#include "media/queue.h"

/* Enough to keep the thread busy over the decoder's pauses; each 1080p picture in it is 3 MB. */
enum { QUEUE_FRAMES = 4 };

struct PmxEncoder {
    const PmxVideoTask *task;
    const PmxRendition *rendition;
    AVCodecContext *context;
    AVBSFContext *strip; /* H.264: takes x264's 700 bytes of settings out of every segment; NULL:
                            nothing to take */
    PmxArtifactWriter *writer;
    PmxFrameQueue *queue;
    GAsyncQueue *done;
    GThread *thread;
    gboolean given; /* the first picture has been; the giver's thread only */
    GError *error;  /* the thread's until it is joined */
    gint frames;    /* atomic */
    gint packets;   /* atomic */
    gint damaged;   /* atomic; source packets that did not decode */
};

/* --- settings --- */

static void set_colours(AVCodecContext *context, const PmxVideoTask *task)
{
    int value;
    if (task->range && (value = av_color_range_from_name(task->range)) >= 0)
        context->color_range = value;
    if (task->matrix && (value = av_color_space_from_name(task->matrix)) >= 0)
        context->colorspace = value;
    if (task->primaries && (value = av_color_primaries_from_name(task->primaries)) >= 0)
        context->color_primaries = value;
    if (task->transfer && (value = av_color_transfer_from_name(task->transfer)) >= 0)
        context->color_trc = value;
    if (task->chroma && (value = av_chroma_location_from_name(task->chroma)) >= 0)
        context->chroma_sample_location = value;
}

static AVRational rational(PmxRatio ratio)
{
    AVRational small;
    av_reduce(&small.num, &small.den, ratio.num, ratio.den, INT_MAX);
    return small;
}

/*
 * As the end of a GOP comes near, both encoders put a keyframe wherever one is not much dearer than
 * another picture, for soon they have to. In a segment that is no longer than a GOP they need not:
 * the next segment begins with a keyframe. Without an end in sight they put them at scene cuts
 * only.
 */
static int gop_size(const PmxRendition *rendition, gint64 frames)
{
    enum { ENDLESS = 1 << 20 };
    gboolean one = frames > 0 && frames <= rendition->gop;
    return one ? ENDLESS : (int)CLAMP(rendition->gop, 1, ENDLESS);
}

static void set_picture(AVCodecContext *context, const PmxVideoTask *task,
                        const PmxRendition *rendition)
{
    context->width = (int)rendition->width;
    context->height = (int)rendition->height;
    context->pix_fmt = AV_PIX_FMT_YUV420P;
    context->time_base = rational(task->time_base);
    context->framerate = rational(task->frame_rate);
    context->sample_aspect_ratio = rational(rendition->sar);
    context->rc_max_rate = rendition->maxrate * 1000;
    context->rc_buffer_size = (int)MIN(rendition->bufsize * 1000, INT_MAX);
    context->thread_count = 1;
    context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP;
    set_colours(context, task);
}

static int set_h264(AVCodecContext *context, const PmxRendition *rendition)
{
    static const char *const profiles[] = {"baseline", "main", "high"};
    /* stitchable: parameter sets that do not depend on what is encoded. */
    av_opt_set(context->priv_data, "x264-params", "stitchable=1", 0);
    return av_opt_set(context->priv_data, "profile", profiles[rendition->profile], 0);
}

static int set_h265(AVCodecContext *context, const PmxRendition *rendition)
{
    (void)rendition;
    /* One thread, no wavefronts: the same bytes anywhere. No SEI that tells the settings, once a
     * segment. */
    return av_opt_set(
        context->priv_data, "x265-params",
        "pools=none:frame-threads=1:wpp=0:pmode=0:pme=0:info=0:open-gop=0:log-level=error", 0);
}

static AVCodecContext *open_context(const PmxVideoTask *task, const PmxRendition *rendition,
                                    gint64 frames, GError **error)
{
    gboolean h264 = rendition->codec == PMX_CODEC_H264;
    const char *name = h264 ? "libx264" : "libx265";
    const AVCodec *codec = avcodec_find_encoder_by_name(name);
    if (!codec) {
        g_set_error(error, PMX_ERROR, PMX_CODE_NOT_SUPPORTED, "this libavcodec has no %s encoder",
                    name);
        return NULL;
    }
    g_autoptr(AVCodecContext) context = avcodec_alloc_context3(codec);
    set_picture(context, task, rendition);
    context->gop_size = gop_size(rendition, frames);
    int status = av_opt_set(context->priv_data, "preset", rendition->preset, 0);
    if (status >= 0)
        status = av_opt_set_double(context->priv_data, "crf", rendition->crf, 0);
    if (status >= 0)
        status = h264 ? set_h264(context, rendition) : set_h265(context, rendition);
    if (status >= 0)
        status = avcodec_open2(context, codec, NULL);
    if (status >= 0)
        return g_steal_pointer(&context);
    pmx_av_fail(error, PMX_CODE_INTERNAL, status, "the %s encoder refuses %dx%d", name,
                context->width, context->height);
    return NULL;
}

static gboolean open_strip(PmxEncoder *encoder, GError **error)
{
    if (encoder->rendition->codec != PMX_CODEC_H264)
        return TRUE;
    int status = av_bsf_list_parse_str("filter_units=remove_types=6", &encoder->strip);
    if (status >= 0)
        status = avcodec_parameters_from_context(encoder->strip->par_in, encoder->context);
    if (status >= 0)
        status = av_bsf_init(encoder->strip);
    return status >= 0 ||
           pmx_av_fail(error, PMX_CODE_INTERNAL, status, "the bitstream filter cannot be set up");
}

/* --- the thread --- */

/* The packet as it is to be kept. */
static int strip(PmxEncoder *encoder, AVPacket *packet)
{
    if (!encoder->strip)
        return 0;
    int status = av_bsf_send_packet(encoder->strip, packet);
    return status < 0 ? status : av_bsf_receive_packet(encoder->strip, packet);
}

static gboolean write_packets(PmxEncoder *encoder, AVPacket *packet, GError **error)
{
    int status;
    while ((status = avcodec_receive_packet(encoder->context, packet)) >= 0) {
        status = strip(encoder, packet);
        gboolean ok = status >= 0 && pmx_artifact_add(encoder->writer, packet, error);
        g_atomic_int_inc(&encoder->packets);
        av_packet_unref(packet);
        if (!ok)
            return status >= 0
                       ? FALSE
                       : pmx_av_fail(error, PMX_CODE_INTERNAL, status, "a packet cannot be kept");
    }
    return status == AVERROR(EAGAIN) || status == AVERROR_EOF ||
           pmx_av_fail(error, PMX_CODE_INTERNAL, status, "a picture cannot be encoded");
}

static gboolean encode(PmxEncoder *encoder, const AVFrame *frame, AVPacket *packet, GError **error)
{
    int status = avcodec_send_frame(encoder->context, frame);
    if (status < 0)
        return pmx_av_fail(error, PMX_CODE_INTERNAL, status, "a picture cannot be encoded");
    return write_packets(encoder, packet, error);
}

static char *base64(const guint8 *bytes, int length)
{
    return length > 0 ? g_base64_encode(bytes, (gsize)length) : NULL;
}

static gboolean finish(PmxEncoder *encoder, GError **error)
{
    const PmxVideoTask *task = encoder->task;
    const AVCodecContext *context = encoder->context;
    g_autofree char *extradata = base64(context->extradata, context->extradata_size);
    PmxArtifactHead head = {
        .codec = (char *)avcodec_get_name(context->codec_id),
        .time_base = task->time_base,
        .frame_rate = task->frame_rate,
        .width = context->width,
        .height = context->height,
        .sar = encoder->rendition->sar,
        .range = task->range,
        .matrix = task->matrix,
        .primaries = task->primaries,
        .transfer = task->transfer,
        .chroma = task->chroma,
        .profile = context->profile,
        .level = context->level,
        .extradata = extradata,
        .damaged = g_atomic_int_get(&encoder->damaged),
    };
    return pmx_artifact_finish(encoder->writer, &head, error);
}

static gboolean encode_all(PmxEncoder *encoder, GError **error)
{
    g_autoptr(AVPacket) packet = av_packet_alloc();
    AVFrame *next;
    while ((next = pmx_frame_queue_take(encoder->queue))) {
        g_autoptr(AVFrame) frame = next;
        if (!encode(encoder, frame, packet, error))
            return FALSE;
        g_atomic_int_inc(&encoder->frames);
    }
    return encode(encoder, NULL, packet, error) && finish(encoder, error);
}

static gpointer thread_main(gpointer data)
{
    PmxEncoder *encoder = data;
    encode_all(encoder, &encoder->error);
    pmx_frame_queue_close(encoder->queue);
    /* What the codec holds is most of the process; give it back while the others still work. */
    avcodec_free_context(&encoder->context);
    g_async_queue_push(encoder->done, encoder);
    return NULL;
}

/* --- for the video task --- */

PmxEncoder *pmx_encoder_start(const PmxVideoTask *task, const PmxRendition *rendition,
                              gint64 frames, const char *path, GAsyncQueue *done, GError **error)
{
    PmxEncoder *encoder = g_new0(PmxEncoder, 1);
    encoder->task = task;
    encoder->rendition = rendition;
    encoder->done = done;
    encoder->context = open_context(task, rendition, frames, error);
    if (encoder->context && open_strip(encoder, error))
        encoder->writer = pmx_artifact_create(path, error);
    if (!encoder->writer) {
        pmx_encoder_free(encoder);
        return NULL;
    }
    encoder->queue = pmx_frame_queue_new(QUEUE_FRAMES);
    encoder->thread = g_thread_new("encoder", thread_main, encoder);
    return encoder;
}

/*
 * With a constant rate factor both encoders quantise the very first picture of an encode about 3 QP
 * more coarsely than a keyframe further on (the ratio between I and P pictures is not applied to
 * it), and the whole scene inherits that. A region of interest over the whole first picture puts it
 * right, so a segment begins as well as an uncut film goes on. The offsets are in units of the
 * encoder's QP range, 51 (measured: docs/performance.md).
 */
static void sharpen_first(const PmxEncoder *encoder, AVFrame *frame)
{
    int qp_thousandths = encoder->rendition->codec == PMX_CODEC_H264 ? -4000 : -2910;
    AVFrameSideData *data = av_frame_new_side_data(frame, AV_FRAME_DATA_REGIONS_OF_INTEREST,
                                                   sizeof(AVRegionOfInterest));
    if (!data)
        return;
    *(AVRegionOfInterest *)data->data = (AVRegionOfInterest){
        .self_size = sizeof(AVRegionOfInterest),
        .bottom = frame->height,
        .right = frame->width,
        .qoffset = {qp_thousandths, 51000},
    };
}

void pmx_encoder_put(PmxEncoder *encoder, AVFrame *frame)
{
    /* The source's picture types would be taken for orders. */
    frame->pict_type = AV_PICTURE_TYPE_NONE;
    frame->key_frame = 0;
    if (!encoder->given)
        sharpen_first(encoder, frame);
    encoder->given = TRUE;
    pmx_frame_queue_put(encoder->queue, frame);
}

void pmx_encoder_end(PmxEncoder *encoder, guint damaged)
{
    g_atomic_int_set(&encoder->damaged, (gint)damaged);
    pmx_frame_queue_close(encoder->queue);
}

gint pmx_encoder_frames(PmxEncoder *encoder)
{
    return g_atomic_int_get(&encoder->frames);
}

gint pmx_encoder_work(PmxEncoder *encoder)
{
    return g_atomic_int_get(&encoder->frames) + g_atomic_int_get(&encoder->packets);
}

gboolean pmx_encoder_join(PmxEncoder *encoder, GError **error)
{
    if (encoder->thread)
        g_thread_join(g_steal_pointer(&encoder->thread));
    if (!encoder->error)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&encoder->error));
    return FALSE;
}

void pmx_encoder_free(PmxEncoder *encoder)
{
    if (!encoder)
        return;
    if (encoder->thread) {
        pmx_frame_queue_close(encoder->queue);
        g_thread_join(encoder->thread);
    }
    pmx_frame_queue_free(encoder->queue);
    pmx_artifact_writer_free(encoder->writer);
    avcodec_free_context(&encoder->context);
    av_bsf_free(&encoder->strip);
    g_clear_error(&encoder->error);
    g_free(encoder);
}
