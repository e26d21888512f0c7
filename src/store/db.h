/* SPDX-License-Identifier: MIT */
/*
 * One connection to a database, whatever its make: portable SQL in, rows out.
 *
 *     queries (jobs.c, outbox.c …) ─► db.c ─► const PmxDriver ─► sqlite.c | later postgres.c
 *
 * Statements are written once, with ? for parameters and no dialect; what differs is in the driver.
 * A field table (base/fields.h) says how a struct is a row: a column a field, named like it, in the
 * field's JSON form (INT and BOOL integers, DOUBLE real, STRING, ENUM and TEXT text, JSON its
 * compact text; an absent string, moment or JSON is NULL).
 *
 * A connection belongs to the thread that is handed it. Every function that fails sets `error` in
 * PMX_ERROR with PMX_CODE_INTERNAL.
 */
#pragma once

#include "base/fields.h"

typedef struct PmxDb PmxDb;

/* A parameter: one of the makers below; borrowed until the call returns. */
typedef struct {
    enum { PMX_ARG_END, PMX_ARG_NULL, PMX_ARG_INT, PMX_ARG_REAL, PMX_ARG_TEXT } type;
    union {
        gint64 number;
        double real;
        const char *text; /* NULL is the same as PMX_ARG_NULL */
    };
} PmxArg;

#define PMX_INT(value) ((PmxArg){.type = PMX_ARG_INT, .number = (value)})
/* NULL for an absent text. */
#define PMX_TEXT(value) ((PmxArg){.type = PMX_ARG_TEXT, .text = (value)})
/* `...` one PmxArg or more, in the order of the statement's question marks. Where there are none,
 * `args` is NULL. */
#define PMX_ARGS(...) ((const PmxArg[]){__VA_ARGS__, {.type = PMX_ARG_END}})

/* Runs a statement that gives no rows; `changed` (or NULL) gets how many rows it changed. */
gboolean pmx_db_run(PmxDb *db, const char *sql, const PmxArg *args, guint64 *changed,
                    GError **error);

/* The rows of "SELECT <every field of object> FROM `from` …", e.g. "jobs WHERE id = ?", each a heap
 * struct of `object`, which has a destroy(). NULL on failure. Caller frees the array, which frees
 * the rows. */
GPtrArray *pmx_db_select(PmxDb *db, const PmxObject *object, const char *from, const PmxArg *args,
                         GError **error);
/* The same without the fields that are JSON, which stay NULL: for lists without what is large. */
GPtrArray *pmx_db_select_short(PmxDb *db, const PmxObject *object, const char *from,
                               const PmxArg *args, GError **error);

/* The first such row, or NULL: without an error there is none. Caller frees with
 * pmx_object_free(). */
void *pmx_db_select_one(PmxDb *db, const PmxObject *object, const char *from, const PmxArg *args,
                        GError **error);

/* One number from a statement's first row and column; `fallback` where there is no row or NULL. */
gboolean pmx_db_number(PmxDb *db, const char *sql, const PmxArg *args, gint64 fallback, gint64 *out,
                       GError **error);

/* One text likewise; `*out` is NULL where there is no row or NULL. Caller frees. */
gboolean pmx_db_text(PmxDb *db, const char *sql, const PmxArg *args, char **out, GError **error);

/* Adds a row with every field of `row`; and replaces, by the first field, a row's other fields but
 * those that are PMX_FIELD_FIXED. It is a failure when there is no such row. */
gboolean pmx_db_insert(PmxDb *db, const char *table, const PmxObject *object, const void *row,
                       GError **error);
gboolean pmx_db_update(PmxDb *db, const char *table, const PmxObject *object, const void *row,
                       GError **error);
