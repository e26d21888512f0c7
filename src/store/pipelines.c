/* SPDX-License-Identifier: MIT */
/* Queries: pipelines (see store.h). */
#include "store/store.h"

gboolean pmx_pipelines_insert(PmxDb *db, const PmxPipelineRecord *row, GError **error)
{
    return pmx_db_insert(db, "pipelines", &pmx_pipeline_record_object, row, error);
}

gboolean pmx_pipelines_update(PmxDb *db, const PmxPipelineRecord *row, GError **error)
{
    return pmx_db_update(db, "pipelines", &pmx_pipeline_record_object, row, error);
}

gboolean pmx_pipelines_delete(PmxDb *db, const char *id, gboolean *found, GError **error)
{
    guint64 gone = 0;
    gboolean ok =
        pmx_db_run(db, "DELETE FROM pipelines WHERE id = ?", PMX_ARGS(PMX_TEXT(id)), &gone, error);
    *found = gone > 0;
    return ok;
}

PmxPipelineRecord *pmx_pipelines_get(PmxDb *db, const char *id, GError **error)
{
    return pmx_db_select_one(db, &pmx_pipeline_record_object, "pipelines WHERE id = ?",
                             PMX_ARGS(PMX_TEXT(id)), error);
}

GPtrArray *pmx_pipelines_all(PmxDb *db, GError **error)
{
    return pmx_db_select(db, &pmx_pipeline_record_object, "pipelines ORDER BY created, id", NULL,
                         error);
}
