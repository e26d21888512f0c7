/* SPDX-License-Identifier: MIT */
/* What is measured before a film is encoded to a rate, and what the measures' keys depend on. */
#include "plan/rated.h"

#include <string.h>

static const PmxRendition usual = {.codec = PMX_CODEC_H264,
                                   .profile = 2,
                                   .preset = "medium",
                                   .qp = -1,
                                   .mode = PMX_RATE_ONEPASS,
                                   .bitrate = 800,
                                   .gop = 250,
                                   .width = 640,
                                   .height = 360,
                                   .sar = {1, 1}};

/* Two segments of a film in these renditions. */
typedef struct {
    GPtrArray *renditions;
    PmxFacts facts;
    PmxPlanInput input;
    PmxPlan plan;
    PmxRated *rated;
    PmxTask *measures[2];
} Stage;

static PmxTask *segment_task(PmxTaskKind kind)
{
    PmxVideoTask *body = g_malloc(sizeof *body);
    pmx_object_init(&pmx_video_task_object, body);
    return pmx_task_new(kind, g_strdup("segment"), body);
}

static void stage_init(Stage *stage, const PmxRendition *renditions, guint count,
                       gboolean interlaced)
{
    *stage = (Stage){.renditions = g_ptr_array_new()};
    for (guint i = 0; i < count; i++)
        g_ptr_array_add(stage->renditions, (gpointer)&renditions[i]);
    stage->input = (PmxPlanInput){&stage->facts, "film"};
    stage->plan.tasks = g_ptr_array_new_with_free_func(pmx_task_free);
    stage->rated = pmx_rated_new(stage->renditions, interlaced);
    for (guint i = 0; i < 2; i++) {
        stage->measures[i] = segment_task(PMX_TASK_MEASURE);
        stage->measures[i]->video->origin = i;
        pmx_rated_add_measure(stage->rated, &stage->input, stage->measures[i]);
        g_ptr_array_add(stage->plan.tasks, stage->measures[i]);
    }
    pmx_rated_add_budgets(stage->rated, 7, 3, &stage->plan);
}

static void stage_clear(Stage *stage)
{
    pmx_rated_free(stage->rated);
    g_ptr_array_unref(stage->plan.tasks);
    g_ptr_array_unref(stage->renditions);
}

static const PmxRendition *measured(const Stage *stage, guint i)
{
    return g_ptr_array_index(stage->measures[0]->video->renditions, i);
}

static guint measured_count(const PmxRendition *renditions, guint count)
{
    Stage stage;
    stage_init(&stage, renditions, count, FALSE);
    guint made = stage.measures[0]->makes->len;
    g_assert_cmpuint(stage.measures[0]->video->renditions->len, ==, made);
    g_assert_cmpuint(stage.measures[1]->makes->len, ==, made);
    stage_clear(&stage);
    return made;
}

/* --- which renditions --- */

static void test_modes(void)
{
    for (int mode = PMX_RATE_CRF; mode <= PMX_RATE_CBR; mode++) {
        const PmxRendition rendition = {.mode = mode};
        g_assert_true(pmx_rated_is(&rendition) ==
                      (mode == PMX_RATE_ONEPASS || mode == PMX_RATE_TWOPASS));
    }
}

/* What differs in its rate only is measured once; in anything that the encoder sees, twice. */
static void test_once(void)
{
    PmxRendition pair[2] = {usual, usual};
    pair[1].bitrate = 100;
    pair[1].maxrate = 200;
    pair[1].bufsize = 400;
    pair[1].sar = (PmxRatio){4, 3};
    g_assert_cmpuint(measured_count(pair, 2), ==, 1);
    const PmxRendition others[] = {{.preset = "fast"},    {.width = 320},
                                   {.gop = 25},           {.codec = PMX_CODEC_H265},
                                   {.pix_fmt = 1},        {.crop = {.width = 600, .height = 300}},
                                   {.crop.found = 1},     {.mode = PMX_RATE_TWOPASS},
                                   {.shape = {.keep = 1}}};
    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        pair[1] = usual;
        pair[1].preset = others[i].preset ? others[i].preset : usual.preset;
        pair[1].width = others[i].width ? others[i].width : usual.width;
        pair[1].gop = others[i].gop ? others[i].gop : usual.gop;
        pair[1].codec = others[i].codec ? others[i].codec : usual.codec;
        pair[1].mode = others[i].mode ? others[i].mode : usual.mode;
        pair[1].pix_fmt = others[i].pix_fmt;
        pair[1].crop = others[i].crop;
        pair[1].shape = others[i].shape;
        g_assert_cmpuint(measured_count(pair, 2), ==, 2);
    }
}

/* --- at what size --- */

typedef struct {
    const char *name;
    int codec, mode;
    gboolean interlaced;
    gint64 width, height, scaled_height; /* the last one within a pad; 0: none */
    gint64 measured_width, measured_height;
} Size;

static const Size sizes[] = {
    {"onepass", PMX_CODEC_H264, PMX_RATE_ONEPASS, FALSE, 640, 360, 0, 320, 180},
    {"odd-half", PMX_CODEC_H264, PMX_RATE_ONEPASS, FALSE, 854, 482, 0, 426, 240},
    {"av1", PMX_CODEC_AV1, PMX_RATE_ONEPASS, FALSE, 640, 360, 0, 320, 180},
    {"twopass", PMX_CODEC_H264, PMX_RATE_TWOPASS, FALSE, 640, 360, 0, 640, 360},
    {"h265", PMX_CODEC_H265, PMX_RATE_ONEPASS, FALSE, 640, 360, 0, 640, 360},
    {"interlaced", PMX_CODEC_H264, PMX_RATE_ONEPASS, TRUE, 960, 540, 0, 960, 540},
    {"little", PMX_CODEC_H264, PMX_RATE_ONEPASS, FALSE, 640, 254, 0, 640, 254},
    {"just", PMX_CODEC_H264, PMX_RATE_ONEPASS, FALSE, 256, 256, 0, 128, 128},
    {"padded", PMX_CODEC_H264, PMX_RATE_ONEPASS, FALSE, 640, 640, 360, 320, 320},
    {"little-padded", PMX_CODEC_H264, PMX_RATE_ONEPASS, FALSE, 640, 640, 200, 640, 640},
    {"unknown", PMX_CODEC_H264, PMX_RATE_ONEPASS, FALSE, 0, 0, 0, 0, 0},
};

static void test_size(gconstpointer data)
{
    const Size *size = data;
    Stage stage;
    PmxRendition rendition = usual;
    rendition.codec = size->codec;
    rendition.mode = size->mode;
    rendition.width = size->width;
    rendition.height = size->height;
    if (size->scaled_height) {
        rendition.scaled = (PmxBox){.width = size->width, .height = size->scaled_height};
        rendition.top = (size->height - size->scaled_height) / 4 * 2;
    }
    stage_init(&stage, &rendition, 1, size->interlaced);
    const PmxRendition *got = measured(&stage, 0);
    g_assert_cmpint(got->width, ==, size->measured_width);
    g_assert_cmpint(got->height, ==, size->measured_height);
    g_assert_cmpint(got->mode, ==, size->mode);
    g_assert_cmpint(got->bitrate, ==, 0);
    g_assert_cmpfloat(got->crf, >, 0);
    stage_clear(&stage);
}

/* Whatever stands where on the picture stands there on the small one, in it and even. */
static void test_shape(void)
{
    Stage stage;
    PmxRendition rendition = usual;
    rendition.width = 702;
    rendition.height = 706;
    rendition.crop = (PmxBox){.width = 600, .height = 500, .left = 20, .top = 10};
    rendition.scaled = (PmxBox){.width = 846, .height = 706};
    rendition.cut = (PmxBox){.width = 690, .height = 700, .left = 78, .top = 2};
    rendition.left = 12;
    rendition.top = 6;
    stage_init(&stage, &rendition, 1, FALSE);
    const PmxRendition *got = measured(&stage, 0);
    g_assert_cmpmem(&got->crop, sizeof(PmxBox), &rendition.crop, sizeof(PmxBox));
    g_assert_cmpint(got->scaled.width, ==, 422);
    g_assert_cmpint(got->scaled.height, ==, 352);
    g_assert_cmpint(got->cut.left + got->cut.width, <=, got->scaled.width);
    g_assert_cmpint(got->cut.top + got->cut.height, <=, got->scaled.height);
    g_assert_cmpint(got->left + got->cut.width, <=, got->width);
    g_assert_cmpint(got->top + got->cut.height, <=, got->height);
    g_assert_cmpint((got->cut.left | got->cut.top | got->left | got->top) & 1, ==, 0);
    g_assert_cmpint(got->cut.left, ==, 38);
    g_assert_cmpint(got->left, ==, 6);
    stage_clear(&stage);
}

/* Pixels are halved, parts of the picture are not. */
static void test_overlays(void)
{
    Stage stage;
    PmxOverlay overlay = {.text = "x",
                          .x = 40,
                          .y = 0.5,
                          .width = 1.5,
                          .font_size = 0.1,
                          .border_width = 4,
                          .alpha = 1,
                          .color = "white",
                          .border_color = "black"};
    PmxRendition rendition = usual;
    rendition.overlays = g_ptr_array_new();
    g_ptr_array_add(rendition.overlays, &overlay);
    stage_init(&stage, &rendition, 1, FALSE);
    const PmxOverlay *got = g_ptr_array_index(measured(&stage, 0)->overlays, 0);
    g_assert_cmpstr(got->text, ==, "x");
    g_assert_cmpfloat(got->x, ==, 20);
    g_assert_cmpfloat(got->y, ==, 0.5);
    g_assert_cmpfloat(got->width, ==, 1);
    g_assert_cmpfloat(got->height, ==, 0);
    g_assert_cmpfloat(got->font_size, ==, 0.1);
    g_assert_cmpint(got->border_width, ==, 2);
    g_autofree char *with = g_strdup(g_ptr_array_index(stage.measures[0]->makes, 0));
    stage_clear(&stage);
    stage_init(&stage, &usual, 1, FALSE);
    g_assert_cmpstr(g_ptr_array_index(stage.measures[0]->makes, 0), !=, with);
    stage_clear(&stage);
    g_ptr_array_unref(rendition.overlays);
}

/* --- budgets --- */

static PmxTask *budget(const Stage *stage, guint i)
{
    return g_ptr_array_index(stage->plan.tasks, 2 + i);
}

static void test_budgets(void)
{
    Stage stage;
    PmxRendition four[] = {usual, usual, usual, usual};
    four[1].bitrate = 400;
    four[2].maxrate = four[3].maxrate = 900;
    four[3].bufsize = 1800;
    stage_init(&stage, four, 4, FALSE);
    g_assert_cmpuint(stage.plan.tasks->len, ==, 2 + 4);
    g_autoptr(GHashTable) keys = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < 4; i++) {
        const PmxTask *task = budget(&stage, i);
        g_autofree char *id = g_strdup_printf("budget-7-%02u", i);
        g_assert_cmpint(task->kind, ==, PMX_TASK_BUDGET);
        g_assert_cmpstr(task->id, ==, id);
        g_assert_cmpuint(task->source, ==, 3);
        g_assert_cmpuint(task->needs->len, ==, 2);
        for (guint k = 0; k < 2; k++)
            g_assert_cmpstr(g_ptr_array_index(task->needs, k), ==,
                            g_ptr_array_index(stage.measures[k]->makes, 0));
        g_assert_true(g_hash_table_add(keys, g_ptr_array_index(task->makes, 0)));
    }
    stage_clear(&stage);
}

/* Two presets of SVT-AV1 are measured alike: at one rate they share one budget as well. */
static void test_shared_budget(void)
{
    Stage stage;
    PmxRendition pair[] = {usual, usual};
    pair[0].codec = pair[1].codec = PMX_CODEC_AV1;
    pair[1].preset = "slow";
    stage_init(&stage, pair, 2, FALSE);
    g_assert_cmpuint(stage.measures[0]->makes->len, ==, 1);
    g_assert_cmpuint(stage.plan.tasks->len, ==, 2 + 1);
    PmxTask *task = segment_task(PMX_TASK_VIDEO);
    for (guint r = 0; r < 2; r++) {
        pmx_array_add(&pmx_rendition_object, &task->video->renditions);
        pmx_rated_use(stage.rated, 1, r, task);
    }
    g_assert_cmpuint(task->needs->len, ==, 2); /* each but once */
    for (guint r = 0; r < 2; r++) {
        const PmxRendition *rendition = g_ptr_array_index(task->video->renditions, r);
        g_assert_cmpint(rendition->segment, ==, 1);
        g_assert_cmpstr(rendition->measure, ==, g_ptr_array_index(stage.measures[1]->makes, 0));
        g_assert_cmpstr(rendition->budget, ==, g_ptr_array_index(budget(&stage, 0)->makes, 0));
    }
    pmx_task_free(task);
    stage_clear(&stage);
}

/* Another film, or another part of it, is measured anew. */
static void test_keys(void)
{
    Stage one, other;
    stage_init(&one, &usual, 1, FALSE);
    const char *key = g_ptr_array_index(one.measures[0]->makes, 0);
    g_assert_cmpstr(key, !=, g_ptr_array_index(one.measures[1]->makes, 0));
    stage_init(&other, &usual, 1, FALSE);
    g_assert_cmpstr(key, ==, g_ptr_array_index(other.measures[0]->makes, 0));
    PmxTask *task = segment_task(PMX_TASK_MEASURE);
    other.input.identity = "another";
    pmx_rated_add_measure(other.rated, &other.input, task);
    g_assert_cmpstr(key, !=, g_ptr_array_index(task->makes, 0));
    pmx_task_free(task);
    stage_clear(&other);
    stage_clear(&one);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rated/modes", test_modes);
    g_test_add_func("/rated/once", test_once);
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *name = g_strconcat("/rated/size/", sizes[i].name, NULL);
        g_test_add_data_func(name, &sizes[i], test_size);
    }
    g_test_add_func("/rated/shape", test_shape);
    g_test_add_func("/rated/overlays", test_overlays);
    g_test_add_func("/rated/budgets", test_budgets);
    g_test_add_func("/rated/shared-budget", test_shared_budget);
    g_test_add_func("/rated/keys", test_keys);
    return g_test_run();
}
