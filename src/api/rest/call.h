/* SPDX-License-Identifier: MIT */
/*
 * A call: one request to the REST dialect on its way through a route.
 *
 * It belongs to the thread of its handler. An operation that answers later takes along what it
 * needs (pmx_rest_answer_…() work with the exchange and the request's id alone).
 */
#pragma once

#include "api/rest/followers.h"
#include "api/rest/rest.h"
#include "api/rest/routes.h"

struct PmxRest {
    /* fixed after pmx_rest_new() */
    PmxService *service;
    PmxAccess *access;
    gboolean open_metrics;
    PmxFollowers *followers;
    char *openapi; /* the document */
    PmxHttp *http; /* atomic; NULL at first */
};

struct PmxCall {
    PmxRest *rest;
    PmxService *service;
    PmxExchange *exchange;
    const PmxRoute *route;
    char *request; /* its id, which the answer carries */
    char *id;      /* of the path, or NULL */
    void *query;   /* struct of route->query, or NULL */
    void *body;    /* struct of route->body, or NULL */
    guint status;  /* of success: the route's, unless changed */
    guint refusal; /* of failure; 0: as the problems say */
    PmxProblems *problems;
    gboolean head;     /* the method is HEAD */
    gboolean answered; /* by the route's function, or it will be */
};

/* Reads query and body by the route's tables. FALSE with problems, and a refusal for some. */
gboolean pmx_call_read(PmxCall *call);

/* Adds a Location header: /v1/KIND/ID. */
void pmx_call_locate(PmxCall *call, const char *kind, const char *id);

/* The spelling in `names` (NULL at the end) that `text` is, letters compared without case; NULL for
 * NULL and for others. Static. */
const char *pmx_spelling(const char *const *names, const char *text);

/* --- answers; any thread --- */

/* A new upper-case UUID. Caller frees. */
char *pmx_rest_request_id(void);

/* Takes the reference; NULL: no body. */
void pmx_rest_answer_json(PmxExchange *exchange, guint status, json_t *json);

/* {"error": {"code", "message", "problems": [], "request_id"}}. */
void pmx_rest_answer_error(PmxExchange *exchange, const char *request, guint status,
                           const char *code, const char *message);

/* As above from problems; `refusal` 0: the status that fits them and the route. */
void pmx_rest_answer_problems(PmxExchange *exchange, const char *request, const PmxRoute *route,
                              guint refusal, const PmxProblems *problems);

/* The code that goes with a status when nothing more is known; static. */
const char *pmx_status_code(guint status);
