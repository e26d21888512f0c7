/* SPDX-License-Identifier: MIT */
/* "Did you mean": which name is near enough, and which of several. */
#include <string.h>

#include "base/suggest.h"

static const char *name_at(gconstpointer names, guint i)
{
    return ((const char *const *)names)[i];
}

static const char *const names[] = {"video", "EnglishAudio", "JapaneseFile",    "FooAudio",
                                    "Width", "IsCheckReso",  "IsCheckResoFail", "",
                                    NULL};

static void test_near(void)
{
    static const struct {
        const char *word, *near;
    } rows[] = {
        {"vidoe", "video"},                /* letters swapped */
        {"VIDEO", "video"},                /* letter case */
        {"Foo", "FooAudio"},               /* the beginning of it: the issue's own example */
        {"JapaneseAudio", "JapaneseFile"}, /* the document's third scenario */
        {"EnglishAudi", "EnglishAudio"},
        {"Widht", "Width"},
        {"IsCheckReso1", "IsCheckReso"},
        {"IsCheckResoFai", "IsCheckResoFail"},
        {"soundtrack", NULL},
        {"F", NULL},
        {"xyz", NULL},
        {"FooBarBazQuux", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpstr(pmx_suggest(rows[i].word, name_at, names), ==, rows[i].near);
}

static void test_none(void)
{
    static const char *const nothing[] = {NULL};
    g_assert_null(pmx_suggest("video", name_at, nothing));
    g_assert_null(pmx_suggest("", name_at, nothing));
}

/* Words of any length, with bytes of any value, cost bounded time and memory. */
static void test_long(void)
{
    g_autofree char *word = g_strnfill(1000000, '\xff');
    g_autofree char *twin = g_strconcat(word, "x", NULL);
    const char *const list[] = {twin, NULL};
    g_assert_true(pmx_suggest(word, name_at, list) == twin);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/suggest/near", test_near);
    g_test_add_func("/suggest/none", test_none);
    g_test_add_func("/suggest/long", test_long);
    return g_test_run();
}
