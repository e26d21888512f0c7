/* SPDX-License-Identifier: MIT */
/* The audio line: media/resampler. Samples are counted and clicks are looked for. */
#include "media/resampler.h"

#include <libavutil/samplefmt.h>
#include <math.h>
#include <stdlib.h>

enum { HZ = 48000, CLICKS_MAX = 4, FEEDS_MAX = 6 };

typedef struct {
    GArray *samples; /* of float, the first channel */
    int channels;
    gint64 stop_at; /* samples; 0: never */
} Line;

static gboolean take(const float *samples, gsize count, gpointer data, GError **error)
{
    Line *line = data;
    for (gsize i = 0; i < count; i++)
        g_array_append_val(line->samples, samples[i * (gsize)line->channels]);
    if (!line->stop_at || line->samples->len < line->stop_at)
        return TRUE;
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "enough");
    return FALSE;
}

/* One sample of a channel at full scale; the rest is silence. */
static void set_click(AVFrame *frame, int at)
{
    enum AVSampleFormat packed = av_get_packed_sample_fmt(frame->format);
    gboolean planar = av_sample_fmt_is_planar(frame->format);
    int channels = frame->ch_layout.nb_channels;
    for (int c = 0; c < channels; c++) {
        guint8 *plane = frame->extended_data[planar ? c : 0];
        int i = planar ? at : at * channels + c;
        switch (packed) {
        case AV_SAMPLE_FMT_U8:
            plane[i] = 255;
            break;
        case AV_SAMPLE_FMT_S16:
            ((gint16 *)(void *)plane)[i] = 32000;
            break;
        case AV_SAMPLE_FMT_S32:
            ((gint32 *)(void *)plane)[i] = 32000 << 16;
            break;
        case AV_SAMPLE_FMT_DBL:
            ((double *)(void *)plane)[i] = 0.98;
            break;
        default:
            ((float *)(void *)plane)[i] = 0.98f;
        }
    }
}

typedef struct {
    gint64 pts;     /* of the first frame; AV_NOPTS_VALUE: none */
    gint64 samples; /* sent as frames of 1024 */
    gint64 click;   /* index among them; -1: none */
    int rate, channels;
    int format;
} Feed;

static gboolean push(PmxResampler *resampler, const Feed *feed, PmxRatio tick, gint64 at,
                     GError **error)
{
    g_autoptr(AVFrame) frame = av_frame_alloc();
    frame->nb_samples = (int)MIN(1024, feed->samples - at);
    frame->format = feed->format;
    frame->sample_rate = feed->rate;
    av_channel_layout_default(&frame->ch_layout, feed->channels);
    g_assert_cmpint(av_frame_get_buffer(frame, 0), ==, 0);
    av_samples_set_silence(frame->extended_data, 0, frame->nb_samples, feed->channels,
                           feed->format);
    if (feed->click >= at && feed->click < at + frame->nb_samples)
        set_click(frame, (int)(feed->click - at));
    frame->pts = feed->pts == AV_NOPTS_VALUE
                     ? AV_NOPTS_VALUE
                     : feed->pts + pmx_rescale(at, pmx_ratio(1, feed->rate), tick);
    return pmx_resampler_push(resampler, frame, error);
}

typedef struct {
    const char *name;
    PmxRatio tick;
    gint64 origin, limit; /* microseconds */
    int channels;         /* of the line */
    Feed feeds[FEEDS_MAX];
    gint64 length;             /* of the line */
    gint64 clicks[CLICKS_MAX]; /* where; 0: no more */
    gint64 slack;              /* samples either may be off by */
} Row;

#define PLAIN HZ, 1, AV_SAMPLE_FMT_FLTP
#define SECONDS(n) (G_GINT64_CONSTANT(1000000) * (n))
#define TICK                                                                                       \
    {                                                                                              \
        1, HZ                                                                                      \
    }
#define MS                                                                                         \
    {                                                                                              \
        1, 1000                                                                                    \
    }

static const Row rows[] = {
    {"as-is", TICK, 0, SECONDS(9), 1, {{0, 10240, 5000, PLAIN}}, 10240, {5000}, 0},
    {"stereo",
     TICK,
     0,
     SECONDS(9),
     2,
     {{0, 10240, 5000, HZ, 2, AV_SAMPLE_FMT_S16}},
     10240,
     {5000},
     0},
    {"late", TICK, 0, SECONDS(9), 1, {{4800, 5000, 100, PLAIN}}, 9800, {4900}, 0},
    {"late-a-little", TICK, 0, SECONDS(9), 1, {{7, 5000, 100, PLAIN}}, 5007, {107}, 0},
    {"early", TICK, 0, SECONDS(9), 1, {{-700, 5000, 2000, PLAIN}}, 4300, {1300}, 0},
    {"early-by-frames", TICK, 0, SECONDS(9), 1, {{-3000, 5000, 3500, PLAIN}}, 2000, {500}, 0},
    {"all-before", TICK, 0, SECONDS(9), 1, {{-9000, 5000, 3500, PLAIN}}, 0, {0}, 0},
    {"origin", TICK, 250000, SECONDS(9), 1, {{12000, 5000, 10, PLAIN}}, 5000, {10}, 0},
    {"origin-before", TICK, -100000, SECONDS(9), 1, {{0, 5000, 10, PLAIN}}, 9800, {4810}, 0},
    {"gap",
     TICK,
     0,
     SECONDS(9),
     1,
     {{0, 4096, 1, PLAIN}, {14096, 4096, 0, PLAIN}},
     18192,
     {1, 14096},
     0},
    {"long-gap",
     TICK,
     0,
     SECONDS(9),
     1,
     {{0, 4096, 1, PLAIN}, {204096, 96, 3, PLAIN}},
     204192,
     {1, 204099},
     0},
    {"gap-below-20-ms",
     TICK,
     0,
     SECONDS(9),
     1,
     {{0, 4096, 1, PLAIN}, {4096 + 959, 4096, 5, PLAIN}},
     8192,
     {1, 4101},
     0},
    {"gap-of-20-ms",
     TICK,
     0,
     SECONDS(9),
     1,
     {{0, 4096, 1, PLAIN}, {4096 + 960, 4096, 5, PLAIN}},
     9152,
     {1, 5061},
     0},
    {"overlap",
     TICK,
     0,
     SECONDS(9),
     1,
     {{0, 4096, 9, PLAIN}, {4096 - 2000, 4096, 3000, PLAIN}},
     6192,
     {9, 5096},
     0},
    {"overlap-drops",
     TICK,
     0,
     SECONDS(9),
     1,
     {{0, 4096, 9, PLAIN}, {4096 - 2000, 4096, 1000, PLAIN}},
     6192,
     {9},
     0},
    {"overlap-below-20-ms",
     TICK,
     0,
     SECONDS(9),
     1,
     {{0, 4096, 9, PLAIN}, {4096 - 959, 4096, 3, PLAIN}},
     8192,
     {9, 4099},
     0},
    {"within",
     TICK,
     0,
     SECONDS(9),
     1,
     {{0, 8192, 9, PLAIN}, {2048, 1024, 500, PLAIN}},
     8192,
     {9},
     0},
    {"no-times", TICK, 0, SECONDS(9), 1, {{AV_NOPTS_VALUE, 8192, 77, PLAIN}}, 8192, {77}, 0},
    {"wild",
     TICK,
     0,
     SECONDS(2),
     1,
     {{0, 4096, 9, PLAIN}, {HZ * 1000LL, 4096, 5, PLAIN}},
     8192,
     {9, 4101},
     0},
    {"near-the-limit",
     TICK,
     0,
     SECONDS(2),
     1,
     {{0, 4096, 9, PLAIN}, {HZ * 2, 1024, 5, PLAIN}},
     HZ * 2 + 1024,
     {9, HZ * 2 + 5},
     0},
    {"ms-ticks", MS, 0, SECONDS(9), 1, {{0, 200000, 150001, PLAIN}}, 200000, {150001}, 0},
    {"ms-ticks-44100",
     MS,
     0,
     SECONDS(9),
     1,
     {{0, 220500, 44100, 44100, 2, AV_SAMPLE_FMT_FLTP}},
     240000,
     {48000},
     2},
    {"44100",
     {1, 44100},
     0,
     SECONDS(9),
     1,
     {{0, 44100, 22050, 44100, 1, AV_SAMPLE_FMT_S16}},
     48000,
     {24000},
     2},
    {"8000",
     {1, 8000},
     0,
     SECONDS(9),
     1,
     {{0, 8000, 4000, 8000, 1, AV_SAMPLE_FMT_S16}},
     48000,
     {24000},
     6},
    {"96000-late",
     {1, 96000},
     0,
     SECONDS(9),
     2,
     {{96000, 9600, 960, 96000, 2, AV_SAMPLE_FMT_S32}},
     52800,
     {48480},
     2},
    {"44100-early",
     {1, 44100},
     0,
     SECONDS(9),
     1,
     {{-4410, 44100, 8820, 44100, 1, AV_SAMPLE_FMT_S16}},
     43200,
     {4800},
     2},
    {"44100-gap",
     {1, 44100},
     0,
     SECONDS(9),
     1,
     {{0, 44100, 4410, 44100, 1, AV_SAMPLE_FMT_S16},
      {88200, 44100, 4410, 44100, 1, AV_SAMPLE_FMT_S16}},
     144000,
     {4800, 100800},
     3},
    {"rate-changes",
     MS,
     0,
     SECONDS(9),
     1,
     {{0, 44100, 22050, 44100, 1, AV_SAMPLE_FMT_S16},
      {1000, 48000, 24000, 48000, 1, AV_SAMPLE_FMT_S16},
      {2000, 22050, 11025, 22050, 1, AV_SAMPLE_FMT_S16}},
     144000,
     {24000, 72000, 120000},
     6},
    {"layout-changes",
     TICK,
     0,
     SECONDS(9),
     2,
     {{0, 4800, 10, HZ, 1, AV_SAMPLE_FMT_FLTP},
      {4800, 4800, 20, HZ, 2, AV_SAMPLE_FMT_FLTP},
      {9600, 4800, 30, HZ, 6, AV_SAMPLE_FMT_FLTP}},
     14400,
     {10, 4820, 9630},
     0},
    {"format-changes",
     TICK,
     0,
     SECONDS(9),
     1,
     {{0, 4800, 10, HZ, 1, AV_SAMPLE_FMT_U8},
      {4800, 4800, 20, HZ, 1, AV_SAMPLE_FMT_S32P},
      {9600, 4800, 30, HZ, 1, AV_SAMPLE_FMT_DBL}},
     14400,
     {10, 4820, 9630},
     0},
    /* Of one packet the time is damaged: what follows stays where it was. */
    {"time-leaps",
     TICK,
     0,
     SECONDS(9),
     1,
     {{0, 4096, 100, PLAIN}, {5 * HZ, 1024, 50, PLAIN}, {5120, 4096, 200, PLAIN}},
     9216,
     {100, 4146, 5320},
     0},
    {"leap-is-true",
     TICK,
     0,
     SECONDS(9),
     1,
     {{0, 4096, 100, PLAIN}, {5 * HZ, 2048, 50, PLAIN}},
     5 * HZ + 2048,
     {100, 5 * HZ + 50},
     0},
    {"leap-at-end",
     TICK,
     0,
     SECONDS(9),
     1,
     {{0, 4096, 100, PLAIN}, {2 * HZ, 1024, 50, PLAIN}},
     2 * HZ + 1024,
     {100, 2 * HZ + 50},
     0},
    {"gap-u8",
     TICK,
     0,
     SECONDS(9),
     1,
     {{480, 4800, 10, HZ, 1, AV_SAMPLE_FMT_U8}, {9600, 4800, 30, HZ, 1, AV_SAMPLE_FMT_U8}},
     14400,
     {490, 9630},
     0},
};

/* The next place where the line is loud, at least `from`: of its loudest sample within 40. */
static gint64 next_click(const GArray *line, gint64 from)
{
    for (gint64 i = from; i < line->len; i++) {
        if (fabsf(g_array_index(line, float, i)) < 0.09F)
            continue;
        gint64 best = i;
        for (gint64 k = i; k < MIN(i + 40, line->len); k++)
            if (fabsf(g_array_index(line, float, k)) > fabsf(g_array_index(line, float, best)))
                best = k;
        return best;
    }
    return -1;
}

static void assert_line(const Row *row, const GArray *line)
{
    gint64 from = 0;
    g_assert_cmpint(ABS((gint64)line->len - row->length), <=, row->slack);
    for (guint i = 0; i < CLICKS_MAX && row->clicks[i]; i++) {
        gint64 at = next_click(line, from);
        g_test_message("click at %" G_GINT64_FORMAT ", wanted %" G_GINT64_FORMAT, at,
                       row->clicks[i]);
        g_assert_cmpint(at, >=, 0);
        g_assert_cmpint(ABS(at - row->clicks[i]), <=, row->slack);
        from = at + 41;
    }
    g_assert_cmpint(next_click(line, from), ==, -1);
    for (gint64 i = 0; row->slack == 0 && i < line->len; i++) /* nothing but clicks */
        g_assert_true(fabsf(g_array_index(line, float, i)) < 2e-5F || next_click(line, i) == i);
}

static void test_row(gconstpointer data)
{
    const Row *row = data;
    g_autoptr(GError) error = NULL;
    const PmxAudioTask task = {
        .samplerate = HZ, .channels = row->channels, .origin = row->origin, .limit = row->limit};
    Line line = {g_array_new(FALSE, FALSE, sizeof(float)), row->channels, 0};
    PmxResampler *resampler = pmx_resampler_new(&task, row->tick, take, &line);
    for (guint f = 0; f < FEEDS_MAX && row->feeds[f].samples; f++)
        for (gint64 at = 0; at < row->feeds[f].samples; at += 1024)
            g_assert_true(push(resampler, &row->feeds[f], row->tick, at, &error));
    g_assert_true(pmx_resampler_finish(resampler, &error));
    g_assert_no_error(error);
    assert_line(row, line.samples);
    pmx_resampler_free(resampler);
    g_array_unref(line.samples);
}

/* Whoever takes the samples can stop it, in sound and in silence. */
static void test_stop(void)
{
    static const Feed sound = {0, 4096, 1, PLAIN}, late = {HZ, 4096, 1, PLAIN};
    const Feed *const feeds[] = {&sound, &late};
    for (guint i = 0; i < G_N_ELEMENTS(feeds); i++) {
        g_autoptr(GError) error = NULL;
        const PmxAudioTask task = {.samplerate = HZ, .channels = 1, .limit = SECONDS(9)};
        Line line = {g_array_new(FALSE, FALSE, sizeof(float)), 1, 1};
        PmxResampler *resampler = pmx_resampler_new(&task, (PmxRatio)TICK, take, &line);
        g_assert_false(push(resampler, feeds[i], (PmxRatio)TICK, 0, &error));
        g_assert_error(error, PMX_ERROR, (int)PMX_CODE_INTERNAL);
        g_assert_cmpuint(line.samples->len, <=, 4096);
        pmx_resampler_free(resampler);
        g_array_unref(line.samples);
    }
}

/* Nothing in, nothing out. */
static void test_empty(void)
{
    const PmxAudioTask task = {.samplerate = HZ, .channels = 2};
    Line line = {g_array_new(FALSE, FALSE, sizeof(float)), 2, 1};
    PmxResampler *resampler = pmx_resampler_new(&task, (PmxRatio)TICK, take, &line);
    g_assert_true(pmx_resampler_finish(resampler, NULL));
    g_assert_cmpuint(line.samples->len, ==, 0);
    pmx_resampler_free(resampler);
    pmx_resampler_free(NULL);
    g_array_unref(line.samples);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = g_strconcat("/resampler/", rows[i].name, NULL);
        g_test_add_data_func(name, &rows[i], test_row);
    }
    g_test_add_func("/resampler/stop", test_stop);
    g_test_add_func("/resampler/empty", test_empty);
    return g_test_run();
}
