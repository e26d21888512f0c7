/* SPDX-License-Identifier: MIT */
/* `polymux pipeline`: a server's pipelines. */
#include <string.h>

#include "cli/remote.h"

typedef struct {
    PmxRemoteOptions where;
    int priority;
    gboolean json;
} Options;

static void print_row(const json_t *pipeline)
{
    g_print("%-32s %-8s %8d  %s\n", pmx_remote_text(pipeline, "id"),
            pmx_remote_text(pipeline, "state"),
            (int)json_integer_value(json_object_get(pipeline, "priority")),
            pmx_remote_text(pipeline, "name"));
}

static void print_table(const json_t *answer)
{
    size_t i;
    const json_t *pipeline;
    g_print("%-32s %-8s %8s  %s\n", "ID", "STATE", "PRIORITY", "NAME");
    json_array_foreach (json_object_get(answer, "pipelines"), i, pipeline) {
        print_row(pipeline);
    }
}

/* --- requests; each gives the answer, or NULL with `error` --- */

static json_t *list(const PmxRemote *remote, const char *unused, const Options *options,
                    GError **error)
{
    (void)unused;
    (void)options;
    return pmx_remote_call(remote, "GET", "pipelines", NULL, error);
}

static json_t *create(const PmxRemote *remote, const char *name, const Options *options,
                      GError **error)
{
    if (!g_utf8_validate(name, -1, NULL)) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INVALID, "the name is no text in UTF-8");
        return NULL;
    }
    json_t *body = json_pack("{s:s}", "name", name);
    if (options->priority)
        json_object_set_new(body, "priority", json_integer(options->priority));
    return pmx_remote_call(remote, "POST", "pipelines", body, error);
}

static json_t *set_state(const PmxRemote *remote, const char *id, const char *state, GError **error)
{
    g_autofree char *path = pmx_remote_path("pipelines", id, "");
    return pmx_remote_call(remote, "PATCH", path, json_pack("{s:s}", "state", state), error);
}

static json_t *halt(const PmxRemote *remote, const char *id, const Options *options, GError **error)
{
    (void)options;
    return set_state(remote, id, "Paused", error);
}

static json_t *resume(const PmxRemote *remote, const char *id, const Options *options,
                      GError **error)
{
    (void)options;
    return set_state(remote, id, "Active", error);
}

static json_t *delete (const PmxRemote *remote, const char *id, const Options *options,
                       GError **error)
{
    (void)options;
    g_autofree char *path = pmx_remote_path("pipelines", id, "");
    return pmx_remote_call(remote, "DELETE", path, NULL, error);
}

static void print_id(const json_t *pipeline)
{
    g_print("%s\n", pmx_remote_text(pipeline, "id"));
}

static const struct {
    const char *word;
    guint arguments;
    json_t *(*ask)(const PmxRemote *remote, const char *argument, const Options *options,
                   GError **error);
    void (*print)(const json_t *answer); /* NULL: nothing */
} verbs[] = {
    {"list", 0, list, print_table}, {"create", 1, create, print_id}, {"pause", 1, halt, NULL},
    {"resume", 1, resume, NULL},    {"delete", 1, delete, NULL},
};

static int run(guint verb, const char *argument, const Options *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxRemote) remote = pmx_remote_new(&options->where, &error);
    json_t *answer = remote ? verbs[verb].ask(remote, argument, options, &error) : NULL;
    if (!answer)
        return pmx_remote_fail(error);
    if (options->json && !json_is_null(answer))
        pmx_command_print_json(answer);
    else if (verbs[verb].print)
        verbs[verb].print(answer);
    json_decref(answer);
    return PMX_EXIT_OK;
}

static int choose(char **words, const Options *options)
{
    guint count = g_strv_length(words);
    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (count == verbs[i].arguments + 2 && strcmp(words[1], verbs[i].word) == 0)
            return run(i, words[2], options);
    g_printerr("polymux pipeline: say \"list\", \"create NAME\", \"pause ID\", \"resume ID\" or "
               "\"delete ID\" (see polymux pipeline --help)\n");
    return PMX_EXIT_INVALID;
}

int pmx_command_pipeline(char **argv)
{
    Options options = {0};
    const GOptionEntry entries[] = {
        {"priority", 0, 0, G_OPTION_ARG_INT, &options.priority,
         "create: 1 to 10, the highest goes first (6)", "N"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print what the server answers as JSON",
         NULL},
        PMX_REMOTE_ENTRIES(&options.where),
        G_OPTION_ENTRY_NULL,
    };
    g_auto(GStrv) words = pmx_command_options(
        argv, entries, "list | create NAME | pause ID | resume ID | delete ID",
        "Lists, makes and steers a server's pipelines. A paused one holds its jobs until it is "
        "resumed.");
    int status = words ? choose(words, &options) : PMX_EXIT_INVALID;
    pmx_remote_options_clear(&options.where);
    return status;
}
