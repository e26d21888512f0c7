/* SPDX-License-Identifier: MIT */
/* Templates, pipelines, settings, media infos, events and deliveries in the store. */
#include "store-fixture.h"

#define BODY(name)                                                                                 \
    static gboolean name##_body(PmxDb *db, gpointer data, GError **error);                         \
    static void test_##name(void)                                                                  \
    {                                                                                              \
        in_store(name##_body);                                                                     \
    }                                                                                              \
    static gboolean name##_body(PmxDb *db, G_GNUC_UNUSED gpointer data, GError **error)

/* --- templates --- */

static void add_template(PmxDb *db, const char *id, const char *name, gint64 subtype,
                         gint64 created)
{
    g_autoptr(GError) error = NULL;
    PmxTemplateRecord row = {
        .id = (char *)id, .name = (char *)name, .type = 1, .subtype = subtype, .created = created};
    pmx_custom_templates_insert(db, &row, &error);
    g_assert_no_error(error);
}

/* The ids of the rows, joined. */
static char *ids_of(GPtrArray *rows)
{
    GString *ids = g_string_new(NULL);
    for (guint i = 0; i < rows->len; i++)
        g_string_append(ids, ((PmxTemplateRecord *)g_ptr_array_index(rows, i))->id);
    return g_string_free(ids, FALSE);
}

static void assert_list(PmxDb *db, PmxTemplateFilter filter, const char *want, gint64 want_total)
{
    g_autoptr(GError) error = NULL;
    gint64 total = -1;
    filter.limit = filter.limit ? filter.limit : 10;
    g_autoptr(GPtrArray) rows = pmx_custom_templates_list(db, &filter, &total, &error);
    g_assert_no_error(error);
    g_autofree char *ids = ids_of(rows);
    g_assert_cmpstr(ids, ==, want);
    g_assert_cmpint(total, ==, want_total);
}

BODY(templates)
{
    add_template(db, "a", "Ätna 100% HD_1", 1, 10);
    add_template(db, "b", "audio only", 2, 20);
    add_template(db, "c", "HD!", 1, 20);
    assert_list(db, (PmxTemplateFilter){0}, "cba", 3);
    assert_list(db, (PmxTemplateFilter){.oldest_first = TRUE}, "abc", 3);
    assert_list(db, (PmxTemplateFilter){.offset = 1, .limit = 1}, "b", 3);
    assert_list(db, (PmxTemplateFilter){.offset = 5}, "", 3);
    assert_list(db, (PmxTemplateFilter){.subtype = 1}, "ca", 2);
    assert_list(db, (PmxTemplateFilter){.type = 2}, "", 0);
    assert_list(db, (PmxTemplateFilter){.id = "b"}, "b", 1);
    assert_list(db, (PmxTemplateFilter){.name = "hd"}, "ca", 2);
    assert_list(db, (PmxTemplateFilter){.name = "äTNA"}, "a", 1);
    assert_list(db, (PmxTemplateFilter){.name = "0% h"}, "a", 1);
    assert_list(db, (PmxTemplateFilter){.name = "%"}, "a", 1);
    assert_list(db, (PmxTemplateFilter){.name = "d_"}, "a", 1);
    assert_list(db, (PmxTemplateFilter){.name = "!"}, "c", 1);
    g_autoptr(PmxTemplateRecord) row = pmx_custom_templates_get(db, "c", error);
    g_free(row->name);
    row->name = g_strdup("renamed");
    g_assert_true(pmx_custom_templates_update(db, row, error));
    assert_list(db, (PmxTemplateFilter){.name = "HD"}, "a", 1);
    assert_list(db, (PmxTemplateFilter){.name = "Ren"}, "c", 1);
    g_autoptr(GPtrArray) all = pmx_custom_templates_all(db, error);
    g_assert_cmpuint(all->len, ==, 3);
    return TRUE;
}

static void assert_default(PmxDb *db, gint64 subtype, const char *want)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxTemplateRecord) row = pmx_custom_templates_default(db, 1, subtype, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(row ? row->id : NULL, ==, want);
}

BODY(defaults)
{
    gboolean found = FALSE;
    add_template(db, "a", "a", 1, 10);
    add_template(db, "b", "b", 1, 20);
    add_template(db, "c", "c", 2, 20);
    assert_default(db, 1, NULL);
    g_assert_true(pmx_custom_templates_set_default(db, "a", &found, error) && found);
    g_assert_true(pmx_custom_templates_set_default(db, "c", &found, error) && found);
    g_assert_true(pmx_custom_templates_set_default(db, "b", &found, error) && found);
    assert_default(db, 1, "b");
    assert_default(db, 2, "c");
    g_assert_true(pmx_custom_templates_set_default(db, "nobody", &found, error));
    g_assert_false(found);
    assert_default(db, 1, "b");
    g_assert_true(pmx_custom_templates_delete(db, "b", &found, error) && found);
    g_assert_true(pmx_custom_templates_delete(db, "b", &found, error));
    g_assert_false(found);
    assert_default(db, 1, NULL);
    return TRUE;
}

/* --- pipelines, settings, media infos --- */

BODY(pipelines)
{
    gboolean found = FALSE;
    PmxPipelineRecord late = {.id = (char *)"a", .name = (char *)"a", .created = 20};
    PmxPipelineRecord early = {.id = (char *)"b", .name = (char *)"b", .created = 10, .speed = 2};
    g_assert_true(pmx_pipelines_insert(db, &late, error));
    g_assert_true(pmx_pipelines_insert(db, &early, error));
    g_autoptr(GPtrArray) all = pmx_pipelines_all(db, error);
    g_assert_cmpuint(all->len, ==, 2);
    const PmxPipelineRecord *first = g_ptr_array_index(all, 0);
    g_assert_cmpstr(first->id, ==, "b");
    g_assert_cmpint(first->speed, ==, 2);
    g_assert_true(pmx_pipelines_delete(db, "b", &found, error) && found);
    g_assert_true(pmx_pipelines_delete(db, "b", &found, error));
    g_assert_false(found);
    return TRUE;
}

BODY(settings)
{
    g_assert_null(pmx_settings_get(db, "default-storage", error));
    g_assert_no_error(*error);
    g_assert_true(pmx_settings_set(db, "default-storage", "one", error));
    g_assert_true(pmx_settings_set(db, "default-storage", "two", error));
    g_autofree char *value = pmx_settings_get(db, "default-storage", error);
    g_assert_cmpstr(value, ==, "two");
    g_assert_null(pmx_callback_get(db, error));
    g_assert_no_error(*error);
    return TRUE;
}

BODY(media_infos)
{
    static const char *const ids[] = {"late", "done", "early"};
    guint64 gone = 0;
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
        PmxMediaInfoRecord row = {.id = (char *)ids[i], .created = 30 - (gint64)i};
        g_assert_true(pmx_media_infos_insert(db, &row, error));
    }
    g_autoptr(PmxMediaInfoRecord) done = pmx_media_infos_get(db, "done", error);
    done->state = PMX_JOB_ERROR;
    done->finished = 40;
    g_assert_true(pmx_media_infos_update(db, done, error));
    g_autoptr(GPtrArray) open = pmx_media_infos_open(db, 10, error);
    g_assert_cmpuint(open->len, ==, 2);
    g_assert_cmpstr(((PmxMediaInfoRecord *)g_ptr_array_index(open, 0))->id, ==, "early");
    g_assert_true(pmx_media_infos_expire(db, 40, 10, &gone, error));
    g_assert_cmpuint(gone, ==, 0);
    g_assert_true(pmx_media_infos_expire(db, 41, 10, &gone, error));
    g_assert_cmpuint(gone, ==, 1);
    g_assert_null(pmx_media_infos_get(db, "done", error));
    return TRUE;
}

/* --- events --- */

static void add_event(PmxDb *db, const char *job, gint64 want_seq)
{
    g_autoptr(GError) error = NULL;
    PmxEventRecord event = {.job = (char *)job, .at = 5, .type = (char *)"state"};
    g_assert_true(pmx_events_add(db, &event, &error));
    g_assert_cmpint(event.seq, ==, want_seq);
}

static void assert_events(PmxDb *db, const char *job, gint64 after, guint limit, const char *want)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) events = pmx_events_after(db, job, after, limit, &error);
    g_autoptr(GString) seqs = g_string_new(NULL);
    g_assert_no_error(error);
    for (guint i = 0; i < events->len; i++)
        g_string_append_printf(seqs, "%d",
                               (int)((PmxEventRecord *)g_ptr_array_index(events, i))->seq);
    g_assert_cmpstr(seqs->str, ==, want);
}

BODY(events)
{
    (void)error;
    add_job(db, "a", "p", 1);
    add_job(db, "b", "p", 1);
    for (guint i = 1; i <= 6; i++)
        add_event(db, i % 3 == 0 ? "b" : "a", i);
    assert_events(db, NULL, 0, 10, "123456");
    assert_events(db, NULL, 2, 3, "345");
    assert_events(db, "a", 0, 10, "1245");
    assert_events(db, "a", 2, 10, "45");
    assert_events(db, "b", 6, 10, "");
    return TRUE;
}

/* --- deliveries --- */

static gint64 add_delivery(PmxDb *db, const char *job, gint64 due)
{
    g_autoptr(GError) error = NULL;
    PmxDeliveryRecord row = {.job = (char *)job, .created = 1 + due / 2, .due = due};
    pmx_outbox_add(db, &row, &error);
    g_assert_no_error(error);
    return row.id;
}

static void change(PmxDb *db, gint64 id, PmxDeliveryState state, gint64 due)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxDeliveryRecord) row = pmx_outbox_get(db, id, &error);
    row->state = (int)state;
    row->due = due;
    pmx_outbox_update(db, row, &error);
    g_assert_no_error(error);
}

static void assert_due(PmxDb *db, gint64 now, const char *want)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) due = pmx_outbox_due(db, now, NULL, 100, &error);
    g_autoptr(GString) ids = g_string_new(NULL);
    g_assert_no_error(error);
    for (guint i = 0; i < due->len; i++)
        g_string_append_printf(ids, "%d ",
                               (int)((PmxDeliveryRecord *)g_ptr_array_index(due, i))->id);
    g_assert_cmpstr(ids->str, ==, want);
}

static gint64 next_due(PmxDb *db, gint64 now)
{
    g_autoptr(GError) error = NULL;
    gint64 next = -1;
    g_assert_true(pmx_outbox_next(db, now, &next, &error));
    return next;
}

BODY(outbox_order)
{
    (void)error;
    add_job(db, "a", "p", 1);
    add_job(db, "b", "p", 1);
    g_assert_cmpint(next_due(db, 1), ==, 0);
    gint64 a1 = add_delivery(db, "a", 10), a2 = add_delivery(db, "a", 5);
    gint64 b1 = add_delivery(db, "b", 8), a3 = add_delivery(db, "a", 6);
    g_assert_cmpint(a1 + a2 + b1 + a3, ==, 10);
    assert_due(db, 7, ""); /* 2 and 4 are due, but 1 goes first */
    g_assert_cmpint(next_due(db, 7), ==, 8);
    g_assert_cmpint(next_due(db, 8), ==, 10);
    g_assert_cmpint(next_due(db, 10), ==, 0);
    assert_due(db, 10, "3 1 ");
    change(db, a1, PMX_DELIVERY_WAITING, 50); /* tried in vain */
    assert_due(db, 20, "3 ");
    change(db, a1, PMX_DELIVERY_DELIVERED, 0);
    assert_due(db, 20, "2 3 ");
    change(db, b1, PMX_DELIVERY_DEAD, 0);
    assert_due(db, 20, "2 ");
    change(db, a2, PMX_DELIVERY_DELIVERED, 0);
    assert_due(db, 20, "4 ");
    change(db, b1, PMX_DELIVERY_WAITING, 15); /* sent again by hand */
    change(db, a1, PMX_DELIVERY_WAITING, 16);
    assert_due(db, 20, "3 1 "); /* 1 goes before 4 once more */
    change(db, a1, PMX_DELIVERY_DELIVERED, 0);
    change(db, b1, PMX_DELIVERY_DELIVERED, 0);
    change(db, a3, PMX_DELIVERY_DELIVERED, 0);
    assert_due(db, 1000, "");
    g_assert_cmpint(next_due(db, 1), ==, 0);
    return TRUE;
}

static void assert_due_except(PmxDb *db, const char *const *except, const char *want)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) due = pmx_outbox_due(db, 1000, except, 100, &error);
    g_autoptr(GString) targets = g_string_new(NULL);
    g_assert_no_error(error);
    for (guint i = 0; i < due->len; i++)
        g_string_append_printf(targets, "%s ",
                               ((PmxDeliveryRecord *)g_ptr_array_index(due, i))->target);
    g_assert_cmpstr(targets->str, ==, want);
}

BODY(outbox_except)
{
    static const char *const targets[] = {"http://a/x",  "http://a?x", "http://a#x",
                                          "http://a",    "http://ab/", "http://a:1/",
                                          "https://a/x", "queue-a",    "queue-ab"};
    for (guint i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_autofree char *job = g_strdup_printf("%u", i);
        add_job(db, job, "p", 1);
        PmxDeliveryRecord row = {.job = job, .target = (char *)targets[i], .created = 1, .due = 1};
        pmx_outbox_add(db, &row, error);
    }
    const char *const host[] = {"http://a/", NULL};
    const char *const both[] = {"http://a/", "queue-a/", NULL};
    assert_due_except(db, host, "http://ab/ http://a:1/ https://a/x queue-a queue-ab ");
    assert_due_except(db, both, "http://ab/ http://a:1/ https://a/x queue-ab ");
    return TRUE;
}

BODY(outbox_without_moment)
{
    (void)error;
    add_job(db, "a", "p", 1);
    gint64 id = add_delivery(db, "a", 0);
    assert_due(db, 1, "1 ");
    change(db, id, PMX_DELIVERY_WAITING, 0);
    assert_due(db, 1, "1 ");
    return TRUE;
}

/* Whatever happens, what is due is what a search through everything finds. */
static void assert_due_is_right(PmxDb *db)
{
    g_autoptr(GError) error = NULL;
    gint64 wrong = -1;
    g_assert_true(pmx_db_number(
        db,
        "SELECT COUNT(*) FROM outbox o WHERE (o.head = 1) <> (o.state = 'waiting' AND NOT EXISTS"
        " (SELECT 1 FROM outbox p WHERE p.job = o.job AND p.state = 'waiting' AND p.id < o.id))",
        NULL, 0, &wrong, &error));
    g_assert_cmpint(wrong, ==, 0);
}

BODY(outbox_random)
{
    static const char *const jobs[] = {"a", "b", "c"};
    gint64 last = 0, waiting = 0, dead = 0, oldest = 0;
    for (guint i = 0; i < G_N_ELEMENTS(jobs); i++)
        add_job(db, jobs[i], "p", 1);
    for (guint i = 0; i < 300; i++) {
        if (last == 0 || g_test_rand_int_range(0, 3) == 0)
            last = add_delivery(db, jobs[g_test_rand_int_range(0, 3)], i + 1);
        else
            change(db, g_test_rand_int_range(1, (gint32)last + 1),
                   (PmxDeliveryState)g_test_rand_int_range(0, 3), i + 1);
        assert_due_is_right(db);
    }
    g_assert_true(pmx_outbox_count(db, &waiting, &dead, &oldest, error));
    g_autoptr(GPtrArray) list = pmx_outbox_list(db, "dead", 0, 1000, error);
    g_assert_cmpint(list->len, ==, dead);
    g_autoptr(GPtrArray) all = pmx_outbox_list(db, NULL, 0, 1000, error);
    g_assert_cmpint(all->len, ==, last);
    g_autoptr(GPtrArray) some = pmx_outbox_list(db, NULL, 3, 2, error);
    g_assert_cmpint(((PmxDeliveryRecord *)g_ptr_array_index(some, 0))->id, ==, 4);
    g_assert_cmpuint(some->len, ==, 2);
    g_autoptr(GPtrArray) waits = pmx_outbox_list(db, "waiting", 0, 1000, error);
    g_assert_cmpint(waits->len, ==, waiting);
    gint64 least = 0;
    for (guint i = 0; i < waits->len; i++) {
        const PmxDeliveryRecord *row = g_ptr_array_index(waits, i);
        least = least ? MIN(least, row->created) : row->created;
    }
    g_assert_cmpint(oldest, ==, least);
    return TRUE;
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/templates/list", test_templates);
    g_test_add_func("/store/templates/defaults", test_defaults);
    g_test_add_func("/store/pipelines", test_pipelines);
    g_test_add_func("/store/settings", test_settings);
    g_test_add_func("/store/media-infos", test_media_infos);
    g_test_add_func("/store/events", test_events);
    g_test_add_func("/store/outbox/order", test_outbox_order);
    g_test_add_func("/store/outbox/except", test_outbox_except);
    g_test_add_func("/store/outbox/without-moment", test_outbox_without_moment);
    g_test_add_func("/store/outbox/random", test_outbox_random);
    return g_test_run();
}
