/* SPDX-License-Identifier: MIT */
/* `polymux get`, `polymux cancel`: one job of a server. */
#include "cli/job-view.h"
#include "cli/remote.h"

typedef struct {
    PmxRemoteOptions where;
    gboolean json;
} Options;

/* One request about a job; NULL with the exit status. */
static json_t *ask(const char *method, const char *id, const Options *options, int *status)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxRemote) remote = pmx_remote_new(&options->where, &error);
    g_autofree char *path = pmx_remote_path("jobs", id, "");
    json_t *job = remote ? pmx_remote_call(remote, method, path, NULL, &error) : NULL;
    *status = job ? PMX_EXIT_OK : pmx_remote_fail(error);
    return job;
}

static int get(const char *id, const Options *options)
{
    int status;
    json_t *job = ask("GET", id, options, &status);
    if (job && options->json)
        pmx_command_print_json(job);
    else if (job)
        pmx_job_view_print(job);
    json_decref(job);
    return status;
}

/* It stops within a second, so the answer may still say Running. */
static int cancel(const char *id, const Options *options)
{
    int status;
    json_t *job = ask("DELETE", id, options, &status);
    if (job && options->json)
        pmx_command_print_json(job);
    json_decref(job);
    return status;
}

static int with_one_job(char **argv, const char *summary,
                        int (*act)(const char *id, const Options *options))
{
    Options options = {0};
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print the job as JSON", NULL},
        PMX_REMOTE_ENTRIES(&options.where),
        G_OPTION_ENTRY_NULL,
    };
    int status = PMX_EXIT_INVALID;
    g_auto(GStrv) words = pmx_command_options(argv, entries, "ID", summary);
    if (words && g_strv_length(words) == 2)
        status = act(words[1], &options);
    else if (words)
        g_printerr("polymux %s: give one job's id (see polymux %s --help)\n", argv[0], argv[0]);
    pmx_remote_options_clear(&options.where);
    return status;
}

int pmx_command_get(char **argv)
{
    return with_one_job(argv, "Shows a job of a server: its state, its files and their streams.",
                        get);
}

int pmx_command_cancel(char **argv)
{
    return with_one_job(
        argv, "Cancels a job of a server. What is finished of it is kept for other jobs.", cancel);
}
