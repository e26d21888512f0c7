/* SPDX-License-Identifier: MIT */
/* Bad days of the store: places it cannot be, files that are not its own or damaged, other versions,
 * locks, full disks (store/sqlite, store/schema, store/store). */
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/driver.h"
#include "store/schema.h"

#include "store-fixture.h"

static void assert_says(const GError *error, const char *words)
{
    g_assert_error(error, PMX_ERROR, PMX_CODE_INTERNAL);
    if (!strstr(error->message, words))
        g_error("\"%s\" does not say \"%s\"", error->message, words);
}

static void assert_refused(const char *path, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(pmx_store_open(path, &error));
    assert_says(error, words);
    assert_says(error, path);
}

/* --- places --- */

static void test_missing_folder(void)
{
    g_autofree char *folder = temporary_folder();
    g_autofree char *missing = g_build_filename(folder, "none", NULL);
    g_autofree char *path = g_build_filename(missing, "polymux.db", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_null(pmx_store_open(path, &error));
    assert_says(error, missing);
    assert_says(error, "make it first");
    temporary_remove(folder);
}

static void test_a_folder(void)
{
    g_autofree char *folder = temporary_folder();
    assert_refused(folder, "is a folder");
    temporary_remove(folder);
}

/* Root may write anywhere, so the attempt is made by somebody who is not. */
static void assert_refused_as_other(const char *path, const char *words)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        g_autoptr(GError) error = NULL;
        if (getuid() == 0 && setresuid(65534, 65534, 65534) != 0)
            _exit(2);
        PmxStore *store = pmx_store_open(path, &error);
        if (store || !strstr(error->message, words))
            g_printerr("# %s\n", store ? "opened" : error->message);
        _exit(store || !strstr(error->message, words) ? 1 : 0);
    }
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

static void test_read_only_folder(void)
{
    Fixture fixture;
    fixture_open(&fixture);
    g_autofree char *other = g_build_filename(fixture.folder, "other.db", NULL);
    g_assert_cmpint(g_chmod(fixture.folder, 0555), ==, 0);
    assert_refused_as_other(fixture.path, "the folder");
    assert_refused_as_other(other, "cannot be written to");
    g_assert_cmpint(g_chmod(fixture.folder, 0755), ==, 0);
    fixture_close(&fixture);
}

static void test_read_only_file(void)
{
    Fixture fixture;
    fixture_open(&fixture);
    g_assert_cmpint(g_chmod(fixture.folder, 0777), ==, 0);
    g_assert_cmpint(g_chmod(fixture.path, 0444), ==, 0);
    assert_refused_as_other(fixture.path, "must be writable");
    fixture_close(&fixture);
}

/* --- files --- */

static void test_no_database(void)
{
    g_autofree char *folder = temporary_folder();
    g_autofree char *path = g_build_filename(folder, "polymux.db", NULL);
    g_autofree char *text = g_strnfill(9000, 'x'), *after = NULL;
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    assert_refused(path, "is not a database");
    g_assert_true(g_file_get_contents(path, &after, NULL, NULL));
    g_assert_cmpstr(after, ==, text); /* whatever it is, it is not ours to touch */
    temporary_remove(folder);
}

static void test_anothers_database(void)
{
    g_autofree char *folder = temporary_folder();
    g_autofree char *path = g_build_filename(folder, "other.db", NULL);
    sqlite3 *raw = raw_open(path);
    raw_run(raw, "CREATE TABLE jobs (id INTEGER)");
    assert_refused(path, "another program's");
    g_assert_cmpint(raw_number(raw, "SELECT COUNT(*) FROM sqlite_schema"), ==, 1);
    g_assert_cmpint(sqlite3_close(raw), ==, SQLITE_OK);
    temporary_remove(folder);
}

static void test_empty_file(void)
{
    g_autofree char *folder = temporary_folder();
    g_autofree char *path = g_build_filename(folder, "polymux.db", NULL);
    g_assert_true(g_file_set_contents(path, "", 0, NULL));
    pmx_store_free(open_store(path));
    pmx_store_free(open_store(path));
    temporary_remove(folder);
}

static gboolean add_jobs(PmxDb *db, gpointer data, GError **error)
{
    (void)data, (void)error;
    for (guint i = 0; i < 200; i++) {
        g_autofree char *id = id_of(i);
        add_job(db, id, "p", 100 + i);
    }
    return TRUE;
}

/* A store of 200 jobs, closed. */
static void make_filled(Fixture *fixture)
{
    fixture_open(fixture);
    must_write(fixture->store, add_jobs, NULL);
    g_clear_pointer(&fixture->store, pmx_store_free);
}

static void test_truncated(void)
{
    Fixture fixture;
    make_filled(&fixture);
    g_assert_cmpint(truncate(fixture.path, 3 * 4096 + 100), ==, 0);
    assert_refused(fixture.path, "is damaged");
    fixture_close(&fixture);
}

/* All but the first page, which says what the file is, is overwritten. */
static void scribble(const char *path)
{
    g_autofree char *bytes = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    g_assert_cmpuint(length, >, 20 * 4096);
    memset(bytes + 4096, 0x5a, length - 4096);
    g_assert_true(g_file_set_contents(path, bytes, (gssize)length, NULL));
}

static void test_scribbled(void)
{
    Fixture fixture;
    make_filled(&fixture);
    scribble(fixture.path);
    assert_refused(fixture.path, "is damaged");
    fixture_close(&fixture);
}

static gboolean list_all(PmxDb *db, gpointer data, GError **error)
{
    char *next;
    (void)data;
    g_autoptr(GPtrArray) jobs = pmx_jobs_list(db, &(PmxJobFilter){.limit = 1000}, &next, error);
    return jobs != NULL;
}

/* With their JSON, which pages leave out. */
static gboolean read_all(PmxDb *db, gpointer data, GError **error)
{
    (void)data;
    g_autoptr(GPtrArray) jobs = pmx_db_select(db, &pmx_job_record_object, "jobs", NULL, error);
    return jobs != NULL;
}

/* A value that somebody put in by hand is an error, not a crash. */
static void test_wrong_values(void)
{
    static const char *const edits[] = {"state = 'Lost'", "created = 'yesterday'", "percent = 'x'",
                                        "inputs = '{'", "priority = x'00'"};
    for (guint i = 0; i < G_N_ELEMENTS(edits); i++) {
        Fixture fixture;
        g_autoptr(GError) error = NULL;
        make_filled(&fixture);
        sqlite3 *raw = raw_open(fixture.path);
        g_autofree char *sql = g_strdup_printf("UPDATE jobs SET %s WHERE number = 7", edits[i]);
        raw_run(raw, sql);
        g_assert_cmpint(sqlite3_close(raw), ==, SQLITE_OK);
        fixture.store = open_store(fixture.path);
        g_assert_false(pmx_store_read(fixture.store, read_all, NULL, &error));
        assert_says(error, "is damaged: Job.");
        fixture_close(&fixture);
    }
}

/* --- versions --- */

static void test_newer(void)
{
    Fixture fixture;
    g_autoptr(GError) error = NULL;
    make_filled(&fixture);
    sqlite3 *raw = raw_open(fixture.path);
    raw_run(raw, "INSERT INTO schema_version VALUES (99)");
    g_assert_cmpint(sqlite3_close(raw), ==, SQLITE_OK);
    g_assert_null(pmx_store_open(fixture.path, &error));
    assert_says(error, "newer version of Polymux");
    assert_says(error, "99");
    fixture_close(&fixture);
}

static const char *const first[] = {"CREATE TABLE a (x TEXT)", "INSERT INTO a VALUES ('kept')",
                                    NULL};
static const char *const second[] = {"ALTER TABLE a ADD COLUMN y TEXT", "UPDATE a SET y = x", NULL};
static const char *const wrong[] = {"CREATE TABLE b (x TEXT)", "INSERT INTO nowhere VALUES (1)",
                                    NULL};
static const PmxMigration one[] = {first, NULL}, two[] = {first, second, NULL},
                          broken[] = {first, second, wrong, NULL};

static gint64 number_in(PmxDb *db, const char *sql)
{
    g_autoptr(GError) error = NULL;
    gint64 number = -1;
    g_assert_true(pmx_db_number(db, sql, NULL, -1, &number, &error));
    return number;
}

static void test_migrations(void)
{
    g_autofree char *folder = temporary_folder(), *text = NULL;
    g_autofree char *path = g_build_filename(folder, "polymux.db", NULL);
    g_autoptr(GError) error = NULL;
    PmxDb *db = pmx_sqlite.open(path, PMX_ACCESS_WRITE, &error);
    g_assert_no_error(error);
    g_assert_true(pmx_schema_upgrade(db, one, &error));
    g_assert_true(pmx_schema_upgrade(db, one, &error));
    g_assert_cmpint(number_in(db, "SELECT COUNT(*) FROM a"), ==, 1);
    g_assert_true(pmx_schema_upgrade(db, two, &error));
    g_assert_true(pmx_db_text(db, "SELECT y FROM a", NULL, &text, &error));
    g_assert_cmpstr(text, ==, "kept");
    g_assert_false(pmx_schema_upgrade(db, broken, &error)); /* and nothing of it stays */
    assert_says(error, "nowhere");
    g_clear_error(&error);
    g_assert_cmpint(number_in(db, "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'b'"), ==, 0);
    g_assert_cmpint(number_in(db, "SELECT MAX(version) FROM schema_version"), ==, 2);
    g_assert_false(pmx_schema_upgrade(db, one, &error));
    assert_says(error, "newer");
    g_clear_error(&error);
    g_assert_true(pmx_schema_upgrade(db, two, &error));
    pmx_sqlite.close(db);
    temporary_remove(folder);
}

/* --- locks --- */

static gboolean add_setting(PmxDb *db, gpointer name, GError **error)
{
    return pmx_settings_set(db, name, "here", error);
}

static gpointer unlock_soon(gpointer raw)
{
    g_usleep(200 * 1000); /* how long it is held, not what is waited for */
    raw_run(raw, "COMMIT");
    return NULL;
}

static void test_locked_for_a_moment(void)
{
    Fixture fixture;
    fixture_open(&fixture);
    sqlite3 *raw = raw_open(fixture.path);
    raw_run(raw, "BEGIN IMMEDIATE");
    GThread *thread = g_thread_new("unlock", unlock_soon, raw);
    must_write(fixture.store, add_setting, "a");
    g_thread_join(thread);
    g_assert_cmpint(sqlite3_close(raw), ==, SQLITE_OK);
    fixture_close(&fixture);
}

static void test_locked(void)
{
    Fixture fixture;
    g_autoptr(GError) error = NULL;
    fixture_open(&fixture);
    sqlite3 *raw = raw_open(fixture.path);
    raw_run(raw, "BEGIN IMMEDIATE");
    g_assert_false(pmx_store_write(fixture.store, add_setting, "a", &error));
    assert_says(error, "is locked by another program");
    must_read(fixture.store, list_all, NULL); /* readers are not held up */
    raw_run(raw, "COMMIT");
    must_write(fixture.store, add_setting, "b");
    g_assert_cmpint(raw_number(raw, "SELECT COUNT(*) FROM settings"), ==, 1);
    g_assert_cmpint(sqlite3_close(raw), ==, SQLITE_OK);
    fixture_close(&fixture);
}

/* --- full disks --- */

typedef struct {
    char *name;
    gsize size;
} Load;

static gboolean add_load(PmxDb *db, gpointer data, GError **error)
{
    const Load *load = data;
    g_autofree char *value = g_strnfill(load->size, 'v');
    return pmx_settings_set(db, load->name, value, error);
}

/* Writes settings of `size` bytes until one fails; how many were confirmed. */
static gint64 write_until_full(PmxStore *store, gsize size)
{
    for (gint64 i = 0;; i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *name = g_strdup_printf("%zu %d", size, (int)i);
        if (pmx_store_write(store, add_load, &(Load){name, size}, &error))
            continue;
        assert_says(error, "no room left");
        return i;
    }
}

static void limit_files(rlim_t size)
{
    struct rlimit limit;
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    limit.rlim_cur = size == RLIM_INFINITY ? limit.rlim_max : size;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

/* A failure at the commit, for small works, and in the middle of one that is larger than the
 * cache; both twice, since the first must not spoil the store. */
static void fill_up(const char *path, PmxStore *store, gint64 *confirmed)
{
    const gsize sizes[] = {50000, 20 * 1024 * 1024, 50000, 20 * 1024 * 1024};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        sqlite3 *raw = raw_open(path);
        gint64 before = raw_number(raw, "SELECT COUNT(*) FROM settings");
        gint64 more = write_until_full(store, sizes[i] + i);
        *confirmed += more;
        g_assert_cmpint(raw_number(raw, "SELECT COUNT(*) FROM settings"), ==, before + more);
        g_assert_cmpint(sqlite3_close(raw), ==, SQLITE_OK);
        must_read(store, list_all, NULL);
    }
}

static void assert_recovered(Fixture *fixture, gint64 confirmed)
{
    must_write(fixture->store, add_setting, "room again");
    pmx_store_free(fixture->store);
    fixture->store = open_store(fixture->path);
    sqlite3 *raw = raw_open(fixture->path);
    g_autofree char *check = raw_text(raw, "PRAGMA integrity_check");
    g_assert_cmpstr(check, ==, "ok");
    g_assert_cmpint(raw_number(raw, "SELECT COUNT(*) FROM settings"), ==, confirmed + 1);
    g_assert_cmpint(sqlite3_close(raw), ==, SQLITE_OK);
}

static void test_file_limit(void)
{
    Fixture fixture;
    gint64 confirmed = 0;
    fixture_open(&fixture);
    signal(SIGXFSZ, SIG_IGN);
    limit_files(1000 * 1000);
    fill_up(fixture.path, fixture.store, &confirmed);
    limit_files(RLIM_INFINITY);
    g_assert_cmpint(confirmed, >, 0);
    assert_recovered(&fixture, confirmed);
    fixture_close(&fixture);
}

static void test_full_disk(void)
{
    Fixture fixture = {.folder = temporary_folder()};
    gint64 confirmed = 0;
    if (mount("polymux-test", fixture.folder, "tmpfs", 0, "size=2m") != 0) {
        temporary_remove(fixture.folder);
        g_free(fixture.folder);
        g_test_skip("this user may not mount");
        return;
    }
    fixture.path = g_build_filename(fixture.folder, "polymux.db", NULL);
    fixture.store = open_store(fixture.path);
    fill_up(fixture.path, fixture.store, &confirmed);
    g_assert_cmpint(mount(NULL, fixture.folder, NULL, MS_REMOUNT, "size=40m"), ==, 0);
    g_assert_cmpint(confirmed, >, 0);
    assert_recovered(&fixture, confirmed);
    pmx_store_free(g_steal_pointer(&fixture.store));
    g_assert_cmpint(umount(fixture.folder), ==, 0);
    fixture_close(&fixture);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/trouble/missing-folder", test_missing_folder);
    g_test_add_func("/store/trouble/a-folder", test_a_folder);
    g_test_add_func("/store/trouble/read-only-folder", test_read_only_folder);
    g_test_add_func("/store/trouble/read-only-file", test_read_only_file);
    g_test_add_func("/store/trouble/no-database", test_no_database);
    g_test_add_func("/store/trouble/anothers-database", test_anothers_database);
    g_test_add_func("/store/trouble/empty-file", test_empty_file);
    g_test_add_func("/store/trouble/truncated", test_truncated);
    g_test_add_func("/store/trouble/scribbled", test_scribbled);
    g_test_add_func("/store/trouble/wrong-values", test_wrong_values);
    g_test_add_func("/store/trouble/newer", test_newer);
    g_test_add_func("/store/trouble/migrations", test_migrations);
    g_test_add_func("/store/trouble/locked-for-a-moment", test_locked_for_a_moment);
    g_test_add_func("/store/trouble/locked", test_locked);
    g_test_add_func("/store/trouble/file-limit", test_file_limit);
    g_test_add_func("/store/trouble/full-disk", test_full_disk);
    return g_test_run();
}
