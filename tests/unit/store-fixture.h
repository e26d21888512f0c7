/* SPDX-License-Identifier: MIT */
/* Stores in folders of their own, records to put into them, and the same file through SQLite
 * itself as a second opinion. For tests only. */
#pragma once

#include <sqlite3.h>

#include "store/store.h"
#include "temporary.h"

typedef struct {
    char *folder, *path;
    PmxStore *store;
} Fixture;

static inline PmxStore *open_store(const char *path)
{
    g_autoptr(GError) error = NULL;
    PmxStore *store = pmx_store_open(path, &error);
    g_assert_no_error(error);
    return store;
}

static inline void fixture_open(Fixture *fixture)
{
    fixture->folder = temporary_folder();
    fixture->path = g_build_filename(fixture->folder, "polymux.db", NULL);
    fixture->store = open_store(fixture->path);
}

static inline void fixture_close(Fixture *fixture)
{
    pmx_store_free(fixture->store);
    temporary_remove(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture->path);
}

static inline void must_write(PmxStore *store, PmxStoreWork work, gpointer data)
{
    g_autoptr(GError) error = NULL;
    gboolean ok = pmx_store_write(store, work, data, &error);
    g_assert_no_error(error);
    g_assert_true(ok);
}

static inline void must_read(PmxStore *store, PmxStoreWork work, gpointer data)
{
    g_autoptr(GError) error = NULL;
    gboolean ok = pmx_store_read(store, work, data, &error);
    g_assert_no_error(error);
    g_assert_true(ok);
}

/* A test whose body is one work in a store of its own. */
static inline void in_store(PmxStoreWork body)
{
    Fixture fixture;
    fixture_open(&fixture);
    must_write(fixture.store, body, NULL);
    fixture_close(&fixture);
}

/* --- through SQLite itself --- */

static inline sqlite3 *raw_open(const char *path)
{
    sqlite3 *raw = NULL;
    g_assert_cmpint(sqlite3_open(path, &raw), ==, SQLITE_OK);
    return raw;
}

static inline void raw_run(sqlite3 *raw, const char *sql)
{
    char *error = NULL;
    sqlite3_exec(raw, sql, NULL, NULL, &error);
    g_assert_cmpstr(error, ==, NULL);
}

/* The first column of the first row as text, NULL for NULL or no row. Caller frees. */
static inline char *raw_text(sqlite3 *raw, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    g_assert_cmpint(sqlite3_prepare_v2(raw, sql, -1, &statement, NULL), ==, SQLITE_OK);
    char *text = sqlite3_step(statement) == SQLITE_ROW
                     ? g_strdup((const char *)sqlite3_column_text(statement, 0))
                     : NULL;
    g_assert_cmpint(sqlite3_finalize(statement), ==, SQLITE_OK);
    return text;
}

static inline gint64 raw_number(sqlite3 *raw, const char *sql)
{
    g_autofree char *text = raw_text(raw, sql);
    return text ? g_ascii_strtoll(text, NULL, 10) : -1;
}

/* --- records --- */

/* 32 hex digits from a number; the order of ids is not that of numbers. */
static inline char *id_of(guint64 number)
{
    g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, number);
    return g_compute_checksum_for_string(G_CHECKSUM_MD5, text, -1);
}

static inline PmxJobRecord *make_job(const char *id, const char *pipeline, gint64 created)
{
    PmxJobRecord *job = g_new0(PmxJobRecord, 1);
    job->id = g_strdup(id);
    job->pipeline = g_strdup(pipeline);
    job->created = created;
    job->priority = 6;
    job->config = json_pack("{s:s}", "JobName", id);
    return job;
}

static inline void add_job(PmxDb *db, const char *id, const char *pipeline, gint64 created)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxJobRecord) job = make_job(id, pipeline, created);
    pmx_jobs_insert(db, job, NULL, &error);
    g_assert_no_error(error);
}

static inline void set_state(PmxDb *db, const char *id, PmxJobState state, gint64 finished)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxJobRecord) job = pmx_jobs_get(db, id, &error);
    g_assert_nonnull(job);
    job->state = state;
    job->finished = finished;
    pmx_jobs_update(db, job, &error);
    g_assert_no_error(error);
}

static inline void add_pipeline(PmxDb *db, const char *id, gint64 priority, PmxPipelineState state)
{
    g_autoptr(GError) error = NULL;
    PmxPipelineRecord row = {
        .id = (char *)id, .name = (char *)id, .priority = priority, .state = (int)state};
    pmx_pipelines_insert(db, &row, &error);
    g_assert_no_error(error);
}

/* A job, its part and its event: all of them or none. */
static inline gboolean add_bundle(PmxDb *db, gpointer id, GError **error)
{
    g_autoptr(PmxJobRecord) job = make_job(id, "p", pmx_moment_now());
    g_autoptr(GPtrArray) parts = g_ptr_array_new();
    PmxPartRecord part = {.id = id, .job = id};
    PmxEventRecord event = {.job = id, .at = 1, .type = (char *)"state"};
    g_ptr_array_add(parts, &part);
    return pmx_jobs_insert(db, job, parts, error) && pmx_events_add(db, &event, error);
}
