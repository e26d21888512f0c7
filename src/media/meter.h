/* SPDX-License-Identifier: MIT */
/*
 * A loudness meter over a line of samples: ITU-R BS.1770-4 and EBU Tech 3342 through libebur128,
 * true peaks by true_peak.h. One thread.
 */
#pragma once

#include "base/problem.h"

typedef struct PmxMeter PmxMeter;

/* `layout` as libavutil spells it. */
PmxMeter *pmx_meter_new(const char *layout, int rate, GError **error);
void pmx_meter_free(PmxMeter *meter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxMeter, pmx_meter_free)

/* `count` samples a channel, interleaved. Fits PmxSamplesFunc of media/resampler.h. */
gboolean pmx_meter_push(const float *samples, gsize count, gpointer meter, GError **error);

double pmx_meter_integrated(const PmxMeter *meter); /* LUFS; -70 for silence */
double pmx_meter_range(const PmxMeter *meter);      /* LU */
double pmx_meter_true_peak(const PmxMeter *meter);  /* dBTP; -200 for silence */

/* Loudness of each full step of 100 ms so far, LUFS, of double; borrowed. */
const GArray *pmx_meter_steps(const PmxMeter *meter);
