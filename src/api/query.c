/* SPDX-License-Identifier: MIT */
/* Parameters: see query.h. */
#include "api/query.h"

#include <string.h>

#include "base/percent.h"

/* More than any caller sends; what strangers send is looked at before they are known. */
#define MOST_PARAMETERS 256

static void parameter_free(gpointer data)
{
    PmxParameter *parameter = data;
    g_free(parameter->name);
    g_free(parameter->value);
    g_free(parameter);
}

PmxParameters *pmx_parameters_new(void)
{
    PmxParameters *parameters = g_new0(PmxParameters, 1);
    parameters->items = g_ptr_array_new_with_free_func(parameter_free);
    parameters->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    return parameters;
}

void pmx_parameters_free(PmxParameters *parameters)
{
    if (!parameters)
        return;
    g_hash_table_unref(parameters->by_name);
    g_ptr_array_unref(parameters->items);
    g_free(parameters);
}

gboolean pmx_parameters_add(PmxParameters *parameters, const char *name, const char *value)
{
    if (g_hash_table_contains(parameters->by_name, name))
        return FALSE;
    PmxParameter *parameter = g_new0(PmxParameter, 1);
    parameter->name = g_strdup(name);
    parameter->value = g_strdup(value);
    g_ptr_array_add(parameters->items, parameter);
    g_hash_table_insert(parameters->by_name, parameter->name, parameter);
    return TRUE;
}

const char *pmx_parameters_find(const PmxParameters *parameters, const char *name)
{
    const PmxParameter *parameter = g_hash_table_lookup(parameters->by_name, name);
    return parameter ? parameter->value : NULL;
}

static void add_value(PmxParameters *parameters, const char *name, const char *value, gsize length,
                      PmxProblems *problems)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *decoded = pmx_percent_decode(value, length, TRUE, &error);
    if (!decoded)
        pmx_problems_add_error(problems, name, error);
    else if (!pmx_parameters_add(parameters, name, decoded))
        pmx_problems_add(problems, PMX_CODE_INVALID, name, "is given more than once");
}

static void parse_pair(PmxParameters *parameters, const char *pair, gsize length,
                       PmxProblems *problems)
{
    const char *equals = memchr(pair, '=', length);
    gsize name_length = equals ? (gsize)(equals - pair) : length;
    const char *value = equals ? equals + 1 : pair + length;
    g_autoptr(GError) error = NULL;
    g_autofree char *name = pmx_percent_decode(pair, name_length, TRUE, &error);
    if (!name)
        pmx_problems_add(problems, PMX_CODE_INVALID, "", "the name of a parameter %s",
                         error->message);
    else if (!*name)
        pmx_problems_add(problems, PMX_CODE_INVALID, "", "a parameter has no name");
    else
        add_value(parameters, name, value, (gsize)(pair + length - value), problems);
}

PmxParameters *pmx_parameters_parse(const char *text, gsize length, PmxProblems *problems)
{
    PmxParameters *parameters = pmx_parameters_new();
    guint count = 0;
    for (const char *at = text, *end = text + length; at < end;) {
        const char *and = memchr(at, '&', (gsize)(end - at));
        gsize pair = and? (gsize)(and-at) : (gsize)(end - at);
        if (pair && ++count > MOST_PARAMETERS) {
            pmx_problems_add(problems, PMX_CODE_INVALID, "", "there are more than %d parameters",
                             MOST_PARAMETERS);
            break;
        }
        if (pair)
            parse_pair(parameters, at, pair, problems);
        at += pair + 1;
    }
    return parameters;
}

void pmx_parameters_merge(PmxParameters *parameters, const PmxParameters *more,
                          PmxProblems *problems)
{
    for (guint i = 0; i < more->items->len; i++) {
        const PmxParameter *parameter = g_ptr_array_index(more->items, i);
        if (!pmx_parameters_add(parameters, parameter->name, parameter->value))
            pmx_problems_add(problems, PMX_CODE_INVALID, parameter->name,
                             "is given in the query and in the body");
    }
}

gboolean pmx_is_form(const char *content_type)
{
    if (!content_type)
        return FALSE;
    g_autofree char *type = g_strndup(content_type, strcspn(content_type, ";"));
    return g_ascii_strcasecmp(g_strstrip(type), "application/x-www-form-urlencoded") == 0;
}
