/* SPDX-License-Identifier: MIT */
/* The ladder of sizes: media/scaler. What matters most: a rendition's picture does not depend on
 * what else is in the job. */
#include "media/scaler.h"

#include <libavutil/pixdesc.h>
#include <string.h>

enum { SIZES_MAX = 6 };

typedef struct {
    gint64 width, height;
} Size;

typedef struct {
    PmxVideoTask task;
    PmxRendition renditions[SIZES_MAX];
} Ladder;

static void ladder_init(Ladder *ladder, Size source, gint64 rotation, const Size *sizes)
{
    *ladder = (Ladder){.task = {.time_base = {1, 12800},
                                .rotation = rotation,
                                .width = rotation % 180 ? source.height : source.width,
                                .height = rotation % 180 ? source.width : source.height}};
    ladder->task.renditions = g_ptr_array_new();
    for (guint i = 0; i < SIZES_MAX && sizes[i].width; i++) {
        ladder->renditions[i].width = sizes[i].width;
        ladder->renditions[i].height = sizes[i].height;
        g_ptr_array_add(ladder->task.renditions, &ladder->renditions[i]);
    }
}

static void ladder_clear(Ladder *ladder)
{
    g_ptr_array_unref(ladder->task.renditions);
}

/* Blurred noise, the same for the same seed. */
static AVFrame *picture(Size size, int format, guint32 seed)
{
    AVFrame *frame = av_frame_alloc();
    frame->width = (int)size.width;
    frame->height = (int)size.height;
    frame->format = format;
    g_assert_cmpint(av_frame_get_buffer(frame, 0), ==, 0);
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    guint8 top = av_pix_fmt_desc_get(format)->comp[0].depth > 8 ? 0x03 : 0xff;
    for (int p = 0; p < 4 && frame->data[p]; p++) {
        int height = p ? AV_CEIL_RSHIFT(frame->height, 1) : frame->height;
        guint8 value = 128;
        for (int i = 0; i < height * frame->linesize[p]; i++) {
            value = (guint8)CLAMP(value + g_rand_int_range(rand, -9, 10), 16, 235);
            frame->data[p][i] = i % 2 ? value & top : value;
        }
    }
    return frame;
}

typedef struct {
    guint pictures[SIZES_MAX];
    gint64 pts[SIZES_MAX];
    Size size[SIZES_MAX];
    int format[SIZES_MAX];
    char *sum[SIZES_MAX];
    guint8 corners[SIZES_MAX][4]; /* luma: top left, top right, bottom left, bottom right */
    AVFrame *first;               /* rendition 0's last picture */
} Made;

static char *sum_of(const AVFrame *frame)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_MD5);
    for (int p = 0; p < 3; p++) {
        int width = p ? AV_CEIL_RSHIFT(frame->width, 1) : frame->width;
        int height = p ? AV_CEIL_RSHIFT(frame->height, 1) : frame->height;
        for (int y = 0; y < height; y++)
            g_checksum_update(sum, frame->data[p] + y * frame->linesize[p], width);
    }
    return g_strdup(g_checksum_get_string(sum));
}

static void take(guint rendition, AVFrame *frame, gpointer data)
{
    Made *made = data;
    const guint8 *bottom = frame->data[0] + (frame->height - 1) * frame->linesize[0];
    const guint8 corners[] = {frame->data[0][0], frame->data[0][frame->width - 1], bottom[0],
                              bottom[frame->width - 1]};
    g_assert_cmpuint(rendition, <, SIZES_MAX);
    made->pictures[rendition]++;
    made->pts[rendition] = frame->pts;
    made->format[rendition] = frame->format;
    made->size[rendition] = (Size){frame->width, frame->height};
    memcpy(made->corners[rendition], corners, sizeof corners);
    g_free(made->sum[rendition]);
    made->sum[rendition] = sum_of(frame);
    if (rendition == 0) {
        av_frame_free(&made->first);
        made->first = frame;
    } else {
        av_frame_free(&frame);
    }
}

static void made_clear(Made *made)
{
    for (guint i = 0; i < SIZES_MAX; i++)
        g_free(made->sum[i]);
    av_frame_free(&made->first);
    *made = (Made){0};
}

/* Scales `frame` (taken) to all sizes of the ladder. */
static Made scale(const Ladder *ladder, AVFrame *frame)
{
    Made made = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxScaler) scaler = pmx_scaler_new(&ladder->task, NULL);
    frame->pts = 4711;
    g_assert_true(pmx_scaler_push(scaler, frame, take, &made, &error));
    g_assert_no_error(error);
    av_frame_free(&frame);
    for (guint i = 0; i < ladder->task.renditions->len; i++) {
        g_assert_cmpuint(made.pictures[i], ==, 1);
        g_assert_cmpint(made.pts[i], ==, 4711);
        g_assert_cmpint(made.size[i].width, ==, ladder->renditions[i].width);
        g_assert_cmpint(made.size[i].height, ==, ladder->renditions[i].height);
        g_assert_cmpint(made.format[i], ==, AV_PIX_FMT_YUV420P);
    }
    return made;
}

static const struct {
    const char *name;
    Size source;
    gint64 rotation;
    Size sizes[SIZES_MAX];
} rows[] = {
    {"halves", {960, 540}, 0, {{960, 540}, {480, 270}, {240, 134}, {480, 270}}},
    {"ladder", {1280, 720}, 0, {{640, 360}, {960, 540}, {1280, 720}, {320, 180}, {426, 240}}},
    {"deep", {1024, 512}, 0, {{64, 32}, {512, 256}, {130, 66}, {1024, 512}}},
    {"odd-source", {853, 481}, 0, {{854, 482}, {640, 360}, {426, 240}}},
    {"not-by-four", {1282, 722}, 0, {{640, 360}, {320, 180}}},
    {"turned", {640, 360}, 90, {{360, 640}, {180, 320}, {90, 160}}},
    {"turned-back", {640, 360}, 270, {{360, 640}, {180, 320}}},
    {"upside-down", {640, 360}, 180, {{640, 360}, {320, 180}}},
    {"enlarged", {320, 180}, 0, {{640, 360}, {320, 180}, {160, 90}}},
    {"squeezed", {640, 360}, 0, {{320, 360}, {640, 180}, {320, 180}}},
};

/* Alone, with others, in any order: the same picture. */
static void test_independent(void)
{
    static const Size none[SIZES_MAX];
    for (guint r = 0; r < G_N_ELEMENTS(rows); r++) {
        Ladder all;
        g_test_message("%s", rows[r].name);
        ladder_init(&all, rows[r].source, rows[r].rotation, rows[r].sizes);
        Made together = scale(&all, picture(rows[r].source, AV_PIX_FMT_YUV420P, r));
        for (guint i = 0; i < all.task.renditions->len; i++) {
            Ladder one;
            Size only[SIZES_MAX];
            memcpy(only, none, sizeof only);
            only[0] = rows[r].sizes[i];
            ladder_init(&one, rows[r].source, rows[r].rotation, only);
            Made alone = scale(&one, picture(rows[r].source, AV_PIX_FMT_YUV420P, r));
            g_assert_cmpstr(alone.sum[0], ==, together.sum[i]);
            made_clear(&alone);
            ladder_clear(&one);
        }
        made_clear(&together);
        ladder_clear(&all);
    }
}

/* Which corner the bright spot of the stored picture's top left ends up in. */
static void test_upright(void)
{
    static const struct {
        gint64 rotation;
        guint corner;
    } turns[] = {{0, 0}, {90, 1}, {180, 3}, {270, 2}};
    static const Size source = {64, 32};
    for (guint t = 0; t < G_N_ELEMENTS(turns); t++) {
        Ladder ladder;
        const Size upright = turns[t].rotation % 180 ? (Size){32, 64} : source;
        const Size sizes[SIZES_MAX] = {upright};
        AVFrame *frame = picture(source, AV_PIX_FMT_YUV420P, 1);
        for (int y = 0; y < 32; y++)
            for (int x = 0; x < 64; x++)
                frame->data[0][y * frame->linesize[0] + x] = x < 16 && y < 8 ? 235 : 16;
        ladder_init(&ladder, source, turns[t].rotation, sizes);
        Made made = scale(&ladder, frame);
        for (guint c = 0; c < 4; c++)
            g_assert_cmpint(made.corners[0][c] > 200, ==, c == turns[t].corner);
        made_clear(&made);
        ladder_clear(&ladder);
    }
}

/* Other formats and sizes than the first frame had, in the middle of the stream. */
static void test_changes(void)
{
    static const struct {
        Size size;
        int format;
    } frames[] = {{{640, 360}, AV_PIX_FMT_YUV420P},   {{640, 360}, AV_PIX_FMT_YUV420P10},
                  {{640, 360}, AV_PIX_FMT_YUV422P},   {{320, 240}, AV_PIX_FMT_YUV420P},
                  {{1280, 720}, AV_PIX_FMT_YUVJ420P}, {{640, 360}, AV_PIX_FMT_GRAY8},
                  {{640, 360}, AV_PIX_FMT_YUV420P}};
    static const Size sizes[SIZES_MAX] = {{640, 360}, {320, 180}, {640, 360}};
    Ladder ladder;
    Made made = {0};
    ladder_init(&ladder, (Size){640, 360}, 0, sizes);
    g_autoptr(PmxScaler) scaler = pmx_scaler_new(&ladder.task, NULL);
    for (guint f = 0; f < G_N_ELEMENTS(frames); f++) {
        g_autoptr(GError) error = NULL;
        AVFrame *frame = picture(frames[f].size, frames[f].format, f);
        frame->pts = f * 512;
        g_assert_true(pmx_scaler_push(scaler, frame, take, &made, &error));
        g_assert_no_error(error);
        av_frame_free(&frame);
        for (guint i = 0; i < 3; i++) {
            g_assert_cmpuint(made.pictures[i], ==, f + 1);
            g_assert_cmpint(made.pts[i], ==, f * 512);
            g_assert_cmpint(made.size[i].width, ==, sizes[i].width);
            g_assert_cmpint(made.format[i], ==, AV_PIX_FMT_YUV420P);
        }
        g_assert_cmpstr(made.sum[0], ==, made.sum[2]);
    }
    made_clear(&made);
    ladder_clear(&ladder);
}

/* Full-range sources stay full range, others are made or kept limited. */
static void test_range(void)
{
    static const struct {
        const char *range;
        int white; /* of a white full-range picture */
    } rows_of_range[] = {{"pc", 255}, {"tv", 235}, {NULL, 235}};
    static const Size size = {64, 32}, sizes[SIZES_MAX] = {{32, 16}};
    for (guint i = 0; i < G_N_ELEMENTS(rows_of_range); i++) {
        Ladder ladder;
        AVFrame *frame = picture(size, AV_PIX_FMT_YUVJ420P, 1);
        memset(frame->data[0], 255, (size_t)(frame->linesize[0] * frame->height));
        frame->color_range = AVCOL_RANGE_JPEG;
        ladder_init(&ladder, size, 0, sizes);
        ladder.task.range = (char *)rows_of_range[i].range;
        Made made = scale(&ladder, frame);
        g_assert_cmpint(ABS(made.corners[0][3] - rows_of_range[i].white), <=, 1);
        made_clear(&made);
        ladder_clear(&ladder);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scaler/independent", test_independent);
    g_test_add_func("/scaler/upright", test_upright);
    g_test_add_func("/scaler/changes", test_changes);
    g_test_add_func("/scaler/range", test_range);
    return g_test_run();
}
