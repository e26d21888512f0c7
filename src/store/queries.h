/* SPDX-License-Identifier: MIT */
/* What the queries of this room share; inside works only, like all queries. */
#pragma once

#include "store/store.h"

/* The next number of a counter ("job", "event", "delivery"): each is given once, in the order of
 * commits. */
gboolean pmx_counter_next(PmxDb *db, const char *name, gint64 *number, GError **error);

/* `moment` as the tables keep it, NULL for none. Caller frees. */
char *pmx_moment_column(gint64 moment);

/* One moment from a statement's first row and column; 0 where there is none. */
gboolean pmx_db_moment(PmxDb *db, const char *sql, const PmxArg *args, gint64 *moment,
                       GError **error);

/* Conditions of a query, each joined to those before it by AND, and their arguments. Strings stay
 * the caller's until the query has run. */
typedef struct {
    GString *sql; /* empty, or " WHERE …" */
    GArray *args; /* of PmxArg, ended by PMX_ARG_END */
} PmxWhere;

PmxWhere *pmx_where_new(void);
/* `condition` has a question mark an argument. */
void pmx_where_add(PmxWhere *where, const char *condition, const PmxArg *args);
/* Arguments of what follows the conditions (LIMIT ?). */
void pmx_where_args(PmxWhere *where, const PmxArg *args);
void pmx_where_free(PmxWhere *where);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxWhere, pmx_where_free)
