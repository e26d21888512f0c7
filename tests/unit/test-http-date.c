/* SPDX-License-Identifier: MIT */
/* HTTP's form of moments: base/http-date. */
#include "base/http-date.h"

/* Numbers from `date -u -d TEXT +%s`. */
static const struct {
    const char *text;
    gint64 moment;
} dates[] = {
    {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777000},
    {"Fri, 02 Jan 2026 03:04:05 GMT", 1767323045000},
    {"Thu, 29 Feb 2024 23:59:59 GMT", 1709251199000},
    {"Mon, 31 Dec 2040 12:00:00 GMT", 2240568000000},
};

static void test_both_ways(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(dates); i++) {
        gint64 read = -1;
        g_autofree char *text = pmx_http_date(dates[i].moment + 999);
        g_assert_cmpstr(text, ==, dates[i].text);
        g_assert_true(pmx_http_date_parse(text, &read));
        g_assert_cmpint(read, ==, dates[i].moment);
    }
}

static void test_what_is_none(void)
{
    static const char *const texts[] = {
        "",
        "Fri",
        "Fri, 02 Jan 2026 03:04:05",
        "Fri, 02 Jan 2026 03:04:05 UTC",
        "Fri, 02 Jan 2026 03:04:05 GMT ",
        "Fri, 2 Jan 2026 03:04:05 GMT",
        "Fre, 02 Jan 2026 03:04:05 GMT",
        "Fri, 02 Jän 2026 03:04:05 GMT",
        "Fri, 02 Mai 2026 03:04:05 GMT",
        "Fri, 30 Feb 2026 03:04:05 GMT",
        "Fri, 00 Jan 2026 03:04:05 GMT",
        "Fri, 02 Jan 0000 03:04:05 GMT",
        "Fri, 02 Jan 2026 24:00:00 GMT",
        "Fri, 02 Jan 2026 03:60:05 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "2026-01-02T03:04:05Z",
    };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        gint64 read;
        g_test_message("%s", texts[i]);
        g_assert_false(pmx_http_date_parse(texts[i], &read));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http-date/both-ways", test_both_ways);
    g_test_add_func("/http-date/what-is-none", test_what_is_none);
    return g_test_run();
}
