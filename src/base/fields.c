/* SPDX-License-Identifier: MIT */
/* Field tables: defaults, writing, freeing (see fields.h; reading is in fields-read.c). Pure. */
#include "base/fields.h"

#include <string.h>

#include "base/fields-text.h"

static void set_default(const PmxField *field, void *out)
{
    if (!pmx_field_from_text(field, field->fallback, out))
        g_error("the default of the field %s is no value of its type", field->name);
}

void pmx_object_init(const PmxObject *object, void *out)
{
    memset(out, 0, object->size);
    for (const PmxField *field = object->fields; field->name; field++) {
        if (field->flags & PMX_FIELD_UNSUPPORTED)
            continue;
        if (field->type == PMX_FIELD_OBJECT)
            pmx_object_init(field->object, pmx_field_storage(field, out));
        else if (field->fallback)
            set_default(field, pmx_field_storage(field, out));
    }
}

static void free_element(gpointer data)
{
    g_free(data);
}

void *pmx_array_add(const PmxObject *object, GPtrArray **list)
{
    if (!*list)
        *list = g_ptr_array_new_with_free_func(free_element);
    void *element = g_malloc(object->size);
    pmx_object_init(object, element);
    g_ptr_array_add(*list, element);
    return element;
}

/* --- writing --- */

static json_t *dump_array(const PmxObject *object, const GPtrArray *list)
{
    json_t *array = json_array();
    for (guint i = 0; i < list->len; i++)
        json_array_append_new(array, pmx_object_dump(object, g_ptr_array_index(list, i)));
    return array;
}

static json_t *dump_text(const PmxTextKind *kind, const void *value)
{
    g_autofree char *text = kind->format(value);
    return json_string(text);
}

static json_t *dump_nested(const PmxField *field, const void *value)
{
    if (field->type == PMX_FIELD_JSON)
        return json_incref(*(json_t *const *)value);
    if (field->type == PMX_FIELD_ARRAY)
        return *(GPtrArray *const *)value ? dump_array(field->object, *(GPtrArray *const *)value)
                                          : NULL;
    return pmx_object_dump(field->object, value);
}

/* NULL when there is nothing to say. */
static json_t *dump_value(const PmxField *field, const void *value)
{
    switch (field->type) {
    case PMX_FIELD_STRING:
        return *(char *const *)value ? json_string(*(char *const *)value) : NULL;
    case PMX_FIELD_INT:
        return json_integer(*(const gint64 *)value);
    case PMX_FIELD_DOUBLE:
        return json_real(*(const double *)value);
    case PMX_FIELD_BOOL:
        return json_boolean(*(const gboolean *)value);
    case PMX_FIELD_ENUM:
        return json_string(field->choices[*(const int *)value]);
    case PMX_FIELD_TEXT:
        return dump_text(field->kind, value);
    default:
        return dump_nested(field, value);
    }
}

static gboolean is_default(const PmxField *field, const json_t *member, const void *defaults)
{
    json_t *fallback = dump_value(field, pmx_field_storage(field, defaults));
    gboolean same = fallback && json_equal(member, fallback);
    json_decref(fallback);
    return same;
}

json_t *pmx_object_dump(const PmxObject *object, const void *value)
{
    g_autofree void *defaults = g_malloc(MAX(object->size, 1));
    pmx_object_init(object, defaults);
    json_t *json = json_object();
    for (const PmxField *field = object->fields; field->name; field++) {
        if (field->flags & (PMX_FIELD_UNSUPPORTED | PMX_FIELD_HIDDEN))
            continue;
        json_t *member = dump_value(field, pmx_field_storage(field, value));
        gboolean needed = (field->flags & PMX_FIELD_REQUIRED) != 0;
        if (member && (needed || !is_default(field, member, defaults)))
            json_object_set(json, field->name, member);
        json_decref(member);
    }
    pmx_object_clear(object, defaults);
    return json;
}

/* --- freeing --- */

static void clear_array(const PmxObject *object, GPtrArray *list)
{
    if (!list)
        return;
    for (guint i = 0; i < list->len; i++)
        pmx_object_clear(object, g_ptr_array_index(list, i));
    g_ptr_array_unref(list);
}

static void clear_field(const PmxField *field, void *value)
{
    if (field->flags & PMX_FIELD_UNSUPPORTED)
        return;
    if (field->type == PMX_FIELD_STRING)
        g_free(*(char **)value);
    else if (field->type == PMX_FIELD_JSON)
        json_decref(*(json_t **)value);
    else if (field->type == PMX_FIELD_ARRAY)
        clear_array(field->object, *(GPtrArray **)value);
    else if (field->type == PMX_FIELD_OBJECT)
        pmx_object_clear(field->object, value);
}

void pmx_object_clear(const PmxObject *object, void *value)
{
    for (const PmxField *field = object->fields; field->name; field++)
        clear_field(field, pmx_field_storage(field, value));
    memset(value, 0, object->size);
}

void pmx_object_free(const PmxObject *object, void *value)
{
    if (!value)
        return;
    pmx_object_clear(object, value);
    g_free(value);
}
