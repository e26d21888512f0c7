/* SPDX-License-Identifier: MIT */
/*
 * The buffer that Maxrate and Bufsize speak of (ISO/IEC 14496-10, annex C, in short): bits flow in at
 * the highest rate until it is full; each picture is taken out at once when it is decoded.
 *
 * Segments are encoded apart and play behind one another. So that the buffer holds over the joints
 * too, each begins with it as full as the one before has to leave it: half, or with a budget
 * (plan/budget.h) what that foresees. Pure.
 */
#pragma once

#include <glib.h>

typedef struct {
    double rate, size; /* bit/s, bits */
} PmxVbv;

/* Parts of the size: what a segment may always take for granted and has to leave, and how full the
 * buffer is when the film begins, as x264 has it. */
static const double pmx_vbv_joint = 0.5, pmx_vbv_start = 0.9;

typedef struct {
    double
        least;  /* bits in the buffer behind the picture that left it emptiest; below 0: too few */
    double end; /* bits when the last picture's time is over */
} PmxVbvRun;

/* Pictures of `bits`, in decoding order, each `seconds` after the one before, beginning with
 * `start` bits in the buffer. */
PmxVbvRun pmx_vbv_run(const PmxVbv *vbv, double start, const guint32 *bits, gsize count,
                      double seconds);
