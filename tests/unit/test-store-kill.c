/* SPDX-License-Identifier: MIT */
/* A kill -9 in mid-writing loses nothing that was confirmed (store/store). */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store-fixture.h"

typedef struct {
    PmxStore *store;
    guint first;
    int pipe;
} Reporter;

/* Writes for ever; each id goes into the pipe when it is confirmed. */
static gpointer write_and_report(gpointer data)
{
    const Reporter *reporter = data;
    for (guint i = 0;; i++) {
        char id[33];
        g_autofree char *made = id_of(reporter->first + i);
        memcpy(id, made, 33);
        if (!pmx_store_write(reporter->store, add_bundle, id, NULL) ||
            write(reporter->pipe, id, 32) != 32)
            _exit(1);
    }
}

static void be_killed(const char *path, guint round, int pipe)
{
    Reporter reporters[4];
    PmxStore *store = open_store(path);
    for (guint i = 0; i < G_N_ELEMENTS(reporters); i++) {
        reporters[i] = (Reporter){store, round * 10000000 + i * 1000000, pipe};
        g_thread_unref(g_thread_new("reporter", write_and_report, &reporters[i]));
    }
    for (;;)
        pause();
}

static gboolean read_id(int pipe, GHashTable *ids)
{
    char id[33] = "";
    gssize length = read(pipe, id, 32);
    g_assert_true(length == 0 || length == 32);
    return length == 32 && g_hash_table_add(ids, g_strdup(id));
}

static gboolean all_are_there(PmxDb *db, gpointer data, GError **error)
{
    GHashTableIter iter;
    gpointer id;
    g_hash_table_iter_init(&iter, data);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        g_autoptr(PmxJobRecord) job = pmx_jobs_get(db, id, error);
        g_assert_nonnull(job);
    }
    return TRUE;
}

/* A job without its part or event, or the other way round, would be half a transaction. */
static void assert_whole(const char *path)
{
    sqlite3 *raw = raw_open(path);
    g_autofree char *check = raw_text(raw, "PRAGMA integrity_check");
    g_assert_cmpstr(check, ==, "ok");
    g_assert_cmpint(raw_number(raw, "SELECT COUNT(*) FROM jobs WHERE 1 <>"
                                    " (SELECT COUNT(*) FROM parts WHERE job = jobs.id) OR 1 <>"
                                    " (SELECT COUNT(*) FROM events WHERE job = jobs.id)"),
                    ==, 0);
    g_assert_cmpint(raw_number(raw, "SELECT (SELECT COUNT(*) FROM jobs) - value FROM counters"
                                    " WHERE name = 'job'"),
                    ==, 0);
    g_assert_cmpint(sqlite3_close(raw), ==, SQLITE_OK);
}

static void kill_once(const char *path, guint round, GHashTable *ids)
{
    int ends[2], status;
    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        be_killed(path, round, ends[1]);
    }
    close(ends[1]);
    for (gint i = g_test_rand_int_range(1, 200); i > 0; i--)
        g_assert_true(read_id(ends[0], ids));
    g_assert_cmpint(kill(child, SIGKILL), ==, 0);
    while (read_id(ends[0], ids))
        ;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    close(ends[0]);
}

static void test_kill(void)
{
    g_autofree char *folder = temporary_folder();
    g_autofree char *path = g_build_filename(folder, "polymux.db", NULL);
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint round = 0; round < 8; round++) {
        kill_once(path, round, ids);
        g_autoptr(PmxStore) store = open_store(path);
        must_read(store, all_are_there, ids);
        assert_whole(path);
    }
    temporary_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/kill", test_kill);
    return g_test_run();
}
