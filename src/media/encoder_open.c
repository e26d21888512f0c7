/* SPDX-License-Identifier: MIT */
/* See encoder_open.h. */
#include "media/encoder_open.h"

#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <string.h>

#include "job/job.h"
#include "media/averror.h"

/* What is set in each library's own way. */
typedef struct {
    const char *name; /* libavcodec's */
    int (*set)(AVCodecContext *context, const PmxRendition *rendition, const PmxEncodeHow *how);
    const char *notes;
} Library;

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
 * As the end of a GOP comes near, x264 and x265 put a keyframe wherever one is not much dearer than
 * another picture, for soon they have to. In a segment that is no longer than a GOP they need not:
 * the next segment begins with a keyframe. Without an end in sight they put them at scene cuts
 * only.
 */
static int gop_size(const PmxRendition *rendition, gint64 frames)
{
    enum { ENDLESS = 1 << 20 };
    gboolean one = frames > 0 && frames <= rendition->gop && rendition->codec != PMX_CODEC_AV1;
    return one ? ENDLESS : (int)CLAMP(rendition->gop, 1, ENDLESS);
}

/* The encoders come to no rate above the highest one, and to hardly that. A segment that finds the buffer
 * full may have more, and one of a constant rate has to be told more: then the highest is lifted, and the
 * chase sees to the buffer (media/chase.h). */
static gint64 highest_rate(const PmxRendition *rendition, const PmxEncodeHow *how)
{
    gint64 most = rendition->maxrate * 1000;
    return most > 0 ? MAX(most, (gint64)(how->bitrate * 1000)) : 0;
}

static void set_picture(AVCodecContext *context, const PmxVideoTask *task,
                        const PmxRendition *rendition, const PmxEncodeHow *how)
{
    context->width = (int)rendition->width;
    context->height = (int)rendition->height;
    context->pix_fmt =
        rendition->pix_fmt == PMX_PIXELS_10 ? AV_PIX_FMT_YUV420P10 : AV_PIX_FMT_YUV420P;
    context->time_base = rational(task->time_base);
    context->framerate = rational(task->frame_rate);
    context->sample_aspect_ratio = rational(rendition->sar);
    context->rc_max_rate = highest_rate(rendition, how);
    context->rc_buffer_size = (int)MIN(rendition->bufsize * 1000, INT_MAX);
    context->thread_count = 1;
    context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP;
    if (task->interlaced)
        context->flags |= AV_CODEC_FLAG_INTERLACED_DCT;
    set_colours(context, task);
}

/* x264 counts the quantisers of 10 bits from 12 below those of 8 bits (QP_BD_OFFSET), where 0 is lossless;
 * its rate factors and all of x265 and SVT-AV1 mean the same with both. */
static gint64 quantiser(const PmxRendition *rendition)
{
    enum { LOWER_WITH_10_BITS = 12 };
    gboolean lower = rendition->codec == PMX_CODEC_H264 && rendition->pix_fmt == PMX_PIXELS_10;
    return rendition->qp + (lower ? LOWER_WITH_10_BITS : 0);
}

/* What both x264 and x265 call the same. */
static int set_usual(AVCodecContext *context, const PmxRendition *rendition,
                     const PmxEncodeHow *how)
{
    int status = av_opt_set(context->priv_data, "preset", rendition->preset, 0);
    if (status < 0)
        return status;
    if (how->bitrate > 0) {
        context->bit_rate = (gint64)(how->bitrate * 1000 + 0.5);
        return 0;
    }
    if (rendition->qp >= 0)
        return av_opt_set_int(context->priv_data, "qp", quantiser(rendition), 0);
    return av_opt_set_double(context->priv_data, "crf", how->crf, 0);
}

static int set_h264(AVCodecContext *context, const PmxRendition *rendition, const PmxEncodeHow *how)
{
    static const char *const profiles[] = {"baseline", "main", "high"};
    gboolean ten = rendition->pix_fmt == PMX_PIXELS_10;
    int status = set_usual(context, rendition, how);
    if (status < 0)
        return status;
    context->rc_initial_buffer_occupancy = (int)(how->start * context->rc_buffer_size);
    /* stitchable: parameter sets that do not depend on what is encoded. */
    av_opt_set(context->priv_data, "x264-params", "stitchable=1", 0);
    if (how->notes) {
        context->flags |= how->measures ? AV_CODEC_FLAG_PASS1 : AV_CODEC_FLAG_PASS2;
        av_opt_set(context->priv_data, "stats", how->notes, 0);
    }
    return av_opt_set(context->priv_data, "profile", ten ? "high10" : profiles[rendition->profile],
                      0);
}

/* A value in libavutil's list of them. */
static void append_escaped(GString *list, const char *value)
{
    for (; *value; value++) {
        if (strchr("\\\':=", *value))
            g_string_append_c(list, '\\');
        g_string_append_c(list, *value);
    }
}

static int set_h265(AVCodecContext *context, const PmxRendition *rendition, const PmxEncodeHow *how)
{
    int status = set_usual(context, rendition, how);
    if (status < 0)
        return status;
    /* One thread, no wavefronts: the same bytes anywhere. No SEI that tells the settings, once a
     * segment. */
    g_autoptr(GString) list = g_string_new("pools=none:frame-threads=1:wpp=0:pmode=0:pme=0:info=0:"
                                           "open-gop=0:log-level=error");
    if (context->rc_buffer_size > 0 && how->start > 0)
        g_string_append_printf(list, ":vbv-init=0.%02d", (int)CLAMP(how->start * 100 + 0.5, 1, 99));
    if (how->notes) {
        g_string_append_printf(list, ":pass=%d:slow-firstpass=%d:stats=", how->measures ? 1 : 2,
                               rendition->mode == PMX_RATE_TWOPASS);
        append_escaped(list, how->notes);
    }
    return av_opt_set(context->priv_data, "x265-params", list->str, 0);
}

/* What x265 tells in every segment's headers, once. */
static int set_hdr(AVCodecContext *context, const PmxVideoTask *task)
{
    AVDictionary *params = NULL;
    if (!task->mastering && !task->light_max)
        return 0;
    int status = av_opt_get_dict_val(context->priv_data, "x265-params", 0, &params);
    g_autofree char *light = g_strdup_printf("%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT,
                                             task->light_max, task->light_average);
    if (status >= 0 && task->mastering)
        status = av_dict_set(&params, "master-display", task->mastering, 0);
    if (status >= 0 && task->light_max)
        status = av_dict_set(&params, "max-cll", light, 0);
    if (status >= 0)
        status = av_opt_set_dict_val(context->priv_data, "x265-params", params, 0);
    av_dict_free(&params);
    return status;
}

/* SVT-AV1's presets are numbers. They are given to the names by what they cost: medium takes about
 * as long as x265's. */
static gint64 av1_preset(const char *name)
{
    static const struct {
        const char *name;
        int number;
    } presets[] = {{"ultrafast", 12}, {"superfast", 11}, {"veryfast", 10}, {"faster", 9},
                   {"fast", 8},       {"medium", 7},     {"slow", 6},      {"slower", 4},
                   {"veryslow", 3},   {"placebo", 1}};
    for (guint i = 0; i < G_N_ELEMENTS(presets); i++)
        if (g_strcmp0(presets[i].name, name) == 0)
            return presets[i].number;
    return g_ascii_strtoll(name, NULL, 10);
}

/* By its own names: libavcodec's options cannot say 0. One logical processor: as few threads as
 * there can be. */
static int set_av1(AVCodecContext *context, const PmxRendition *rendition, const PmxEncodeHow *how)
{
    gboolean fixed = rendition->qp >= 0;
    double quality = fixed ? (double)rendition->qp : how->crf;
    g_autofree char *params =
        g_strdup_printf("lp=1:rc=0:aq-mode=%d:qp=%d", fixed ? 0 : 2, (int)quality);
    /* Its whole steps are four of the codec's own (quantizer_to_qindex); mode 2 adds some to what it
     * would do anyway. */
    int quarters = (int)((quality - (int)quality) * 4);
    if (quarters > 0) {
        g_autofree char *whole = g_steal_pointer(&params);
        params = g_strdup_printf("%s:use-fixed-qindex-offsets=2:key-frame-qindex-offset=%d:"
                                 "qindex-offsets=[%d,%d,%d,%d,%d,%d]",
                                 whole, quarters, quarters, quarters, quarters, quarters, quarters,
                                 quarters);
    }
    int status = av_opt_set_int(context->priv_data, "preset", av1_preset(rendition->preset), 0);
    return status < 0 ? status : av_opt_set(context->priv_data, "svtav1-params", params, 0);
}

static int set_gif(AVCodecContext *context, G_GNUC_UNUSED const PmxRendition *rendition,
                   G_GNUC_UNUSED const PmxEncodeHow *how)
{
    context->pix_fmt = AV_PIX_FMT_PAL8;
    return 0;
}

/* libwebp's own default quality is 75, and its threads do not change the bytes. */
static int set_webp(G_GNUC_UNUSED AVCodecContext *context,
                    G_GNUC_UNUSED const PmxRendition *rendition,
                    G_GNUC_UNUSED const PmxEncodeHow *how)
{
    return 0;
}

static const Library libraries[] = {
    [PMX_CODEC_H264] = {"libx264", set_h264, ".mbtree"},
    [PMX_CODEC_H265] = {"libx265", set_h265, ".cutree"},
    [PMX_CODEC_AV1] = {"libsvtav1", set_av1, NULL},
    [PMX_CODEC_GIF] = {"gif", set_gif, NULL},
    [PMX_CODEC_WEBP] = {"libwebp_anim", set_webp, NULL},
};

static AVCodecContext *open_as(const PmxVideoTask *task, const PmxRendition *rendition,
                               gint64 frames, const PmxEncodeHow *how, int level, GError **error);

/* level_idc of the first sequence parameter set (ISO/IEC 14496-10, 7.3.2.1.1) in Annex B; 0: none. */
static int level_in(const guint8 *bytes, int length)
{
    for (int i = 0; i + 6 < length; i++)
        if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1 && (bytes[i + 3] & 31) == 7)
            return bytes[i + 6];
    return 0;
}

/*
 * Both x264 and x265 choose a level for a rate by that rate, and segments have different ones. They
 * all get the level that goes with no rate: x264, whose search depends on it, is told; x265 is not,
 * since it would lower the rate to what the level allows, and its parameter sets are exchanged.
 */
static AVCodecContext *open_without_rate(const PmxVideoTask *task, const PmxRendition *rendition,
                                         const PmxEncodeHow *how)
{
    PmxEncodeHow plain = {.crf = 23, .start = how->start};
    return how->bitrate > 0 ? open_as(task, rendition, 0, &plain, 0, NULL) : NULL;
}

AVCodecContext *pmx_encoder_open(const PmxVideoTask *task, const PmxRendition *rendition,
                                 gint64 frames, const PmxEncodeHow *how, GError **error)
{
    g_autoptr(AVCodecContext) plain = open_without_rate(task, rendition, how);
    gboolean h264 = rendition->codec == PMX_CODEC_H264;
    int level = plain && h264 ? level_in(plain->extradata, plain->extradata_size) : 0;
    AVCodecContext *context = open_as(task, rendition, frames, how, level, error);
    if (context && plain && !h264 && plain->extradata_size == context->extradata_size)
        memcpy(context->extradata, plain->extradata, (size_t)plain->extradata_size);
    return context;
}

static AVCodecContext *open_as(const PmxVideoTask *task, const PmxRendition *rendition,
                               gint64 frames, const PmxEncodeHow *how, int level, GError **error)
{
    const Library *library = &libraries[rendition->codec];
    const AVCodec *codec = avcodec_find_encoder_by_name(library->name);
    if (!codec) {
        g_set_error(error, PMX_ERROR, PMX_CODE_NOT_SUPPORTED, "this libavcodec has no %s encoder",
                    library->name);
        return NULL;
    }
    g_autoptr(AVCodecContext) context = avcodec_alloc_context3(codec);
    set_picture(context, task, rendition, how);
    context->gop_size = gop_size(rendition, frames);
    if (level > 0)
        context->level = level;
    int status = library->set(context, rendition, how);
    if (status >= 0 && rendition->codec == PMX_CODEC_H265)
        status = set_hdr(context, task);
    if (status >= 0)
        status = avcodec_open2(context, codec, NULL);
    if (status >= 0)
        return g_steal_pointer(&context);
    pmx_av_fail(error, PMX_CODE_INTERNAL, status, "the %s encoder refuses %dx%d", library->name,
                context->width, context->height);
    return NULL;
}

const char *pmx_encoder_notes(const PmxRendition *rendition)
{
    return libraries[rendition->codec].notes;
}
