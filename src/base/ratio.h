/* SPDX-License-Identifier: MIT */
/*
 * Exact fractions: time bases, frame rates, aspect ratios. Pure; every room uses it.
 *
 * Arithmetic is done in 128 bits, so no product of two 64-bit values overflows.
 */
#pragma once

#include "base/fields.h"

typedef struct {
    gint64 num, den; /* den > 0; 0/1 means unknown */
} PmxRatio;

/* The text form "25" or "30000/1001", for field tables. */
extern const PmxTextKind pmx_ratio_kind;

PmxRatio pmx_ratio(gint64 num, gint64 den);
gboolean pmx_ratio_known(PmxRatio ratio);
double pmx_ratio_value(PmxRatio ratio);

/* `ticks` of time base `from`, in ticks of time base `to`, rounded to nearest, halves away from
 * zero. */
gint64 pmx_rescale(gint64 ticks, PmxRatio from, PmxRatio to);
