/* SPDX-License-Identifier: MIT */
/* Plans run with a runner that does what it should: exec/executor. For the others see
 * test-executor-trouble.c. */
#include "exec/executor.h"

#include "fake-plan.h"

static const char *const wanted_files[OUTPUTS] = {
    "video:640;video:640;audio:1;", "video:1280;video:1280;audio:1;audio:2;", "audio:2;"};

static void assert_counts(const PmxExecutor *executor, PmxTaskKind kind, guint run, guint kept)
{
    PmxWorkCount count = pmx_executor_count(executor, kind);
    g_assert_cmpuint(count.run, ==, run);
    g_assert_cmpuint(count.kept, ==, kept);
}

static void assert_all_done(const Stage *stage, const PmxExecutor *executor)
{
    for (guint i = 0; i < OUTPUTS; i++) {
        g_assert_no_error(pmx_executor_output(executor, i)->error);
        g_assert_true(pmx_executor_output(executor, i)->done);
        g_assert_cmpfloat(pmx_executor_output_fraction(executor, i), ==, 1);
        stage_assert_file(stage, i, wanted_files[i]);
    }
    PmxCost cost = pmx_executor_cost(executor);
    g_assert_cmpfloat_with_epsilon(cost.done, cost.total, 1e-9);
    g_assert_cmpuint(stage_scratches(stage), ==, 0);
    g_assert_cmpuint(count_entries(stage->out), ==, OUTPUTS);
}

/* Everything once; then again with what is kept, wholly or in part. */
static void test_run(void)
{
    Stage stage;
    stage_init(&stage, "");
    PmxExecutor *executor = pmx_executor_new(&stage.setup);
    g_assert_cmpfloat(pmx_executor_cost(executor).done, ==, 0);
    g_assert_cmpfloat(pmx_executor_output_fraction(executor, LARGE), <, 0.001);
    g_assert_true(pmx_executor_run(executor));
    assert_all_done(&stage, executor);
    assert_counts(executor, PMX_TASK_CUT, 1, 0);
    assert_counts(executor, PMX_TASK_VIDEO, 4, 0);
    assert_counts(executor, PMX_TASK_AUDIO, 2, 0);
    assert_counts(executor, PMX_TASK_PACKAGE, 3, 0);
    g_assert_cmpuint(stage_count(&stage, "start video:640+1280") +
                         stage_count(&stage, "start video:1280+640"),
                     ==, 2);
    g_assert_cmpfloat_with_epsilon(pmx_executor_cpu_seconds(executor), 8 * 0.25, 1e-6);
    pmx_executor_free(executor);
    stage_again(&stage, "");
    executor = pmx_executor_new(&stage.setup);
    g_assert_true(pmx_executor_run(executor));
    assert_all_done(&stage, executor);
    assert_counts(executor, PMX_TASK_CUT, 0, 1);
    assert_counts(executor, PMX_TASK_VIDEO, 0, 4);
    assert_counts(executor, PMX_TASK_AUDIO, 0, 2);
    assert_counts(executor, PMX_TASK_PACKAGE, 3, 0);
    g_assert_cmpfloat(pmx_executor_cost(executor).fresh, ==, 0);
    g_auto(GStrv) log = stage_log(&stage);
    g_assert_cmpuint(g_strv_length(log), ==, 6); /* three packages, start and end */
    pmx_executor_free(executor);
    stage_clear(&stage);
}

/* A task of which one artifact is kept runs for the other only, and that lands under its own
 * key. */
static void test_part_kept(void)
{
    Stage stage;
    stage_init(&stage, "");
    g_autofree char *key = stage_key("video-0-640"), *cut = stage_key("cut");
    const char *const kept[] = {key, cut}, *const text[] = {"video:640;", "cut"};
    for (guint i = 0; i < G_N_ELEMENTS(kept); i++) {
        g_autofree char *scratch = pmx_artifacts_scratch(stage.artifacts, NULL);
        g_autofree char *path = g_build_filename(scratch, "0.pmx", NULL);
        g_assert_true(g_file_set_contents(path, text[i], -1, NULL));
        g_assert_true(pmx_artifacts_put(stage.artifacts, kept[i], path, NULL));
        pmx_artifacts_discard(scratch);
    }
    PmxExecutor *executor = pmx_executor_new(&stage.setup);
    g_assert_true(pmx_executor_run(executor));
    assert_all_done(&stage, executor);
    assert_counts(executor, PMX_TASK_CUT, 0, 1);
    assert_counts(executor, PMX_TASK_VIDEO, 3, 1);
    g_assert_cmpuint(stage_count(&stage, "start video:1280"), ==, 1);
    pmx_executor_free(executor);
    stage_clear(&stage);
}

/* Without --cache nothing is found the next time. */
static void test_no_keep(void)
{
    Stage stage;
    stage_init(&stage, "");
    for (guint round = 0; round < 2; round++) {
        pmx_artifacts_free(stage.artifacts);
        stage_open_store(&stage, FALSE);
        PmxExecutor *executor = pmx_executor_new(&stage.setup);
        g_assert_true(pmx_executor_run(executor));
        assert_all_done(&stage, executor);
        assert_counts(executor, PMX_TASK_VIDEO, 4, 0);
        pmx_executor_free(executor);
    }
    stage_clear(&stage);
}

/* Too little memory for both encoders of a task at once: one after the other. */
static void test_memory(void)
{
    Stage stage;
    stage_init(&stage, "");
    stage_set_pool(&stage, 3, 100 << 20);
    PmxExecutor *executor = pmx_executor_new(&stage.setup);
    g_assert_true(pmx_executor_run(executor));
    assert_all_done(&stage, executor);
    g_assert_cmpuint(stage_count(&stage, "start video:640"), ==, 2);
    g_assert_cmpuint(stage_count(&stage, "start video:1280"), ==, 2);
    pmx_executor_free(executor);
    stage_clear(&stage);
}

/* As if the task had a second codec for its small picture. */
static void add_small(Stage *stage, PmxTask *task)
{
    g_autofree char *name = g_strconcat(task->id, "-other", NULL);
    PmxRendition *rendition = pmx_array_add(&pmx_rendition_object, &task->video->renditions);
    PmxTask *small = g_ptr_array_index(stage->plan.tasks, stage->plan.tasks->len - 3);
    rendition->width = 640;
    rendition->height = 360;
    g_ptr_array_add(task->makes, stage_key(name));
    g_ptr_array_add(small->needs, stage_key(name));
}

/* Where not all renditions of a task fit together, those of one size do, though the large one has
 * room for one of them. */
static void test_sizes(void)
{
    Stage stage;
    stage_init(&stage, "");
    for (guint i = 0; i < stage.plan.tasks->len; i++) {
        PmxTask *task = g_ptr_array_index(stage.plan.tasks, i);
        if (task->kind == PMX_TASK_VIDEO)
            add_small(&stage, task);
    }
    stage_set_pool(&stage, 3, 330000000);
    PmxExecutor *executor = pmx_executor_new(&stage.setup);
    g_assert_true(pmx_executor_run(executor));
    g_assert_cmpuint(stage_count(&stage, "start video:1280"), ==, 2);
    g_assert_cmpuint(stage_count(&stage, "start video:640+640"), ==, 2);
    stage_assert_file(&stage, SMALL, "video:640;video:640;audio:1;video:640;video:640;");
    pmx_executor_free(executor);
    stage_clear(&stage);
}

/* The position of the first line that begins with `event`. */
static guint place(char **log, const char *event)
{
    for (guint i = 0; log[i]; i++)
        if (g_str_has_prefix(log[i], event))
            return i;
    g_error("no %s in the log", event);
}

/* Nothing starts before what it needs has ended; one core, one runner. */
static void test_order(void)
{
    static const struct {
        const char *first, *then;
    } rows[] = {{"end cut", "start video"},
                {"end audio:1", "start package:small"},
                {"end audio:2", "start package:large"},
                {"end audio:2", "start package:sound"}};
    Stage stage;
    stage_init(&stage, "");
    stage_set_pool(&stage, 1, G_GUINT64_CONSTANT(64) << 30);
    PmxExecutor *executor = pmx_executor_new(&stage.setup);
    g_assert_true(pmx_executor_run(executor));
    assert_all_done(&stage, executor);
    g_auto(GStrv) log = stage_log(&stage);
    for (guint i = 0; log[i]; i++)
        g_assert_true(g_str_has_prefix(log[i], i % 2 ? "end " : "start "));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpuint(place(log, rows[i].first), <, place(log, rows[i].then));
    pmx_executor_free(executor);
    stage_clear(&stage);
}

/* "Outputs of higher priority are made first": what they need goes before what others need. */
static void test_priority(void)
{
    static const struct {
        guint favourite; /* OUTPUTS: none */
        const char *first, *then;
    } rows[] = {
        {OUTPUTS, "start audio:1", "start audio:2"}, {OUTPUTS, "start audio:2", "start video"},
        {SOUND, "start audio:2", "start audio:1"},   {SOUND, "end package:sound", "start video"},
        {SMALL, "start video", "start audio:2"},     {SMALL, "end package:small", "start audio:2"}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Stage stage;
        stage_init(&stage, "");
        stage_set_pool(&stage, 1, G_GUINT64_CONSTANT(64) << 30);
        for (guint k = 0; k < OUTPUTS; k++)
            if (k == rows[i].favourite)
                ((PmxPlanOutput *)g_ptr_array_index(stage.plan.outputs, k))->priority = 9;
        PmxExecutor *executor = pmx_executor_new(&stage.setup);
        g_assert_true(pmx_executor_run(executor));
        assert_all_done(&stage, executor);
        g_auto(GStrv) log = stage_log(&stage);
        g_test_message("row %u", i);
        g_assert_cmpuint(place(log, rows[i].first), <, place(log, rows[i].then));
        pmx_executor_free(executor);
        stage_clear(&stage);
    }
}

/* As many runners as cores, and no more. */
static void test_parallel(void)
{
    for (guint slots = 1; slots <= 4; slots++) {
        Stage stage;
        guint running = 0, most = 0;
        g_autofree char *meeting = g_strdup_printf("%u", MIN(slots, 3));
        g_setenv("FAKE_MEET", meeting, TRUE);
        stage_init(&stage, "audio:1=meet audio:2=meet cut:0=meet");
        stage_set_pool(&stage, slots, G_GUINT64_CONSTANT(64) << 30);
        PmxExecutor *executor = pmx_executor_new(&stage.setup);
        g_assert_true(pmx_executor_run(executor));
        assert_all_done(&stage, executor);
        g_auto(GStrv) log = stage_log(&stage);
        for (guint i = 0; log[i]; i++) {
            running = g_str_has_prefix(log[i], "start ") ? running + 1 : running - 1;
            most = MAX(most, running);
        }
        g_assert_cmpuint(running, ==, 0);
        g_assert_cmpuint(most, <=, slots + 1); /* one may have noted its end and not yet gone */
        g_assert_cmpuint(most, >=, MIN(slots, 3));
        pmx_executor_free(executor);
        stage_clear(&stage);
    }
}

/* Whether the runner of audio:1 was given this variable, when this process had `ours`. */
static gboolean is_passed_on(const char *name, const char *ours, const char *wanted)
{
    Stage stage;
    if (ours)
        g_setenv(name, ours, TRUE);
    else
        g_unsetenv(name);
    stage_init(&stage, "audio:1=environment");
    PmxExecutor *executor = pmx_executor_new(&stage.setup);
    g_assert_true(pmx_executor_run(executor));
    g_autofree char *event = g_strdup_printf("sees %s=%s", name, wanted);
    gboolean passed = stage_count(&stage, event) == 1;
    pmx_executor_free(executor);
    stage_clear(&stage);
    g_unsetenv(name);
    return passed;
}

/* Our secrets are not; what the C library is told is, and the user's word goes first. */
static void test_environment(void)
{
    static const char *const secrets[] = {"POLYMUX_STORAGE_MAIN_SECRET_KEY",
                                          "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "NOTIFY_SOCKET"},
                             *const huge = "glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1:"
                                           "glibc.malloc.mmap_threshold=1073741824";
    for (guint i = 0; i < G_N_ELEMENTS(secrets); i++)
        g_assert_false(is_passed_on(secrets[i], "s3cret", "s3cret"));
    g_assert_true(is_passed_on("AUNT", "Sally", "Sally"));
    g_assert_true(is_passed_on("GLIBC_TUNABLES", NULL, huge));
    g_assert_true(is_passed_on("GLIBC_TUNABLES", "glibc.malloc.check=0", "glibc.malloc.check=0"));
}

/* --- progress and stopping --- */

typedef struct {
    PmxExecutor *executor;
    guint ticks;
    double done[OUTPUTS];
} Watch;

static void tick(gpointer data)
{
    Watch *watch = data;
    watch->ticks++;
    for (guint i = 0; i < OUTPUTS; i++) {
        double done = pmx_executor_output_fraction(watch->executor, i);
        g_assert_cmpfloat(done, >=, watch->done[i]);
        g_assert_cmpfloat(done, <=, 1);
        watch->done[i] = done;
    }
}

static void test_progress(void)
{
    Stage stage;
    stage_init(&stage, "audio:1=slow audio:2=slow cut:0=slow video:640=slow package:small=slow");
    Watch watch = {.executor = pmx_executor_new(&stage.setup)};
    pmx_executor_watch(watch.executor, tick, &watch);
    g_assert_true(pmx_executor_run(watch.executor));
    g_assert_cmpuint(watch.ticks, >, 2);
    pmx_executor_free(watch.executor);
    stage_clear(&stage);
}

typedef struct {
    const Stage *stage;
    PmxExecutor *executor;
    gint64 moment; /* of the stop */
} Stopping;

/* The child of a video task and the package are there: so the cut and audio:2 are finished. */
static gboolean stop_when_half_done(gpointer data)
{
    Stopping *stopping = data;
    if (stage_count(stopping->stage, "child") == 0 ||
        stage_count(stopping->stage, "start package:sound") == 0)
        return G_SOURCE_CONTINUE;
    stopping->moment = g_get_monotonic_time();
    pmx_executor_stop(stopping->executor);
    return G_SOURCE_REMOVE;
}

/* FALSE for one that is gone, or dead and not yet reaped. */
static gboolean is_alive(const char *pid)
{
    g_autofree char *path = g_build_filename("/proc", pid, "stat", NULL), *text = NULL;
    const char *state = NULL;
    if (g_file_get_contents(path, &text, NULL, NULL))
        state = strrchr(text, ')');
    return state && state[2] != 'Z' && state[2] != 'X';
}

/* Every process that the log names. */
static void assert_nobody_left(const Stage *stage)
{
    g_auto(GStrv) log = stage_log(stage);
    for (guint i = 0; log[i]; i++) {
        const char *pid = strrchr(log[i], ' ') + 1;
        for (guint wait = 0; is_alive(pid) && wait < 100; wait++)
            g_usleep(10000); /* a killed process takes its time to go */
        if (is_alive(pid))
            g_error("still there: %s", log[i]);
    }
}

/* Ctrl-C: within a second everything has ended, nothing half-written is left, and the next run goes
 * on from what was finished. */
static void test_stop(void)
{
    Stage stage;
    stage_init(&stage, "audio:1=hang video:640=child package:sound=hang");
    stage_set_pool(&stage, 8, G_GUINT64_CONSTANT(64) << 30);
    PmxExecutor *executor = pmx_executor_new(&stage.setup);
    Stopping stopping = {&stage, executor, 0};
    g_timeout_add(10, stop_when_half_done, &stopping);
    g_assert_false(pmx_executor_run(executor));
    g_assert_cmpfloat((double)(g_get_monotonic_time() - stopping.moment) / 1e6, <, 1);
    g_assert_cmpuint(stage_scratches(&stage), ==, 0);
    g_assert_false(g_file_test(stage.out, G_FILE_TEST_EXISTS));
    for (guint i = 0; i < OUTPUTS; i++)
        g_assert_false(pmx_executor_output(executor, i)->done);
    pmx_executor_free(executor);
    assert_nobody_left(&stage);
    stage_again(&stage, "");
    executor = pmx_executor_new(&stage.setup);
    g_assert_true(pmx_executor_run(executor));
    assert_all_done(&stage, executor);
    assert_counts(executor, PMX_TASK_AUDIO, 1, 1); /* audio-2 was finished */
    assert_counts(executor, PMX_TASK_CUT, 0, 1);
    pmx_executor_free(executor);
    stage_clear(&stage);
}

/* Stopped before it runs, and freed without a run or in the middle of one. */
static void test_stop_early(void)
{
    Stage stage;
    stage_init(&stage, "");
    PmxExecutor *executor = pmx_executor_new(&stage.setup);
    pmx_executor_stop(executor);
    g_assert_false(pmx_executor_run(executor));
    pmx_executor_free(executor);
    pmx_executor_free(pmx_executor_new(&stage.setup));
    pmx_executor_free(NULL);
    g_assert_cmpuint(stage_count(&stage, "start audio:1"), ==, 0);
    stage_clear(&stage);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/executor/run", test_run);
    g_test_add_func("/executor/part-kept", test_part_kept);
    g_test_add_func("/executor/no-keep", test_no_keep);
    g_test_add_func("/executor/memory", test_memory);
    g_test_add_func("/executor/sizes", test_sizes);
    g_test_add_func("/executor/order", test_order);
    g_test_add_func("/executor/priority", test_priority);
    g_test_add_func("/executor/parallel", test_parallel);
    g_test_add_func("/executor/environment", test_environment);
    g_test_add_func("/executor/progress", test_progress);
    g_test_add_func("/executor/stop", test_stop);
    g_test_add_func("/executor/stop-early", test_stop_early);
    return g_test_run();
}
