/* SPDX-License-Identifier: MIT */
/* See filter.h. */
#include "media/filter.h"

#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>

#include "media/avptr.h"

struct PmxFilter {
    char *chain;
    AVFilterGraph *graph; /* NULL: to be linked */
    AVFilterContext *source, *sink;
    int width, height, format; /* of the frames it is linked for */
};

PmxFilter *pmx_filter_new(const char *chain)
{
    PmxFilter *filter = g_new0(PmxFilter, 1);
    filter->chain = g_strdup(chain);
    return filter;
}

void pmx_filter_free(PmxFilter *filter)
{
    if (!filter)
        return;
    avfilter_graph_free(&filter->graph);
    g_free(filter->chain);
    g_free(filter);
}

void pmx_filter_reset(PmxFilter *filter)
{
    avfilter_graph_free(&filter->graph);
}

gboolean pmx_filter_runs(const PmxFilter *filter)
{
    return filter->graph != NULL;
}

static int link_ends(PmxFilter *filter)
{
    g_autoptr(AVFilterInOut) inputs = avfilter_inout_alloc(), outputs = avfilter_inout_alloc();
    *outputs = (AVFilterInOut){.name = av_strdup("in"), .filter_ctx = filter->source};
    *inputs = (AVFilterInOut){.name = av_strdup("out"), .filter_ctx = filter->sink};
    int status = avfilter_graph_parse_ptr(filter->graph, filter->chain, &inputs, &outputs, NULL);
    return status < 0 ? status : avfilter_graph_config(filter->graph, NULL);
}

static int link_for(PmxFilter *filter, const AVFrame *frame)
{
    /* The clock does not matter: whoever calls knows a frame's time. */
    g_autofree char *arguments =
        g_strdup_printf("video_size=%dx%d:pix_fmt=%d:time_base=1/1000:pixel_aspect=1/1",
                        frame->width, frame->height, frame->format);
    avfilter_graph_free(&filter->graph);
    filter->graph = avfilter_graph_alloc();
    filter->graph->nb_threads = 1;
    /* Kinds of samples that a filter does not take are converted alike on all processors. */
    filter->graph->scale_sws_opts = av_strdup("flags=bicubic+accurate_rnd+bitexact");
    filter->width = frame->width;
    filter->height = frame->height;
    filter->format = frame->format;
    int status = avfilter_graph_create_filter(&filter->source, avfilter_get_by_name("buffer"), "in",
                                              arguments, NULL, filter->graph);
    if (status >= 0)
        status = avfilter_graph_create_filter(&filter->sink, avfilter_get_by_name("buffersink"),
                                              "out", NULL, NULL, filter->graph);
    return status < 0 ? status : link_ends(filter);
}

static gboolean is_linked_for(const PmxFilter *filter, const AVFrame *frame)
{
    return filter->graph && filter->width == frame->width && filter->height == frame->height &&
           filter->format == frame->format;
}

int pmx_filter_put(PmxFilter *filter, const AVFrame *frame)
{
    int status = 0;
    if (!frame)
        return filter->graph ? av_buffersrc_add_frame(filter->source, NULL) : 0;
    if (!is_linked_for(filter, frame))
        status = link_for(filter, frame);
    return status < 0 ? status
                      : av_buffersrc_add_frame_flags(filter->source, (AVFrame *)frame,
                                                     AV_BUFFERSRC_FLAG_KEEP_REF);
}

int pmx_filter_take(PmxFilter *filter, AVFrame *made)
{
    return filter->graph ? av_buffersink_get_frame(filter->sink, made) : AVERROR(EAGAIN);
}

int pmx_filter_one(PmxFilter *filter, const AVFrame *frame, AVFrame *made)
{
    int status = pmx_filter_put(filter, frame);
    return status < 0 ? status : pmx_filter_take(filter, made);
}
