/* SPDX-License-Identifier: MIT */
/* Exact fractions: reduction, rounding, text form. */
#include "base/ratio.h"

static void test_reduce(void)
{
    PmxRatio ratio = pmx_ratio(50000, 2002);
    g_assert_cmpint(ratio.num, ==, 25000);
    g_assert_cmpint(ratio.den, ==, 1001);
    g_assert_false(pmx_ratio_known(pmx_ratio(0, 0)));
    g_assert_false(pmx_ratio_known(pmx_ratio(25, 0)));
    g_assert_false(pmx_ratio_known(pmx_ratio(0, 1)));
    g_assert_true(pmx_ratio_known(pmx_ratio(25, 1)));
    g_assert_cmpfloat(pmx_ratio_value(pmx_ratio(1, 4)), ==, 0.25);
}

static void test_rescale(void)
{
    PmxRatio ms = {1, 1000}, video = {1, 90000}, frames = {1001, 30000};
    g_assert_cmpint(pmx_rescale(40, ms, video), ==, 3600);
    g_assert_cmpint(pmx_rescale(30000, frames, ms), ==, 1001000);
    g_assert_cmpint(pmx_rescale(45, video, ms), ==, 1);   /* 0.5 rounds away from zero */
    g_assert_cmpint(pmx_rescale(-45, video, ms), ==, -1); /* on both sides */
    g_assert_cmpint(pmx_rescale(44, video, ms), ==, 0);
    g_assert_cmpint(pmx_rescale(G_MAXINT64 / 90000, ms, video), ==, G_MAXINT64 / 90000 * 90);
    g_assert_cmpint(pmx_rescale(7, ms, (PmxRatio){0, 1}), ==, 0);
}

static void test_text(void)
{
    static const struct {
        const char *text;
        gint64 num, den;
        const char *back;
    } rows[] = {{"25", 25, 1, "25"},
                {"30000/1001", 30000, 1001, "30000/1001"},
                {"50/2", 25, 1, "25"},
                {"0", 0, 1, "0"}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        PmxRatio ratio = {0};
        g_assert_true(pmx_ratio_kind.parse(rows[i].text, &ratio));
        g_assert_cmpint(ratio.num, ==, rows[i].num);
        g_assert_cmpint(ratio.den, ==, rows[i].den);
        g_autofree char *back = pmx_ratio_kind.format(&ratio);
        g_assert_cmpstr(back, ==, rows[i].back);
    }
    static const char *const wrong[] = {"", "x", "25/", "/1", "25/0", "25/-1", "-25", "25fps"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        PmxRatio ratio = {7, 9};
        g_assert_false(pmx_ratio_kind.parse(wrong[i], &ratio));
        g_assert_cmpint(ratio.num, ==, 7);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ratio/reduce", test_reduce);
    g_test_add_func("/ratio/rescale", test_rescale);
    g_test_add_func("/ratio/text", test_text);
    return g_test_run();
}
