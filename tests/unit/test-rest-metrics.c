/* SPDX-License-Identifier: MIT */
/* The figures as text, read again by the format's rules (Prometheus text format 0.0.4). */
#include <string.h>

#include "api/rest/metrics.h"

/* --- a reader of the format --- */

typedef struct {
    GHashTable *values; /* "name{labels}" → its value as text */
    GHashTable *types;  /* family → type */
} Page;

/* The family that a sample belongs to: a histogram's samples have endings. */
static char *family_of(const Page *page, const char *name)
{
    static const char *const endings[] = {"_bucket", "_sum", "_count", NULL};
    for (guint i = 0; endings[i]; i++) {
        if (!g_str_has_suffix(name, endings[i]))
            continue;
        g_autofree char *base = g_strndup(name, strlen(name) - strlen(endings[i]));
        if (g_strcmp0(g_hash_table_lookup(page->types, base), "histogram") == 0)
            return g_steal_pointer(&base);
    }
    return g_strdup(name);
}

static void read_comment(Page *page, const char *line, char **family)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 4);
    g_assert_cmpuint(g_strv_length(words), ==, 4);
    if (strcmp(words[1], "HELP") == 0) {
        g_assert_false(g_hash_table_contains(page->types, words[2]));
        g_assert_cmpuint(strlen(words[3]), >, 0);
        g_free(*family);
        *family = g_strdup(words[2]);
        return;
    }
    g_assert_cmpstr(words[1], ==, "TYPE");
    g_assert_cmpstr(words[2], ==, *family); /* right behind its help */
    g_assert_true(g_regex_match_simple("^(counter|gauge|histogram)$", words[3], 0, 0));
    g_assert_cmpint(strcmp(words[3], "counter") == 0, ==, g_str_has_suffix(words[2], "_total"));
    g_assert_true(g_hash_table_insert(page->types, g_strdup(words[2]), g_strdup(words[3])));
}

static void read_sample(Page *page, const char *line, const char *family)
{
    g_autoptr(GRegex) form = g_regex_new("^([a-z_][a-z0-9_]*)(\\{[a-z_]+=\"[^\"\\\\\n]*\"\\})? "
                                         "(-?[0-9]+(?:\\.[0-9]+)?(?:e[+-]?[0-9]+)?)$",
                                         0, 0, NULL);
    g_autoptr(GMatchInfo) found = NULL;
    if (!g_regex_match(form, line, 0, &found))
        g_error("not a sample: %s", line);
    g_autofree char *name = g_match_info_fetch(found, 1);
    g_autofree char *labels = g_match_info_fetch(found, 2);
    g_autofree char *base = family_of(page, name);
    g_assert_cmpstr(base, ==, family); /* a family's samples stand together */
    g_assert_true(g_hash_table_contains(page->types, base));
    g_assert_true(g_hash_table_insert(page->values, g_strconcat(name, labels, NULL),
                                      g_match_info_fetch(found, 3)));
}

static Page read_page(const char *text)
{
    Page page = {g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
                 g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free)};
    g_autofree char *family = NULL;
    g_assert_true(g_str_has_suffix(text, "\n"));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i + 1]; i++) {
        if (*lines[i] == '#')
            read_comment(&page, lines[i], &family);
        else
            read_sample(&page, lines[i], family);
    }
    return page;
}

static void page_clear(Page *page)
{
    g_hash_table_unref(page->values);
    g_hash_table_unref(page->types);
}

static void assert_value(const Page *page, const char *name, const char *value)
{
    const char *have = g_hash_table_lookup(page->values, name);
    if (g_strcmp0(have, value) != 0)
        g_error("%s: %s, not %s", name, have ? have : "nothing", value);
}

/* --- tests --- */

static const PmxServiceState state = {
    .jobs = {3, 1, 5, 2, 0},
    .queue_age = 1500,
    .running = 2,
    .ready = 7,
    .tasks_done = 40,
    .tasks_failed = 1,
    .artifacts_made = 30,
    .artifacts_kept = 12,
    .media_seconds = 90,
    .cpu_seconds = 60,
    .deliveries_waiting = 4,
    .deliveries_dead = 2,
    .delivery_age = 250,
    .notify = {.delivered = 9, .failed = 6, .dead = 2},
};

static void test_values(void)
{
    static const struct {
        const char *name, *value;
    } rows[] = {
        {"polymux_build_info{version=\"" PMX_VERSION "\"}", "1"},
        {"polymux_store_up", "1"},
        {"polymux_jobs{state=\"Inited\"}", "3"},
        {"polymux_jobs{state=\"Cancelled\"}", "0"},
        {"polymux_tasks{state=\"running\"}", "2"},
        {"polymux_tasks{state=\"ready\"}", "7"},
        {"polymux_tasks_ended_total{result=\"done\"}", "40"},
        {"polymux_queue_age_seconds", "1.5"},
        {"polymux_encode_speed_ratio", "1.5"},
        {"polymux_cpu_seconds_total", "60"},
        {"polymux_cache_hits_total", "12"},
        {"polymux_cache_misses_total", "30"},
        {"polymux_deliveries{state=\"waiting\"}", "4"},
        {"polymux_deliveries{state=\"dead\"}", "2"},
        {"polymux_delivery_lag_seconds", "0.25"},
        {"polymux_delivery_attempts_total{result=\"failed\"}", "6"},
        {"polymux_http_requests_total{status=\"2xx\"}", "20"},
        {"polymux_http_requests_total{status=\"5xx\"}", "1"},
        {"polymux_http_streams", "5"},
        {"polymux_http_connections", "6"},
        {"polymux_http_request_duration_seconds_count", "24"},
        {"polymux_http_request_duration_seconds_sum", "3.5"},
    };
    PmxHttpCounts http = {.connections = 6,
                          .streams = 5,
                          .requests = {0, 0, 20, 0, 3, 1},
                          .took = {20, 3, [PMX_HTTP_BUCKETS] = 1},
                          .took_seconds = 3.5};
    g_autofree char *text = pmx_metrics_text(&state, &http);
    Page page = read_page(text);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        assert_value(&page, rows[i].name, rows[i].value);
    page_clear(&page);
}

/* Each range counts those before it as well; the last has all of them. */
static void test_histogram(void)
{
    PmxHttpCounts http = {.took = {5, 4, 3, [PMX_HTTP_BUCKETS] = 2}};
    g_autofree char *text = pmx_metrics_text(NULL, &http);
    g_autofree char *first = g_strdup_printf("_bucket{le=\"%g\"} 5\n", pmx_http_bucket_seconds[0]);
    g_autofree char *third = g_strdup_printf("_bucket{le=\"%g\"} 12\n", pmx_http_bucket_seconds[2]);
    g_autofree char *last =
        g_strdup_printf("_bucket{le=\"%g\"} 12\n", pmx_http_bucket_seconds[PMX_HTTP_BUCKETS - 1]);
    g_assert_nonnull(strstr(text, first));
    g_assert_nonnull(strstr(text, third));
    g_assert_nonnull(strstr(text, last));
    g_assert_nonnull(strstr(text, "_bucket{le=\"+Inf\"} 14\n"));
    g_assert_nonnull(strstr(text, "_count 14\n"));
}

static void test_down(void)
{
    g_autofree char *text = pmx_metrics_text(NULL, NULL);
    Page page = read_page(text);
    assert_value(&page, "polymux_store_up", "0");
    g_assert_cmpuint(g_hash_table_size(page.values), ==, 2);
    page_clear(&page);
}

static void test_nothing_encoded(void)
{
    g_autofree char *text = pmx_metrics_text(&(PmxServiceState){0}, NULL);
    Page page = read_page(text);
    assert_value(&page, "polymux_encode_speed_ratio", "0");
    page_clear(&page);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rest/metrics/values", test_values);
    g_test_add_func("/rest/metrics/histogram", test_histogram);
    g_test_add_func("/rest/metrics/down", test_down);
    g_test_add_func("/rest/metrics/nothing-encoded", test_nothing_encoded);
    return g_test_run();
}
