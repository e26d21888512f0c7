/* SPDX-License-Identifier: MIT */
/* Rows from and to structs, by their field tables: see db.h. */
#include <string.h>

#include "base/fields-text.h"
#include "store/driver.h"

/* --- statements --- */

/* Runs the statement to its end; rows that it gives are passed over. */
static gboolean run_out(PmxDb *db, PmxRows *rows, GError **error)
{
    PmxStep step;
    do
        step = db->driver->step(db, rows, error);
    while (step == PMX_STEP_ROW);
    return step == PMX_STEP_END;
}

gboolean pmx_db_run(PmxDb *db, const char *sql, const PmxArg *args, guint64 *changed,
                    GError **error)
{
    PmxRows *rows = db->driver->start(db, sql, args, error);
    if (!rows)
        return FALSE;
    gboolean ok = run_out(db, rows, error);
    if (ok && changed)
        *changed = db->driver->changed(db);
    db->driver->finish(rows);
    return ok;
}

/* Hands the first column of the first row to `take`. The rest is run too: a statement that changes
 * rows and returns them is to be finished. */
static gboolean first_value(PmxDb *db, const char *sql, const PmxArg *args,
                            void (*take)(PmxArg value, gpointer out), gpointer out, GError **error)
{
    PmxRows *rows = db->driver->start(db, sql, args, error);
    if (!rows)
        return FALSE;
    PmxStep step = db->driver->step(db, rows, error);
    if (step == PMX_STEP_ROW)
        take(db->driver->column(rows, 0), out);
    gboolean ok = step == PMX_STEP_ROW ? run_out(db, rows, error) : step == PMX_STEP_END;
    db->driver->finish(rows);
    return ok;
}

static void take_number(PmxArg value, gpointer out)
{
    if (value.type == PMX_ARG_INT)
        *(gint64 *)out = value.number;
}

gboolean pmx_db_number(PmxDb *db, const char *sql, const PmxArg *args, gint64 fallback, gint64 *out,
                       GError **error)
{
    *out = fallback;
    return first_value(db, sql, args, take_number, out, error);
}

static void take_text(PmxArg value, gpointer out)
{
    if (value.type == PMX_ARG_TEXT)
        *(char **)out = g_strdup(value.text);
}

gboolean pmx_db_text(PmxDb *db, const char *sql, const PmxArg *args, char **out, GError **error)
{
    *out = NULL;
    return first_value(db, sql, args, take_text, out, error);
}

/* --- rows to structs --- */

static gboolean read_json(const PmxArg *value, json_t **out)
{
    *out = value->type == PMX_ARG_TEXT
               ? json_loads(value->text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL)
               : NULL;
    return *out != NULL;
}

static gboolean read_text(const PmxField *field, const PmxArg *value, void *out)
{
    return value->type == PMX_ARG_TEXT && pmx_field_from_text(field, value->text, out);
}

/* FALSE when the value is none of the field's. */
static gboolean read_column(const PmxField *field, const PmxArg *value, void *out)
{
    switch (field->type) {
    case PMX_FIELD_INT:
        *(gint64 *)out = value->type == PMX_ARG_INT ? value->number : 0;
        return value->type == PMX_ARG_INT;
    case PMX_FIELD_BOOL:
        *(gboolean *)out = value->type == PMX_ARG_INT && value->number != 0;
        return value->type == PMX_ARG_INT;
    case PMX_FIELD_DOUBLE:
        *(double *)out = value->type == PMX_ARG_REAL ? value->real : 0;
        return value->type == PMX_ARG_REAL;
    case PMX_FIELD_JSON:
        return read_json(value, out);
    default:
        return read_text(field, value, out);
    }
}

/* Whether a row's JSON is wanted. */
typedef enum { WHOLE, SHORT } Extent;

static gboolean is_read(const PmxField *field, Extent extent)
{
    return extent == WHOLE || field->type != PMX_FIELD_JSON;
}

/* NULL is what the field is when nothing is said of it. */
static void *read_row(PmxDb *db, PmxRows *rows, const PmxObject *object, Extent extent,
                      GError **error)
{
    guint column = 0;
    void *row = g_malloc(object->size);
    pmx_object_init(object, row);
    for (const PmxField *field = object->fields; field->name; field++) {
        if (!is_read(field, extent))
            continue;
        PmxArg value = db->driver->column(rows, column++);
        if (value.type == PMX_ARG_NULL || read_column(field, &value, pmx_field_storage(field, row)))
            continue;
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                    "the database is damaged: %s.%s holds no value of its kind", object->name,
                    field->name);
        pmx_object_free(object, row);
        return NULL;
    }
    return row;
}

/* Quoted, because some fields have names that are words of SQL's ("group"). */
static void add_name(GString *sql, const char *before, const PmxField *field)
{
    g_string_append(sql, before);
    g_string_append_c(sql, '"');
    g_string_append(sql, field->name);
    g_string_append_c(sql, '"');
}

static char *select_statement(const PmxObject *object, Extent extent, const char *from)
{
    GString *sql = g_string_new("SELECT ");
    const char *before = "";
    for (const PmxField *field = object->fields; field->name; field++) {
        if (!is_read(field, extent))
            continue;
        add_name(sql, before, field);
        before = ", ";
    }
    g_string_append(sql, " FROM ");
    g_string_append(sql, from);
    return g_string_free(sql, FALSE);
}

/* Adds at most `limit` rows to `list`. */
static gboolean read_rows(PmxDb *db, PmxRows *rows, const PmxObject *object, Extent extent,
                          guint limit, GPtrArray *list, GError **error)
{
    PmxStep step = PMX_STEP_ROW;
    while (list->len < limit && (step = db->driver->step(db, rows, error)) == PMX_STEP_ROW) {
        void *row = read_row(db, rows, object, extent, error);
        if (!row)
            return FALSE;
        g_ptr_array_add(list, row);
    }
    return step != PMX_STEP_FAILED;
}

static GPtrArray *select_rows(PmxDb *db, const PmxObject *object, Extent extent, const char *from,
                              const PmxArg *args, guint limit, GError **error)
{
    g_autofree char *sql = select_statement(object, extent, from);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(object->destroy);
    PmxRows *rows = db->driver->start(db, sql, args, error);
    if (!rows)
        return NULL;
    gboolean ok = read_rows(db, rows, object, extent, limit, list, error);
    db->driver->finish(rows);
    return ok ? g_steal_pointer(&list) : NULL;
}

GPtrArray *pmx_db_select(PmxDb *db, const PmxObject *object, const char *from, const PmxArg *args,
                         GError **error)
{
    return select_rows(db, object, WHOLE, from, args, G_MAXUINT, error);
}

GPtrArray *pmx_db_select_short(PmxDb *db, const PmxObject *object, const char *from,
                               const PmxArg *args, GError **error)
{
    return select_rows(db, object, SHORT, from, args, G_MAXUINT, error);
}

void *pmx_db_select_one(PmxDb *db, const PmxObject *object, const char *from, const PmxArg *args,
                        GError **error)
{
    g_autoptr(GPtrArray) list = select_rows(db, object, WHOLE, from, args, 1, error);
    return list && list->len > 0 ? g_ptr_array_steal_index(list, 0) : NULL;
}

/* --- structs to rows --- */

/* Argument of a text made here: kept in `made` until the statement has run. */
static PmxArg keep(GPtrArray *made, char *text)
{
    g_ptr_array_add(made, text);
    return PMX_TEXT(text && *text ? text : NULL);
}

static PmxArg json_arg(GPtrArray *made, const json_t *json)
{
    return json ? keep(made, json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY)) : PMX_TEXT(NULL);
}

static PmxArg arg_of(const PmxField *field, const void *value, GPtrArray *made)
{
    switch (field->type) {
    case PMX_FIELD_STRING:
        return PMX_TEXT(*(char *const *)value);
    case PMX_FIELD_INT:
        return PMX_INT(*(const gint64 *)value);
    case PMX_FIELD_DOUBLE:
        return (PmxArg){.type = PMX_ARG_REAL, .real = *(const double *)value};
    case PMX_FIELD_BOOL:
        return PMX_INT(*(const gboolean *)value ? 1 : 0);
    case PMX_FIELD_ENUM:
        return PMX_TEXT(field->choices[*(const int *)value]);
    case PMX_FIELD_TEXT:
        return keep(made, field->kind->format(value));
    default:
        return json_arg(made, *(json_t *const *)value);
    }
}

static gboolean is_written(const PmxField *field, gboolean update)
{
    return !update || !(field->flags & PMX_FIELD_FIXED);
}

/* Arguments for the fields that are written, the first field's at the end for an update's WHERE. */
static gboolean write_row(PmxDb *db, const char *sql, const PmxObject *object, const void *row,
                          gboolean update, guint64 *changed, GError **error)
{
    g_autoptr(GArray) args = g_array_new(TRUE, TRUE, sizeof(PmxArg));
    g_autoptr(GPtrArray) made = g_ptr_array_new_with_free_func(free);
    const PmxField *first = object->fields;
    for (const PmxField *field = first + (update ? 1 : 0); field->name; field++) {
        if (!is_written(field, update))
            continue;
        PmxArg arg = arg_of(field, pmx_field_storage(field, row), made);
        g_array_append_val(args, arg);
    }
    if (update) {
        PmxArg arg = arg_of(first, pmx_field_storage(first, row), made);
        g_array_append_val(args, arg);
    }
    return pmx_db_run(db, sql, (const PmxArg *)args->data, changed, error);
}

gboolean pmx_db_insert(PmxDb *db, const char *table, const PmxObject *object, const void *row,
                       GError **error)
{
    g_autoptr(GString) sql = g_string_new(NULL), marks = g_string_new(NULL);
    g_string_printf(sql, "INSERT INTO %s (", table);
    for (const PmxField *field = object->fields; field->name; field++) {
        add_name(sql, marks->len ? ", " : "", field);
        g_string_append(marks, marks->len ? ", ?" : "?");
    }
    g_string_append_printf(sql, ") VALUES (%s)", marks->str);
    return write_row(db, sql->str, object, row, FALSE, NULL, error);
}

gboolean pmx_db_update(PmxDb *db, const char *table, const PmxObject *object, const void *row,
                       GError **error)
{
    g_autoptr(GString) sql = g_string_new(NULL);
    guint64 changed = 0;
    const char *before = "SET ";
    g_string_printf(sql, "UPDATE %s ", table);
    for (const PmxField *field = object->fields + 1; field->name; field++) {
        if (!is_written(field, TRUE))
            continue;
        add_name(sql, before, field);
        g_string_append(sql, " = ?");
        before = ", ";
    }
    add_name(sql, " WHERE ", object->fields);
    g_string_append(sql, " = ?");
    if (!write_row(db, sql->str, object, row, TRUE, &changed, error))
        return FALSE;
    if (changed > 0)
        return TRUE;
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "%s has no such row to change", table);
    return FALSE;
}
