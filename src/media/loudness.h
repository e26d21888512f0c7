/* SPDX-License-Identifier: MIT */
/*
 * Loudness of a track: what the loudness task measured (ITU-R BS.1770-4 through libebur128, in
 * steps of 100 ms), and what it becomes under a gain that changes with time.
 *
 * Integrated loudness and range are worked out from the steps as the recommendations say (BS.1770-4
 * annex 1; EBU Tech 3342), so that a gain can be judged before it is applied. One thread.
 */
#pragma once

#include "media/run.h"

enum { PMX_LOUDNESS_STEPS = 10 }; /* a second */

/* Nothing is quieter; what a track of silence has. LUFS. */
#define PMX_LOUDNESS_SILENCE -70.0

typedef struct {
    double integrated; /* LUFS */
    double range;      /* LU */
    double true_peak;  /* dBTP */
    guint count;
    double *power; /* of each step: mean square, K-weighted, channels summed with their weights */
} PmxLoudness;

/* Reads the loudness artifact that is input `n` of the order; NULL when it is damaged. */
PmxLoudness *pmx_loudness_read(PmxRun *run, guint n, GError **error);
void pmx_loudness_free(PmxLoudness *loudness);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxLoudness, pmx_loudness_free)

/* What the track would have with `gain` (dB, one a step; NULL: none). */
double pmx_loudness_integrated(const PmxLoudness *loudness, const double *gain);
double pmx_loudness_range(const PmxLoudness *loudness, const double *gain);

/* The power of `lufs`, and back. */
double pmx_loudness_power(double lufs);
double pmx_loudness_lufs(double power);
