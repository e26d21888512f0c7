/* SPDX-License-Identifier: MIT */
/* Problems and their codes: see problem.h. Pure. */
#include "base/problem.h"

#include "base/text.h"

static const char *const names[] = {
    [PMX_CODE_INVALID] = "InvalidParameter",
    [PMX_CODE_NULL_VALUE] = "InvalidParameter.NullValue",
    [PMX_CODE_EMPTY_VALUE] = "InvalidParameter.EmptyValue",
    [PMX_CODE_OUT_OF_RANGE] = "InvalidParameter.OutOfRange",
    [PMX_CODE_NOT_SUPPORTED] = "InvalidParameter.NotSupported",
    [PMX_CODE_RESOURCE_NOT_FOUND] = "InvalidParameter.ResourceNotFound",
    [PMX_CODE_RESOURCE_BAD] = "InvalidParameter.ResourceContentBad",
    [PMX_CODE_NO_AUDIO_STREAM] = "InvalidParameter.NoAudioStream",
    [PMX_CODE_MISSING_PARAMETER] = "MissingParameter",
    [PMX_CODE_ACCESS_DENIED] = "PermissionDenied.ResourceAccess",
    [PMX_CODE_INTERNAL] = "InternalError",
    [PMX_CODE_RESOURCE_REPLACED] = "InvalidParameter.ResourceContentBad",
    [PMX_CODE_NO_RANGES] = "InvalidParameter.NotSupported",
    [PMX_CODE_UNAVAILABLE] = "InternalError",
};

GQuark pmx_error_quark(void)
{
    return g_quark_from_static_string("pmx-error-quark");
}

const char *pmx_code_name(PmxCode code)
{
    return (guint)code < G_N_ELEMENTS(names) ? names[code] : names[PMX_CODE_INTERNAL];
}

PmxCode pmx_code_from_name(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_strcmp0(names[i], name) == 0)
            return (PmxCode)i;
    return PMX_CODE_INTERNAL;
}

PmxCode pmx_error_code(const GError *error)
{
    return error && error->domain == PMX_ERROR ? (PmxCode)error->code : PMX_CODE_INTERNAL;
}

gboolean pmx_error_none(GError *failure, GError **error)
{
    if (failure)
        g_propagate_error(error, failure);
    return !failure;
}

static void problem_free(void *data)
{
    PmxProblem *problem = data;
    g_free(problem->path);
    g_free(problem->message);
    g_free(problem);
}

PmxProblems *pmx_problems_new(void)
{
    PmxProblems *problems = g_new0(PmxProblems, 1);
    problems->items = g_ptr_array_new_with_free_func(problem_free);
    return problems;
}

void pmx_problems_free(PmxProblems *problems)
{
    if (!problems)
        return;
    g_ptr_array_unref(problems->items);
    g_free(problems);
}

static void add(PmxProblems *problems, PmxCode code, const char *path, char *message)
{
    PmxProblem *problem = g_new0(PmxProblem, 1);
    problem->code = code;
    problem->path = g_strdup(path ? path : "");
    problem->message = message;
    g_ptr_array_add(problems->items, problem);
}

void pmx_problems_add(PmxProblems *problems, PmxCode code, const char *path, const char *format,
                      ...)
{
    va_list args;
    va_start(args, format);
    add(problems, code, path, g_strdup_vprintf(format, args));
    va_end(args);
}

void pmx_problems_add_error(PmxProblems *problems, const char *path, const GError *error)
{
    add(problems, pmx_error_code(error), path, g_strdup(error->message));
}

guint pmx_problems_count(const PmxProblems *problems)
{
    return problems->items->len;
}

char *pmx_problems_to_text(const PmxProblems *problems)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < problems->items->len; i++) {
        const PmxProblem *problem = g_ptr_array_index(problems->items, i);
        g_string_append_printf(text, "%s%s%s\n", problem->path, *problem->path ? ": " : "",
                               problem->message);
    }
    return g_string_free(text, FALSE);
}

json_t *pmx_problems_to_json(const PmxProblems *problems)
{
    json_t *list = json_array();
    for (guint i = 0; i < problems->items->len; i++) {
        const PmxProblem *problem = g_ptr_array_index(problems->items, i);
        json_array_append_new(list,
                              json_pack("{s:s, s:o, s:o}", "Code", pmx_code_name(problem->code),
                                        "Path", pmx_json_text(problem->path), "Message",
                                        pmx_json_text(problem->message)));
    }
    return list;
}
