/* SPDX-License-Identifier: MIT */
/*
 * One running job, from its record to the last saved state.
 *
 *     preparation ─► plan ─► executor ─► ledger ─► over
 *
 * A run begun again after a restart goes through the same steps: the parts that are over stay as they
 * are, and the artifacts kept are not made again.
 */
#include "exec/executor.h"
#include "plan/damage.h"
#include "service/preparation.h"

struct PmxRun {
    PmxRunSetup setup;
    PmxLedger *ledger;
    PmxAllowance *allowance; /* for waiting, from here on */
    PmxPreparation *preparation;
    PmxExecutor *executor; /* of the preparation's plan */
    gint64 rank;
    gboolean paused;
    guint ending; /* the source that begins it, or tells that it is over */
    double media_seconds;
};

static gboolean tell_over(gpointer data)
{
    PmxRun *run = data;
    run->ending = 0;
    run->setup.over(run, run->setup.data);
    return G_SOURCE_REMOVE;
}

static void settle(gpointer data)
{
    PmxRun *run = data;
    if (pmx_ledger_settle(run->ledger) && !run->ending)
        run->ending = g_idle_add(tell_over, run);
}

/* --- the executor's part --- */

static json_t *warnings_of(const PmxRun *run, guint output)
{
    const PmxPlanOutput *planned = g_ptr_array_index(run->preparation->plan->outputs, output);
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
    const PmxPlanOutput *planned = g_ptr_array_index(run->preparation->plan->outputs, output);
    PmxPartRecord *part = pmx_preparation_part(run->preparation, output);
    json_decref(part->facts);
    json_decref(part->warnings);
    part->facts = pmx_service_facts_json(pmx_executor_output(run->executor, output)->facts);
    part->warnings = warnings_of(run, output);
    run->media_seconds += planned->seconds;
    pmx_ledger_set(run->ledger, part, PMX_PART_SUCCESS, NULL);
}

static void output_ended(guint output, gpointer data)
{
    PmxRun *run = data;
    PmxPartRecord *part = pmx_preparation_part(run->preparation, output);
    const PmxOutputState *state = pmx_executor_output(run->executor, output);
    if (state->error)
        pmx_ledger_set(run->ledger, part, PMX_PART_FAILED, state->error);
    else
        succeed(run, output);
    settle(run);
}

static void execute(gpointer data)
{
    static const PmxExecutorEvents events = {output_ended, NULL};
    PmxRun *run = data;
    const PmxPreparation *prep = run->preparation;
    for (guint i = 0; i < prep->places->len; i++)
        pmx_ledger_set(run->ledger, pmx_preparation_part(prep, i), PMX_PART_RUNNING, NULL);
    settle(run);
    const PmxExecutorSetup setup = {.plan = prep->plan,
                                    .artifacts = run->setup.artifacts,
                                    .depot = run->setup.depot,
                                    .places = run->setup.service->places,
                                    .inputs = (PmxReader *const *)prep->inputs->pdata,
                                    .runner = run->setup.runner,
                                    .pool = run->setup.pool,
                                    .allowance = run->allowance,
                                    .patience = pmx_runner_patience()};
    run->executor = pmx_executor_new(&setup);
    pmx_executor_start(run->executor, &events, run);
    pmx_run_set_urgency(run, run->rank, run->paused);
}

static gboolean begin(gpointer data)
{
    PmxRun *run = data;
    run->ending = 0;
    if (pmx_ledger_is_done(run->ledger)) {
        settle(run);
        return G_SOURCE_REMOVE;
    }
    pmx_ledger_begin(run->ledger);
    pmx_preparation_start(run->preparation);
    return G_SOURCE_REMOVE;
}

/* --- life --- */

PmxRun *pmx_run_new(const PmxRunSetup *setup, PmxJobRecord *record, GPtrArray *parts)
{
    PmxRun *run = g_new0(PmxRun, 1);
    run->setup = *setup;
    run->ledger = pmx_ledger_new(setup->service, record, parts);
    run->allowance = pmx_places_allowance(setup->service->places);
    run->preparation = pmx_preparation_new(
        run->ledger, &(PmxPreparationSetup){setup->probes, run->allowance, settle, execute, run});
    run->ending = g_idle_add(begin, run);
    return run;
}

/* The executor works with the preparation's plan and inputs. */
static void stop(PmxRun *run)
{
    g_clear_pointer(&run->executor, pmx_executor_free);
    g_clear_pointer(&run->preparation, pmx_preparation_free);
}

void pmx_run_free(PmxRun *run)
{
    if (!run)
        return;
    g_clear_handle_id(&run->ending, g_source_remove);
    stop(run);
    pmx_allowance_unref(run->allowance);
    pmx_ledger_free(run->ledger);
    g_free(run);
}

const char *pmx_run_id(const PmxRun *run)
{
    return run->ledger->record->id;
}

const char *pmx_run_pipeline(const PmxRun *run)
{
    return run->ledger->record->pipeline;
}

void pmx_run_set_urgency(PmxRun *run, gint64 rank, gboolean paused)
{
    run->rank = rank;
    run->paused = paused;
    if (!run->executor)
        return;
    pmx_pool_set_rank(run->setup.pool, run->executor, rank);
    pmx_pool_set_number(run->setup.pool, run->executor, run->ledger->record->number);
    pmx_pool_set_paused(run->setup.pool, run->executor, paused);
}

gboolean pmx_run_cancel(PmxRun *run, GError **error)
{
    if (pmx_job_is_over(run->ledger->record->state)) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INVALID, "the job has ended");
        return FALSE;
    }
    stop(run);
    pmx_ledger_cancel(run->ledger);
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
    PmxJobRecord *record = run->ledger->record;
    PmxCost cost = pmx_executor_cost(run->executor);
    gint64 percent = cost.total > 0 ? whole_percent(cost.done / cost.total) : 0;
    gboolean changed = percent != record->percent;
    record->percent = percent;
    for (guint i = 0; i < run->preparation->places->len; i++) {
        PmxPartRecord *part = pmx_preparation_part(run->preparation, i);
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
    for (guint i = 0; i < run->preparation->places->len; i++) {
        const PmxPlanOutput *planned = g_ptr_array_index(run->preparation->plan->outputs, i);
        const PmxPartRecord *part = pmx_preparation_part(run->preparation, i);
        json_array_append_new(outputs,
                              json_pack("{s:s, s:I, s:f}", "id", part->id, "percent",
                                        (json_int_t)part->percent, "seconds", planned->seconds));
    }
    return json_pack("{s:I, s:o}", "percent", (json_int_t)run->ledger->record->percent, "outputs",
                     outputs);
}

json_t *pmx_run_tick(PmxRun *run)
{
    if (pmx_ledger_is_marked(run->ledger))
        settle(run);
    gboolean running = run->executor && !pmx_job_is_over(run->ledger->record->state);
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
    for (guint i = 0; i < run->preparation->places->len; i++)
        counts.tasks_failed += pmx_executor_output(run->executor, i)->error != NULL;
    counts.waiting = pmx_executor_waiting(run->executor);
    counts.cpu_seconds = pmx_executor_cpu_seconds(run->executor);
    return counts;
}
