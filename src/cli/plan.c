/* SPDX-License-Identifier: MIT */
/* `polymux plan`: the task graph of a job, without running it. */
#include "cli/command.h"
#include "cli/places.h"
#include "cli/session.h"

int pmx_command_plan(char **argv)
{
    gboolean dot = FALSE;
    g_autofree char *output = NULL, *config = NULL;
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Plan for this output folder", "DIR"},
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &config, PMX_CONFIG_HELP, "FILE"},
        {"dot", 0, 0, G_OPTION_ARG_NONE, &dot, "Print the graph for Graphviz", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_auto(GStrv) words =
        pmx_command_options(argv, entries, "JOB.json",
                            "Prints the tasks a job becomes, as JSON, without running them.");
    if (!words)
        return PMX_EXIT_INVALID;
    if (g_strv_length(words) != 2) {
        g_printerr("polymux plan: give one job file (see polymux plan --help)\n");
        return PMX_EXIT_INVALID;
    }
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxConfiguration) configuration = pmx_configuration_of_command("plan", config);
    if (!configuration)
        return PMX_EXIT_INVALID;
    const PmxSessionOptions options = {configuration, words[1], output, FALSE, NULL};
    g_autoptr(PmxSession) session = pmx_session_new(&options, problems);
    if (!session->plan) {
        g_autofree char *text = pmx_problems_to_text(problems);
        g_printerr("%s", text);
        return PMX_EXIT_INVALID;
    }
    if (dot) {
        g_autofree char *text = pmx_plan_to_dot(session->plan);
        g_print("%s", text);
        return PMX_EXIT_OK;
    }
    json_t *json = pmx_plan_to_json(session->plan, session->job);
    pmx_command_print_json(json);
    json_decref(json);
    return PMX_EXIT_OK;
}
