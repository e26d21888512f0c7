/* SPDX-License-Identifier: MIT */
/*
 * The tables, as a list of migrations: migration N brings a database from version N - 1 to N. A
 * list only ever grows at its end; what has been released is never edited.
 */
#pragma once

#include "store/db.h"

/* The statements of one migration, NULL at the end. */
typedef const char *const *PmxMigration;

/* The store's own list, NULL at the end. */
extern const PmxMigration pmx_schema[];

/* Brings the database to the version that is the list's length, in one transaction: all or nothing.
 * A database of a higher version is refused. */
gboolean pmx_schema_upgrade(PmxDb *db, const PmxMigration *list, GError **error);
