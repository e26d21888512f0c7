/* SPDX-License-Identifier: MIT */
/* The store's write-ahead log is emptied, and begins anew (store/sqlite-log). */
#include <glib/gstdio.h>
#include <string.h>

#include "store-fixture.h"

enum { VALUE = 1 << 20, WRITES = 100, PATIENCE_S = 60 };

static gboolean set_value(PmxDb *db, gpointer value, GError **error)
{
    return pmx_settings_set(db, "large", value, error);
}

static void write_value(PmxStore *store, char letter)
{
    g_autofree char *value = g_malloc(VALUE + 1);
    memset(value, letter, VALUE);
    value[VALUE] = '\0';
    must_write(store, set_value, value);
}

/* Whether the database has the value without its log. It may be written to meanwhile: then what is
 * read is anything, also no database. */
static gboolean has_value(const char *path, char letter)
{
    g_autofree char *address = g_strdup_printf("file:%s?immutable=1", path);
    sqlite3 *raw = NULL;
    sqlite3_stmt *statement = NULL;
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    gboolean found = FALSE;
    if (sqlite3_open_v2(address, &raw, flags, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(raw, "SELECT value FROM settings WHERE name = 'large'", -1, &statement,
                           NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_bytes(statement, 0) == VALUE)
        found = sqlite3_column_text(statement, 0)[VALUE - 1] == letter;
    sqlite3_finalize(statement);
    sqlite3_close(raw);
    return found;
}

/* Long before the log is as long as the writer lets it become. */
static void test_emptied_beside_the_writer(void)
{
    Fixture fixture;
    gint64 until = g_get_monotonic_time() + PATIENCE_S * G_USEC_PER_SEC;
    fixture_open(&fixture);
    g_assert_false(has_value(fixture.path, 'e'));
    for (char letter = 'a'; letter <= 'e'; letter++)
        write_value(fixture.store, letter);
    while (!has_value(fixture.path, 'a') && !has_value(fixture.path, 'b') &&
           !has_value(fixture.path, 'c') && !has_value(fixture.path, 'd') &&
           !has_value(fixture.path, 'e')) {
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_usleep(2000);
    }
    fixture_close(&fixture);
}

static void test_begins_anew(void)
{
    Fixture fixture;
    GStatBuf info;
    fixture_open(&fixture);
    for (guint i = 0; i < WRITES; i++)
        write_value(fixture.store, (char)('a' + i % 26));
    g_autofree char *log = g_strconcat(fixture.path, "-wal", NULL);
    g_assert_cmpint(g_stat(log, &info), ==, 0);
    g_assert_cmpint(info.st_size, >, VALUE);
    g_assert_cmpint(info.st_size, <, (gint64)(WRITES - 20) * VALUE);
    fixture_close(&fixture);
    g_assert_cmpint(g_stat(log, &info), ==, -1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/log/emptied-beside-the-writer", test_emptied_beside_the_writer);
    g_test_add_func("/store/log/begins-anew", test_begins_anew);
    return g_test_run();
}
