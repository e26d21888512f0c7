/* SPDX-License-Identifier: MIT */
/* What the subcommands share: see command.h. */
#include "cli/command.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* The entry whose short option takes a value that stands attached in `word`, as in -j2; NULL for
 * any other word. */
static const GOptionEntry *attached(const GOptionEntry *entries, const char *word)
{
    if (word[0] != '-' || !word[1] || word[1] == '-' || !word[2])
        return NULL;
    for (; entries && entries->long_name; entries++)
        if (entries->short_name == word[1] && entries->arg != G_OPTION_ARG_NONE)
            return entries;
    return NULL;
}

/* GOption wants a short option's value as a word of its own. The strings added are owned by the
 * caller. */
static GStrv split_attached(char **argv, const GOptionEntry *entries)
{
    GStrvBuilder *words = g_strv_builder_new();
    gboolean options = TRUE;
    for (; *argv; argv++) {
        options &= strcmp(*argv, "--") != 0;
        if (options && attached(entries, *argv)) {
            const char option[] = {'-', (*argv)[1], '\0'};
            g_strv_builder_add_many(words, option, *argv + 2, NULL);
        } else {
            g_strv_builder_add(words, *argv);
        }
    }
    GStrv split = g_strv_builder_end(words);
    g_strv_builder_unref(words);
    return split;
}

char **pmx_command_options(char **argv, const GOptionEntry *entries, const char *usage,
                           const char *summary)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_strconcat("polymux ", argv[0], NULL);
    g_autoptr(GOptionContext) context = g_option_context_new(usage);
    g_auto(GStrv) words = split_attached(argv, entries);
    g_set_prgname(name);
    g_option_context_set_summary(context, summary);
    if (entries)
        g_option_context_add_main_entries(context, entries, NULL);
    if (g_option_context_parse_strv(context, &words, &error))
        return g_steal_pointer(&words);
    /* GOption does not say which. */
    gboolean garbled = error->domain == G_CONVERT_ERROR;
    g_printerr("%s: %s (see %s --help)\n", name,
               garbled ? "an option's value is no text in UTF-8" : error->message, name);
    return NULL;
}

void pmx_command_print_json(const json_t *json)
{
    json_dumpf(json, stdout, JSON_INDENT(2));
    putchar('\n');
}
