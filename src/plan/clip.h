/* SPDX-License-Identifier: MIT */
/*
 * Features.Clip against a film of a certain length: from where to where, to the frame. Pure
 * arithmetic.
 *
 * All tracks begin and end where the video does, so the video decides: a film of constant rate is
 * cut at its frames, one of a varying rate at the time that was named. Half a millisecond is a
 * writer's rounding: 1.033 names the frame at 1.0333.
 */
#pragma once

#include "job/job.h"
#include "plan/facts.h"

typedef struct PmxClipRange {
    gboolean clipped; /* FALSE: the whole film, and the rest is 0 */
    gint64 start;     /* microseconds from the film's zero */
    gint64 length;    /* microseconds; 0: to the film's end */
} PmxClipRange;

/* Fills `range` for `span`. `video` is the output's video or NULL, `film` the film's length in
 * microseconds. FALSE with a problem at `path` when nothing is left. */
gboolean pmx_clip_resolve(const PmxTimeSpan *span, const PmxStream *video, gint64 film,
                          const char *path, PmxClipRange *range, PmxProblems *problems);

/* `video` with the ends of `range`, which starts and ends on its ticks. Caller frees (g_free); its
 * strings are those of `video`. */
PmxStream *pmx_clip_stream(const PmxStream *video, const PmxClipRange *range);

/* Half a frame in ticks where every frame lasts as long, else 0: how far before a time a frame may
 * lie that is meant by it. */
gint64 pmx_clip_tolerance(const PmxStream *video);
