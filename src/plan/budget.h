/* SPDX-License-Identifier: MIT */
/*
 * How the bits of a film are shared among its segments.
 *
 * Every segment is measured with one and the same quality. What it took is of three kinds, which
 * shrink differently as quantisers grow: coefficients (about in proportion), motion (with the root),
 * and the rest (not at all). That is how x264's second pass foresees the size of a picture
 * (ratecontrol.c, qscale2bits). One quantiser scale for the whole film is looked for at which the
 * sizes add up to what the film may take; each segment gets what it takes at that scale, so all of
 * them come out equally good. A segment gets no more than its length at the highest rate allows.
 * Pure.
 */
#pragma once

#include <glib.h>

/* A segment as measured. */
typedef struct {
    double seconds;
    double texture, motion, rest; /* bits */
} PmxMeasured;

/* Bits for each of `count` segments into `bits`: the film's average is `rate` bit/s, and no segment
 * is above `most` bit/s (0: no limit). */
void pmx_budget_share(const PmxMeasured *segments, guint count, double rate, double most,
                      double *bits);
