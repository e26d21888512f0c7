/* SPDX-License-Identifier: MIT */
/* The ladder of picture sizes as one filter graph: see scaler.h. */
#include "media/scaler.h"

#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>

#include "job/job.h"
#include "media/averror.h"

typedef struct {
    gint64 width, height;
    int pixels; /* PmxPixels */
} Size;

struct PmxScaler {
    const PmxVideoTask *task;
    GArray *sizes; /* of Size: distinct, in order of first use */
    AVFilterGraph *graph;
    AVFilterContext *source;
    GPtrArray *sinks;          /* of AVFilterContext *, one a size */
    int width, height, format; /* of the frames the graph was made for */
};

/* accurate_rnd and bitexact: the same picture from every processor's code path. */
static const char *const SCALE_FLAGS = "bicubic+accurate_rnd+bitexact";

static gboolean same_size(Size a, Size b)
{
    return a.width == b.width && a.height == b.height && a.pixels == b.pixels;
}

static Size rendition_size(const PmxVideoTask *task, guint i)
{
    const PmxRendition *rendition = g_ptr_array_index(task->renditions, i);
    return (Size){rendition->width, rendition->height, rendition->pix_fmt};
}

static guint size_index(const PmxScaler *scaler, Size size)
{
    guint i = 0;
    while (i < scaler->sizes->len && !same_size(g_array_index(scaler->sizes, Size, i), size))
        i++;
    return i;
}

PmxScaler *pmx_scaler_new(const PmxVideoTask *task)
{
    PmxScaler *scaler = g_new0(PmxScaler, 1);
    scaler->task = task;
    scaler->sizes = g_array_new(FALSE, FALSE, sizeof(Size));
    scaler->sinks = g_ptr_array_new();
    for (guint i = 0; i < task->renditions->len; i++) {
        Size size = rendition_size(task, i);
        if (size_index(scaler, size) == scaler->sizes->len)
            g_array_append_val(scaler->sizes, size);
    }
    return scaler;
}

void pmx_scaler_free(PmxScaler *scaler)
{
    if (!scaler)
        return;
    avfilter_graph_free(&scaler->graph);
    g_array_unref(scaler->sizes);
    g_ptr_array_unref(scaler->sinks);
    g_free(scaler);
}

/* --- the graph's description --- */

static const char *range_option(const PmxVideoTask *task)
{
    return g_strcmp0(task->range, "pc") == 0 ? "pc" : "tv";
}

static const char *upright(gint64 rotation)
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

static char *describe(const PmxScaler *scaler)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "[in]%s,split=%u", upright(scaler->task->rotation),
                           scaler->sizes->len);
    for (guint i = 0; i < scaler->sizes->len; i++)
        g_string_append_printf(text, "[s%u]", i);
    for (guint i = 0; i < scaler->sizes->len; i++) {
        Size size = g_array_index(scaler->sizes, Size, i);
        g_string_append_printf(text,
                               ";[s%u]scale=%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT
                               ":flags=%s:out_range=%s%s,format=%s[out%u]",
                               i, size.width, size.height, SCALE_FLAGS, range_option(scaler->task),
                               scaler->task->interlaced ? ":interl=-1" : "",
                               size.pixels == PMX_PIXELS_10 ? "yuv420p10le" : "yuv420p", i);
    }
    return g_string_free(text, FALSE);
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
    for (guint i = 0; i < scaler->sizes->len; i++) {
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
    status = avfilter_graph_parse_ptr(scaler->graph, text, &inputs, &outputs, NULL);
    return status < 0 ? status : avfilter_graph_config(scaler->graph, NULL);
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

static void distribute(PmxScaler *scaler, guint size, AVFrame *frame, PmxScaledFunc take,
                       gpointer data)
{
    Size made = g_array_index(scaler->sizes, Size, size);
    for (guint i = 0; i < scaler->task->renditions->len; i++)
        if (same_size(rendition_size(scaler->task, i), made))
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
