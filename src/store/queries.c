/* SPDX-License-Identifier: MIT */
/* What the queries share: see queries.h. */
#include "store/queries.h"

gboolean pmx_counter_next(PmxDb *db, const char *name, gint64 *number, GError **error)
{
    return pmx_db_number(db, "UPDATE counters SET value = value + 1 WHERE name = ? RETURNING value",
                         PMX_ARGS(PMX_TEXT(name)), 0, number, error);
}

char *pmx_moment_column(gint64 moment)
{
    return moment ? pmx_moment_kind.format(&moment) : NULL;
}

gboolean pmx_db_moment(PmxDb *db, const char *sql, const PmxArg *args, gint64 *moment,
                       GError **error)
{
    g_autofree char *text = NULL;
    *moment = 0;
    if (!pmx_db_text(db, sql, args, &text, error))
        return FALSE;
    if (!text || pmx_moment_parse(text, moment))
        return TRUE;
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                "the database is damaged: it has the moment %s", text);
    return FALSE;
}

PmxWhere *pmx_where_new(void)
{
    PmxWhere *where = g_new0(PmxWhere, 1);
    where->sql = g_string_new(NULL);
    where->args = g_array_new(TRUE, TRUE, sizeof(PmxArg));
    return where;
}

void pmx_where_args(PmxWhere *where, const PmxArg *args)
{
    for (; args->type != PMX_ARG_END; args++)
        g_array_append_val(where->args, *args);
}

void pmx_where_add(PmxWhere *where, const char *condition, const PmxArg *args)
{
    g_string_append_printf(where->sql, "%s%s", where->sql->len ? " AND " : " WHERE ", condition);
    pmx_where_args(where, args);
}

void pmx_where_free(PmxWhere *where)
{
    if (!where)
        return;
    g_string_free(where->sql, TRUE);
    g_array_unref(where->args);
    g_free(where);
}
