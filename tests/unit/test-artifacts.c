/* SPDX-License-Identifier: MIT */
/* The artifact store: exec/artifacts. */
#include "exec/artifacts.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "temporary.h"

/* A key as the plan makes them; two of one shelf (the first two letters) every 256. */
static char *key_of(guint n)
{
    return g_strdup_printf("%02x%062x", n % 256, n);
}

static PmxArtifacts *open_store(const char *root, guint64 limit, gboolean keep)
{
    g_autoptr(GError) error = NULL;
    PmxArtifacts *artifacts = pmx_artifacts_open(root, limit, keep, &error);
    g_assert_no_error(error);
    return artifacts;
}

/* Makes artifact `n` of `size` bytes the way a task does. */
static void make(PmxArtifacts *artifacts, guint n, gsize size)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *scratch = pmx_artifacts_scratch(artifacts, &error), *key = key_of(n);
    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(scratch, "0.pmx", NULL);
    g_autofree char *bytes = g_strnfill(size, (char)('a' + n % 26));
    g_assert_true(g_file_set_contents(path, bytes, (gssize)size, &error));
    g_assert_true(pmx_artifacts_put(artifacts, key, path, &error));
    g_assert_no_error(error);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS)); /* moved */
    pmx_artifacts_discard(scratch);
    g_assert_false(g_file_test(scratch, G_FILE_TEST_EXISTS));
}

static gboolean has(PmxArtifacts *artifacts, guint n, gsize size)
{
    g_autofree char *key = key_of(n), *path = pmx_artifacts_find(artifacts, key);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    if (!path)
        return FALSE;
    g_assert_true(g_path_is_absolute(path));
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    g_assert_cmpuint(length, ==, size);
    for (gsize i = 0; i < length; i++)
        g_assert_cmpint(bytes[i], ==, (char)('a' + n % 26));
    return TRUE;
}

static guint count_kept(const char *root)
{
    g_autofree char *objects = g_build_filename(root, "objects", NULL);
    g_autofree char *jobs = g_build_filename(root, "jobs", NULL);
    return count_files(objects) + count_files(jobs);
}

/* Sets the time of last use: `n` seconds after some moment long ago. */
static void age(const char *root, guint n)
{
    g_autofree char *key = key_of(n), *shelf = g_strndup(key, 2);
    g_autofree char *path = g_build_filename(root, "objects", shelf, key + 2, NULL);
    const struct timespec times[2] = {{1000000 + n, 0}, {1000000 + n, 0}};
    g_assert_cmpint(utimensat(AT_FDCWD, path, times, 0), ==, 0);
}

static void test_keep(void)
{
    g_autofree char *root = temporary_folder();
    PmxArtifacts *artifacts = open_store(root, 0, TRUE);
    g_assert_false(has(artifacts, 1, 5));
    make(artifacts, 1, 5);
    make(artifacts, 257, 0);
    g_assert_true(has(artifacts, 1, 5));
    g_assert_true(has(artifacts, 1, 5));
    PmxArtifactsUse use = pmx_artifacts_use(artifacts);
    g_assert_cmpuint(use.count, ==, 2);
    g_assert_cmpuint(use.bytes, ==, 5);
    g_assert_cmpuint(use.used, ==, 2);
    make(artifacts, 1, 5); /* made again: the same bytes, as the key says */
    g_assert_true(has(artifacts, 1, 5));
    g_assert_cmpuint(pmx_artifacts_use(artifacts).count, ==, 2);
    pmx_artifacts_free(artifacts);
    artifacts = open_store(root, 0, TRUE);
    g_assert_cmpuint(pmx_artifacts_use(artifacts).used, ==, 0);
    g_assert_true(has(artifacts, 1, 5));
    g_assert_true(has(artifacts, 257, 0));
    g_assert_false(has(artifacts, 2, 5));
    pmx_artifacts_free(artifacts);
    pmx_artifacts_free(NULL);
    temporary_remove(root);
}

/* Above the limit the least recently used go, and never what a running job counts on. */
static void test_limit(void)
{
    g_autofree char *root = temporary_folder();
    PmxArtifacts *artifacts = open_store(root, 0, TRUE);
    for (guint n = 0; n < 6; n++)
        make(artifacts, n, 1000);
    pmx_artifacts_free(artifacts);
    for (guint n = 0; n < 6; n++)
        age(root, n);
    artifacts = open_store(root, 3500, TRUE);
    g_assert_true(has(artifacts, 0, 1000)); /* the oldest, but used now */
    PmxArtifacts *other = open_store(root, 1500, TRUE);
    pmx_artifacts_free(other); /* its limit is lower, the pin holds */
    g_assert_cmpuint(pmx_artifacts_use(artifacts).count, ==, 1);
    g_assert_true(has(artifacts, 0, 1000));
    for (guint n = 1; n < 6; n++)
        make(artifacts, n, 1000);
    pmx_artifacts_free(artifacts);
    artifacts = open_store(root, 0, TRUE);
    g_assert_cmpuint(pmx_artifacts_use(artifacts).count, ==, 3);
    pmx_artifacts_free(artifacts);
    temporary_remove(root);
}

static void test_least_recent(void)
{
    g_autofree char *root = temporary_folder();
    PmxArtifacts *artifacts = open_store(root, 0, TRUE);
    for (guint n = 0; n < 8; n++)
        make(artifacts, n, 1000);
    pmx_artifacts_free(artifacts);
    for (guint n = 0; n < 8; n++)
        age(root, n);
    artifacts = open_store(root, 4000, TRUE);
    g_assert_true(has(artifacts, 1, 1000));
    g_assert_true(has(artifacts, 3, 1000));
    pmx_artifacts_free(artifacts);
    artifacts = open_store(root, 0, TRUE);
    for (guint n = 0; n < 8; n++)
        g_assert_cmpint(has(artifacts, n, 1000), ==, n == 1 || n == 3 || n >= 6);
    pmx_artifacts_free(artifacts);
    temporary_remove(root);
}

/* Without keep nothing kept is seen, nothing made is left, and nothing that is kept is lost. */
static void test_no_keep(void)
{
    g_autofree char *root = temporary_folder();
    PmxArtifacts *kept = open_store(root, 0, TRUE);
    make(kept, 1, 10);
    pmx_artifacts_free(kept);
    PmxArtifacts *artifacts = open_store(root, 5, FALSE);
    g_assert_false(has(artifacts, 1, 10));
    make(artifacts, 1, 10);
    make(artifacts, 2, 20);
    g_assert_true(has(artifacts, 1, 10));
    g_assert_true(has(artifacts, 2, 20));
    pmx_artifacts_free(artifacts);
    kept = open_store(root, 0, TRUE);
    g_assert_true(has(kept, 1, 10));
    g_assert_false(has(kept, 2, 20));
    pmx_artifacts_free(kept);
    g_assert_cmpuint(count_kept(root), ==, 1);
    temporary_remove(root);
}

static void test_clear(void)
{
    g_autofree char *root = temporary_folder();
    PmxArtifacts *job = open_store(root, 0, TRUE), *other;
    make(job, 1, 100);
    make(job, 2, 100);
    other = open_store(root, 0, TRUE);
    make(other, 3, 100);
    g_assert_cmpuint(pmx_artifacts_use(other).used, ==, 3);
    pmx_artifacts_free(job);
    g_assert_cmpuint(pmx_artifacts_use(other).used, ==, 1);
    g_assert_cmpuint(pmx_artifacts_clear(other), ==, 2);
    g_assert_cmpuint(pmx_artifacts_use(other).count, ==, 1);
    g_assert_true(has(other, 3, 100));
    pmx_artifacts_free(other);
    temporary_remove(root);
}

/* --- pins --- */

static void release(PmxArtifacts *artifacts, guint n)
{
    g_autofree char *key = key_of(n);
    pmx_artifacts_release(artifacts, key);
}

static void drop(PmxArtifacts *artifacts, guint n)
{
    g_autofree char *key = key_of(n);
    pmx_artifacts_drop(artifacts, key);
}

/* A store with artifacts 0 to `count` - 1 of 1000 bytes, last used at age() 0, 1 … */
static PmxArtifacts *aged_store(const char *root, guint count, guint64 limit)
{
    PmxArtifacts *artifacts = open_store(root, 0, TRUE);
    for (guint n = 0; n < count; n++)
        make(artifacts, n, 1000);
    pmx_artifacts_free(artifacts);
    for (guint n = 0; n < count; n++)
        age(root, n);
    return open_store(root, limit, TRUE);
}

/* Two jobs of one process count on the same artifact: it is in use until both have let go. */
static void test_pins_count(void)
{
    g_autofree char *root = temporary_folder();
    PmxArtifacts *artifacts = aged_store(root, 2, 0);
    release(artifacts, 0); /* nobody's */
    g_assert_true(has(artifacts, 0, 1000));
    g_assert_true(has(artifacts, 0, 1000));
    g_assert_cmpuint(pmx_artifacts_use(artifacts).used, ==, 1);
    release(artifacts, 0);
    g_assert_cmpuint(pmx_artifacts_use(artifacts).used, ==, 1);
    g_assert_cmpuint(pmx_artifacts_clear(artifacts), ==, 1);
    release(artifacts, 0);
    g_assert_cmpuint(pmx_artifacts_use(artifacts).used, ==, 0);
    release(artifacts, 0);
    g_assert_true(has(artifacts, 0, 1000)); /* not dropped, only let go */
    release(artifacts, 0);
    g_assert_cmpuint(pmx_artifacts_clear(artifacts), ==, 1);
    g_assert_false(has(artifacts, 0, 1000));
    pmx_artifacts_free(artifacts);
    temporary_remove(root);
}

/* One of two jobs finds it damaged and has it made anew; that the other lets go of the old one is
 * nothing to the new one. */
static void test_pins_of_damaged(void)
{
    g_autofree char *root = temporary_folder(), *key = key_of(0);
    PmxArtifacts *artifacts = aged_store(root, 1, 0);
    g_assert_true(has(artifacts, 0, 1000));
    g_assert_true(has(artifacts, 0, 1000));
    release(artifacts, 0);
    drop(artifacts, 0);
    g_assert_false(has(artifacts, 0, 1000));
    make(artifacts, 0, 1000);
    g_autofree char *path = pmx_artifacts_find(artifacts, key);
    g_assert_nonnull(path);
    release(artifacts, 0); /* the other's */
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
    g_assert_cmpuint(pmx_artifacts_use(artifacts).used, ==, 1);
    release(artifacts, 0);
    g_assert_cmpuint(pmx_artifacts_use(artifacts).used, ==, 0);
    pmx_artifacts_free(artifacts);
    temporary_remove(root);
}

/* The moment of age(), in microseconds since 1970. */
static gint64 moment(guint n)
{
    return (1000000 + (gint64)n) * G_USEC_PER_SEC;
}

/* By age only what nobody has used for long goes, whatever room there is. */
static void test_trim_by_age(void)
{
    g_autofree char *root = temporary_folder();
    PmxArtifacts *artifacts = aged_store(root, 6, 0);
    g_assert_true(has(artifacts, 0, 1000)); /* in use */
    g_assert_true(has(artifacts, 1, 1000));
    release(artifacts, 1); /* used a moment ago */
    pmx_artifacts_trim(artifacts, moment(0));
    g_assert_cmpuint(pmx_artifacts_use(artifacts).count, ==, 6);
    pmx_artifacts_trim(artifacts, moment(4));
    for (guint n = 0; n < 6; n++)
        g_assert_cmpint(has(artifacts, n, 1000), ==, n < 2 || n >= 4);
    for (guint n = 0; n < 6; n++)
        release(artifacts, n);
    pmx_artifacts_trim(artifacts, moment(4)); /* all were used just now */
    g_assert_cmpuint(pmx_artifacts_use(artifacts).count, ==, 4);
    pmx_artifacts_trim(artifacts, g_get_real_time() + G_USEC_PER_SEC);
    g_assert_cmpuint(pmx_artifacts_use(artifacts).count, ==, 1); /* 0 was found twice */
    pmx_artifacts_free(artifacts);
    temporary_remove(root);
}

/* Over the limit what was used last stays; with an age both hold. */
static void test_trim_to_limit(void)
{
    static const struct {
        guint oldest;
        guint64 limit;
        guint kept; /* 0 is in use; of the others the last ones stay */
    } rows[] = {{0, 0, 8}, {0, 8000, 8}, {0, 3500, 3}, {0, 1, 1},
                {5, 0, 4}, {5, 8000, 4}, {5, 2000, 2}, {99, 8000, 1}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *root = temporary_folder();
        PmxArtifacts *artifacts = aged_store(root, 8, rows[i].limit);
        g_test_message("row %u", i);
        g_assert_true(has(artifacts, 0, 1000));
        pmx_artifacts_trim(artifacts, moment(rows[i].oldest));
        g_assert_cmpuint(pmx_artifacts_use(artifacts).count, ==, rows[i].kept);
        for (guint n = 1; n < 8; n++)
            g_assert_cmpint(has(artifacts, n, 1000), ==, n >= 9 - rows[i].kept);
        pmx_artifacts_free(artifacts);
        temporary_remove(root);
    }
}

/* --- several processes --- */

/* Runs `child` in a process of its own; how it ended. */
static int in_child(void (*child)(const char *root), const char *root)
{
    pid_t pid = fork();
    if (pid == 0) {
        child(root);
        _exit(0);
    }
    int status = 0;
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    return status;
}

static void die_at_work(const char *root)
{
    PmxArtifacts *artifacts = open_store(root, 0, TRUE);
    make(artifacts, 7, 70);
    g_autofree char *scratch = pmx_artifacts_scratch(artifacts, NULL);
    g_autofree char *path = g_build_filename(scratch, "0.pmx", NULL);
    g_file_set_contents(path, "half", 4, NULL);
    raise(SIGKILL);
}

/* What a killed process leaves is removed by the next; what it had finished stays. */
static void test_killed(void)
{
    g_autofree char *root = temporary_folder(), *jobs = g_build_filename(root, "jobs", NULL);
    for (guint i = 0; i < 3; i++)
        g_assert_true(WIFSIGNALED(in_child(die_at_work, root)));
    g_assert_cmpuint(count_entries(jobs), ==, 1); /* each removes the one before */
    PmxArtifacts *artifacts = open_store(root, 0, TRUE);
    g_assert_cmpuint(count_entries(jobs), ==, 1);
    g_assert_cmpuint(pmx_artifacts_use(artifacts).used, ==, 0);
    g_assert_true(has(artifacts, 7, 70));
    pmx_artifacts_free(artifacts);
    g_assert_cmpuint(count_entries(jobs), ==, 0);
    temporary_remove(root);
}

static void open_and_clear(const char *root)
{
    PmxArtifacts *artifacts = open_store(root, 1, TRUE);
    pmx_artifacts_clear(artifacts);
    pmx_artifacts_free(artifacts);
}

/* Another process may clear the store: what this one found or made stays readable. */
static void test_cleared_by_another(void)
{
    g_autofree char *root = temporary_folder();
    PmxArtifacts *artifacts = open_store(root, 0, TRUE);
    g_autofree char *scratch = pmx_artifacts_scratch(artifacts, NULL);
    make(artifacts, 1, 10);
    g_assert_true(WIFEXITED(in_child(open_and_clear, root)));
    g_assert_true(g_file_test(scratch, G_FILE_TEST_IS_DIR));
    g_assert_true(has(artifacts, 1, 10));
    pmx_artifacts_free(artifacts);
    g_assert_true(WIFEXITED(in_child(open_and_clear, root)));
    g_assert_cmpuint(count_kept(root), ==, 0);
    temporary_remove(root);
}

static void work_a_while(const char *root)
{
    for (guint round = 0; round < 40; round++) {
        PmxArtifacts *artifacts = pmx_artifacts_open(root, 3000, TRUE, NULL);
        if (!artifacts)
            _exit(3);
        for (guint n = 0; n < 4; n++)
            if (!has(artifacts, n, 1000))
                make(artifacts, n, 1000);
        for (guint n = 0; n < 4; n++)
            if (!has(artifacts, n, 1000))
                _exit(4);
        pmx_artifacts_free(artifacts);
    }
}

/* Many processes open, make, find and drop at the same time; none gets in another's way. */
static void test_crowd(void)
{
    g_autofree char *root = temporary_folder();
    pid_t children[6];
    for (guint i = 0; i < G_N_ELEMENTS(children); i++) {
        children[i] = fork();
        if (children[i] == 0) {
            work_a_while(root);
            _exit(0);
        }
    }
    for (guint i = 0; i < G_N_ELEMENTS(children); i++) {
        int status = 0;
        g_assert_cmpint(waitpid(children[i], &status, 0), ==, children[i]);
        g_assert_true(WIFEXITED(status));
        g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    }
    PmxArtifacts *artifacts = open_store(root, 0, TRUE);
    g_assert_cmpuint(pmx_artifacts_use(artifacts).bytes, <=, 3000);
    pmx_artifacts_free(artifacts);
    temporary_remove(root);
}

/* --- troubles and defaults --- */

static void test_unusable(void)
{
    g_autofree char *root = temporary_folder(), *file = g_build_filename(root, "file", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_set_contents(file, "x", 1, NULL));
    g_assert_null(pmx_artifacts_open(file, 0, TRUE, &error));
    g_assert_error(error, PMX_ERROR, (int)PMX_CODE_INTERNAL);
    g_assert_nonnull(strstr(error->message, file));
    g_clear_error(&error);
    PmxArtifacts *artifacts = open_store(root, 0, TRUE);
    g_assert_false(pmx_artifacts_put(artifacts, "abcdef", "/nonexistent/0.pmx", &error));
    g_assert_error(error, PMX_ERROR, (int)PMX_CODE_INTERNAL);
    g_assert_null(pmx_artifacts_find(artifacts, "abcdef"));
    pmx_artifacts_free(artifacts);
    temporary_remove(root);
}

static void test_defaults(void)
{
    static const struct {
        const char *text;
        guint64 limit;
        gboolean ok;
    } sizes[] = {{NULL, G_GUINT64_CONSTANT(20) << 30, TRUE},
                 {"", G_GUINT64_CONSTANT(20) << 30, TRUE},
                 {"1", 1, TRUE},
                 {"500M", 500 << 20, TRUE},
                 {"3k", 3072, TRUE},
                 {"2t", G_GUINT64_CONSTANT(2) << 40, TRUE},
                 {"20 G", 0, FALSE},
                 {"G", 0, FALSE},
                 {"5GB", 0, FALSE},
                 {"5X", 0, FALSE},
                 {"99999999T", 0, FALSE},
                 {"1.5G", 0, FALSE},
                 {"-1", 0, FALSE}};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        guint64 limit = 0;
        g_autoptr(GError) error = NULL;
        g_unsetenv("POLYMUX_CACHE_SIZE");
        if (sizes[i].text)
            g_setenv("POLYMUX_CACHE_SIZE", sizes[i].text, TRUE);
        g_test_message("%s", sizes[i].text);
        g_assert_cmpint(pmx_artifacts_default_limit(&limit, &error), ==, sizes[i].ok);
        g_assert_cmpint(error == NULL, ==, sizes[i].ok);
        if (sizes[i].ok)
            g_assert_cmpuint(limit, ==, sizes[i].limit);
    }
    g_setenv("POLYMUX_CACHE", "/some/where", TRUE);
    g_autofree char *root = pmx_artifacts_default_root();
    g_assert_cmpstr(root, ==, "/some/where");
    g_setenv("POLYMUX_CACHE", "", TRUE);
    g_autofree char *usual = pmx_artifacts_default_root();
    g_assert_true(g_str_has_suffix(usual, "/polymux"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/artifacts/keep", test_keep);
    g_test_add_func("/artifacts/limit", test_limit);
    g_test_add_func("/artifacts/least-recent", test_least_recent);
    g_test_add_func("/artifacts/no-keep", test_no_keep);
    g_test_add_func("/artifacts/clear", test_clear);
    g_test_add_func("/artifacts/pins-count", test_pins_count);
    g_test_add_func("/artifacts/pins-of-damaged", test_pins_of_damaged);
    g_test_add_func("/artifacts/trim-by-age", test_trim_by_age);
    g_test_add_func("/artifacts/trim-to-limit", test_trim_to_limit);
    g_test_add_func("/artifacts/killed", test_killed);
    g_test_add_func("/artifacts/cleared-by-another", test_cleared_by_another);
    g_test_add_func("/artifacts/crowd", test_crowd);
    g_test_add_func("/artifacts/unusable", test_unusable);
    g_test_add_func("/artifacts/defaults", test_defaults);
    return g_test_run();
}
