/* SPDX-License-Identifier: MIT */
/*
 * The REST dialect: /v1, for people and for the console, and the endpoints that watch the server.
 *
 *     exchange ─► routes.c: which row ─► key, query, body checked by the row's tables
 *                                      ─► the row's function (jobs.c, templates.c …) ─► service
 *                                      ◄─ JSON, or problems
 *
 * One table of routes says everything: what is served, what it takes and what it answers. From it
 * come dispatch, 404, 405 with Allow, the checks of parameters, the OpenAPI document and the
 * reference. Each resource is one short file.
 *
 * Handlers run in the HTTP server's threads. Event streams live longer than their handlers: see
 * followers.h. Order at the end: pmx_rest_stop(), pmx_http_stop(), pmx_http_free(),
 * pmx_rest_free(), pmx_service_free().
 */
#pragma once

#include "api/access.h"
#include "api/http.h"
#include "service/service.h"

typedef struct PmxRest PmxRest;

typedef struct {
    PmxService *service;   /* borrowed */
    PmxAccess *access;     /* borrowed */
    gboolean open_metrics; /* /metrics asks for no key */
    guint heartbeat;       /* seconds between signs of life in event streams; 0: 15 */
} PmxRestOptions;

/* In the thread that runs the default main context, as stop and free. */
PmxRest *pmx_rest_new(const PmxRestOptions *options);

/* Ends all event streams; those asked for from now on are refused. */
void pmx_rest_stop(PmxRest *rest);
void pmx_rest_free(PmxRest *rest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxRest, pmx_rest_free)

/* Whose counts /metrics shows; borrowed. Any thread; until then it shows none. */
void pmx_rest_set_http(PmxRest *rest, PmxHttp *http);

/* Whether requests to this path belong here, known or not. */
gboolean pmx_rest_owns(const char *path);

/* Answers the exchange, now or later. Any thread. */
void pmx_rest_handle(PmxRest *rest, PmxExchange *exchange);

/* The body of a refusal, for PmxHttpHandler. Caller frees. */
char *pmx_rest_refuse(guint status, const char *why);

/* The OpenAPI document, and the chapter of docs/api.md. Caller frees. Pure. */
char *pmx_rest_openapi_text(void);
char *pmx_rest_reference_markdown(void);
