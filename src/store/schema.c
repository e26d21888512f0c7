/* SPDX-License-Identifier: MIT */
/* Tables and how they came to be: see schema.h. */
#include "store/schema.h"

#include "store/driver.h"

/*
 * Besides what the records say (a column a field, see records.c):
 *
 *     jobs.number, events.seq, outbox.id   from counters, in the order of commits
 *     counters "jobs NAME"                 how many jobs are in a state: counting 100,000 is slow
 *     outbox.head                          1: the first waiting delivery of its job, which alone
 *                                          may be sent; so what is due is found without looking at
 *                                          what waits behind it
 *     custom_templates.folded              the name without case, to search in
 */
static const char *const version_1[] = {
    "CREATE TABLE counters (name TEXT NOT NULL PRIMARY KEY, value BIGINT NOT NULL)",
    "INSERT INTO counters (name, value) VALUES ('job', 0), ('event', 0), ('delivery', 0),"
    " ('jobs Inited', 0), ('jobs Running', 0), ('jobs Complete', 0), ('jobs Error', 0),"
    " ('jobs Cancelled', 0)",

    "CREATE TABLE jobs (id TEXT NOT NULL PRIMARY KEY, name TEXT, state TEXT NOT NULL,"
    " percent BIGINT NOT NULL, code TEXT, message TEXT, created TEXT NOT NULL, started TEXT,"
    " finished TEXT, pipeline TEXT NOT NULL, priority BIGINT NOT NULL, request_id TEXT,"
    " client_token TEXT UNIQUE, fingerprint TEXT, user_data TEXT, \"trigger\" TEXT, config TEXT,"
    " inputs TEXT, number BIGINT NOT NULL UNIQUE)",
    "CREATE INDEX jobs_created ON jobs (created, number)",
    "CREATE INDEX jobs_state ON jobs (state, created, number)",
    "CREATE INDEX jobs_pipeline ON jobs (pipeline, created, number)",
    "CREATE INDEX jobs_pipeline_state ON jobs (pipeline, state, created, number)",
    "CREATE INDEX jobs_finished ON jobs (finished)",
    "CREATE INDEX jobs_open ON jobs (pipeline, priority DESC, state DESC, created, number, id)"
    " WHERE state IN ('Inited', 'Running')",

    "CREATE TABLE parts (id TEXT NOT NULL PRIMARY KEY,"
    " job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE, kind TEXT NOT NULL,"
    " place BIGINT NOT NULL, \"group\" BIGINT NOT NULL, name TEXT, state TEXT NOT NULL,"
    " percent BIGINT NOT NULL, code TEXT, message TEXT, created TEXT, finished TEXT,"
    " address TEXT, facts TEXT, warnings TEXT, UNIQUE (job, kind, place))",

    "CREATE TABLE events (seq BIGINT NOT NULL PRIMARY KEY,"
    " job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE, at TEXT, type TEXT NOT NULL,"
    " body TEXT)",
    "CREATE INDEX events_job ON events (job, seq)",

    "CREATE TABLE outbox (id BIGINT NOT NULL PRIMARY KEY,"
    " job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE, event TEXT, type TEXT,"
    " target TEXT, body TEXT, state TEXT NOT NULL, attempts BIGINT NOT NULL,"
    " created TEXT NOT NULL, due TEXT, settled TEXT, problem TEXT,"
    " head BIGINT NOT NULL DEFAULT 0)",
    "CREATE INDEX outbox_job ON outbox (job, state, id)",
    "CREATE INDEX outbox_head ON outbox (due, id) WHERE head = 1",
    "CREATE INDEX outbox_state ON outbox (state, id, created)",

    "CREATE TABLE custom_templates (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL,"
    " type BIGINT NOT NULL, subtype BIGINT NOT NULL, is_default BIGINT NOT NULL,"
    " created TEXT, modified TEXT, config TEXT, folded TEXT)",
    "CREATE INDEX custom_templates_kind ON custom_templates (type, subtype, is_default)",
    "CREATE INDEX custom_templates_created ON custom_templates (created, id)",

    "CREATE TABLE pipelines (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL,"
    " speed TEXT NOT NULL, priority BIGINT NOT NULL, state TEXT NOT NULL, created TEXT,"
    " modified TEXT)",

    /* At most one row. */
    "CREATE TABLE callback (type TEXT, url TEXT, queue TEXT, events TEXT, auth BIGINT NOT NULL,"
    " auth_key TEXT)",

    "CREATE TABLE settings (name TEXT NOT NULL PRIMARY KEY, value TEXT)",

    "CREATE TABLE media_infos (id TEXT NOT NULL PRIMARY KEY, state TEXT NOT NULL, name TEXT,"
    " user_data TEXT, input TEXT, code TEXT, message TEXT, created TEXT NOT NULL, finished TEXT,"
    " facts TEXT)",
    "CREATE INDEX media_infos_state ON media_infos (state, created, id)", NULL};

const PmxMigration pmx_schema[] = {version_1, NULL};

static gint64 length_of(const PmxMigration *list)
{
    gint64 length = 0;
    while (list[length])
        length++;
    return length;
}

static gboolean migrate(PmxDb *db, PmxMigration migration, GError **error)
{
    for (; *migration; migration++)
        if (!pmx_db_run(db, *migration, NULL, NULL, error))
            return FALSE;
    return TRUE;
}

static gboolean refuse_newer(gint64 version, gint64 known, GError **error)
{
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                "the database was made by a newer version of Polymux (its tables have version "
                "%" G_GINT64_FORMAT ", this version knows those up to %" G_GINT64_FORMAT
                "); start the newer version",
                version, known);
    return FALSE;
}

static gboolean upgrade(PmxDb *db, const PmxMigration *list, GError **error)
{
    gint64 version, known = length_of(list);
    if (!pmx_db_run(db, "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)", NULL,
                    NULL, error) ||
        !pmx_db_number(db, "SELECT MAX(version) FROM schema_version", NULL, 0, &version, error))
        return FALSE;
    if (version > known)
        return refuse_newer(version, known, error);
    for (; version < known; version++)
        if (!migrate(db, list[version], error) ||
            !pmx_db_run(db, "INSERT INTO schema_version (version) VALUES (?)",
                        PMX_ARGS(PMX_INT(version + 1)), NULL, error))
            return FALSE;
    return TRUE;
}

gboolean pmx_schema_upgrade(PmxDb *db, const PmxMigration *list, GError **error)
{
    if (!db->driver->begin(db, PMX_ACCESS_WRITE, error))
        return FALSE;
    if (upgrade(db, list, error) && pmx_db_run(db, "COMMIT", NULL, NULL, error))
        return TRUE;
    pmx_db_run(db, "ROLLBACK", NULL, NULL, NULL);
    return FALSE;
}
