/* SPDX-License-Identifier: MIT */
/*
 * The pacer: which of a segment's frames come out, and when (the rules are in plan/flow.h).
 *
 *     frames in presentation order, source ticks ─► frames of the segment, output ticks
 *
 * What comes out at a place of the film depends on the film alone, never on where segments are cut:
 * frames from before the segment and from behind it may be pushed too, and where a grid is filled
 * they have to be. Pure arithmetic but for the frames it holds. One thread.
 */
#pragma once

#include "media/avptr.h"
#include "media/timeline.h"

typedef struct {
    const PmxVideoTask *task;
    PmxRatio tick;     /* of the source, seconds */
    gint64 start, end; /* source ticks: the cuts, where the task has them */
    PmxTimeline timeline;
    gint64 first, last; /* FILL: slots of the segment, the second not included */
    AVFrame *held;      /* FILL: shown from `slot` on */
    gint64 slot;        /* FILL: of the frame held; LIMIT: of the frame before */
    gboolean any;       /* there was a frame */
    gint64 gap;         /* source ticks of a frame, when it tells none */
} PmxPacer;

/* Borrows `task`. */
void pmx_pacer_init(PmxPacer *pacer, const PmxVideoTask *task, PmxRatio tick, gint64 start,
                    gint64 end);
void pmx_pacer_clear(PmxPacer *pacer);

/* Takes over what `frame` refers to and calls `take` for whatever is due; the frame is the
 * callee's until it returns. FALSE when `take` fails. */
typedef gboolean (*PmxPacedFunc)(AVFrame *frame, gpointer data, GError **error);
gboolean pmx_pacer_push(PmxPacer *pacer, AVFrame *frame, PmxPacedFunc take, gpointer data,
                        GError **error);

/* No more frames come: the last one is shown for as long as it lasts. */
gboolean pmx_pacer_finish(PmxPacer *pacer, PmxPacedFunc take, gpointer data, GError **error);

/* Whether no frame from here on belongs to the segment. */
gboolean pmx_pacer_done(const PmxPacer *pacer);

/* Frames that will come out, 0 when that is not known. */
gint64 pmx_pacer_count(const PmxPacer *pacer);

/* Whether a frame before the segment's first has to be pushed too. */
gboolean pmx_pacer_looks_back(const PmxVideoTask *task);
