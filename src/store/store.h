/* SPDX-License-Identifier: MIT */
/*
 * The store: everything the service must not forget, in a database.
 *
 *     any thread ── pmx_store_write(work) ──► queue ─► writer thread: BEGIN, work, work …, COMMIT
 *     any thread ── pmx_store_read(work) ───► a connection from the readers' pool
 *
 * What belongs together is one work, and so one transaction: a job's state, its parts, its events
 * and their deliveries. Works that wait while the disk is busy are committed together (a savepoint
 * each), so many writers share one sync. When pmx_store_write() has returned TRUE the work is on the
 * disk. SQLite: WAL, synchronous=FULL, foreign keys on. Schema versions go forward only, one
 * migration after the other in store/schema.c; a file that a newer version made is refused.
 *
 * The queries (pmx_jobs_…, pmx_outbox_… below) take the connection that a work is handed and are
 * called inside works only. A work calls neither pmx_store_write() nor pmx_store_read(), and begins
 * and ends no transaction.
 */
#pragma once

#include "store/db.h"
#include "store/records.h"

typedef struct PmxStore PmxStore;

/* Opens (creating, migrating) the database file `path`. NULL with a sentence that says what to do:
 * another server has it, it is read-only, its folder is missing, it is damaged, it is too new. */
PmxStore *pmx_store_open(const char *path, GError **error);

/* Ends the writer after what is queued. */
void pmx_store_free(PmxStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxStore, pmx_store_free)

typedef gboolean (*PmxStoreWork)(PmxDb *db, gpointer data, GError **error);

/* Runs `work` in a transaction on the writer's thread and waits for the commit. FALSE, with nothing
 * changed, when the work or the commit failed. Any thread but the writer's. */
gboolean pmx_store_write(PmxStore *store, PmxStoreWork work, gpointer data, GError **error);

/* Runs `work` in the calling thread on a read-only connection, in one snapshot. */
gboolean pmx_store_read(PmxStore *store, PmxStoreWork work, gpointer data, GError **error);

/* --- queries: jobs and their parts --- */

/* `parts` of PmxPartRecord *, or NULL. A `created` that is taken inside the work rises with the
 * number, which keeps those who page through oldest jobs first from missing one. */
gboolean pmx_jobs_insert(PmxDb *db, const PmxJobRecord *job, GPtrArray *parts, GError **error);
/* Writes what changes while a job lives: state, percent, code, message, started, finished, inputs.
 * The rest, Config above all, stays as it was inserted. */
gboolean pmx_jobs_update(PmxDb *db, const PmxJobRecord *job, GError **error);
PmxJobRecord *pmx_jobs_get(PmxDb *db, const char *id, GError **error);
/* The job that this token made, or NULL. */
PmxJobRecord *pmx_jobs_by_token(PmxDb *db, const char *token, GError **error);
/* Parts in the order of kind, place. */
GPtrArray *pmx_parts_of(PmxDb *db, const char *job, GError **error);
gboolean pmx_parts_update(PmxDb *db, const PmxPartRecord *part, GError **error);

typedef struct {
    const char *state;    /* spelling, or NULL for any */
    const char *id;       /* or NULL */
    const char *pipeline; /* or NULL */
    gint64 from, to;      /* moments of creation, both inclusive; 0: open */
    gboolean oldest_first;
    guint limit;       /* rows wanted, 1..1000 */
    const char *after; /* the cursor an earlier call gave, or NULL or "" */
} PmxJobFilter;

/* A page of jobs (without `config`, `templates` and `inputs`, to keep pages small). By creation and, among equals, by a
 * number that rises with each insert, so a job is neither seen twice nor missed while others
 * arrive. `next` gets the cursor for the following page, or NULL at the end; opaque text, checked
 * when it comes back (PMX_CODE_INVALID for a wrong one). */
GPtrArray *pmx_jobs_list(PmxDb *db, const PmxJobFilter *filter, char **next, GError **error);

/* Jobs that are Inited or Running and whose pipeline is Active, most urgent first: pipeline
 * priority, job priority (highest first), Running before Inited, age; of the first `limit` those
 * whose ids are not in the set `known` (or NULL), so that what is known need not be read. */
GPtrArray *pmx_jobs_open(PmxDb *db, guint limit, GHashTable *known, GError **error);

/* How many jobs are in each state (index PmxJobState), and the creation of the oldest Inited one
 * (0: none). */
gboolean pmx_jobs_count(PmxDb *db, gint64 counts[5], gint64 *oldest, GError **error);

/* Deletes jobs that finished before `moment`, with parts, events and deliveries; at most `limit`;
 * how many. A job of which a delivery still waits stays until that is settled. */
gboolean pmx_jobs_expire(PmxDb *db, gint64 moment, guint limit, guint64 *gone, GError **error);

/* --- queries: templates, pipelines, callback, default storage, media info jobs --- */

gboolean pmx_custom_templates_insert(PmxDb *db, const PmxTemplateRecord *row, GError **error);
gboolean pmx_custom_templates_update(PmxDb *db, const PmxTemplateRecord *row, GError **error);
gboolean pmx_custom_templates_delete(PmxDb *db, const char *id, gboolean *found, GError **error);
PmxTemplateRecord *pmx_custom_templates_get(PmxDb *db, const char *id, GError **error);
/* NULL without error: there is no default of that kind. */
PmxTemplateRecord *pmx_custom_templates_default(PmxDb *db, gint64 type, gint64 subtype,
                                                GError **error);
/* Makes `id` the only default of its type and subtype. */
gboolean pmx_custom_templates_set_default(PmxDb *db, const char *id, gboolean *found,
                                          GError **error);
typedef struct {
    gint64 type, subtype; /* 0: any */
    const char *name;     /* part of the name, letters compared without case, or NULL */
    const char *id;       /* or NULL */
    gboolean oldest_first;
    guint offset, limit;
} PmxTemplateFilter;
GPtrArray *pmx_custom_templates_list(PmxDb *db, const PmxTemplateFilter *filter, gint64 *total,
                                     GError **error);
GPtrArray *pmx_custom_templates_all(PmxDb *db, GError **error);

gboolean pmx_pipelines_insert(PmxDb *db, const PmxPipelineRecord *row, GError **error);
gboolean pmx_pipelines_update(PmxDb *db, const PmxPipelineRecord *row, GError **error);
gboolean pmx_pipelines_delete(PmxDb *db, const char *id, gboolean *found, GError **error);
PmxPipelineRecord *pmx_pipelines_get(PmxDb *db, const char *id, GError **error);
GPtrArray *pmx_pipelines_all(PmxDb *db, GError **error); /* by creation */

/* NULL without error: none is set. */
PmxCallbackRecord *pmx_callback_get(PmxDb *db, GError **error);
gboolean pmx_callback_set(PmxDb *db, const PmxCallbackRecord *row, GError **error);

/* Small settings by name ("default-storage"); NULL without error: not set. Caller frees. */
char *pmx_settings_get(PmxDb *db, const char *name, GError **error);
gboolean pmx_settings_set(PmxDb *db, const char *name, const char *value, GError **error);

gboolean pmx_media_infos_insert(PmxDb *db, const PmxMediaInfoRecord *row, GError **error);
gboolean pmx_media_infos_update(PmxDb *db, const PmxMediaInfoRecord *row, GError **error);
PmxMediaInfoRecord *pmx_media_infos_get(PmxDb *db, const char *id, GError **error);
GPtrArray *pmx_media_infos_open(PmxDb *db, guint limit,
                                GError **error); /* not finished, oldest first */
/* Deletes those that finished before `moment`; at most `limit`; how many. */
gboolean pmx_media_infos_expire(PmxDb *db, gint64 moment, guint limit, guint64 *gone,
                                GError **error);

/* --- queries: events and their deliveries --- */

/* Adds an event; sets its `seq`, which rises over all jobs. */
gboolean pmx_events_add(PmxDb *db, PmxEventRecord *event, GError **error);
/* Events of `job` (NULL: of all) with a higher seq, in order; at most `limit`. */
GPtrArray *pmx_events_after(PmxDb *db, const char *job, gint64 seq, guint limit, GError **error);

/* Adds a delivery; sets its `id`. One that waits and has no `due` is due when it was created. */
gboolean pmx_outbox_add(PmxDb *db, PmxDeliveryRecord *delivery, GError **error);
/* Waiting deliveries due by `now`, each the first waiting one of its job, soonest first. Those to a
 * receiver in `except` are left out: beginnings of targets up to the path ("https://example.com/"),
 * or names of queues with a slash after them; NULL at the end. */
GPtrArray *pmx_outbox_due(PmxDb *db, gint64 now, const char *const *except, guint limit,
                          GError **error);
/* When, after `now`, the next becomes due (the first waiting ones of their jobs), 0: none will. */
gboolean pmx_outbox_next(PmxDb *db, gint64 now, gint64 *moment, GError **error);
gboolean pmx_outbox_update(PmxDb *db, const PmxDeliveryRecord *delivery, GError **error);
PmxDeliveryRecord *pmx_outbox_get(PmxDb *db, gint64 id, GError **error);
/* By id, upwards from `after`; `state` NULL: any. */
GPtrArray *pmx_outbox_list(PmxDb *db, const char *state, gint64 after, guint limit, GError **error);
/* How many wait and how many are dead; the creation of the oldest waiting one (0: none). */
gboolean pmx_outbox_count(PmxDb *db, gint64 *waiting, gint64 *dead, gint64 *oldest, GError **error);
