/* SPDX-License-Identifier: MIT */
/* Files that are published into buckets: storage/buckets. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buckets-stage.h"

/* Stands before the C library's. */
static guint umask_calls;

mode_t umask(mode_t mask)
{
    umask_calls++;
    return (mode_t)syscall(SYS_umask, mask);
}

/* A stage whose buckets are on another file system than the scratch folder. FALSE: there is none. */
static gboolean stage_init_across(Stage *stage)
{
    char name[] = "/dev/shm/polymux-test-XXXXXX";
    GStatBuf here, there;
    char *folder = g_strdup(g_mkdtemp(name));
    if (folder && g_stat(folder, &there) == 0 && g_stat(g_get_tmp_dir(), &here) == 0 &&
        here.st_dev != there.st_dev) {
        stage_init_in(stage, folder);
        return TRUE;
    }
    if (folder)
        g_rmdir(folder);
    g_free(folder);
    g_test_skip("there is no second file system at /dev/shm");
    return FALSE;
}

static char *bucket_path(const Stage *stage, const char *key)
{
    return g_build_filename(stage->bucket, key, NULL);
}

static void assert_file(const char *path, const char *text)
{
    g_autofree char *found = NULL;
    g_assert_true(g_file_get_contents(path, &found, NULL, NULL));
    g_assert_cmpstr(found, ==, text);
}

/* --- what appears --- */

/* Folders are made, and a file that is there is exchanged for the new one, not written into. */
static void publish_twice(const Stage *stage)
{
    g_autofree char *path = bucket_path(stage, "new/folders/a"), *folder = g_path_get_dirname(path);
    GStatBuf info;
    mode_t mask = umask(027);
    assert_published(stage, "oss://bucket/new/folders/a", "bucket/new/folders/a");
    g_assert_cmpint(g_stat(path, &info), ==, 0);
    g_assert_cmpuint(info.st_mode & 0777, ==, 0640); /* whatever the runner had given it */
    g_assert_cmpint(g_stat(folder, &info), ==, 0);
    g_assert_cmpuint(info.st_mode & 0777, ==, 0750);
    write_file(path, "old");
    int before = g_open(path, O_RDONLY | O_CLOEXEC, 0);
    assert_published(stage, "oss://bucket/new/folders/a", "bucket/new/folders/a");
    char old[16] = "";
    g_assert_cmpint(pread(before, old, sizeof old - 1, 0), ==, 3);
    g_assert_cmpstr(old, ==, "old");
    close(before);
    g_assert_cmpuint(count_entries(folder), ==, 1);
    umask(mask);
}

static void test_publish(void)
{
    Stage stage;
    stage_init(&stage);
    publish_twice(&stage);
    stage_clear(&stage);
}

/* Another file system is copied to, under a name that is gone in the end. */
static void test_publish_across(void)
{
    Stage stage;
    if (!stage_init_across(&stage))
        return;
    GError *error = NULL;
    write_file(stage.finished, new_text);
    g_assert_true(
        pmx_places_publish(stage.places, stage.finished, "oss://bucket/a/b", NULL, &error));
    g_assert_no_error(error);
    g_autofree char *path = bucket_path(&stage, "a/b"), *folder = bucket_path(&stage, "a");
    assert_file(path, new_text);
    g_assert_true(
        pmx_places_publish(stage.places, stage.finished, "oss://bucket/a/b", NULL, &error));
    g_assert_cmpuint(count_entries(folder), ==, 1); /* no temporary file */
    stage_clear(&stage);
}

/* Killed at any moment of a copy: the folder has the whole file or nothing. */
static void kill_while_publishing(const Stage *stage, const char *folder, guint microseconds)
{
    pid_t child = fork();
    if (child == 0) {
        pmx_places_publish(stage->places, stage->finished, "oss://bucket/large", NULL, NULL);
        _exit(0);
    }
    g_assert_cmpint(child, >, 0);
    g_usleep(microseconds);
    kill(child, SIGKILL);
    g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
    g_autofree char *path = g_build_filename(folder, "large", NULL);
    gboolean whole = g_unlink(path) == 0;
    g_assert_cmpuint(count_entries(folder), ==, 0);
    g_test_message("after %u us: %s", microseconds, whole ? "whole" : "nothing");
}

static void test_killed(void)
{
    enum { SIZE = 16 << 20, LONGEST = 60000, STEP = 3000 };
    Stage stage;
    if (!stage_init_across(&stage))
        return;
    g_autofree char *zeros = g_malloc0(SIZE);
    for (guint microseconds = 0; microseconds <= LONGEST; microseconds += STEP) {
        g_assert_true(g_file_set_contents(stage.finished, zeros, SIZE, NULL));
        kill_while_publishing(&stage, stage.bucket, microseconds);
    }
    stage_clear(&stage);
}

/* Publishing never sets the umask, not even for a moment: other threads make files meanwhile. */
static void test_umask(void)
{
    Stage stage;
    stage_init(&stage);
    guint before = umask_calls;
    assert_published(&stage, "oss://bucket/a/b", "bucket/a/b");
    g_assert_cmpuint(umask_calls, ==, before);
    stage_clear(&stage);
}

/* --- what does not --- */

static void assert_fails(const Stage *stage, const char *from, const char *address)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(pmx_places_publish(stage->places, from, address, NULL, &error));
    g_assert_cmpuint(error->domain, ==, PMX_ERROR);
    g_assert_false(pmx_places_publish(stage->places, from, address, NULL, NULL));
}

/* What stands in the way stays, and nothing else is left. */
static void fail_at_folders(const Stage *stage)
{
    g_autofree char *empty = bucket_path(stage, "empty"), *full = bucket_path(stage, "full");
    g_autofree char *inside = bucket_path(stage, "full/inside");
    make_dir(empty);
    make_dir(full);
    write_file(inside, "inside");
    write_file(stage->finished, new_text);
    assert_fails(stage, stage->finished, "oss://bucket/empty");
    assert_fails(stage, stage->finished, "oss://bucket/full");
    assert_fails(stage, stage->finished, "oss://bucket/full/inside/below");
    g_assert_false(pmx_places_writable(stage->places, "oss://bucket/empty", NULL));
    g_assert_false(pmx_places_writable(stage->places, "oss://bucket/full/inside/below", NULL));
    assert_file(inside, "inside");
    assert_file(stage->finished, new_text);
    g_assert_cmpuint(count_entries(stage->bucket), ==, 2);
    g_assert_cmpuint(count_entries(empty), ==, 0);
    g_assert_cmpuint(count_entries(full), ==, 1);
}

static void test_in_the_way(void)
{
    Stage stage;
    stage_init(&stage);
    fail_at_folders(&stage);
    stage_clear(&stage);
}

static void test_in_the_way_across(void)
{
    Stage stage;
    if (!stage_init_across(&stage))
        return;
    fail_at_folders(&stage);
    stage_clear(&stage);
}

/* A runner that was taken over leaves a link to somebody else's file, or nothing. */
static void test_false_result(void)
{
    Stage stage;
    stage_init(&stage);
    g_autofree char *symbolic = g_build_filename(stage.scratch, "symbolic", NULL);
    g_autofree char *hard = g_build_filename(stage.scratch, "hard", NULL);
    g_autofree char *folder = g_build_filename(stage.scratch, "folder", NULL);
    g_autofree char *film = bucket_path(&stage, "film");
    g_assert_cmpint(symlink(stage.secret, symbolic), ==, 0);
    g_assert_cmpint(link(stage.secret, hard), ==, 0);
    make_dir(folder);
    write_file(film, "a film");
    const char *const results[] = {symbolic, hard, folder, stage.finished};
    for (guint i = 0; i < G_N_ELEMENTS(results); i++)
        assert_fails(&stage, results[i], "oss://bucket/film");
    assert_file(film, "a film");
    g_assert_cmpuint(count_entries(stage.bucket), ==, 1);
    stage_clear(&stage);
}

/* The disk is full in the middle of a copy; a limit on the size of files stands for it. */
static void test_disk_full(void)
{
    Stage stage;
    if (!stage_init_across(&stage))
        return;
    struct rlimit before, small;
    g_autofree char *film = bucket_path(&stage, "film");
    write_file(film, "a film");
    write_file(stage.finished, new_text);
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    small = (struct rlimit){4, before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
    g_autoptr(GError) error = NULL;
    gboolean ok =
        pmx_places_publish(stage.places, stage.finished, "oss://bucket/film", NULL, &error);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
    g_assert_false(ok);
    g_assert_nonnull(strstr(error->message, "cannot write \"oss://bucket/film\""));
    assert_file(film, "a film");
    assert_file(stage.finished, new_text);
    g_assert_cmpuint(count_entries(stage.bucket), ==, 1);
    stage_clear(&stage);
}

/* --- somebody exchanges things meanwhile --- */

typedef struct {
    const char *one, *other;
    gint stop;
    guint swaps;
} Swapper;

static gpointer swap(gpointer data)
{
    Swapper *swapper = data;
    while (!g_atomic_int_get(&swapper->stop)) {
        g_assert_cmpint(
            renameat2(AT_FDCWD, swapper->one, AT_FDCWD, swapper->other, RENAME_EXCHANGE), ==, 0);
        swapper->swaps++;
    }
    return NULL;
}

/* Opened is what is inside, or nothing. */
static void race_to_open(const Stage *stage, const char *address)
{
    enum { OPENINGS = 3000 };
    guint opened = 0;
    for (guint i = 0; i < OPENINGS; i++) {
        g_autoptr(PmxReader) input = pmx_places_open(stage->places, address, NULL, NULL);
        char text[64] = "";
        opened += input != NULL;
        if (input)
            g_assert_cmpint(pmx_reader_read(input, 0, text, sizeof text - 1), >, 0);
        g_assert_cmpstr(text, !=, secret_text);
    }
    g_test_message("%s: %u of %d opened", address, opened, OPENINGS);
}

/* Published is inside, or nowhere: stage_clear() looks outside. */
static void race_to_publish(const Stage *stage, const char *format)
{
    enum { FILES = 60 };
    guint published = 0;
    for (guint i = 0; i < FILES; i++) {
        g_autofree char *number = g_strdup_printf("%u", i);
        g_auto(GStrv) parts = g_strsplit(format, "#", -1);
        g_autofree char *address = g_strjoinv(number, parts);
        pmx_places_writable(stage->places, address, NULL);
        published += publish(stage, address, NULL);
    }
    g_test_message("%s: %u of %d published", format, published, FILES);
}

static void race(const Stage *stage, const char *one, const char *other)
{
    g_autofree char *here = bucket_path(stage, one), *there = bucket_path(stage, other);
    Swapper swapper = {here, there, 0, 0};
    GThread *thread = g_thread_new("swap", swap, &swapper);
    race_to_open(stage, "oss://bucket/dir/secret");
    race_to_open(stage, "oss://bucket/dir/sub/../secret"); /* refused in any case */
    race_to_publish(stage, "oss://bucket/dir/secret");
    race_to_publish(stage, "oss://bucket/dir/a#");
    race_to_publish(stage, "oss://bucket/dir/new#/a");
    g_atomic_int_set(&swapper.stop, 1);
    g_thread_join(thread);
    g_assert_cmpuint(swapper.swaps, >, 0);
}

/* A folder or a file that is at one moment what it should be and at the next a link that leads
 * out. */
static void test_race(void)
{
    static const struct {
        const char *path;
        gboolean folder;
    } rows[] = {{"dir", TRUE}, {"dir/secret", FALSE}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Stage stage;
        stage_init(&stage);
        g_autofree char *folder = bucket_path(&stage, "dir");
        g_autofree char *file = bucket_path(&stage, "dir/secret");
        make_dir(folder);
        write_file(file, "what is inside");
        make_link(&stage, "other", rows[i].folder ? "../../outside" : stage.secret);
        race(&stage, rows[i].path, "other");
        stage_clear(&stage);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/buckets-publish/publish", test_publish);
    g_test_add_func("/buckets-publish/publish-across", test_publish_across);
    g_test_add_func("/buckets-publish/killed", test_killed);
    g_test_add_func("/buckets-publish/umask", test_umask);
    g_test_add_func("/buckets-publish/in-the-way", test_in_the_way);
    g_test_add_func("/buckets-publish/in-the-way-across", test_in_the_way_across);
    g_test_add_func("/buckets-publish/false-result", test_false_result);
    g_test_add_func("/buckets-publish/disk-full", test_disk_full);
    g_test_add_func("/buckets-publish/race", test_race);
    return g_test_run();
}
