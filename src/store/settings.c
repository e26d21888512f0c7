/* SPDX-License-Identifier: MIT */
/* Queries: the callback and small settings (see store.h). */
#include "store/store.h"

PmxCallbackRecord *pmx_callback_get(PmxDb *db, GError **error)
{
    return pmx_db_select_one(db, &pmx_callback_record_object, "callback", NULL, error);
}

gboolean pmx_callback_set(PmxDb *db, const PmxCallbackRecord *row, GError **error)
{
    return pmx_db_run(db, "DELETE FROM callback", NULL, NULL, error) &&
           pmx_db_insert(db, "callback", &pmx_callback_record_object, row, error);
}

char *pmx_settings_get(PmxDb *db, const char *name, GError **error)
{
    char *value;
    pmx_db_text(db, "SELECT value FROM settings WHERE name = ?", PMX_ARGS(PMX_TEXT(name)), &value,
                error);
    return value;
}

gboolean pmx_settings_set(PmxDb *db, const char *name, const char *value, GError **error)
{
    return pmx_db_run(db, "DELETE FROM settings WHERE name = ?", PMX_ARGS(PMX_TEXT(name)), NULL,
                      error) &&
           pmx_db_run(db, "INSERT INTO settings (name, value) VALUES (?, ?)",
                      PMX_ARGS(PMX_TEXT(name), PMX_TEXT(value)), NULL, error);
}
