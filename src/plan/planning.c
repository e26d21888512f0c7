/* SPDX-License-Identifier: MIT */
/* Tasks and what makes them: see planning.h. Pure. */
#include "plan/planning.h"

#include <string.h>

#include "plan/key.h"

void pmx_task_free(gpointer data)
{
    PmxTask *task = data;
    pmx_object_free(pmx_task_object(task->kind), task->video);
    g_ptr_array_unref(task->makes);
    g_ptr_array_unref(task->needs);
    if (task->also)
        g_array_unref(task->also);
    g_free(task->id);
    g_free(task);
}

PmxTask *pmx_task_new(PmxTaskKind kind, char *id, void *body)
{
    PmxTask *task = g_new0(PmxTask, 1);
    task->kind = kind;
    task->id = id;
    task->makes = g_ptr_array_new_with_free_func(g_free);
    task->needs = g_ptr_array_new_with_free_func(g_free);
    task->video = body; /* the members of the union share the pointer */
    return task;
}

void *pmx_planning_body(const PmxObject *object)
{
    void *body = g_malloc(object->size);
    pmx_object_init(object, body);
    return body;
}

void pmx_planning_need(PmxTask *task, const char *key)
{
    if (key)
        g_ptr_array_add(task->needs, g_strdup(key));
}

PmxTask *pmx_planning_track(PmxPlanning *planning, PmxTaskKind kind, guint source, void *body)
{
    static const char *const names[] = {[PMX_TASK_LOUDNESS] = "loudness",
                                        [PMX_TASK_AUDIO] = "audio",
                                        [PMX_TASK_COPY] = "copy",
                                        [PMX_TASK_SUBTITLE] = "subtitle"};
    const PmxPlanInput *input = &planning->inputs[source];
    const PmxObject *object = pmx_task_object(kind);
    json_t *parameters = pmx_object_dump(object, body);
    char *key = pmx_key_new(names[kind], input->identity, input->facts->versions, parameters);
    json_decref(parameters);
    PmxTask *task = g_hash_table_lookup(planning->tracks, key);
    if (task) {
        g_free(key);
        pmx_object_free(object, body);
        return task;
    }
    char *id = g_strdup_printf("%s-%02u", names[kind], g_hash_table_size(planning->tracks));
    task = pmx_task_new(kind, id, body);
    task->source = source;
    if (kind == PMX_TASK_AUDIO) {
        pmx_planning_need(task, task->audio->loudness);
        pmx_planning_need(task, task->audio->reference);
    }
    g_ptr_array_add(task->makes, key);
    g_ptr_array_add(planning->plan->tasks, task);
    g_hash_table_insert(planning->tracks, key, task);
    return task;
}

const char *pmx_planning_key(const PmxTask *task)
{
    return g_ptr_array_index(task->makes, 0);
}
