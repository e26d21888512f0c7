/* SPDX-License-Identifier: MIT */
/*
 * Queries: deliveries (see store.h).
 *
 * Of each job the first delivery that waits is its head (a column); after every change the head is
 * chosen anew. Whatever is due is found among heads alone, however many deliveries wait behind one
 * whose receiver does not answer.
 */
#include "store/queries.h"

static gboolean choose_head(PmxDb *db, const char *job, GError **error)
{
    const PmxArg *args = PMX_ARGS(PMX_TEXT(job), PMX_TEXT(job));
    return pmx_db_run(
               db,
               "UPDATE outbox SET head = 0 WHERE job = ? AND head = 1 AND (state <> 'waiting'"
               " OR id > (SELECT MIN(id) FROM outbox WHERE job = ? AND state = 'waiting'))",
               args, NULL, error) &&
           pmx_db_run(db,
                      "UPDATE outbox SET head = 1 WHERE job = ? AND head = 0"
                      " AND id = (SELECT MIN(id) FROM outbox WHERE job = ? AND state = 'waiting')",
                      args, NULL, error);
}

/* One that waits for no moment in particular is due at once. */
static gint64 due_of(const PmxDeliveryRecord *delivery)
{
    gboolean at_once = delivery->state == PMX_DELIVERY_WAITING && delivery->due == 0;
    return at_once ? delivery->created : delivery->due;
}

gboolean pmx_outbox_add(PmxDb *db, PmxDeliveryRecord *delivery, GError **error)
{
    delivery->due = due_of(delivery);
    return pmx_counter_next(db, "delivery", &delivery->id, error) &&
           pmx_db_insert(db, "outbox", &pmx_delivery_record_object, delivery, error) &&
           choose_head(db, delivery->job, error);
}

gboolean pmx_outbox_update(PmxDb *db, const PmxDeliveryRecord *delivery, GError **error)
{
    PmxDeliveryRecord changed = *delivery;
    changed.due = due_of(delivery);
    return pmx_db_update(db, "outbox", &pmx_delivery_record_object, &changed, error) &&
           choose_head(db, delivery->job, error);
}

/* A target may have its query right after the host. */
static PmxWhere *where_due(const char *now, const char *const *except, guint limit)
{
    PmxWhere *where = pmx_where_new();
    pmx_where_add(where, "head = 1 AND due <= ?", PMX_ARGS(PMX_TEXT(now)));
    for (; except && *except; except++)
        pmx_where_add(where,
                      "SUBSTR(REPLACE(REPLACE(target, '?', '/'), '#', '/') || '/', 1, ?) <> ?",
                      PMX_ARGS(PMX_INT(g_utf8_strlen(*except, -1)), PMX_TEXT(*except)));
    pmx_where_args(where, PMX_ARGS(PMX_INT(limit)));
    return where;
}

GPtrArray *pmx_outbox_due(PmxDb *db, gint64 now, const char *const *except, guint limit,
                          GError **error)
{
    g_autofree char *by = pmx_moment_column(now);
    g_autoptr(PmxWhere) where = where_due(by, except, limit);
    g_autofree char *from = g_strdup_printf("outbox%s ORDER BY due, id LIMIT ?", where->sql->str);
    return pmx_db_select(db, &pmx_delivery_record_object, from, (PmxArg *)where->args->data, error);
}

gboolean pmx_outbox_next(PmxDb *db, gint64 now, gint64 *moment, GError **error)
{
    g_autofree char *after = pmx_moment_column(now);
    return pmx_db_moment(db, "SELECT MIN(due) FROM outbox WHERE head = 1 AND due > ?",
                         PMX_ARGS(PMX_TEXT(after)), moment, error);
}

PmxDeliveryRecord *pmx_outbox_get(PmxDb *db, gint64 id, GError **error)
{
    return pmx_db_select_one(db, &pmx_delivery_record_object, "outbox WHERE id = ?",
                             PMX_ARGS(PMX_INT(id)), error);
}

GPtrArray *pmx_outbox_list(PmxDb *db, const char *state, gint64 after, guint limit, GError **error)
{
    if (state)
        return pmx_db_select(db, &pmx_delivery_record_object,
                             "outbox WHERE state = ? AND id > ? ORDER BY id LIMIT ?",
                             PMX_ARGS(PMX_TEXT(state), PMX_INT(after), PMX_INT(limit)), error);
    return pmx_db_select(db, &pmx_delivery_record_object, "outbox WHERE id > ? ORDER BY id LIMIT ?",
                         PMX_ARGS(PMX_INT(after), PMX_INT(limit)), error);
}

gboolean pmx_outbox_count(PmxDb *db, gint64 *waiting, gint64 *dead, gint64 *oldest, GError **error)
{
    return pmx_db_number(db, "SELECT COUNT(*) FROM outbox WHERE state = 'waiting'", NULL, 0,
                         waiting, error) &&
           pmx_db_number(db, "SELECT COUNT(*) FROM outbox WHERE state = 'dead'", NULL, 0, dead,
                         error) &&
           pmx_db_moment(db, "SELECT MIN(created) FROM outbox WHERE state = 'waiting'", NULL,
                         oldest, error);
}
