/* SPDX-License-Identifier: MIT */
/*
 * A look-ahead limiter: nothing that comes out is above the ceiling.
 *
 *     needed gain, per sample ─► lowest of the next 5 ms ─► slow release ─► mean of the last 5 ms
 *
 * The mean of values none of which is above what the sample needs is not above it either, so peaks
 * are met without clipping; and where nothing exceeds the ceiling every sample comes out as it went
 * in, bit for bit. All channels get the same gain. What comes out is as long as what went in, and
 * where it was. One thread; used by the sound line.
 */
#pragma once

#include "media/resampler.h"

typedef struct PmxLimiter PmxLimiter;

typedef struct {
    double ceiling;     /* 1: full scale */
    gboolean true_peak; /* what lies between the samples counts too (true_peak.h) */
} PmxCeiling;

PmxLimiter *pmx_limiter_new(int channels, int rate, PmxCeiling ceiling, PmxSamplesFunc take,
                            gpointer data);
void pmx_limiter_free(PmxLimiter *limiter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxLimiter, pmx_limiter_free)

/* `count` samples a channel, interleaved. */
gboolean pmx_limiter_push(PmxLimiter *limiter, const float *samples, gsize count, GError **error);

/* The end: gives out what is held back. */
gboolean pmx_limiter_finish(PmxLimiter *limiter, GError **error);
