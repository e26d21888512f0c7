/* SPDX-License-Identifier: MIT */
/* Works and their transactions: isolation, group commit, many threads (store/store). */
#include <string.h>
#include <unistd.h>

#include "store-fixture.h"

static gboolean add_setting(PmxDb *db, gpointer name, GError **error)
{
    return pmx_settings_set(db, name, "here", error);
}

static gboolean add_and_fail(PmxDb *db, gpointer name, GError **error)
{
    g_assert_true(pmx_settings_set(db, name, "here", error));
    g_set_error(error, PMX_ERROR, PMX_CODE_INVALID, "changed its mind");
    return FALSE;
}

static gboolean add_and_fail_in_silence(PmxDb *db, gpointer name, GError **error)
{
    g_assert_true(pmx_settings_set(db, name, "here", error));
    return FALSE;
}

static gint64 raw_settings(const char *path)
{
    sqlite3 *raw = raw_open(path);
    gint64 count = raw_number(raw, "SELECT COUNT(*) FROM settings");
    g_assert_cmpint(sqlite3_close(raw), ==, SQLITE_OK);
    return count;
}

/* --- one at a time --- */

static void test_confirmed_is_visible(void)
{
    Fixture fixture;
    fixture_open(&fixture);
    for (gint64 i = 1; i <= 5; i++) {
        g_autofree char *name = id_of((guint64)i);
        must_write(fixture.store, add_setting, name);
        g_assert_cmpint(raw_settings(fixture.path), ==, i);
    }
    fixture_close(&fixture);
}

static void test_failed_work(void)
{
    Fixture fixture;
    g_autoptr(GError) error = NULL;
    fixture_open(&fixture);
    g_assert_false(pmx_store_write(fixture.store, add_and_fail, "a", &error));
    g_assert_error(error, PMX_ERROR, PMX_CODE_INVALID); /* the work's own error */
    g_clear_error(&error);
    g_assert_false(pmx_store_write(fixture.store, add_and_fail_in_silence, "a", &error));
    g_assert_error(error, PMX_ERROR, PMX_CODE_INTERNAL);
    g_assert_cmpint(raw_settings(fixture.path), ==, 0);
    must_write(fixture.store, add_setting, "b");
    g_assert_cmpint(raw_settings(fixture.path), ==, 1);
    fixture_close(&fixture);
}

static gboolean write_in_read(PmxDb *db, gpointer data, GError **error)
{
    (void)data;
    return pmx_settings_set(db, "a", "b", error);
}

static void test_readers_cannot_write(void)
{
    Fixture fixture;
    g_autoptr(GError) error = NULL;
    fixture_open(&fixture);
    g_assert_false(pmx_store_read(fixture.store, write_in_read, NULL, &error));
    g_assert_error(error, PMX_ERROR, PMX_CODE_INTERNAL);
    must_write(fixture.store, add_setting, "b");
    fixture_close(&fixture);
}

/* A read sees one state of things, whatever is committed meanwhile. */
static gboolean read_twice(PmxDb *db, gpointer data, GError **error)
{
    gint64 before, after;
    g_assert_true(pmx_db_number(db, "SELECT COUNT(*) FROM settings", NULL, 0, &before, error));
    must_write(data, add_setting, "meanwhile");
    g_assert_true(pmx_db_number(db, "SELECT COUNT(*) FROM settings", NULL, 0, &after, error));
    g_assert_cmpint(before, ==, after);
    return TRUE;
}

static void test_snapshot(void)
{
    Fixture fixture;
    fixture_open(&fixture);
    must_read(fixture.store, read_twice, fixture.store);
    g_assert_cmpint(raw_settings(fixture.path), ==, 1);
    fixture_close(&fixture);
}

static gboolean check_settings(PmxDb *db, gpointer data, GError **error)
{
    gint64 synchronous, foreign_keys;
    g_autofree char *mode = NULL;
    (void)data;
    g_assert_true(pmx_db_number(db, "PRAGMA synchronous", NULL, -1, &synchronous, error));
    g_assert_true(pmx_db_number(db, "PRAGMA foreign_keys", NULL, -1, &foreign_keys, error));
    g_assert_true(pmx_db_text(db, "PRAGMA journal_mode", NULL, &mode, error));
    g_assert_cmpint(synchronous, ==, 2); /* FULL */
    g_assert_cmpint(foreign_keys, ==, 1);
    g_assert_cmpstr(mode, ==, "wal");
    return TRUE;
}

static void test_durable_settings(void)
{
    in_store(check_settings);
}

/* --- works that wait are committed together --- */

enum { WAITING = 6 };

typedef struct {
    Fixture fixture;
    GMutex lock;
    GCond changed;
    gboolean busy, released; /* the writer is held up; it may go on */
    gint tid[WAITING];       /* threads that are about to write */
    gint order;              /* works run */
    gint uncommitted;        /* rows seen inside and not yet outside */
} Crowd;

typedef struct {
    Crowd *crowd;
    guint place;
    gboolean ok;
    GError *error;
} Member;

static gboolean hold(PmxDb *db, gpointer data, GError **error)
{
    Crowd *crowd = data;
    (void)db, (void)error;
    g_mutex_lock(&crowd->lock);
    crowd->busy = TRUE;
    g_cond_broadcast(&crowd->changed);
    while (!crowd->released)
        g_cond_wait(&crowd->changed, &crowd->lock);
    g_mutex_unlock(&crowd->lock);
    return TRUE;
}

static gpointer hold_writer(gpointer data)
{
    must_write(((Crowd *)data)->fixture.store, hold, data);
    return NULL;
}

/* Every third fails. */
static gboolean join_in(PmxDb *db, gpointer data, GError **error)
{
    Member *member = data;
    gint64 inside;
    g_autofree char *name = id_of(member->place);
    member->crowd->order++;
    g_assert_true(pmx_settings_set(db, name, "here", error));
    g_assert_true(pmx_db_number(db, "SELECT COUNT(*) FROM settings", NULL, 0, &inside, error));
    member->crowd->uncommitted =
        MAX(member->crowd->uncommitted, (gint)(inside - raw_settings(member->crowd->fixture.path)));
    if (member->place % 3 == 2)
        g_set_error(error, PMX_ERROR, PMX_CODE_INVALID, "%u", member->place);
    return member->place % 3 != 2;
}

static gpointer crowd_in(gpointer data)
{
    Member *member = data;
    g_atomic_int_set(&member->crowd->tid[member->place], (gint)gettid());
    member->ok = pmx_store_write(member->crowd->fixture.store, join_in, member, &member->error);
    return NULL;
}

/* A thread that has said that it is about to write and sleeps, waits for its write. */
static gboolean sleeps(gint tid)
{
    g_autofree char *path = g_strdup_printf("/proc/self/task/%d/stat", tid), *text = NULL;
    if (!tid || !g_file_get_contents(path, &text, NULL, NULL))
        return FALSE;
    return strstr(strrchr(text, ')'), " S ") != NULL;
}

static void wait_for_all(Crowd *crowd)
{
    for (guint i = 0; i < WAITING; i++)
        while (!sleeps(g_atomic_int_get(&crowd->tid[i])))
            g_thread_yield();
}

static void release(Crowd *crowd)
{
    g_mutex_lock(&crowd->lock);
    crowd->released = TRUE;
    g_cond_broadcast(&crowd->changed);
    g_mutex_unlock(&crowd->lock);
}

static void wait_until_busy(Crowd *crowd)
{
    g_mutex_lock(&crowd->lock);
    while (!crowd->busy)
        g_cond_wait(&crowd->changed, &crowd->lock);
    g_mutex_unlock(&crowd->lock);
}

static void test_group_commit(void)
{
    Crowd crowd = {0};
    Member members[WAITING];
    GThread *threads[WAITING];
    fixture_open(&crowd.fixture);
    GThread *holder = g_thread_new("holder", hold_writer, &crowd);
    wait_until_busy(&crowd);
    for (guint i = 0; i < WAITING; i++) {
        members[i] = (Member){.crowd = &crowd, .place = i};
        threads[i] = g_thread_new("member", crowd_in, &members[i]);
    }
    wait_for_all(&crowd);
    g_assert_cmpint(raw_settings(crowd.fixture.path), ==, 0);
    release(&crowd);
    g_thread_join(holder);
    for (guint i = 0; i < WAITING; i++) {
        g_thread_join(threads[i]);
        g_assert_true(members[i].ok == (i % 3 != 2));
        g_assert_true(members[i].ok == (members[i].error == NULL));
        g_clear_error(&members[i].error);
    }
    g_assert_cmpint(crowd.order, ==, WAITING);
    g_assert_cmpint(crowd.uncommitted, >=, WAITING * 2 / 3); /* the last saw all the others' */
    g_assert_cmpint(raw_settings(crowd.fixture.path), ==, WAITING * 2 / 3);
    fixture_close(&crowd.fixture);
}

/* --- many at once --- */

enum { THREADS = 8, WRITES = 60 };

typedef struct {
    PmxStore *store;
    guint first;
    GPtrArray *confirmed; /* ids */
} Writer;

static gboolean add_bundle_and_fail(PmxDb *db, gpointer id, GError **error)
{
    g_assert_true(add_bundle(db, id, error));
    return FALSE;
}

static gboolean get_job(PmxDb *db, gpointer id, GError **error)
{
    g_autoptr(PmxJobRecord) job = pmx_jobs_get(db, id, error);
    g_assert_nonnull(job);
    return TRUE;
}

static gpointer write_many(gpointer data)
{
    Writer *writer = data;
    for (guint i = 0; i < WRITES; i++) {
        char *id = id_of(writer->first + i);
        gboolean fail = i % 7 == 3;
        gboolean ok =
            pmx_store_write(writer->store, fail ? add_bundle_and_fail : add_bundle, id, NULL);
        g_assert_true(ok == !fail);
        if (ok)
            must_read(writer->store, get_job, id);
        if (ok)
            g_ptr_array_add(writer->confirmed, id);
        else
            g_free(id);
    }
    return NULL;
}

static gboolean numbers_are_whole(PmxDb *db, gpointer data, GError **error)
{
    gint64 highest, jobs;
    g_assert_true(pmx_db_number(db, "SELECT MAX(number) FROM jobs", NULL, 0, &highest, error));
    g_assert_true(pmx_db_number(db, "SELECT COUNT(*) FROM jobs", NULL, 0, &jobs, error));
    g_assert_cmpint(highest, ==, jobs); /* a work that failed has used no number */
    g_assert_cmpint(jobs, ==, *(gint64 *)data);
    return TRUE;
}

static void test_many_threads(void)
{
    Fixture fixture;
    Writer writers[THREADS];
    GThread *threads[THREADS];
    gint64 total = 0;
    fixture_open(&fixture);
    for (guint i = 0; i < THREADS; i++) {
        writers[i] = (Writer){fixture.store, i * 1000, g_ptr_array_new_with_free_func(g_free)};
        threads[i] = g_thread_new("writer", write_many, &writers[i]);
    }
    for (guint i = 0; i < THREADS; i++) {
        g_thread_join(threads[i]);
        total += writers[i].confirmed->len;
        for (guint k = 0; k < writers[i].confirmed->len; k++)
            must_read(fixture.store, get_job, g_ptr_array_index(writers[i].confirmed, k));
        g_ptr_array_unref(writers[i].confirmed);
    }
    must_read(fixture.store, numbers_are_whole, &total);
    fixture_close(&fixture);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/writes/confirmed-is-visible", test_confirmed_is_visible);
    g_test_add_func("/store/writes/failed-work", test_failed_work);
    g_test_add_func("/store/writes/readers-cannot-write", test_readers_cannot_write);
    g_test_add_func("/store/writes/snapshot", test_snapshot);
    g_test_add_func("/store/writes/durable", test_durable_settings);
    g_test_add_func("/store/writes/group-commit", test_group_commit);
    g_test_add_func("/store/writes/many-threads", test_many_threads);
    return g_test_run();
}
