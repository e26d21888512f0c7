/* SPDX-License-Identifier: MIT */
/* See budget.h. Pure. */
#include "plan/budget.h"

#include <math.h>

/* What the segment takes when all quantisers are `scale` times as large. A picture of nothing still
 * takes a few bits, so that no segment is left without. */
static double size_at(const PmxMeasured *segment, double scale)
{
    enum { LEAST = 1000 };
    return LEAST + segment->texture / pow(scale, 1.1) + segment->motion / sqrt(scale) +
           segment->rest;
}

/* A buffer's levels are foreseen to this part of it. */
static const double MARGIN = 0.05;

/* The shares when all segments take what they want, as far as the buffer lets them; the sum. */
static double take(const PmxMeasured *segments, guint count, const PmxVbv *vbv,
                   const double *wanted, PmxShare *shares)
{
    double level = pmx_vbv_start, sum = 0;
    for (guint i = 0; i < count; i++) {
        double least = i + 1 < count ? pmx_vbv_joint : MARGIN,
               comes = vbv->rate * segments[i].seconds;
        double most = comes + (level - least) * vbv->size;
        double bits = vbv->rate > 0 ? CLAMP(wanted[i], 0, MAX(most, 0)) : wanted[i];
        double left = vbv->size > 0 ? level + (comes - bits) / vbv->size - MARGIN : 0;
        double end = CLAMP(left, pmx_vbv_joint, pmx_vbv_start);
        shares[i] = (PmxShare){.bits = bits, .start = level, .end = i + 1 < count ? end : 0};
        level = end;
        sum += bits;
    }
    return sum;
}

static double take_at(const PmxMeasured *segments, guint count, const PmxVbv *vbv, double scale,
                      double *wanted, PmxShare *shares)
{
    for (guint i = 0; i < count; i++)
        wanted[i] = size_at(&segments[i], scale);
    return take(segments, count, vbv, wanted, shares);
}

void pmx_budget_share(const PmxMeasured *segments, guint count, double rate, const PmxVbv *vbv,
                      PmxShare *shares)
{
    double seconds = 0, low = -20, high = 20;
    g_autofree double *wanted = g_new0(double, count + 1);
    for (guint i = 0; i < count; i++)
        seconds += segments[i].seconds;
    /* The film's sum falls as the scale rises; 60 halvings of its logarithm are more than exact. */
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (take_at(segments, count, vbv, exp2(middle), wanted, shares) > rate * seconds)
            low = middle;
        else
            high = middle;
    }
    /* Where no scale gives the sum (a film of next to nothing, a rate below its headers) everybody
     * gets more, or less, alike. */
    double sum = take_at(segments, count, vbv, exp2((low + high) / 2), wanted, shares);
    for (guint i = 0; i < count && sum > 0; i++)
        wanted[i] = shares[i].bits * rate * seconds / sum;
    if (sum > 0)
        take(segments, count, vbv, wanted, shares);
}
