/* SPDX-License-Identifier: MIT */
#include <time.h>

#include "media/artifact.h"
#include "media/packet_times.h"

#define NONE AV_NOPTS_VALUE

static GArray *rows_of(const gint64 *times, guint count)
{
    GArray *rows = g_array_new(FALSE, TRUE, sizeof(PmxArtifactPacket));
    for (guint i = 0; i < count; i++) {
        const PmxArtifactPacket row = {.pts = times[i]};
        g_array_append_val(rows, row);
    }
    return rows;
}

static void check(const gint64 *given, const gint64 *wanted, guint count, gint64 reorder)
{
    GArray *rows = rows_of(given, count);
    pmx_packet_times_settle(rows);
    for (guint i = 0; i < count; i++)
        g_assert_cmpint(g_array_index(rows, PmxArtifactPacket, i).pts, ==, wanted[i]);
    g_assert_cmpint(pmx_packet_times_reorder(rows), ==, reorder);
    g_array_unref(rows);
}

#define CHECK(given, wanted, reorder) check(given, wanted, G_N_ELEMENTS(given), reorder)

/* I P B B P B B with one B and one P missing. */
static void test_fills(void)
{
    const gint64 given[] = {0, 300, NONE, 200, NONE, 400, 500, 900, 700, 800};
    const gint64 wanted[] = {0, 300, 100, 200, 600, 400, 500, 900, 700, 800};
    CHECK(given, wanted, 1);
}

static void test_spreads(void)
{
    const gint64 given[] = {0, 40, 40, 40, 41, 80};
    const gint64 wanted[] = {0, 40, 41, 42, 43, 80};
    CHECK(given, wanted, 0);
}

/* A picture that is shown long after those that follow it counts, however many these are. */
static void test_far(void)
{
    gint64 given[200];
    for (gint64 i = 0; i < 200; i++)
        given[i] = i * 10;
    given[5] = 5000;
    CHECK(given, given, 1);
}

static void test_last(void)
{
    const gint64 given[] = {0, 40, NONE};
    const gint64 wanted[] = {0, 40, 20};
    CHECK(given, wanted, 1);
}

/* Half of a long film's pictures without times, and every ninth claims to be shown near its end. */
static void test_long(void)
{
    enum { COUNT = 200000 };
    g_autofree gint64 *given = g_new(gint64, COUNT);
    g_autofree guint8 *taken = g_new0(guint8, COUNT * 40);
    for (gint64 i = 0; i < COUNT; i++)
        given[i] = i % 9 == 0 ? (COUNT - 2) * 20 + i : i % 2 ? NONE : i * 20;
    GArray *rows = rows_of(given, COUNT);
    clock_t begun = clock();
    pmx_packet_times_settle(rows);
    g_assert_cmpint(clock() - begun, <, 5 * CLOCKS_PER_SEC);
    for (guint i = 0; i < COUNT; i++) {
        gint64 time = g_array_index(rows, PmxArtifactPacket, i).pts;
        g_assert_true(time >= 0 && time < COUNT * 40 && !taken[time]);
        taken[time] = 1;
    }
    g_array_unref(rows);
}

/* Every fourth of pictures that come in order goes where it was missing: between its neighbours. */
static void test_order(void)
{
    gint64 given[400], wanted[400];
    for (gint64 i = 0; i < 400; i++) {
        wanted[i] = i * 40;
        given[i] = i % 4 == 2 ? NONE : wanted[i];
    }
    CHECK(given, wanted, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/packet-times/fills", test_fills);
    g_test_add_func("/packet-times/spreads", test_spreads);
    g_test_add_func("/packet-times/far", test_far);
    g_test_add_func("/packet-times/last", test_last);
    g_test_add_func("/packet-times/long", test_long);
    g_test_add_func("/packet-times/order", test_order);
    return g_test_run();
}
