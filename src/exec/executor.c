/* SPDX-License-Identifier: MIT */
/* See executor.h. */
#include "exec/executor.h"

#include <glib/gstdio.h>
#include <string.h>

#include "exec/process.h"
#include "exec/serve.h"
#include "exec/weight.h"

typedef enum { WAITING, KEPT, MADE, FAILED } KeyState;

/* One artifact, or one package's file. */
typedef struct {
    KeyState state;
    PmxTask *maker;
    double weight;   /* cost of making it */
    double fraction; /* 0..1 while it is being made */
    gint64 priority; /* the highest of the outputs that want it */
    char *path;      /* the pinned file */
    GError *error;
} Key;

/* Something a runner is started for: all or some of what a task makes. */
typedef struct {
    PmxExecutor *executor;
    PmxTask *task;
    GArray *indices; /* of guint, into task->makes; empty for a package */
    guint attempt;
    GArray *done; /* of gboolean, one an index: its encoder has ended */
    char *scratch;
    PmxProcess *process;
} Work;

struct PmxExecutor {
    PmxExecutorSetup setup;
    GMainLoop *loop;
    GHashTable *keys;  /* of Key *, by the plan's key strings */
    GPtrArray *queue;  /* of Work *, not yet started, in order */
    GPtrArray *active; /* of Work * */
    PmxOutputState *outputs;
    double *package_fraction;
    guint open_outputs;
    PmxWorkCount counts[PMX_TASK_KINDS];
    double cpu_seconds;
    gboolean stopped;
    gboolean failures; /* or work queued again, since hopeless work was last looked for */
    PmxExecutorEvents events;
    gpointer events_data;
    guint ending; /* the source that tells of the end */
    void (*tick)(gpointer data);
    gpointer tick_data;
};

/* --- memory --- */

static void key_free(gpointer data)
{
    Key *key = data;
    g_clear_error(&key->error);
    g_free(key->path);
    g_free(key);
}

static void work_free(gpointer data)
{
    Work *work = data;
    pmx_process_free(work->process);
    if (work->scratch)
        pmx_artifacts_discard(work->scratch);
    g_array_unref(work->indices);
    g_array_unref(work->done);
    g_free(work->scratch);
    g_free(work);
}

static Work *work_new(PmxExecutor *executor, PmxTask *task, guint attempt)
{
    Work *work = g_new0(Work, 1);
    work->executor = executor;
    work->task = task;
    work->attempt = attempt;
    work->indices = g_array_new(FALSE, FALSE, sizeof(guint));
    work->done = g_array_new(FALSE, TRUE, sizeof(gboolean));
    return work;
}

static Key *find(const PmxExecutor *executor, const char *key)
{
    return g_hash_table_lookup(executor->keys, key);
}

static Key *made_by(const PmxExecutor *executor, const PmxTask *task, guint index)
{
    return find(executor, g_ptr_array_index(task->makes, index));
}

/* --- setting up --- */

static void add_keys(PmxExecutor *executor, PmxTask *task)
{
    for (guint i = 0; i < task->makes->len; i++) {
        char *name = g_ptr_array_index(task->makes, i);
        Key *key = g_new0(Key, 1);
        key->maker = task;
        key->weight = pmx_weight(task, i);
        key->path = pmx_artifacts_find(executor->setup.artifacts, name);
        key->state = key->path ? KEPT : WAITING;
        executor->counts[task->kind].kept += key->state == KEPT;
        g_hash_table_replace(executor->keys, name, key);
    }
}

static gboolean is_done(const Work *work, guint i)
{
    return i < work->done->len && g_array_index(work->done, gboolean, i);
}

/* Bytes and cores that the encoders still at work (or to be started) take. */
static guint64 memory_of(const Work *work)
{
    guint64 sum = pmx_memory_base;
    for (guint i = 0; i < work->indices->len; i++)
        sum +=
            is_done(work, i) ? 0 : pmx_memory(work->task, g_array_index(work->indices, guint, i));
    return sum;
}

static guint cores_of(const Work *work)
{
    guint cores = 0;
    for (guint i = 0; i < work->indices->len; i++)
        cores += !is_done(work, i);
    return MAX(1, cores);
}

/* The first of `works` that has room for the task's i-th artifact; a new one when none has. */
static Work *work_with_room(PmxExecutor *executor, GPtrArray *works, PmxTask *task, guint i)
{
    for (guint k = 0; k < works->len; k++) {
        Work *work = g_ptr_array_index(works, k);
        if (memory_of(work) + pmx_memory(task, i) <= pmx_pool_memory(executor->setup.pool))
            return work;
    }
    Work *work = work_new(executor, task, 1);
    g_ptr_array_add(works, work);
    return work;
}

static gint larger_first(gconstpointer a, gconstpointer b, gpointer task)
{
    guint64 left = pmx_memory(task, *(const guint *)a), right = pmx_memory(task, *(const guint *)b);
    return (left < right) - (left > right);
}

static gboolean is_skipped(const PmxExecutor *executor, const PmxTask *task)
{
    return task->kind == PMX_TASK_PACKAGE && executor->setup.skip &&
           executor->setup.skip[task->output];
}

/* First fit, largest first: close to the fewest runners, and sizes that share a scaled picture come
 * together. */
static void queue_missing(PmxExecutor *executor, PmxTask *task)
{
    g_autoptr(GArray) missing = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autoptr(GPtrArray) works = g_ptr_array_new();
    for (guint i = 0; i < task->makes->len; i++)
        if (made_by(executor, task, i)->state == WAITING)
            g_array_append_val(missing, i);
    g_array_sort_with_data(missing, larger_first, task);
    for (guint k = 0; k < missing->len; k++) {
        guint i = g_array_index(missing, guint, k);
        g_array_append_val(work_with_room(executor, works, task, i)->indices, i);
    }
    if (task->kind == PMX_TASK_PACKAGE && !is_skipped(executor, task))
        g_ptr_array_add(works, work_new(executor, task, 1));
    g_ptr_array_extend(executor->queue, works, NULL, NULL);
}

static gint64 task_priority(const PmxExecutor *executor, const PmxTask *task)
{
    gint64 priority = 0;
    if (task->kind == PMX_TASK_PACKAGE)
        return ((PmxPlanOutput *)g_ptr_array_index(executor->setup.plan->outputs, task->output))
            ->priority;
    for (guint i = 0; i < task->makes->len; i++)
        priority = MAX(priority, made_by(executor, task, i)->priority);
    return priority;
}

/* What a task needs is as urgent as the task itself. In the plan makers stand before takers, so
 * this goes backwards. */
static void spread_priorities(PmxExecutor *executor)
{
    for (guint i = executor->setup.plan->tasks->len; i-- > 0;) {
        const PmxTask *task = g_ptr_array_index(executor->setup.plan->tasks, i);
        gint64 priority = task_priority(executor, task);
        for (guint k = 0; k < task->needs->len; k++) {
            Key *key = find(executor, g_ptr_array_index(task->needs, k));
            key->priority = MAX(key->priority, priority);
        }
    }
}

static void drop_unwanted(PmxExecutor *executor);

static void skip_outputs(PmxExecutor *executor)
{
    for (guint i = 0; executor->setup.skip && i < executor->setup.plan->outputs->len; i++) {
        executor->outputs[i].done = executor->setup.skip[i];
        executor->open_outputs -= executor->setup.skip[i] != FALSE;
    }
    if (executor->setup.skip)
        drop_unwanted(executor);
}

PmxExecutor *pmx_executor_new(const PmxExecutorSetup *setup)
{
    PmxExecutor *executor = g_new0(PmxExecutor, 1);
    executor->setup = *setup;
    executor->loop = g_main_loop_new(NULL, FALSE);
    executor->keys = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, key_free);
    executor->queue = g_ptr_array_new();
    executor->active = g_ptr_array_new();
    executor->open_outputs = setup->plan->outputs->len;
    executor->outputs = g_new0(PmxOutputState, executor->open_outputs + 1);
    executor->package_fraction = g_new0(double, executor->open_outputs + 1);
    for (guint i = 0; i < setup->plan->tasks->len; i++)
        add_keys(executor, g_ptr_array_index(setup->plan->tasks, i));
    spread_priorities(executor);
    for (guint i = 0; i < setup->plan->tasks->len; i++)
        queue_missing(executor, g_ptr_array_index(setup->plan->tasks, i));
    skip_outputs(executor);
    return executor;
}

static void unpin(PmxExecutor *executor)
{
    GHashTableIter iterator;
    gpointer name, value;
    g_hash_table_iter_init(&iterator, executor->keys);
    while (g_hash_table_iter_next(&iterator, &name, &value))
        if (((const Key *)value)->path)
            pmx_artifacts_release(executor->setup.artifacts, name);
}

void pmx_executor_free(PmxExecutor *executor)
{
    if (!executor)
        return;
    pmx_pool_leave(executor->setup.pool, executor);
    g_clear_handle_id(&executor->ending, g_source_remove);
    g_ptr_array_foreach(executor->active, (GFunc)(void (*)(void))work_free, NULL);
    g_ptr_array_foreach(executor->queue, (GFunc)(void (*)(void))work_free, NULL);
    g_ptr_array_unref(executor->active);
    g_ptr_array_unref(executor->queue);
    for (guint i = 0; i < executor->setup.plan->outputs->len; i++)
        g_clear_error(&executor->outputs[i].error);
    g_free(executor->outputs);
    g_free(executor->package_fraction);
    unpin(executor);
    g_hash_table_unref(executor->keys);
    g_main_loop_unref(executor->loop);
    g_free(executor);
}

/* --- outputs --- */

static void close_output(PmxExecutor *executor, guint output, const GError *error)
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

static void fail_key(PmxExecutor *executor, Key *key, const PmxTask *task, const GError *error,
                     guint attempts)
{
    executor->failures = TRUE;
    key->state = FAILED;
    key->error = g_error_new(error->domain, error->code, "task %s failed%s: %s", task->id,
                             attempts > 1 ? " twice" : "", error->message);
}

typedef enum { NOT_READY, READY, HOPELESS } Readiness;

static Readiness readiness(const PmxExecutor *executor, const PmxTask *task, const GError **why)
{
    Readiness ready = READY;
    for (guint i = 0; i < task->needs->len; i++) {
        const Key *key = find(executor, g_ptr_array_index(task->needs, i));
        if (key->state == FAILED) {
            *why = key->error;
            return HOPELESS;
        }
        if (key->state == WAITING)
            ready = NOT_READY;
    }
    return ready;
}

static const char *key_name(const Work *work, guint i)
{
    return g_ptr_array_index(work->task->makes, g_array_index(work->indices, guint, i));
}

static gboolean needs_any(const PmxTask *task, const Work *maker)
{
    for (guint i = 0; i < maker->indices->len; i++)
        for (guint k = 0; k < task->needs->len; k++)
            if (strcmp(key_name(maker, i), g_ptr_array_index(task->needs, k)) == 0)
                return TRUE;
    return FALSE;
}

static void give_up(Work *work, const GError *why)
{
    PmxExecutor *executor = work->executor;
    for (guint i = 0; i < work->indices->len; i++) {
        Key *key = made_by(executor, work->task, g_array_index(work->indices, guint, i));
        key->state = FAILED;
        key->error = g_error_copy(why);
    }
    if (work->task->kind == PMX_TASK_PACKAGE)
        close_output(executor, work->task->output, why);
}

/* Work that waits for something that failed; one round, so call until it finds nothing. */
static gboolean drop_hopeless_round(PmxExecutor *executor)
{
    gboolean found = FALSE;
    for (guint i = executor->queue->len; i-- > 0;) {
        Work *work = g_ptr_array_index(executor->queue, i);
        const GError *why = NULL;
        if (readiness(executor, work->task, &why) != HOPELESS)
            continue;
        give_up(work, why);
        work_free(g_ptr_array_remove_index(executor->queue, i));
        found = TRUE;
    }
    return found;
}

static gboolean wanted(const PmxExecutor *executor, const Work *work)
{
    gboolean any = work->task->kind == PMX_TASK_PACKAGE;
    for (guint i = 0; !any && i < executor->queue->len; i++)
        any = needs_any(((Work *)g_ptr_array_index(executor->queue, i))->task, work);
    return any;
}

/* Makers stand before takers, so this goes backwards. */
static void drop_unwanted(PmxExecutor *executor)
{
    for (guint i = executor->queue->len; i-- > 0;)
        if (!wanted(executor, g_ptr_array_index(executor->queue, i)))
            work_free(g_ptr_array_remove_index(executor->queue, i));
}

/* Packages whose parts failed cannot be made, and work that only they wanted need not be done. */
static void drop_hopeless(PmxExecutor *executor)
{
    if (!executor->failures)
        return;
    executor->failures = FALSE;
    while (drop_hopeless_round(executor))
        ;
    drop_unwanted(executor);
}

/* --- one runner --- */

static void add_served(GPtrArray *served, int fd, const char *path, gint64 size, const char *name)
{
    PmxServed *entry = g_new0(PmxServed, 1);
    *entry = (PmxServed){fd, g_strdup(path), size, g_strdup(name)};
    g_ptr_array_add(served, entry);
}

static gint64 file_size(const char *path)
{
    GStatBuf info;
    return g_stat(path, &info) == 0 ? info.st_size : 0;
}

static GPtrArray *served_for(const PmxExecutor *executor, const PmxTask *task)
{
    GPtrArray *served = g_ptr_array_new_with_free_func(pmx_served_free);
    if (task->kind != PMX_TASK_PACKAGE) {
        const PmxLocalInput *input = executor->setup.inputs[task->source];
        g_autofree char *name = g_path_get_basename(input->path);
        add_served(served, input->fd, NULL, input->size, name);
    }
    for (guint i = 0; i < task->needs->len; i++) {
        const Key *key = find(executor, g_ptr_array_index(task->needs, i));
        add_served(served, -1, key->path, file_size(key->path), "");
    }
    return served;
}

/* A video task is sent with the renditions this work is for, and no others. */
static json_t *body_for(const Work *work)
{
    json_t *body = pmx_task_body(work->task);
    if (work->task->kind != PMX_TASK_VIDEO)
        return body;
    const json_t *all = json_object_get(body, "renditions");
    json_t *some = json_array();
    for (guint i = 0; i < work->indices->len; i++)
        json_array_append(some, json_array_get(all, g_array_index(work->indices, guint, i)));
    json_object_set_new(body, "renditions", some);
    return body;
}

static PmxOrder *order_for(const Work *work, const GPtrArray *served)
{
    static const PmxOrderKind kinds[] = {PMX_ORDER_CUT, PMX_ORDER_VIDEO, PMX_ORDER_AUDIO,
                                         PMX_ORDER_PACKAGE};
    PmxOrder *order = g_malloc(sizeof *order);
    pmx_object_init(&pmx_order_object, order);
    order->kind = (int)kinds[work->task->kind];
    order->scratch = g_strdup(work->scratch);
    order->body = body_for(work);
    for (guint i = 0; i < served->len; i++) {
        const PmxServed *from = g_ptr_array_index(served, i);
        PmxOrderInput *input = pmx_array_add(&pmx_order_input_object, &order->inputs);
        input->name = g_utf8_make_valid(from->name, -1);
        input->size = from->size;
    }
    return order;
}

static void work_progress(const json_t *progress, gpointer data)
{
    Work *work = data;
    const json_t *frames = json_object_get(progress, "frames"),
                 *done_list = json_object_get(progress, "done");
    g_array_set_size(work->done, (guint)MIN(json_array_size(done_list), work->indices->len));
    for (guint i = 0; i < work->done->len; i++)
        g_array_index(work->done, gboolean, i) = json_is_true(json_array_get(done_list, i));
    double seconds = json_number_value(json_object_get(progress, "seconds"));
    if (work->task->kind == PMX_TASK_PACKAGE)
        work->executor->package_fraction[work->task->output] =
            seconds / MAX(work->task->seconds, 0.001);
    for (guint i = 0; i < work->indices->len; i++) {
        Key *key = made_by(work->executor, work->task, g_array_index(work->indices, guint, i));
        double done =
            frames ? json_number_value(json_array_get(frames, i)) / pmx_weight_frames(work->task)
                   : seconds / MAX(work->task->seconds, 0.001);
        key->fraction = CLAMP(done, 0, 1);
    }
}

static gboolean keep_results(Work *work, GError **error)
{
    PmxExecutor *executor = work->executor;
    if (!pmx_local_input_unchanged(executor->setup.inputs[work->task->source], error))
        return FALSE;
    for (guint i = 0; i < work->indices->len; i++) {
        const char *name =
            g_ptr_array_index(work->task->makes, g_array_index(work->indices, guint, i));
        g_autofree char *file = g_strdup_printf("%u.pmx", i);
        g_autofree char *path = g_build_filename(work->scratch, file, NULL);
        Key *key = find(executor, name);
        if (!pmx_artifacts_put(executor->setup.artifacts, name, path, error))
            return FALSE;
        key->path = pmx_artifacts_find(executor->setup.artifacts, name);
        key->state = MADE;
        executor->counts[work->task->kind].run++;
    }
    return TRUE;
}

static gboolean publish(Work *work, GError **error)
{
    const PmxPlanOutput *output =
        g_ptr_array_index(work->executor->setup.plan->outputs, work->task->output);
    g_autofree char *path = g_build_filename(work->scratch, "out.mp4", NULL);
    if (!pmx_places_publish(work->executor->setup.places, path, output->address, error))
        return FALSE;
    work->executor->counts[PMX_TASK_PACKAGE].run++;
    return TRUE;
}

static void fail_work(Work *work, const GError *error)
{
    PmxExecutor *executor = work->executor;
    for (guint i = 0; i < work->indices->len; i++)
        fail_key(executor, made_by(executor, work->task, g_array_index(work->indices, guint, i)),
                 work->task, error, work->attempt);
    if (work->task->kind == PMX_TASK_PACKAGE) {
        g_autoptr(GError) told =
            g_error_new(error->domain, error->code, "task %s failed%s: %s", work->task->id,
                        work->attempt > 1 ? " twice" : "", error->message);
        close_output(executor, work->task->output, told);
    }
}

static void queue_again(PmxExecutor *executor, PmxTask *task, guint index, guint attempt)
{
    Work *again = work_new(executor, task, attempt);
    if (task->kind != PMX_TASK_PACKAGE)
        g_array_append_val(again->indices, index);
    g_ptr_array_insert(executor->queue, 0, again);
    executor->failures = TRUE;
}

/* Each artifact on its own, so that the one whose encoder crashes does not take the others along
 * again. */
static void retry(Work *work)
{
    for (guint i = 0; i < work->indices->len; i++) {
        guint index = g_array_index(work->indices, guint, i);
        made_by(work->executor, work->task, index)->fraction = 0;
        queue_again(work->executor, work->task, index, work->attempt + 1);
    }
    if (work->task->kind == PMX_TASK_PACKAGE)
        queue_again(work->executor, work->task, 0, work->attempt + 1);
}

/* A kept artifact that has gone bad on the disk is made again, once, and then what wanted it. */
static gboolean mend(Work *work, int bad_input)
{
    PmxExecutor *executor = work->executor;
    int first =
        work->task->kind == PMX_TASK_PACKAGE ? 0 : 1; /* input 0 of the others is their source */
    if (bad_input < first || (guint)(bad_input - first) >= work->task->needs->len ||
        work->attempt > 1)
        return FALSE;
    const char *name = g_ptr_array_index(work->task->needs, (guint)(bad_input - first));
    Key *key = find(executor, name);
    guint index = 0;
    if (!g_ptr_array_find_with_equal_func(key->maker->makes, name, g_str_equal, &index))
        return FALSE;
    pmx_artifacts_release(executor->setup.artifacts, name);
    pmx_artifacts_drop(executor->setup.artifacts, name);
    g_clear_pointer(&key->path, g_free);
    key->state = WAITING;
    key->fraction = 0;
    retry(work);
    queue_again(executor, key->maker, index, 1);
    return TRUE;
}

static void finish_output(Work *work, const json_t *result)
{
    PmxExecutor *executor = work->executor;
    executor->outputs[work->task->output].damaged =
        json_integer_value(json_object_get(result, "damaged"));
    close_output(executor, work->task->output, NULL);
}

static void complete(Work *work, const PmxRunOutcome *outcome)
{
    g_autoptr(GError) error = NULL;
    if (outcome->end == PMX_RUN_DONE) {
        gboolean package = work->task->kind == PMX_TASK_PACKAGE;
        if (package ? publish(work, &error) : keep_results(work, &error)) {
            if (package)
                finish_output(work, outcome->result);
            return;
        }
        fail_work(work, error);
    } else if (outcome->end == PMX_RUN_DIED && work->attempt < 2) {
        retry(work);
    } else if (mend(work, outcome->bad_input)) {
        return;
    } else {
        fail_work(work, outcome->error);
    }
}

/* --- keys that other jobs make too --- */

static void claim_keys(const Work *work)
{
    for (guint i = 0; i < work->indices->len; i++)
        pmx_pool_claim(work->executor->setup.pool, key_name(work, i), work->executor);
}

static void release_keys(const Work *work)
{
    for (guint i = 0; i < work->indices->len; i++)
        pmx_pool_release(work->executor->setup.pool, key_name(work, i));
}

static gboolean made_elsewhere(const Work *work)
{
    gboolean any = FALSE;
    for (guint i = 0; !any && i < work->indices->len; i++)
        any = pmx_pool_is_claimed(work->executor->setup.pool, key_name(work, i), work->executor);
    return any;
}

/* Another job may have made some of it since this one was planned. FALSE: nothing is left to do. */
static gboolean take_kept(Work *work)
{
    PmxExecutor *executor = work->executor;
    for (guint i = work->indices->len; i-- > 0;) {
        Key *key = find(executor, key_name(work, i));
        key->path = pmx_artifacts_find(executor->setup.artifacts, key_name(work, i));
        if (!key->path)
            continue;
        key->state = KEPT;
        executor->counts[work->task->kind].kept++;
        g_array_remove_index(work->indices, i);
    }
    return work->indices->len > 0 || work->task->kind == PMX_TASK_PACKAGE;
}

static void settle(PmxExecutor *executor);

static void work_ended(const PmxRunOutcome *outcome, gpointer data)
{
    Work *work = data;
    PmxExecutor *executor = work->executor;
    executor->cpu_seconds += outcome->cpu_seconds;
    release_keys(work);
    complete(work, outcome);
    g_ptr_array_remove(executor->active, work);
    work_free(work);
    settle(executor);
    pmx_pool_schedule(executor->setup.pool);
}

static gboolean start(Work *work, GError **error)
{
    static const PmxProcessEvents events = {work_progress, work_ended};
    PmxExecutor *executor = work->executor;
    work->scratch = pmx_artifacts_scratch(executor->setup.artifacts, error);
    if (!work->scratch)
        return FALSE;
    g_autoptr(GPtrArray) served = served_for(executor, work->task);
    PmxOrder *order = order_for(work, served);
    work->process = pmx_process_start(executor->setup.runner, order, served,
                                      executor->setup.patience, &events, work, error);
    pmx_object_free(&pmx_order_object, order);
    return work->process != NULL;
}

/* --- the queue --- */

static gint64 work_priority(const Work *work)
{
    /* Packages first: they finish files. */
    gint64 priority = work->task->kind == PMX_TASK_PACKAGE ? G_MAXINT64 : 0;
    for (guint i = 0; i < work->indices->len; i++)
        priority = MAX(
            priority,
            made_by(work->executor, work->task, g_array_index(work->indices, guint, i))->priority);
    return priority;
}

static gboolean can_start(const Work *work)
{
    const GError *why = NULL;
    return pmx_pool_has_room(work->executor->setup.pool, work->indices->len, memory_of(work)) &&
           readiness(work->executor, work->task, &why) == READY && !made_elsewhere(work);
}

/* The most urgent of what can be started; among equals the plan's order. */
static Work *best_ready(const PmxExecutor *executor)
{
    Work *best = NULL;
    for (guint i = 0; i < executor->queue->len; i++) {
        Work *work = g_ptr_array_index(executor->queue, i);
        if ((!best || work_priority(work) > work_priority(best)) && can_start(work))
            best = work;
    }
    return best;
}

static void launch(Work *work)
{
    g_autoptr(GError) error = NULL;
    PmxExecutor *executor = work->executor;
    g_ptr_array_remove(executor->queue, work);
    if (take_kept(work)) {
        if (start(work, &error)) {
            claim_keys(work);
            g_ptr_array_add(executor->active, work);
            return;
        }
        fail_work(work, error);
    }
    work_free(work);
}

static gboolean tell_end(gpointer data)
{
    PmxExecutor *executor = data;
    executor->ending = 0;
    if (executor->events.ended)
        executor->events.ended(executor->events_data);
    return G_SOURCE_REMOVE;
}

/* What follows from the last change: work that has become hopeless, and the end. */
static void settle(PmxExecutor *executor)
{
    drop_hopeless(executor);
    if (executor->open_outputs == 0 && executor->active->len == 0 && !executor->ending)
        executor->ending = g_idle_add(tell_end, executor);
}

/* --- as a member of the pool --- */

static gboolean offer(gpointer member, gint64 *priority)
{
    const PmxExecutor *executor = member;
    const Work *best = executor->open_outputs > 0 ? best_ready(executor) : NULL;
    if (best)
        *priority = work_priority(best);
    return best != NULL;
}

static void start_best(gpointer member)
{
    Work *best = best_ready(member);
    if (best)
        launch(best);
    settle(member);
}

static PmxLoad load(gpointer member)
{
    const PmxExecutor *executor = member;
    PmxLoad sum = {.runners = executor->active->len};
    for (guint i = 0; i < executor->active->len; i++) {
        const Work *active = g_ptr_array_index(executor->active, i);
        sum.memory += memory_of(active);
        sum.cores += cores_of(active);
    }
    return sum;
}

void pmx_executor_start(PmxExecutor *executor, const PmxExecutorEvents *events, gpointer data)
{
    static const PmxPoolKind kind = {offer, start_best, load};
    executor->events = *events;
    executor->events_data = data;
    pmx_pool_join(executor->setup.pool, &kind, executor);
    settle(executor);
    pmx_pool_schedule(executor->setup.pool);
}

/* --- run and wait --- */

enum { TICK_MS = 100 };

static gboolean on_tick(gpointer data)
{
    PmxExecutor *executor = data;
    if (executor->tick)
        executor->tick(executor->tick_data);
    return G_SOURCE_CONTINUE;
}

static void quit(gpointer data)
{
    g_main_loop_quit(((PmxExecutor *)data)->loop);
}

void pmx_executor_watch(PmxExecutor *executor, void (*tick)(gpointer data), gpointer data)
{
    executor->tick = tick;
    executor->tick_data = data;
}

gboolean pmx_executor_run(PmxExecutor *executor)
{
    static const PmxExecutorEvents events = {NULL, quit};
    pmx_executor_start(executor, &events, executor);
    guint ticking = g_timeout_add(TICK_MS, on_tick, executor);
    if (!executor->stopped)
        g_main_loop_run(executor->loop);
    g_source_remove(ticking);
    return !executor->stopped;
}

void pmx_executor_stop(PmxExecutor *executor)
{
    executor->stopped = TRUE;
    pmx_pool_leave(executor->setup.pool, executor);
    while (executor->active->len > 0)
        work_free(g_ptr_array_remove_index(executor->active, executor->active->len - 1));
    g_main_loop_quit(executor->loop);
}

/* --- what it tells --- */

const PmxOutputState *pmx_executor_output(const PmxExecutor *executor, guint output)
{
    return &executor->outputs[output];
}

static double key_done(const Key *key)
{
    return key->state == KEPT || key->state == MADE ? 1 : key->fraction;
}

static const PmxTask *package_of(const PmxExecutor *executor, guint output)
{
    for (guint i = 0; i < executor->setup.plan->tasks->len; i++) {
        const PmxTask *task = g_ptr_array_index(executor->setup.plan->tasks, i);
        if (task->kind == PMX_TASK_PACKAGE && task->output == output)
            return task;
    }
    return NULL;
}

double pmx_executor_output_fraction(const PmxExecutor *executor, guint output)
{
    static const double package_share = 0.02;
    const PmxTask *package = package_of(executor, output);
    double total = 0, done = 0;
    if (executor->outputs[output].done)
        return 1;
    for (guint i = 0; i < package->needs->len; i++) {
        const Key *key = find(executor, g_ptr_array_index(package->needs, i));
        total += key->weight;
        done += key->weight * key_done(key);
    }
    double made = total > 0 ? done / total : 1;
    return made * (1 - package_share) + executor->package_fraction[output] * package_share;
}

PmxCost pmx_executor_cost(const PmxExecutor *executor)
{
    PmxCost cost = {0};
    GHashTableIter iterator;
    gpointer value;
    g_hash_table_iter_init(&iterator, executor->keys);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        const Key *key = value;
        cost.total += key->weight;
        cost.done += key->weight * key_done(key);
        cost.fresh += key->state == KEPT ? 0 : key->weight * key_done(key);
    }
    return cost;
}

PmxWorkCount pmx_executor_count(const PmxExecutor *executor, PmxTaskKind kind)
{
    return executor->counts[kind];
}

double pmx_executor_cpu_seconds(const PmxExecutor *executor)
{
    return executor->cpu_seconds;
}
