/* SPDX-License-Identifier: MIT */
/* Field tables as schemas: see schema.h. */
#include "api/rest/schema.h"

#include <string.h>

#include "api/rest/views.h"

/* --- one value --- */

/* A default outside the range stands for something that only the sentence can say. */
static gboolean is_plain_default(const PmxField *field)
{
    gboolean number = field->type == PMX_FIELD_INT || field->type == PMX_FIELD_DOUBLE;
    double value = number && field->fallback ? g_ascii_strtod(field->fallback, NULL) : 0;
    return field->fallback &&
           (!number || field->min >= field->max || (value >= field->min && value <= field->max));
}

static json_t *default_of(const PmxField *field)
{
    if (field->type == PMX_FIELD_INT)
        return json_integer(g_ascii_strtoll(field->fallback, NULL, 10));
    if (field->type == PMX_FIELD_DOUBLE)
        return json_real(g_ascii_strtod(field->fallback, NULL));
    if (field->type == PMX_FIELD_BOOL)
        return json_boolean(g_ascii_strcasecmp(field->fallback, "true") == 0);
    return json_string(field->fallback);
}

static json_t *whole_or_real(double value)
{
    return value == (double)(gint64)value ? json_integer((gint64)value) : json_real(value);
}

static void add_limits(const PmxField *field, json_t *schema)
{
    if (field->min < field->max) {
        json_object_set_new(schema, "minimum", whole_or_real(field->min));
        json_object_set_new(schema, "maximum", whole_or_real(field->max));
    }
    if (field->multiple > 0)
        json_object_set_new(schema, "multipleOf", json_integer(field->multiple));
}

static void add_choices(const PmxField *field, json_t *schema)
{
    json_t *list = json_array();
    for (const char *const *name = field->choices; *name; name++)
        json_array_append_new(list, json_string(*name));
    json_object_set_new(schema, "enum", list);
}

/* Bytes are no fewer than characters: a text within the byte limit is within this one. */
static json_t *string_schema(const PmxField *field)
{
    json_t *schema = json_pack("{s:s}", "type", "string");
    if (field->choices)
        add_choices(field, schema);
    if (field->flags & PMX_FIELD_NON_EMPTY)
        json_object_set_new(schema, "minLength", json_integer(1));
    if (field->max > 0)
        json_object_set_new(schema, "maxLength", json_integer((gint64)field->max));
    return schema;
}

static json_t *number_schema(const PmxField *field)
{
    const char *type = field->type == PMX_FIELD_INT ? "integer" : "number";
    json_t *schema = json_pack("{s:s}", "type", type);
    if (field->type == PMX_FIELD_INT)
        json_object_set_new(schema, "format", json_string("int64"));
    add_limits(field, schema);
    return schema;
}

/* Other kinds of text take a number as well: 250 frames. */
static json_t *text_schema(const PmxField *field)
{
    if (field->kind == &pmx_moment_kind)
        return json_pack("{s:s, s:s}", "type", "string", "format", "date-time");
    return json_pack("{s:[{s:s}, {s:s}]}", "anyOf", "type", "string", "type", "number");
}

static json_t *array_schema(json_t *schemas, const PmxField *field)
{
    json_t *schema =
        json_pack("{s:s, s:o}", "type", "array", "items", pmx_schema_ref(schemas, field->object));
    if (field->flags & PMX_FIELD_NON_EMPTY)
        json_object_set_new(schema, "minItems", json_integer(1));
    if (field->max > 0)
        json_object_set_new(schema, "maxItems", json_integer((gint64)field->max));
    return schema;
}

/* JSON without a table of its own is anything. */
static json_t *nested_schema(json_t *schemas, const PmxField *field)
{
    json_t *schema = field->type == PMX_FIELD_ARRAY ? array_schema(schemas, field)
                     : field->object                ? pmx_schema_ref(schemas, field->object)
                                                    : json_object();
    if (field->flags & PMX_FIELD_JSON_TEXT)
        schema = json_pack("{s:[o, {s:s}]}", "anyOf", schema, "type", "string");
    /* What stands beside $ref is ignored, so the reference is put one level down. */
    return json_object_get(schema, "$ref") ? json_pack("{s:[o]}", "allOf", schema) : schema;
}

static json_t *bare_schema(json_t *schemas, const PmxField *field)
{
    switch (field->type) {
    case PMX_FIELD_STRING:
    case PMX_FIELD_ENUM:
        return string_schema(field);
    case PMX_FIELD_INT:
    case PMX_FIELD_DOUBLE:
        return number_schema(field);
    case PMX_FIELD_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case PMX_FIELD_TEXT:
        return text_schema(field);
    default:
        return nested_schema(schemas, field);
    }
}

json_t *pmx_schema_field(json_t *schemas, const PmxField *field)
{
    json_t *schema = bare_schema(schemas, field);
    if (field->doc)
        json_object_set_new(schema, "description", json_string(field->doc));
    if (is_plain_default(field))
        json_object_set_new(schema, "default", default_of(field));
    return schema;
}

/* --- objects --- */

static gboolean is_all(const PmxField *field)
{
    return strcmp(field->name, PMX_VIEW_ALL) == 0;
}

/* What `object` has, and what `schema` has: takes and gives a reference. */
static json_t *joined(json_t *schemas, const PmxObject *object, json_t *schema)
{
    return json_pack("{s:[o, o]}", "allOf", pmx_schema_ref(schemas, object), schema);
}

static json_t *object_schema(json_t *schemas, const PmxObject *object)
{
    json_t *properties = json_object(), *required = json_array();
    for (const PmxField *field = object->fields; field->name; field++) {
        if (field->flags & (PMX_FIELD_UNSUPPORTED | PMX_FIELD_HIDDEN) || is_all(field))
            continue;
        json_object_set_new(properties, field->name, pmx_schema_field(schemas, field));
        if (field->flags & PMX_FIELD_REQUIRED)
            json_array_append_new(required, json_string(field->name));
    }
    json_t *schema = json_pack("{s:s, s:s, s:o}", "type", "object", "description", object->doc,
                               "properties", properties);
    if (json_array_size(required) > 0)
        json_object_set(schema, "required", required);
    json_decref(required);
    return is_all(object->fields) ? joined(schemas, object->fields->object, schema) : schema;
}

/* A component's name has letters, digits and dots: "OutputGroups[].Outputs[]" loses its brackets. */
static char *component_name(const PmxObject *object)
{
    GString *name = g_string_new(NULL);
    for (const char *p = object->name; *p; p++)
        if (g_ascii_isalnum(*p) || *p == '.')
            g_string_append_c(name, *p);
    return g_string_free(name, FALSE);
}

json_t *pmx_schema_ref(json_t *schemas, const PmxObject *object)
{
    g_autofree char *name = component_name(object);
    g_autofree char *ref = g_strconcat("#/components/schemas/", name, NULL);
    if (!json_object_get(schemas, name)) {
        /* Its place is taken before its fields are looked at, which may refer to it. */
        json_object_set_new(schemas, name, json_true());
        json_object_set_new(schemas, name, object_schema(schemas, object));
    }
    return json_pack("{s:s}", "$ref", ref);
}
