/* SPDX-License-Identifier: MIT */
/* Frames of a segment: media/pacer and media/deinterlacer. Whatever is cut where, the same pictures
 * at the same times. */
#include "media/pacer.h"

#include "media/deinterlacer.h"

typedef struct {
    const char *name;
    PmxRatio source, tick, wanted;
    gint64 origin;
    guint frames;
    gboolean snap;
} Film;

static const Film films[] = {
    {"double", {25, 1}, {1, 1000}, {50, 1}, 0, 100, TRUE},
    {"half", {60000, 1001}, {1, 1000}, {30000, 1001}, 33, 200, TRUE},
    {"pulldown", {24000, 1001}, {1, 90000}, {30000, 1001}, 126000, 240, TRUE},
    {"up", {24000, 1001}, {1, 1000}, {25, 1}, -40, 240, TRUE},
    {"rare", {25, 1}, {1, 12800}, {1, 1}, 512, 100, TRUE},
    {"loose", {25, 1}, {1, 1000}, {30, 1}, 0, 100, FALSE},
};

static gint64 tick_of(const Film *film, gint64 k)
{
    PmxRatio frame = {film->source.den, film->source.num};
    /* A pace that is not constant: some frames are away from the grid. */
    gint64 off = film->snap ? 0 : (k * 7919) % 31;
    return film->origin + pmx_rescale(k, frame, film->tick) + off;
}

static PmxVideoTask task_of(const Film *film)
{
    return (PmxVideoTask){.origin = film->origin,
                          .film_end = tick_of(film, film->frames),
                          .snap = film->snap,
                          .pace = PMX_PACE_FILL,
                          .slots = film->wanted,
                          .frame_rate = film->wanted,
                          .source_rate = film->source,
                          .time_base = {1, film->wanted.num * 100}};
}

/* What comes out is noted as its source frame's number. */
static gboolean note(AVFrame *frame, gpointer data, G_GNUC_UNUSED GError **error)
{
    gint64 entry[2] = {frame->pts, frame->coded_picture_number};
    g_array_append_vals(data, entry, 2);
    return TRUE;
}

static void pace(const Film *film, guint from, guint cut, guint to, GArray *out)
{
    PmxVideoTask task = task_of(film);
    PmxPacer pacer;
    g_autoptr(AVFrame) frame = av_frame_alloc();
    task.begin = cut > 0 ? (char *)"a" : NULL;
    task.end = to < film->frames ? (char *)"b" : NULL;
    pmx_pacer_init(&pacer, &task, film->tick, tick_of(film, cut), tick_of(film, to));
    guint before = out->len;
    for (guint k = from; k < film->frames && !pmx_pacer_done(&pacer); k++) {
        frame->width = frame->height = 2;
        frame->format = AV_PIX_FMT_GRAY8;
        g_assert_cmpint(av_frame_get_buffer(frame, 0), >=, 0);
        frame->pts = tick_of(film, k);
        frame->coded_picture_number = (int)k;
        g_assert_true(pmx_pacer_push(&pacer, frame, note, out, NULL));
        av_frame_unref(frame);
    }
    if (!pmx_pacer_done(&pacer))
        g_assert_true(pmx_pacer_finish(&pacer, note, out, NULL));
    if (film->snap)
        g_assert_cmpint(pmx_pacer_count(&pacer), ==, (out->len - before) / 2);
    pmx_pacer_clear(&pacer);
}

static void test_cut(gconstpointer data)
{
    const Film *film = data;
    g_autoptr(GArray) whole = g_array_new(FALSE, FALSE, sizeof(gint64));
    pace(film, 0, 0, film->frames, whole);
    double seconds = film->frames / pmx_ratio_value(film->source);
    g_assert_cmpfloat(ABS(whole->len / 2 - seconds * pmx_ratio_value(film->wanted)), <=, 1);
    for (guint i = 0; i < whole->len / 2; i++)
        g_assert_cmpint(g_array_index(whole, gint64, 2 * i), ==,
                        pmx_rescale(i, (PmxRatio){film->wanted.den, film->wanted.num},
                                    (PmxRatio){1, film->wanted.num * 100}));
    for (guint cut = 1; cut + 20 < film->frames; cut += 13) {
        g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(gint64));
        pace(film, 0, 0, cut, parts);
        pace(film, cut, cut, cut + 20, parts);
        pace(film, cut + 10, cut + 20, film->frames, parts);
        g_assert_cmpmem(whole->data, whole->len * sizeof(gint64), parts->data,
                        parts->len * sizeof(gint64));
    }
}

/* --- deinterlacing --- */

enum { WIDTH = 64, HEIGHT = 48, COUNT = 12 };

static AVFrame *woven(guint k)
{
    AVFrame *frame = av_frame_alloc();
    frame->width = WIDTH;
    frame->height = HEIGHT;
    frame->format = AV_PIX_FMT_YUV420P;
    g_assert_cmpint(av_frame_get_buffer(frame, 0), >=, 0);
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < (p ? HEIGHT / 2 : HEIGHT); y++)
            for (int x = 0; x < (p ? WIDTH / 2 : WIDTH); x++)
                frame->data[p][y * frame->linesize[p] + x] =
                    (guint8)((guint)(x * 5 + y * 3) + (2 * k + (guint)y % 2) * 9);
    frame->interlaced_frame = k % 5 != 4;
    frame->top_field_first = k % 3 > 0;
    frame->pts = -7 + 3 * (gint64)k;
    return frame;
}

static void deinterlace(gboolean all, guint from, guint to, AVFrame **made)
{
    g_autoptr(PmxDeinterlacer) deinterlacer = pmx_deinterlacer_new(all);
    guint n = from;
    for (guint k = from; k <= to; k++) {
        g_autoptr(AVFrame) in = k < to ? woven(k) : NULL;
        g_autoptr(AVFrame) out = av_frame_alloc();
        g_assert_true(pmx_deinterlacer_push(deinterlacer, in, NULL));
        while (pmx_deinterlacer_take(deinterlacer, out))
            made[n++] = av_frame_clone(out);
    }
    g_assert_cmpuint(n, ==, to);
}

static gboolean same(const AVFrame *a, const AVFrame *b)
{
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < (p ? HEIGHT / 2 : HEIGHT); y++)
            if (memcmp(a->data[p] + y * a->linesize[p], b->data[p] + y * b->linesize[p],
                       p ? WIDTH / 2 : WIDTH) != 0)
                return FALSE;
    return a->pts == b->pts;
}

static void test_neighbours(gconstpointer all)
{
    AVFrame *whole[COUNT] = {NULL}, *part[COUNT] = {NULL};
    deinterlace(GPOINTER_TO_INT(all), 0, COUNT, whole);
    deinterlace(GPOINTER_TO_INT(all), 4, 9, part);
    for (guint k = 0; k < COUNT; k++) {
        g_autoptr(AVFrame) in = woven(k);
        g_assert_cmpint(whole[k]->pts, ==, in->pts);
        g_assert_true(same(whole[k], in) == (!in->interlaced_frame && !all));
    }
    for (guint k = 5; k < 8; k++)
        g_assert_true(same(whole[k], part[k]));
    /* Without its neighbours a picture is another one: they are needed. */
    if (all)
        g_assert_false(same(whole[4], part[4]) && same(whole[8], part[8]));
    for (guint k = 0; k < COUNT; k++) {
        av_frame_free(&whole[k]);
        av_frame_free(&part[k]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(films); i++) {
        g_autofree char *name = g_strconcat("/pacer/", films[i].name, NULL);
        g_test_add_data_func(name, &films[i], test_cut);
    }
    g_test_add_data_func("/deinterlacer/flagged", GINT_TO_POINTER(0), test_neighbours);
    g_test_add_data_func("/deinterlacer/all", GINT_TO_POINTER(1), test_neighbours);
    return g_test_run();
}
