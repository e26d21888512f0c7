/* SPDX-License-Identifier: MIT */
/* Pages of jobs and the cursors between them (store/job-pages). */
#include "store-model.h"

static gboolean matches(const Entry *entry, const PmxJobFilter *filter)
{
    return (!filter->state || g_str_equal(filter->state, pmx_job_state_names[entry->state])) &&
           (!filter->pipeline || g_str_equal(filter->pipeline, entry->pipeline)) &&
           (!filter->id || g_str_equal(filter->id, entry->id)) &&
           (!filter->from || entry->created >= filter->from) &&
           (!filter->to || entry->created <= filter->to);
}

/* --- pages --- */

static gboolean in_order(const Entry *before, const Entry *after, gboolean oldest_first)
{
    const Entry *low = oldest_first ? before : after, *high = oldest_first ? after : before;
    return low->created < high->created ||
           (low->created == high->created && low->number < high->number);
}

/* Reads all pages; between them `arrivals` random jobs come, at `*clock` when there is one, else at
 * any time. */
static void page_through(PmxDb *db, GPtrArray *model, PmxJobFilter *filter, guint arrivals,
                         gint64 *clock)
{
    g_autofree char *after = NULL;
    const Entry *before = NULL;
    do {
        g_autoptr(GError) error = NULL;
        char *next = NULL;
        filter->after = after;
        g_autoptr(GPtrArray) page = pmx_jobs_list(db, filter, &next, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(page->len, <=, filter->limit);
        g_assert_true(!next || page->len == filter->limit);
        for (guint i = 0; i < page->len; i++) {
            const PmxJobRecord *job = g_ptr_array_index(page, i);
            Entry *entry = entry_of(model, job->id);
            g_assert_null(job->config);
            g_assert_null(job->inputs);
            g_assert_true(matches(entry, filter));
            g_assert_true(!before || in_order(before, entry, filter->oldest_first));
            g_assert_cmpuint(entry->seen++, ==, 0);
            before = entry;
        }
        for (guint i = 0; next && i < arrivals; i++)
            add_random(db, model, clock ? (*clock += g_test_rand_int_range(0, 2)) : 0);
        g_free(after);
        after = next;
    } while (after);
}

static void random_filter(PmxJobFilter *filter)
{
    static const char *const pipelines[] = {"p0", "p1", "p2"};
    *filter = (PmxJobFilter){.oldest_first = g_test_rand_bit(),
                             .limit = (guint)g_test_rand_int_range(1, 20)};
    if (g_test_rand_bit())
        filter->state = pmx_job_state_names[g_test_rand_int_range(0, 5)];
    if (g_test_rand_bit())
        filter->pipeline = pipelines[g_test_rand_int_range(0, 3)];
    if (g_test_rand_bit())
        filter->from = g_test_rand_int_range(999, 1007);
    if (g_test_rand_bit())
        filter->to = g_test_rand_int_range(999, 1007);
}

static gboolean pages_round(PmxDb *db, gpointer data, GError **error)
{
    g_autoptr(GPtrArray) model = new_model();
    PmxJobFilter filter;
    (void)data, (void)error;
    for (gint i = g_test_rand_int_range(0, 150); i > 0; i--)
        add_random(db, model, 0);
    guint first = model->len;
    random_filter(&filter);
    page_through(db, model, &filter, (guint)g_test_rand_int_range(0, 4), NULL);
    for (guint i = 0; i < first; i++) {
        const Entry *entry = g_ptr_array_index(model, i);
        g_assert_cmpuint(entry->seen, ==, matches(entry, &filter) ? 1 : 0);
    }
    return TRUE;
}

static void test_pages(void)
{
    for (guint round = 0; round < 40; round++)
        in_store(pages_round);
}

/* Where moments rise with the numbers, oldest first misses nothing that came meanwhile. */
static gboolean follow_round(PmxDb *db, gpointer data, GError **error)
{
    g_autoptr(GPtrArray) model = new_model();
    gint64 clock = 1000;
    PmxJobFilter filter = {.oldest_first = TRUE, .limit = 7};
    (void)data, (void)error;
    for (guint i = 0; i < 60; i++)
        add_random(db, model, clock += g_test_rand_int_range(0, 2));
    page_through(db, model, &filter, 5, &clock);
    g_assert_cmpuint(model->len, >, 100);
    for (guint i = 0; i < model->len; i++)
        g_assert_cmpuint(((Entry *)g_ptr_array_index(model, i))->seen, ==, 1);
    return TRUE;
}

static void test_following(void)
{
    in_store(follow_round);
}

static gboolean one_by_id(PmxDb *db, gpointer data, GError **error)
{
    g_autofree char *next = NULL;
    (void)data;
    add_job(db, "a", "p", 5);
    add_job(db, "b", "p", 5);
    g_autoptr(GPtrArray) jobs =
        pmx_jobs_list(db, &(PmxJobFilter){.id = "b", .limit = 1, .after = ""}, &next, error);
    g_assert_cmpuint(jobs->len, ==, 1);
    g_assert_cmpstr(((PmxJobRecord *)g_ptr_array_index(jobs, 0))->id, ==, "b");
    g_assert_null(next);
    return TRUE;
}

static void test_by_id(void)
{
    in_store(one_by_id);
}

/* Who narrows the times on the way gets what is within them. */
static gboolean narrow(PmxDb *db, gpointer data, GError **error)
{
    (void)data;
    for (gint64 i = 1; i <= 10; i++) {
        g_autofree char *id = id_of((guint64)i);
        add_job(db, id, "p", i);
    }
    for (guint up = 0; up < 2; up++) {
        g_autofree char *after = NULL, *next = NULL;
        PmxJobFilter filter = {.limit = 2, .oldest_first = up > 0};
        g_autoptr(GPtrArray) page = pmx_jobs_list(db, &filter, &after, error);
        filter.from = filter.to = 6;
        filter.after = after;
        g_autoptr(GPtrArray) rest = pmx_jobs_list(db, &filter, &next, error);
        g_assert_cmpuint(page->len, ==, 2);
        g_assert_cmpuint(rest->len, ==, 1);
        g_assert_cmpint(((PmxJobRecord *)g_ptr_array_index(rest, 0))->created, ==, 6);
    }
    return TRUE;
}

static void test_narrowed(void)
{
    in_store(narrow);
}

static gboolean wrong_cursors(PmxDb *db, gpointer data, GError **error)
{
    g_autofree char *good = NULL;
    PmxJobFilter filter = {.limit = 1};
    (void)data;
    for (guint i = 0; i < 3; i++) {
        g_autofree char *id = id_of(i);
        add_job(db, id, "p", 5);
    }
    g_autoptr(GPtrArray) page = pmx_jobs_list(db, &filter, &good, error);
    g_assert_nonnull(page);
    g_assert_nonnull(good);
    g_autofree char *longer = g_strconcat(good, "0", NULL), *spaced = g_strconcat(" ", good, NULL);
    g_autofree char *other = g_strdup(good);
    other[0] = 'a'; /* the other way round */
    const char *const wrong[] = {"x",    "d",    "d-",    "d5",   "d5-",  "d-1",
                                 "d0-1", "d5-0", "d5-x",  "D5-1", "\xff", longer + 1,
                                 spaced, other,  "d5-1 ", "d+5-1"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) why = NULL;
        char *next = NULL;
        filter.after = wrong[i];
        g_assert_null(pmx_jobs_list(db, &filter, &next, &why));
        g_assert_error(why, PMX_ERROR, PMX_CODE_INVALID);
        g_assert_null(next);
    }
    return TRUE;
}

static void test_wrong_cursors(void)
{
    in_store(wrong_cursors);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/pages/whole", test_pages);
    g_test_add_func("/store/pages/following", test_following);
    g_test_add_func("/store/pages/by-id", test_by_id);
    g_test_add_func("/store/pages/narrowed", test_narrowed);
    g_test_add_func("/store/pages/wrong-cursors", test_wrong_cursors);
    return g_test_run();
}
