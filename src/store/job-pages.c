/* SPDX-License-Identifier: MIT */
/* Queries: pages of jobs, and the cursors between them (see store.h). */
#include <string.h>

#include "store/queries.h"

/* The last job of a page. */
typedef struct {
    gint64 created, number;
    gboolean oldest_first;
} Cursor;

static char *cursor_text(const Cursor *cursor)
{
    return g_strdup_printf("%c%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x",
                           cursor->oldest_first ? 'a' : 'd', (guint64)cursor->created,
                           (guint64)cursor->number);
}

/* `text` is not empty. What is read must be written the same way: then it was ours. */
static gboolean cursor_read(const char *text, gboolean oldest_first, Cursor *cursor)
{
    char *end = NULL;
    cursor->oldest_first = oldest_first;
    cursor->created = (gint64)g_ascii_strtoull(text + 1, &end, 16);
    cursor->number = *end == '-' ? (gint64)g_ascii_strtoull(end + 1, NULL, 16) : 0;
    g_autofree char *again = cursor_text(cursor);
    return strcmp(text, again) == 0 && cursor->created > 0 && cursor->number > 0;
}

static gboolean read_after(const PmxJobFilter *filter, Cursor *cursor, GError **error)
{
    if (!filter->after || !*filter->after ||
        cursor_read(filter->after, filter->oldest_first, cursor))
        return TRUE;
    g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                "is not the mark of a next page that an earlier answer to this query gave");
    return FALSE;
}

/* Of a cursor and the bound that lies in its direction only the tighter one is asked for, so that
 * the index is entered where the page begins. */
static void add_bounds(PmxWhere *where, const PmxJobFilter *filter, const Cursor *cursor,
                       const char *from, const char *to, const char *after)
{
    gboolean up = filter->oldest_first;
    gint64 bound = up ? filter->from : filter->to;
    gboolean passed = cursor->number > 0 &&
                      (bound == 0 || (up ? cursor->created >= bound : cursor->created <= bound));
    if (filter->from && !(up && passed))
        pmx_where_add(where, "created >= ?", PMX_ARGS(PMX_TEXT(from)));
    if (filter->to && !(!up && passed))
        pmx_where_add(where, "created <= ?", PMX_ARGS(PMX_TEXT(to)));
    if (passed)
        pmx_where_add(where, up ? "(created, number) > (?, ?)" : "(created, number) < (?, ?)",
                      PMX_ARGS(PMX_TEXT(after), PMX_INT(cursor->number)));
}

static GPtrArray *select_page(PmxDb *db, const PmxJobFilter *filter, const Cursor *cursor,
                              guint rows, GError **error)
{
    g_autoptr(PmxWhere) where = pmx_where_new();
    g_autofree char *from = pmx_moment_column(filter->from), *to = pmx_moment_column(filter->to);
    g_autofree char *after = pmx_moment_column(cursor->created);
    if (filter->id)
        pmx_where_add(where, "id = ?", PMX_ARGS(PMX_TEXT(filter->id)));
    if (filter->state)
        pmx_where_add(where, "state = ?", PMX_ARGS(PMX_TEXT(filter->state)));
    if (filter->pipeline)
        pmx_where_add(where, "pipeline = ?", PMX_ARGS(PMX_TEXT(filter->pipeline)));
    add_bounds(where, filter, cursor, from, to, after);
    pmx_where_args(where, PMX_ARGS(PMX_INT(rows)));
    const char *way = filter->oldest_first ? "" : " DESC";
    g_autofree char *sql =
        g_strdup_printf("jobs%s ORDER BY created%s, number%s LIMIT ?", where->sql->str, way, way);
    return pmx_db_select_short(db, &pmx_job_record_object, sql, (const PmxArg *)where->args->data,
                               error);
}

GPtrArray *pmx_jobs_list(PmxDb *db, const PmxJobFilter *filter, char **next, GError **error)
{
    Cursor cursor = {0};
    guint limit = CLAMP(filter->limit, 1, 1000);
    *next = NULL;
    if (!read_after(filter, &cursor, error))
        return NULL;
    /* One more than wanted tells whether there is a next page. */
    GPtrArray *jobs = select_page(db, filter, &cursor, limit + 1, error);
    if (!jobs || jobs->len <= limit)
        return jobs;
    g_ptr_array_set_size(jobs, (int)limit);
    const PmxJobRecord *last = g_ptr_array_index(jobs, limit - 1);
    *next = cursor_text(&(Cursor){last->created, last->number, filter->oldest_first});
    return jobs;
}
