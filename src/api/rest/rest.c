/* SPDX-License-Identifier: MIT */
/* From an exchange to its route and back: see rest.h. */
#include "api/rest/rest.h"

#include <string.h>

#include "api/rest/call.h"

PmxRest *pmx_rest_new(const PmxRestOptions *options)
{
    PmxRest *rest = g_new0(PmxRest, 1);
    rest->service = options->service;
    rest->access = options->access;
    rest->open_metrics = options->open_metrics;
    rest->followers = pmx_followers_new(options->heartbeat);
    rest->openapi = pmx_rest_openapi_text();
    return rest;
}

void pmx_rest_stop(PmxRest *rest)
{
    pmx_followers_stop(rest->followers);
}

void pmx_rest_free(PmxRest *rest)
{
    if (!rest)
        return;
    pmx_followers_free(rest->followers);
    g_free(rest->openapi);
    g_free(rest);
}

void pmx_rest_set_http(PmxRest *rest, PmxHttp *http)
{
    g_atomic_pointer_set(&rest->http, http);
}

gboolean pmx_rest_owns(const char *path)
{
    static const char *const others[] = {"/v1", "/healthz", "/readyz", "/metrics", NULL};
    return g_str_has_prefix(path, "/v1/") || g_strv_contains(others, path);
}

/* --- who may come in --- */

static gboolean is_open(const PmxCall *call)
{
    return call->route->flags & PMX_ROUTE_OPEN ||
           (call->route->flags & PMX_ROUTE_METRICS && call->rest->open_metrics);
}

static void refuse(PmxCall *call, guint status, const char *code, const char *why)
{
    pmx_rest_answer_error(call->exchange, call->request, status, code, why);
}

static gboolean has_key(PmxCall *call)
{
    g_auto(PmxVerdict) verdict = {0};
    const char *given = pmx_exchange_header(call->exchange, "Authorization");
    if (is_open(call) || pmx_access_check_basic(call->rest->access, given, &verdict))
        return TRUE;
    pmx_exchange_add_header(call->exchange, "WWW-Authenticate",
                            "Basic realm=\"Polymux\", charset=\"UTF-8\"");
    refuse(call, verdict.status, verdict.code, verdict.message);
    return FALSE;
}

/* A browser that keeps the user's password sends it along for pages of other sites; it says so. */
static gboolean is_forged(PmxCall *call)
{
    const char *site = pmx_exchange_header(call->exchange, "Sec-Fetch-Site");
    if (strcmp(call->route->method, "GET") == 0 || g_strcmp0(site, "cross-site") != 0)
        return FALSE;
    refuse(call, 403, pmx_status_code(403), "a page of another site may not ask for this");
    return TRUE;
}

/* --- from request to answer --- */

static void run(PmxCall *call)
{
    json_t *json = pmx_call_read(call) ? call->route->run(call) : NULL;
    if (call->answered)
        return;
    if (pmx_problems_count(call->problems) > 0)
        pmx_rest_answer_problems(call->exchange, call->request, call->route, call->refusal,
                                 call->problems);
    else
        pmx_rest_answer_json(call->exchange, call->status, g_steal_pointer(&json));
    json_decref(json);
}

static void refuse_unknown(PmxCall *call, const char *allow)
{
    const char *path = pmx_exchange_path(call->exchange);
    g_autofree char *why = allow ? g_strdup_printf("%s takes %s", path, allow)
                                 : g_strdup_printf("there is nothing at %s", path);
    if (allow)
        pmx_exchange_add_header(call->exchange, "Allow", allow);
    refuse(call, allow ? 405 : 404, pmx_status_code(allow ? 405 : 404), why);
}

static void clear(PmxCall *call)
{
    if (call->query)
        pmx_object_free(call->route->query, call->query);
    if (call->body)
        pmx_object_free(call->route->body, call->body);
    pmx_problems_free(call->problems);
    g_free(call->request);
    g_free(call->id);
}

void pmx_rest_handle(PmxRest *rest, PmxExchange *exchange)
{
    g_autofree char *allow = NULL;
    const char *method = pmx_exchange_method(exchange);
    PmxCall call = {.rest = rest, .service = rest->service, .exchange = exchange};
    call.request = pmx_rest_request_id();
    call.problems = pmx_problems_new();
    call.head = strcmp(method, "HEAD") == 0;
    pmx_exchange_add_header(exchange, "X-Request-Id", call.request);
    call.route = pmx_route_find(method, pmx_exchange_path(exchange), &call.id, &allow);
    if (call.route)
        call.status = call.route->status;
    if (!call.route)
        refuse_unknown(&call, allow);
    else if (has_key(&call) && !is_forged(&call))
        run(&call);
    clear(&call);
}
