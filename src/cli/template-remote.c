/* SPDX-License-Identifier: MIT */
/* See template-remote.h. */
#include "cli/template-remote.h"

#include <string.h>

#include "base/text.h"
#include "cli/json-file.h"

enum { PAGE_MAX = 100 };

typedef PmxTemplateOptions Options;

/* --- printing --- */

static void print_row(const json_t *template)
{
    g_print("%-32s %-6s %4d %7d  %s\n", pmx_remote_text(template, "id"),
            json_is_true(json_object_get(template, "system")) ? "system" : "custom",
            (int)json_integer_value(json_object_get(template, "type")),
            (int)json_integer_value(json_object_get(template, "subtype")),
            pmx_remote_text(template, "name"));
}

static void print_table(const json_t *templates)
{
    size_t i;
    const json_t *template;
    g_print("%-32s %-6s %4s %7s  %s\n", "ID", "KIND", "TYPE", "SUBTYPE", "NAME");
    json_array_foreach (templates, i, template) {
        print_row(template);
    }
}

static void print_config(const json_t *template)
{
    pmx_command_print_json(json_object_get(template, "config"));
}

static void print_id(const json_t *template)
{
    g_print("%s\n", pmx_remote_text(template, "id"));
}

/* --- requests; each gives the answer, or NULL with `error` --- */

/* All of them: page after page. */
static json_t *list(const PmxRemote *remote, char *const *unused, const Options *options,
                    GError **error)
{
    (void)unused;
    (void)options;
    json_t *all = json_array();
    size_t rows;
    do {
        g_autofree char *path =
            g_strdup_printf("templates?limit=%d&offset=%zu", PAGE_MAX, json_array_size(all));
        json_t *page = pmx_remote_call(remote, "GET", path, NULL, error);
        if (!page) {
            json_decref(all);
            return NULL;
        }
        rows = json_array_size(json_object_get(page, "templates"));
        json_array_extend(all, json_object_get(page, "templates"));
        json_decref(page);
    } while (rows == PAGE_MAX);
    return all;
}

static json_t *show(const PmxRemote *remote, char *const *words, const Options *options,
                    GError **error)
{
    (void)options;
    g_autofree char *path = pmx_remote_path("templates", words[0], "");
    return pmx_remote_call(remote, "GET", path, NULL, error);
}

static json_t *read_config(const char *path, GError **error)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    json_t *config = pmx_json_file_read(path, "the template file", problems);
    if (!config) {
        const PmxProblem *problem = g_ptr_array_index(problems->items, 0);
        g_set_error_literal(error, PMX_ERROR, PMX_CODE_INVALID, problem->message);
    }
    return config;
}

static void set_text(json_t *body, const char *name, const char *text)
{
    if (text)
        json_object_set_new(body, name, json_string(text));
}

static void set_number(json_t *body, const char *name, int number)
{
    if (number)
        json_object_set_new(body, name, json_integer(number));
}

/* Without --name the file's is taken. */
static json_t *create(const PmxRemote *remote, char *const *words, const Options *options,
                      GError **error)
{
    g_autofree char *name = g_path_get_basename(words[0]);
    json_t *config = read_config(words[0], error);
    if (!config)
        return NULL;
    if (g_str_has_suffix(name, ".json"))
        name[strlen(name) - strlen(".json")] = '\0';
    json_t *body = json_pack("{s:o}", "config", config);
    json_object_set_new(body, "name", pmx_json_text(options->name ? options->name : name));
    set_text(body, "id", options->id);
    set_number(body, "type", options->type);
    set_number(body, "subtype", options->subtype);
    return pmx_remote_call(remote, "POST", "templates", body, error);
}

static json_t *update(const PmxRemote *remote, char *const *words, const Options *options,
                      GError **error)
{
    g_autofree char *path = pmx_remote_path("templates", words[0], "");
    json_t *config = read_config(words[1], error);
    if (!config)
        return NULL;
    json_t *body = json_pack("{s:o}", "config", config);
    set_text(body, "name", options->name);
    return pmx_remote_call(remote, "PATCH", path, body, error);
}

static json_t *delete (const PmxRemote *remote, char *const *words, const Options *options,
                       GError **error)
{
    (void)options;
    g_autofree char *path = pmx_remote_path("templates", words[0], "");
    return pmx_remote_call(remote, "DELETE", path, NULL, error);
}

static const struct {
    const char *word;
    guint arguments;
    json_t *(*ask)(const PmxRemote *remote, char *const *words, const Options *options,
                   GError **error);
    void (*print)(const json_t *answer); /* NULL: nothing */
} verbs[] = {
    {"list", 0, list, print_table},  {"show", 1, show, print_config},
    {"create", 1, create, print_id}, {"update", 2, update, NULL},
    {"delete", 1, delete, NULL},
};

static int run(guint verb, char *const *words, const Options *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxRemote) remote = pmx_remote_new(&options->where, &error);
    json_t *answer = remote ? verbs[verb].ask(remote, words, options, &error) : NULL;
    if (!answer)
        return pmx_remote_fail(error);
    if (options->json && !json_is_null(answer))
        pmx_command_print_json(answer);
    else if (verbs[verb].print)
        verbs[verb].print(answer);
    json_decref(answer);
    return PMX_EXIT_OK;
}

int pmx_template_remote(char *const *words, const Options *options)
{
    guint count = 0;
    while (words[count])
        count++;
    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (count == verbs[i].arguments + 1 && strcmp(words[0], verbs[i].word) == 0)
            return run(i, words + 1, options);
    return -1;
}
