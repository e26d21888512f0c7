/* SPDX-License-Identifier: MIT */
/* Plans of which only a part has to be done: exec/executor. */
#include "exec/executor.h"

#include "fake-plan.h"

static const char *const wanted_files[OUTPUTS] = {
    "video:640;video:640;audio:1;", "video:1280;video:1280;audio:1;audio:2;", "audio:2;"};

static void assert_all_done(const Stage *stage, const PmxExecutor *executor)
{
    for (guint i = 0; i < OUTPUTS; i++) {
        g_assert_no_error(pmx_executor_output(executor, i)->error);
        g_assert_true(pmx_executor_output(executor, i)->done);
        stage_assert_file(stage, i, wanted_files[i]);
    }
    PmxCost cost = pmx_executor_cost(executor);
    g_assert_cmpfloat_with_epsilon(cost.done, cost.total, 1e-9);
}

static void run_all(Stage *stage)
{
    g_autoptr(PmxExecutor) executor = pmx_executor_new(&stage->setup);
    g_assert_true(pmx_executor_run(executor));
    assert_all_done(stage, executor);
}

/* --- artifacts that are there already, or not any more --- */

static void drop(const Stage *stage, const char *name)
{
    g_autofree char *key = stage_key(name);
    pmx_artifacts_drop(stage->artifacts, key);
}

/* Where everything that is packaged is kept, what that was made from need not be. */
static void test_only_missing(void)
{
    Stage stage;
    stage_init(&stage, "");
    run_all(&stage);
    drop(&stage, "cut");
    run_all(&stage);
    g_assert_cmpuint(stage_count(&stage, "start cut:0"), ==, 1);
    drop(&stage, "cut");
    drop(&stage, "video-1-640");
    run_all(&stage);
    g_assert_cmpuint(stage_count(&stage, "start cut:0"), ==, 2);
    g_assert_cmpuint(stage_count(&stage, "start video:640"), ==, 1);
    stage_clear(&stage);
}

/* A kept artifact is damaged, and what it is made from is not there any more. */
static void test_mend(void)
{
    Stage stage;
    stage_init(&stage, "");
    run_all(&stage);
    drop(&stage, "cut");
    g_setenv("FAKE_SCRIPT", "package:small=damaged-once", TRUE);
    run_all(&stage);
    g_assert_cmpuint(stage_count(&stage, "start cut:0"), ==, 2);
    g_assert_cmpuint(stage_count(&stage, "start video:640"), ==, 1);
    stage_clear(&stage);
}

/* Two packages find the same damage at the same time: what they share is made again once. */
static void test_mend_together(void)
{
    Stage stage;
    stage_init(&stage, "");
    run_all(&stage);
    const PmxTask *large = g_ptr_array_index(stage.plan.tasks, stage.plan.tasks->len - 2);
    char *last = g_ptr_array_steal_index(large->needs, large->needs->len - 1);
    g_ptr_array_insert(large->needs, 0, last); /* audio-2: the input that is found damaged */
    g_setenv("FAKE_SCRIPT", "package:large=damaged-once package:sound=damaged-once audio:2=slower",
             TRUE);
    PmxExecutor *executor = pmx_executor_new(&stage.setup);
    g_assert_true(pmx_executor_run(executor));
    for (guint i = 0; i < OUTPUTS; i++)
        g_assert_no_error(pmx_executor_output(executor, i)->error);
    g_assert_cmpuint(stage_count(&stage, "start package:large"), ==, 3);
    g_assert_cmpuint(stage_count(&stage, "start package:sound"), ==, 3);
    g_assert_cmpuint(stage_count(&stage, "start audio:2"), ==, 2);
    pmx_executor_free(executor);
    g_assert_cmpuint(pmx_artifacts_use(stage.artifacts).used, ==, 0);
    stage_clear(&stage);
}

/* Stopped before it starts: nothing runs, though there is a pool that could. */
static void test_stopped_first(void)
{
    static const PmxExecutorEvents events = {NULL, NULL};
    Stage stage;
    stage_init(&stage, "");
    PmxExecutor *executor = pmx_executor_new(&stage.setup);
    pmx_executor_stop(executor);
    pmx_executor_start(executor, &events, NULL);
    pmx_pool_schedule(stage.pool);
    g_assert_cmpuint(pmx_pool_load(stage.pool).runners, ==, 0);
    pmx_executor_free(executor);
    stage_clear(&stage);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/executor-part/only-missing", test_only_missing);
    g_test_add_func("/executor-part/mend", test_mend);
    g_test_add_func("/executor-part/mend-together", test_mend_together);
    g_test_add_func("/executor-part/stopped-first", test_stopped_first);
    return g_test_run();
}
