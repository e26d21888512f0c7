/* SPDX-License-Identifier: MIT */
/* Unit tests of the tables behind job/language.h: each row is found by each of its codes and names,
 * and the hand-written tables agree with ISO 639. */
#include "job/language-table.h"

#include <glib.h>
#include <string.h>

#include "job/language.h"

static void check_code(const char *code, const char *expected)
{
    g_autofree char *got = pmx_language_to_639_2t(code);
    g_assert_cmpstr(got, ==, expected);
}

static void test_rows(void)
{
    const PmxLanguageRow *row;
    size_t i;
    for (i = 0; (row = pmx_language_row_at(i)); i++) {
        g_assert_true(i == 0 || strcmp(pmx_language_row_at(i - 1)->code, row->code) < 0);
        g_assert_true(pmx_language_is_iso639_2(row->code) == row->in_639_2);
        g_assert_true(g_utf8_validate(row->name, -1, NULL) && row->name[0]);
        g_assert_nonnull(pmx_language_row_by_name(row->name, strlen(row->name)));
        if (strcmp(row->code, "und") == 0)
            continue;
        check_code(row->code, row->code);
        if (row->alpha_2[0])
            check_code(row->alpha_2, row->code);
        if (row->bibliographic[0])
            check_code(row->bibliographic, row->code);
    }
    g_assert_cmpuint(i, >, 7900);
}

static void test_names(void)
{
    const PmxLanguageName *name;
    for (size_t i = 0; (name = pmx_language_name_at(i)); i++) {
        const PmxLanguageRow *row = pmx_language_row(name->code);
        g_assert_nonnull(row);
        g_assert_true(pmx_language_row_by_name(name->name, strlen(name->name)) == row);
    }
}

/* Whatever stands for another language stands for a macrolanguage, and no chain of them exists. */
static void test_macros(void)
{
    const PmxLanguageRow *row;
    guint count = 0;
    for (size_t i = 0; (row = pmx_language_row_at(i)); i++) {
        const char *macro = pmx_language_macro(row->code);
        if (!macro)
            continue;
        count++;
        g_assert_cmpint(row->scope, ==, 'I');
        g_assert_cmpint(pmx_language_row(macro)->scope, ==, 'M');
        g_assert_null(pmx_language_macro(macro));
    }
    g_assert_cmpuint(count, ==, 61);
}

/* What may follow another language in a tag is a language with a row of its own. */
static void test_extensions(void)
{
    const PmxLanguageRow *row;
    guint count = 0;
    for (size_t i = 0; (row = pmx_language_row_at(i)); i++) {
        const char *prefix = pmx_language_prefix(row->code);
        if (!prefix)
            continue;
        count++;
        g_autofree char *tag = g_strdup_printf("%s-%s", prefix, row->code);
        check_code(tag, row->code);
    }
    g_assert_cmpuint(count, >=, 85);
}

/* Nor does a subtag that is registered but retired, or not registered at all, do any harm. */
static void test_every_extension(void)
{
    static const char *const prefixes[] = {"zho", "ara", "kok", "lav", "msa", "swa", "uzb", "sgn"};
    for (size_t p = 0; p < G_N_ELEMENTS(prefixes); p++) {
        for (int i = 0; i < 26 * 26 * 26; i++) {
            char tag[] = {'?',
                          '?',
                          '?',
                          '-',
                          (char)('a' + i / 676),
                          (char)('a' + i / 26 % 26),
                          (char)('a' + i % 26),
                          0};
            memcpy(tag, prefixes[p], 3);
            g_autofree char *code = pmx_language_to_639_2t(tag);
            g_assert_true(g_str_equal(code, tag + 4) || g_str_has_prefix(tag, code));
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/language-table/rows", test_rows);
    g_test_add_func("/language-table/names", test_names);
    g_test_add_func("/language-table/macros", test_macros);
    g_test_add_func("/language-table/extensions", test_extensions);
    g_test_add_func("/language-table/every-extension", test_every_extension);
    return g_test_run();
}
