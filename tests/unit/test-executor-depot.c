/* SPDX-License-Identifier: MIT */
/* Executors that share a depot: exec/executor-depot and storage/depot, in a bucket that is a folder. */
#include <string.h>

#include "exec/executor.h"
#include "fake-plan.h"

typedef struct {
    Stage stage;
    char *rooms, *bucket_path;
    PmxBucket *bucket;
} Shared;

static const char *const wanted_files[OUTPUTS] = {
    "video:640;video:640;audio:1;", "video:1280;video:1280;audio:1;audio:2;", "audio:2;"};

static void shared_init(Shared *shared)
{
    stage_init(&shared->stage, "");
    shared->rooms = g_build_filename(shared->stage.root, "rooms", NULL);
    shared->bucket_path = g_build_filename(shared->rooms, "shared", NULL);
    g_assert_cmpint(g_mkdir_with_parents(shared->bucket_path, 0755), ==, 0);
    const PmxBucketOptions options = {.type = PMX_BUCKET_FOLDER, .endpoint = shared->rooms};
    shared->bucket = pmx_bucket_new(&options, "shared", NULL, NULL, NULL);
    g_assert_nonnull(shared->bucket);
}

static void shared_clear(Shared *shared)
{
    pmx_bucket_free(shared->bucket);
    stage_clear(&shared->stage);
    g_free(shared->rooms);
    g_free(shared->bucket_path);
}

/* As another machine would: with a store of its own, in which there is nothing. */
static void forget_store(Shared *shared, const char *script)
{
    Stage *stage = &shared->stage;
    pmx_artifacts_clear(stage->artifacts);
    stage_again(stage, script);
}

/* All that it put is there when it returns. */
static PmxWorkCount run(Shared *shared)
{
    Stage *stage = &shared->stage;
    g_autoptr(PmxDepot) depot = pmx_depot_new(shared->bucket, "oss://shared/", "kept/", NULL);
    stage->setup.depot = depot;
    g_autoptr(PmxExecutor) executor = pmx_executor_new(&stage->setup);
    g_assert_true(pmx_executor_run(executor));
    for (guint i = 0; i < OUTPUTS; i++) {
        g_assert_no_error(pmx_executor_output(executor, i)->error);
        stage_assert_file(stage, i, wanted_files[i]);
    }
    PmxWorkCount sum = {0};
    for (int kind = 0; kind < PMX_TASK_PACKAGE; kind++) {
        PmxWorkCount count = pmx_executor_count(executor, (PmxTaskKind)kind);
        sum.run += count.run;
        sum.kept += count.kept;
    }
    return sum;
}

static void test_shared(void)
{
    enum { ARTIFACTS = 7 };
    Shared shared;
    shared_init(&shared);
    PmxWorkCount first = run(&shared);
    g_assert_cmpuint(first.run, ==, ARTIFACTS);
    forget_store(&shared, "");
    PmxWorkCount second = run(&shared);
    g_assert_cmpuint(second.run, ==, 0);
    g_assert_cmpuint(second.kept, ==, ARTIFACTS);
    g_assert_cmpuint(stage_count(&shared.stage, "start audio:1"), ==, 0);
    g_assert_cmpuint(stage_count(&shared.stage, "start package:small"), ==, 1);
    shared_clear(&shared);
}

/* Where `key` is in the bucket. */
static char *path_in_depot(const Shared *shared, const char *name)
{
    g_autofree char *key = stage_key(name);
    return g_strdup_printf("%s/kept/%.2s/%s", shared->bucket_path, key, key + 2);
}

/* What is not there is made, and put there again; the rest is fetched. */
static void test_missing(void)
{
    Shared shared;
    shared_init(&shared);
    run(&shared);
    g_autofree char *path = path_in_depot(&shared, "video-1-640");
    g_assert_cmpint(g_unlink(path), ==, 0);
    forget_store(&shared, "");
    g_assert_cmpuint(run(&shared).run, ==, 1);
    g_assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
    g_assert_cmpuint(stage_count(&shared.stage, "start video:640"), ==, 1);
    shared_clear(&shared);
}

/* What turns out to be damaged is made anew, here and there. */
static void test_damaged(void)
{
    Shared shared;
    shared_init(&shared);
    stage_set_pool(&shared.stage, 1, G_GUINT64_CONSTANT(64) << 30); /* nobody else reads it */
    run(&shared);
    forget_store(&shared, "package:sound=damaged-once");
    g_assert_cmpuint(run(&shared).run, ==, 1);
    g_assert_cmpuint(stage_count(&shared.stage, "start audio:2"), ==, 1);
    shared_clear(&shared);
}

/* A storage that is gone costs nothing but the work. */
static void test_gone(void)
{
    Shared shared;
    shared_init(&shared);
    temporary_remove(shared.rooms);
    g_assert_cmpuint(run(&shared).kept, ==, 0);
    shared_clear(&shared);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/executor-depot/shared", test_shared);
    g_test_add_func("/executor-depot/missing", test_missing);
    g_test_add_func("/executor-depot/damaged", test_damaged);
    g_test_add_func("/executor-depot/gone", test_gone);
    return g_test_run();
}
