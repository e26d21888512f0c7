/* SPDX-License-Identifier: MIT */
/* `polymux submit`: hands a job to a server. */
#include "cli/follow.h"
#include "cli/job-view.h"
#include "cli/json-file.h"
#include "cli/remote.h"

typedef struct {
    PmxRemoteOptions where;
    char *pipeline, *token, *user_data;
    gboolean wait, json;
} Options;

static void set_text(json_t *request, const char *name, const char *text)
{
    if (text)
        json_object_set_new(request, name, json_string(text));
}

/* Takes `config`. */
static json_t *request_of(json_t *config, const Options *options)
{
    json_t *request = json_pack("{s:o}", "config", config);
    set_text(request, "pipeline", options->pipeline);
    set_text(request, "client_token", options->token);
    set_text(request, "user_data", options->user_data);
    return request;
}

static int tell_submitted(const PmxRemote *remote, const json_t *job, const Options *options)
{
    char *ids[] = {(char *)pmx_remote_text(job, "id"), NULL};
    if (options->wait) {
        g_printerr("submitted: %s\n", ids[0]);
        return pmx_follow(remote, ids, options->json);
    }
    if (options->json)
        pmx_command_print_json(job);
    else
        g_print("%s\n", ids[0]);
    return PMX_EXIT_OK;
}

static int submit(const char *path, const Options *options)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(GError) error = NULL;
    json_t *config = pmx_json_file_read(path, "the job file", problems);
    if (!config) {
        g_autofree char *text = pmx_problems_to_text(problems);
        g_printerr("%s", text);
        return PMX_EXIT_INVALID;
    }
    json_t *request = request_of(config, options);
    g_autoptr(PmxRemote) remote = pmx_remote_new(&options->where, &error);
    if (!remote) {
        json_decref(request);
        return pmx_remote_fail(error);
    }
    json_t *job = pmx_remote_call(remote, "POST", "jobs", request, &error);
    if (!job)
        return pmx_remote_fail(error);
    int status = tell_submitted(remote, job, options);
    json_decref(job);
    return status;
}

static void clear(Options *options)
{
    pmx_remote_options_clear(&options->where);
    g_free(options->pipeline);
    g_free(options->token);
    g_free(options->user_data);
}

int pmx_command_submit(char **argv)
{
    Options options = {0};
    const GOptionEntry entries[] = {
        {"pipeline", 0, 0, G_OPTION_ARG_STRING, &options.pipeline,
         "Put it into this pipeline (default)", "ID"},
        {"token", 0, 0, G_OPTION_ARG_STRING, &options.token,
         "The same token and job again give the job that there is", "TEXT"},
        {"user-data", 0, 0, G_OPTION_ARG_STRING, &options.user_data,
         "Comes back with the job and its events", "TEXT"},
        {"wait", 0, 0, G_OPTION_ARG_NONE, &options.wait, "Wait for its end, as polymux wait does",
         NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print the job as JSON", NULL},
        PMX_REMOTE_ENTRIES(&options.where),
        G_OPTION_ENTRY_NULL,
    };
    g_auto(GStrv) words =
        pmx_command_options(argv, entries, "JOB.json",
                            "Hands a job to a server and prints its id. Media are addresses that "
                            "the server knows:\noss://BUCKET/KEY.\n\n"
                            "Exit status: 0 submitted (with --wait: every output was made), 1 the "
                            "server or some\noutput failed, 2 the job is invalid.");
    int status = PMX_EXIT_INVALID;
    if (words && g_strv_length(words) == 2)
        status = submit(words[1], &options);
    else if (words)
        g_printerr("polymux submit: give one job file (see polymux submit --help)\n");
    clear(&options);
    return status;
}
