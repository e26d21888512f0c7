/* SPDX-License-Identifier: MIT */
/* Moments and their text forms: base/moment. */
#include "base/moment.h"

#include <string.h>

/* Numbers from `date -u -d TEXT +%s`. */
static const struct {
    const char *text, *seconds_text;
    gint64 moment;
} moments[] = {
    {"1970-01-01T00:00:00.001Z", "1970-01-01T00:00:00Z", 1},
    {"2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05Z", 1767323045678},
    {"2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59Z", 1709251199999},
    {"2000-02-29T00:00:00.000Z", "2000-02-29T00:00:00Z", 951782400000},
    {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59Z", -1},
    {"2038-01-19T03:14:08.000Z", "2038-01-19T03:14:08Z", 2147483648000},
    {"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59Z", 253402300799999},
};

static void test_both_forms(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(moments); i++) {
        gint64 moment = moments[i].moment, read = 0;
        g_autofree char *text = pmx_moment_kind.format(&moment);
        g_autofree char *seconds = pmx_moment_text(moment);
        g_assert_cmpstr(text, ==, moments[i].text);
        g_assert_cmpstr(seconds, ==, moments[i].seconds_text);
        g_assert_true(pmx_moment_kind.parse(text, &read));
        g_assert_cmpint(read, ==, moment);
        g_assert_true(pmx_moment_parse(seconds, &read));
        g_assert_cmpint(read, ==, moment - (((moment % 1000) + 1000) % 1000));
    }
}

static void test_none(void)
{
    gint64 none = 0;
    g_autofree char *text = pmx_moment_kind.format(&none), *seconds = pmx_moment_text(0);
    g_assert_cmpstr(text, ==, "");
    g_assert_cmpstr(seconds, ==, "");
}

static void test_what_is_none(void)
{
    static const char *const texts[] = {
        "",
        "2026",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-01-02 03:04:05Z",
        "2026-01-02t03:04:05z",
        "2026-01-02T03:04:05+00:00",
        "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05.6Z",
        "2026-01-02T03:04:05.6789Z",
        "2026-01-02T03:04:05Z ",
        " 2026-01-02T03:04:05Z",
        "2026-1-2T3:4:5Z",
        "2026-00-02T03:04:05Z",
        "2026-13-02T03:04:05Z",
        "2026-01-00T03:04:05Z",
        "2026-01-32T03:04:05Z",
        "2026-02-29T03:04:05Z",
        "2026-04-31T03:04:05Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T03:60:05Z",
        "2026-01-02T03:04:60Z",
        "+026-01-02T03:04:05Z",
        "12026-01-02T03:04:05Z",
    };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        gint64 moment = 77;
        if (pmx_moment_parse(texts[i], &moment) || moment != 77)
            g_error("\"%s\" was read as a moment", texts[i]);
    }
}

static void test_texts_sort_like_times(void)
{
    g_autofree char *before = NULL;
    for (gint64 moment = 1; moment < G_GINT64_CONSTANT(250000000000000); moment += 1 + moment / 7) {
        g_autofree char *text = pmx_moment_kind.format(&moment);
        g_assert_cmpint(strlen(text), ==, 24);
        g_assert_true(!before || strcmp(before, text) < 0);
        g_free(before);
        before = g_steal_pointer(&text);
    }
}

static void test_beyond_four_digits(void)
{
    gint64 far = G_MAXINT64, back = 0;
    g_autofree char *text = pmx_moment_kind.format(&far);
    g_assert_cmpstr(text, ==, "9999-12-31T23:59:59.999Z");
    g_assert_true(pmx_moment_parse(text, &back));
}

static void test_now(void)
{
    gint64 before = g_get_real_time() / 1000, now = pmx_moment_now();
    g_assert_cmpint(now, >=, before);
    g_assert_cmpint(now, <=, g_get_real_time() / 1000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/moment/both-forms", test_both_forms);
    g_test_add_func("/moment/none", test_none);
    g_test_add_func("/moment/what-is-none", test_what_is_none);
    g_test_add_func("/moment/sorts", test_texts_sort_like_times);
    g_test_add_func("/moment/beyond", test_beyond_four_digits);
    g_test_add_func("/moment/now", test_now);
    return g_test_run();
}
