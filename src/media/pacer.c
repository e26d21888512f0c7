/* SPDX-License-Identifier: MIT */
/* See pacer.h. */
#include "media/pacer.h"

#include <math.h>

#include "media/averror.h"

typedef __int128 Wide;

static gint64 floor_div(Wide num, Wide den)
{
    return (gint64)(num >= 0 ? num / den : -((-num + den - 1) / den));
}

/* --- slots --- */

/* `seconds` is a fraction; `lead` in quarters of a slot is how much before a slot's time a frame
 * may come and be its own. */
static gint64 slot_of(const PmxPacer *pacer, Wide num, Wide den, int lead)
{
    PmxRatio slots = pacer->task->slots;
    Wide across = num * slots.num, down = den * slots.den;
    return floor_div(4 * across + lead * down, 4 * down);
}

/* The index of the source's frame at `ticks`, when it is a rounding away from where a constant rate
 * puts it. */
static gboolean source_frame(const PmxPacer *pacer, gint64 ticks, gint64 *k)
{
    PmxRatio rate = pacer->task->source_rate, frame = {rate.den, rate.num};
    gint64 since = ticks - pacer->task->origin;
    if (!pacer->task->snap || !pmx_ratio_known(rate))
        return FALSE;
    *k = pmx_rescale(since, pacer->tick, frame);
    return ABS(pmx_rescale(*k, frame, pacer->tick) - since) <= 1;
}

enum { NEAREST = 2, SPACED = 1 };

static gint64 fill_slot(const PmxPacer *pacer, gint64 ticks)
{
    PmxRatio rate = pacer->task->source_rate;
    gint64 k = 0;
    if (source_frame(pacer, ticks, &k))
        return slot_of(pacer, (Wide)k * rate.den, rate.num, NEAREST);
    return slot_of(pacer, (Wide)(ticks - pacer->task->origin) * pacer->tick.num, pacer->tick.den,
                   NEAREST);
}

static gint64 limit_slot(const PmxPacer *pacer, gint64 ticks)
{
    return slot_of(pacer, (Wide)(ticks - pacer->task->origin) * pacer->tick.num, pacer->tick.den,
                   SPACED);
}

/* --- the segment --- */

void pmx_pacer_init(PmxPacer *pacer, const PmxVideoTask *task, PmxRatio tick, gint64 start,
                    gint64 end)
{
    *pacer = (PmxPacer){.task = task, .tick = tick, .start = start, .end = end};
    pmx_timeline_init(&pacer->timeline, task, tick);
    if (task->pace != PMX_PACE_FILL)
        return;
    PmxRatio rate = pmx_ratio_known(task->source_rate) ? task->source_rate : task->slots;
    pacer->gap = MAX(1, pmx_rescale(1, (PmxRatio){rate.den, rate.num}, tick));
    pacer->first = task->begin ? fill_slot(pacer, start) : 0;
    pacer->last = task->end ? fill_slot(pacer, end) : G_MAXINT64;
}

void pmx_pacer_clear(PmxPacer *pacer)
{
    av_frame_free(&pacer->held);
}

gboolean pmx_pacer_looks_back(const PmxVideoTask *task)
{
    return task->begin && task->pace == PMX_PACE_LIMIT;
}

static gboolean is_before(const PmxPacer *pacer, gint64 ticks)
{
    return pacer->task->begin && ticks < pacer->start;
}

gint64 pmx_pacer_count(const PmxPacer *pacer)
{
    const PmxVideoTask *task = pacer->task;
    gint64 start = task->begin ? pacer->start : task->origin;
    gint64 end = task->end ? pacer->end : task->film_end;
    if (end <= start)
        return 0;
    if (task->pace == PMX_PACE_FILL)
        return fill_slot(pacer, end) - fill_slot(pacer, start);
    if (!task->snap)
        return 0;
    return (gint64)llround((double)(end - start) * pmx_ratio_value(pacer->tick) *
                           pmx_ratio_value(task->frame_rate));
}

gboolean pmx_pacer_done(const PmxPacer *pacer)
{
    return pacer->task->pace == PMX_PACE_FILL && pacer->any && pacer->slot >= pacer->last;
}

/* --- filling a grid --- */

/* The held frame, in the segment's slots up to `until`. */
static gboolean show(PmxPacer *pacer, gint64 until, PmxPacedFunc take, gpointer data,
                     GError **error)
{
    const PmxVideoTask *task = pacer->task;
    gint64 from = MAX(pacer->slot, pacer->first), to = MIN(until, pacer->last);
    PmxRatio slot = {task->slots.den, task->slots.num};
    for (gint64 n = from; pacer->held && n < to; n++) {
        g_autoptr(AVFrame) copy = av_frame_clone(pacer->held);
        if (!copy)
            return pmx_av_fail(error, PMX_CODE_INTERNAL, AVERROR(ENOMEM), "a picture is lost");
        copy->pts = pmx_rescale(n, slot, task->time_base);
        if (!take(copy, data, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean fill(PmxPacer *pacer, AVFrame *frame, PmxPacedFunc take, gpointer data,
                     GError **error)
{
    gint64 slot = fill_slot(pacer, frame->pts);
    /* Times that go back, or lie before the film's first frame. */
    slot = MAX(slot, pacer->any ? pacer->slot : 0);
    if (pacer->any && !show(pacer, slot, take, data, error))
        return FALSE;
    av_frame_free(&pacer->held);
    pacer->held = av_frame_alloc();
    av_frame_move_ref(pacer->held, frame);
    pacer->slot = slot;
    pacer->any = TRUE;
    return TRUE;
}

/* Behind the held frame, where the film ends. */
static gint64 last_slot(const PmxPacer *pacer)
{
    const AVFrame *frame = pacer->held;
    gint64 k = 0, said = pacer->task->film_end;
    if (source_frame(pacer, frame->pts, &k)) {
        PmxRatio rate = pacer->task->source_rate;
        return slot_of(pacer, (Wide)(k + 1) * rate.den, rate.num, NEAREST);
    }
    gint64 length = frame->pkt_duration > 0 ? frame->pkt_duration : pacer->gap;
    gint64 end = av_sat_add64(frame->pts, length);
    if (said > frame->pts)
        end = MIN(end, said);
    return fill_slot(pacer, end);
}

gboolean pmx_pacer_finish(PmxPacer *pacer, PmxPacedFunc take, gpointer data, GError **error)
{
    if (pacer->task->pace != PMX_PACE_FILL || !pacer->held)
        return TRUE;
    /* However short it is, a film has a frame. */
    return show(pacer, MAX(1, last_slot(pacer)), take, data, error);
}

/* --- the source's times --- */

/* Whether the frame is the first of its slot. */
static gboolean is_first(PmxPacer *pacer, gint64 ticks)
{
    if (pacer->task->pace != PMX_PACE_LIMIT)
        return TRUE;
    gint64 slot = limit_slot(pacer, ticks);
    gboolean first = !pacer->any || slot > pacer->slot;
    pacer->slot = first ? slot : pacer->slot;
    pacer->any = TRUE;
    return first;
}

gboolean pmx_pacer_push(PmxPacer *pacer, AVFrame *frame, PmxPacedFunc take, gpointer data,
                        GError **error)
{
    if (pacer->task->pace == PMX_PACE_FILL)
        return fill(pacer, frame, take, data, error);
    if (!is_first(pacer, frame->pts) || is_before(pacer, frame->pts))
        return TRUE;
    frame->pts = pmx_timeline_place(&pacer->timeline, frame->pts);
    return take(frame, data, error);
}
