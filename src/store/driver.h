/* SPDX-License-Identifier: MIT */
/*
 * What a make of database must do; one const table a make. Everything else of the store is portable
 * and goes through these.
 *
 *     db.c: start ─► step … step ─► finish       one statement at a time on a connection
 *     store.c: begin, then COMMIT, ROLLBACK, SAVEPOINT and RELEASE as statements
 *
 * A driver's connection has PmxDb as its first member. A connection is used by one thread at a
 * time. Errors are in PMX_ERROR with PMX_CODE_INTERNAL and say what to do about it.
 */
#pragma once

#include "store/db.h"

typedef enum { PMX_ACCESS_READ, PMX_ACCESS_WRITE } PmxAccess;
typedef enum { PMX_STEP_ROW, PMX_STEP_END, PMX_STEP_FAILED } PmxStep;

/* A statement under way. */
typedef struct PmxRows PmxRows;

typedef struct {
    /* Connects to `address`; writing also makes the database when there is none. */
    PmxDb *(*open)(const char *address, PmxAccess access, GError **error);
    void (*close)(PmxDb *db);

    /* Begins a transaction: one that writes keeps other writers out from here on; one that reads
     * sees one snapshot. */
    gboolean (*begin)(PmxDb *db, PmxAccess access, GError **error);
    /* FALSE also after the database has rolled a transaction back of its own accord. */
    gboolean (*in_transaction)(PmxDb *db);

    /* Begins a statement with its arguments, which stay the caller's and must live until finish().
     * NULL on failure; a statement that began must be finished, whatever step() says. */
    PmxRows *(*start)(PmxDb *db, const char *sql, const PmxArg *args, GError **error);
    PmxStep (*step)(PmxDb *db, PmxRows *rows, GError **error);
    /* A value of the row that step() came to; its text is valid until the next step. */
    PmxArg (*column)(PmxRows *rows, guint column);
    /* Rows that the statement changed, after PMX_STEP_END. */
    guint64 (*changed)(PmxDb *db);
    void (*finish)(PmxRows *rows);
} PmxDriver;

struct PmxDb {
    const PmxDriver *driver;
};

extern const PmxDriver pmx_sqlite;
