/* SPDX-License-Identifier: MIT */
/* See report.h. */
#include "cli/report.h"

#include "base/text.h"
#include "plan/damage.h"

typedef struct {
    const PmxPlanOutput *planned; /* borrowed from the plan */
    const PmxFacts *facts;        /* NULL: it failed; the executor's, like the next */
    const GError *error;          /* why */
    GPtrArray *warnings;          /* of char * */
} Entry;

struct PmxReport {
    GArray *entries; /* of Entry */
    PmxWorkCount work[PMX_TASK_KINDS];
    double wall_seconds, cpu_seconds;
};

static const char *const work_names[PMX_TASK_KINDS] = {
    [PMX_TASK_CUT] = "cut",        [PMX_TASK_BORDER] = "border", [PMX_TASK_MEASURE] = "measure",
    [PMX_TASK_BUDGET] = "budget",  [PMX_TASK_VIDEO] = "video",   [PMX_TASK_LOUDNESS] = "loudness",
    [PMX_TASK_AUDIO] = "audio",    [PMX_TASK_COPY] = "copy",     [PMX_TASK_SUBTITLE] = "subtitle",
    [PMX_TASK_PACKAGE] = "package"};

static GPtrArray *gather_warnings(const PmxPlanOutput *planned, const PmxOutputState *state)
{
    GPtrArray *warnings = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < planned->warnings->len; i++)
        g_ptr_array_add(warnings, g_strdup(g_ptr_array_index(planned->warnings, i)));
    if (state->damaged > 0)
        g_ptr_array_add(warnings, pmx_damage_text(state->damaged));
    return warnings;
}

PmxReport *pmx_report_new(const PmxSession *session, const PmxExecutor *executor,
                          double wall_seconds)
{
    PmxReport *report = g_new0(PmxReport, 1);
    report->entries = g_array_new(FALSE, TRUE, sizeof(Entry));
    report->wall_seconds = wall_seconds;
    report->cpu_seconds = pmx_executor_cpu_seconds(executor);
    for (guint kind = 0; kind < G_N_ELEMENTS(report->work); kind++)
        report->work[kind] = pmx_executor_count(executor, (PmxTaskKind)kind);
    for (guint i = 0; i < session->plan->outputs->len; i++) {
        const PmxOutputState *state = pmx_executor_output(executor, i);
        Entry entry = {.planned = g_ptr_array_index(session->plan->outputs, i)};
        entry.warnings = gather_warnings(entry.planned, state);
        entry.error = state->error;
        entry.facts = state->error ? NULL : state->facts;
        g_array_append_val(report->entries, entry);
    }
    return report;
}

void pmx_report_free(PmxReport *report)
{
    if (!report)
        return;
    for (guint i = 0; i < report->entries->len; i++) {
        Entry *entry = &g_array_index(report->entries, Entry, i);
        g_ptr_array_unref(entry->warnings);
    }
    g_array_unref(report->entries);
    g_free(report);
}

gboolean pmx_report_success(const PmxReport *report)
{
    for (guint i = 0; i < report->entries->len; i++)
        if (g_array_index(report->entries, Entry, i).error)
            return FALSE;
    return TRUE;
}

/* --- for programs --- */

static json_t *strings(const GPtrArray *list)
{
    json_t *array = json_array();
    for (guint i = 0; i < list->len; i++)
        json_array_append_new(array, pmx_json_text(g_ptr_array_index(list, i)));
    return array;
}

static void add_facts(json_t *json, const PmxFacts *facts)
{
    json_t *all = pmx_object_dump(&pmx_facts_object, facts);
    json_object_del(all, "versions");
    json_object_del(all, "table");
    json_object_update_missing(json, all);
    json_decref(all);
    json_t *table = json_array();
    for (guint i = 0; facts->table && i < facts->table->len; i++)
        json_array_append_new(
            table, json_string(((const PmxNote *)g_ptr_array_index(facts->table, i))->text));
    json_object_set_new(json, "table", table);
}

static json_t *entry_json(const Entry *entry)
{
    json_t *json = json_pack("{s:o, s:s, s:o}", "name", pmx_json_text(entry->planned->name),
                             "state", entry->error ? "Failed" : "Success", "file",
                             pmx_json_text(entry->planned->address));
    if (entry->error) {
        json_object_set_new(json, "code", json_string(pmx_code_name(pmx_error_code(entry->error))));
        json_object_set_new(json, "message", pmx_json_text(entry->error->message));
    }
    if (entry->facts)
        add_facts(json, entry->facts);
    if (entry->warnings->len)
        json_object_set_new(json, "warnings", strings(entry->warnings));
    return json;
}

static json_t *work_json(const PmxReport *report)
{
    json_t *json = json_object();
    for (guint i = 0; i < G_N_ELEMENTS(report->work); i++)
        json_object_set_new(json, work_names[i],
                            json_pack("{s:i, s:i}", "run", (int)report->work[i].run, "kept",
                                      (int)report->work[i].kept));
    return json;
}

json_t *pmx_report_json(const PmxReport *report)
{
    json_t *outputs = json_array();
    for (guint i = 0; i < report->entries->len; i++)
        json_array_append_new(outputs, entry_json(&g_array_index(report->entries, Entry, i)));
    return json_pack("{s:s, s:o, s:o, s:f, s:f}", "state",
                     pmx_report_success(report) ? "Success" : "Failed", "outputs", outputs, "work",
                     work_json(report), "wall_seconds", report->wall_seconds, "cpu_seconds",
                     report->cpu_seconds);
}

/* --- for people --- */

static void print_entry(const Entry *entry)
{
    if (entry->error) {
        g_print("\n%s: FAILED: %s: %s\n", entry->planned->name,
                pmx_code_name(pmx_error_code(entry->error)), entry->error->message);
        return;
    }
    g_autofree char *size = g_format_size(entry->facts->size);
    g_print("\n%s: %s (%s)\n", entry->planned->name, entry->planned->address, size);
    for (guint i = 0; entry->facts->table && i < entry->facts->table->len; i++)
        g_print("  %s\n", ((const PmxNote *)g_ptr_array_index(entry->facts->table, i))->text);
    for (guint i = 0; i < entry->warnings->len; i++)
        g_print("  warning: %s\n", (const char *)g_ptr_array_index(entry->warnings, i));
}

void pmx_report_print(const PmxReport *report)
{
    const PmxWorkCount *video = &report->work[PMX_TASK_VIDEO],
                       *audio = &report->work[PMX_TASK_AUDIO];
    guint files = report->work[PMX_TASK_PACKAGE].run;
    for (guint i = 0; i < report->entries->len; i++)
        print_entry(&g_array_index(report->entries, Entry, i));
    g_print(
        "\n%u %s in %.1f s (%.1f s of CPU). Video segments: %u encoded, %u kept. Audio tracks: %u encoded, %u "
        "kept.\n",
        files, files == 1 ? "file" : "files", report->wall_seconds, report->cpu_seconds, video->run,
        video->kept, audio->run, audio->kept);
}
