/* SPDX-License-Identifier: MIT */
/* Where a film is cut: plan/segments. Frames are laid out as files have them and counted. */
#include "plan/segments.h"

#include <math.h>

typedef struct {
    const char *name;
    PmxRatio rate, ticks;
    gint64 start; /* ticks */
    guint frames; /* of the film */
    PmxGop gop;
    double segment_seconds;
} Film;

#define RATE_23_976                                                                                \
    {                                                                                              \
        24000, 1001                                                                                \
    }
#define RATE_29_97                                                                                 \
    {                                                                                              \
        30000, 1001                                                                                \
    }

static const Film films[] = {
    {"23.976-ms", RATE_23_976, {1, 1000}, 0, 5000, {.seconds = 10}, 10},
    {"23.976-12800", RATE_23_976, {1, 12800}, 7, 4001, {.seconds = 2}, 10},
    {"23.976-90k", RATE_23_976, {1, 90000}, 126000, 3000, {.frames = 48}, 4},
    {"25-ms", {25, 1}, {1, 1000}, -40, 2600, {.seconds = 10}, 10},
    {"25-12800", {25, 1}, {1, 12800}, 1024, 785, {.seconds = 10}, 10},
    {"25-90k-huge", {25, 1}, {1, 90000}, G_GINT64_CONSTANT(1) << 58, 9000, {.frames = 7}, 10},
    {"29.97-ms", RATE_29_97, {1, 1000}, 33, 5400, {.seconds = 2}, 10},
    {"29.97-12800", RATE_29_97, {1, 12800}, -12800000, 1000, {.seconds = 5}, 5},
    {"29.97-90k", RATE_29_97, {1, 90000}, 0, 20000, {.seconds = 10}, 10},
    {"50-ms", {50, 1}, {1, 1000}, 1000, 6000, {.frames = 250}, 10},
    {"50-12800", {50, 1}, {1, 12800}, 0, 777, {.seconds = 1}, 3},
    {"50-90k-negative",
     {50, 1},
     {1, 90000},
     -(G_GINT64_CONSTANT(1) << 58),
     6000,
     {.seconds = 0.5},
     10},
    {"one-gop-a-segment", {25, 1}, {1, 90000}, 0, 500, {.frames = 1}, 0.04},
    {"240", {240, 1}, {1, 1000}, 5, 20000, {.seconds = 3}, 10},
};

static gint64 frame_at(const Film *film, guint k)
{
    return film->start + pmx_rescale(k, (PmxRatio){film->rate.den, film->rate.num}, film->ticks);
}

static PmxStream stream_of(const Film *film, gboolean constant)
{
    return (PmxStream){.time_base = film->ticks,
                       .start = film->start,
                       .end = frame_at(film, film->frames),
                       .frame_rate = film->rate,
                       .constant_rate = constant};
}

/* The segment that `tick` belongs to: the rule of the video task, start <= tick < end. */
static guint segment_of(const PmxGrid *grid, gint64 tick)
{
    guint found = 0, hits = 0;
    for (guint i = 0; i < grid->count; i++) {
        gboolean after = i == 0 || tick >= pmx_grid_point(grid, i);
        gboolean before = i + 1 == grid->count || tick < pmx_grid_point(grid, i + 1);
        if (after && before) {
            found = i;
            hits++;
        }
    }
    g_assert_cmpuint(hits, ==, 1);
    return found;
}

/* Ticks a file may be off by: less than half a frame, or no writer could tell frames apart. */
static gint64 jitter(const Film *film)
{
    double frame = 1 / (pmx_ratio_value(film->rate) * pmx_ratio_value(film->ticks));
    return frame > 4 ? 1 : 0;
}

static void assert_frames(const Film *film, const PmxGrid *grid)
{
    gint64 off = jitter(film);
    for (guint k = 0; k < film->frames; k++) {
        guint wanted = MIN((guint)(k / grid->frames), grid->count - 1);
        for (gint64 d = -off; d <= off; d++)
            g_assert_cmpuint(segment_of(grid, frame_at(film, k) + d), ==, wanted);
    }
}

/* The last segment takes what is left: from half a segment to one and a half. */
static void assert_last(const Film *film, const PmxGrid *grid)
{
    gint64 last = (gint64)film->frames - (gint64)(grid->count - 1) * grid->frames;
    g_assert_cmpint(2 * last, <=, 3 * grid->frames + 2);
    if (grid->count > 1)
        g_assert_cmpint(2 * last, >=, grid->frames - 2);
}

static void assert_windows(const PmxGrid *grid)
{
    gint64 five = pmx_rescale(5, (PmxRatio){1, 1}, grid->ticks);
    for (guint i = 1; i < grid->count; i++) {
        gint64 at = pmx_grid_point(grid, i), next = pmx_grid_point(grid, i + 1);
        PmxGridWindow window = pmx_grid_window(grid, i), after = pmx_grid_window(grid, i + 1);
        gint64 ahead = window.end - at, back = at - window.start;
        g_assert_cmpint(window.point, ==, at);
        g_assert_cmpint(pmx_grid_point(grid, i - 1), <, at);
        g_assert_cmpint(ahead, >, 0);
        g_assert_cmpint(ahead, <=, five);
        g_assert_cmpint(2 * ahead, <=, next - at + 2);
        g_assert_cmpint(ahead, >=, MIN(five, (next - at) / 2) - 1);
        g_assert_cmpint(back, <=, five);
        g_assert_cmpint(back, >=, MIN(five, (next - at) * 2 / 5) - 2);
        g_assert_cmpint(window.start, >=, grid->origin);
        /* Nobody's segment is empty: windows stay apart. */
        g_assert_cmpint(window.end, <=, after.start);
    }
}

static void test_constant(gconstpointer data)
{
    const Film *film = data;
    PmxStream video = stream_of(film, TRUE);
    PmxGrid grid = pmx_grid_new(&video, film->gop, film->segment_seconds);
    g_assert_true(grid.on_grid);
    g_assert_cmpint(grid.frames % grid.gop, ==, 0);
    assert_frames(film, &grid);
    assert_last(film, &grid);
    assert_windows(&grid);
}

/* Frames at any distance: the points stand where the average rate says, to the tick. */
static void test_variable(gconstpointer data)
{
    const Film *film = data;
    PmxStream video = stream_of(film, FALSE);
    PmxGrid grid = pmx_grid_new(&video, film->gop, film->segment_seconds);
    g_assert_false(grid.on_grid);
    for (guint i = 0; i < grid.count; i++)
        g_assert_cmpint(pmx_grid_point(&grid, i), ==, frame_at(film, (guint)grid.frames * i));
    assert_windows(&grid);
    gint64 step = MAX(1, (video.end - video.start) / 500);
    guint last = 0;
    for (gint64 tick = video.start; tick < video.end;
         tick += g_test_rand_int_range(1, (gint32)MIN(2 * step, G_MAXINT32))) {
        guint segment = segment_of(&grid, tick);
        g_assert_cmpuint(segment, >=, last);
        last = segment;
    }
    g_assert_cmpuint(segment_of(&grid, video.start), ==, 0);
    g_assert_cmpuint(segment_of(&grid, video.end - 1), ==, grid.count - 1);
}

/* A cut lies half a frame before the frame it belongs to, where rounding cannot reach. */
static void test_half_frame(void)
{
    const PmxGrid grid = {.frames = 250,
                          .count = 4,
                          .rate = {25, 1},
                          .origin = 1024,
                          .ticks = {1, 12800},
                          .on_grid = TRUE};
    PmxGrid free_grid = grid;
    free_grid.on_grid = FALSE;
    g_assert_cmpint(pmx_grid_point(&grid, 1), ==, 1024 + 250 * 512 - 256);
    g_assert_cmpint(pmx_grid_point(&grid, 3), ==, 1024 + 750 * 512 - 256);
    g_assert_cmpint(pmx_grid_point(&free_grid, 3), ==, 1024 + 750 * 512);
    g_assert_cmpint(pmx_grid_window(&grid, 1).end, ==, pmx_grid_point(&grid, 1) + 5 * 12800);
}

static void test_windows(void)
{
    const PmxGrid grid = {
        .frames = 250, .count = 4, .gop = 250, .rate = {25, 1}, .origin = 1000, .ticks = {1, 100}};
    PmxGridWindow window = pmx_grid_window(&grid, 2);
    g_assert_cmpint(window.start, ==, 2600);
    g_assert_cmpint(window.point, ==, 3000);
    g_assert_cmpint(window.end, ==, 3500);
}

/* GOP lengths as jobs give them, and the segments made of them. */
static void test_gop(void)
{
    static const struct {
        PmxRatio rate;
        PmxGop gop;
        double segment_seconds;
        gint64 frames_a_gop, frames_a_segment;
    } rows[] = {
        {{25, 1}, {.seconds = 10}, 10, 250, 250},  {{25, 1}, {.seconds = 2}, 10, 50, 250},
        {{25, 1}, {.seconds = 3}, 10, 75, 300},    {{25, 1}, {.frames = 7}, 10, 7, 252},
        {{25, 1}, {.frames = 250}, 2, 250, 250},   {{25, 1}, {.frames = 250}, 10.04, 250, 500},
        {{25, 1}, {.seconds = 0.01}, 10, 1, 250},  {RATE_23_976, {.seconds = 10}, 10, 240, 240},
        {RATE_29_97, {.seconds = 2}, 10, 60, 300}, {{50, 1}, {.seconds = 0.5}, 10, 25, 500},
        {{0, 1}, {.seconds = 10}, 10, 250, 250}, /* unknown: as if 25 */
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        PmxStream video = {.time_base = {1, 90000}, .end = 90000 * 100, .frame_rate = rows[i].rate};
        PmxGrid grid = pmx_grid_new(&video, rows[i].gop, rows[i].segment_seconds);
        g_assert_cmpint(grid.gop, ==, rows[i].frames_a_gop);
        g_assert_cmpint(grid.frames, ==, rows[i].frames_a_segment);
    }
}

/* How many segments a film of 25 frames a second has when ten seconds are aimed at. */
static void test_count(void)
{
    static const struct {
        double seconds;
        guint count;
    } rows[] = {{0, 1},     {0.04, 1},  {4.9, 1},  {10, 1},     {14.96, 1},  {15.04, 2}, {20, 2},
                {24.96, 2}, {25.04, 3}, {31.4, 3}, {3600, 360}, {7200, 720}, {-5, 1}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        PmxStream video = {.time_base = {1, 1000},
                           .start = 500,
                           .end = 500 + llround(rows[i].seconds * 1000),
                           .frame_rate = {25, 1}};
        PmxGrid grid = pmx_grid_new(&video, (PmxGop){.seconds = 10}, 10);
        g_assert_cmpuint(grid.count, ==, rows[i].count);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(films); i++) {
        g_autofree char *constant = g_strconcat("/segments/constant/", films[i].name, NULL);
        g_autofree char *variable = g_strconcat("/segments/variable/", films[i].name, NULL);
        g_test_add_data_func(constant, &films[i], test_constant);
        g_test_add_data_func(variable, &films[i], test_variable);
    }
    g_test_add_func("/segments/windows", test_windows);
    g_test_add_func("/segments/half-frame", test_half_frame);
    g_test_add_func("/segments/gop", test_gop);
    g_test_add_func("/segments/count", test_count);
    return g_test_run();
}
