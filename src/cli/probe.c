/* SPDX-License-Identifier: MIT */
/* `polymux probe`: what is inside a media file. */
#include "exec/probe.h"

#include "cli/command.h"
#include "cli/places.h"
#include "net/url.h"

static void print_times(const PmxStream *stream)
{
    double tick = pmx_ratio_value(stream->time_base);
    g_print("      start %.6f s, end %.6f s", (double)stream->start * tick,
            (double)stream->end * tick);
    if (stream->keyframes > 1 && stream->kind == PMX_STREAM_VIDEO)
        g_print(", %" G_GINT64_FORMAT " keyframes, at most %.3f s apart", stream->keyframes,
                stream->keyframe_spacing);
    if (stream->rotation)
        g_print(", shown turned by %" G_GINT64_FORMAT " degrees", stream->rotation);
    if (stream->cover)
        g_print(", a cover picture");
    if (stream->interlaced)
        g_print(", interlaced");
    if (stream->problem)
        g_print(", UNREADABLE: %s", stream->problem);
    g_print("\n");
}

/* Table lines of streams carry "#0:N"; the facts of stream N follow its line. */
static void print_facts(const PmxFacts *facts)
{
    g_print("%s, %" G_GINT64_FORMAT " bytes\n", facts->format, facts->size);
    for (guint i = 0; facts->table && i < facts->table->len; i++) {
        const PmxNote *line = g_ptr_array_index(facts->table, i);
        guint number = 0;
        g_print("  %s%s\n", g_str_has_prefix(line->text, "Stream") ? "  " : "", line->text);
        if (sscanf(line->text, "Stream #0:%u", &number) == 1 && pmx_facts_stream(facts, number))
            print_times(pmx_facts_stream(facts, number));
    }
    for (guint i = 0; facts->warnings && i < facts->warnings->len; i++)
        g_print("  warning: %s\n", ((const PmxNote *)g_ptr_array_index(facts->warnings, i))->text);
}

static PmxFacts *look(const PmxConfiguration *configuration, const char *address, GError **error)
{
    g_autofree char *runner = pmx_runner_path();
    g_autofree char *here = g_get_current_dir();
    g_autoptr(PmxPlaces) places = pmx_places_of_command(configuration, here, error);
    g_autoptr(PmxAllowance) allowance = places ? pmx_allowance_of_command(places) : NULL;
    const PmxPatience patience = {.allowance = allowance};
    g_autoptr(PmxReader) input =
        places ? pmx_open_waiting(places, address, &patience, error) : NULL;
    const PmxProbe probe = {runner, pmx_runner_patience(), NULL};
    return input ? pmx_probe_file(&probe, input, error) : NULL;
}

static int tell(const PmxFacts *facts, gboolean as_json)
{
    if (!as_json) {
        print_facts(facts);
        return PMX_EXIT_OK;
    }
    json_t *json = pmx_object_dump(&pmx_facts_object, facts);
    pmx_command_print_json(json);
    json_decref(json);
    return PMX_EXIT_OK;
}

int pmx_command_probe(char **argv)
{
    gboolean as_json = FALSE;
    g_autofree char *config = NULL;
    const GOptionEntry entries[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &config, PMX_CONFIG_HELP, "FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print the facts as JSON", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_auto(GStrv) words = pmx_command_options(
        argv, entries, "MEDIA",
        "Shows streams, languages, flags, durations, start times and keyframe spacing.");
    if (!words)
        return PMX_EXIT_INVALID;
    if (g_strv_length(words) != 2) {
        g_printerr("polymux probe: give one media file (see polymux probe --help)\n");
        return PMX_EXIT_INVALID;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxConfiguration) configuration = pmx_configuration_of_command("probe", config);
    if (!configuration)
        return PMX_EXIT_INVALID;
    g_autoptr(PmxFacts) facts = look(configuration, words[1], &error);
    if (facts)
        return tell(facts, as_json);
    g_autofree char *shown = pmx_url_shown(words[1]);
    g_printerr("%s: %s: %s\n", shown, pmx_code_name(pmx_error_code(error)), error->message);
    return PMX_EXIT_FAILED;
}
