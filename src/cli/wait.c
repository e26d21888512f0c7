/* SPDX-License-Identifier: MIT */
/* `polymux wait`: follows a server's jobs to their end. */
#include "cli/follow.h"

static int wait_for(char *const *ids, const PmxRemoteOptions *where, gboolean as_json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxRemote) remote = pmx_remote_new(where, &error);
    return remote ? pmx_follow(remote, ids, as_json) : pmx_remote_fail(error);
}

int pmx_command_wait(char **argv)
{
    g_auto(PmxRemoteOptions) where = {0};
    gboolean as_json = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &as_json,
         "Print only the jobs, as JSON: one alone, several as an array", NULL},
        PMX_REMOTE_ENTRIES(&where),
        G_OPTION_ENTRY_NULL,
    };
    g_auto(GStrv) words = pmx_command_options(
        argv, entries, "ID...",
        "Shows how jobs of a server get on, until they have ended. A server that is restarted "
        "meanwhile\ndoes not disturb it. Ctrl-C ends the waiting, not the jobs.\n\n"
        "Exit status: 0 every output was made, 1 some output failed, 2 there is no such job.");
    if (!words)
        return PMX_EXIT_INVALID;
    if (words[1])
        return wait_for(words + 1, &where, as_json);
    g_printerr("polymux wait: give one job's id or more (see polymux wait --help)\n");
    return PMX_EXIT_INVALID;
}
