/* SPDX-License-Identifier: MIT */
/* One rendition's encoder thread: see encoder.h. */
#include "media/encoder.h"

#include <libavcodec/bsf.h>
#include <libavutil/pixdesc.h>

#include "job/job.h"
#include "media/artifact.h"
#include "media/averror.h"
#include "media/encoder_open.h"
#include "media/palette.h"
#include "media/queue.h"

/* Enough to keep the thread busy over the decoder's pauses; each 1080p picture in it is 3 MB. */
enum { QUEUE_FRAMES = 4 };

struct PmxEncoder {
    const PmxVideoTask *task;
    const PmxRendition *rendition;
    AVCodecContext *context;
    AVBSFContext *strip; /* H.264: takes x264's 700 bytes of settings out of every segment; NULL:
                            nothing to take */
    PmxPalette *palette; /* GIF; the thread's */
    AVFrame *painted;
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

/* What the codec wants to see of `frame`; NULL with `error`. */
static const AVFrame *palette_of(PmxEncoder *encoder, const AVFrame *frame, GError **error)
{
    const AVCodecContext *context = encoder->context;
    if (!frame || encoder->rendition->codec != PMX_CODEC_GIF)
        return frame;
    if (!encoder->palette)
        encoder->palette =
            pmx_palette_new(context->width, context->height, context->time_base, error);
    if (!encoder->painted)
        encoder->painted = av_frame_alloc();
    return encoder->palette && pmx_palette_apply(encoder->palette, frame, encoder->painted, error)
               ? encoder->painted
               : NULL;
}

static gboolean encode(PmxEncoder *encoder, const AVFrame *given, AVPacket *packet, GError **error)
{
    const AVFrame *frame = palette_of(encoder, given, error);
    if (given && !frame)
        return FALSE;
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
        .pix_fmt = (char *)av_get_pix_fmt_name(context->pix_fmt),
        .range = task->range,
        .matrix = task->matrix,
        .primaries = task->primaries,
        .transfer = task->transfer,
        .chroma = task->chroma,
        .mastering = task->mastering,
        .light_max = task->light_max,
        .light_average = task->light_average,
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
    encoder->context = pmx_encoder_open(task, rendition, frames, error);
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

static gboolean sharpens(const PmxRendition *rendition)
{
    return rendition->codec <= PMX_CODEC_H265 && rendition->qp < 0;
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
    if (!encoder->given && sharpens(encoder->rendition))
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
    pmx_palette_free(encoder->palette);
    av_frame_free(&encoder->painted);
    g_clear_error(&encoder->error);
    g_free(encoder);
}
