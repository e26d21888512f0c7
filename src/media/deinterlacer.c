/* SPDX-License-Identifier: MIT */
/* See deinterlacer.h. */
#include "media/deinterlacer.h"

#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>

#include "media/averror.h"

/*
 * bwdif filters the first frame that it is given, and no other, without what is before it; and when
 * it passes progressive frames by itself, it remembers that too long. So frames that need nothing go
 * around it, and a graph is fed from the frame before the first that does.
 */
struct PmxDeinterlacer {
    gboolean all;
    AVFrame *before, *current; /* the two frames before what comes next; NULL: none */
    AVFilterGraph *graph;      /* fed up to `current`; NULL: to be made */
    AVFilterContext *source, *sink;
    GQueue ready; /* of AVFrame * */
};

PmxDeinterlacer *pmx_deinterlacer_new(gboolean all)
{
    PmxDeinterlacer *deinterlacer = g_new0(PmxDeinterlacer, 1);
    deinterlacer->all = all;
    g_queue_init(&deinterlacer->ready);
    return deinterlacer;
}

static void free_frame(gpointer data)
{
    AVFrame *frame = data;
    av_frame_free(&frame);
}

void pmx_deinterlacer_free(PmxDeinterlacer *deinterlacer)
{
    if (!deinterlacer)
        return;
    avfilter_graph_free(&deinterlacer->graph);
    av_frame_free(&deinterlacer->before);
    av_frame_free(&deinterlacer->current);
    g_queue_clear_full(&deinterlacer->ready, free_frame);
    g_free(deinterlacer);
}

/* --- the graph --- */

static int link_graph(PmxDeinterlacer *deinterlacer)
{
    g_autoptr(AVFilterInOut) inputs = avfilter_inout_alloc(), outputs = avfilter_inout_alloc();
    const char *text = "bwdif=mode=send_frame:parity=auto:deint=all";
    *outputs = (AVFilterInOut){.name = av_strdup("in"), .filter_ctx = deinterlacer->source};
    *inputs = (AVFilterInOut){.name = av_strdup("out"), .filter_ctx = deinterlacer->sink};
    int status = avfilter_graph_parse_ptr(deinterlacer->graph, text, &inputs, &outputs, NULL);
    return status < 0 ? status : avfilter_graph_config(deinterlacer->graph, NULL);
}

static int open_graph(PmxDeinterlacer *deinterlacer, const AVFrame *frame)
{
    /* The clock does not matter: each frame keeps its own time. */
    g_autofree char *arguments =
        g_strdup_printf("video_size=%dx%d:pix_fmt=%d:time_base=1/1000:pixel_aspect=1/1",
                        frame->width, frame->height, frame->format);
    deinterlacer->graph = avfilter_graph_alloc();
    deinterlacer->graph->nb_threads = 1;
    /* Kinds of samples that bwdif does not take are converted alike on all processors. */
    deinterlacer->graph->scale_sws_opts = av_strdup("flags=bicubic+accurate_rnd+bitexact");
    int status = avfilter_graph_create_filter(&deinterlacer->source, avfilter_get_by_name("buffer"),
                                              "in", arguments, NULL, deinterlacer->graph);
    if (status >= 0)
        status =
            avfilter_graph_create_filter(&deinterlacer->sink, avfilter_get_by_name("buffersink"),
                                         "out", NULL, NULL, deinterlacer->graph);
    return status < 0 ? status : link_graph(deinterlacer);
}

static int feed(const PmxDeinterlacer *deinterlacer, const AVFrame *frame)
{
    return av_buffersrc_add_frame_flags(deinterlacer->source, (AVFrame *)frame,
                                        AV_BUFFERSRC_FLAG_KEEP_REF);
}

/* Has it fed up to `current`. What comes out meanwhile nobody needs. */
static int catch_up(PmxDeinterlacer *deinterlacer)
{
    g_autoptr(AVFrame) unused = av_frame_alloc();
    int status = open_graph(deinterlacer, deinterlacer->current);
    if (status >= 0 && deinterlacer->before)
        status = feed(deinterlacer, deinterlacer->before);
    if (status >= 0)
        status = feed(deinterlacer, deinterlacer->current);
    if (status >= 0 && deinterlacer->before)
        status = av_buffersink_get_frame(deinterlacer->sink, unused);
    return status;
}

/* --- frames --- */

static int filter(PmxDeinterlacer *deinterlacer, const AVFrame *next)
{
    AVFrame *made = av_frame_alloc();
    int status = deinterlacer->graph ? 0 : catch_up(deinterlacer);
    if (status >= 0)
        status =
            next ? feed(deinterlacer, next) : av_buffersrc_add_frame(deinterlacer->source, NULL);
    if (status >= 0)
        status = av_buffersink_get_frame(deinterlacer->sink, made);
    if (status < 0) {
        av_frame_free(&made);
        return status;
    }
    made->pts = deinterlacer->current->pts;
    made->interlaced_frame = 0;
    g_queue_push_tail(&deinterlacer->ready, made);
    return 0;
}

static gboolean belong_together(const AVFrame *a, const AVFrame *b)
{
    return a && b && a->width == b->width && a->height == b->height && a->format == b->format;
}

/* Makes `current` ready, of which `next` (NULL: none) is the neighbour. */
static int finish_current(PmxDeinterlacer *deinterlacer, const AVFrame *next)
{
    if (deinterlacer->all || deinterlacer->current->interlaced_frame)
        return filter(deinterlacer, next);
    avfilter_graph_free(&deinterlacer->graph);
    g_queue_push_tail(&deinterlacer->ready, av_frame_clone(deinterlacer->current));
    return 0;
}

gboolean pmx_deinterlacer_push(PmxDeinterlacer *deinterlacer, AVFrame *frame, GError **error)
{
    /* A stream may change its picture size or format; what came before ends there. */
    gboolean joined = belong_together(deinterlacer->current, frame);
    int status = deinterlacer->current ? finish_current(deinterlacer, joined ? frame : NULL) : 0;
    if (!joined)
        avfilter_graph_free(&deinterlacer->graph);
    av_frame_free(&deinterlacer->before);
    deinterlacer->before = joined ? g_steal_pointer(&deinterlacer->current) : NULL;
    av_frame_free(&deinterlacer->current);
    if (frame) {
        deinterlacer->current = av_frame_alloc();
        av_frame_move_ref(deinterlacer->current, frame);
    }
    return status >= 0 ||
           pmx_av_fail(error, PMX_CODE_INTERNAL, status, "pictures cannot be deinterlaced");
}

gboolean pmx_deinterlacer_take(PmxDeinterlacer *deinterlacer, AVFrame *frame)
{
    AVFrame *ready = g_queue_pop_head(&deinterlacer->ready);
    av_frame_unref(frame);
    if (!ready)
        return FALSE;
    av_frame_move_ref(frame, ready);
    av_frame_free(&ready);
    return TRUE;
}
