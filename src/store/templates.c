/* SPDX-License-Identifier: MIT */
/* Queries: custom templates (see store.h). */
#include "store/queries.h"

/* The name as it is searched in: without case, in a column of its own, because databases differ in
 * what they take for a letter. */
static gboolean fold(PmxDb *db, const PmxTemplateRecord *row, GError **error)
{
    g_autofree char *folded = g_utf8_casefold(row->name ? row->name : "", -1);
    return pmx_db_run(db, "UPDATE custom_templates SET folded = ? WHERE id = ?",
                      PMX_ARGS(PMX_TEXT(folded), PMX_TEXT(row->id)), NULL, error);
}

gboolean pmx_custom_templates_insert(PmxDb *db, const PmxTemplateRecord *row, GError **error)
{
    return pmx_db_insert(db, "custom_templates", &pmx_template_record_object, row, error) &&
           fold(db, row, error);
}

gboolean pmx_custom_templates_update(PmxDb *db, const PmxTemplateRecord *row, GError **error)
{
    return pmx_db_update(db, "custom_templates", &pmx_template_record_object, row, error) &&
           fold(db, row, error);
}

gboolean pmx_custom_templates_delete(PmxDb *db, const char *id, gboolean *found, GError **error)
{
    guint64 gone = 0;
    gboolean ok = pmx_db_run(db, "DELETE FROM custom_templates WHERE id = ?",
                             PMX_ARGS(PMX_TEXT(id)), &gone, error);
    *found = gone > 0;
    return ok;
}

PmxTemplateRecord *pmx_custom_templates_get(PmxDb *db, const char *id, GError **error)
{
    return pmx_db_select_one(db, &pmx_template_record_object, "custom_templates WHERE id = ?",
                             PMX_ARGS(PMX_TEXT(id)), error);
}

PmxTemplateRecord *pmx_custom_templates_default(PmxDb *db, gint64 type, gint64 subtype,
                                                GError **error)
{
    return pmx_db_select_one(db, &pmx_template_record_object,
                             "custom_templates WHERE type = ? AND subtype = ? AND is_default = 1",
                             PMX_ARGS(PMX_INT(type), PMX_INT(subtype)), error);
}

gboolean pmx_custom_templates_set_default(PmxDb *db, const char *id, gboolean *found,
                                          GError **error)
{
    guint64 set = 0;
    gboolean ok = pmx_db_run(db,
                             "UPDATE custom_templates SET is_default = 0 WHERE is_default = 1"
                             " AND type = (SELECT type FROM custom_templates WHERE id = ?)"
                             " AND subtype = (SELECT subtype FROM custom_templates WHERE id = ?)",
                             PMX_ARGS(PMX_TEXT(id), PMX_TEXT(id)), NULL, error) &&
                  pmx_db_run(db, "UPDATE custom_templates SET is_default = 1 WHERE id = ?",
                             PMX_ARGS(PMX_TEXT(id)), &set, error);
    *found = set > 0;
    return ok;
}

/* A pattern of LIKE for texts that contain `part`. Caller frees. */
static char *containing(const char *part)
{
    g_autofree char *folded = g_utf8_casefold(part, -1);
    GString *pattern = g_string_new("%");
    for (const char *c = folded; *c; c++) {
        if (*c == '%' || *c == '_' || *c == '!')
            g_string_append_c(pattern, '!');
        g_string_append_c(pattern, *c);
    }
    g_string_append_c(pattern, '%');
    return g_string_free(pattern, FALSE);
}

/* `pattern` is borrowed by the conditions. */
static PmxWhere *conditions(const PmxTemplateFilter *filter, const char *pattern)
{
    PmxWhere *where = pmx_where_new();
    if (filter->type)
        pmx_where_add(where, "type = ?", PMX_ARGS(PMX_INT(filter->type)));
    if (filter->subtype)
        pmx_where_add(where, "subtype = ?", PMX_ARGS(PMX_INT(filter->subtype)));
    if (filter->id)
        pmx_where_add(where, "id = ?", PMX_ARGS(PMX_TEXT(filter->id)));
    if (pattern)
        pmx_where_add(where, "folded LIKE ? ESCAPE '!'", PMX_ARGS(PMX_TEXT(pattern)));
    return where;
}

GPtrArray *pmx_custom_templates_list(PmxDb *db, const PmxTemplateFilter *filter, gint64 *total,
                                     GError **error)
{
    g_autofree char *pattern = filter->name ? containing(filter->name) : NULL;
    g_autoptr(PmxWhere) where = conditions(filter, pattern);
    g_autofree char *count =
        g_strconcat("SELECT COUNT(*) FROM custom_templates", where->sql->str, NULL);
    if (!pmx_db_number(db, count, (const PmxArg *)where->args->data, 0, total, error))
        return NULL;
    const char *way = filter->oldest_first ? "" : " DESC";
    g_autofree char *sql = g_strdup_printf(
        "custom_templates%s ORDER BY created%s, id%s LIMIT ? OFFSET ?", where->sql->str, way, way);
    pmx_where_args(where, PMX_ARGS(PMX_INT(filter->limit), PMX_INT(filter->offset)));
    return pmx_db_select(db, &pmx_template_record_object, sql, (const PmxArg *)where->args->data,
                         error);
}

GPtrArray *pmx_custom_templates_all(PmxDb *db, GError **error)
{
    return pmx_db_select(db, &pmx_template_record_object, "custom_templates ORDER BY created, id",
                         NULL, error);
}
