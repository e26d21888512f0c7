/* SPDX-License-Identifier: MIT */
/*
 * Coming to a rate, with encoders that are arithmetic: how many tries it takes, which of them is kept,
 * and what is told when the rate cannot be had.
 */
#include "media/chase.h"

#include <math.h>
#include <string.h>

#include <sys/socket.h>
#include <unistd.h>

#include "base/wire.h"
#include "job/job.h"
#include "media/measure.h"

#include "temporary.h"

enum { FRAMES = 100, RATE = 25 }; /* four seconds */
static const double SECONDS = FRAMES / (double)RATE;

/* What an encoder makes of what it is told. */
typedef struct {
    double factor;   /* bits, of those it is told to take; of AV1 those at quality 40 */
    double exponent; /* 1: in proportion */
    double least, most;
    guint burst; /* frames at the beginning that take ten times as much */
} Model;

typedef struct {
    char *folder;
    PmxOrder order;
    PmxRun run;
    PmxVideoTask task;
    PmxRendition rendition;
    GPtrArray *files; /* of GBytes *, the order's inputs */
    GThread *server;
    int peer;
    double start, leaves; /* of the buffer, as the budget has it */
    /* what came of it */
    guint tries;
    double bits;  /* of what is kept */
    double least; /* and how empty its buffer was, bits; the order is how[] start */
} Stage;

static const PmxRendition usual = {.codec = PMX_CODEC_H264, .qp = -1, .width = 640, .height = 360};

/* --- the parent's end of the data socket --- */

static gpointer serve(gpointer data)
{
    const Stage *stage = data;
    PmxWireQuestion question;
    while (pmx_wire_read(stage->peer, &question, sizeof question)) {
        gsize size = 0;
        const char *bytes =
            g_bytes_get_data(g_ptr_array_index(stage->files, question.input), &size);
        gsize from = MIN(question.offset, size), length = MIN(question.length, size - from);
        const PmxWireAnswer answer = {(gint64)length};
        pmx_wire_write(stage->peer, &answer, sizeof answer);
        pmx_wire_write(stage->peer, bytes + from, length);
    }
    return NULL;
}

static void add_input(Stage *stage, const char *name, const char *path)
{
    g_autofree char *bytes = NULL;
    gsize size = 0;
    PmxOrderInput *input = pmx_array_add(&pmx_order_input_object, &stage->order.inputs);
    g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    input->name = g_strdup(name);
    input->size = (gint64)size;
    g_ptr_array_add(stage->files, g_bytes_new(bytes, size));
}

/* --- the stage --- */

static char *file(const Stage *stage, const char *name)
{
    return g_build_filename(stage->folder, name, NULL);
}

static void write_notes(const char *notes)
{
    g_autofree char *second = g_strconcat(notes, ".mbtree", NULL);
    g_assert_true(g_file_set_contents(notes, "in:0 tex:1000 mv:50 misc:5;\n", -1, NULL));
    g_assert_true(g_file_set_contents(second, "tree", -1, NULL));
}

/* Measures and a budget: segment 1 of two may take `wanted` bits. */
static void add_artifacts(Stage *stage, double wanted)
{
    g_autofree char *notes = file(stage, "given"), *measure = file(stage, "measure"),
                    *budget = file(stage, "budget");
    const PmxMeasured measured = {SECONDS, 1e6, 0, 0};
    const PmxShare shares[] = {{7, 0.9, 0.6}, {wanted, stage->start, stage->leaves}};
    gboolean leaves = stage->rendition.codec != PMX_CODEC_AV1;
    write_notes(notes);
    g_assert_true(pmx_measure_write(measure, &measured, leaves ? notes : NULL, ".mbtree", NULL));
    g_assert_true(pmx_budget_write(budget, shares, 2, NULL));
    add_input(stage, "film", notes);
    add_input(stage, "the-measure", measure);
    add_input(stage, "the-budget", budget);
}

/* `wanted`: of a rated rendition, bits. */
static void stage_init(Stage *stage, const PmxRendition *rendition, double wanted, double leaves)
{
    int ends[2];
    *stage = (Stage){
        .folder = temporary_folder(), .rendition = *rendition, .start = 0.9, .leaves = leaves};
    stage->files = g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))g_bytes_unref);
    stage->order.scratch = stage->folder;
    stage->task.frame_rate = (PmxRatio){RATE, 1};
    stage->task.time_base = (PmxRatio){1, RATE};
    stage->task.renditions = g_ptr_array_new();
    g_ptr_array_add(stage->task.renditions, &stage->rendition);
    if (wanted > 0) {
        stage->rendition.measure = "the-measure";
        stage->rendition.budget = "the-budget";
        stage->rendition.segment = 1;
        add_artifacts(stage, wanted);
    }
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), ==, 0);
    stage->peer = ends[0];
    stage->run = (PmxRun){.order = &stage->order, .control = -1, .data = ends[1], .bad_input = -1};
    stage->server = g_thread_new("parent", serve, stage);
}

static void stage_clear(Stage *stage)
{
    close(stage->run.data);
    g_thread_join(stage->server);
    close(stage->peer);
    g_ptr_array_unref(stage->task.renditions);
    g_ptr_array_unref(stage->files);
    for (guint i = 0; stage->order.inputs && i < stage->order.inputs->len; i++)
        g_free(((PmxOrderInput *)g_ptr_array_index(stage->order.inputs, i))->name);
    g_clear_pointer(&stage->order.inputs, g_ptr_array_unref);
    temporary_remove(stage->folder);
    g_free(stage->folder);
}

/* --- encoding --- */

static PmxEncoded encode(const Model *model, const PmxEncodeHow *how)
{
    PmxEncoded made = {.sizes = g_array_new(FALSE, FALSE, sizeof(guint32)), .last = FRAMES - 1};
    double told = how->bitrate * 1000 * SECONDS;
    double bits = told > 0 ? model->factor * pow(told / 1e6, model->exponent) * 1e6
                           : model->factor * exp((40 - how->crf) * 0.05);
    bits = CLAMP(bits, model->least, model->most);
    double parts = FRAMES + 9.0 * model->burst;
    for (guint i = 0; i < FRAMES; i++) {
        guint32 size = (guint32)(bits / parts * (i < model->burst ? 10 : 1));
        g_array_append_val(made.sizes, size);
        made.bits += size;
    }
    return made;
}

/* The artifact that is written tells what was asked for it, so that what is kept can be recognised. */
static void write_try(const PmxChase *chase, guint number)
{
    g_autofree char *path = pmx_chase_file(chase, 0), *text = g_strdup_printf("%u", number);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static guint kept(const Stage *stage)
{
    g_autofree char *path = file(stage, "0.pmx"), *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return (guint)g_ascii_strtoull(text, NULL, 10);
}

static double least_of(const PmxEncoded *made, const PmxRendition *rendition, double start)
{
    double full = start * (double)rendition->bufsize * 1000, least = full;
    for (guint i = 0; i < made->sizes->len; i++) {
        full -= g_array_index(made->sizes, guint32, i);
        least = MIN(least, full);
        full =
            MIN(full + (double)rendition->maxrate * 1000 / RATE, (double)rendition->bufsize * 1000);
    }
    return least;
}

/* Encodes until it is settled; what was kept is in the stage afterwards. */
static void chase(Stage *stage, const Model *model)
{
    enum { MOST = 20 };
    double bits[MOST], least[MOST];
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxChase) chase = pmx_chase_new(&stage->run, &stage->task, FALSE, &error);
    g_assert_no_error(error);
    for (stage->tries = 0; pmx_chase_wants(chase, 0); stage->tries++) {
        g_assert_cmpuint(stage->tries, <, MOST);
        const PmxEncodeHow *how = pmx_chase_how(chase, 0);
        PmxEncoded made = encode(model, how);
        bits[stage->tries] = made.bits;
        least[stage->tries] = least_of(&made, &stage->rendition, how->start);
        write_try(chase, stage->tries);
        g_assert_true(pmx_chase_take(chase, 0, &made, &error));
        g_assert_no_error(error);
        g_array_unref(made.sizes);
    }
    stage->bits = bits[kept(stage)];
    stage->least = least[kept(stage)];
    g_autofree char *left = file(stage, "try-0");
    g_assert_false(g_file_test(left, G_FILE_TEST_EXISTS));
}

/* --- rates --- */

typedef struct {
    const char *name;
    int codec, mode;
    Model model;
    double wanted; /* bits */
    guint tries;   /* at most */
    double off;    /* part of what is wanted, at most */
} Row;

#define ANY 0, 1e12, 0
static const Row rows[] = {
    {"exact", PMX_CODEC_H264, PMX_RATE_TWOPASS, {1, 1, ANY}, 2e6, 1, 1e-4},
    {"near", PMX_CODEC_H264, PMX_RATE_TWOPASS, {1.01, 1, ANY}, 2e6, 1, 0.012},
    {"over", PMX_CODEC_H264, PMX_RATE_ONEPASS, {1.3, 1, ANY}, 2e6, 2, 0.012},
    {"under", PMX_CODEC_H265, PMX_RATE_TWOPASS, {0.5, 1, ANY}, 2e6, 2, 0.012},
    {"bent", PMX_CODEC_H265, PMX_RATE_TWOPASS, {0.9, 0.6, ANY}, 3e6, 3, 0.012},
    {"steep", PMX_CODEC_H264, PMX_RATE_TWOPASS, {1.2, 1.6, ANY}, 3e6, 3, 0.012},
    {"far", PMX_CODEC_H264, PMX_RATE_ONEPASS, {6, 0.8, ANY}, 2e6, 3, 0.012},
    {"cbr", PMX_CODEC_H264, PMX_RATE_CBR, {1.2, 1, ANY}, 2e6, 2, 0.03},
    {"cbr-near", PMX_CODEC_H265, PMX_RATE_CBR, {1.029, 1, ANY}, 2e6, 1, 0.03},
    {"av1", PMX_CODEC_AV1, PMX_RATE_ONEPASS, {1e6, 0, ANY}, 2e6, 8, 0.012},
    {"av1-far", PMX_CODEC_AV1, PMX_RATE_TWOPASS, {5e6, 0, ANY}, 2e6, 8, 0.012},
    /* at its finest or coarsest nothing helps, and that is noticed before the last try */
    {"finest", PMX_CODEC_H264, PMX_RATE_TWOPASS, {1, 1, 0, 1e6, 0}, 2e6, 4, 0.6},
    {"coarsest", PMX_CODEC_H264, PMX_RATE_TWOPASS, {1, 1, 4e6, 1e12, 0}, 2e6, 4, 1.1},
    {"av1-finest", PMX_CODEC_AV1, PMX_RATE_ONEPASS, {1e5, 0, 0, 3e5, 0}, 2e6, 8, 0.9},
};

static void test_rate(gconstpointer data)
{
    const Row *row = data;
    Stage stage;
    PmxRendition rendition = usual;
    gboolean cbr = row->mode == PMX_RATE_CBR;
    rendition.codec = row->codec;
    rendition.mode = row->mode;
    rendition.bitrate = (gint64)(row->wanted / SECONDS / 1000);
    stage_init(&stage, &rendition, cbr ? 0 : row->wanted, 0);
    chase(&stage, &row->model);
    g_test_message("%u tries, %.4f of it", stage.tries, stage.bits / row->wanted);
    g_assert_cmpuint(stage.tries, <=, row->tries);
    g_assert_cmpfloat(fabs(stage.bits / row->wanted - 1), <=, row->off);
    stage_clear(&stage);
}

/* --- what is kept --- */

/* Without a rate or a highest rate it is kept as it comes out. */
static void test_quality(void)
{
    Stage stage;
    PmxRendition rendition = usual;
    rendition.mode = PMX_RATE_CRF;
    rendition.crf = 30;
    const Model model = {1e6, 0, ANY};
    stage_init(&stage, &rendition, 0, 0);
    chase(&stage, &model);
    g_assert_cmpuint(stage.tries, ==, 1);
    g_assert_cmpfloat_with_epsilon(stage.bits, 1e6 * exp(0.5), 1e3);
    stage_clear(&stage);
}

/* A burst that the buffer does not hold: less is asked for until it does, whatever it is off then. */
static void test_buffer(void)
{
    Stage stage;
    PmxRendition rendition = usual;
    const Model model = {1, 1, 0, 1e12, 10};
    rendition.mode = PMX_RATE_TWOPASS;
    rendition.bitrate = 500;
    rendition.maxrate = 600;
    rendition.bufsize = 600;
    stage_init(&stage, &rendition, 2e6, 0);
    chase(&stage, &model);
    g_assert_cmpuint(stage.tries, >, 1);
    g_assert_cmpuint(stage.tries, <=, 5);
    g_assert_cmpfloat(stage.least, >=, 0);
    g_assert_cmpfloat(stage.bits, <, 2e6);
    g_assert_cmpfloat(stage.bits, >, 1e6); /* and no less than need be, by far */
    stage_clear(&stage);
}

/* The segment behind it takes for granted what the budget says. */
static void test_joint(void)
{
    static const double leaves[] = {0, 0.5, 0.8};
    for (guint i = 0; i < G_N_ELEMENTS(leaves); i++) {
        Stage stage;
        PmxRendition rendition = usual;
        const Model model = {1, 1, 0, 1e12, 0};
        rendition.mode = PMX_RATE_TWOPASS;
        rendition.bitrate = 500;
        rendition.maxrate = 420;
        rendition.bufsize = 500;
        stage_init(&stage, &rendition, 2e6, leaves[i]);
        chase(&stage, &model);
        g_assert_cmpfloat(stage.least, >=, leaves[i] * 500e3 - 2e4);
        g_assert_true(stage.tries == 1 || leaves[i] > 0);
        g_assert_true(stage.tries > 1 || leaves[i] == 0);
        stage_clear(&stage);
    }
}

/* A constant rate between two joints: never more than comes in, and hardly less. */
static void test_constant_joint(void)
{
    static const double factors[] = {1, 1.02, 0.93, 1.2};
    for (guint i = 0; i < G_N_ELEMENTS(factors); i++) {
        Stage stage;
        PmxRendition rendition = usual;
        const Model model = {factors[i], 0.8, 0, 1e12, 0};
        rendition.mode = PMX_RATE_CBR;
        rendition.bitrate = rendition.maxrate = 250;
        rendition.bufsize = 500;
        stage_init(&stage, &rendition, 0, 0);
        stage.task.begin = stage.task.end = "a cut";
        chase(&stage, &model);
        g_assert_cmpfloat(stage.bits, <=, 1e6);
        g_assert_cmpfloat(stage.bits, >=, 0.97e6);
        stage_clear(&stage);
    }
}

/* --- measuring --- */

static void test_measure(void)
{
    Stage stage;
    PmxMeasured measured;
    const Model model = {1, 1, ANY};
    PmxRendition rendition = usual;
    g_autoptr(GError) error = NULL;
    rendition.mode = PMX_RATE_TWOPASS;
    rendition.crf = 26;
    stage_init(&stage, &rendition, 0, 0);
    g_autoptr(PmxChase) chase = pmx_chase_new(&stage.run, &stage.task, TRUE, &error);
    g_assert_no_error(error);
    const PmxEncodeHow *how = pmx_chase_how(chase, 0);
    g_assert_true(how->measures && how->notes);
    g_assert_cmpfloat(how->bitrate, ==, 0);
    g_assert_cmpfloat(how->crf, ==, 26);
    g_assert_null(pmx_chase_file(chase, 0));
    write_notes(how->notes);
    PmxEncoded made = encode(&model, how);
    g_assert_true(pmx_chase_take(chase, 0, &made, &error));
    g_assert_no_error(error);
    g_assert_false(pmx_chase_wants(chase, 0));
    g_array_unref(made.sizes);
    g_autofree char *path = file(&stage, "0.pmx");
    add_input(&stage, "it", path);
    g_assert_true(pmx_measure_read(&stage.run, 0, &measured, &error));
    g_assert_cmpfloat_with_epsilon(measured.seconds, SECONDS, 1e-9);
    g_assert_cmpfloat(measured.texture, ==, 1000);
    g_assert_cmpfloat(measured.motion, ==, 50);
    g_assert_cmpfloat(measured.rest, ==, 5);
    stage_clear(&stage);
}

/* A damaged measure is told by its number, to be made again. */
static void test_damaged(void)
{
    Stage stage;
    g_autoptr(GError) error = NULL;
    PmxRendition rendition = usual;
    rendition.mode = PMX_RATE_TWOPASS;
    rendition.bitrate = 500;
    stage_init(&stage, &rendition, 2e6, 0);
    gsize size = 0;
    const char *bytes = g_bytes_get_data(g_ptr_array_index(stage.files, 1), &size);
    g_autofree char *flipped = g_memdup2(bytes, size);
    flipped[size - 3] ^= 4;
    g_bytes_unref(g_ptr_array_index(stage.files, 1));
    stage.files->pdata[1] = g_bytes_new(flipped, size);
    g_assert_null(pmx_chase_new(&stage.run, &stage.task, FALSE, &error));
    g_assert_error(error, PMX_ERROR, PMX_CODE_INTERNAL);
    g_assert_cmpint(stage.run.bad_input, ==, 1);
    stage_clear(&stage);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = g_strconcat("/chase/rate/", rows[i].name, NULL);
        g_test_add_data_func(name, &rows[i], test_rate);
    }
    g_test_add_func("/chase/quality", test_quality);
    g_test_add_func("/chase/buffer", test_buffer);
    g_test_add_func("/chase/joint", test_joint);
    g_test_add_func("/chase/constant-joint", test_constant_joint);
    g_test_add_func("/chase/measure", test_measure);
    g_test_add_func("/chase/damaged", test_damaged);
    return g_test_run();
}
