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

static double limited(const PmxMeasured *segment, double scale, double most)
{
    double size = size_at(segment, scale);
    return most > 0 ? MIN(size, most * segment->seconds) : size;
}

static double total(const PmxMeasured *segments, guint count, double scale, double most)
{
    double sum = 0;
    for (guint i = 0; i < count; i++)
        sum += limited(&segments[i], scale, most);
    return sum;
}

/* The film's sum falls as the scale rises; 60 halvings of its logarithm are more than exact. */
static double find_scale(const PmxMeasured *segments, guint count, double wanted, double most)
{
    double low = -20, high = 20;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (total(segments, count, exp2(middle), most) > wanted)
            low = middle;
        else
            high = middle;
    }
    return exp2((low + high) / 2);
}

void pmx_budget_share(const PmxMeasured *segments, guint count, double rate, double most,
                      double *bits)
{
    double seconds = 0, sum = 0;
    for (guint i = 0; i < count; i++)
        seconds += segments[i].seconds;
    double wanted = rate * seconds;
    double scale = find_scale(segments, count, wanted, most);
    for (guint i = 0; i < count; i++) {
        bits[i] = limited(&segments[i], scale, most);
        sum += bits[i];
    }
    /* Where no scale gives the sum (a film of next to nothing, a rate below its headers) everybody
     * gets more, or less, alike. */
    for (guint i = 0; i < count && sum > 0; i++) {
        bits[i] *= wanted / sum;
        if (most > 0)
            bits[i] = MIN(bits[i], most * segments[i].seconds);
    }
}
