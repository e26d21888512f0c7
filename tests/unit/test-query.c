/* SPDX-License-Identifier: MIT */
/* Query strings and form bodies: api/query. */
#include "api/query.h"

#include <string.h>

static PmxParameters *parse(const char *text, PmxProblems *problems)
{
    return pmx_parameters_parse(text, strlen(text), problems);
}

static void assert_pair(const PmxParameters *parameters, guint at, const char *name,
                        const char *value)
{
    g_assert_cmpuint(at, <, parameters->items->len);
    const PmxParameter *parameter = g_ptr_array_index(parameters->items, at);
    g_assert_cmpstr(parameter->name, ==, name);
    g_assert_cmpstr(parameter->value, ==, value);
    g_assert_cmpstr(pmx_parameters_find(parameters, name), ==, value);
}

static void test_pairs(void)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxParameters) parameters =
        parse("b=2&a=%7B%22k%22%3A1%7D&empty=&bare&&sp+ace=x+y%2B%20z&eq=a=b&", problems);
    g_assert_cmpuint(pmx_problems_count(problems), ==, 0);
    g_assert_cmpuint(parameters->items->len, ==, 6);
    assert_pair(parameters, 0, "b", "2");
    assert_pair(parameters, 1, "a", "{\"k\":1}");
    assert_pair(parameters, 2, "empty", "");
    assert_pair(parameters, 3, "bare", "");
    assert_pair(parameters, 4, "sp ace", "x y+ z");
    assert_pair(parameters, 5, "eq", "a=b");
    g_assert_null(pmx_parameters_find(parameters, "B"));
}

static void test_nothing(void)
{
    static const char *const texts[] = {"", "&", "&&&"};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(PmxProblems) problems = pmx_problems_new();
        g_autoptr(PmxParameters) parameters = parse(texts[i], problems);
        g_assert_cmpuint(parameters->items->len, ==, 0);
        g_assert_cmpuint(pmx_problems_count(problems), ==, 0);
    }
}

static void test_mistakes(void)
{
    static const struct {
        const char *text, *path, *message;
    } cases[] = {
        {"a=%", "a", "has a % that"},
        {"a=%4", "a", "has a % that"},
        {"a=%zz", "a", "has a % that"},
        {"a=1&b=%0g", "b", "has a % that"},
        {"%zz=1", "", "the name of a"},
        {"a=%00b", "a", "NUL"},
        {"a=%ff", "a", "UTF-8"},
        {"a=\xc3", "a", "UTF-8"},
        {"a=%C0%AF", "a", "UTF-8"},
        {"a=%ED%A0%80", "a", "UTF-8"},
        {"%00=b", "", "NUL"},
        {"=b", "", "no name"},
        {"=", "", "no name"},
        {"a=1&a=2", "a", "more than once"},
        {"a=1&%61=1", "a", "more than once"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(PmxProblems) problems = pmx_problems_new();
        g_autoptr(PmxParameters) parameters = parse(cases[i].text, problems);
        g_test_message("%s", cases[i].text);
        g_assert_nonnull(parameters);
        g_assert_cmpuint(pmx_problems_count(problems), ==, 1);
        const PmxProblem *problem = g_ptr_array_index(problems->items, 0);
        g_assert_cmpint(problem->code, ==, PMX_CODE_INVALID);
        g_assert_cmpstr(problem->path, ==, cases[i].path);
        g_assert_nonnull(strstr(problem->message, cases[i].message));
    }
}

/* Every mistake is named, and what is right is read all the same. */
static void test_all_mistakes(void)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxParameters) parameters = parse("a=%&b=1&b=2&c=3&=x", problems);
    g_assert_cmpuint(pmx_problems_count(problems), ==, 3);
    g_assert_cmpuint(parameters->items->len, ==, 2);
    g_assert_cmpstr(pmx_parameters_find(parameters, "b"), ==, "1");
    g_assert_cmpstr(pmx_parameters_find(parameters, "c"), ==, "3");
}

static void test_nul_in_text(void)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxParameters) parameters = pmx_parameters_parse("a=1\0b&c=2", 9, problems);
    g_assert_cmpuint(pmx_problems_count(problems), ==, 1);
    g_assert_null(pmx_parameters_find(parameters, "a"));
    g_assert_cmpstr(pmx_parameters_find(parameters, "c"), ==, "2");
}

static void test_too_many(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 300; i++)
        g_string_append_printf(text, "p%d=%d&", i, i);
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxParameters) parameters = parse(text->str, problems);
    g_assert_cmpuint(pmx_problems_count(problems), ==, 1);
    g_assert_cmpuint(parameters->items->len, ==, 256);
}

static void test_merge(void)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxParameters) query = parse("Action=A&Version=1", problems);
    g_autoptr(PmxParameters) form = parse("Config=%7B%7D&Version=2", problems);
    g_assert_cmpuint(pmx_problems_count(problems), ==, 0);
    pmx_parameters_merge(query, form, problems);
    g_assert_cmpuint(pmx_problems_count(problems), ==, 1);
    const PmxProblem *problem = g_ptr_array_index(problems->items, 0);
    g_assert_cmpstr(problem->path, ==, "Version");
    g_assert_cmpuint(query->items->len, ==, 3);
    assert_pair(query, 1, "Version", "1");
    assert_pair(query, 2, "Config", "{}");
    g_assert_cmpuint(form->items->len, ==, 2);
}

static void test_form_type(void)
{
    g_assert_true(pmx_is_form("application/x-www-form-urlencoded"));
    g_assert_true(pmx_is_form("Application/X-WWW-Form-Urlencoded ; charset=utf-8"));
    g_assert_false(pmx_is_form("application/x-www-form-urlencoded2"));
    g_assert_false(pmx_is_form("application/json"));
    g_assert_false(pmx_is_form(""));
    g_assert_false(pmx_is_form(NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/query/pairs", test_pairs);
    g_test_add_func("/query/nothing", test_nothing);
    g_test_add_func("/query/mistakes", test_mistakes);
    g_test_add_func("/query/all-mistakes", test_all_mistakes);
    g_test_add_func("/query/nul-in-text", test_nul_in_text);
    g_test_add_func("/query/too-many", test_too_many);
    g_test_add_func("/query/merge", test_merge);
    g_test_add_func("/query/form-type", test_form_type);
    return g_test_run();
}
