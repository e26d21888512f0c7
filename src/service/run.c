/* SPDX-License-Identifier: MIT */
/*
 * One running job, from its record to the last saved state.
 *
 *     open inputs ─► look into each ─► plan ─► executor ─► over
 *
 * What changes is marked and saved in one transaction; where the store does not take it, the marks
 * stay and a later tick tries again. A run begun again after a restart goes through the same steps:
 * the parts that are over stay as they are, and the artifacts kept are not made again.
 */
#include <string.h>

#include "base/errand.h"
#include "exec/executor.h"
#include "net/url.h"
#include "plan/damage.h"
#include "service/private.h"

struct PmxRun {
    PmxRunSetup setup;
    PmxJobRecord *record;
    GPtrArray *parts; /* of PmxPartRecord *: outputs in the job's order, then groups */
    guint outputs;    /* how many of the parts are outputs */

    /* What is not saved yet. */
    gboolean record_changed, in_trouble; /* in_trouble: the store did not take it last time */
    GHashTable *changed;                 /* set of PmxPartRecord * */

    PmxTemplates *templates;
    PmxJob *job;
    PmxErrand *opening;
    PmxAllowance *allowance; /* for waiting, from here on */
    guint opened;            /* how many inputs could be opened */
    GPtrArray *inputs;       /* of PmxReader * */
    GError **unwritable;     /* one an output: why it cannot be written, or NULL */
    GPtrArray *facts;        /* of PmxFacts *, those looked into so far */
    PmxLook *look;
    PmxPlan *plan;
    PmxJob *wanted; /* the job with those outputs only that are still to be made; borrows them */
    GArray *places; /* of guint, one an output of the plan: which part it is */
    PmxExecutor *executor;
    gint64 rank;
    gboolean paused;
    guint ending; /* the source that tells that it is over */
    double media_seconds;
};

/* --- marks and saving --- */

static PmxPartRecord *part_at(const PmxRun *run, guint i)
{
    return g_ptr_array_index(run->parts, i);
}

static void mark(PmxRun *run, PmxPartRecord *part)
{
    g_hash_table_add(run->changed, part);
}

/* The part that is the plan's n-th output. */
static PmxPartRecord *planned_part(const PmxRun *run, guint output)
{
    return part_at(run, g_array_index(run->places, guint, output));
}

static void set_part(PmxRun *run, PmxPartRecord *part, PmxPartState state, const GError *error)
{
    if (part->state == (int)state || pmx_part_is_over(part->state))
        return;
    part->state = state;
    if (error) {
        g_free(part->code);
        g_free(part->message);
        part->code = g_strdup(pmx_code_name(pmx_error_code(error)));
        part->message = g_utf8_make_valid(error->message, -1);
    }
    if (state == PMX_PART_SUCCESS)
        part->percent = 100;
    if (pmx_part_is_over(state))
        part->finished = pmx_moment_now();
    mark(run, part);
}

/* The changed parts in the order of the job: outputs before the groups they end. */
static GPtrArray *changed_parts(const PmxRun *run)
{
    GPtrArray *list = g_ptr_array_new();
    for (guint i = 0; i < run->parts->len; i++)
        if (g_hash_table_contains(run->changed, part_at(run, i)))
            g_ptr_array_add(list, part_at(run, i));
    return list;
}

static gboolean save(PmxRun *run, GError **error)
{
    PmxService *service = run->setup.service;
    g_autoptr(GPtrArray) parts = changed_parts(run);
    PmxChange change = {.user = service->options.user,
                        .job = run->record,
                        .job_changed = run->record_changed,
                        .parts = parts};
    if (parts->len == 0 && !run->record_changed)
        return TRUE;
    gboolean ok = pmx_store_write(service->store, pmx_change_apply, &change, error);
    if (ok) {
        g_hash_table_remove_all(run->changed);
        run->record_changed = FALSE;
        pmx_watches_tell(service->watches, run->record->id, change.events,
                         pmx_job_is_over(run->record->state));
        if (change.deliveries)
            pmx_notifier_poke(service->notifier);
    }
    pmx_change_clear(&change);
    return ok;
}

/* --- groups and the whole --- */

static PmxPartState group_state(const PmxRun *run, const PmxPartRecord *group)
{
    guint all = 0, over = 0, good = 0, skipped = 0, begun = 0;
    for (guint i = 0; i < run->outputs; i++) {
        const PmxPartRecord *part = part_at(run, i);
        if (part->group != group->place)
            continue;
        all++;
        over += pmx_part_is_over(part->state);
        good += part->state == PMX_PART_SUCCESS;
        skipped += part->state == PMX_PART_SKIPPED;
        begun += part->state != PMX_PART_INIT && part->state != PMX_PART_SCHEDULED;
    }
    if (over < all)
        return begun > 0 ? PMX_PART_RUNNING : PMX_PART_INIT;
    return good > 0 ? PMX_PART_SUCCESS : skipped == all ? PMX_PART_SKIPPED : PMX_PART_FAILED;
}

static void update_groups(PmxRun *run)
{
    for (guint i = run->outputs; i < run->parts->len; i++)
        set_part(run, part_at(run, i), group_state(run, part_at(run, i)), NULL);
}

static gboolean all_over(const PmxRun *run)
{
    gboolean over = TRUE;
    for (guint i = 0; over && i < run->outputs; i++)
        over = pmx_part_is_over(part_at(run, i)->state);
    return over;
}

static const PmxPartRecord *first_in(const PmxRun *run, PmxPartState state)
{
    for (guint i = 0; i < run->outputs; i++)
        if (part_at(run, i)->state == (int)state)
            return part_at(run, i);
    return NULL;
}

/* "Success indicates that at least one output succeeded", says the job API. */
static void close_record(PmxRun *run)
{
    PmxJobRecord *record = run->record;
    const PmxPartRecord *failed = first_in(run, PMX_PART_FAILED);
    gboolean good = first_in(run, PMX_PART_SUCCESS) != NULL;
    record->state = good ? PMX_JOB_COMPLETE : PMX_JOB_ERROR;
    record->percent = good ? 100 : record->percent;
    record->finished = pmx_moment_now();
    if (!good && failed) {
        record->code = g_strdup(failed->code);
        record->message = g_strdup(failed->message);
    }
    run->record_changed = TRUE;
}

static gboolean tell_over(gpointer data)
{
    PmxRun *run = data;
    run->ending = 0;
    run->setup.over(run, run->setup.data);
    return G_SOURCE_REMOVE;
}

/* Saves what is marked, and closes the job when nothing is left to do. */
static void settle(PmxRun *run)
{
    g_autoptr(GError) error = NULL;
    update_groups(run);
    if (all_over(run) && !pmx_job_is_over(run->record->state))
        close_record(run);
    gboolean saved = save(run, &error);
    if (!saved && !run->in_trouble)
        g_printerr("polymux: job %s: what happened cannot be saved yet: %s\n", run->record->id,
                   error->message);
    run->in_trouble = !saved;
    if (saved && pmx_job_is_over(run->record->state) && !run->ending)
        run->ending = g_idle_add(tell_over, run);
}

static void fail_all(PmxRun *run, const GError *error)
{
    for (guint i = 0; i < run->outputs; i++)
        set_part(run, part_at(run, i), PMX_PART_FAILED, error);
    settle(run);
}

/* Everything that is wrong, in one message; the code is the first one's. */
static void fail_with(PmxRun *run, const PmxProblems *problems)
{
    const PmxProblem *first = g_ptr_array_index(problems->items, 0);
    g_autofree char *text = pmx_problems_to_text(problems);
    g_autoptr(GError) error = g_error_new_literal(PMX_ERROR, (int)first->code, g_strchomp(text));
    fail_all(run, error);
}

/* --- the executor's part --- */

static json_t *warnings_of(const PmxRun *run, guint output)
{
    const PmxPlanOutput *planned = g_ptr_array_index(run->plan->outputs, output);
    gint64 damaged = pmx_executor_output(run->executor, output)->damaged;
    json_t *list = json_array();
    for (guint i = 0; i < planned->warnings->len; i++)
        json_array_append_new(list, json_string(g_ptr_array_index(planned->warnings, i)));
    if (damaged > 0) {
        g_autofree char *text = pmx_damage_text(damaged);
        json_array_append_new(list, json_string(text));
    }
    if (json_array_size(list) > 0)
        return list;
    json_decref(list);
    return NULL;
}

static void succeed(PmxRun *run, guint output)
{
    const PmxPlanOutput *planned = g_ptr_array_index(run->plan->outputs, output);
    PmxPartRecord *part = planned_part(run, output);
    json_decref(part->facts);
    json_decref(part->warnings);
    part->facts = pmx_service_facts_json(pmx_executor_output(run->executor, output)->facts);
    part->warnings = warnings_of(run, output);
    run->media_seconds += planned->seconds;
    set_part(run, part, PMX_PART_SUCCESS, NULL);
}

static void output_ended(guint output, gpointer data)
{
    PmxRun *run = data;
    const PmxOutputState *state = pmx_executor_output(run->executor, output);
    if (state->error)
        set_part(run, planned_part(run, output), PMX_PART_FAILED, state->error);
    else
        succeed(run, output);
    settle(run);
}

static void execute(PmxRun *run)
{
    static const PmxExecutorEvents events = {output_ended, NULL};
    for (guint i = 0; i < run->places->len; i++)
        set_part(run, planned_part(run, i), PMX_PART_RUNNING, NULL);
    settle(run);
    const PmxExecutorSetup setup = {.plan = run->plan,
                                    .artifacts = run->setup.artifacts,
                                    .depot = run->setup.depot,
                                    .places = run->setup.service->places,
                                    .inputs = (PmxReader *const *)run->inputs->pdata,
                                    .runner = run->setup.runner,
                                    .pool = run->setup.pool,
                                    .allowance = run->allowance,
                                    .patience = pmx_runner_patience()};
    run->executor = pmx_executor_new(&setup);
    pmx_executor_start(run->executor, &events, run);
    pmx_run_set_urgency(run, run->rank, run->paused);
}

/* --- looking and planning --- */

static void wanted_free(PmxJob *wanted)
{
    g_ptr_array_unref(wanted->outputs);
    g_free(wanted);
}

/* After a restart an input may not be the one that the finished outputs were made of. */
static gboolean note_identities(PmxRun *run, GError **error)
{
    json_t *now = json_array();
    for (guint i = 0; i < run->inputs->len; i++)
        json_array_append_new(
            now, json_string(((PmxReader *)g_ptr_array_index(run->inputs, i))->identity));
    gboolean same = !run->record->inputs || json_equal(run->record->inputs, now) ||
                    !first_in(run, PMX_PART_SUCCESS);
    json_decref(run->record->inputs);
    run->record->inputs = now;
    if (!same)
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD,
                    "an input was changed after the first outputs of this job were made; submit "
                    "the job again");
    return same;
}

/* The outputs that are not over yet. */
static void choose_outputs(PmxRun *run)
{
    g_clear_pointer(&run->wanted, wanted_free);
    g_array_set_size(run->places, 0);
    run->wanted = g_memdup2(run->job, sizeof *run->job);
    run->wanted->outputs = g_ptr_array_new();
    for (guint i = 0; i < run->outputs; i++) {
        if (pmx_part_is_over(part_at(run, i)->state))
            continue;
        g_ptr_array_add(run->wanted->outputs, g_ptr_array_index(run->job->outputs, i));
        g_array_append_val(run->places, i);
    }
}

static void fail_unwritable(PmxRun *run)
{
    for (guint i = 0; i < run->outputs; i++)
        if (run->unwritable[i])
            set_part(run, part_at(run, i), PMX_PART_FAILED, run->unwritable[i]);
}

static gboolean is_about(const PmxProblem *problem, const PmxOutput *output)
{
    gsize length = strlen(output->path);
    return strncmp(problem->path, output->path, length) == 0 &&
           (problem->path[length] == '.' || problem->path[length] == '\0');
}

/* What is wrong with one output costs that output only. FALSE: something is wrong with none of
 * them, and so with all. */
static gboolean fail_outputs_with(PmxRun *run, const PmxProblems *problems)
{
    guint blamed = 0;
    for (guint i = 0; i < run->places->len; i++) {
        const PmxOutput *output = g_ptr_array_index(run->wanted->outputs, i);
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
            set_part(run, planned_part(run, i), PMX_PART_FAILED, error);
    }
    return blamed == pmx_problems_count(problems);
}

static void make_plan(PmxRun *run)
{
    g_autofree PmxPlanInput *inputs = g_new0(PmxPlanInput, run->inputs->len + 1);
    const char *seconds = g_getenv("POLYMUX_SEGMENT_SECONDS");
    for (guint i = 0; i < run->inputs->len; i++)
        inputs[i] = (PmxPlanInput){g_ptr_array_index(run->facts, i),
                                   ((PmxReader *)g_ptr_array_index(run->inputs, i))->identity};
    fail_unwritable(run);
    while (!run->plan && !all_over(run)) {
        g_autoptr(PmxProblems) problems = pmx_problems_new();
        choose_outputs(run);
        run->plan = pmx_plan_new(run->wanted, inputs, seconds ? g_ascii_strtod(seconds, NULL) : 0,
                                 problems);
        if (!run->plan && !fail_outputs_with(run, problems))
            fail_with(run, problems);
    }
    if (run->plan)
        execute(run);
    else
        settle(run);
}

static void look_into_next(PmxRun *run);

static void fail_input(PmxRun *run, guint input, const GError *error)
{
    g_autoptr(GError) told = g_error_copy(error);
    const PmxInput *of = g_ptr_array_index(run->job->inputs, input);
    g_autofree char *shown = pmx_url_shown(of->file.media);
    g_autofree char *at = pmx_job_input_path(run->job, input);
    if (strstr(told->message, shown))
        g_prefix_error(&told, "%s: ", at);
    else
        g_prefix_error(&told, "%s: \"%s\": ", at, shown);
    fail_all(run, told);
}

static void looked_into(PmxFacts *facts, const GError *error, gpointer data)
{
    PmxRun *run = data;
    run->look = NULL;
    if (!facts) {
        fail_input(run, run->facts->len, error);
        return;
    }
    g_ptr_array_add(run->facts, facts);
    look_into_next(run);
}

static void look_into_next(PmxRun *run)
{
    if (run->facts->len < run->inputs->len)
        run->look = pmx_probes_look(
            run->setup.probes, g_ptr_array_index(run->inputs, run->facts->len), looked_into, run);
    else
        make_plan(run);
}

/* What cannot be written is known before hours of work are spent for it. */
static void check_outputs(const PmxRun *run, const PmxPatience *patience)
{
    for (guint i = 0; i < run->outputs; i++) {
        const PmxOutput *output = g_ptr_array_index(run->job->outputs, i);
        if (!pmx_part_is_over(part_at(run, i)->state))
            pmx_places_writable(run->setup.service->places, output->address, patience,
                                &run->unwritable[i]);
    }
}

/* In a thread of its own: inputs and outputs may be far away. */
static gpointer open_all(gpointer data, GCancellable *cancel, GError **error)
{
    PmxRun *run = data;
    const PmxPlaces *places = run->setup.service->places;
    const PmxPatience patience = {.cancel = cancel, .allowance = run->allowance};
    for (run->opened = 0; run->opened < run->job->inputs->len; run->opened++) {
        const PmxInput *input = g_ptr_array_index(run->job->inputs, run->opened);
        PmxReader *reader = pmx_places_open(places, input->file.media, &patience, error);
        if (!reader)
            return NULL;
        g_ptr_array_add(run->inputs, reader);
    }
    check_outputs(run, &patience);
    return run->inputs;
}

/* That the job has begun is saved together with the identities of what it reads, so no output is
 * ever made of inputs that a restart could not tell from others. */
/* cppcheck-suppress constParameter ; the type is PmxErrandKind's */
static void all_opened(gpointer inputs, const GError *error, gpointer data)
{
    PmxRun *run = data;
    g_autoptr(GError) changed = NULL;
    run->opening = NULL;
    if (!inputs) {
        fail_input(run, run->opened, error);
    } else if (note_identities(run, &changed)) {
        settle(run);
        look_into_next(run);
    } else {
        fail_all(run, changed);
    }
}

static gboolean read_job(PmxRun *run)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    PmxJobOptions options = pmx_service_job_options(run->record->id);
    const char *id;
    json_t *config;
    run->templates = pmx_templates_new();
    json_object_foreach (run->record->templates, id, config) {
        pmx_templates_add(run->templates, id, config);
    }
    run->job = pmx_job_parse(run->record->config, run->templates, &options, problems);
    if (run->job && run->job->outputs->len == run->outputs)
        return TRUE;
    if (run->job)
        pmx_problems_add(problems, PMX_CODE_INTERNAL, "", "the job's record is damaged");
    fail_with(run, problems);
    return FALSE;
}

static void mark_begun(PmxRun *run)
{
    if (run->record->state == PMX_JOB_INITED) {
        run->record->state = PMX_JOB_RUNNING;
        run->record->started = pmx_moment_now();
        run->record_changed = TRUE;
    }
    for (guint i = 0; i < run->outputs; i++)
        if (part_at(run, i)->state == PMX_PART_INIT)
            set_part(run, part_at(run, i), PMX_PART_SCHEDULED, NULL);
}

static gboolean begin(gpointer data)
{
    static const PmxErrandKind opening = {open_all, all_opened, NULL};
    PmxRun *run = data;
    run->ending = 0;
    if (all_over(run)) {
        settle(run);
        return G_SOURCE_REMOVE;
    }
    mark_begun(run);
    if (read_job(run))
        run->opening = pmx_errand_start(&opening, run);
    return G_SOURCE_REMOVE;
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

PmxRun *pmx_run_new(const PmxRunSetup *setup, PmxJobRecord *record, GPtrArray *parts)
{
    PmxRun *run = g_new0(PmxRun, 1);
    run->setup = *setup;
    run->allowance = pmx_places_allowance(setup->service->places);
    run->record = record;
    run->parts = parts;
    while (run->outputs < parts->len && part_at(run, run->outputs)->kind == PMX_PART_OUTPUT)
        run->outputs++;
    run->changed = g_hash_table_new(NULL, NULL);
    run->places = g_array_new(FALSE, FALSE, sizeof(guint));
    run->inputs = g_ptr_array_new_with_free_func(free_input);
    run->unwritable = g_new0(GError *, run->outputs + 1);
    run->facts = g_ptr_array_new_with_free_func(free_facts);
    run->ending = g_idle_add(begin, run);
    return run;
}

void pmx_run_free(PmxRun *run)
{
    if (!run)
        return;
    g_clear_handle_id(&run->ending, g_source_remove);
    pmx_errand_cancel(run->opening);
    pmx_look_cancel(run->look);
    pmx_executor_free(run->executor);
    pmx_plan_free(run->plan);
    g_clear_pointer(&run->wanted, wanted_free);
    g_array_unref(run->places);
    g_ptr_array_unref(run->facts);
    g_ptr_array_unref(run->inputs);
    pmx_allowance_unref(run->allowance);
    for (guint i = 0; i < run->outputs; i++)
        g_clear_error(&run->unwritable[i]);
    g_free(run->unwritable);
    pmx_job_free(run->job);
    pmx_templates_free(run->templates);
    g_hash_table_unref(run->changed);
    g_ptr_array_unref(run->parts);
    pmx_job_record_free(run->record);
    g_free(run);
}

const char *pmx_run_id(const PmxRun *run)
{
    return run->record->id;
}

const char *pmx_run_pipeline(const PmxRun *run)
{
    return run->record->pipeline;
}

void pmx_run_set_urgency(PmxRun *run, gint64 rank, gboolean paused)
{
    run->rank = rank;
    run->paused = paused;
    if (!run->executor)
        return;
    pmx_pool_set_rank(run->setup.pool, run->executor, rank);
    pmx_pool_set_number(run->setup.pool, run->executor, run->record->number);
    pmx_pool_set_paused(run->setup.pool, run->executor, paused);
}

gboolean pmx_run_cancel(PmxRun *run, GError **error)
{
    PmxJobRecord *record = run->record;
    if (pmx_job_is_over(record->state)) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INVALID, "the job has ended");
        return FALSE;
    }
    pmx_errand_cancel(g_steal_pointer(&run->opening));
    pmx_look_cancel(g_steal_pointer(&run->look));
    g_clear_pointer(&run->executor, pmx_executor_free);
    for (guint i = 0; i < run->outputs; i++)
        set_part(run, part_at(run, i), PMX_PART_SKIPPED, NULL);
    record->state = PMX_JOB_CANCELLED;
    record->finished = pmx_moment_now();
    run->record_changed = TRUE;
    settle(run);
    return TRUE;
}

/* --- how far --- */

static gint64 whole_percent(double fraction)
{
    return (gint64)CLAMP(fraction * 100, 0, 99);
}

static gboolean update_percent(PmxRun *run)
{
    PmxCost cost = pmx_executor_cost(run->executor);
    gint64 percent = cost.total > 0 ? whole_percent(cost.done / cost.total) : 0;
    gboolean changed = percent != run->record->percent;
    run->record->percent = percent;
    for (guint i = 0; i < run->places->len; i++) {
        PmxPartRecord *part = planned_part(run, i);
        if (pmx_part_is_over(part->state))
            continue;
        percent = whole_percent(pmx_executor_output_fraction(run->executor, i));
        changed |= percent != part->percent;
        part->percent = percent;
    }
    return changed;
}

static json_t *progress_json(const PmxRun *run)
{
    json_t *outputs = json_array();
    for (guint i = 0; i < run->places->len; i++) {
        const PmxPlanOutput *planned = g_ptr_array_index(run->plan->outputs, i);
        const PmxPartRecord *part = planned_part(run, i);
        json_array_append_new(outputs,
                              json_pack("{s:s, s:I, s:f}", "id", part->id, "percent",
                                        (json_int_t)part->percent, "seconds", planned->seconds));
    }
    return json_pack("{s:I, s:o}", "percent", (json_int_t)run->record->percent, "outputs", outputs);
}

json_t *pmx_run_tick(PmxRun *run)
{
    if (run->record_changed || g_hash_table_size(run->changed) > 0)
        settle(run);
    gboolean running = run->executor && !pmx_job_is_over(run->record->state);
    return running && update_percent(run) ? progress_json(run) : NULL;
}

PmxRunCounts pmx_run_counts(const PmxRun *run)
{
    PmxRunCounts counts = {.media_seconds = run->media_seconds};
    if (!run->executor)
        return counts;
    for (int kind = 0; kind < PMX_TASK_KINDS; kind++) {
        PmxWorkCount work = pmx_executor_count(run->executor, (PmxTaskKind)kind);
        counts.tasks_done += work.run;
        counts.made += kind == PMX_TASK_PACKAGE ? 0 : work.run;
        counts.kept += kind == PMX_TASK_PACKAGE ? 0 : work.kept;
    }
    for (guint i = 0; i < run->places->len; i++)
        counts.tasks_failed += pmx_executor_output(run->executor, i)->error != NULL;
    counts.waiting = pmx_executor_waiting(run->executor);
    counts.cpu_seconds = pmx_executor_cpu_seconds(run->executor);
    return counts;
}
