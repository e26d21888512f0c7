/* SPDX-License-Identifier: MIT */
/* The table of routes, and finding a row: see routes.h. Pure. */
#include "api/rest/routes.h"

#include <string.h>

#include "api/rest/handlers.h"
#include "api/rest/views.h"
#include "base/percent.h"
#include "plan/facts.h"

static const char text_type[] = "text/plain; version=0.0.4; charset=utf-8";

const PmxRoute pmx_routes[] = {
    {"POST", "/v1/jobs", "submitJob", pmx_rest_jobs_submit, PMX_ROUTE_CONFLICT | PMX_ROUTE_BARE,
     .body = &pmx_job_request, .status = 201, .answer = &pmx_job_view,
     .doc = "Submits a job. The body is a Config alone, or one with what goes with it."},
    {"GET", "/v1/jobs", "listJobs", pmx_rest_jobs_list, .query = &pmx_jobs_query, .status = 200,
     .answer = &pmx_jobs_view, .doc = "Lists jobs, a page at a time."},
    {"GET", "/v1/jobs/{id}", "getJob", pmx_rest_jobs_get, .status = 200, .answer = &pmx_job_view,
     .doc = "Shows a job with its outputs and groups."},
    {"DELETE", "/v1/jobs/{id}", "cancelJob", pmx_rest_jobs_cancel, PMX_ROUTE_CONFLICT,
     .status = 202, .answer = &pmx_job_view, .doc = "Cancels a job that has not ended."},
    {"GET", "/v1/jobs/{id}/events", "followJob", pmx_rest_events, PMX_ROUTE_UNREADY,
     .query = &pmx_events_query, .status = 200, .type = "text/event-stream",
     .doc = "Tells what happens to a job as it happens (Server-Sent Events): `state`, `output` and "
            "`group` with an id, from which the header Last-Event-ID resumes; `progress` "
            "without; `end` after the last."},

    {"GET", "/v1/templates", "listTemplates", pmx_rest_templates_list,
     .query = &pmx_templates_query, .status = 200, .answer = &pmx_templates_view,
     .doc = "Lists templates: the ready-made ones first, then custom ones, newest first."},
    {"POST", "/v1/templates", "createTemplate", pmx_rest_templates_create,
     .body = &pmx_template_request, .status = 201, .answer = &pmx_template_view,
     .doc = "Makes a custom template."},
    {"GET", "/v1/templates/{id}", "getTemplate", pmx_rest_templates_get, .status = 200,
     .answer = &pmx_template_view, .doc = "Shows a template, ready-made or custom."},
    {"PUT", "/v1/templates/{id}", "replaceTemplate", pmx_rest_templates_change, PMX_ROUTE_CONFLICT,
     .body = &pmx_template_replace, .status = 200, .answer = &pmx_template_view,
     .doc = "Replaces a custom template's name and parameters."},
    {"PATCH", "/v1/templates/{id}", "changeTemplate", pmx_rest_templates_change, PMX_ROUTE_CONFLICT,
     .body = &pmx_template_patch, .status = 200, .answer = &pmx_template_view,
     .doc = "Changes what is given of a custom template."},
    {"DELETE", "/v1/templates/{id}", "deleteTemplate", pmx_rest_templates_delete,
     PMX_ROUTE_CONFLICT, .status = 204, .doc = "Deletes a custom template."},
    {"POST", "/v1/templates/{id}/default", "setDefaultTemplate", pmx_rest_templates_default,
     PMX_ROUTE_CONFLICT, .status = 200, .answer = &pmx_template_view,
     .doc = "Makes a custom template the default of its type and subtype."},

    {"GET", "/v1/pipelines", "listPipelines", pmx_rest_pipelines_list, .status = 200,
     .answer = &pmx_pipelines_view, .doc = "Lists the pipelines."},
    {"POST", "/v1/pipelines", "createPipeline", pmx_rest_pipelines_create,
     .body = &pmx_pipeline_request, .status = 201, .answer = &pmx_pipeline_record_object,
     .doc = "Makes a pipeline."},
    {"GET", "/v1/pipelines/{id}", "getPipeline", pmx_rest_pipelines_get, .status = 200,
     .answer = &pmx_pipeline_record_object, .doc = "Shows a pipeline."},
    {"PATCH", "/v1/pipelines/{id}", "changePipeline", pmx_rest_pipelines_change,
     .body = &pmx_pipeline_patch, .status = 200, .answer = &pmx_pipeline_record_object,
     .doc = "Changes what is given of a pipeline; a paused one holds its jobs."},
    {"DELETE", "/v1/pipelines/{id}", "deletePipeline", pmx_rest_pipelines_delete,
     PMX_ROUTE_CONFLICT, .status = 204,
     .doc = "Deletes a pipeline that has no open jobs and is not the default one."},

    {"GET", "/v1/callback", "getCallback", pmx_rest_callback_get, .status = 200,
     .answer = &pmx_callback_record_object, .doc = "Shows where events are sent."},
    {"PUT", "/v1/callback", "setCallback", pmx_rest_callback_set, .body = &pmx_callback_request,
     .status = 200, .answer = &pmx_callback_record_object, .doc = "Says where events are sent."},
    {"GET", "/v1/deliveries", "listDeliveries", pmx_rest_deliveries_list,
     .query = &pmx_deliveries_query, .status = 200, .answer = &pmx_deliveries_view,
     .doc = "Lists messages to receivers of events, oldest first."},
    {"POST", "/v1/deliveries/{id}/resend", "resendDelivery", pmx_rest_deliveries_resend,
     PMX_ROUTE_CONFLICT, .status = 202, .answer = &pmx_delivery_record_object,
     .doc = "Sends a dead message again."},

    {"GET", "/v1/storages", "listStorages", pmx_rest_storages_list, .status = 200,
     .answer = &pmx_storages_view, .doc = "Lists the buckets."},
    {"GET", "/v1/storages/default", "getDefaultStorage", pmx_rest_storages_default, .status = 200,
     .answer = &pmx_place_view, .doc = "Shows where outputs go that do not say it themselves."},
    {"PUT", "/v1/storages/default", "setDefaultStorage", pmx_rest_storages_set_default,
     .body = &pmx_place_view, .status = 200, .answer = &pmx_place_view,
     .doc = "Says where outputs go that do not say it themselves."},

    {"POST", "/v1/probe", "probe", pmx_rest_probe, .body = &pmx_probe_request, .status = 200,
     .answer = &pmx_facts_object, .doc = "Looks into a file and tells what is inside."},

    {"GET", "/v1/openapi.json", "getOpenApi", pmx_rest_openapi, PMX_ROUTE_OPEN, .status = 200,
     .type = "application/json", .doc = "The OpenAPI document of this dialect."},
    {"GET", "/healthz", "getHealth", pmx_rest_healthz, PMX_ROUTE_OPEN, .status = 200,
     .answer = &pmx_health_view, .doc = "Whether the server is alive."},
    {"GET", "/readyz", "getReadiness", pmx_rest_readyz, PMX_ROUTE_OPEN | PMX_ROUTE_UNREADY,
     .status = 200, .answer = &pmx_health_view, .doc = "Whether the server can work."},
    {"GET", "/metrics", "getMetrics", pmx_rest_metrics, PMX_ROUTE_METRICS, .status = 200,
     .type = text_type, .doc = "The server's figures, for Prometheus."},
    {0},
};

/* --- finding --- */

gboolean pmx_route_has_id(const PmxRoute *route)
{
    return strstr(route->pattern, "{id}") != NULL;
}

static char *decoded(const char *segment)
{
    return pmx_percent_decode(segment, strlen(segment), FALSE, NULL);
}

/* Whether `path` is what the pattern says; `id` gets its {id}, decoded. */
static gboolean matches(const PmxRoute *route, const char *path, char **id)
{
    g_auto(GStrv) want = g_strsplit(route->pattern, "/", -1);
    g_auto(GStrv) have = g_strsplit(path, "/", -1);
    const char *found = NULL;
    if (g_strv_length(want) != g_strv_length(have))
        return FALSE;
    for (guint i = 0; want[i]; i++) {
        if (strcmp(want[i], "{id}") == 0)
            found = have[i];
        else if (strcmp(want[i], have[i]) != 0)
            return FALSE;
    }
    *id = found && *found ? decoded(found) : NULL;
    return !found || *id;
}

static void allow_also(GString *allow, const char *method)
{
    const char *more = strcmp(method, "GET") == 0 ? "GET, HEAD" : method;
    g_string_append_printf(allow, "%s%s", allow->len > 0 ? ", " : "", more);
}

const PmxRoute *pmx_route_find(const char *method, const char *path, char **id, char **allow)
{
    g_autoptr(GString) others = g_string_new(NULL);
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    *id = *allow = NULL;
    for (const PmxRoute *route = pmx_routes; route->method; route++) {
        if (!matches(route, path, id))
            continue;
        if (strcmp(route->method, wanted) == 0)
            return route;
        g_clear_pointer(id, g_free);
        allow_also(others, route->method);
    }
    *allow = others->len > 0 ? g_strdup(others->str) : NULL;
    return NULL;
}

/* --- statuses --- */

void pmx_route_statuses(const PmxRoute *route, guint statuses[PMX_ROUTE_STATUSES])
{
    gboolean takes = route->query || route->body;
    gboolean closed = !(route->flags & PMX_ROUTE_OPEN);
    gboolean changes = strcmp(route->method, "GET") != 0;
    const struct {
        gboolean may;
        guint status;
    } rows[] = {
        {closed && (takes || changes), 400},
        {closed, 401},
        {changes, 403},
        {pmx_route_has_id(route), 404},
        {(route->flags & PMX_ROUTE_CONFLICT) != 0, 409},
        {route->body != NULL, 413},
        {route->body != NULL, 415},
        {closed, 500},
        {(route->flags & PMX_ROUTE_UNREADY) != 0, 503},
    };
    G_STATIC_ASSERT(G_N_ELEMENTS(rows) < PMX_ROUTE_STATUSES);
    guint count = 0;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].may)
            statuses[count++] = rows[i].status;
    statuses[count] = 0;
}

const char *pmx_status_text(guint status)
{
    static const struct {
        guint status;
        const char *text;
    } rows[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].status == status)
            return rows[i].text;
    return "Error";
}
