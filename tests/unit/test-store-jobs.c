/* SPDX-License-Identifier: MIT */
/* Jobs in the store: what is open, counts, retention, tokens (store/jobs, store/open-jobs). */
#include <string.h>

#include "store-model.h"

/* --- what is open --- */

static const struct {
    const char *id;
    gint64 priority;
    PmxPipelineState state;
} pipelines[] = {{"p0", 6, PMX_PIPELINE_ACTIVE},
                 {"p1", 6, PMX_PIPELINE_ACTIVE},
                 {"p2", 9, PMX_PIPELINE_ACTIVE},
                 {"paused", 10, PMX_PIPELINE_PAUSED}};

static gint64 pipeline_priority(const Entry *entry)
{
    for (guint i = 0; i < G_N_ELEMENTS(pipelines); i++)
        if (g_str_equal(pipelines[i].id, entry->pipeline))
            return pipelines[i].priority;
    g_assert_not_reached();
}

/* One number an order's column: the first that differs decides. */
static gint by_order(gconstpointer a, gconstpointer b)
{
    const Entry *one = *(Entry *const *)a, *other = *(Entry *const *)b;
    const gint64 pairs[][2] = {
        {-pipeline_priority(one), -pipeline_priority(other)},
        {-one->priority, -other->priority},
        {one->state == PMX_JOB_RUNNING ? 0 : 1, other->state == PMX_JOB_RUNNING ? 0 : 1},
        {one->created, other->created},
        {one->number, other->number}};
    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++)
        if (pairs[i][0] != pairs[i][1])
            return pairs[i][0] < pairs[i][1] ? -1 : 1;
    return 0;
}

/* Takes those of the first `limit` away that are known: every third one. */
static GHashTable *make_known(GPtrArray *want, guint limit)
{
    GHashTable *known = g_hash_table_new(g_str_hash, g_str_equal);
    g_ptr_array_set_size(want, (int)MIN(limit, want->len));
    for (guint i = want->len; i-- > 0;)
        if (i % 3 == 0)
            g_hash_table_add(known, ((Entry *)g_ptr_array_remove_index(want, i))->id);
    return known;
}

static void assert_open(PmxDb *db, GPtrArray *model, guint limit, gboolean some_known)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) want = g_ptr_array_new();
    g_autoptr(GHashTable) known = NULL;
    for (guint i = 0; i < model->len; i++) {
        const Entry *entry = g_ptr_array_index(model, i);
        if (entry->state <= PMX_JOB_RUNNING && !g_str_equal(entry->pipeline, "paused"))
            g_ptr_array_add(want, (gpointer)entry);
    }
    g_ptr_array_sort(want, by_order);
    if (some_known)
        known = make_known(want, limit);
    g_autoptr(GPtrArray) open = pmx_jobs_open(db, limit, known, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(open->len, ==, MIN(limit, want->len));
    for (guint i = 0; i < open->len; i++) {
        const PmxJobRecord *job = g_ptr_array_index(open, i);
        g_assert_cmpstr(job->id, ==, ((Entry *)g_ptr_array_index(want, i))->id);
        g_assert_nonnull(job->config);
    }
}

static gboolean open_round(PmxDb *db, gpointer data, GError **error)
{
    g_autoptr(GPtrArray) model = new_model();
    (void)data, (void)error;
    for (guint i = 0; i < G_N_ELEMENTS(pipelines); i++)
        add_pipeline(db, pipelines[i].id, pipelines[i].priority, pipelines[i].state);
    for (guint i = 0; i < 80; i++)
        add_random(db, model, 0);
    add_job(db, "held", "paused", 1);
    add_job(db, "lost", "no such pipeline", 1);
    const guint limits[] = {0, 1, 5, 20, 1000};
    for (guint i = 0; i < G_N_ELEMENTS(limits); i++)
        for (guint k = 0; k < 2; k++)
            assert_open(db, model, limits[i], k == 1);
    return TRUE;
}

static void test_open(void)
{
    for (guint round = 0; round < 10; round++)
        in_store(open_round);
}

static gboolean pause_and_go(PmxDb *db, gpointer data, GError **error)
{
    (void)data;
    add_pipeline(db, "p", 6, PMX_PIPELINE_ACTIVE);
    add_job(db, "a", "p", 5);
    g_autoptr(PmxPipelineRecord) row = pmx_pipelines_get(db, "p", error);
    for (guint i = 0; i < 4; i++) {
        row->state = i % 2 == 0 ? PMX_PIPELINE_PAUSED : PMX_PIPELINE_ACTIVE;
        g_assert_true(pmx_pipelines_update(db, row, error));
        g_autoptr(GPtrArray) open = pmx_jobs_open(db, 10, NULL, error);
        g_assert_cmpuint(open->len, ==, i % 2);
    }
    return TRUE;
}

static void test_pause(void)
{
    in_store(pause_and_go);
}

/* --- counts, against SQLite's own counting --- */

static gboolean move_about(PmxDb *db, gpointer data, GError **error)
{
    (void)data, (void)error;
    for (guint i = 0; i < 30; i++) {
        g_autofree char *id = id_of(i);
        add_job(db, id, "p", 100 + i);
    }
    for (guint i = 0; i < 200; i++) {
        g_autofree char *id = id_of((guint)g_test_rand_int_range(0, 30));
        set_state(db, id, (PmxJobState)g_test_rand_int_range(0, 5), 500 + i);
    }
    return TRUE;
}

static gboolean expire_some(PmxDb *db, gpointer data, GError **error)
{
    guint64 gone = 0;
    (void)data;
    g_assert_true(pmx_jobs_expire(db, 10000, 5, &gone, error));
    g_assert_cmpuint(gone, ==, 5);
    return TRUE;
}

static gboolean compare_counts(PmxDb *db, gpointer data, GError **error)
{
    gint64 counts[5], oldest;
    g_assert_true(pmx_jobs_count(db, counts, &oldest, error));
    for (guint i = 0; i < 5; i++) {
        g_autofree char *sql =
            g_strdup_printf("SELECT COUNT(*) FROM jobs WHERE state = '%s'", pmx_job_state_names[i]);
        g_assert_cmpint(counts[i], ==, raw_number(data, sql));
    }
    g_autofree char *text = pmx_moment_kind.format(&oldest);
    g_autofree char *want =
        raw_text(data, "SELECT coalesce(MIN(created), '') FROM jobs WHERE state = 'Inited'");
    g_assert_cmpstr(text, ==, want);
    return TRUE;
}

static void test_counts(void)
{
    Fixture fixture;
    fixture_open(&fixture);
    sqlite3 *raw = raw_open(fixture.path);
    must_read(fixture.store, compare_counts, raw);
    must_write(fixture.store, move_about, NULL);
    must_read(fixture.store, compare_counts, raw);
    must_write(fixture.store, expire_some, NULL);
    must_read(fixture.store, compare_counts, raw);
    g_assert_cmpint(sqlite3_close(raw), ==, SQLITE_OK);
    fixture_close(&fixture);
}

/* --- retention --- */

static void add_all(PmxDb *db, const char *id, gint64 finished, PmxDeliveryState state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxJobRecord) job = make_job(id, "p", 1);
    g_autoptr(GPtrArray) parts = g_ptr_array_new();
    PmxPartRecord part = {.id = (char *)id, .job = (char *)id};
    PmxEventRecord event = {.job = (char *)id, .at = 1, .type = (char *)"state"};
    PmxDeliveryRecord delivery = {.job = (char *)id, .state = (int)state, .created = 1};
    g_ptr_array_add(parts, &part);
    pmx_jobs_insert(db, job, parts, &error);
    pmx_events_add(db, &event, &error);
    pmx_outbox_add(db, &delivery, &error);
    g_assert_no_error(error);
    set_state(db, id, finished ? PMX_JOB_COMPLETE : PMX_JOB_RUNNING, finished);
}

static void assert_left(PmxDb *db, const char *const *ids)
{
    g_autoptr(GError) error = NULL;
    static const char *const tables[] = {"jobs", "parts", "events", "outbox"};
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
        gint64 rows = -1;
        g_autofree char *sql = g_strdup_printf("SELECT COUNT(*) FROM %s", tables[i]);
        g_assert_true(pmx_db_number(db, sql, NULL, 0, &rows, &error));
        g_assert_cmpint(rows, ==, g_strv_length((char **)ids));
    }
    for (; *ids; ids++) {
        g_autoptr(PmxJobRecord) job = pmx_jobs_get(db, *ids, &error);
        g_assert_nonnull(job);
    }
}

static gboolean expire(PmxDb *db, gpointer data, GError **error)
{
    guint64 gone = 77;
    (void)data;
    add_all(db, "old", 100, PMX_DELIVERY_DELIVERED);
    add_all(db, "older, untold", 90, PMX_DELIVERY_WAITING);
    add_all(db, "older", 95, PMX_DELIVERY_DEAD);
    add_all(db, "new", 200, PMX_DELIVERY_DELIVERED);
    add_all(db, "running", 0, PMX_DELIVERY_DELIVERED);
    g_assert_true(pmx_jobs_expire(db, 90, 10, &gone, error)); /* before, not at */
    g_assert_cmpuint(gone, ==, 0);
    g_assert_true(pmx_jobs_expire(db, 150, 1, &gone, error));
    g_assert_cmpuint(gone, ==, 1);
    assert_left(db, (const char *const[]){"old", "older, untold", "new", "running", NULL});
    g_assert_true(pmx_jobs_expire(db, 150, 10, &gone, error));
    g_assert_cmpuint(gone, ==, 1);
    assert_left(db, (const char *const[]){"older, untold", "new", "running", NULL});
    return TRUE;
}

static void test_expire(void)
{
    in_store(expire);
}

/* --- tokens --- */

static gboolean tokens(PmxDb *db, gpointer data, GError **error)
{
    g_autoptr(PmxJobRecord) one = make_job("one", "p", 1), two = make_job("two", "p", 1);
    (void)data;
    one->token = g_strdup("mine");
    two->token = g_strdup("mine");
    g_assert_null(pmx_jobs_by_token(db, "mine", error));
    g_assert_no_error(*error);
    g_assert_true(pmx_jobs_insert(db, one, NULL, error));
    g_autoptr(PmxJobRecord) found = pmx_jobs_by_token(db, "mine", error);
    g_assert_cmpstr(found->id, ==, "one");
    g_assert_false(pmx_jobs_insert(db, two, NULL, error)); /* whatever the caller forgot to ask */
    g_assert_error(*error, PMX_ERROR, PMX_CODE_INTERNAL);
    return FALSE;
}

static void test_tokens(void)
{
    Fixture fixture;
    g_autoptr(GError) error = NULL;
    fixture_open(&fixture);
    g_assert_false(pmx_store_write(fixture.store, tokens, NULL, &error));
    g_assert_nonnull(strstr(error->message, "client_token"));
    fixture_close(&fixture);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/jobs/open", test_open);
    g_test_add_func("/store/jobs/pause", test_pause);
    g_test_add_func("/store/jobs/counts", test_counts);
    g_test_add_func("/store/jobs/expire", test_expire);
    g_test_add_func("/store/jobs/tokens", test_tokens);
    return g_test_run();
}
