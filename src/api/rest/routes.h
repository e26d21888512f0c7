/* SPDX-License-Identifier: MIT */
/*
 * The routes: one row an operation. Const; a row's function fills what the answer needs.
 *
 * Which refusals an operation may answer with follows from the row (pmx_route_statuses()), so the
 * table does not say it a second time.
 */
#pragma once

#include "base/fields.h"

typedef struct PmxCall PmxCall;

typedef enum {
    PMX_ROUTE_OPEN = 1 << 0,     /* asks for no key */
    PMX_ROUTE_METRICS = 1 << 1,  /* asks for no key where the configuration says so */
    PMX_ROUTE_CONFLICT = 1 << 2, /* may meet a state in which it cannot be done: 409 */
    PMX_ROUTE_BARE = 1 << 3,     /* takes, instead of its body, one that is the member config */
    PMX_ROUTE_UNREADY = 1 << 4,  /* answers 503 while the server cannot work */
} PmxRouteFlags;

typedef struct {
    const char *method;
    const char *pattern; /* segments; one may be {id} */
    const char *name;    /* operationId */
    /* What the answer says: a new reference. NULL: the answer has no body, or call->problems says
     * what is wrong, or call->answered. */
    json_t *(*run)(PmxCall *call);
    unsigned flags;
    const PmxObject *query, *body; /* what it takes; NULL: nothing */
    guint status;                  /* of success */
    const PmxObject *answer;       /* the JSON of success; NULL: none */
    const char *type;              /* the media type, when it is not JSON */
    const char *doc;
} PmxRoute;

extern const PmxRoute pmx_routes[]; /* the last has method NULL */

/* The row for a request. `method` HEAD finds GET. NULL: none; then `allow` gets what the path does
 * take ("GET, HEAD, POST"), or NULL when the path is unknown. `id` gets the decoded {id} or NULL.
 * Caller frees both. */
const PmxRoute *pmx_route_find(const char *method, const char *path, char **id, char **allow);

gboolean pmx_route_has_id(const PmxRoute *route);

/* Statuses of refusals, 0 at the end; at most PMX_ROUTE_STATUSES with it. */
enum { PMX_ROUTE_STATUSES = 12 };
void pmx_route_statuses(const PmxRoute *route, guint statuses[PMX_ROUTE_STATUSES]);

/* "Not Found" …; static. */
const char *pmx_status_text(guint status);
