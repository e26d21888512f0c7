/* SPDX-License-Identifier: MIT */
/* plan/clip.h: which frames a span means. */
#include "plan/clip.h"

/* A film of ten seconds at `num`/`den` frames a second in milliseconds, beginning at 500. */
static PmxStream film(gint64 num, gint64 den)
{
    return (PmxStream){.constant_rate = num > 0,
                       .frame_rate = pmx_ratio(num, den),
                       .time_base = {1, 1000},
                       .start = 500,
                       .end = 10500};
}

static PmxClipRange resolved(const PmxStream *video, PmxTimeSpan span, gboolean good)
{
    PmxClipRange range;
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    gboolean ok = pmx_clip_resolve(&span, video, 10 * G_USEC_PER_SEC, "p", &range, problems);
    g_assert_cmpint(ok, ==, good);
    g_assert_cmpuint(pmx_problems_count(problems), ==, good ? 0 : 1);
    return range;
}

static void test_frames(void)
{
    static const struct {
        PmxTimeSpan span;   /* milliseconds */
        gint64 first, last; /* frames */
    } rows[] = {
        {{1000, 0, 0}, 25, 250},  {{1480, 0, 0}, 37, 250},     {{1481, 0, 0}, 38, 250},
        {{0, 2000, 0}, 0, 50},    {{1000, 2500, 0}, 25, 88},   {{0, 0, 2000}, 0, 200},
        {{500, 0, 500}, 13, 238}, {{9000, 5000, 0}, 225, 250},
    };
    PmxStream video = film(25, 1);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        PmxTimeSpan span = {rows[i].span.seek * 1000, rows[i].span.duration * 1000,
                            rows[i].span.end * 1000};
        PmxClipRange range = resolved(&video, span, TRUE);
        g_assert_cmpint(range.start, ==, rows[i].first * 40000);
        g_assert_cmpint(range.start + range.length, ==, rows[i].last * 40000);
        PmxStream *clip = pmx_clip_stream(&video, &range);
        g_assert_cmpint(clip->start, ==, 500 + rows[i].first * 40);
        g_assert_cmpint(clip->end, ==, 500 + rows[i].last * 40);
        g_free(clip);
    }
    g_assert_cmpint(pmx_clip_tolerance(&video), ==, 20);
}

/* 1.034 s is a rounding of the 31st frame of NTSC's film, at 1.034366. */
static void test_roundings(void)
{
    PmxStream video = film(30000, 1001);
    g_assert_cmpint(resolved(&video, (PmxTimeSpan){1034000, 0, 0}, TRUE).start, ==, 1034367);
    g_assert_cmpint(resolved(&video, (PmxTimeSpan){1034800, 0, 0}, TRUE).start, ==, 1034367);
    g_assert_cmpint(resolved(&video, (PmxTimeSpan){1035000, 0, 0}, TRUE).start, ==, 1067733);
}

static void test_without_frames(void)
{
    PmxStream odd = film(0, 1);
    g_assert_cmpint(resolved(&odd, (PmxTimeSpan){1234567, 0, 0}, TRUE).start, ==, 1234567);
    g_assert_cmpint(pmx_clip_tolerance(&odd), ==, 0);
    PmxClipRange sound = resolved(NULL, (PmxTimeSpan){1, 20, 0}, TRUE);
    g_assert_cmpint(sound.start, ==, 1);
    g_assert_cmpint(sound.length, ==, 20);
}

static void test_nothing(void)
{
    PmxStream video = film(25, 1);
    g_assert_false(resolved(&video, (PmxTimeSpan){0, 0, 0}, TRUE).clipped);
    resolved(&video, (PmxTimeSpan){10 * G_USEC_PER_SEC, 0, 0}, FALSE);
    resolved(&video, (PmxTimeSpan){5 * G_USEC_PER_SEC, 0, 5 * G_USEC_PER_SEC}, FALSE);
    resolved(&video, (PmxTimeSpan){0, 0, 11 * G_USEC_PER_SEC}, FALSE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/clip/frames", test_frames);
    g_test_add_func("/clip/roundings", test_roundings);
    g_test_add_func("/clip/without-frames", test_without_frames);
    g_test_add_func("/clip/nothing", test_nothing);
    return g_test_run();
}
