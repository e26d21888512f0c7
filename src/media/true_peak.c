/* SPDX-License-Identifier: MIT */
/* See true_peak.h. */
#include "media/true_peak.h"

#include <math.h>

enum { TAPS = 2 * PMX_TRUE_PEAK_DELAY, PHASES = 3 };

struct PmxTruePeak {
    int channels;
    guint at;                  /* where the next sample goes */
    double taps[PHASES][TAPS]; /* for 1/4, 2/4, 3/4 of the way from one sample to the next */
    float *past;               /* channels x 2 * TAPS: each kept twice, so that the last TAPS are
                                    always in one piece */
};

/* sin(pi x) / (pi x) under a Blackman window of the taps' width. */
static double interpolator(double x)
{
    double window = 0.42 + 0.5 * cos(G_PI * x / PMX_TRUE_PEAK_DELAY) +
                    0.08 * cos(2 * G_PI * x / PMX_TRUE_PEAK_DELAY);
    return fabs(x) < 1e-9 ? 1 : sin(G_PI * x) / (G_PI * x) * window;
}

PmxTruePeak *pmx_true_peak_new(int channels)
{
    PmxTruePeak *peak = g_new0(PmxTruePeak, 1);
    peak->channels = channels;
    peak->past = g_new0(float, (gsize)channels * 2 * TAPS);
    for (int p = 0; p < PHASES; p++) {
        double sum = 0;
        for (int i = 0; i < TAPS; i++)
            sum += peak->taps[p][i] = interpolator(i - (PMX_TRUE_PEAK_DELAY - 1) - (p + 1) * 0.25);
        for (int i = 0; i < TAPS; i++)
            peak->taps[p][i] /= sum;
    }
    return peak;
}

void pmx_true_peak_free(PmxTruePeak *peak)
{
    if (!peak)
        return;
    g_free(peak->past);
    g_free(peak);
}

static double highest(const PmxTruePeak *peak, const float *line)
{
    double high = fabs((double)line[PMX_TRUE_PEAK_DELAY - 1]);
    for (int p = 0; p < PHASES; p++) {
        double sum = 0;
        for (int i = 0; i < TAPS; i++)
            sum += peak->taps[p][i] * (double)line[i];
        high = MAX(high, fabs(sum));
    }
    return high;
}

double pmx_true_peak_next(PmxTruePeak *peak, const float *frame)
{
    double high = 0;
    for (int c = 0; c < peak->channels; c++) {
        float *past = peak->past + (gsize)c * 2 * TAPS;
        past[peak->at] = past[peak->at + TAPS] = frame[c];
        high = MAX(high, highest(peak, past + peak->at + 1));
    }
    peak->at = (peak->at + 1) % TAPS;
    return high;
}
