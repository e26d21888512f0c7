/* SPDX-License-Identifier: MIT */
/* See job-view.h. */
#include "cli/job-view.h"

#include <string.h>

#include "base/moment.h"
#include "cli/remote.h"

static gboolean has_state(const json_t *object, const char *state)
{
    return strcmp(pmx_remote_text(object, "state"), state) == 0;
}

gboolean pmx_job_view_succeeded(const json_t *job)
{
    size_t i;
    const json_t *output;
    if (!has_state(job, "Complete"))
        return FALSE;
    json_array_foreach (json_object_get(job, "outputs"), i, output) {
        if (!has_state(output, "Success"))
            return FALSE;
    }
    return TRUE;
}

/* --- an output --- */

static const char *output_name(const json_t *output)
{
    const char *name = pmx_remote_text(output, "name");
    return *name ? name : pmx_remote_text(output, "address");
}

static void print_texts(const char *before, const json_t *texts)
{
    size_t i;
    const json_t *text;
    json_array_foreach (texts, i, text) {
        /* Lines of a stream table are objects, warnings are not. */
        const char *line =
            json_is_object(text) ? pmx_remote_text(text, "text") : json_string_value(text);
        g_print("  %s%s\n", before, line ? line : "");
    }
}

static void print_file(const json_t *output)
{
    const json_t *facts = json_object_get(output, "facts");
    g_autofree char *size =
        g_format_size((guint64)json_integer_value(json_object_get(facts, "size")));
    g_print("\n%s: %s (%s)\n", output_name(output), pmx_remote_text(output, "address"), size);
    print_texts("", json_object_get(facts, "table"));
    print_texts("warning: ", json_object_get(output, "warnings"));
}

static void print_output(const json_t *output)
{
    if (has_state(output, "Success"))
        print_file(output);
    else if (has_state(output, "Failed"))
        g_print("\n%s: FAILED: %s: %s\n", output_name(output), pmx_remote_text(output, "code"),
                pmx_remote_text(output, "message"));
    else
        g_print("\n%s: %s, %d %%\n", output_name(output), pmx_remote_text(output, "state"),
                (int)json_integer_value(json_object_get(output, "percent")));
}

/* --- the job --- */

static gint64 moment_of(const json_t *job, const char *name)
{
    gint64 moment = 0;
    return pmx_moment_parse(pmx_remote_text(job, name), &moment) ? moment : 0;
}

/* ", 12.3 s" from the first work on it to its end; "" before. */
static char *time_taken(const json_t *job)
{
    gint64 started = moment_of(job, "started"), finished = moment_of(job, "finished");
    if (!started || !finished)
        return g_strdup("");
    return g_strdup_printf(", %.1f s", (double)(finished - started) / 1000);
}

void pmx_job_view_print(const json_t *job)
{
    size_t i;
    const json_t *output;
    const char *code = pmx_remote_text(job, "code"), *name = pmx_remote_text(job, "name");
    g_autofree char *taken = time_taken(job);
    json_array_foreach (json_object_get(job, "outputs"), i, output) {
        print_output(output);
    }
    g_print("\n%s%s%s%s: %s", pmx_remote_text(job, "id"), *name ? " (" : "", name, *name ? ")" : "",
            pmx_remote_text(job, "state"));
    if (*code)
        g_print(": %s: %s", code, pmx_remote_text(job, "message"));
    else if (!moment_of(job, "finished"))
        g_print(", %d %%", (int)json_integer_value(json_object_get(job, "percent")));
    g_print("%s\n", taken);
}
