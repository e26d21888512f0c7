/* SPDX-License-Identifier: MIT */
/* Executors that share a pool and a store, as the jobs of the service do. */
#include "exec/executor.h"

#include "fake-plan.h"

static const char *const wanted_files[OUTPUTS] = {
    "video:640;video:640;audio:1;", "video:1280;video:1280;audio:1;audio:2;", "audio:2;"};

/* Two jobs with the same plan and files of their own. */
typedef struct {
    Stage stages[2]; /* the second uses the store, the pool and the input of the first */
    PmxExecutor *executors[2];
    guint ended;
    GString *outputs; /* whose were finished, in order: a or b */
} Twins;

static void twins_init(Twins *twins, const char *script, guint slots)
{
    *twins = (Twins){.outputs = g_string_new(NULL)};
    stage_init(&twins->stages[1], script);
    stage_init(&twins->stages[0], script); /* whose folder has the log */
    stage_set_pool(&twins->stages[0], slots, G_GUINT64_CONSTANT(64) << 30);
    twins->stages[1].setup.artifacts = twins->stages[0].artifacts;
    twins->stages[1].setup.pool = twins->stages[0].pool;
    twins->stages[1].setup.inputs = twins->stages[0].inputs;
    twins->stages[0].setup.patience = twins->stages[1].setup.patience = 300; /* more than ours */
}

static void first_has_output(guint output, gpointer data)
{
    (void)output;
    g_string_append_c(((Twins *)data)->outputs, 'a');
}

static void second_has_output(guint output, gpointer data)
{
    (void)output;
    g_string_append_c(((Twins *)data)->outputs, 'b');
}

static void has_ended(gpointer data)
{
    ((Twins *)data)->ended++;
}

static void twins_start(Twins *twins, guint i)
{
    static const PmxExecutorEvents events[2] = {{first_has_output, has_ended},
                                                {second_has_output, has_ended}};
    twins->executors[i] = pmx_executor_new(&twins->stages[i].setup);
    pmx_executor_start(twins->executors[i], &events[i], twins);
}

static void twins_free(Twins *twins, guint i)
{
    g_clear_pointer(&twins->executors[i], pmx_executor_free);
}

static void twins_clear(Twins *twins)
{
    twins_free(twins, 0);
    twins_free(twins, 1);
    g_assert_cmpuint(pmx_artifacts_use(twins->stages[0].artifacts).used, ==, 0);
    g_assert_cmpuint(stage_scratches(&twins->stages[0]), ==, 0);
    stage_clear(&twins->stages[1]);
    stage_clear(&twins->stages[0]);
    g_string_free(twins->outputs, TRUE);
}

/* --- waiting --- */

static gboolean set_late(gpointer late)
{
    *(gboolean *)late = TRUE;
    return G_SOURCE_REMOVE;
}

/* Lets the executors work until `count` of them have ended; NULL for `event`, or until it is in the
 * log. */
static void wait_for(Twins *twins, guint count, const char *event)
{
    gboolean late = FALSE;
    guint limit = g_timeout_add_seconds(120, set_late, &late);
    while (twins->ended < count || (event && stage_count(&twins->stages[0], event) == 0)) {
        g_main_context_iteration(NULL, TRUE);
        if (late)
            g_error("nothing happens any more");
    }
    g_source_remove(limit);
}

static void assert_all_done(const Twins *twins, guint which)
{
    for (guint i = 0; i < OUTPUTS; i++) {
        const PmxOutputState *state = pmx_executor_output(twins->executors[which], i);
        g_assert_no_error(state->error);
        g_assert_true(state->done);
        stage_assert_file(&twins->stages[which], i, wanted_files[i]);
    }
    PmxCost cost = pmx_executor_cost(twins->executors[which]);
    g_assert_cmpfloat_with_epsilon(cost.done, cost.total, 1e-9);
}

/* Encoders that were started; one task may come in parts. */
static guint started_videos(const Twins *twins)
{
    return stage_count(&twins->stages[0], "start video:640+1280") +
           stage_count(&twins->stages[0], "start video:1280+640");
}

static void assert_counted(const Twins *twins, PmxTaskKind kind, guint artifacts)
{
    guint run = 0;
    for (guint i = 0; i < 2; i++) {
        PmxWorkCount count = pmx_executor_count(twins->executors[i], kind);
        g_assert_cmpuint(count.run + count.kept, ==, artifacts);
        run += count.run;
    }
    g_assert_cmpuint(run, ==, artifacts);
}

/* --- two jobs with the same work --- */

/* Each artifact is made once, whoever makes it, and both get all of their files. */
static void test_once(void)
{
    static const char *const once[] = {"start cut:0", "start audio:1", "start audio:2"},
                             *const twice[] = {"start package:small", "start package:large",
                                               "start package:sound"};
    static const char *const scripts[] = {"", "audio:1=slow cut:0=slow video:640=slow",
                                          "package:small=slow package:sound=slow"};
    for (guint slots = 1; slots <= 6; slots += slots) {
        for (guint row = 0; row < G_N_ELEMENTS(scripts); row++) {
            Twins twins;
            twins_init(&twins, scripts[row], slots);
            twins_start(&twins, 0);
            twins_start(&twins, 1);
            wait_for(&twins, 2, NULL);
            assert_all_done(&twins, 0);
            assert_all_done(&twins, 1);
            for (guint i = 0; i < 3; i++) {
                g_assert_cmpuint(stage_count(&twins.stages[0], once[i]), ==, 1);
                g_assert_cmpuint(stage_count(&twins.stages[0], twice[i]), ==, 2);
            }
            g_assert_cmpuint(started_videos(&twins), ==, 2);
            assert_counted(&twins, PMX_TASK_CUT, 1);
            assert_counted(&twins, PMX_TASK_VIDEO, 4);
            assert_counted(&twins, PMX_TASK_AUDIO, 2);
            twins_clear(&twins);
        }
    }
}

/* The first is cancelled while what both need is being made for it. The other makes it then. */
static void test_cancel_maker(void)
{
    Twins twins;
    twins_init(&twins, "cut:0=hang-once audio:1=hang-once video:640=hang-once", 4);
    twins_start(&twins, 0);
    wait_for(&twins, 0, "start cut:0");
    twins_start(&twins, 1);
    wait_for(&twins, 0, "start package:sound"); /* so audio:2 is in the store */
    wait_for(&twins, 0, "start audio:1");
    g_assert_cmpuint(stage_count(&twins.stages[0], "start cut:0"), ==, 1);
    twins_free(&twins, 0);
    wait_for(&twins, 0, "start video:1280+640"); /* hangs: it was the first of its kind */
    while (pmx_executor_count(twins.executors[1], PMX_TASK_AUDIO).run == 0)
        g_main_context_iteration(NULL, TRUE); /* audio:1 has its second run behind it */
    twins_start(&twins, 0);
    twins_free(&twins, 1);
    wait_for(&twins, 1, NULL);
    assert_all_done(&twins, 0);
    g_assert_cmpuint(stage_count(&twins.stages[0], "start cut:0"), ==, 2);
    g_assert_cmpuint(stage_count(&twins.stages[0], "start audio:1"), ==, 2);
    g_assert_cmpuint(stage_count(&twins.stages[0], "start audio:2"), ==, 1);
    twins_clear(&twins);
}

/* The one that waits is cancelled: the one that works does not notice. */
static void test_cancel_waiter(void)
{
    Twins twins;
    twins_init(&twins, "cut:0=slow video:640=slow", 4);
    twins_start(&twins, 0);
    twins_start(&twins, 1);
    wait_for(&twins, 0, "start cut:0");
    twins_free(&twins, 1);
    wait_for(&twins, 1, NULL);
    assert_all_done(&twins, 0);
    g_assert_cmpuint(stage_count(&twins.stages[0], "start cut:0"), ==, 1);
    g_assert_cmpuint(started_videos(&twins), ==, 2);
    twins_clear(&twins);
}

/* One's runner crashes: whoever is next makes it, and nobody is left waiting. */
static void test_crash(void)
{
    Twins twins;
    twins_init(&twins, "cut:0=crash-once audio:2=crash-once video:1280=crash-once", 2);
    twins_start(&twins, 0);
    twins_start(&twins, 1);
    wait_for(&twins, 2, NULL);
    assert_all_done(&twins, 0);
    assert_all_done(&twins, 1);
    g_assert_cmpuint(stage_count(&twins.stages[0], "start cut:0"), ==, 2);
    g_assert_cmpuint(stage_count(&twins.stages[0], "start audio:2"), ==, 2);
    twins_clear(&twins);
}

/* One is stopped, as when its user cancels: it ends at once and can be freed later. */
static void test_stop(void)
{
    Twins twins;
    twins_init(&twins, "cut:0=hang-once", 4);
    twins_start(&twins, 0);
    twins_start(&twins, 1);
    wait_for(&twins, 0, "start cut:0");
    pmx_executor_stop(twins.executors[0]);
    wait_for(&twins, 1, NULL);
    assert_all_done(&twins, 1);
    g_assert_false(pmx_executor_output(twins.executors[0], SMALL)->done);
    twins_clear(&twins);
}

/* --- whose turn it is --- */

/* A paused job does nothing and holds nothing; resumed it goes on. With one core no package of its can
 * have begun when the pause comes. */
static void test_paused(void)
{
    Twins twins;
    twins_init(&twins, "", 1);
    twins_start(&twins, 1);
    wait_for(&twins, 0, "start audio:1");
    pmx_pool_set_paused(twins.stages[0].pool, twins.executors[1], TRUE);
    twins_start(&twins, 0);
    wait_for(&twins, 1, NULL);
    assert_all_done(&twins, 0);
    for (guint i = 0; i < OUTPUTS; i++)
        g_assert_false(pmx_executor_output(twins.executors[1], i)->done);
    g_assert_false(g_file_test(twins.stages[1].out, G_FILE_TEST_EXISTS));
    pmx_pool_set_paused(twins.stages[0].pool, twins.executors[1], FALSE);
    wait_for(&twins, 2, NULL);
    assert_all_done(&twins, 1);
    twins_clear(&twins);
}

/* Paused as soon as it is there, it never starts anything. */
static void test_held(void)
{
    Twins twins;
    twins_init(&twins, "", 2);
    twins_start(&twins, 0);
    pmx_pool_set_paused(twins.stages[0].pool, twins.executors[0], TRUE);
    twins_start(&twins, 1);
    wait_for(&twins, 1, NULL);
    g_assert_cmpstr(twins.outputs->str, ==, "bbb");
    for (guint kind = 0; kind < PMX_TASK_KINDS; kind++)
        g_assert_cmpuint(pmx_executor_count(twins.executors[0], (PmxTaskKind)kind).run, ==, 0);
    g_assert_cmpuint(stage_count(&twins.stages[0], "start package:small"), ==, 1);
    pmx_pool_set_paused(twins.stages[0].pool, twins.executors[0], FALSE);
    wait_for(&twins, 2, NULL);
    assert_all_done(&twins, 0);
    assert_counted(&twins, PMX_TASK_VIDEO, 4);
    twins_clear(&twins);
}

/* Gives the second job's artifacts other keys, so that it has nothing in common with the first. */
static void estrange(Stage *stage)
{
    for (guint i = 0; i < stage->plan.tasks->len; i++) {
        const PmxTask *task = g_ptr_array_index(stage->plan.tasks, i);
        GPtrArray *const lists[] = {task->makes, task->needs};
        for (guint k = 0; k < 2; k++)
            for (guint n = 0; n < lists[k]->len; n++) {
                char *old = g_ptr_array_index(lists[k], n);
                lists[k]->pdata[n] = stage_key(old);
                g_free(old);
            }
    }
}

/* One core, two jobs with nothing in common: of unequal ranks one is served after the other, and
 * equal ones take turns: the first file of each, then the rest, whose last part makes two. */
static void test_turns(void)
{
    static const struct {
        gint64 rank; /* of the second, which comes later */
        const char *outputs;
    } rows[] = {{1, "bbbaaa"}, {0, "abaabb"}, {-1, "aaabbb"}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Twins twins;
        twins_init(&twins, "", 1);
        estrange(&twins.stages[1]);
        twins_start(&twins, 0);
        twins_start(&twins, 1);
        pmx_pool_set_rank(twins.stages[0].pool, twins.executors[1], rows[i].rank);
        wait_for(&twins, 2, NULL);
        assert_all_done(&twins, 0);
        assert_all_done(&twins, 1);
        g_assert_cmpstr(twins.outputs->str, ==, rows[i].outputs);
        twins_clear(&twins);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/executor-shared/once", test_once);
    g_test_add_func("/executor-shared/cancel-maker", test_cancel_maker);
    g_test_add_func("/executor-shared/cancel-waiter", test_cancel_waiter);
    g_test_add_func("/executor-shared/crash", test_crash);
    g_test_add_func("/executor-shared/stop", test_stop);
    g_test_add_func("/executor-shared/paused", test_paused);
    g_test_add_func("/executor-shared/held", test_held);
    g_test_add_func("/executor-shared/turns", test_turns);
    return g_test_run();
}
