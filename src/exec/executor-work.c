/* SPDX-License-Identifier: MIT */
/* One runner's work: how much it takes, its order, its progress. */
#include <glib/gstdio.h>

#include "exec/executor-private.h"
#include "exec/serve.h"
#include "exec/weight.h"

PmxWork *pmx_work_new(PmxExecutor *executor, PmxTask *task, guint attempt)
{
    PmxWork *work = g_new0(PmxWork, 1);
    work->executor = executor;
    work->task = task;
    work->attempt = attempt;
    work->indices = g_array_new(FALSE, FALSE, sizeof(guint));
    work->done = g_array_new(FALSE, TRUE, sizeof(gboolean));
    return work;
}

void pmx_work_free(PmxWork *work)
{
    pmx_process_free(work->process);
    if (work->fetching)
        work->executor->fetching--;
    pmx_errand_cancel(work->fetching);
    pmx_errand_cancel(work->publishing);
    if (work->scratch)
        pmx_artifacts_discard(work->scratch);
    g_array_unref(work->indices);
    g_array_unref(work->done);
    g_free(work->scratch);
    g_free(work);
}

const char *pmx_work_key_name(const PmxWork *work, guint i)
{
    return g_ptr_array_index(work->task->makes, g_array_index(work->indices, guint, i));
}

PmxKey *pmx_work_key(const PmxWork *work, guint i)
{
    return pmx_keys_find(work->executor, pmx_work_key_name(work, i));
}

/* --- what it takes --- */

static gboolean is_done(const PmxWork *work, guint i)
{
    return i < work->done->len && g_array_index(work->done, gboolean, i);
}

guint64 pmx_work_memory(const PmxWork *work)
{
    guint64 sum = pmx_memory_base;
    for (guint i = 0; i < work->indices->len; i++)
        sum +=
            is_done(work, i) ? 0 : pmx_memory(work->task, g_array_index(work->indices, guint, i));
    return sum;
}

guint pmx_work_cores(const PmxWork *work)
{
    guint cores = 0;
    for (guint i = 0; i < work->indices->len; i++)
        cores += !is_done(work, i);
    return MAX(1, cores);
}

gint64 pmx_work_priority(const PmxWork *work)
{
    /* Packages first: they finish files. */
    gint64 priority = work->task->kind == PMX_TASK_PACKAGE ? G_MAXINT64 : 0;
    for (guint i = 0; i < work->indices->len; i++)
        priority = MAX(priority, pmx_work_key(work, i)->priority);
    return priority;
}

/* --- keys that other jobs make too --- */

void pmx_work_claim(const PmxWork *work)
{
    for (guint i = 0; i < work->indices->len; i++)
        pmx_pool_claim(work->executor->setup.pool, pmx_work_key_name(work, i), work->executor);
}

void pmx_work_unclaim(const PmxWork *work)
{
    for (guint i = 0; i < work->indices->len; i++)
        pmx_pool_release(work->executor->setup.pool, pmx_work_key_name(work, i));
}

gboolean pmx_work_is_made_elsewhere(const PmxWork *work)
{
    gboolean any = FALSE;
    for (guint i = 0; !any && i < work->indices->len; i++)
        any = pmx_pool_is_claimed(work->executor->setup.pool, pmx_work_key_name(work, i),
                                  work->executor);
    return any;
}

gboolean pmx_work_take_kept(PmxWork *work)
{
    PmxExecutor *executor = work->executor;
    for (guint i = work->indices->len; i-- > 0;) {
        PmxKey *key = pmx_work_key(work, i);
        key->path = pmx_artifacts_find(executor->setup.artifacts, pmx_work_key_name(work, i));
        if (!key->path)
            continue;
        key->state = PMX_KEY_KEPT;
        executor->counts[work->task->kind].kept++;
        g_array_remove_index(work->indices, i);
    }
    return work->indices->len > 0 || work->task->kind == PMX_TASK_PACKAGE;
}

/* --- the runner --- */

static void add_served(GPtrArray *served, PmxReader *reader, const char *path, gint64 size,
                       const char *name)
{
    PmxServed *entry = g_new0(PmxServed, 1);
    *entry = (PmxServed){reader, g_strdup(path), size, g_strdup(name)};
    g_ptr_array_add(served, entry);
}

static gint64 file_size(const char *path)
{
    GStatBuf info;
    return g_stat(path, &info) == 0 ? info.st_size : 0;
}

static void add_input(GPtrArray *served, PmxReader *input)
{
    g_autofree char *name = g_path_get_basename(input->name);
    add_served(served, input, NULL, input->size, name);
}

static GPtrArray *served_for(const PmxExecutor *executor, const PmxTask *task)
{
    GPtrArray *served = g_ptr_array_new_with_free_func(pmx_served_free);
    if (task->kind != PMX_TASK_PACKAGE)
        add_input(served, executor->setup.inputs[task->source]);
    for (guint i = 0; i < task->needs->len; i++) {
        const PmxKey *key = pmx_keys_find(executor, g_ptr_array_index(task->needs, i));
        add_served(served, NULL, key->path, file_size(key->path), "");
    }
    for (guint i = 0; task->also && i < task->also->len; i++)
        add_input(served, executor->setup.inputs[g_array_index(task->also, guint, i)]);
    return served;
}

/* A video task is sent with the renditions this work is for, and no others. */
static json_t *body_for(const PmxWork *work)
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

static PmxOrder *order_for(const PmxWork *work, const GPtrArray *served)
{
    static const PmxOrderKind kinds[] = {
        [PMX_TASK_CUT] = PMX_ORDER_CUT,         [PMX_TASK_BORDER] = PMX_ORDER_BORDER,
        [PMX_TASK_VIDEO] = PMX_ORDER_VIDEO,     [PMX_TASK_AUDIO] = PMX_ORDER_AUDIO,
        [PMX_TASK_COPY] = PMX_ORDER_COPY,       [PMX_TASK_SUBTITLE] = PMX_ORDER_SUBTITLE,
        [PMX_TASK_PACKAGE] = PMX_ORDER_PACKAGE, [PMX_TASK_LOUDNESS] = PMX_ORDER_LOUDNESS};
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

static void note_done(PmxWork *work, const json_t *list)
{
    g_array_set_size(work->done, (guint)MIN(json_array_size(list), work->indices->len));
    for (guint i = 0; i < work->done->len; i++)
        g_array_index(work->done, gboolean, i) = json_is_true(json_array_get(list, i));
}

static void work_progress(const json_t *progress, gpointer data)
{
    PmxWork *work = data;
    const PmxTask *task = work->task;
    const json_t *frames = json_object_get(progress, "frames");
    double seconds = json_number_value(json_object_get(progress, "seconds"));
    double whole = CLAMP(seconds / MAX(task->seconds, 0.001), 0, 1);
    note_done(work, json_object_get(progress, "done"));
    if (task->kind == PMX_TASK_PACKAGE)
        work->executor->package_fraction[task->output] = whole;
    for (guint i = 0; i < work->indices->len; i++) {
        double encoded = json_number_value(json_array_get(frames, i));
        pmx_work_key(work, i)->fraction = task->kind == PMX_TASK_VIDEO && frames
                                              ? CLAMP(encoded / pmx_weight_frames(task), 0, 1)
                                              : whole;
    }
}

gboolean pmx_work_start(PmxWork *work, PmxWorkEnded ended, GError **error)
{
    const PmxProcessEvents events = {work_progress, ended};
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
