/* SPDX-License-Identifier: MIT */
/* Every field of every record, into a store and out again: store/records, store/db. */
#include <string.h>

#include "store-fixture.h"

/* --- records that differ in every field --- */

static void *storage(const PmxField *field, const void *row)
{
    return (char *)row + field->offset;
}

static json_t *some_json(gint64 salt)
{
    return json_pack("{s:I, s:[s, n, b, f], s:{s:s}}", "z", (json_int_t)salt, "a",
                     "\"ä\\\n\xe2\x80\xa8", 1, 0.1, "deep", "", "nul");
}

static void fill_field(const PmxField *field, void *value, gint64 salt)
{
    switch (field->type) {
    case PMX_FIELD_STRING:
        *(char **)value = g_strdup_printf("%s's \"%%\" ü? %" G_GINT64_FORMAT, field->name, salt);
        break;
    case PMX_FIELD_INT:
        *(gint64 *)value = G_GINT64_CONSTANT(5000000000) + salt;
        break;
    case PMX_FIELD_BOOL:
        *(gboolean *)value = TRUE;
        break;
    case PMX_FIELD_ENUM:
        *(int *)value = 1;
        break;
    case PMX_FIELD_TEXT:
        *(gint64 *)value = G_GINT64_CONSTANT(1767323045678) + salt * 1001;
        break;
    default:
        *(json_t **)value = some_json(salt);
    }
}

static void fill(const PmxObject *object, void *row)
{
    memset(row, 0, object->size);
    for (const PmxField *field = object->fields; field->name; field++)
        fill_field(field, storage(field, row), field - object->fields + 1);
}

static void assert_same_field(const PmxField *field, const void *a, const void *b)
{
    switch (field->type) {
    case PMX_FIELD_STRING:
        g_assert_cmpstr(*(char *const *)a, ==, *(char *const *)b);
        break;
    case PMX_FIELD_INT:
    case PMX_FIELD_TEXT:
        g_assert_cmpint(*(const gint64 *)a, ==, *(const gint64 *)b);
        break;
    case PMX_FIELD_BOOL:
    case PMX_FIELD_ENUM:
        g_assert_cmpint(*(const int *)a, ==, *(const int *)b);
        break;
    default:
        g_assert_true(*(json_t *const *)a == *(json_t *const *)b ||
                      json_equal(*(json_t *const *)a, *(json_t *const *)b));
    }
}

static void assert_same(const PmxObject *object, const void *a, const void *b)
{
    for (const PmxField *field = object->fields; field->name; field++) {
        g_test_message("%s.%s", object->name, field->name);
        assert_same_field(field, storage(field, a), storage(field, b));
    }
}

/* --- each record through its queries --- */

/* All that a test of one record has; `get` frees nothing. */
typedef struct {
    PmxJobRecord job;
    PmxPartRecord part, group;
    PmxTemplateRecord template;
    PmxPipelineRecord pipeline;
    PmxCallbackRecord callback;
    PmxMediaInfoRecord media_info;
    PmxEventRecord event;
    PmxDeliveryRecord delivery;
} Records;

static void fill_all(Records *all)
{
    fill(&pmx_job_record_object, &all->job);
    fill(&pmx_part_record_object, &all->part);
    fill(&pmx_part_record_object, &all->group);
    fill(&pmx_template_record_object, &all->template);
    fill(&pmx_pipeline_record_object, &all->pipeline);
    fill(&pmx_callback_record_object, &all->callback);
    fill(&pmx_media_info_record_object, &all->media_info);
    fill(&pmx_event_record_object, &all->event);
    fill(&pmx_delivery_record_object, &all->delivery);
    all->part.kind = PMX_PART_OUTPUT;
    g_free(all->group.id);
    all->group.id = g_strdup("the group");
    char **jobs[] = {&all->part.job, &all->group.job, &all->event.job, &all->delivery.job};
    for (guint i = 0; i < G_N_ELEMENTS(jobs); i++) {
        g_free(*jobs[i]);
        *jobs[i] = g_strdup(all->job.id);
    }
}

static void clear_all(Records *all)
{
    pmx_object_clear(&pmx_job_record_object, &all->job);
    pmx_object_clear(&pmx_part_record_object, &all->part);
    pmx_object_clear(&pmx_part_record_object, &all->group);
    pmx_object_clear(&pmx_template_record_object, &all->template);
    pmx_object_clear(&pmx_pipeline_record_object, &all->pipeline);
    pmx_object_clear(&pmx_callback_record_object, &all->callback);
    pmx_object_clear(&pmx_media_info_record_object, &all->media_info);
    pmx_object_clear(&pmx_event_record_object, &all->event);
    pmx_object_clear(&pmx_delivery_record_object, &all->delivery);
}

static gboolean insert_all(PmxDb *db, gpointer data, GError **error)
{
    Records *all = data;
    g_autoptr(GPtrArray) parts = g_ptr_array_new();
    g_ptr_array_add(parts, &all->group);
    g_ptr_array_add(parts, &all->part);
    return pmx_jobs_insert(db, &all->job, parts, error) &&
           pmx_custom_templates_insert(db, &all->template, error) &&
           pmx_pipelines_insert(db, &all->pipeline, error) &&
           pmx_callback_set(db, &all->callback, error) &&
           pmx_media_infos_insert(db, &all->media_info, error) &&
           pmx_events_add(db, &all->event, error) && pmx_outbox_add(db, &all->delivery, error);
}

static void compare_and_free(const PmxObject *object, void *found, const void *wanted)
{
    g_assert_nonnull(found);
    assert_same(object, found, wanted);
    pmx_object_free(object, found);
}

static gboolean compare_jobs(PmxDb *db, gpointer data, GError **error)
{
    Records *all = data;
    all->job.number = 1; /* given by the store */
    compare_and_free(&pmx_job_record_object, pmx_jobs_get(db, all->job.id, error), &all->job);
    compare_and_free(&pmx_job_record_object, pmx_jobs_by_token(db, all->job.token, error),
                     &all->job);
    g_autoptr(GPtrArray) parts = pmx_parts_of(db, all->job.id, error);
    g_assert_cmpuint(parts->len, ==, 2);
    assert_same(&pmx_part_record_object, g_ptr_array_index(parts, 0), &all->part);
    assert_same(&pmx_part_record_object, g_ptr_array_index(parts, 1), &all->group);
    g_autoptr(GPtrArray) events = pmx_events_after(db, NULL, 0, 10, error);
    g_assert_cmpuint(events->len, ==, 1);
    assert_same(&pmx_event_record_object, g_ptr_array_index(events, 0), &all->event);
    return TRUE;
}

static gboolean compare_others(PmxDb *db, gpointer data, GError **error)
{
    Records *all = data;
    compare_and_free(&pmx_template_record_object,
                     pmx_custom_templates_get(db, all->template.id, error), &all->template);
    compare_and_free(&pmx_pipeline_record_object, pmx_pipelines_get(db, all->pipeline.id, error),
                     &all->pipeline);
    compare_and_free(&pmx_callback_record_object, pmx_callback_get(db, error), &all->callback);
    compare_and_free(&pmx_media_info_record_object,
                     pmx_media_infos_get(db, all->media_info.id, error), &all->media_info);
    compare_and_free(&pmx_delivery_record_object, pmx_outbox_get(db, all->delivery.id, error),
                     &all->delivery);
    return TRUE;
}

static void test_round_trip(void)
{
    Fixture fixture;
    Records all;
    fixture_open(&fixture);
    fill_all(&all);
    must_write(fixture.store, insert_all, &all);
    pmx_store_free(fixture.store);
    fixture.store = open_store(fixture.path);
    must_read(fixture.store, compare_jobs, &all);
    must_read(fixture.store, compare_others, &all);
    clear_all(&all);
    fixture_close(&fixture);
}

/* --- what is absent stays absent --- */

static gboolean insert_bare(PmxDb *db, gpointer data, GError **error)
{
    (void)data;
    add_job(db, "bare", "default", 7);
    g_autoptr(PmxJobRecord) bare = pmx_jobs_get(db, "bare", error);
    g_assert_null(bare->name);
    g_assert_null(bare->token);
    g_assert_null(bare->inputs);
    g_assert_cmpint(bare->finished, ==, 0);
    PmxCallbackRecord callback = {.type = (char *)"", .auth = FALSE};
    g_assert_true(pmx_callback_set(db, &callback, error));
    g_assert_true(pmx_callback_set(db, &callback, error));
    g_autoptr(PmxCallbackRecord) found = pmx_callback_get(db, error);
    g_assert_cmpstr(found->type, ==, "");
    g_assert_null(found->url);
    return TRUE;
}

static void test_absent(void)
{
    in_store(insert_bare);
}

/* --- the form in the table, which other programs may read --- */

static void assert_column(sqlite3 *raw, const char *sql, const char *want)
{
    g_autofree char *text = raw_text(raw, sql);
    g_assert_cmpstr(text, ==, want);
}

static void test_columns(void)
{
    Fixture fixture;
    Records all;
    fixture_open(&fixture);
    fill_all(&all);
    all.job.created = G_GINT64_CONSTANT(1767323045678);
    all.job.started = 0;
    json_decref(all.job.config);
    all.job.config = json_pack("{s:i, s:[n]}", "b", 1, "a");
    must_write(fixture.store, insert_all, &all);
    sqlite3 *raw = raw_open(fixture.path);
    assert_column(raw, "SELECT created FROM jobs", "2026-01-02T03:04:05.678Z");
    assert_column(raw, "SELECT state FROM jobs", "Running");
    assert_column(raw, "SELECT config FROM jobs", "{\"b\":1,\"a\":[null]}");
    assert_column(raw, "SELECT started FROM jobs", NULL);
    assert_column(raw, "SELECT typeof(started) || typeof(percent) FROM jobs", "nullinteger");
    assert_column(raw, "SELECT kind || typeof(\"group\") FROM parts WHERE id = 'the group'",
                  "groupinteger");
    assert_column(raw, "SELECT is_default FROM custom_templates", "1");
    g_assert_cmpint(sqlite3_close(raw), ==, SQLITE_OK);
    clear_all(&all);
    fixture_close(&fixture);
}

/* --- what is fixed, what is hidden --- */

static gboolean update_fixed(PmxDb *db, gpointer data, GError **error)
{
    (void)data;
    add_job(db, "one", "default", 7);
    g_autoptr(PmxJobRecord) changed = make_job("one", "elsewhere", 8);
    json_decref(changed->config);
    changed->config = NULL;
    changed->percent = 40;
    changed->state = PMX_JOB_RUNNING;
    g_assert_true(pmx_jobs_update(db, changed, error));
    g_autoptr(PmxJobRecord) found = pmx_jobs_get(db, "one", error);
    g_assert_cmpstr(found->pipeline, ==, "default");
    g_assert_cmpint(found->created, ==, 7);
    g_assert_cmpint(found->number, ==, 1);
    g_assert_nonnull(found->config);
    g_assert_cmpint(found->percent, ==, 40);
    g_assert_cmpint(found->state, ==, PMX_JOB_RUNNING);
    return TRUE;
}

static void test_fixed(void)
{
    in_store(update_fixed);
}

static gboolean update_missing(PmxDb *db, gpointer data, GError **error)
{
    (void)data;
    g_autoptr(PmxJobRecord) job = make_job("nobody", "default", 7);
    g_assert_false(pmx_jobs_update(db, job, error));
    g_assert_error(*error, PMX_ERROR, PMX_CODE_INTERNAL);
    g_clear_error(error);
    PmxDeliveryRecord delivery = {.id = 5, .job = (char *)"nobody"};
    g_assert_false(pmx_outbox_update(db, &delivery, error));
    g_clear_error(error);
    return TRUE;
}

static void test_update_of_nothing(void)
{
    in_store(update_missing);
}

static void test_hidden(void)
{
    static const char *const hidden[] = {"fingerprint", "inputs", "number"};
    Records all;
    fill_all(&all);
    json_t *job = pmx_object_dump(&pmx_job_record_object, &all.job);
    json_t *callback = pmx_object_dump(&pmx_callback_record_object, &all.callback);
    for (guint i = 0; i < G_N_ELEMENTS(hidden); i++)
        g_assert_null(json_object_get(job, hidden[i]));
    g_assert_nonnull(json_object_get(job, "client_token"));
    g_assert_null(json_object_get(callback, "auth_key"));
    g_assert_nonnull(json_object_get(callback, "url"));
    json_decref(callback);
    json_decref(job);
    clear_all(&all);
}

/* What a client shall always find. */
static void test_always(void)
{
    PmxJobRecord job = {.id = (char *)"1"};
    json_t *json = pmx_object_dump(&pmx_job_record_object, &job);
    g_assert_cmpstr(json_string_value(json_object_get(json, "state")), ==, "Inited");
    g_assert_cmpint(json_integer_value(json_object_get(json, "percent")), ==, 0);
    g_assert_null(json_object_get(json, "finished"));
    json_decref(json);
}

static void test_every_field_has_its_sentence(void)
{
    const PmxObject *const objects[] = {&pmx_job_record_object,      &pmx_part_record_object,
                                        &pmx_template_record_object, &pmx_pipeline_record_object,
                                        &pmx_callback_record_object, &pmx_media_info_record_object,
                                        &pmx_event_record_object,    &pmx_delivery_record_object};
    for (guint i = 0; i < G_N_ELEMENTS(objects); i++)
        for (const PmxField *field = objects[i]->fields; field->name; field++)
            g_assert_true(field->doc && g_str_has_suffix(field->doc, "."));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/records/round-trip", test_round_trip);
    g_test_add_func("/store/records/absent", test_absent);
    g_test_add_func("/store/records/columns", test_columns);
    g_test_add_func("/store/records/fixed", test_fixed);
    g_test_add_func("/store/records/update-of-nothing", test_update_of_nothing);
    g_test_add_func("/store/records/hidden", test_hidden);
    g_test_add_func("/store/records/always", test_always);
    g_test_add_func("/store/records/sentences", test_every_field_has_its_sentence);
    return g_test_run();
}
