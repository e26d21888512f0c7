/* SPDX-License-Identifier: MIT */
/* See preparation.h. */
#include "service/preparation.h"

#include <string.h>

#include "net/url.h"

/* --- what is wrong --- */

static void changed(const PmxPreparation *prep)
{
    prep->setup.changed(prep->setup.data);
}

static void fail_all(PmxPreparation *prep, const GError *error)
{
    pmx_ledger_set_all(prep->ledger, PMX_PART_FAILED, error);
    changed(prep);
}

/* Everything that is wrong, in one message; the code is the first one's. */
static void fail_with(PmxPreparation *prep, const PmxProblems *problems)
{
    const PmxProblem *first = g_ptr_array_index(problems->items, 0);
    g_autofree char *text = pmx_problems_to_text(problems);
    g_autoptr(GError) error = g_error_new_literal(PMX_ERROR, (int)first->code, g_strchomp(text));
    fail_all(prep, error);
}

static void fail_input(PmxPreparation *prep, guint input, const GError *error)
{
    g_autoptr(GError) told = g_error_copy(error);
    const PmxInput *of = g_ptr_array_index(prep->job->inputs, input);
    g_autofree char *shown = pmx_url_shown(of->file.media);
    g_autofree char *at = pmx_job_input_path(prep->job, input);
    if (strstr(told->message, shown))
        g_prefix_error(&told, "%s: ", at);
    else
        g_prefix_error(&told, "%s: \"%s\": ", at, shown);
    fail_all(prep, told);
}

/* --- the plan --- */

PmxPartRecord *pmx_preparation_part(const PmxPreparation *prep, guint output)
{
    return pmx_ledger_part(prep->ledger, g_array_index(prep->places, guint, output));
}

static void wanted_free(PmxJob *wanted)
{
    g_ptr_array_unref(wanted->outputs);
    g_free(wanted);
}

/* The outputs that are not over yet. */
static void choose_outputs(PmxPreparation *prep)
{
    g_clear_pointer(&prep->wanted, wanted_free);
    g_array_set_size(prep->places, 0);
    prep->wanted = g_memdup2(prep->job, sizeof *prep->job);
    prep->wanted->outputs = g_ptr_array_new();
    for (guint i = 0; i < prep->ledger->outputs; i++) {
        if (pmx_part_is_over(pmx_ledger_part(prep->ledger, i)->state))
            continue;
        g_ptr_array_add(prep->wanted->outputs, g_ptr_array_index(prep->job->outputs, i));
        g_array_append_val(prep->places, i);
    }
}

static void fail_unwritable(PmxPreparation *prep)
{
    for (guint i = 0; i < prep->ledger->outputs; i++)
        if (prep->unwritable[i])
            pmx_ledger_set(prep->ledger, pmx_ledger_part(prep->ledger, i), PMX_PART_FAILED,
                           prep->unwritable[i]);
}

static gboolean is_about(const PmxProblem *problem, const PmxOutput *output)
{
    gsize length = strlen(output->path);
    return strncmp(problem->path, output->path, length) == 0 &&
           (problem->path[length] == '.' || problem->path[length] == '\0');
}

/* What is wrong with one output costs that output only. FALSE: something is wrong with none of
 * them, and so with all. */
static gboolean fail_outputs_with(PmxPreparation *prep, const PmxProblems *problems)
{
    guint blamed = 0;
    for (guint i = 0; i < prep->places->len; i++) {
        const PmxOutput *output = g_ptr_array_index(prep->wanted->outputs, i);
        g_autoptr(GString) text = g_string_new(NULL);
        int code = 0;
        for (guint k = 0; k < pmx_problems_count(problems); k++) {
            const PmxProblem *problem = g_ptr_array_index(problems->items, k);
            if (!is_about(problem, output))
                continue;
            code = text->len > 0 ? code : (int)problem->code;
            g_string_append_printf(text, "%s%s: %s", text->len > 0 ? "\n" : "", problem->path,
                                   problem->message);
            blamed++;
        }
        g_autoptr(GError) error =
            text->len > 0 ? g_error_new_literal(PMX_ERROR, code, text->str) : NULL;
        if (error)
            pmx_ledger_set(prep->ledger, pmx_preparation_part(prep, i), PMX_PART_FAILED, error);
    }
    return blamed == pmx_problems_count(problems);
}

static void make_plan(PmxPreparation *prep)
{
    g_autofree PmxPlanInput *inputs = g_new0(PmxPlanInput, prep->inputs->len + 1);
    const char *seconds = g_getenv("POLYMUX_SEGMENT_SECONDS");
    for (guint i = 0; i < prep->inputs->len; i++)
        inputs[i] = (PmxPlanInput){g_ptr_array_index(prep->facts, i),
                                   ((PmxReader *)g_ptr_array_index(prep->inputs, i))->identity};
    fail_unwritable(prep);
    while (!prep->plan && !pmx_ledger_is_done(prep->ledger)) {
        g_autoptr(PmxProblems) problems = pmx_problems_new();
        choose_outputs(prep);
        prep->plan = pmx_plan_new(prep->wanted, inputs, seconds ? g_ascii_strtod(seconds, NULL) : 0,
                                  problems);
        if (!prep->plan && !fail_outputs_with(prep, problems))
            fail_with(prep, problems);
    }
    if (prep->plan)
        prep->setup.ready(prep->setup.data);
    else
        changed(prep);
}

/* --- looking --- */

static void look_into_next(PmxPreparation *prep);

static void looked_into(PmxFacts *facts, const GError *error, gpointer data)
{
    PmxPreparation *prep = data;
    prep->look = NULL;
    if (!facts) {
        fail_input(prep, prep->facts->len, error);
        return;
    }
    g_ptr_array_add(prep->facts, facts);
    look_into_next(prep);
}

static void look_into_next(PmxPreparation *prep)
{
    if (prep->facts->len < prep->inputs->len)
        prep->look =
            pmx_probes_look(prep->setup.probes, g_ptr_array_index(prep->inputs, prep->facts->len),
                            looked_into, prep);
    else
        make_plan(prep);
}

/* --- opening --- */

/* What cannot be written is known before hours of work are spent for it. */
static void check_outputs(const PmxPreparation *prep, const PmxPatience *patience)
{
    for (guint i = 0; i < prep->ledger->outputs; i++) {
        const PmxOutput *output = g_ptr_array_index(prep->job->outputs, i);
        if (!pmx_part_is_over(pmx_ledger_part(prep->ledger, i)->state))
            pmx_places_writable(prep->ledger->service->places, output->address, patience,
                                &prep->unwritable[i]);
    }
}

/* In a thread of its own: inputs and outputs may be far away. */
static gpointer open_all(gpointer data, GCancellable *cancel, GError **error)
{
    PmxPreparation *prep = data;
    const PmxPlaces *places = prep->ledger->service->places;
    const PmxPatience patience = {.cancel = cancel, .allowance = prep->setup.allowance};
    for (prep->opened = 0; prep->opened < prep->job->inputs->len; prep->opened++) {
        const PmxInput *input = g_ptr_array_index(prep->job->inputs, prep->opened);
        PmxReader *reader = pmx_places_open(places, input->file.media, &patience, error);
        if (!reader)
            return NULL;
        g_ptr_array_add(prep->inputs, reader);
    }
    check_outputs(prep, &patience);
    return prep->inputs;
}

/* After a restart an input may not be the one that the finished outputs were made of. */
static gboolean note_identities(PmxPreparation *prep, GError **error)
{
    const PmxJobRecord *record = prep->ledger->record;
    json_t *now = json_array();
    for (guint i = 0; i < prep->inputs->len; i++)
        json_array_append_new(
            now, json_string(((PmxReader *)g_ptr_array_index(prep->inputs, i))->identity));
    gboolean same = !record->inputs || json_equal(record->inputs, now) ||
                    !pmx_ledger_first(prep->ledger, PMX_PART_SUCCESS);
    pmx_ledger_note_inputs(prep->ledger, now);
    if (!same)
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD,
                    "an input was changed after the first outputs of this job were made; submit "
                    "the job again");
    return same;
}

/* The identities of what the job reads are saved before anything is made of it, so no output is ever
 * made of inputs that a restart could not tell from others. */
/* cppcheck-suppress constParameter ; the type is PmxErrandKind's */
static void all_opened(gpointer inputs, const GError *error, gpointer data)
{
    PmxPreparation *prep = data;
    g_autoptr(GError) mixed = NULL;
    prep->opening = NULL;
    if (!inputs) {
        fail_input(prep, prep->opened, error);
    } else if (note_identities(prep, &mixed)) {
        changed(prep);
        look_into_next(prep);
    } else {
        fail_all(prep, mixed);
    }
}

/* --- the job --- */

static gboolean read_job(PmxPreparation *prep)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    PmxJobOptions options = pmx_service_job_options(prep->ledger->record->id);
    const char *id;
    json_t *config;
    prep->templates = pmx_templates_new();
    json_object_foreach (prep->ledger->record->templates, id, config) {
        pmx_templates_add(prep->templates, id, config);
    }
    prep->job = pmx_job_parse(prep->ledger->record->config, prep->templates, &options, problems);
    if (prep->job && prep->job->outputs->len == prep->ledger->outputs)
        return TRUE;
    if (prep->job)
        pmx_problems_add(problems, PMX_CODE_INTERNAL, "", "the job's record is damaged");
    fail_with(prep, problems);
    return FALSE;
}

void pmx_preparation_start(PmxPreparation *prep)
{
    static const PmxErrandKind opening = {open_all, all_opened, NULL};
    if (read_job(prep))
        prep->opening = pmx_errand_start(&opening, prep);
}

/* --- life --- */

static void free_input(gpointer input)
{
    pmx_reader_free(input);
}

static void free_facts(gpointer facts)
{
    pmx_facts_free(facts);
}

PmxPreparation *pmx_preparation_new(PmxLedger *ledger, const PmxPreparationSetup *setup)
{
    PmxPreparation *prep = g_new0(PmxPreparation, 1);
    prep->ledger = ledger;
    prep->setup = *setup;
    prep->places = g_array_new(FALSE, FALSE, sizeof(guint));
    prep->inputs = g_ptr_array_new_with_free_func(free_input);
    prep->unwritable = g_new0(GError *, ledger->outputs + 1);
    prep->facts = g_ptr_array_new_with_free_func(free_facts);
    return prep;
}

void pmx_preparation_free(PmxPreparation *prep)
{
    if (!prep)
        return;
    pmx_errand_cancel(prep->opening);
    pmx_look_cancel(prep->look);
    pmx_plan_free(prep->plan);
    g_clear_pointer(&prep->wanted, wanted_free);
    g_array_unref(prep->places);
    g_ptr_array_unref(prep->facts);
    g_ptr_array_unref(prep->inputs);
    for (guint i = 0; i < prep->ledger->outputs; i++)
        g_clear_error(&prep->unwritable[i]);
    g_free(prep->unwritable);
    pmx_job_free(prep->job);
    pmx_templates_free(prep->templates);
    g_free(prep);
}
