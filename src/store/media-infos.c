/* SPDX-License-Identifier: MIT */
/* Queries: jobs that look into a media file (see store.h). */
#include "store/queries.h"

gboolean pmx_media_infos_insert(PmxDb *db, const PmxMediaInfoRecord *row, GError **error)
{
    return pmx_db_insert(db, "media_infos", &pmx_media_info_record_object, row, error);
}

gboolean pmx_media_infos_update(PmxDb *db, const PmxMediaInfoRecord *row, GError **error)
{
    return pmx_db_update(db, "media_infos", &pmx_media_info_record_object, row, error);
}

PmxMediaInfoRecord *pmx_media_infos_get(PmxDb *db, const char *id, GError **error)
{
    return pmx_db_select_one(db, &pmx_media_info_record_object, "media_infos WHERE id = ?",
                             PMX_ARGS(PMX_TEXT(id)), error);
}

GPtrArray *pmx_media_infos_open(PmxDb *db, guint limit, GError **error)
{
    return pmx_db_select(db, &pmx_media_info_record_object,
                         "media_infos WHERE state IN ('Inited', 'Running')"
                         " ORDER BY created, id LIMIT ?",
                         PMX_ARGS(PMX_INT(limit)), error);
}

gboolean pmx_media_infos_expire(PmxDb *db, gint64 moment, guint limit, guint64 *gone,
                                GError **error)
{
    g_autofree char *before = pmx_moment_column(moment);
    return pmx_db_run(db,
                      "DELETE FROM media_infos WHERE id IN (SELECT id FROM media_infos"
                      " WHERE finished < ? ORDER BY finished LIMIT ?)",
                      PMX_ARGS(PMX_TEXT(before), PMX_INT(limit)), gone, error);
}
