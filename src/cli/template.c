/* SPDX-License-Identifier: MIT */
/* `polymux template`: the ready-made templates, or those of a server. */
#include <string.h>

#include "base/suggest.h"
#include "cli/template-remote.h"
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
                    *edge = member(config, "Video", "Width"),
                    *video = member(config, "Video", "Bitrate");
    g_autofree char *profile = member(config, "Audio", "Profile"),
                    *rate = member(config, "Audio", "Bitrate");
    g_print("%-18s %-6s %-9s %-7s %-8s %s\n", id, codec, *edge ? edge : "source",
            *video ? video : "quality", *profile ? profile : "aac_low", rate);
}

static int list_json(const PmxTemplates *templates)
{
    const char *id;
    json_t *all = json_array();
    for (guint i = 0; (id = pmx_templates_id_at(templates, i)); i++)
        json_array_append_new(
            all, json_pack("{s:s, s:O}", "id", id, "config", pmx_templates_get(templates, id)));
    pmx_command_print_json(all);
    json_decref(all);
    return PMX_EXIT_OK;
}

static int list(const PmxTemplates *templates)
{
    const char *id;
    g_print("%-18s %-6s %-9s %-7s %-8s %s\n", "ID", "CODEC", "LONG EDGE", "KBIT/S", "AUDIO",
            "KBIT/S");
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

/* -1 when the words say neither. */
static int run_here(char *const *words, gboolean as_json)
{
    g_autoptr(PmxTemplates) templates = pmx_templates_new();
    if (words[0] && !words[1] && strcmp(words[0], "list") == 0)
        return as_json ? list_json(templates) : list(templates);
    if (words[0] && words[1] && !words[2] && strcmp(words[0], "show") == 0)
        return show(templates, words[1]);
    return -1;
}

/* What is ready-made is here too; custom ones are on a server only. */
static int run(char *const *words, const PmxTemplateOptions *options)
{
    int status = pmx_remote_wanted(&options->where) ? -1 : run_here(words, options->json);
    if (status < 0)
        status = pmx_template_remote(words, options);
    if (status >= 0)
        return status;
    g_printerr(
        "polymux template: say \"list\", \"show ID\", \"create FILE\", \"update ID FILE\" or "
        "\"delete ID\" (see polymux template --help)\n");
    return PMX_EXIT_INVALID;
}

static void clear(PmxTemplateOptions *options)
{
    pmx_remote_options_clear(&options->where);
    g_free(options->id);
    g_free(options->name);
}

int pmx_command_template(char **argv)
{
    PmxTemplateOptions options = {0};
    const GOptionEntry entries[] = {
        {"id", 0, 0, G_OPTION_ARG_STRING, &options.id, "create: the id it is to have (made up)",
         "ID"},
        {"name", 0, 0, G_OPTION_ARG_STRING, &options.name,
         "create, update: a name for people (create: the file's)", "NAME"},
        {"type", 0, 0, G_OPTION_ARG_INT, &options.type, "create: the job API's type (1)", "N"},
        {"subtype", 0, 0, G_OPTION_ARG_INT, &options.subtype, "create: its subtype (1)", "N"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print JSON instead of a table or an id",
         NULL},
        PMX_REMOTE_ENTRIES(&options.where),
        G_OPTION_ENTRY_NULL,
    };
    g_auto(GStrv) words = pmx_command_options(
        argv, entries, "list | show ID | create FILE | update ID FILE | delete ID",
        "Lists the ready-made templates, or prints one as JSON. With --endpoint, --credentials or\n"
        "POLYMUX_ENDPOINT: those of a server, which has custom ones too; create, update and delete "
        "always\nask a server.");
    int status = words ? run(words + 1, &options) : PMX_EXIT_INVALID;
    clear(&options);
    return status;
}
