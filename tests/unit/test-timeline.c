/* SPDX-License-Identifier: MIT */
/* Source times to output times: media/timeline. */
#include "media/timeline.h"

typedef struct {
    const char *name;
    PmxRatio source;          /* seconds a tick */
    PmxRatio rate, time_base; /* of the output */
    gint64 origin;
} Film;

static const Film films[] = {
    {"23.976-ms", {1, 1000}, {24000, 1001}, {1, 24000}, 0},
    {"23.976-ms-late", {1, 1000}, {24000, 1001}, {1, 24000}, 42},
    {"23.976-90k", {1, 90000}, {24000, 1001}, {1, 24000}, 126000},
    {"25-ms", {1, 1000}, {25, 1}, {1, 12800}, -40},
    {"25-12800", {1, 12800}, {25, 1}, {1, 12800}, 1024},
    {"29.97-ms", {1, 1000}, {30000, 1001}, {1, 30000}, 33},
    {"29.97-90k", {1, 90000}, {30000, 1001}, {1, 30000}, -9000},
    {"50-ms", {1, 1000}, {50, 1}, {1, 12800}, 0},
    {"59.94-ms", {1, 1000}, {60000, 1001}, {1, 60000}, 7},
    {"huge", {1, 90000}, {25, 1}, {1, 12800}, G_GINT64_CONSTANT(1) << 56},
};

static PmxTimeline timeline_of(const Film *film, gboolean snap)
{
    const PmxVideoTask task = {.origin = film->origin,
                               .time_base = snap ? film->time_base : film->source,
                               .frame_rate = film->rate,
                               .snap = snap};
    PmxTimeline timeline;
    pmx_timeline_init(&timeline, &task, film->source);
    return timeline;
}

/* The tick of a frame in a container that rounds down. The film's first frame lies `phase` quarter
 * ticks behind a tick, so that the rounding of both counts; two quarters make it rounding to
 * nearest. */
static gint64 ticks_of(const Film *film, gint64 frame, gint64 phase)
{
    gint64 quarters = frame * 4 * film->rate.den * film->source.den + phase * film->rate.num;
    return film->origin + quarters / (4 * film->rate.num);
}

static gint64 step_of(const Film *film)
{
    return pmx_rescale(1, (PmxRatio){film->rate.den, film->rate.num}, film->time_base);
}

/* However a container rounds, the frame comes back onto the grid. */
static void test_snap(gconstpointer data)
{
    const Film *film = data;
    gint64 step = step_of(film);
    for (gint64 phase = 0; phase < 4; phase++) {
        PmxTimeline timeline = timeline_of(film, TRUE);
        for (gint64 k = 0; k < 20000; k++)
            g_assert_cmpint(pmx_timeline_place(&timeline, ticks_of(film, k, phase)), ==, k * step);
    }
}

/* A segment begins in the middle of the film and places its frames just as a whole run does. */
static void test_middle(gconstpointer data)
{
    const Film *film = data;
    PmxTimeline whole = timeline_of(film, TRUE), part = timeline_of(film, TRUE);
    for (gint64 k = 0; k < 3000; k++) {
        gint64 at = pmx_timeline_place(&whole, ticks_of(film, k, 2));
        if (k >= 1234)
            g_assert_cmpint(pmx_timeline_place(&part, ticks_of(film, k, 2)), ==, at);
    }
}

/* Without a grid every time is as in the file, from zero. */
static void test_variable(gconstpointer data)
{
    const Film *film = data;
    PmxTimeline timeline = timeline_of(film, FALSE);
    gint64 ticks = film->origin;
    for (guint k = 0; k < 2000; k++) {
        g_assert_cmpint(pmx_timeline_place(&timeline, ticks), ==, ticks - film->origin);
        ticks += g_test_rand_int_range(1, 5000);
    }
}

/* What no rounding explains stays where it is. */
static void test_off_grid(void)
{
    PmxTimeline timeline = timeline_of(&films[0], TRUE);
    g_assert_cmpint(pmx_timeline_place(&timeline, 0), ==, 0);
    g_assert_cmpint(pmx_timeline_place(&timeline, 42), ==, 1001);    /* 41.7 rounded */
    g_assert_cmpint(pmx_timeline_place(&timeline, 63), ==, 63 * 24); /* half a frame */
    g_assert_cmpint(pmx_timeline_place(&timeline, 86), ==, 86 * 24); /* 2.6 ms late */
    g_assert_cmpint(pmx_timeline_place(&timeline, 125), ==, 3003);
    g_assert_cmpint(pmx_timeline_place(&timeline, 1001), ==, 24 * 1001); /* after a pause */
}

/* Times strictly rise: doubled and backward timestamps make way, later ones are not moved. */
static void test_duplicates(void)
{
    static const struct {
        gboolean snap;
        gint64 ticks[8], made[8];
    } rows[] = {
        {TRUE, {0, 40, 40, 80, 120}, {0, 512, 513, 1024, 1536}},
        {TRUE, {0, 0, 0, 40, 30}, {0, 1, 2, 512, 513}},
        {TRUE, {40, 0, 80, 120, 160}, {512, 513, 1024, 1536, 2048}},
        {FALSE, {0, 1, 1, 1, 2}, {0, 1, 2, 3, 4}},
        {FALSE, {100, 90, 101, 102, 200}, {100, 101, 102, 103, 200}},
        {FALSE, {-5, -4, -4, 0, 3}, {-5, -4, -3, 0, 3}},
    };
    static const Film film = {"", {1, 1000}, {25, 1}, {1, 12800}, 0};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        PmxTimeline timeline = timeline_of(&film, rows[i].snap);
        for (guint k = 0; k < 5; k++)
            g_assert_cmpint(pmx_timeline_place(&timeline, rows[i].ticks[k]), ==, rows[i].made[k]);
    }
}

static void test_rises(void)
{
    for (guint round = 0; round < 200; round++) {
        PmxTimeline timeline = timeline_of(&films[round % G_N_ELEMENTS(films)], round % 3);
        gint64 ticks = timeline.origin, before = G_MININT64;
        for (guint k = 0; k < 300; k++) {
            gint64 at = pmx_timeline_place(&timeline, ticks);
            g_assert_cmpint(at, >, before);
            before = at;
            ticks += g_test_rand_int_range(-30, 60);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(films); i++) {
        g_autofree char *snap = g_strconcat("/timeline/snap/", films[i].name, NULL);
        g_autofree char *middle = g_strconcat("/timeline/middle/", films[i].name, NULL);
        g_autofree char *variable = g_strconcat("/timeline/variable/", films[i].name, NULL);
        g_test_add_data_func(snap, &films[i], test_snap);
        g_test_add_data_func(middle, &films[i], test_middle);
        g_test_add_data_func(variable, &films[i], test_variable);
    }
    g_test_add_func("/timeline/off-grid", test_off_grid);
    g_test_add_func("/timeline/duplicates", test_duplicates);
    g_test_add_func("/timeline/rises", test_rises);
    return g_test_run();
}
