/* SPDX-License-Identifier: MIT */
/*
 * The video task: one segment of a film into all the renditions wanted of it.
 *
 *     decoder ─► deinterlacer ─► pacer ─► scaler ─► an encoder thread ─► an artifact: "0.pmx", …
 *                                                   a rendition          a rendition
 *
 * A frame belongs to the segment when start <= its time < end in the source's own ticks, so
 * segments share no frame and leave none out, whatever the source's keyframes, frame rate or first
 * timestamp are.
 */
#include "media/border.h"
#include "media/cut.h"
#include "media/decoder.h"
#include "media/deinterlacer.h"
#include "media/encoder.h"
#include "media/pacer.h"
#include "media/run.h"
#include "media/scaler.h"
#include "plan/shape.h"

typedef struct {
    PmxRun *run;
    PmxVideoTask *task;
    PmxDecoder *decoder;
    GPtrArray *encoders;           /* of PmxEncoder * */
    GAsyncQueue *done;             /* encoders whose thread has ended */
    GArray *ended;                 /* of gboolean, one an encoder: taken from `done` */
    guint busy;                    /* encoders still at work */
    gint told;                     /* the work told of last while finishing */
    gint64 start, end;             /* source ticks */
    PmxDeinterlacer *deinterlacer; /* NULL: nothing is */
    PmxPacer pacer;
    PmxStamps *stamps;
    PmxScaler *scaler;
    guint frames;
} Segment;

static gboolean start_encoders(Segment *segment, gint64 frames, GError **error)
{
    for (guint i = 0; i < segment->task->renditions->len; i++) {
        g_autofree char *name = g_strdup_printf("%u.pmx", i);
        g_autofree char *path = pmx_run_file(segment->run, name);
        const PmxRendition *rendition = g_ptr_array_index(segment->task->renditions, i);
        PmxEncoder *encoder =
            pmx_encoder_start(segment->task, rendition, frames, path, segment->done, error);
        if (!encoder)
            return FALSE;
        g_ptr_array_add(segment->encoders, encoder);
        segment->busy++;
    }
    return TRUE;
}

/* {"frames": [per rendition], "done": [per rendition: its encoder has ended]} */
static void report(Segment *segment)
{
    json_t *frames = json_array(), *done = json_array();
    for (guint i = 0; i < segment->encoders->len; i++) {
        PmxEncoder *encoder = g_ptr_array_index(segment->encoders, i);
        json_array_append_new(frames, json_integer(pmx_encoder_frames(encoder)));
        json_array_append_new(done, json_boolean(g_array_index(segment->ended, gboolean, i)));
    }
    pmx_run_progress(segment->run, json_pack("{s:o, s:o}", "frames", frames, "done", done));
}

static void give(guint rendition, AVFrame *frame, gpointer data)
{
    Segment *segment = data;
    pmx_encoder_put(g_ptr_array_index(segment->encoders, rendition), frame);
}

static gboolean scale(AVFrame *frame, gpointer data, GError **error)
{
    Segment *segment = data;
    segment->frames++;
    return pmx_scaler_push(segment->scaler, frame, give, segment, error);
}

static gboolean beyond(const Segment *segment, const AVFrame *frame)
{
    return (segment->task->end && frame->pts >= segment->end) || pmx_pacer_done(&segment->pacer);
}

/* What the deinterlacer has ready; `*over` when it is beyond the segment. */
static gboolean pace_ready(Segment *segment, AVFrame *frame, gboolean *over, GError **error)
{
    while (!*over && pmx_deinterlacer_take(segment->deinterlacer, frame)) {
        *over = beyond(segment, frame);
        /* A frame beyond still tells how long the one before it is shown. */
        if ((!*over || segment->task->pace == PMX_PACE_FILL) &&
            !pmx_pacer_push(&segment->pacer, frame, scale, segment, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean pace(Segment *segment, AVFrame *frame, gboolean *over, GError **error)
{
    if (segment->deinterlacer)
        return pmx_deinterlacer_push(segment->deinterlacer, frame, error) &&
               pace_ready(segment, frame, over, error);
    *over = beyond(segment, frame);
    if (*over && segment->task->pace != PMX_PACE_FILL)
        return TRUE;
    return pmx_pacer_push(&segment->pacer, frame, scale, segment, error);
}

static gboolean finish_pace(Segment *segment, AVFrame *frame, gboolean *over, GError **error)
{
    if (segment->deinterlacer && (!pmx_deinterlacer_push(segment->deinterlacer, NULL, error) ||
                                  !pace_ready(segment, frame, over, error)))
        return FALSE;
    return *over || pmx_pacer_finish(&segment->pacer, scale, segment, error);
}

/* A clip is a film that begins and ends there. */
static gboolean before_clip(const Segment *segment, const AVFrame *frame)
{
    return segment->task->seeks && frame->pts < segment->task->from;
}

static gboolean behind_clip(const Segment *segment, const AVFrame *frame)
{
    return segment->task->stops && frame->pts >= segment->task->to;
}

static gboolean encode_frames(Segment *segment, GError **error)
{
    g_autoptr(AVFrame) frame = av_frame_alloc();
    PmxNext next = PMX_NEXT_FRAME;
    gboolean over = FALSE;
    while (!over && (next = pmx_decoder_next(segment->decoder, frame, error)) == PMX_NEXT_FRAME) {
        if (pmx_run_due(segment->run))
            report(segment);
        if (before_clip(segment, frame))
            continue;
        if (behind_clip(segment, frame))
            break;
        if (!pace(segment, frame, &over, error))
            return FALSE;
    }
    return next != PMX_NEXT_ERROR && (over || finish_pace(segment, frame, &over, error));
}

/* A hang must stay visible as silence. */
static void report_if_changed(Segment *segment)
{
    gint work = -(gint)segment->busy;
    for (guint i = 0; i < segment->encoders->len; i++)
        work += pmx_encoder_work(g_ptr_array_index(segment->encoders, i));
    if (work != segment->told)
        report(segment);
    segment->told = work;
}

static void take_finished(Segment *segment, GError **error)
{
    PmxEncoder *encoder = g_async_queue_timeout_pop(segment->done, G_USEC_PER_SEC / 5);
    if (!encoder)
        return;
    guint i = 0;
    if (g_ptr_array_find(segment->encoders, encoder, &i))
        g_array_index(segment->ended, gboolean, i) = TRUE;
    segment->busy--;
    pmx_encoder_join(encoder, error && *error ? NULL : error);
}

/* Waits for the encoders, telling the parent which cores and whose memory come free. */
static gboolean finish_encoders(Segment *segment, GError **error)
{
    GError *failure = NULL;
    for (guint i = 0; i < segment->encoders->len; i++)
        pmx_encoder_end(g_ptr_array_index(segment->encoders, i),
                        pmx_decoder_damaged(segment->decoder));
    while (segment->busy > 0) {
        take_finished(segment, &failure);
        report_if_changed(segment);
    }
    if (failure)
        g_propagate_error(error, failure);
    return !failure;
}

/* Where the film's bars end is known now, and with it what sizes are made. */
static gboolean read_border(Segment *segment, guint input, GError **error)
{
    PmxVideoTask *task = segment->task;
    PmxBox box;
    if (!pmx_border_read(segment->run, input, &box, error))
        return FALSE;
    for (guint i = 0; i < task->renditions->len; i++)
        if (!pmx_shape_resolve_found(g_ptr_array_index(task->renditions, i), &box, task->width,
                                     task->height, error))
            return FALSE;
    return TRUE;
}

static gboolean read_needs(Segment *segment, GError **error)
{
    guint input = 1;
    if (segment->task->begin && !pmx_cut_read(segment->run, input++, &segment->start, error))
        return FALSE;
    if (segment->task->end && !pmx_cut_read(segment->run, input++, &segment->end, error))
        return FALSE;
    if (segment->task->border && !read_border(segment, input++, error))
        return FALSE;
    segment->stamps = pmx_stamps_new(segment->run, segment->task, input, error);
    return segment->stamps != NULL;
}

static void free_encoder(gpointer data)
{
    pmx_encoder_free(data);
}

/* So far before the segment that what its first frame is made of comes too. */
static gboolean seek(Segment *segment, GError **error)
{
    const PmxVideoTask *task = segment->task;
    gboolean back = segment->deinterlacer || pmx_pacer_looks_back(task);
    if (task->pace == PMX_PACE_FILL && !task->snap)
        pmx_decoder_keep_all(segment->decoder);
    if (task->seeks)
        return pmx_decoder_seek(segment->decoder, task->from, error);
    return !task->begin ||
           pmx_decoder_seek(segment->decoder, segment->start - (back ? 1 : 0), error);
}

static gboolean open_segment(Segment *segment, GError **error)
{
    const PmxVideoTask *task = segment->task;
    AVRational time_base = pmx_decoder_stream(segment->decoder)->time_base;
    if (!read_needs(segment, error))
        return FALSE;
    pmx_pacer_init(&segment->pacer, task, (PmxRatio){time_base.num, time_base.den}, segment->start,
                   segment->end);
    if (task->deinterlace != PMX_DEINTERLACE_NONE)
        segment->deinterlacer = pmx_deinterlacer_new(task->deinterlace == PMX_DEINTERLACE_ALL);
    segment->scaler = pmx_scaler_new(task, segment->stamps);
    segment->encoders = g_ptr_array_new_with_free_func(free_encoder);
    segment->done = g_async_queue_new();
    segment->ended = g_array_sized_new(FALSE, TRUE, sizeof(gboolean), task->renditions->len);
    g_array_set_size(segment->ended, task->renditions->len);
    return seek(segment, error);
}

static void close_segment(Segment *segment)
{
    pmx_stamps_free(segment->stamps);
    if (!segment->scaler)
        return;
    g_ptr_array_unref(segment->encoders);
    g_async_queue_unref(segment->done);
    g_array_unref(segment->ended);
    pmx_pacer_clear(&segment->pacer);
    pmx_deinterlacer_free(segment->deinterlacer);
    pmx_scaler_free(segment->scaler);
}

static json_t *run_segment(Segment *segment, GError **error)
{
    json_t *result = NULL;
    if (open_segment(segment, error) &&
        start_encoders(segment, pmx_pacer_count(&segment->pacer), error) &&
        encode_frames(segment, error) && finish_encoders(segment, error))
        result = json_pack("{s:i, s:i}", "frames", (int)segment->frames, "damaged",
                           (int)pmx_decoder_damaged(segment->decoder));
    close_segment(segment);
    return result;
}

json_t *pmx_video_run(PmxRun *run, GError **error)
{
    PmxSourceRef ref;
    PmxVideoTask *task = pmx_object_read(&pmx_video_task_object, run->order->body, error);
    if (!task || !pmx_run_source(run, 0, &ref, error)) {
        pmx_object_free(&pmx_video_task_object, task);
        return NULL;
    }
    json_t *result = NULL;
    g_autoptr(PmxSource) source = pmx_source_open(&ref, error);
    g_autoptr(PmxDecoder) decoder =
        source ? pmx_decoder_open(source, (int)task->stream, error) : NULL;
    if (decoder) {
        Segment segment = {.run = run, .task = task, .decoder = decoder};
        result = run_segment(&segment, error);
    }
    pmx_object_free(&pmx_video_task_object, task);
    return result;
}
