/* SPDX-License-Identifier: MIT */
/* Queries: events (see store.h). */
#include "store/queries.h"

gboolean pmx_events_add(PmxDb *db, PmxEventRecord *event, GError **error)
{
    return pmx_counter_next(db, "event", &event->seq, error) &&
           pmx_db_insert(db, "events", &pmx_event_record_object, event, error);
}

GPtrArray *pmx_events_after(PmxDb *db, const char *job, gint64 seq, guint limit, GError **error)
{
    if (job)
        return pmx_db_select(db, &pmx_event_record_object,
                             "events WHERE job = ? AND seq > ? ORDER BY seq LIMIT ?",
                             PMX_ARGS(PMX_TEXT(job), PMX_INT(seq), PMX_INT(limit)), error);
    return pmx_db_select(db, &pmx_event_record_object, "events WHERE seq > ? ORDER BY seq LIMIT ?",
                         PMX_ARGS(PMX_INT(seq), PMX_INT(limit)), error);
}
