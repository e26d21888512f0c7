/* SPDX-License-Identifier: MIT */
/*
 * True peaks: how high a signal rises between its samples, by four-fold oversampling as ITU-R
 * BS.1770-4 annex 2 has it, here with a longer interpolator (windowed sinc, 24 taps a phase). One
 * thread; used by the limiter and the loudness task.
 */
#pragma once

#include <glib.h>

/* Samples by which answers lag behind what is given. */
enum { PMX_TRUE_PEAK_DELAY = 12 };

typedef struct PmxTruePeak PmxTruePeak;

PmxTruePeak *pmx_true_peak_new(int channels);
void pmx_true_peak_free(PmxTruePeak *peak);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxTruePeak, pmx_true_peak_free)

/* Takes one sample of every channel; the highest absolute value of any channel at the sample
 * PMX_TRUE_PEAK_DELAY earlier and up to the next. */
double pmx_true_peak_next(PmxTruePeak *peak, const float *frame);
