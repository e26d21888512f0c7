/* SPDX-License-Identifier: MIT */
/*
 * The cut task: where in a window of the film two segments are to meet.
 *
 *     decoder ─► 160x90, grey ─► scene detector ─► the first scene cut ─► "0.pmx"
 *
 * Where there is none it is the window's first frame. The detector is libavfilter's scdet; on pictures this small it agrees with x264 and x265 about
 * where a scene ends, and costs next to nothing beside the decoding. The answer is the time of a
 * frame, so both neighbours agree on it exactly.
 */
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>

#include "media/averror.h"
#include "media/cut.h"
#include "media/decoder.h"
#include "plan/task.h"

/* scdet's score is 0..100; 8 is where x264's own decisions lie. */
static const char *const DETECTOR =
    "scale=160:90:flags=area+accurate_rnd+bitexact,format=gray,scdet=threshold=8";

typedef struct {
    AVFilterGraph *graph;
    AVFilterContext *source, *sink;
    int width, height, format; /* of the frames it was made for */
} Detector;

static int link_detector(Detector *detector)
{
    g_autoptr(AVFilterInOut) inputs = avfilter_inout_alloc(), outputs = avfilter_inout_alloc();
    *outputs = (AVFilterInOut){.name = av_strdup("in"), .filter_ctx = detector->source};
    *inputs = (AVFilterInOut){.name = av_strdup("out"), .filter_ctx = detector->sink};
    int status = avfilter_graph_parse_ptr(detector->graph, DETECTOR, &inputs, &outputs, NULL);
    return status < 0 ? status : avfilter_graph_config(detector->graph, NULL);
}

static int open_detector(Detector *detector, const AVFrame *frame)
{
    g_autofree char *arguments =
        g_strdup_printf("video_size=%dx%d:pix_fmt=%d:time_base=1/1000:pixel_aspect=1/1",
                        frame->width, frame->height, frame->format);
    avfilter_graph_free(&detector->graph);
    detector->graph = avfilter_graph_alloc();
    detector->graph->nb_threads = 1;
    detector->width = frame->width;
    detector->height = frame->height;
    detector->format = frame->format;
    int status = avfilter_graph_create_filter(&detector->source, avfilter_get_by_name("buffer"),
                                              "in", arguments, NULL, detector->graph);
    if (status >= 0)
        status = avfilter_graph_create_filter(&detector->sink, avfilter_get_by_name("buffersink"),
                                              "out", NULL, NULL, detector->graph);
    return status < 0 ? status : link_detector(detector);
}

/* A frame of another size or format begins a new scene by definition of the graph made anew. */
static gboolean is_scene_cut(Detector *detector, AVFrame *frame, gboolean *cut, GError **error)
{
    int status = 0;
    g_autoptr(AVFrame) judged = av_frame_alloc();
    if (!detector->graph || detector->width != frame->width || detector->height != frame->height ||
        detector->format != frame->format)
        status = open_detector(detector, frame);
    if (status >= 0)
        status = av_buffersrc_add_frame(detector->source, frame);
    if (status >= 0)
        status = av_buffersink_get_frame(detector->sink, judged);
    if (status < 0)
        return pmx_av_fail(error, PMX_CODE_INTERNAL, status, "the scene detector does not work");
    *cut = av_dict_get(judged->metadata, "lavfi.scd.time", NULL, 0) != NULL;
    return TRUE;
}

/* The window's first frame is where the segments meet when nothing better comes: whether it is a
 * scene cut itself need not be known, and so nothing before the window is looked at. */
static gboolean search(PmxRun *run, PmxDecoder *decoder, const PmxCutTask *task, Detector *detector,
                       gint64 *tick, GError **error)
{
    g_autoptr(AVFrame) frame = av_frame_alloc();
    gboolean inside = FALSE;
    PmxNext next;
    *tick = task->start;
    while ((next = pmx_decoder_next(decoder, frame, error)) == PMX_NEXT_FRAME) {
        gint64 at = frame->pts;
        if (pmx_run_due(run))
            pmx_run_progress(run, json_object());
        gboolean cut = FALSE;
        if (at >= task->end)
            break;
        if (at < task->start)
            continue;
        if (!is_scene_cut(detector, frame, &cut, error))
            return FALSE;
        if (!inside || cut)
            *tick = at;
        inside = TRUE;
        if (cut)
            break;
    }
    return next != PMX_NEXT_ERROR;
}

static gboolean write_result(const PmxRun *run, gint64 tick, GError **error)
{
    g_autofree char *path = pmx_run_file(run, "0.pmx");
    g_autofree char *text = g_strdup_printf("{\"tick\": %" G_GINT64_FORMAT "}\n", tick);
    return g_file_set_contents(path, text, -1, error);
}

gboolean pmx_cut_read(PmxRun *run, guint n, gint64 *tick, GError **error)
{
    PmxSourceRef ref;
    char text[256];
    if (!pmx_run_source(run, n, &ref, error))
        return FALSE;
    gint64 length = pmx_source_read_at(&ref, 0, text, sizeof text);
    json_t *json = length > 0 ? json_loadb(text, (size_t)length, 0, NULL) : NULL;
    const json_t *value = json_object_get(json, "tick");
    gboolean ok = json_is_integer(value);
    *tick = json_integer_value(value);
    json_decref(json);
    if (ok)
        return TRUE;
    run->bad_input = (int)n;
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "a kept cut is damaged");
    return FALSE;
}

static gboolean find_cut(PmxRun *run, const PmxCutTask *task, GError **error)
{
    PmxSourceRef ref;
    gint64 tick = 0;
    if (!pmx_run_source(run, 0, &ref, error))
        return FALSE;
    g_autoptr(PmxSource) source = pmx_source_open(&ref, error);
    g_autoptr(PmxDecoder) decoder =
        source ? pmx_decoder_open(source, (int)task->stream, error) : NULL;
    if (!decoder || !pmx_decoder_seek(decoder, task->start, error))
        return FALSE;
    pmx_decoder_coarse(decoder);
    Detector detector = {0};
    gboolean ok = search(run, decoder, task, &detector, &tick, error);
    avfilter_graph_free(&detector.graph);
    return ok && write_result(run, tick, error);
}

json_t *pmx_cut_run(PmxRun *run, GError **error)
{
    PmxCutTask *task = pmx_object_read(&pmx_cut_task_object, run->order->body, error);
    gboolean ok = task && find_cut(run, task, error);
    pmx_object_free(&pmx_cut_task_object, task);
    return ok ? json_object() : NULL;
}
