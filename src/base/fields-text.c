/* SPDX-License-Identifier: MIT */
/* Scalars in text form: see fields-text.h. Pure. */
#include "base/fields-text.h"

#include <math.h>
#include <string.h>

void *pmx_field_storage(const PmxField *field, const void *base)
{
    return (char *)base + field->offset;
}

static gboolean int_from_text(const char *text, gint64 *out)
{
    return g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, out, NULL);
}

static gboolean double_from_text(const char *text, double *out)
{
    char *end = NULL;
    *out = g_ascii_strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*out);
}

static gboolean bool_from_text(const char *text, gboolean *out)
{
    *out = g_ascii_strcasecmp(text, "true") == 0;
    return *out || g_ascii_strcasecmp(text, "false") == 0;
}

static gboolean enum_from_text(const PmxField *field, const char *text, int *out)
{
    for (int i = 0; field->choices[i]; i++) {
        if (g_ascii_strcasecmp(field->choices[i], text) == 0) {
            *out = i;
            return TRUE;
        }
    }
    return FALSE;
}

gboolean pmx_field_lists(const char *const *list, const char *text)
{
    for (; list && *list; list++)
        if (g_ascii_strcasecmp(*list, text) == 0)
            return TRUE;
    return FALSE;
}

gboolean pmx_field_from_text(const PmxField *field, const char *text, void *out)
{
    switch (field->type) {
    case PMX_FIELD_STRING:
        *(char **)out = g_strdup(text);
        return TRUE;
    case PMX_FIELD_INT:
        return int_from_text(text, out);
    case PMX_FIELD_DOUBLE:
        return double_from_text(text, out);
    case PMX_FIELD_BOOL:
        return bool_from_text(text, out);
    case PMX_FIELD_ENUM:
        return enum_from_text(field, text, out);
    case PMX_FIELD_TEXT:
        return field->kind->parse(text, out);
    default:
        return FALSE;
    }
}

static char *number_text(const json_t *json)
{
    if (json_is_integer(json))
        return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(json));
    double value = json_real_value(json);
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (value == floor(value) && fabs(value) < 1e15)
        return g_strdup_printf("%.0f", value);
    return g_strdup(g_ascii_dtostr(text, sizeof text, value));
}

char *pmx_field_text_of(const PmxField *field, const json_t *json)
{
    if (json_is_string(json)) {
        const char *text = json_string_value(json);
        return strlen(text) == json_string_length(json) ? g_strdup(text) : NULL;
    }
    if (field->type == PMX_FIELD_STRING || field->type == PMX_FIELD_ENUM)
        return NULL;
    if (json_is_boolean(json))
        return field->type == PMX_FIELD_BOOL ? g_strdup(json_is_true(json) ? "true" : "false")
                                             : NULL;
    return json_is_number(json) ? number_text(json) : NULL;
}

size_t pmx_field_size(const PmxField *field)
{
    switch (field->type) {
    case PMX_FIELD_INT:
        return sizeof(gint64);
    case PMX_FIELD_DOUBLE:
        return sizeof(double);
    case PMX_FIELD_BOOL:
        return sizeof(gboolean);
    case PMX_FIELD_ENUM:
        return sizeof(int);
    default:
        return sizeof(void *);
    }
}

char *pmx_field_expected(const PmxField *field)
{
    switch (field->type) {
    case PMX_FIELD_STRING:
        return g_strdup("a string");
    case PMX_FIELD_INT:
        return g_strdup("a whole number");
    case PMX_FIELD_DOUBLE:
        return g_strdup("a number");
    case PMX_FIELD_BOOL:
        return g_strdup("true or false");
    case PMX_FIELD_ENUM: {
        g_autofree char *list = g_strjoinv(", ", (char **)field->choices);
        return g_strconcat(field->choices[1] ? "one of " : "", list, NULL);
    }
    case PMX_FIELD_TEXT:
        return g_strdup(field->kind->form);
    case PMX_FIELD_ARRAY:
        return g_strdup("an array");
    default:
        return g_strdup("an object");
    }
}
