/* SPDX-License-Identifier: MIT */
/* The AAC encoder: media/aac. Skipped in a build without libfdk-aac. */
#include "media/aac.h"

#include <math.h>

#include "job/job.h"

typedef struct {
    const char *name;
    PmxAacSettings settings;
    int frame, priming;
    guint8 config[8]; /* ISO/IEC 14496-3, 1.6.2.1; SBR and PS signalled backward compatibly */
    gsize config_length;
} Row;

/* Priming as docs/audio.md tells it. The configs, by hand: 5 bits object type (2), 4 bits index of
 * the core's rate, 4 bits channels, 3 zeros; then 0x2b7 (11 bits), object type 5, 1, index of the
 * rate heard; for PS 0x548 (11 bits) and 1; zeros to the byte. */
static const Row rows[] = {
    {"lc-48000-2", {PMX_AAC_LOW, 128000, 48000, 2}, 1024, 2048, {0x11, 0x90}, 2},
    {"lc-44100-2", {PMX_AAC_LOW, 128000, 44100, 2}, 1024, 2048, {0x12, 0x10}, 2},
    {"lc-32000-1", {PMX_AAC_LOW, 64000, 32000, 1}, 1024, 2048, {0x12, 0x88}, 2},
    {"he-48000-2", {PMX_AAC_HE, 64000, 48000, 2}, 2048, 5058, {0x13, 0x10, 0x56, 0xe5, 0x98}, 5},
    {"he-44100-1", {PMX_AAC_HE, 32000, 44100, 1}, 2048, 5058, {0x13, 0x88, 0x56, 0xe5, 0xa0}, 5},
    {"he2-48000-2",
     {PMX_AAC_HE_V2, 32000, 48000, 2},
     2048,
     7106,
     {0x13, 0x08, 0x56, 0xe5, 0x9d, 0x48, 0x80},
     7},
};

typedef struct {
    guint units;
    gsize bytes;
    GChecksum *sum;
    guint stop_after; /* 0: never */
} Taken;

static gboolean take(const guint8 *bytes, gsize length, gpointer data, GError **error)
{
    Taken *taken = data;
    g_assert_cmpuint(length, >, 0);
    g_assert_cmpuint(length, <=, 6144 / 8 * 2);
    g_checksum_update(taken->sum, bytes, (gssize)length);
    taken->units++;
    taken->bytes += length;
    if (taken->units != taken->stop_after)
        return TRUE;
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "enough");
    return FALSE;
}

static gint16 *tone(gsize count, int channels)
{
    gint16 *samples = g_new(gint16, count * (gsize)channels + 1);
    for (gsize i = 0; i < count * (gsize)channels; i++)
        samples[i] = (gint16)(8000 * sin((double)(i / (gsize)channels) * 0.05));
    return samples;
}

/* Encodes a tone of `count` samples given in parts of `part`. */
static Taken encode(const PmxAacSettings *settings, gsize count, gsize part)
{
    Taken taken = {.sum = g_checksum_new(G_CHECKSUM_SHA256)};
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxAac) aac = pmx_aac_new(settings, &error);
    g_assert_no_error(error);
    g_autofree gint16 *samples = tone(count, settings->channels);
    for (gsize at = 0; at < count; at += part) {
        const gint16 *from = samples + at * (gsize)settings->channels;
        g_assert_true(pmx_aac_encode(aac, from, MIN(part, count - at), take, &taken, &error));
    }
    g_assert_true(pmx_aac_encode(aac, NULL, 0, take, &taken, &error));
    g_assert_no_error(error);
    return taken;
}

static void test_config(gconstpointer data)
{
    const Row *row = data;
    gsize length = 0;
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxAac) aac = pmx_aac_new(&row->settings, &error);
    g_assert_no_error(error);
    const guint8 *config = pmx_aac_config(aac, &length);
    g_assert_cmpint(pmx_aac_frame_length(aac), ==, row->frame);
    g_assert_cmpint(pmx_aac_priming(aac), ==, row->priming);
    g_assert_cmpmem(config, length, row->config, row->config_length);
}

/* As many access units as the sound and its priming fill, whatever the length. */
static void test_units(gconstpointer data)
{
    const Row *row = data;
    const gsize frame = (gsize)row->frame;
    const gsize counts[] = {1,         frame - 1,     frame,         frame + 1, 2 * frame,
                            3 * frame, 3 * frame - 5, 7 * frame + 1, 48000};
    for (guint i = 0; i < G_N_ELEMENTS(counts); i++) {
        Taken taken = encode(&row->settings, counts[i], 1 << 20);
        gsize line = counts[i] + (gsize)row->priming;
        g_test_message("%zu samples: %u units", counts[i], taken.units);
        g_assert_cmpuint(taken.units, ==, (line + frame - 1) / frame);
        g_checksum_free(taken.sum);
    }
}

/* How the samples are dealt out changes nothing, nor does another run. */
static void test_parts(gconstpointer data)
{
    const Row *row = data;
    static const gsize parts[] = {1 << 20, 4096, 1024, 333, 7};
    Taken first = encode(&row->settings, 20000, 20000);
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        Taken other = encode(&row->settings, 20000, parts[i]);
        g_assert_cmpuint(other.units, ==, first.units);
        g_assert_cmpstr(g_checksum_get_string(other.sum), ==, g_checksum_get_string(first.sum));
        g_checksum_free(other.sum);
    }
    g_checksum_free(first.sum);
}

/* The bit rate that was asked for, about, over ten seconds of noise. */
static void test_rate(gconstpointer data)
{
    const Row *row = data;
    gsize count = (gsize)row->settings.rate * 10, values = count * (gsize)row->settings.channels;
    Taken taken = {.sum = g_checksum_new(G_CHECKSUM_MD5)};
    g_autoptr(PmxAac) aac = pmx_aac_new(&row->settings, NULL);
    g_autofree gint16 *noise = g_new(gint16, values);
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    for (gsize i = 0; i < values; i++)
        noise[i] = (gint16)g_rand_int_range(rand, -6000, 6000);
    g_assert_true(pmx_aac_encode(aac, noise, count, take, &taken, NULL));
    g_assert_true(pmx_aac_encode(aac, NULL, 0, take, &taken, NULL));
    g_assert_cmpfloat_with_epsilon((double)taken.bytes * 8 / 10, row->settings.bitrate,
                                   0.06 * row->settings.bitrate);
    g_checksum_free(taken.sum);
}

static void test_refused(void)
{
    static const PmxAacSettings refused[] = {{PMX_AAC_LOW, 128000, 12345, 2},
                                             {PMX_AAC_HE_V2, 32000, 48000, 1}};
    for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(pmx_aac_new(&refused[i], &error));
        g_assert_error(error, PMX_ERROR, (int)PMX_CODE_NOT_SUPPORTED);
    }
}

/* Whoever takes the units can stop it, in the middle and at the end. */
static void test_stop(void)
{
    g_autofree gint16 *samples = tone(20000, 2);
    for (guint stop = 1; stop < 21; stop++) {
        Taken taken = {.sum = g_checksum_new(G_CHECKSUM_MD5), .stop_after = stop};
        g_autoptr(GError) error = NULL;
        g_autoptr(PmxAac) aac = pmx_aac_new(&rows[0].settings, NULL);
        gboolean ok = pmx_aac_encode(aac, samples, 20000, take, &taken, &error) &&
                      pmx_aac_encode(aac, NULL, 0, take, &taken, &error);
        g_assert_false(ok);
        g_assert_error(error, PMX_ERROR, (int)PMX_CODE_INTERNAL);
        g_assert_cmpuint(taken.units, ==, stop);
        g_checksum_free(taken.sum);
    }
}

static void test_version(void)
{
    g_autofree char *version = pmx_aac_version();
    g_assert_nonnull(version);
    g_assert_true(g_ascii_isdigit(*version));
    pmx_aac_free(NULL);
}

static void skip(void)
{
    g_test_skip("built without libfdk-aac");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        GTestDataFunc func;
    } tests[] = {
        {"config", test_config}, {"units", test_units}, {"parts", test_parts}, {"rate", test_rate}};
    g_test_init(&argc, &argv, NULL);
    if (!PMX_HAVE_FDK_AAC) {
        g_test_add_func("/aac", skip);
        return g_test_run();
    }
    for (guint t = 0; t < G_N_ELEMENTS(tests); t++)
        for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
            g_autofree char *name = g_strdup_printf("/aac/%s/%s", tests[t].name, rows[i].name);
            g_test_add_data_func(name, &rows[i], tests[t].func);
        }
    g_test_add_func("/aac/refused", test_refused);
    g_test_add_func("/aac/stop", test_stop);
    g_test_add_func("/aac/version", test_version);
    return g_test_run();
}
