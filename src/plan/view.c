/* SPDX-License-Identifier: MIT */
/* The plan as people and programs see it: JSON and Graphviz. Pure. */
#include "base/text.h"
#include "plan/plan.h"

static const char *const kind_names[] = {"cut",  "border",   "video",   "audio",
                                         "copy", "subtitle", "package", "loudness"};

json_t *pmx_task_body(const PmxTask *task)
{
    return pmx_object_dump(pmx_task_object(task->kind), task->video);
}

static json_t *strings(const GPtrArray *list)
{
    json_t *array = json_array();
    for (guint i = 0; i < list->len; i++)
        json_array_append_new(array, pmx_json_text(g_ptr_array_index(list, i)));
    return array;
}

static const PmxPlanOutput *task_output(const PmxPlan *plan, const PmxTask *task)
{
    return g_ptr_array_index(plan->outputs, task->output);
}

static json_t *task_json(const PmxPlan *plan, const PmxTask *task)
{
    json_t *json = json_pack("{s:s, s:s}", "id", task->id, "kind", kind_names[task->kind]);
    if (task->kind == PMX_TASK_PACKAGE)
        json_object_set_new(json, "file", pmx_json_text(task_output(plan, task)->address));
    else
        json_object_set_new(json, "input", json_integer(task->source));
    if (task->makes->len)
        json_object_set_new(json, "makes", strings(task->makes));
    if (task->needs->len)
        json_object_set_new(json, "needs", strings(task->needs));
    json_object_set_new(json, "params", pmx_task_body(task));
    return json;
}

static json_t *inputs_json(const PmxJob *job)
{
    json_t *array = json_array();
    for (guint i = 0; i < job->inputs->len; i++) {
        const PmxInput *input = g_ptr_array_index(job->inputs, i);
        json_array_append_new(
            array, json_pack("{s:s*, s:s}", "name", input->name, "media", input->file.media));
    }
    return array;
}

static json_t *outputs_json(const PmxPlan *plan)
{
    json_t *array = json_array();
    for (guint i = 0; i < plan->outputs->len; i++) {
        const PmxPlanOutput *output = g_ptr_array_index(plan->outputs, i);
        json_t *json = json_pack("{s:o, s:o}", "name", pmx_json_text(output->name), "file",
                                 pmx_json_text(output->address));
        if (output->warnings->len)
            json_object_set_new(json, "warnings", strings(output->warnings));
        json_array_append_new(array, json);
    }
    return array;
}

json_t *pmx_plan_to_json(const PmxPlan *plan, const PmxJob *job)
{
    json_t *tasks = json_array();
    for (guint i = 0; i < plan->tasks->len; i++)
        json_array_append_new(tasks, task_json(plan, g_ptr_array_index(plan->tasks, i)));
    return json_pack("{s:o, s:o, s:o}", "inputs", inputs_json(job), "tasks", tasks, "outputs",
                     outputs_json(plan));
}

/* Graphviz strings know two escapes. */
static char *quoted(const char *text)
{
    g_autoptr(GString) out = g_string_new("\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
    }
    g_string_append_c(out, '"');
    return g_strdup(out->str);
}

static void dot_edges(const PmxTask *task, GHashTable *makers, GString *dot)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < task->needs->len; i++) {
        const char *maker = g_hash_table_lookup(makers, g_ptr_array_index(task->needs, i));
        if (maker && g_hash_table_add(seen, (gpointer)maker))
            g_string_append_printf(dot, "  \"%s\" -> \"%s\";\n", maker, task->id);
    }
}

static void dot_node(const PmxPlan *plan, const PmxTask *task, GHashTable *makers, GString *dot)
{
    static const char *const shapes[] = {"diamond", "diamond", "box",    "ellipse",
                                         "ellipse", "note",    "folder", "hexagon"};
    g_autofree char *label = NULL;
    if (task->kind == PMX_TASK_PACKAGE)
        label = g_strdup_printf("%s: %s", task->id, task_output(plan, task)->name);
    else
        label = g_strdup_printf("%s: input %u, %.1f s, makes %u", task->id, task->source,
                                task->seconds, task->makes->len);
    g_autofree char *text = quoted(label);
    g_string_append_printf(dot, "  \"%s\" [shape=%s, label=%s];\n", task->id, shapes[task->kind],
                           text);
    for (guint i = 0; i < task->makes->len; i++)
        g_hash_table_insert(makers, g_ptr_array_index(task->makes, i), task->id);
}

char *pmx_plan_to_dot(const PmxPlan *plan)
{
    g_autoptr(GHashTable) makers = g_hash_table_new(g_str_hash, g_str_equal);
    GString *dot = g_string_new("digraph job {\n  rankdir=LR;\n");
    for (guint i = 0; i < plan->tasks->len; i++)
        dot_node(plan, g_ptr_array_index(plan->tasks, i), makers, dot);
    for (guint i = 0; i < plan->tasks->len; i++)
        dot_edges(g_ptr_array_index(plan->tasks, i), makers, dot);
    g_string_append(dot, "}\n");
    return g_string_free(dot, FALSE);
}
