/* SPDX-License-Identifier: MIT */
/* Runners that fail, crash, hang and talk nonsense: each costs what it has to and no more. For
 * exec/executor and exec/process; the plan is fake-plan.h's. */
#include "exec/executor.h"

#include "fake-plan.h"

typedef struct {
    const char *name, *script;
    const char *errors[OUTPUTS]; /* part of the message; NULL: done */
    const char *watched;         /* "start audio:1", say: how often it is in the log */
    guint times;
    guint patience; /* seconds; 0: enough */
    double at_most; /* seconds it may all take, fewer than the patience of others; 0: never mind */
} Row;

static const Row rows[] = {
    /* What a runner tells is final: no second try. */
    {"error",
     "audio:1=error",
     {"task audio-1 failed: it is bad", "task audio-1 failed: it is bad", NULL},
     "start audio:1",
     1,
     0,
     0},
    {"error-package",
     "package:small=error",
     {"task package-small failed: it is bad", NULL, NULL},
     "start package:small",
     1,
     0,
     0},
    {"error-cut",
     "cut:0=error",
     {"task cut-1 failed: it is bad", "task cut-1 failed", NULL},
     "start video:640+1280",
     0,
     0,
     0},
    {"error-everywhere",
     "audio:1=error audio:2=error",
     {"task audio-1 failed: it is bad", "it is bad", "task audio-2 failed: it is bad"},
     "start package:sound",
     0,
     0,
     0},

    /* A crash costs an attempt. */
    {"crash-once", "audio:1=crash-once", {NULL}, "start audio:1", 2, 0, 0},
    {"crash-once-package", "package:small=crash-once", {NULL}, "start package:small", 2, 0, 0},
    {"crash-once-cut", "cut:0=crash-once", {NULL}, "start cut:0", 2, 0, 0},
    {"crash",
     "audio:2=crash",
     {NULL, "task audio-2 failed twice: the runner died of signal 9", "task audio-2 failed twice"},
     "start audio:2",
     2,
     0,
     0},
    {"crash-package",
     "package:large=crash",
     {NULL, "task package-large failed twice: the runner died of signal 9", NULL},
     "start package:large",
     2,
     0,
     0},
    {"late-crash", "audio:1=late-once", {NULL}, "start audio:1", 2, 0, 0},
    {"status",
     "audio:1=status",
     {"task audio-1 failed twice: the runner ended with status 3", "status 3", NULL},
     "start audio:1",
     2,
     0,
     0},
    {"silent",
     "audio:1=silent",
     {"failed twice: ", "failed twice: ", NULL},
     "start audio:1",
     2,
     0,
     0},

    /* One rendition's encoder crashes: the second try makes each on its own. */
    {"crash-one-rendition",
     "video:1280=crash",
     {NULL, "task video-", NULL},
     "start video:640",
     2,
     0,
     0},
    {"crash-once-rendition", "video:1280=crash-once", {NULL}, "start video:1280", 1, 0, 0},

    /* A result without the file. */
    {"nothing",
     "audio:1=nothing",
     {"task audio-1 failed: ", "task audio-1 failed: ", NULL},
     "start audio:1",
     1,
     0,
     0},
    {"nothing-package",
     "package:small=nothing",
     {"task package-small failed: ", NULL, NULL},
     "start package:small",
     1,
     0,
     0},

    /* A damaged artifact is made again, once. */
    {"damaged", "package:small=damaged-once", {NULL}, "start video:640", 1, 0, 0},
    {"damaged-again",
     "package:small=damaged",
     {"task package-small failed: it is damaged", NULL, NULL},
     "start package:small",
     2,
     0,
     0},

    /* Hanging ones are ended. */
    {"hang",
     "audio:1=hang",
     {"task audio-1 failed twice: no progress for 3 s", "no progress for 3 s", NULL},
     "start audio:1",
     2,
     3,
     12},
    {"hang-once", "audio:1=hang-once", {NULL}, "start audio:1", 2, 3, 20},
    {"child-once", "audio:1=child-once", {NULL}, "child audio:1", 1, 3, 20},

    /* Too much of it, and nonsense. */
    {"flood", "audio:1=flood-once", {NULL}, "start audio:1", 2, 3, 20},
    {"chatter", "audio:1=chatter", {NULL}, "start audio:1", 1, 0, 0},
    {"talk", "audio:1=talk video:640=talk package:small=talk", {NULL}, "start audio:1", 1, 0, 0},
    {"ask", "audio:1=ask package:small=ask", {NULL}, "start package:small", 1, 0, 0},

    /* The input is written to while it is read. */
    {"input-changes",
     "audio:1=touch",
     {"was changed", "was changed", NULL},
     "start audio:1",
     1,
     0,
     0},
};

static const char *const files[OUTPUTS] = {"video:640;video:640;audio:1;",
                                           "video:1280;video:1280;audio:1;audio:2;", "audio:2;"};

static void assert_output(const Stage *stage, const PmxExecutor *executor, guint i,
                          const char *message)
{
    const PmxOutputState *state = pmx_executor_output(executor, i);
    if (state->error)
        g_test_message("output %u: %s", i, state->error->message);
    g_assert_cmpint(state->done, ==, message == NULL);
    g_assert_cmpint(state->error == NULL, ==, state->done);
    stage_assert_file(stage, i, message ? NULL : files[i]);
    if (!message)
        return;
    g_assert_cmpuint(state->error->domain, ==, PMX_ERROR);
    if (!strstr(state->error->message, message))
        g_error("\"%s\" is not in \"%s\"", message, state->error->message);
    g_assert_cmpfloat(pmx_executor_output_fraction(executor, i), <, 1);
}

/* With one core and with several. */
static void test_row(gconstpointer data)
{
    const Row *row = data;
    static const guint cores[] = {1, 4};
    for (guint c = 0; c < G_N_ELEMENTS(cores); c++) {
        Stage stage;
        stage_init(&stage, row->script);
        stage_set_pool(&stage, cores[c], G_GUINT64_CONSTANT(64) << 30);
        /* an input that changes is noticed by whatever ends next: let that be the same one */
        if (strcmp(row->name, "input-changes") == 0 && cores[c] > 1) {
            stage_clear(&stage);
            break;
        }
        if (row->patience)
            stage.setup.patience = row->patience;
        gint64 before = g_get_monotonic_time();
        PmxExecutor *executor = pmx_executor_new(&stage.setup);
        g_assert_true(pmx_executor_run(executor));
        double seconds = (double)(g_get_monotonic_time() - before) / 1e6;
        for (guint i = 0; i < OUTPUTS && strcmp(row->name, "input-changes") != 0; i++)
            assert_output(&stage, executor, i, row->errors[i]);
        g_assert_cmpuint(stage_count(&stage, row->watched), ==, row->times);
        g_assert_cmpuint(stage_scratches(&stage), ==, 0);
        if (row->at_most > 0)
            g_assert_cmpfloat(seconds, <, row->at_most);
        pmx_executor_free(executor);
        stage_clear(&stage);
    }
}

/* What other outputs need is made all the same, and kept for the next time. */
static void test_goes_on(void)
{
    Stage stage;
    stage_init(&stage, "video:1280=crash");
    PmxExecutor *executor = pmx_executor_new(&stage.setup);
    g_assert_true(pmx_executor_run(executor));
    g_assert_cmpuint(pmx_executor_count(executor, PMX_TASK_VIDEO).run, ==, 2);
    g_assert_cmpuint(pmx_executor_count(executor, PMX_TASK_PACKAGE).run, ==, 2);
    pmx_executor_free(executor);
    stage_again(&stage, "");
    executor = pmx_executor_new(&stage.setup);
    g_assert_true(pmx_executor_run(executor));
    g_assert_cmpuint(pmx_executor_count(executor, PMX_TASK_VIDEO).run, ==, 2);
    g_assert_cmpuint(pmx_executor_count(executor, PMX_TASK_VIDEO).kept, ==, 2);
    for (guint i = 0; i < OUTPUTS; i++)
        assert_output(&stage, executor, i, NULL);
    pmx_executor_free(executor);
    stage_clear(&stage);
}

typedef struct {
    const Stage *stage;
    gint64 woken, again; /* monotonic; 0: not yet */
} Pause;

static gboolean sleep_through(gpointer data)
{
    Pause *pause = data;
    g_usleep(1100 * 1000);
    pause->woken = g_get_monotonic_time();
    return G_SOURCE_REMOVE;
}

static gboolean look(gpointer data)
{
    Pause *pause = data;
    if (pause->again == 0 && stage_count(pause->stage, "start audio:1") == 2)
        pause->again = g_get_monotonic_time();
    return G_SOURCE_CONTINUE;
}

/* While the process is stopped it hears nothing of its runners, which says nothing about them: their
 * three seconds are counted on from there. */
static void test_stopped_meanwhile(void)
{
    Stage stage;
    stage_init(&stage, "audio:1=hang-once");
    stage_set_pool(&stage, 4, G_GUINT64_CONSTANT(64) << 30);
    stage.setup.patience = 3;
    Pause pause = {&stage, 0, 0};
    PmxExecutor *executor = pmx_executor_new(&stage.setup);
    guint looking = g_timeout_add(10, look, &pause);
    g_timeout_add(400, sleep_through, &pause);
    g_assert_true(pmx_executor_run(executor));
    g_source_remove(looking);
    g_assert_cmpint(pause.again - pause.woken, >, 2500 * 1000);
    pmx_executor_free(executor);
    stage_clear(&stage);
}

/* No runner at all. */
static void test_no_runner(void)
{
    Stage stage;
    stage_init(&stage, "");
    g_free(stage.runner);
    stage.setup.runner = stage.runner = g_build_filename(stage.root, "missing", NULL);
    PmxExecutor *executor = pmx_executor_new(&stage.setup);
    g_assert_true(pmx_executor_run(executor));
    for (guint i = 0; i < OUTPUTS; i++)
        assert_output(&stage, executor, i, "cannot start");
    g_assert_cmpuint(stage_scratches(&stage), ==, 0);
    pmx_executor_free(executor);
    stage_clear(&stage);
}

/* A place that cannot be written to costs that output only. */
static void test_no_place(void)
{
    Stage stage;
    stage_init(&stage, "");
    PmxPlanOutput *output = g_ptr_array_index(stage.plan.outputs, LARGE);
    g_free(output->address);
    output->address = g_build_filename(stage.input, "below-a-file.mp4", NULL);
    PmxExecutor *executor = pmx_executor_new(&stage.setup);
    g_assert_true(pmx_executor_run(executor));
    assert_output(&stage, executor, SMALL, NULL);
    assert_output(&stage, executor, LARGE, "film.mp4");
    assert_output(&stage, executor, SOUND, NULL);
    pmx_executor_free(executor);
    stage_clear(&stage);
}

/* An output that was there stays whole when the new one fails. */
static void test_old_output(void)
{
    Stage stage;
    stage_init(&stage, "package:small=crash audio:2=error");
    const PmxPlanOutput *small = g_ptr_array_index(stage.plan.outputs, SMALL);
    const PmxPlanOutput *sound = g_ptr_array_index(stage.plan.outputs, SOUND);
    g_assert_cmpint(g_mkdir(stage.out, 0700), ==, 0);
    g_assert_true(g_file_set_contents(small->address, "old", -1, NULL));
    g_assert_true(g_file_set_contents(sound->address, "older", -1, NULL));
    PmxExecutor *executor = pmx_executor_new(&stage.setup);
    g_assert_true(pmx_executor_run(executor));
    stage_assert_file(&stage, SMALL, "old");
    stage_assert_file(&stage, SOUND, "older");
    g_assert_cmpuint(count_entries(stage.out), ==, 2);
    pmx_executor_free(executor);
    stage_clear(&stage);
}

/* The last task that was added becomes the one before the packages. */
static void before_packages(const Stage *stage)
{
    GPtrArray *tasks = stage->plan.tasks;
    gpointer added = g_ptr_array_steal_index(tasks, tasks->len - 1);
    g_ptr_array_insert(tasks, (int)tasks->len - OUTPUTS, added);
}

/* Two tasks would make the same: the first does, and what becomes of it becomes of all that need it. */
static void test_shared(void)
{
    static const struct {
        const char *script, *message; /* NULL: all is well */
        guint starts;
    } cases[] = {{"", NULL, 1},
                 {"audio:1=crash-once", NULL, 2},
                 {"audio:1=error", "task audio-1 failed: it is bad", 1},
                 {"audio:1=crash", "task audio-1 failed twice", 2}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Stage stage;
        stage_init(&stage, cases[i].script);
        stage_set_pool(&stage, 8, G_GUINT64_CONSTANT(64) << 30);
        stage_add_audio(&stage, "audio-1", 9);
        before_packages(&stage);
        stage_add_video(&stage, "video-0"); /* of which one more is made, that nobody needs */
        PmxTask *video = g_ptr_array_index(stage.plan.tasks, stage.plan.tasks->len - 1);
        g_ptr_array_add(video->makes, stage_key("in vain"));
        pmx_array_add(&pmx_rendition_object, &video->video->renditions);
        before_packages(&stage);
        PmxExecutor *executor = pmx_executor_new(&stage.setup);
        g_assert_true(pmx_executor_run(executor));
        assert_output(&stage, executor, SMALL, cases[i].message);
        assert_output(&stage, executor, LARGE, cases[i].message);
        assert_output(&stage, executor, SOUND, NULL);
        g_assert_cmpuint(stage_count(&stage, "start audio:1"), ==, cases[i].starts);
        g_assert_cmpuint(stage_count(&stage, "start audio:9"), ==, 0);
        g_assert_cmpuint(pmx_executor_count(executor, PMX_TASK_VIDEO).run, <=, 4);
        g_assert_cmpuint(stage_scratches(&stage), ==, 0);
        pmx_executor_free(executor);
        stage_clear(&stage);
    }
}

/* A watermark's picture that is written to while it is used: what was made with it is not kept. */
static void test_image_changes(void)
{
    Stage stage;
    stage_init(&stage, "");
    g_autofree char *path = g_build_filename(stage.root, "logo.png", NULL);
    g_assert_true(g_file_set_contents(path, "the logo", -1, NULL));
    PmxReader *inputs[] = {stage.inputs[0], pmx_reader_open_file(path, NULL)};
    stage.setup.inputs = inputs;
    PmxTask *audio = g_ptr_array_index(stage.plan.tasks, 0);
    const guint image = 1;
    audio->also = g_array_append_val(g_array_new(FALSE, FALSE, sizeof(guint)), image);
    PmxExecutor *executor = pmx_executor_new(&stage.setup);
    /* in place: the name may lead to another file at any time */
    g_autoptr(GError) error = NULL;
    g_file_set_contents_full(path, "another logo", -1, G_FILE_SET_CONTENTS_NONE, 0600, &error);
    g_assert_no_error(error);
    g_assert_true(pmx_executor_run(executor));
    assert_output(&stage, executor, SMALL, "was changed");
    assert_output(&stage, executor, LARGE, "was changed");
    assert_output(&stage, executor, SOUND, NULL);
    pmx_executor_free(executor);
    g_array_unref(audio->also);
    pmx_reader_free(inputs[1]);
    stage_clear(&stage);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = g_strconcat("/executor-trouble/", rows[i].name, NULL);
        g_test_add_data_func(name, &rows[i], test_row);
    }
    g_test_add_func("/executor-trouble/goes-on", test_goes_on);
    g_test_add_func("/executor-trouble/stopped-meanwhile", test_stopped_meanwhile);
    g_test_add_func("/executor-trouble/no-runner", test_no_runner);
    g_test_add_func("/executor-trouble/no-place", test_no_place);
    g_test_add_func("/executor-trouble/shared", test_shared);
    g_test_add_func("/executor-trouble/image-changes", test_image_changes);
    g_test_add_func("/executor-trouble/old-output", test_old_output);
    return g_test_run();
}
