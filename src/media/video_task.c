/* SPDX-License-Identifier: MIT */
/*
 * The video task: one segment of a film into all the renditions wanted of it.
 *
 *     decoder ─► scaler ─► an encoder thread a rendition ─► an artifact a rendition: "0.pmx", …
 *
 * A frame belongs to the segment when start <= its time < end in the source's own ticks, so
 * segments share no frame and leave none out, whatever the source's keyframes, frame rate or first
 * timestamp are.
 */
#include <math.h>

#include "media/cut.h"
#include "media/decoder.h"
#include "media/encoder.h"
#include "media/run.h"
#include "media/scaler.h"
#include "media/timeline.h"

typedef struct {
    PmxRun *run;
    PmxVideoTask *task;
    PmxDecoder *decoder;
    GPtrArray *encoders; /* of PmxEncoder * */
    GAsyncQueue *done;   /* encoders whose thread has ended */
    GArray *ended;       /* of gboolean, one an encoder: taken from `done` */
    guint busy;          /* encoders still at work */
    gint told;           /* the work told of last while finishing */
    gint64 start, end;   /* source ticks */
    PmxTimeline timeline;
    guint frames;
} Segment;

/* How many frames the segment has: known where the film has a constant rate. */
static gint64 count_frames(const Segment *segment, PmxRatio tick)
{
    const PmxVideoTask *task = segment->task;
    gint64 start = task->begin ? segment->start : task->origin;
    gint64 end = task->end ? segment->end : task->film_end;
    if (!task->snap || end <= start)
        return 0;
    return (gint64)llround((double)(end - start) * pmx_ratio_value(tick) *
                           pmx_ratio_value(task->frame_rate));
}

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

static gboolean before(const Segment *segment, const AVFrame *frame)
{
    return segment->task->begin && frame->pts < segment->start;
}

static gboolean beyond(const Segment *segment, const AVFrame *frame)
{
    return segment->task->end && frame->pts >= segment->end;
}

static gboolean encode_frames(Segment *segment, GError **error)
{
    g_autoptr(PmxScaler) scaler = pmx_scaler_new(segment->task);
    g_autoptr(AVFrame) frame = av_frame_alloc();
    PmxNext next;
    while ((next = pmx_decoder_next(segment->decoder, frame, error)) == PMX_NEXT_FRAME) {
        if (pmx_run_due(segment->run))
            report(segment);
        if (before(segment, frame))
            continue;
        if (beyond(segment, frame))
            break;
        frame->pts = pmx_timeline_place(&segment->timeline, frame->pts);
        if (!pmx_scaler_push(scaler, frame, give, segment, error))
            return FALSE;
        segment->frames++;
    }
    return next != PMX_NEXT_ERROR;
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

static gboolean read_cuts(Segment *segment, GError **error)
{
    guint input = 1;
    if (segment->task->begin && !pmx_cut_read(segment->run, input++, &segment->start, error))
        return FALSE;
    return !segment->task->end || pmx_cut_read(segment->run, input, &segment->end, error);
}

static void free_encoder(gpointer data)
{
    pmx_encoder_free(data);
}

static json_t *run_segment(Segment *segment, GError **error)
{
    const PmxVideoTask *task = segment->task;
    AVRational time_base = pmx_decoder_stream(segment->decoder)->time_base;
    PmxRatio tick = {time_base.num, time_base.den};
    if (!read_cuts(segment, error))
        return NULL;
    pmx_timeline_init(&segment->timeline, task, tick);
    if (task->begin && !pmx_decoder_seek(segment->decoder, segment->start, error))
        return NULL;
    if (!start_encoders(segment, count_frames(segment, tick), error) ||
        !encode_frames(segment, error) || !finish_encoders(segment, error))
        return NULL;
    return json_pack("{s:i, s:i}", "frames", (int)segment->frames, "damaged",
                     (int)pmx_decoder_damaged(segment->decoder));
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
        segment.encoders = g_ptr_array_new_with_free_func(free_encoder);
        segment.done = g_async_queue_new();
        segment.ended = g_array_sized_new(FALSE, TRUE, sizeof(gboolean), task->renditions->len);
        g_array_set_size(segment.ended, task->renditions->len);
        result = run_segment(&segment, error);
        g_ptr_array_unref(segment.encoders);
        g_async_queue_unref(segment.done);
        g_array_unref(segment.ended);
    }
    pmx_object_free(&pmx_video_task_object, task);
    return result;
}
