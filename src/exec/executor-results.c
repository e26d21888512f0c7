/* SPDX-License-Identifier: MIT */
/* What becomes of a runner's work: kept, published, tried again, or failed. */
#include "exec/executor-private.h"

void pmx_executor_close_output(PmxExecutor *executor, guint output, const GError *error)
{
    PmxOutputState *state = &executor->outputs[output];
    if (state->done || state->error)
        return;
    state->done = error == NULL;
    state->error = error ? g_error_copy(error) : NULL;
    executor->open_outputs--;
    if (executor->events.output)
        executor->events.output(output, executor->events_data);
}

/* The inputs that a task reads: its source, then its images; NULL behind them. */
static PmxReader *input_of(const PmxWork *work, guint i)
{
    const PmxTask *task = work->task;
    if (i == 0)
        return work->executor->setup.inputs[task->source];
    if (!task->also || i > task->also->len)
        return NULL;
    return work->executor->setup.inputs[g_array_index(task->also, guint, i - 1)];
}

static gboolean inputs_unchanged(const PmxWork *work, GError **error)
{
    PmxReader *input;
    for (guint i = 0; (input = input_of(work, i)); i++)
        if (!pmx_reader_unchanged(input, error))
            return FALSE;
    return TRUE;
}

static gboolean keep_results(const PmxWork *work, GError **error)
{
    PmxExecutor *executor = work->executor;
    if (!inputs_unchanged(work, error))
        return FALSE;
    for (guint i = 0; i < work->indices->len; i++) {
        const char *name = pmx_work_key_name(work, i);
        g_autofree char *file = g_strdup_printf("%u.pmx", i);
        g_autofree char *path = g_build_filename(work->scratch, file, NULL);
        PmxKey *key = pmx_work_key(work, i);
        if (!pmx_artifacts_put(executor->setup.artifacts, name, path, error))
            return FALSE;
        key->path = pmx_artifacts_find(executor->setup.artifacts, name);
        key->state = PMX_KEY_MADE;
        if (executor->setup.depot)
            pmx_depot_put(executor->setup.depot, name, key->path);
        executor->counts[work->task->kind].run++;
    }
    return TRUE;
}

void pmx_work_give_up(const PmxWork *work, const GError *why)
{
    for (guint i = 0; i < work->indices->len; i++) {
        PmxKey *key = pmx_work_key(work, i);
        key->state = PMX_KEY_FAILED;
        key->error = g_error_copy(why);
    }
    if (work->task->kind == PMX_TASK_PACKAGE)
        pmx_executor_close_output(work->executor, work->task->output, why);
}

void pmx_work_fail(const PmxWork *work, const GError *error)
{
    const char *full = pmx_artifacts_full(work->executor->setup.artifacts);
    g_autofree char *room =
        full ? g_strdup_printf("; the disk of the folder \"%s\", where results of tasks are kept, "
                               "is full: make room there and start again",
                               full)
             : NULL;
    g_autoptr(GError) told =
        g_error_new(error->domain, error->code, "task %s failed%s: %s%s", work->task->id,
                    work->attempt > 1 ? " twice" : "", error->message, room ? room : "");
    work->executor->failures = TRUE;
    pmx_work_give_up(work, told);
}

/* Each artifact on its own, so that the one whose encoder crashes does not take the others along
 * again. */
static void retry(const PmxWork *work, guint attempt)
{
    for (guint i = 0; i < work->indices->len; i++) {
        pmx_work_key(work, i)->fraction = 0;
        pmx_queue_again(work->executor, work->task, g_array_index(work->indices, guint, i),
                        attempt);
    }
    if (work->task->kind == PMX_TASK_PACKAGE)
        pmx_queue_again(work->executor, work->task, 0, attempt);
}

/* A kept artifact that has gone bad on the disk is made again, once, and then what wanted it: a
 * bad disk may have spoilt any number of those that it wants, so that costs it no attempt. */
static gboolean mend(const PmxWork *work, int bad_input)
{
    PmxExecutor *executor = work->executor;
    int first =
        work->task->kind == PMX_TASK_PACKAGE ? 0 : 1; /* input 0 of the others is their source */
    if (bad_input < first || (guint)(bad_input - first) >= work->task->needs->len)
        return FALSE;
    const char *name = g_ptr_array_index(work->task->needs, (guint)(bad_input - first));
    PmxKey *key = pmx_keys_find(executor, name);
    gboolean again = key->path != NULL; /* else another has found the damage too */
    if (again && key->mended)
        return FALSE;
    key->mended = TRUE;
    if (again && executor->setup.depot)
        pmx_depot_drop(executor->setup.depot, name);
    if (again)
        pmx_keys_forget(executor, name);
    retry(work, work->attempt);
    if (again)
        pmx_queue_maker(executor, name);
    return TRUE;
}

/* --- files --- */

static gpointer publish(gpointer data, GCancellable *cancel, GError **error)
{
    const PmxWork *work = data;
    const PmxExecutorSetup *setup = &work->executor->setup;
    const PmxPlanOutput *output = g_ptr_array_index(setup->plan->outputs, work->task->output);
    g_autofree char *path = g_build_filename(work->scratch, "out", NULL);
    const PmxPatience patience = {.cancel = cancel, .allowance = setup->allowance};
    return GINT_TO_POINTER(
        pmx_places_publish(setup->places, path, output->address, &patience, error));
}

/* cppcheck-suppress constParameter ; the type is PmxErrandKind's */
static void published(gpointer result, const GError *error, gpointer data)
{
    PmxWork *work = data;
    PmxExecutor *executor = work->executor;
    work->publishing = NULL;
    if (result) {
        executor->counts[PMX_TASK_PACKAGE].run++;
        pmx_executor_close_output(executor, work->task->output, NULL);
    } else {
        pmx_work_fail(work, error);
    }
    work->over(work);
}

static PmxFacts *facts_in(const json_t *result, GError **error)
{
    const json_t *facts = json_object_get(result, "facts");
    if (facts)
        return pmx_object_read(&pmx_facts_object, facts, error);
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                "the runner told nothing of the finished file");
    return NULL;
}

/* In a thread of its own: the disk or the network may take its time. */
static gboolean start_publishing(PmxWork *work, const json_t *result, GError **error)
{
    static const PmxErrandKind kind = {publish, published, NULL};
    PmxOutputState *state = &work->executor->outputs[work->task->output];
    state->damaged = json_integer_value(json_object_get(result, "damaged"));
    state->facts = facts_in(result, error);
    if (state->facts)
        work->publishing = pmx_errand_start(&kind, work);
    return state->facts != NULL;
}

/* --- what a runner's end means --- */

/* Why it failed: of an input that could not be read the reader knows more than the runner. */
static GError *reason_of(const PmxWork *work, const PmxRunOutcome *outcome)
{
    GError *unreadable = NULL;
    PmxReader *input;
    for (guint i = 0;
         work->task->kind != PMX_TASK_PACKAGE && !unreadable && (input = input_of(work, i)); i++)
        unreadable = pmx_reader_failure(input);
    return unreadable ? unreadable : g_error_copy(outcome->error);
}

static void take_failure(const PmxWork *work, const PmxRunOutcome *outcome)
{
    if (outcome->end == PMX_RUN_DIED && work->attempt < 2) {
        retry(work, work->attempt + 1);
    } else if (!mend(work, outcome->bad_input)) {
        g_autoptr(GError) reason = reason_of(work, outcome);
        pmx_work_fail(work, reason);
    }
}

void pmx_work_complete(PmxWork *work, const PmxRunOutcome *outcome, PmxWorkOver over)
{
    g_autoptr(GError) error = NULL;
    gboolean package = work->task->kind == PMX_TASK_PACKAGE;
    work->over = over;
    if (outcome->end != PMX_RUN_DONE)
        take_failure(work, outcome);
    else if (package ? !start_publishing(work, outcome->result, &error)
                     : !keep_results(work, &error))
        pmx_work_fail(work, error);
    if (!work->publishing)
        over(work);
}
