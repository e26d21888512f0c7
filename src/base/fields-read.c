/* SPDX-License-Identifier: MIT */
/* Field tables: reading JSON into structs (see fields.h). Pure. */
#include <string.h>

#include "base/fields-text.h"
#include "base/suggest.h"

/* What is being read and where it stands, handed down through the readers. */
typedef struct {
    const PmxField *field;
    const char *path;
    void *out; /* the field's storage, not the struct's */
    PmxProblems *problems;
} Reading;

/* A value as a person would recognise it again: its JSON, cut short. */
static char *shown(const json_t *json)
{
    char *raw = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);
    g_autofree char *text = g_strdup(raw ? raw : "?");
    free(raw);
    if (g_utf8_strlen(text, -1) <= 60)
        return g_steal_pointer(&text);
    g_autofree char *head = g_utf8_substring(text, 0, 57);
    return g_strconcat(head, "...", NULL);
}

static void wrong_value(const Reading *reading, const json_t *json)
{
    g_autofree char *want = pmx_field_expected(reading->field);
    g_autofree char *got = shown(json);
    pmx_problems_add(reading->problems, PMX_CODE_INVALID, reading->path, "must be %s, not %s", want,
                     got);
}

static gboolean check_range(const Reading *reading, double value)
{
    const PmxField *field = reading->field;
    if (field->min >= field->max || (value >= field->min && value <= field->max))
        return TRUE;
    pmx_problems_add(reading->problems, PMX_CODE_OUT_OF_RANGE, reading->path,
                     "must be from %.12g to %.12g, not %.12g", field->min, field->max, value);
    return FALSE;
}

static void check_multiple(const Reading *reading, gint64 value)
{
    gint64 multiple = reading->field->multiple;
    if (multiple > 0 && value % multiple != 0)
        pmx_problems_add(reading->problems, PMX_CODE_INVALID, reading->path,
                         "must be a multiple of %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT,
                         multiple, value);
}

static void check_string(const Reading *reading, const char *text)
{
    const PmxField *field = reading->field;
    if (!*text && field->flags & PMX_FIELD_NON_EMPTY)
        pmx_problems_add(reading->problems, PMX_CODE_EMPTY_VALUE, reading->path,
                         "must not be empty");
    if (field->max > 0 && strlen(text) > (size_t)field->max)
        pmx_problems_add(reading->problems, PMX_CODE_OUT_OF_RANGE, reading->path,
                         "must be at most %.0f bytes long, not %zu", field->max, strlen(text));
    g_autofree char *why = field->check ? field->check(text) : NULL;
    if (why)
        pmx_problems_add(reading->problems, PMX_CODE_INVALID, reading->path, "%s", why);
}

static void check_value(const Reading *reading)
{
    switch (reading->field->type) {
    case PMX_FIELD_STRING:
        check_string(reading, *(char **)reading->out);
        break;
    case PMX_FIELD_INT:
        if (check_range(reading, (double)*(gint64 *)reading->out))
            check_multiple(reading, *(gint64 *)reading->out);
        break;
    case PMX_FIELD_DOUBLE:
        check_range(reading, *(double *)reading->out);
        break;
    default:
        break;
    }
}

/* The field keeps its default when this fails. */
static gboolean take_text(const PmxField *field, const char *text, void *out)
{
    if (field->type == PMX_FIELD_TEXT)
        return field->kind->parse(text, out);
    guint64 parsed[1] = {0}; /* room and alignment for any scalar */
    if (!pmx_field_from_text(field, text, parsed))
        return FALSE;
    if (field->type == PMX_FIELD_STRING)
        g_free(*(char **)out);
    memcpy(out, parsed, pmx_field_size(field));
    return TRUE;
}

static void read_scalar(const Reading *reading, const json_t *json)
{
    const PmxField *field = reading->field;
    g_autofree char *text = pmx_field_text_of(field, json);
    if (text && pmx_field_lists(field->refused, text)) {
        g_autofree char *want = pmx_field_expected(field);
        pmx_problems_add(reading->problems, PMX_CODE_NOT_SUPPORTED, reading->path,
                         "%s is not supported by this version of Polymux; it must be %s", text,
                         want);
    } else if (text && take_text(field, text, reading->out)) {
        check_value(reading);
    } else {
        wrong_value(reading, json);
    }
}

static void read_members(const PmxObject *object, const json_t *json, const char *path, void *out,
                         PmxProblems *problems);

static gboolean check_length(const Reading *reading, size_t length)
{
    const PmxField *field = reading->field;
    if (length == 0 && field->flags & PMX_FIELD_NON_EMPTY)
        pmx_problems_add(reading->problems, PMX_CODE_EMPTY_VALUE, reading->path,
                         "must not be empty");
    if (field->max <= 0 || length <= (size_t)field->max)
        return TRUE;
    pmx_problems_add(reading->problems, PMX_CODE_OUT_OF_RANGE, reading->path,
                     "must have at most %.0f elements, not %zu", field->max, length);
    return FALSE;
}

static void read_array(const Reading *reading, const json_t *json)
{
    const PmxObject *object = reading->field->object;
    size_t i;
    const json_t *item;
    if (!check_length(reading, json_array_size(json)))
        return;
    json_array_foreach (json, i, item) {
        g_autofree char *path = g_strdup_printf("%s[%zu]", reading->path, i);
        void *element = pmx_array_add(object, reading->out);
        if (json_is_object(item))
            read_members(object, item, path, element, reading->problems);
        else
            pmx_problems_add(reading->problems, PMX_CODE_INVALID, path, "must be an object");
    }
}

static void read_nested(const Reading *reading, const json_t *json)
{
    gboolean array = reading->field->type == PMX_FIELD_ARRAY;
    if (array ? !json_is_array(json) : !json_is_object(json))
        wrong_value(reading, json);
    else if (array)
        read_array(reading, json);
    else
        read_members(reading->field->object, json, reading->path, reading->out, reading->problems);
}

static gboolean is_blank(const json_t *json)
{
    const char *text = json_string_value(json);
    return text && strspn(text, " \t\r\n") == json_string_length(json);
}

static json_t *unwrap_text(const Reading *reading, const json_t *json)
{
    json_error_t where;
    json_t *inner = json_loadb(json_string_value(json), json_string_length(json),
                               JSON_REJECT_DUPLICATES, &where);
    if (!inner)
        pmx_problems_add(
            reading->problems, PMX_CODE_INVALID, reading->path,
            "must be an object or a string that holds one as JSON: %s at line %d, column %d",
            where.text, where.line, where.column);
    return inner;
}

static void read_field(const Reading *reading, json_t *json)
{
    const PmxField *field = reading->field;
    gboolean text = field->flags & PMX_FIELD_JSON_TEXT && json_is_string(json);
    if (text && is_blank(json))
        return;
    json_t *inner = text ? unwrap_text(reading, json) : json_incref(json);
    if (!inner)
        return;
    if (field->type == PMX_FIELD_JSON)
        *(json_t **)reading->out = json_incref(inner);
    else if (field->type == PMX_FIELD_OBJECT || field->type == PMX_FIELD_ARRAY)
        read_nested(reading, inner);
    else
        read_scalar(reading, inner);
    json_decref(inner);
}

static char *join(const char *path, const char *name)
{
    return *path ? g_strconcat(path, ".", name, NULL) : g_strdup(name);
}

/* What clients send that fill every key of a model: it asks for nothing. */
static gboolean asks_nothing(const PmxField *field, const json_t *json)
{
    if (json_is_object(json) || json_is_array(json))
        return json_object_size(json) + json_array_size(json) == 0;
    g_autofree char *text = pmx_field_text_of(field, json);
    return text && (!*text || (field->fallback && !g_ascii_strcasecmp(text, field->fallback)));
}

static void refuse(const Reading *reading, const json_t *json)
{
    const char *only = reading->field->fallback;
    if (!asks_nothing(reading->field, json))
        pmx_problems_add(reading->problems, PMX_CODE_NOT_SUPPORTED, reading->path,
                         "is not supported by this version of Polymux%s%s; leave it out",
                         only ? " except as " : "", only ? only : "");
}

static void read_given(const Reading *reading, json_t *json)
{
    if (reading->field->flags & PMX_FIELD_UNSUPPORTED)
        refuse(reading, json);
    else
        read_field(reading, json);
}

static void read_known(const PmxField *field, json_t *value, const char *path, void *out,
                       PmxProblems *problems)
{
    g_autofree char *at = join(path, field->name);
    Reading reading = {field, at, pmx_field_storage(field, out), problems};
    if (value && !json_is_null(value))
        read_given(&reading, value);
    else if (value && field->flags & PMX_FIELD_REQUIRED)
        pmx_problems_add(problems, PMX_CODE_NULL_VALUE, at, "must not be null");
    else if (field->flags & PMX_FIELD_REQUIRED)
        pmx_problems_add(problems, PMX_CODE_MISSING_PARAMETER, at, "is required");
}

static const char *name_at(gconstpointer fields, guint i)
{
    return ((const PmxField *)fields)[i].name;
}

static const PmxField *find(const PmxObject *object, const char *name)
{
    for (const PmxField *field = object->fields; field->name; field++)
        if (strcmp(field->name, name) == 0)
            return field;
    return NULL;
}

static void report_unknown(const PmxObject *object, const json_t *json, const char *path,
                           PmxProblems *problems)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)json, key, value) {
        if (find(object, key))
            continue;
        g_autofree char *at = join(path, key);
        const char *near = pmx_suggest(key, name_at, object->fields);
        pmx_problems_add(problems, PMX_CODE_INVALID, at, "is not a known key%s%s%s",
                         near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
}

static void read_members(const PmxObject *object, const json_t *json, const char *path, void *out,
                         PmxProblems *problems)
{
    for (const PmxField *field = object->fields; field->name; field++)
        read_known(field, json_object_get(json, field->name), path, out, problems);
    report_unknown(object, json, path, problems);
}

void pmx_object_parse(const PmxObject *object, const json_t *json, const char *path, void *out,
                      PmxProblems *problems)
{
    pmx_object_init(object, out);
    if (json_is_object(json))
        read_members(object, json, path, out, problems);
    else
        pmx_problems_add(problems, PMX_CODE_INVALID, path, "must be a JSON object");
}

void *pmx_object_read(const PmxObject *object, const json_t *json, GError **error)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    void *out = g_malloc(object->size);
    pmx_object_parse(object, json, "", out, problems);
    if (pmx_problems_count(problems) == 0)
        return out;
    g_autofree char *text = g_strchomp(pmx_problems_to_text(problems));
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "%s: %s", object->name, text);
    pmx_object_free(object, out);
    return NULL;
}
