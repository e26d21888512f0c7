/* SPDX-License-Identifier: MIT */
/* Queries: jobs and their parts (see store.h; pages are in job-pages.c, what is open in
 * open-jobs.c). */
#include "store/queries.h"

/* --- how many are in each state --- */

static gboolean count(PmxDb *db, const char *state, gint64 more, GError **error)
{
    g_autofree char *name = g_strconcat("jobs ", state, NULL);
    return pmx_db_run(db, "UPDATE counters SET value = value + ? WHERE name = ?",
                      PMX_ARGS(PMX_INT(more), PMX_TEXT(name)), NULL, error);
}

static gboolean count_move(PmxDb *db, const PmxJobRecord *job, GError **error)
{
    const char *state = pmx_job_state_names[job->state];
    g_autofree char *before = NULL;
    if (!pmx_db_text(db, "SELECT state FROM jobs WHERE id = ?", PMX_ARGS(PMX_TEXT(job->id)),
                     &before, error))
        return FALSE;
    if (!before || g_str_equal(before, state))
        return TRUE;
    return count(db, before, -1, error) && count(db, state, 1, error);
}

gboolean pmx_jobs_count(PmxDb *db, gint64 counts[5], gint64 *oldest, GError **error)
{
    for (guint i = 0; pmx_job_state_names[i]; i++) {
        g_autofree char *name = g_strconcat("jobs ", pmx_job_state_names[i], NULL);
        if (!pmx_db_number(db, "SELECT value FROM counters WHERE name = ?",
                           PMX_ARGS(PMX_TEXT(name)), 0, &counts[i], error))
            return FALSE;
    }
    return pmx_db_moment(db, "SELECT MIN(created) FROM jobs WHERE state = 'Inited'", NULL, oldest,
                         error);
}

/* --- one job --- */

static gboolean insert_parts(PmxDb *db, GPtrArray *parts, GError **error)
{
    for (guint i = 0; parts && i < parts->len; i++)
        if (!pmx_db_insert(db, "parts", &pmx_part_record_object, g_ptr_array_index(parts, i),
                           error))
            return FALSE;
    return TRUE;
}

gboolean pmx_jobs_insert(PmxDb *db, const PmxJobRecord *job, GPtrArray *parts, GError **error)
{
    PmxJobRecord numbered = *job;
    return pmx_counter_next(db, "job", &numbered.number, error) &&
           pmx_db_insert(db, "jobs", &pmx_job_record_object, &numbered, error) &&
           count(db, pmx_job_state_names[job->state], 1, error) && insert_parts(db, parts, error);
}

gboolean pmx_jobs_update(PmxDb *db, const PmxJobRecord *job, GError **error)
{
    return count_move(db, job, error) &&
           pmx_db_update(db, "jobs", &pmx_job_record_object, job, error);
}

PmxJobRecord *pmx_jobs_get(PmxDb *db, const char *id, GError **error)
{
    return pmx_db_select_one(db, &pmx_job_record_object, "jobs WHERE id = ?",
                             PMX_ARGS(PMX_TEXT(id)), error);
}

PmxJobRecord *pmx_jobs_by_token(PmxDb *db, const char *token, GError **error)
{
    return pmx_db_select_one(db, &pmx_job_record_object, "jobs WHERE client_token = ?",
                             PMX_ARGS(PMX_TEXT(token)), error);
}

GPtrArray *pmx_parts_of(PmxDb *db, const char *job, GError **error)
{
    /* Downwards: "output" is to come before "group". */
    return pmx_db_select(db, &pmx_part_record_object,
                         "parts WHERE job = ? ORDER BY kind DESC, place", PMX_ARGS(PMX_TEXT(job)),
                         error);
}

gboolean pmx_parts_update(PmxDb *db, const PmxPartRecord *part, GError **error)
{
    return pmx_db_update(db, "parts", &pmx_part_record_object, part, error);
}

/* --- retention --- */

/* Parts, events and deliveries go with it, by their foreign keys. */
static gboolean delete_job(PmxDb *db, const PmxJobRecord *job, GError **error)
{
    return pmx_db_run(db, "DELETE FROM jobs WHERE id = ?", PMX_ARGS(PMX_TEXT(job->id)), NULL,
                      error) &&
           count(db, pmx_job_state_names[job->state], -1, error);
}

gboolean pmx_jobs_expire(PmxDb *db, gint64 moment, guint limit, guint64 *gone, GError **error)
{
    g_autofree char *before = pmx_moment_column(moment);
    g_autoptr(GPtrArray) jobs = pmx_db_select_short(
        db, &pmx_job_record_object,
        "jobs WHERE finished < ? AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.job = jobs.id"
        " AND outbox.state = 'waiting') ORDER BY finished LIMIT ?",
        PMX_ARGS(PMX_TEXT(before), PMX_INT(limit)), error);
    if (!jobs)
        return FALSE;
    for (guint i = 0; i < jobs->len; i++)
        if (!delete_job(db, g_ptr_array_index(jobs, i), error))
            return FALSE;
    *gone = jobs->len;
    return TRUE;
}
