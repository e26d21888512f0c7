/* SPDX-License-Identifier: MIT */
/* Picture sizes and encoder settings of an output: plan/ladder. */
#include "plan/ladder.h"

typedef struct {
    const char *name;
    gint64 source_width, source_height, rotation;
    PmxRatio source_sar;
    gint64 width, height; /* wanted */
    gboolean long_short, keep;
    gint64 made_width, made_height;
    PmxRatio made_sar;
} Row;

#define SQUARE                                                                                     \
    {                                                                                              \
        1, 1                                                                                       \
    }
#define UNKNOWN                                                                                    \
    {                                                                                              \
        0, 1                                                                                       \
    }

static const Row rows[] = {
    /* one side given: the other follows */
    {"width", 1920, 1080, 0, SQUARE, 640, 0, FALSE, FALSE, 640, 360, SQUARE},
    {"height", 1920, 1080, 0, SQUARE, 0, 360, FALSE, FALSE, 640, 360, SQUARE},
    {"none", 1920, 1080, 0, SQUARE, 0, 0, FALSE, FALSE, 1920, 1080, SQUARE},
    {"even", 1920, 816, 0, SQUARE, 854, 0, FALSE, FALSE, 854, 362, SQUARE},
    {"sar-unknown", 1920, 1080, 0, UNKNOWN, 640, 0, FALSE, FALSE, 640, 360, SQUARE},
    {"flat", 2000, 2, 0, SQUARE, 128, 0, FALSE, FALSE, 128, 2, SQUARE},

    /* the long edge, whichever it is */
    {"long-landscape", 1920, 1080, 0, SQUARE, 960, 0, TRUE, TRUE, 960, 540, SQUARE},
    {"long-portrait", 1080, 1920, 0, SQUARE, 960, 0, TRUE, TRUE, 540, 960, SQUARE},
    {"long-turned", 1920, 1080, 90, SQUARE, 960, 0, TRUE, TRUE, 540, 960, SQUARE},
    {"long-turned-back", 1920, 1080, 270, SQUARE, 960, 0, TRUE, TRUE, 540, 960, SQUARE},
    {"long-upside-down", 1920, 1080, 180, SQUARE, 960, 0, TRUE, TRUE, 960, 540, SQUARE},
    {"long-turned-portrait", 1080, 1920, 90, SQUARE, 960, 0, TRUE, TRUE, 960, 540, SQUARE},
    {"long-square", 800, 800, 0, SQUARE, 640, 0, TRUE, TRUE, 640, 640, SQUARE},
    {"short-landscape", 1920, 1080, 0, SQUARE, 0, 540, TRUE, TRUE, 960, 540, SQUARE},
    {"short-portrait", 1080, 1920, 0, SQUARE, 0, 540, TRUE, TRUE, 540, 960, SQUARE},
    {"both-edges-portrait", 1080, 1920, 0, SQUARE, 1280, 720, TRUE, TRUE, 720, 1280, SQUARE},
    {"width-portrait", 1080, 1920, 0, SQUARE, 960, 0, FALSE, TRUE, 960, 1706, SQUARE},

    /* IsCheckReso: a smaller source keeps its size */
    {"keep", 640, 360, 0, SQUARE, 1280, 0, TRUE, TRUE, 640, 360, SQUARE},
    {"keep-equal", 1280, 720, 0, SQUARE, 1280, 0, TRUE, TRUE, 1280, 720, SQUARE},
    {"keep-portrait", 360, 640, 0, SQUARE, 1280, 0, TRUE, TRUE, 360, 640, SQUARE},
    {"keep-turned", 640, 360, 90, SQUARE, 1280, 0, TRUE, TRUE, 360, 640, SQUARE},
    {"keep-height", 640, 360, 0, SQUARE, 0, 720, FALSE, TRUE, 640, 360, SQUARE},
    {"keep-one-side", 1920, 480, 0, SQUARE, 1280, 720, FALSE, TRUE, 1920, 480, SQUARE},
    {"enlarge", 640, 360, 0, SQUARE, 1280, 0, TRUE, FALSE, 1280, 720, SQUARE},

    /* sample aspect ratio: the shape on the screen stays */
    {"sar-one-side", 720, 576, 0, {64, 45}, 640, 0, FALSE, FALSE, 640, 512, {64, 45}},
    {"sar-turned", 720, 576, 90, {64, 45}, 0, 640, FALSE, FALSE, 512, 640, {45, 64}},
    {"sar-both-wide", 720, 576, 0, {64, 45}, 1024, 576, FALSE, FALSE, 1024, 576, SQUARE},
    {"sar-both-squeezed", 1920, 1080, 0, SQUARE, 640, 480, FALSE, FALSE, 640, 480, {4, 3}},
    {"sar-both-turned", 720, 576, 90, {64, 45}, 576, 1024, FALSE, FALSE, 576, 1024, SQUARE},
    {"sar-both-keep", 720, 576, 0, {64, 45}, 1920, 1080, FALSE, TRUE, 720, 576, {64, 45}},
};

static PmxStream source_of(const Row *row)
{
    return (PmxStream){.width = row->source_width,
                       .height = row->source_height,
                       .rotation = row->rotation,
                       .sar = row->source_sar};
}

static void test_size(gconstpointer data)
{
    const Row *row = data;
    PmxStream video = source_of(row);
    PmxRendition made = {0};
    g_autoptr(GError) error = NULL;
    PmxOutput output = {
        .check_resolution = row->keep,
        .video = {.width = row->width, .height = row->height, .long_short = row->long_short}};
    g_assert_true(pmx_ladder_rendition(&output, &video, &made, &error));
    g_assert_no_error(error);
    g_assert_cmpint(made.width, ==, row->made_width);
    g_assert_cmpint(made.height, ==, row->made_height);
    g_assert_cmpint(made.sar.num, ==, row->made_sar.num);
    g_assert_cmpint(made.sar.den, ==, row->made_sar.den);
}

/* 4:2:0 needs even sides: no source, however odd, gives another. */
static void test_odd(void)
{
    for (gint64 width = 1; width < 60; width++) {
        for (gint64 height = 1; height < 60; height += 3) {
            PmxStream video = {.width = width, .height = height};
            PmxOutput output = {.check_resolution = TRUE, .video = {.width = 32}};
            PmxRendition made = {0};
            g_assert_true(pmx_ladder_rendition(&output, &video, &made, NULL));
            g_assert_cmpint(made.width % 2, ==, 0);
            g_assert_cmpint(made.height % 2, ==, 0);
            g_assert_cmpint(made.width, >, 0);
            g_assert_cmpint(made.height, >, 0);
            g_assert_cmpint(made.width, <=, MAX(2, width + 1));
            g_assert_cmpint(made.height, <=, MAX(2, height + 1));
        }
    }
}

static void test_refuse(void)
{
    static const struct {
        gint64 width, height, rotation, want;
        gboolean refused;
    } sources[] = {
        {640, 360, 0, 1280, TRUE},   {1280, 720, 0, 1280, FALSE},  {1278, 720, 0, 1280, TRUE},
        {720, 1280, 0, 1280, FALSE}, {1280, 720, 90, 1280, FALSE}, {720, 1278, 0, 1280, TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(sources); i++) {
        g_autoptr(GError) error = NULL;
        PmxStream video = {.width = sources[i].width,
                           .height = sources[i].height,
                           .rotation = sources[i].rotation};
        PmxOutput output = {.check_resolution = TRUE,
                            .check_resolution_fail = TRUE,
                            .video = {.width = sources[i].want, .long_short = TRUE}};
        PmxRendition made = {0};
        g_assert_cmpint(pmx_ladder_rendition(&output, &video, &made, &error), ==,
                        !sources[i].refused);
        if (!sources[i].refused)
            continue;
        g_assert_error(error, PMX_ERROR, (int)PMX_CODE_OUT_OF_RANGE);
        g_assert_nonnull(strstr(error->message, "IsCheckResoFail"));
    }
}

static void test_settings(void)
{
    static const struct {
        PmxVideo video;
        PmxRendition made;
    } settings[] = {
        {{.codec = PMX_CODEC_H264, .profile = 2, .crf = -1, .preset = (char *)"medium"},
         {.codec = PMX_CODEC_H264, .profile = 2, .crf = 23}},
        {{.codec = PMX_CODEC_H264, .profile = 1, .crf = 18, .maxrate = 800, .bufsize = 1600},
         {.codec = PMX_CODEC_H264, .profile = 1, .crf = 18, .maxrate = 800, .bufsize = 1600}},
        {{.codec = PMX_CODEC_H264, .crf = 0}, {.codec = PMX_CODEC_H264, .crf = 0}},
        {{.codec = PMX_CODEC_H265, .crf = -1}, {.codec = PMX_CODEC_H265, .crf = 26}},
        /* what a codec has no use for must not tell equal renditions apart */
        {{.codec = PMX_CODEC_H265, .profile = 2, .crf = 30}, {.codec = PMX_CODEC_H265, .crf = 30}},
        {{.codec = PMX_CODEC_H264, .crf = 23, .bufsize = 999},
         {.codec = PMX_CODEC_H264, .crf = 23}},
    };
    const PmxStream video = {.width = 640, .height = 360};
    for (guint i = 0; i < G_N_ELEMENTS(settings); i++) {
        const PmxRendition *wanted = &settings[i].made;
        PmxOutput output = {.video = settings[i].video};
        PmxRendition made = {0};
        g_assert_true(pmx_ladder_rendition(&output, &video, &made, NULL));
        g_assert_cmpint(made.codec, ==, wanted->codec);
        g_assert_cmpint(made.profile, ==, wanted->profile);
        g_assert_cmpfloat(made.crf, ==, wanted->crf);
        g_assert_cmpint(made.maxrate, ==, wanted->maxrate);
        g_assert_cmpint(made.bufsize, ==, wanted->bufsize);
        g_assert_cmpstr(made.preset, ==, output.video.preset);
        g_assert_true(!made.preset || made.preset != output.video.preset); /* a copy */
        g_free(made.preset);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = g_strconcat("/ladder/size/", rows[i].name, NULL);
        g_test_add_data_func(name, &rows[i], test_size);
    }
    g_test_add_func("/ladder/odd", test_odd);
    g_test_add_func("/ladder/refuse", test_refuse);
    g_test_add_func("/ladder/settings", test_settings);
    return g_test_run();
}
