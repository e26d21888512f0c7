/* SPDX-License-Identifier: MIT */
/* `polymux events`: what a server tells its receivers. */
#include <string.h>

#include "cli/remote.h"

enum { PAGE_MAX = 100 };

typedef struct {
    PmxRemoteOptions where;
    gboolean dead, json;
} Options;

static json_t *get_page(const PmxRemote *remote, const Options *options, gint64 after,
                        GError **error)
{
    g_autofree char *path = g_strdup_printf("deliveries?limit=%d&after=%" G_GINT64_FORMAT "%s",
                                            PAGE_MAX, after, options->dead ? "&state=dead" : "");
    return pmx_remote_call(remote, "GET", path, NULL, error);
}

/* All of them: page after page. */
static json_t *get_deliveries(const PmxRemote *remote, const Options *options, GError **error)
{
    json_t *all = json_array();
    gint64 after = 0;
    do {
        json_t *page = get_page(remote, options, after, error);
        if (!page) {
            json_decref(all);
            return NULL;
        }
        json_array_extend(all, json_object_get(page, "deliveries"));
        after = json_integer_value(json_object_get(page, "next"));
        json_decref(page);
    } while (after > 0);
    return all;
}

static void print_table(const json_t *deliveries)
{
    size_t i;
    const json_t *row;
    g_print("%-8s %-9s %5s %-20s %-32s %-31s %s\n", "ID", "STATE", "TRIES", "HAPPENED", "JOB",
            "EVENT", "RECEIVER");
    json_array_foreach (deliveries, i, row) {
        const char *problem = pmx_remote_text(row, "problem");
        g_print("%-8" G_GINT64_FORMAT " %-9s %5d %-20.19s %-32s %-31s %s%s%s\n",
                (gint64)json_integer_value(json_object_get(row, "id")),
                pmx_remote_text(row, "state"),
                (int)json_integer_value(json_object_get(row, "attempts")),
                pmx_remote_text(row, "created"), pmx_remote_text(row, "job"),
                pmx_remote_text(row, "event"), pmx_remote_text(row, "target"), *problem ? ": " : "",
                problem);
    }
}

static int list(const PmxRemote *remote, const Options *options)
{
    g_autoptr(GError) error = NULL;
    json_t *deliveries = get_deliveries(remote, options, &error);
    if (!deliveries)
        return pmx_remote_fail(error);
    if (options->json)
        pmx_command_print_json(deliveries);
    else
        print_table(deliveries);
    json_decref(deliveries);
    return PMX_EXIT_OK;
}

/* The others are sent again even where one cannot be. */
static int resend(const PmxRemote *remote, char *const *ids)
{
    int status = PMX_EXIT_OK;
    for (; *ids; ids++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *path = pmx_remote_path("deliveries", *ids, "/resend");
        json_t *delivery = pmx_remote_call(remote, "POST", path, NULL, &error);
        if (!delivery) {
            g_prefix_error(&error, "%s: ", *ids);
            status = pmx_remote_fail(error);
        }
        json_decref(delivery);
    }
    return status;
}

static int choose(char **words, const Options *options)
{
    gboolean again = words[1] && words[2] && strcmp(words[1], "resend") == 0;
    if (words[1] && !again) {
        g_printerr("polymux events: say nothing or \"resend ID...\" (see polymux events --help)\n");
        return PMX_EXIT_INVALID;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxRemote) remote = pmx_remote_new(&options->where, &error);
    if (!remote)
        return pmx_remote_fail(error);
    return again ? resend(remote, words + 2) : list(remote, options);
}

int pmx_command_events(char **argv)
{
    Options options = {0};
    const GOptionEntry entries[] = {
        {"dead", 0, 0, G_OPTION_ARG_NONE, &options.dead,
         "Only those that could not be delivered and were put aside", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print them as JSON", NULL},
        PMX_REMOTE_ENTRIES(&options.where),
        G_OPTION_ENTRY_NULL,
    };
    g_auto(GStrv) words = pmx_command_options(
        argv, entries, "[resend ID...]",
        "Lists the events of a server with their receivers, oldest first, or sends those again "
        "that were\nput aside.");
    int status = words ? choose(words, &options) : PMX_EXIT_INVALID;
    pmx_remote_options_clear(&options.where);
    return status;
}
