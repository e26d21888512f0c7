/* SPDX-License-Identifier: MIT */
/* `polymux cache`: the store of kept artifacts. */
#include <string.h>

#include "cli/command.h"
#include "exec/artifacts.h"

static int stats(const PmxArtifacts *artifacts, const char *root, guint64 limit)
{
    PmxArtifactsUse use = pmx_artifacts_use(artifacts);
    g_autofree char *size = g_format_size_full(use.bytes, G_FORMAT_SIZE_IEC_UNITS);
    g_autofree char *most = g_format_size_full(limit, G_FORMAT_SIZE_IEC_UNITS);
    g_print("folder     %s\nartifacts  %" G_GUINT64_FORMAT
            "\nsize       %s of at most %s\nin use     %" G_GUINT64_FORMAT "\n",
            root, use.count, size, most, use.used);
    return PMX_EXIT_OK;
}

static int clear(PmxArtifacts *artifacts)
{
    g_print("%" G_GUINT64_FORMAT " artifacts removed\n", pmx_artifacts_clear(artifacts));
    return PMX_EXIT_OK;
}

int pmx_command_cache(char **argv)
{
    g_auto(GStrv) words = pmx_command_options(
        argv, NULL, "stats | clear",
        "Shows how much is kept of finished tasks, or removes it.\n"
        "$POLYMUX_CACHE names the folder, $POLYMUX_CACHE_SIZE its limit (20G).");
    if (!words)
        return PMX_EXIT_INVALID;
    gboolean show = g_strv_length(words) == 2 && strcmp(words[1], "stats") == 0;
    if (!show && !(g_strv_length(words) == 2 && strcmp(words[1], "clear") == 0)) {
        g_printerr("polymux cache: say \"stats\" or \"clear\" (see polymux cache --help)\n");
        return PMX_EXIT_INVALID;
    }
    g_autoptr(GError) error = NULL;
    guint64 limit = 0;
    g_autofree char *root = pmx_artifacts_default_root();
    gboolean limited = pmx_artifacts_default_limit(&limit, &error);
    g_autoptr(PmxArtifacts) artifacts =
        limited ? pmx_artifacts_open(root, limit, TRUE, &error) : NULL;
    if (!artifacts) {
        g_printerr("polymux cache: %s\n", error->message);
        return limited ? PMX_EXIT_FAILED : PMX_EXIT_INVALID;
    }
    return show ? stats(artifacts, root, limit) : clear(artifacts);
}
