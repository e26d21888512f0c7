/* SPDX-License-Identifier: MIT */
/* What lies between the resampler and the encoder: media/limiter, true_peak, downmix, loudness. */
#include "media/limiter.h"

#include <math.h>
#include <string.h>

#include "media/downmix.h"
#include "media/loudness.h"
#include "media/true_peak.h"

enum { HZ = 48000, COUNT = 2 * HZ };

static gboolean take(const float *samples, gsize count, gpointer data, G_GNUC_UNUSED GError **error)
{
    g_array_append_vals(data, samples, (guint)count * 2);
    return TRUE;
}

/* Stereo in, stereo out, in parts of `part` samples. */
static GArray *limit(const float *in, gsize count, PmxCeiling ceiling, gsize part)
{
    GArray *out = g_array_new(FALSE, FALSE, sizeof(float));
    g_autoptr(PmxLimiter) limiter = pmx_limiter_new(2, HZ, ceiling, take, out);
    for (gsize at = 0; at < count; at += part)
        g_assert_true(pmx_limiter_push(limiter, in + at * 2, MIN(part, count - at), NULL));
    g_assert_true(pmx_limiter_finish(limiter, NULL));
    g_assert_cmpuint(out->len, ==, count * 2);
    return out;
}

/* Noise at `level`, with bursts at `burst` here and there. */
static float *noise(double level, double burst)
{
    float *samples = g_new(float, COUNT * 2);
    GRand *random = g_rand_new_with_seed(11);
    for (int i = 0; i < COUNT * 2; i++) {
        double high = i / 2 % 9000 > 8900 ? burst : level;
        samples[i] = (float)g_rand_double_range(random, -high, high);
    }
    g_rand_free(random);
    return samples;
}

/* Up to the ceiling nothing is changed, not a bit. */
static void test_transparent(void)
{
    g_autofree float *in = noise(1, 1);
    g_autoptr(GArray) out = limit(in, COUNT, (PmxCeiling){1, FALSE}, 777);
    g_assert_cmpmem(in, COUNT * 2 * sizeof *in, out->data, out->len * sizeof(float));
    g_autofree float *low = noise(0.2, 0.3);
    g_autoptr(GArray) same = limit(low, COUNT, (PmxCeiling){0.9, TRUE}, 4096);
    g_assert_cmpmem(low, COUNT * 2 * sizeof *low, same->data, same->len * sizeof(float));
}

static double true_peak_of(const float *samples, gsize count)
{
    g_autoptr(PmxTruePeak) peak = pmx_true_peak_new(2);
    double high = 0;
    for (gsize i = 0; i < count; i++) {
        double next = pmx_true_peak_next(peak, samples + i * 2);
        high = MAX(high, next);
    }
    return high;
}

static void test_ceiling(gconstpointer data)
{
    PmxCeiling ceiling = {0.8, GPOINTER_TO_INT(data)};
    g_autofree float *in = noise(0.3, 4);
    g_autoptr(GArray) out = limit(in, COUNT, ceiling, 1000);
    g_autoptr(GArray) again = limit(in, COUNT, ceiling, 1);
    const float *samples = (const float *)(void *)out->data;
    double high = 0, quiet = 0;
    for (guint i = 0; i < out->len; i++)
        high = MAX(high, fabs((double)samples[i]));
    g_assert_cmpfloat(high, <=, 0.8 + 1e-6);
    g_assert_cmpfloat(high, >, 0.5);
    if (ceiling.true_peak) /* white noise turned down by 14 dB within 5 ms is the worst there is */
        g_assert_cmpfloat(true_peak_of(samples, COUNT), <, 0.85);
    /* Up to 5 ms before the first burst the noise is as it was. */
    for (int i = 0; i < 8600 * 2; i++)
        quiet = MAX(quiet, fabs((double)(samples[i] - in[i])));
    g_assert_cmpfloat(quiet, ==, 0);
    /* However it is cut into parts. */
    g_assert_cmpmem(out->data, out->len, again->data, again->len);
}

/* A tone whose samples miss its crests: 3 dB between them (BS.1770-4, annex 2). */
static void test_true_peak(void)
{
    g_autofree float *tone = g_new(float, COUNT * 2);
    for (int i = 0; i < COUNT; i++)
        tone[i * 2] = tone[i * 2 + 1] = (float)(0.5 * sin(G_PI / 2 * i + G_PI / 4));
    g_assert_cmpfloat_with_epsilon(true_peak_of(tone, COUNT), 0.5, 0.03);
    g_assert_cmpfloat_with_epsilon((double)tone[0], 0.3536, 1e-3);
}

static gboolean take_all(const float *samples, gsize count, gpointer data,
                         G_GNUC_UNUSED GError **error)
{
    GArray *out = ((gpointer *)data)[0];
    int channels = GPOINTER_TO_INT(((gpointer *)data)[1]);
    g_array_append_vals(out, samples, (guint)count * (guint)channels);
    return TRUE;
}

enum { MANY = 6 };

/* Steady levels, one a channel, with a burst of the third one from 20000 to 22000. */
static float *steps(void)
{
    float *samples = g_new(float, COUNT *MANY);
    for (int i = 0; i < COUNT * MANY; i++)
        samples[i] = i % MANY == 2 && i / MANY >= 20000 && i / MANY < 22000
                         ? -3.0F
                         : 0.05F * (float)(i % MANY + 1);
    return samples;
}

/* The gain that each sample got is one for all channels; it falls no earlier than 5 ms before what
 * needs it, is all there when that comes, and what is not near it comes out where and as it was. */
static void test_channels(gconstpointer data)
{
    int rate = GPOINTER_TO_INT(data), ahead = rate * 5 / 1000;
    g_autofree float *in = steps();
    g_autoptr(GArray) out = g_array_new(FALSE, FALSE, sizeof(float));
    gpointer where[] = {out, GINT_TO_POINTER(MANY)};
    g_autoptr(PmxLimiter) limiter =
        pmx_limiter_new(MANY, rate, (PmxCeiling){0.5, FALSE}, take_all, where);
    g_assert_true(pmx_limiter_push(limiter, in, COUNT, NULL));
    g_assert_true(pmx_limiter_finish(limiter, NULL));
    g_assert_cmpuint(out->len, ==, COUNT * MANY);
    const float *made = (const float *)(void *)out->data;
    for (int i = 0; i < COUNT; i++) {
        double gain = (double)made[i * MANY] / (double)in[i * MANY];
        for (int c = 0; c < MANY; c++) {
            double own = (double)made[i * MANY + c] / (double)in[i * MANY + c];
            g_assert_cmpfloat_with_epsilon(own, gain, 1e-6);
            g_assert_cmpfloat(fabs((double)made[i * MANY + c]), <=, 0.5 + 1e-7);
        }
        if (i < 20000 - ahead || i > 22000 + rate * 2)
            g_assert_cmpfloat(gain, ==, 1);
        if (i >= 20000 && i < 22000)
            g_assert_cmpfloat_with_epsilon(gain, 0.5 / 3, 1e-6);
    }
    g_assert_cmpfloat((double)made[(20000 - ahead / 2) * MANY], <, (double)in[0] * 0.9);
}

static void test_short(void)
{
    static const float few[] = {0.5F, -0.5F, 3, 0.25F};
    g_autoptr(GArray) out = limit(few, 2, (PmxCeiling){1, TRUE}, 2);
    g_autoptr(GArray) none = limit(few, 0, (PmxCeiling){1, FALSE}, 1);
    const float *samples = (const float *)(void *)out->data;
    g_assert_cmpfloat((double)samples[2], <=, 1);
    g_assert_cmpfloat((double)samples[2], >, 0.5);
}

/* Each layout that libavutil names has a way to stereo and to mono that loses no channel but LFE. */
static void test_downmix(void)
{
    void *iterator = NULL;
    const AVChannelLayout *in;
    while ((in = av_channel_layout_standard(&iterator))) {
        for (int count = 1; count <= 2; count++) {
            AVChannelLayout out = {0};
            double matrix[2 * PMX_CHANNELS_MAX];
            av_channel_layout_default(&out, count);
            g_assert_true(pmx_downmix(in, &out, matrix));
            for (int i = 0; i < in->nb_channels; i++) {
                double power = 0;
                for (int o = 0; o < count; o++)
                    power += matrix[o * in->nb_channels + i] * matrix[o * in->nb_channels + i];
                enum AVChannel channel = av_channel_layout_channel_from_index(in, (unsigned)i);
                gboolean low =
                    channel == AV_CHAN_LOW_FREQUENCY || channel == AV_CHAN_LOW_FREQUENCY_2;
                g_assert_true(low ? power == 0 : power > 0.05 && power < 1.01);
            }
        }
    }
}

/* A track of two loudnesses in turns of 10 s; EBU Tech 3342's minimum requirements have it so. */
static void test_loudness(void)
{
    enum { STEPS = 400 };
    double power[STEPS], gain[STEPS];
    for (int i = 0; i < STEPS; i++) {
        power[i] = pmx_loudness_power(i / 100 % 2 ? -30 : -20);
        gain[i] = i / 100 % 2 ? 5 : -5;
    }
    const PmxLoudness loudness = {.count = STEPS, .power = power};
    g_assert_cmpfloat_with_epsilon(pmx_loudness_range(&loudness, NULL), 10, 0.1);
    g_assert_cmpfloat_with_epsilon(pmx_loudness_range(&loudness, gain), 0, 0.1);
    g_assert_cmpfloat_with_epsilon(pmx_loudness_integrated(&loudness, gain), -25, 0.01);
    /* The quieter half is not 10 LU below the whole, so it counts. */
    g_assert_cmpfloat_with_epsilon(pmx_loudness_integrated(&loudness, NULL), -22.6, 0.1);
    for (int i = 0; i < STEPS; i++)
        power[i] = 0;
    g_assert_cmpfloat(pmx_loudness_integrated(&loudness, NULL), ==, PMX_LOUDNESS_SILENCE);
    g_assert_cmpfloat(pmx_loudness_range(&loudness, NULL), ==, 0);
    const PmxLoudness nothing = {.power = power};
    g_assert_cmpfloat(pmx_loudness_integrated(&nothing, NULL), ==, PMX_LOUDNESS_SILENCE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/limiter/transparent", test_transparent);
    g_test_add_data_func("/limiter/ceiling", GINT_TO_POINTER(FALSE), test_ceiling);
    g_test_add_data_func("/limiter/true-peak-ceiling", GINT_TO_POINTER(TRUE), test_ceiling);
    g_test_add_data_func("/limiter/channels/48000", GINT_TO_POINTER(48000), test_channels);
    g_test_add_data_func("/limiter/channels/22050", GINT_TO_POINTER(22050), test_channels);
    g_test_add_func("/limiter/short", test_short);
    g_test_add_func("/limiter/true-peak", test_true_peak);
    g_test_add_func("/limiter/downmix", test_downmix);
    g_test_add_func("/limiter/loudness", test_loudness);
    return g_test_run();
}
