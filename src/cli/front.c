/* SPDX-License-Identifier: MIT */
/* See front.h. */
#include "cli/front.h"

#include <string.h>

#include "api/ims/front.h"
#include "api/rest/rest.h"

enum { GRACE_MS = 2000, NOT_FOUND = 404 };

struct PmxFront {
    PmxService *service;
    PmxAccess *access;
    PmxRest *rest;
    PmxHttp *http;
    gint stopped; /* atomic */
};

static void answer_unknown(PmxExchange *exchange)
{
    const char *path = pmx_exchange_path(exchange);
    char *body =
        pmx_ims_refuse(NOT_FOUND, path, "there is nothing here; the job API is at /, REST at /v1");
    pmx_exchange_answer(exchange, NOT_FOUND, "application/json;charset=utf-8", body, strlen(body));
}

static void handle(PmxExchange *exchange, gpointer data)
{
    PmxFront *front = data;
    const char *path = pmx_exchange_path(exchange);
    if (strcmp(path, "/") == 0)
        pmx_ims_handle(exchange, front->service, front->access);
    else if (pmx_rest_owns(path))
        pmx_rest_handle(front->rest, exchange);
    else
        answer_unknown(exchange);
}

static char *refuse(guint status, const char *path, const char *why, gpointer data)
{
    (void)data;
    return path && pmx_rest_owns(path) ? pmx_rest_refuse(status, why)
                                       : pmx_ims_refuse(status, path, why);
}

PmxFront *pmx_front_new(const PmxFrontOptions *options, GError **error)
{
    g_autoptr(PmxFront) front = g_new0(PmxFront, 1);
    const PmxRestOptions rest = {.service = options->service,
                                 .access = options->access,
                                 .open_metrics = options->open_metrics};
    const PmxHttpHandler handler = {handle, refuse, front};
    front->service = options->service;
    front->access = options->access;
    front->rest = pmx_rest_new(&rest);
    front->http = pmx_http_new(options->http, &handler, error);
    if (!front->http)
        return NULL;
    pmx_rest_set_http(front->rest, front->http);
    return g_steal_pointer(&front);
}

static gpointer stop_http(gpointer data)
{
    PmxFront *front = data;
    pmx_http_stop(front->http, GRACE_MS);
    g_atomic_int_set(&front->stopped, TRUE);
    g_main_context_wakeup(NULL);
    return NULL;
}

/* A handler may be waiting for this thread (a cancelled job's runners end here), so this thread's
 * main context goes on until the handlers have ended. */
static void stop_serving(PmxFront *front)
{
    GThread *stopping = g_thread_new("stop", stop_http, front);
    while (!g_atomic_int_get(&front->stopped))
        g_main_context_iteration(NULL, TRUE);
    g_thread_join(stopping);
}

void pmx_front_free(PmxFront *front)
{
    if (!front)
        return;
    pmx_rest_stop(front->rest);
    if (front->http) {
        stop_serving(front);
        pmx_http_free(front->http);
    }
    pmx_rest_free(front->rest);
    g_free(front);
}

guint16 pmx_front_port(const PmxFront *front)
{
    return pmx_http_port(front->http);
}
