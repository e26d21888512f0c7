/* SPDX-License-Identifier: MIT */
/* `polymux list`: a server's jobs. */
#include "cli/remote.h"

enum { PAGE_MAX = 100 };

typedef struct {
    PmxRemoteOptions where;
    char *state, *pipeline, *from, *to;
    int limit;
    gboolean oldest_first, json;
} Options;

static void add_term(GString *query, const char *name, const char *value)
{
    if (!value)
        return;
    g_autofree char *escaped = g_uri_escape_string(value, NULL, FALSE);
    g_string_append_printf(query, "&%s=%s", name, escaped);
}

static json_t *get_page(const PmxRemote *remote, const Options *options, guint rows,
                        const char *cursor, GError **error)
{
    g_autoptr(GString) query = g_string_new(NULL);
    g_string_printf(query, "jobs?limit=%u", rows);
    add_term(query, "state", options->state);
    add_term(query, "pipeline", options->pipeline);
    add_term(query, "from", options->from);
    add_term(query, "to", options->to);
    add_term(query, "order", options->oldest_first ? "asc" : NULL);
    add_term(query, "cursor", cursor);
    return pmx_remote_call(remote, "GET", query->str, NULL, error);
}

/* Page after page until there are as many as wanted. */
static json_t *get_jobs(const PmxRemote *remote, const Options *options, GError **error)
{
    json_t *jobs = json_array();
    g_autofree char *cursor = NULL;
    do {
        guint missing = (guint)options->limit - (guint)json_array_size(jobs);
        json_t *page = get_page(remote, options, MIN(missing, PAGE_MAX), cursor, error);
        if (!page) {
            json_decref(jobs);
            return NULL;
        }
        json_array_extend(jobs, json_object_get(page, "jobs"));
        g_free(cursor);
        cursor = g_strdup(json_string_value(json_object_get(page, "next")));
        json_decref(page);
    } while (cursor && *cursor && json_array_size(jobs) < (size_t)options->limit);
    return jobs;
}

static void print_table(const json_t *jobs)
{
    size_t i;
    const json_t *job;
    g_print("%-32s %-9s %4s %-20s %-16s %s\n", "ID", "STATE", "%", "SUBMITTED", "PIPELINE", "NAME");
    json_array_foreach (jobs, i, job) {
        g_print("%-32s %-9s %4d %-20.19s %-16s %s\n", pmx_remote_text(job, "id"),
                pmx_remote_text(job, "state"),
                (int)json_integer_value(json_object_get(job, "percent")),
                pmx_remote_text(job, "created"), pmx_remote_text(job, "pipeline"),
                pmx_remote_text(job, "name"));
    }
}

static int list(const Options *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxRemote) remote = pmx_remote_new(&options->where, &error);
    json_t *jobs = remote ? get_jobs(remote, options, &error) : NULL;
    if (!jobs)
        return pmx_remote_fail(error);
    if (options->json)
        pmx_command_print_json(jobs);
    else
        print_table(jobs);
    json_decref(jobs);
    return PMX_EXIT_OK;
}

static void clear(Options *options)
{
    pmx_remote_options_clear(&options->where);
    g_free(options->state);
    g_free(options->pipeline);
    g_free(options->from);
    g_free(options->to);
}

int pmx_command_list(char **argv)
{
    Options options = {.limit = 20};
    const GOptionEntry entries[] = {
        {"state", 0, 0, G_OPTION_ARG_STRING, &options.state,
         "Only Inited, Running, Complete, Error or Cancelled ones", "STATE"},
        {"pipeline", 0, 0, G_OPTION_ARG_STRING, &options.pipeline, "Only this pipeline's", "ID"},
        {"from", 0, 0, G_OPTION_ARG_STRING, &options.from,
         "Only those submitted at or after TIME, such as 2026-01-02T03:04:05Z", "TIME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &options.to, "Only those submitted at or before TIME",
         "TIME"},
        {"limit", 0, 0, G_OPTION_ARG_INT, &options.limit, "At most N (20)", "N"},
        {"oldest-first", 0, 0, G_OPTION_ARG_NONE, &options.oldest_first,
         "Oldest first, not newest first", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print them as JSON", NULL},
        PMX_REMOTE_ENTRIES(&options.where),
        G_OPTION_ENTRY_NULL,
    };
    int status = PMX_EXIT_INVALID;
    g_auto(GStrv) words =
        pmx_command_options(argv, entries, "", "Lists the jobs of a server, newest first.");
    if (words && g_strv_length(words) == 1 && options.limit > 0)
        status = list(&options);
    else if (words)
        g_printerr("polymux list: %s (see polymux list --help)\n",
                   options.limit > 0 ? "takes options only" : "--limit must be above 0");
    clear(&options);
    return status;
}
