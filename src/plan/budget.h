/* SPDX-License-Identifier: MIT */
/*
 * How the bits of a film are shared among its segments.
 *
 * Every segment is measured with one and the same quality. What it took is of three kinds, which
 * shrink differently as quantisers grow: coefficients (about in proportion), motion (with the root),
 * and the rest (not at all). That is how x264's second pass foresees the size of a picture
 * (ratecontrol.c, qscale2bits). One quantiser scale for the whole film is looked for at which the
 * sizes add up to what the film may take; each segment gets what it takes at that scale, so all of
 * them come out equally good.
 *
 * With a highest rate a segment gets no more than comes in while it plays and the buffer still holds
 * from those before it (plan/vbv.h): after a still one a segment may take more. Pure.
 */
#pragma once

#include "plan/vbv.h"

/* A segment as measured. */
typedef struct {
    double seconds;
    double texture, motion, rest; /* bits */
} PmxMeasured;

/* What a segment may take. */
typedef struct {
    double bits;
    double start, end; /* how full the buffer is when it begins, and has to be behind it, 0..1 */
} PmxShare;

/* Shares for each of `count` segments: the film's average is `rate` bit/s. `vbv`: its rate is 0 where
 * there is no limit, and its size may be. */
void pmx_budget_share(const PmxMeasured *segments, guint count, double rate, const PmxVbv *vbv,
                      PmxShare *shares);
