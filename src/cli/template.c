/* SPDX-License-Identifier: MIT */
/* `polymux template`: the ready-made templates. */
#include <string.h>

#include "base/suggest.h"
#include "cli/command.h"
#include "job/template.h"

/* A member of one of the config's objects as text; caller frees. */
static char *member(const json_t *config, const char *object, const char *name)
{
    const json_t *value = json_object_get(json_object_get(config, object), name);
    if (json_is_integer(value))
        return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return g_strdup(json_is_string(value) ? json_string_value(value) : "");
}

static void list_row(const char *id, const json_t *config)
{
    g_autofree char *codec = member(config, "Video", "Codec"),
                    *edge = member(config, "Video", "Width");
    g_autofree char *profile = member(config, "Audio", "Profile"),
                    *rate = member(config, "Audio", "Bitrate");
    g_print("%-18s %-6s %-9s %-8s %s\n", id, codec, edge, profile, rate);
}

static int list(const PmxTemplates *templates)
{
    const char *id;
    g_print("%-18s %-6s %-9s %-8s %s\n", "ID", "CODEC", "LONG EDGE", "AUDIO", "KBIT/S");
    for (guint i = 0; (id = pmx_templates_id_at(templates, i)); i++)
        list_row(id, pmx_templates_get(templates, id));
    return PMX_EXIT_OK;
}

static int show(const PmxTemplates *templates, const char *id)
{
    const json_t *config = pmx_templates_get(templates, id);
    if (!config) {
        const char *near = pmx_suggest(id, pmx_templates_id_at, templates);
        g_printerr("polymux template: no template has the id \"%s\"%s%s%s\n", id,
                   near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
        return PMX_EXIT_INVALID;
    }
    pmx_command_print_json(config);
    return PMX_EXIT_OK;
}

int pmx_command_template(char **argv)
{
    g_auto(GStrv) words = pmx_command_options(
        argv, NULL, "list | show ID", "Lists the ready-made templates, or prints one as JSON.");
    if (!words)
        return PMX_EXIT_INVALID;
    g_autoptr(PmxTemplates) templates = pmx_templates_new();
    if (g_strv_length(words) == 2 && strcmp(words[1], "list") == 0)
        return list(templates);
    if (g_strv_length(words) == 3 && strcmp(words[1], "show") == 0)
        return show(templates, words[2]);
    g_printerr("polymux template: say \"list\" or \"show ID\" (see polymux template --help)\n");
    return PMX_EXIT_INVALID;
}
