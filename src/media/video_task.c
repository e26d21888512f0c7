/* SPDX-License-Identifier: MIT */
/*
 * The video task: one segment of a film into all the renditions wanted of it.
 *
 *     decoder ─► deinterlacer ─► pacer ─► scaler ─► an encoder thread ─► an artifact: "0.pmx", …
 *                                                   a rendition          a rendition
 *
 * Renditions that have not come to their rate (media/chase.h) go through all of it again. The measure
 * task is the same work with other settings and another end.
 *
 * A frame belongs to the segment when start <= its time < end in the source's own ticks, so
 * segments share no frame and leave none out, whatever the source's keyframes, frame rate or first
 * timestamp are.
 */
#include "media/border.h"
#include "media/chase.h"
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
    const PmxVideoTask *task; /* with the renditions of this round */
    const GArray *slots;      /* of guint: their numbers in the order */
    PmxChase *chase;
    guint all; /* renditions of the order */
    PmxDecoder *decoder;
    GPtrArray *encoders;           /* of PmxEncoder * */
    GAsyncQueue *done;             /* encoders whose thread has ended */
    GArray *ended;                 /* of gboolean, one an encoder: taken from `done` */
    guint busy;                    /* encoders still at work */
    gint told;                     /* the work told of last while finishing */
    gboolean starts, ends;         /* not where the film does */
    gint64 start, end;             /* source ticks: where, then */
    PmxDeinterlacer *deinterlacer; /* NULL: nothing is */
    PmxPacer pacer;
    PmxStamps *stamps;
    PmxScaler *scaler;
    guint frames;
    guint damaged; /* counted by the decoder on its way to the first frame */
} Segment;

static gboolean start_encoders(Segment *segment, gint64 frames, GError **error)
{
    for (guint i = 0; i < segment->task->renditions->len; i++) {
        guint slot = g_array_index(segment->slots, guint, i);
        g_autofree char *path = pmx_chase_file(segment->chase, slot);
        const PmxRendition *rendition = g_ptr_array_index(segment->task->renditions, i);
        PmxEncoder *encoder =
            pmx_encoder_start(segment->task, rendition, frames, pmx_chase_how(segment->chase, slot),
                              path, segment->done, error);
        if (!encoder)
            return FALSE;
        g_ptr_array_add(segment->encoders, encoder);
        segment->busy++;
    }
    return TRUE;
}

/* {"frames": [per rendition], "done": [per rendition: its encoder has ended]}, where renditions of
 * earlier rounds count as done. */
static void report(Segment *segment)
{
    json_t *frames = json_array(), *done = json_array();
    for (guint i = 0; i < segment->all; i++) {
        json_array_append_new(frames, json_integer(G_MAXINT32));
        json_array_append_new(done, json_true());
    }
    for (guint i = 0; i < segment->encoders->len; i++) {
        PmxEncoder *encoder = g_ptr_array_index(segment->encoders, i);
        guint slot = g_array_index(segment->slots, guint, i);
        json_array_set_new(frames, slot, json_integer(pmx_encoder_frames(encoder)));
        json_array_set_new(done, slot, json_boolean(g_array_index(segment->ended, gboolean, i)));
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
    return (segment->ends && frame->pts >= segment->end) || pmx_pacer_done(&segment->pacer);
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

static gboolean encode_frames(Segment *segment, GError **error)
{
    g_autoptr(AVFrame) frame = av_frame_alloc();
    PmxNext next = PMX_NEXT_FRAME;
    gboolean over = FALSE;
    while (!over && (next = pmx_decoder_next(segment->decoder, frame, error)) == PMX_NEXT_FRAME) {
        if (pmx_run_due(segment->run))
            report(segment);
        /* The segment before tells of this. */
        if (segment->starts && frame->pts < segment->start)
            segment->damaged = pmx_decoder_damaged(segment->decoder);
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

static guint damaged(const Segment *segment)
{
    return pmx_decoder_damaged(segment->decoder) - segment->damaged;
}

/* Waits for the encoders, telling the parent which cores and whose memory come free. */
static gboolean finish_encoders(Segment *segment, GError **error)
{
    GError *failure = NULL;
    for (guint i = 0; i < segment->encoders->len; i++)
        pmx_encoder_end(g_ptr_array_index(segment->encoders, i), damaged(segment));
    while (segment->busy > 0) {
        take_finished(segment, &failure);
        report_if_changed(segment);
    }
    if (failure)
        g_propagate_error(error, failure);
    return !failure;
}

/* The order's inputs: the film, the cuts, the border, what rate control needs, images. */
static guint border_input(const PmxVideoTask *task)
{
    return 1 + (task->begin ? 1 : 0) + (task->end ? 1 : 0);
}

static guint images_input(const PmxRun *run, const PmxVideoTask *task)
{
    return run->order->inputs->len - (task->images ? task->images->len : 0);
}

static gboolean read_needs(Segment *segment, GError **error)
{
    guint input = 1;
    const PmxVideoTask *task = segment->task;
    segment->starts = task->begin || task->seeks;
    segment->ends = task->end || task->stops;
    segment->start = task->from;
    segment->end = task->to;
    if (task->begin && !pmx_cut_read(segment->run, input++, &segment->start, error))
        return FALSE;
    if (task->end && !pmx_cut_read(segment->run, input, &segment->end, error))
        return FALSE;
    segment->stamps = pmx_stamps_new(segment->run, task, images_input(segment->run, task), error);
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
    return !segment->starts ||
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

static gboolean take_results(const Segment *segment, GError **error)
{
    for (guint i = 0; i < segment->encoders->len; i++)
        if (!pmx_chase_take(segment->chase, g_array_index(segment->slots, guint, i),
                            pmx_encoder_made(g_ptr_array_index(segment->encoders, i)), error))
            return FALSE;
    return TRUE;
}

static json_t *run_segment(Segment *segment, GError **error)
{
    json_t *result = NULL;
    if (open_segment(segment, error) &&
        start_encoders(segment, pmx_pacer_count(&segment->pacer), error) &&
        encode_frames(segment, error) && finish_encoders(segment, error) &&
        take_results(segment, error))
        result = json_pack("{s:i, s:i}", "frames", (int)segment->frames, "damaged",
                           (int)damaged(segment));
    close_segment(segment);
    return result;
}

/* The renditions in `slots`, from the source to what they leave. */
static json_t *run_round(PmxRun *run, const PmxVideoTask *task, const GArray *slots,
                         PmxChase *chase, GError **error)
{
    PmxSourceRef ref;
    PmxVideoTask round = *task;
    if (!pmx_run_source(run, 0, &ref, error))
        return NULL;
    g_autoptr(PmxSource) source = pmx_source_open(&ref, error);
    if (source && task->sequential)
        pmx_source_unwrap(source);
    g_autoptr(PmxDecoder) decoder =
        source ? pmx_decoder_open(source, (int)task->stream, error) : NULL;
    if (!decoder)
        return NULL;
    round.renditions = g_ptr_array_new();
    for (guint i = 0; i < slots->len; i++)
        g_ptr_array_add(round.renditions,
                        g_ptr_array_index(task->renditions, g_array_index(slots, guint, i)));
    Segment segment = {.run = run,
                       .task = &round,
                       .slots = slots,
                       .chase = chase,
                       .all = task->renditions->len,
                       .decoder = decoder};
    json_t *result = run_segment(&segment, error);
    g_ptr_array_unref(round.renditions);
    return result;
}

static GArray *open_slots(const PmxVideoTask *task, const PmxChase *chase)
{
    GArray *slots = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < task->renditions->len; i++)
        if (pmx_chase_wants(chase, i))
            g_array_append_val(slots, i);
    return slots;
}

/* Where the film's bars end is known now, and with it what sizes are made. */
static gboolean read_border(PmxRun *run, const PmxVideoTask *task, GError **error)
{
    PmxBox box;
    if (!pmx_border_read(run, border_input(task), &box, error))
        return FALSE;
    for (guint i = 0; i < task->renditions->len; i++)
        if (!pmx_shape_resolve_found(g_ptr_array_index(task->renditions, i), &box, task->width,
                                     task->height, error))
            return FALSE;
    return TRUE;
}

static json_t *run_rounds(PmxRun *run, const PmxVideoTask *task, gboolean measures, GError **error)
{
    g_autoptr(PmxChase) chase = pmx_chase_new(run, task, measures, error);
    json_t *result = NULL;
    while (chase) {
        g_autoptr(GArray) slots = open_slots(task, chase);
        if (slots->len == 0)
            break;
        json_decref(result);
        result = run_round(run, task, slots, chase, error);
        if (!result)
            break;
    }
    return result;
}

static json_t *run_task(PmxRun *run, gboolean measures, GError **error)
{
    PmxVideoTask *task = pmx_object_read(&pmx_video_task_object, run->order->body, error);
    json_t *result = NULL;
    if (task && (!task->border || read_border(run, task, error)))
        result = run_rounds(run, task, measures, error);
    pmx_object_free(&pmx_video_task_object, task);
    return result;
}

json_t *pmx_video_run(PmxRun *run, GError **error)
{
    return run_task(run, FALSE, error);
}

json_t *pmx_measure_run(PmxRun *run, GError **error)
{
    return run_task(run, TRUE, error);
}
