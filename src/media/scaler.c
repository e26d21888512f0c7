/* SPDX-License-Identifier: MIT */
/* The ladder of picture sizes as one filter graph: see scaler.h. */
#include "media/scaler.h"

#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>

#include "job/job.h"
#include "media/averror.h"

struct PmxScaler {
    const PmxVideoTask *task;
    GPtrArray *branches; /* of char *: distinct descriptions of pictures, in order of first use */
    GArray *branch_of;   /* of guint, one a rendition */
    GPtrArray *firsts;   /* of PmxRendition *: the first of each branch; borrowed from the task */
    PmxStamps *stamps;   /* NULL: nothing is stamped */
    AVFilterGraph *graph;
    AVFilterContext *source;
    GPtrArray *sinks;          /* of AVFilterContext *, one a branch */
    int width, height, format; /* of the frames the graph was made for */
};

/* accurate_rnd and bitexact: the same picture from every processor's code path. */
static const char *const SCALE_FLAGS = "bicubic+accurate_rnd+bitexact";

/* --- the graph's description --- */

static const char *range_option(const PmxVideoTask *task)
{
    return g_strcmp0(task->range, "pc") == 0 ? "pc" : "tv";
}

const char *pmx_scaler_upright(gint64 rotation)
{
    switch (rotation) {
    case 90:
        return "transpose=clock";
    case 180:
        return "hflip,vflip";
    case 270:
        return "transpose=cclock";
    default:
        return "null";
    }
}

static void add_box(GString *text, const char *filter, const PmxBox *box)
{
    if (box->width)
        g_string_append_printf(text,
                               "%s=%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT
                               ":%" G_GINT64_FORMAT ",",
                               filter, box->width, box->height, box->left, box->top);
}

/* What is tone-mapped needs its bits until then. */
static const char *scaled_format(const PmxVideoTask *task, const PmxRendition *rendition)
{
    if (task->hdr_transfer || rendition->pix_fmt == PMX_PIXELS_10)
        return "yuv420p10le";
    /* libavfilter's older name, by which all filters know that black is 0. */
    return g_strcmp0(task->range, "pc") == 0 ? "yuvj420p" : "yuv420p";
}

static void add_scale(GString *text, const PmxVideoTask *task, const PmxRendition *rendition)
{
    gboolean own = rendition->scaled.width > 0;
    g_string_append_printf(
        text, "scale=%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":flags=%s:out_range=%s",
        own ? rendition->scaled.width : rendition->width,
        own ? rendition->scaled.height : rendition->height, SCALE_FLAGS, range_option(task));
    if (task->interlaced)
        g_string_append(text, ":interl=-1");
    if (task->rgb)
        g_string_append_printf(text, ":out_color_matrix=%s", task->matrix);
    g_string_append_printf(text, ",format=%s", scaled_format(task, rendition));
}

/*
 * PQ and HLG to BT.709: to linear light where 1 is 100 cd/m², into BT.709's gamut, down to what it
 * can show by Hable's curve, and to its own transfer function. The curve's peak is the film's, not
 * each picture's, so that nothing pumps.
 */
static void add_tone_map(GString *text, const PmxVideoTask *task)
{
    char peak[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(peak, sizeof peak, "%.2f", (double)task->hdr_peak / 100);
    g_string_append_printf(text,
                           ",zscale=min=%s:pin=%s:tin=%s:rin=tv:t=linear:npl=100,format=gbrpf32le,"
                           "zscale=p=bt709,tonemap=tonemap=hable:desat=0:peak=%s,"
                           "zscale=t=bt709:m=bt709:p=bt709:r=tv:dither=ordered,format=yuv420p",
                           task->hdr_matrix, task->hdr_primaries, task->hdr_transfer, peak);
}

/* From the upright picture to the rendition's: see plan/shape.h. */
static char *describe_branch(const PmxVideoTask *task, const PmxRendition *rendition)
{
    GString *text = g_string_new(NULL);
    add_box(text, "crop", &rendition->crop);
    add_scale(text, task, rendition);
    if (task->hdr_transfer)
        add_tone_map(text, task);
    if (rendition->cut.width) {
        g_string_append_c(text, ',');
        add_box(text, "crop", &rendition->cut);
        g_string_truncate(text, text->len - 1);
    }
    if (rendition->scaled.width &&
        !(rendition->cut.width == rendition->width && rendition->cut.height == rendition->height))
        g_string_append_printf(text,
                               ",pad=%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT
                               ":%" G_GINT64_FORMAT ":black",
                               rendition->width, rendition->height, rendition->left,
                               rendition->top);
    return g_string_free(text, FALSE);
}

/* What tells one branch from another: the filters and what is stamped. */
static char *branch_key(const PmxVideoTask *task, const PmxRendition *rendition)
{
    g_autofree char *filters = describe_branch(task, rendition);
    if (!rendition->overlays)
        return g_steal_pointer(&filters);
    json_t *whole = pmx_object_dump(&pmx_rendition_object, rendition);
    g_autofree char *overlays = json_dumps(json_object_get(whole, "overlays"), JSON_SORT_KEYS);
    json_decref(whole);
    return g_strconcat(filters, overlays, NULL);
}

static const char *made_format(const PmxVideoTask *task, const PmxRendition *rendition)
{
    return task->hdr_transfer ? "yuv420p" : scaled_format(task, rendition);
}

static void add_branch(const PmxScaler *scaler, guint i, GString *text)
{
    const PmxRendition *rendition = g_ptr_array_index(scaler->firsts, i);
    g_autofree char *filters = describe_branch(scaler->task, rendition);
    gboolean stamped = scaler->stamps && rendition->overlays;
    g_string_append_printf(text, ";[s%u]%s[%s%u]", i, filters, stamped ? "p" : "out", i);
    if (stamped)
        pmx_stamps_describe(scaler->stamps, rendition, i, made_format(scaler->task, rendition),
                            text);
}

static char *describe(const PmxScaler *scaler)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "[in]%s,split=%u", pmx_scaler_upright(scaler->task->rotation),
                           scaler->branches->len);
    for (guint i = 0; i < scaler->branches->len; i++)
        g_string_append_printf(text, "[s%u]", i);
    for (guint i = 0; i < scaler->branches->len; i++)
        add_branch(scaler, i, text);
    return g_string_free(text, FALSE);
}

PmxScaler *pmx_scaler_new(const PmxVideoTask *task, PmxStamps *stamps)
{
    PmxScaler *scaler = g_new0(PmxScaler, 1);
    scaler->task = task;
    scaler->stamps = stamps;
    scaler->firsts = g_ptr_array_new();
    scaler->branches = g_ptr_array_new_with_free_func(g_free);
    scaler->branch_of = g_array_new(FALSE, FALSE, sizeof(guint));
    scaler->sinks = g_ptr_array_new();
    for (guint i = 0; i < task->renditions->len; i++) {
        PmxRendition *rendition = g_ptr_array_index(task->renditions, i);
        char *branch = branch_key(task, rendition);
        guint at = scaler->branches->len;
        if (g_ptr_array_find_with_equal_func(scaler->branches, branch, g_str_equal, &at))
            g_free(branch);
        else {
            g_ptr_array_add(scaler->branches, branch);
            g_ptr_array_add(scaler->firsts, rendition);
        }
        g_array_append_val(scaler->branch_of, at);
    }
    return scaler;
}

void pmx_scaler_free(PmxScaler *scaler)
{
    if (!scaler)
        return;
    avfilter_graph_free(&scaler->graph);
    g_ptr_array_unref(scaler->branches);
    g_ptr_array_unref(scaler->firsts);
    g_array_unref(scaler->branch_of);
    g_ptr_array_unref(scaler->sinks);
    g_free(scaler);
}

/* --- building it --- */

static int make_source(PmxScaler *scaler, const AVFrame *frame)
{
    PmxRatio tb = scaler->task->time_base;
    g_autofree char *arguments =
        g_strdup_printf("video_size=%dx%d:pix_fmt=%d:time_base=%" G_GINT64_FORMAT
                        "/%" G_GINT64_FORMAT ":pixel_aspect=1/1",
                        frame->width, frame->height, frame->format, tb.num, tb.den);
    return avfilter_graph_create_filter(&scaler->source, avfilter_get_by_name("buffer"), "in",
                                        arguments, NULL, scaler->graph);
}

static int make_sinks(PmxScaler *scaler, AVFilterInOut **inputs)
{
    g_ptr_array_set_size(scaler->sinks, 0);
    for (guint i = 0; i < scaler->branches->len; i++) {
        AVFilterContext *sink = NULL;
        g_autofree char *name = g_strdup_printf("out%u", i);
        int status = avfilter_graph_create_filter(&sink, avfilter_get_by_name("buffersink"), name,
                                                  NULL, NULL, scaler->graph);
        if (status < 0)
            return status;
        AVFilterInOut *end = avfilter_inout_alloc();
        *end = (AVFilterInOut){.name = av_strdup(name), .filter_ctx = sink, .next = *inputs};
        *inputs = end;
        g_ptr_array_add(scaler->sinks, sink);
    }
    return 0;
}

static int add_stamps(PmxScaler *scaler, AVFilterInOut **outputs)
{
    int status = 0;
    for (guint i = 0; scaler->stamps && status >= 0 && i < scaler->firsts->len; i++) {
        const PmxRendition *rendition = g_ptr_array_index(scaler->firsts, i);
        if (rendition->overlays)
            status = pmx_stamps_add_sources(scaler->stamps, rendition, i, scaler->graph, outputs);
    }
    return status;
}

static int link_graph(PmxScaler *scaler, const AVFrame *frame)
{
    g_autoptr(AVFilterInOut) inputs = NULL, outputs = avfilter_inout_alloc();
    g_autofree char *text = describe(scaler);
    int status = make_source(scaler, frame);
    if (status >= 0)
        status = make_sinks(scaler, &inputs);
    if (status < 0)
        return status;
    *outputs = (AVFilterInOut){.name = av_strdup("in"), .filter_ctx = scaler->source};
    status = add_stamps(scaler, &outputs);
    if (status >= 0)
        status = avfilter_graph_parse_ptr(scaler->graph, text, &inputs, &outputs, NULL);
    if (status >= 0)
        status = avfilter_graph_config(scaler->graph, NULL);
    return status >= 0 && scaler->stamps ? pmx_stamps_feed(scaler->stamps) : status;
}

/* A stream may change its picture size or format; the graph is then made anew. */
static gboolean ensure_graph(PmxScaler *scaler, const AVFrame *frame, GError **error)
{
    if (scaler->graph && scaler->width == frame->width && scaler->height == frame->height &&
        scaler->format == frame->format)
        return TRUE;
    avfilter_graph_free(&scaler->graph);
    scaler->graph = avfilter_graph_alloc();
    scaler->graph->nb_threads = 1;
    int status = link_graph(scaler, frame);
    if (status < 0)
        return pmx_av_fail(error, PMX_CODE_INTERNAL, status, "the picture scaler cannot be set up");
    scaler->width = frame->width;
    scaler->height = frame->height;
    scaler->format = frame->format;
    return TRUE;
}

/* --- frames --- */

/* What encoders call it. */
static void rename_format(AVFrame *frame)
{
    if (frame->format == AV_PIX_FMT_YUVJ420P)
        frame->format = AV_PIX_FMT_YUV420P;
}

static void distribute(PmxScaler *scaler, guint branch, AVFrame *frame, PmxScaledFunc take,
                       gpointer data)
{
    rename_format(frame);
    for (guint i = 0; i < scaler->branch_of->len; i++)
        if (g_array_index(scaler->branch_of, guint, i) == branch)
            take(i, av_frame_clone(frame), data);
}

gboolean pmx_scaler_push(PmxScaler *scaler, AVFrame *frame, PmxScaledFunc take, gpointer data,
                         GError **error)
{
    if (!ensure_graph(scaler, frame, error))
        return FALSE;
    int status = av_buffersrc_add_frame(scaler->source, frame);
    g_autoptr(AVFrame) scaled = av_frame_alloc();
    for (guint i = 0; status >= 0 && i < scaler->sinks->len; i++) {
        status = av_buffersink_get_frame(g_ptr_array_index(scaler->sinks, i), scaled);
        if (status >= 0)
            distribute(scaler, i, scaled, take, data);
        av_frame_unref(scaled);
    }
    return status >= 0 ||
           pmx_av_fail(error, PMX_CODE_INTERNAL, status, "a picture cannot be scaled");
}
