/* SPDX-License-Identifier: MIT */
/* Tests of cli/columns.h. */
#include "cli/columns.h"

static void widths(void)
{
    g_assert_cmpuint(pmx_columns(""), ==, 0);
    g_assert_cmpuint(pmx_columns("360P"), ==, 4);
    g_assert_cmpuint(pmx_columns("日本語"), ==, 6);
    g_assert_cmpuint(pmx_columns("e\u0301t\u0301"), ==, 2);
    g_assert_cmpuint(pmx_columns("…·█"), ==, 3);
}

static void check_append(const char *text, guint columns, const char *expected)
{
    g_autoptr(GString) line = g_string_new(NULL);
    pmx_columns_append(line, text, columns);
    g_assert_cmpstr(line->str, ==, expected);
    g_assert_cmpuint(pmx_columns(line->str), ==, columns);
}

static void append(void)
{
    check_append("360P", 6, "360P  ");
    check_append("360P", 4, "360P");
    check_append("video/360p.mp4", 9, "…360p.mp4");
    check_append("日本語", 8, "日本語  ");
    check_append("日本語", 6, "日本語");
    check_append("日本語", 5, "…本語");
    check_append("日本語", 4, "…語 "); /* a wide letter does not fit into one column */
    check_append("abe\u0301d", 3, "…e\u0301d");
    check_append("ae\u0301d", 2, "…d"); /* the accent goes with its letter */
    check_append("abc", 1, "…");
    check_append("abc", 0, "");
}

static void fit(void)
{
    g_assert_cmpuint(pmx_columns_fit("abc", 2), ==, 2);
    g_assert_cmpuint(pmx_columns_fit("abc", 9), ==, 3);
    g_assert_cmpuint(pmx_columns_fit("日本", 3), ==, 3);
    g_assert_cmpuint(pmx_columns_fit("e\u0301x", 1), ==, 3);
    g_assert_cmpuint(pmx_columns_fit("x", 0), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/columns/widths", widths);
    g_test_add_func("/columns/append", append);
    g_test_add_func("/columns/fit", fit);
    return g_test_run();
}
