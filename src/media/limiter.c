/* SPDX-License-Identifier: MIT */
/* See limiter.h. */
#include "media/limiter.h"

#include <math.h>
#include <string.h>

#include "media/true_peak.h"

enum { LOOK_AHEAD_MS = 5, RELEASE_MS = 100, BLOCK = 1024 };

struct PmxLimiter {
    int channels;
    PmxCeiling ceiling;
    PmxSamplesFunc take;
    gpointer data;
    PmxTruePeak *peaks; /* NULL: the samples themselves are the peaks */
    guint window;       /* samples looked at together */
    guint delay;        /* samples held back */
    double release;     /* how much of the way to full gain is left after a sample */

    float *held;      /* delay x channels, a ring */
    guint64 in, seen; /* samples taken; peaks known */
    guint64 *low_at;  /* positions of the falling minima among the last `window` needs, a ring */
    double *low;      /* their values */
    guint first, lows;
    double eased;    /* after the release */
    double *means;   /* the last `window` of those, a ring */
    double sum;      /* of them */
    guint64 reduced; /* samples since one of them was below 1 */
    GArray *out;     /* of float */
};

PmxLimiter *pmx_limiter_new(int channels, int rate, PmxCeiling ceiling, PmxSamplesFunc take,
                            gpointer data)
{
    PmxLimiter *limiter = g_new0(PmxLimiter, 1);
    *limiter = (PmxLimiter){
        .channels = channels, .ceiling = ceiling, .take = take, .data = data, .eased = 1};
    limiter->peaks = ceiling.true_peak ? pmx_true_peak_new(channels) : NULL;
    limiter->window = (guint)(rate * LOOK_AHEAD_MS / 1000) + 1;
    limiter->delay = limiter->window - 1 + (limiter->peaks ? PMX_TRUE_PEAK_DELAY : 0);
    limiter->release = exp(-1000.0 / ((double)rate * RELEASE_MS));
    limiter->held = g_new0(float, (gsize)(limiter->delay + 1) * (gsize)channels);
    limiter->low_at = g_new(guint64, limiter->window);
    limiter->low = g_new(double, limiter->window);
    limiter->means = g_new(double, limiter->window);
    for (guint i = 0; i < limiter->window; i++)
        limiter->means[i] = 1;
    limiter->reduced = limiter->window;
    limiter->out = g_array_new(FALSE, FALSE, sizeof(float));
    return limiter;
}

void pmx_limiter_free(PmxLimiter *limiter)
{
    if (!limiter)
        return;
    pmx_true_peak_free(limiter->peaks);
    g_free(limiter->held);
    g_free(limiter->low_at);
    g_free(limiter->low);
    g_free(limiter->means);
    g_array_unref(limiter->out);
    g_free(limiter);
}

static double peak_of(PmxLimiter *limiter, const float *frame)
{
    double high = 0;
    if (limiter->peaks)
        return pmx_true_peak_next(limiter->peaks, frame);
    for (int c = 0; c < limiter->channels; c++)
        high = MAX(high, fabs((double)frame[c]));
    return high;
}

/* The lowest of the last `window` needs, `need` included: a queue of those that no later one
 * undercuts. */
static double lowest(PmxLimiter *limiter, double need)
{
    guint size = limiter->window;
    while (limiter->lows > 0 && limiter->low[(limiter->first + limiter->lows - 1) % size] >= need)
        limiter->lows--;
    while (limiter->lows > 0 && limiter->low_at[limiter->first] + size <= limiter->seen) {
        limiter->first = (limiter->first + 1) % size;
        limiter->lows--;
    }
    guint at = (limiter->first + limiter->lows++) % size;
    limiter->low[at] = need;
    limiter->low_at[at] = limiter->seen;
    return limiter->low[limiter->first];
}

/* The gain of the sample that leaves now. */
static double gain_for(PmxLimiter *limiter, double need)
{
    double low = lowest(limiter, need);
    limiter->eased = MIN(low, 1 - (1 - limiter->eased) * limiter->release);
    if (limiter->eased > 1 - 1e-6 && low >= 1)
        limiter->eased = 1;
    guint at = (guint)(limiter->seen % limiter->window);
    limiter->sum = limiter->sum - limiter->means[at] + limiter->eased;
    limiter->means[at] = limiter->eased;
    limiter->reduced = limiter->eased < 1 ? 0 : limiter->reduced + 1;
    if (limiter->reduced >= limiter->window) { /* all are 1: forget what rounding has added up */
        limiter->sum = limiter->window;
        return 1;
    }
    return MIN(1, limiter->sum / limiter->window);
}

/* Takes one sample of every channel, gives out the one that is due; FALSE while none is. */
static gboolean step(PmxLimiter *limiter, const float *frame, float *out)
{
    gsize channels = (gsize)limiter->channels;
    guint size = limiter->delay + 1;
    memcpy(limiter->held + limiter->in % size * channels, frame, channels * sizeof *frame);
    double peak = peak_of(limiter, frame);
    limiter->in++;
    if (limiter->peaks && limiter->in <= PMX_TRUE_PEAK_DELAY)
        return FALSE;
    double gain =
        gain_for(limiter, peak > limiter->ceiling.ceiling ? limiter->ceiling.ceiling / peak : 1);
    limiter->seen++;
    if (limiter->in <= limiter->delay)
        return FALSE;
    const float *due = limiter->held + (limiter->in - 1 - limiter->delay) % size * channels;
    for (gsize c = 0; c < channels; c++)
        out[c] = (float)((double)due[c] * gain);
    return TRUE;
}

static gboolean push_block(PmxLimiter *limiter, const float *samples, gsize count, GError **error)
{
    gsize channels = (gsize)limiter->channels, made = 0;
    g_array_set_size(limiter->out, (guint)(count * channels));
    float *out = (float *)(void *)limiter->out->data;
    for (gsize i = 0; i < count; i++)
        made += step(limiter, samples + i * channels, out + made * channels);
    return made == 0 || limiter->take(out, made, limiter->data, error);
}

gboolean pmx_limiter_push(PmxLimiter *limiter, const float *samples, gsize count, GError **error)
{
    for (gsize at = 0; at < count; at += BLOCK)
        if (!push_block(limiter, samples + at * (gsize)limiter->channels, MIN(BLOCK, count - at),
                        error))
            return FALSE;
    return TRUE;
}

gboolean pmx_limiter_finish(PmxLimiter *limiter, GError **error)
{
    gsize count = (gsize)MIN(limiter->in, limiter->delay);
    /* Of a track shorter than the delay nothing has come out yet. */
    gsize lead = limiter->delay - count;
    g_autofree float *silence = g_new0(float, (count + lead + 1) * (gsize)limiter->channels);
    return pmx_limiter_push(limiter, silence, count + lead, error);
}
