/* SPDX-License-Identifier: MIT */
/* Decoding times: media/decode_order. */
#include "media/decode_order.h"

#include <string.h>

enum { PICTURES_MAX = 400 };

/* How many pictures come, in decoding order, before one they are shown after: what an artifact
 * tells. */
static gint64 depth_of(const gint64 *pts, guint count)
{
    gint64 depth = 0;
    for (guint i = 0; i < count; i++) {
        gint64 ahead = 0;
        for (guint k = 0; k < i; k++)
            ahead += pts[k] > pts[i];
        depth = MAX(depth, ahead);
    }
    return depth;
}

static void assert_order(const gint64 *pts, guint count, gint64 reorder, gint64 frame, gint64 lead)
{
    PmxDecodeOrder order;
    pmx_decode_order_init(&order, g_memdup2(pts, count * sizeof *pts), count, reorder, frame);
    if (lead)
        pmx_decode_order_lead(&order, lead);
    gint64 before = G_MININT64, first = G_MAXINT64, first_dts = 0;
    for (guint i = 0; i < count; i++)
        first = MIN(first, pts[i]);
    for (guint i = 0; i < count; i++) {
        gint64 dts = pmx_decode_order_next(&order);
        first_dts = i == 0 ? dts : first_dts;
        g_assert_cmpint(dts, >, before);
        g_assert_cmpint(dts, <=, pts[i]);
        before = dts;
    }
    g_assert_cmpint(first - first_dts, >=, lead);
    g_assert_cmpint(first - first_dts, ==, MAX(lead, reorder * frame));
    pmx_decode_order_clear(&order);
    g_assert_null(order.sorted);
}

/* Decoding orders as encoders make them, in frames. */
static const struct {
    const char *name;
    gint64 reorder;
    guint count;
    gint64 pts[12];
} patterns[] = {
    {"none", 0, 5, {0, 1, 2, 3, 4}},
    {"one-b", 1, 7, {0, 2, 1, 4, 3, 6, 5}},
    {"two-b", 1, 7, {0, 3, 1, 2, 6, 4, 5}},
    {"pyramid", 2, 9, {0, 4, 2, 1, 3, 8, 6, 5, 7}},
    {"deep", 3, 9, {0, 8, 4, 2, 1, 3, 6, 5, 7}},
    {"open-gop", 2, 8, {0, 4, 2, 1, 3, 7, 5, 6}},
    {"one-picture", 0, 1, {7}},
};

static void test_patterns(void)
{
    static const gint64 starts[] = {0, 1024, -3000, G_GINT64_CONSTANT(1) << 50};
    for (guint p = 0; p < G_N_ELEMENTS(patterns); p++) {
        g_assert_cmpint(depth_of(patterns[p].pts, patterns[p].count), ==, patterns[p].reorder);
        for (guint s = 0; s < G_N_ELEMENTS(starts); s++) {
            gint64 pts[12];
            for (guint i = 0; i < patterns[p].count; i++)
                pts[i] = starts[s] + patterns[p].pts[i] * 512;
            for (gint64 lead = 0; lead < 5000; lead += 700)
                assert_order(pts, patterns[p].count, patterns[p].reorder, 512, lead);
        }
    }
}

/* The exact times of a pyramid at 25 frames a second. */
static void test_exact(void)
{
    static const gint64 pts[] = {0, 4, 2, 1, 3, 8, 6, 5, 7};
    PmxDecodeOrder order;
    gint64 *times = g_new(gint64, 9);
    for (guint i = 0; i < 9; i++)
        times[i] = pts[i] * 512;
    pmx_decode_order_init(&order, times, 9, 2, 512);
    for (gint64 n = 0; n < 9; n++)
        g_assert_cmpint(pmx_decode_order_next(&order), ==, (n - 2) * 512);
    pmx_decode_order_clear(&order);
}

/* Any distances, any order with bounded reordering, several segments one after the other. */
static void test_random(void)
{
    for (guint round = 0; round < 300; round++) {
        gint64 pts[PICTURES_MAX], at = g_test_rand_int_range(-100000, 100000);
        guint count = (guint)g_test_rand_int_range(1, PICTURES_MAX);
        for (guint i = 0; i < count; i++)
            pts[i] = at += g_test_rand_int_range(1, round % 2 ? 4 : 4000);
        for (guint i = 0; i + 8 < count; i += 8) /* shuffle within a mini GOP */
            for (guint k = i; k < i + 8; k++) {
                guint other = i + (guint)g_test_rand_int_range(0, 8);
                gint64 swap = pts[k];
                pts[k] = pts[other];
                pts[other] = swap;
            }
        assert_order(pts, count, depth_of(pts, count), g_test_rand_int_range(1, 2000),
                     g_test_rand_int_range(0, 9000));
    }
}

static void test_duration(void)
{
    static const gint64 sorted[] = {-10, 0, 512, 1030, 1031, 5000};
    PmxDecodeOrder order;
    static const gint64 decoded[] = {1030, -10, 512, 0, 5000, 1031};
    pmx_decode_order_init(&order, g_memdup2(decoded, sizeof decoded), 6, 2, 512);
    for (guint i = 0; i < 5; i++)
        g_assert_cmpint(pmx_decode_order_duration(&order, sorted[i]), ==,
                        sorted[i + 1] - sorted[i]);
    g_assert_cmpint(pmx_decode_order_duration(&order, 5000), ==, 512); /* the last one */
    g_assert_cmpint(pmx_decode_order_duration(&order, 77), ==, 512);   /* none of ours */
    pmx_decode_order_clear(&order);
}

/* Nothing at all, a nominal frame of nothing, more asked for than there is. */
static void test_edges(void)
{
    PmxDecodeOrder order;
    pmx_decode_order_init(&order, NULL, 0, 2, 512);
    g_assert_cmpint(pmx_decode_order_next(&order), ==, 0);
    g_assert_cmpint(pmx_decode_order_duration(&order, 0), ==, 512);
    pmx_decode_order_clear(&order);
    pmx_decode_order_init(&order, g_memdup2((gint64[]){5}, 8), 1, 1, 0);
    g_assert_cmpint(pmx_decode_order_duration(&order, 5), ==, 1);
    g_assert_cmpint(pmx_decode_order_next(&order), ==, 4);
    pmx_decode_order_next(&order);
    pmx_decode_order_next(&order);
    pmx_decode_order_clear(&order);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/decode-order/patterns", test_patterns);
    g_test_add_func("/decode-order/exact", test_exact);
    g_test_add_func("/decode-order/random", test_random);
    g_test_add_func("/decode-order/duration", test_duration);
    g_test_add_func("/decode-order/edges", test_edges);
    return g_test_run();
}
