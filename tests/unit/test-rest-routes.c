/* SPDX-License-Identifier: MIT */
/* The REST dialect from request to answer: routing, keys, checks, statuses, bodies. */
#include <string.h>

#include "api/rest/routes.h"
#include "rest-fakes.h"
#include "single-quoted.h"

typedef struct {
    PmxService *service;
    PmxRest *rest;
} Fixture;

static void set_up(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    f->service = fake_service();
    f->rest = pmx_rest_new(&(PmxRestOptions){.service = f->service});
}

static void tear_down(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    pmx_rest_free(f->rest);
    fake_service_free(f->service);
}

static json_t *answer_of(const PmxExchange *exchange)
{
    json_t *json = json_loads(exchange->text ? exchange->text : "", 0, NULL);
    g_assert_nonnull(json);
    return json;
}

/* The error's code and, when it has one problem, that problem's path: "Code path". */
static char *error_of(const PmxExchange *exchange)
{
    json_t *json = answer_of(exchange);
    const char *code = NULL, *message = NULL, *request = NULL, *path = "";
    json_t *problems = NULL;
    json_error_t where;
    g_assert_cmpint(json_unpack_ex(json, &where, JSON_STRICT, "{s:{s:s, s:s, s:o, s:s}}", "error",
                                   "code", &code, "message", &message, "problems", &problems,
                                   "request_id", &request),
                    ==, 0);
    g_assert_cmpstr(request, ==, fake_added(exchange, "X-Request-Id"));
    if (json_array_size(problems) == 1)
        path = json_string_value(json_object_get(json_array_get(problems, 0), "path"));
    char *text = g_strdup_printf("%s %s", code, path);
    json_decref(json);
    return text;
}

/* --- finding --- */

static void test_find(void)
{
    static const struct {
        const char *method, *path, *name, *id, *allow;
    } rows[] = {
        {"GET", "/v1/jobs", "listJobs", NULL, NULL},
        {"HEAD", "/v1/jobs", "listJobs", NULL, NULL},
        {"POST", "/v1/jobs", "submitJob", NULL, NULL},
        {"GET", "/v1/jobs/ab", "getJob", "ab", NULL},
        {"GET", "/v1/jobs/a%20%2Fb", "getJob", "a /b", NULL},
        {"GET", "/v1/jobs/ab/events", "followJob", "ab", NULL},
        {"PUT", "/v1/storages/default", "setDefaultStorage", NULL, NULL},
        {"PUT", "/v1/jobs", NULL, NULL, "POST, GET, HEAD"},
        {"POST", "/v1/jobs/ab", NULL, NULL, "GET, HEAD, DELETE"},
        {"OPTIONS", "/v1/probe", NULL, NULL, "POST"},
        {"DELETE", "/healthz", NULL, NULL, "GET, HEAD"},
        {"GET", "/v1/jobs/", NULL, NULL, NULL},
        {"GET", "/v1/jobs//events", NULL, NULL, NULL},
        {"GET", "/v1/jobs/%zz", NULL, NULL, NULL},
        {"GET", "/v1/jobs/%00", NULL, NULL, NULL},
        {"GET", "/v1/jobs/%ff", NULL, NULL, NULL},
        {"GET", "/v1/jobs/ab/", NULL, NULL, NULL},
        {"GET", "/v1", NULL, NULL, NULL},
        {"GET", "/V1/jobs", NULL, NULL, NULL},
        {"get", "/v1/jobs", NULL, NULL, "POST, GET, HEAD"},
        {"GET", "", NULL, NULL, NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *id = NULL, *allow = NULL;
        const PmxRoute *route = pmx_route_find(rows[i].method, rows[i].path, &id, &allow);
        g_assert_cmpstr(route ? route->name : NULL, ==, rows[i].name);
        g_assert_cmpstr(id, ==, rows[i].id);
        g_assert_cmpstr(allow, ==, rows[i].allow);
    }
}

static void test_owns(void)
{
    g_assert_true(pmx_rest_owns("/v1"));
    g_assert_true(pmx_rest_owns("/v1/nothing"));
    g_assert_true(pmx_rest_owns("/metrics"));
    g_assert_false(pmx_rest_owns("/"));
    g_assert_false(pmx_rest_owns("/v10/jobs"));
    g_assert_false(pmx_rest_owns("/metrics/"));
}

/* --- who may come in --- */

static void test_keys(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    static const struct {
        const char *method, *target, *key;
        guint status;
    } rows[] = {
        {"GET", "/v1/jobs", NULL, 401},          {"GET", "/v1/jobs", "Basic bad", 401},
        {"GET", "/v1/jobs", GOOD_KEY, 200},      {"GET", "/metrics", NULL, 401},
        {"GET", "/metrics", GOOD_KEY, 200},      {"GET", "/healthz", NULL, 200},
        {"GET", "/readyz", NULL, 200},           {"GET", "/v1/openapi.json", NULL, 200},
        {"GET", "/v1/nothing", NULL, 404},       {"POST", "/v1/jobs", NULL, 401},
        {"GET", "/v1/jobs/j/events", NULL, 401},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(PmxExchange) exchange = fake_exchange(rows[i].method, rows[i].target, NULL);
        if (rows[i].key)
            fake_header(exchange, "Authorization", rows[i].key);
        pmx_rest_handle(f->rest, exchange);
        g_assert_cmpuint(exchange->status, ==, rows[i].status);
        g_assert_cmpuint(strlen(fake_added(exchange, "X-Request-Id")), ==, 36);
        g_assert_cmpstr(fake_added(exchange, "WWW-Authenticate"), ==,
                        rows[i].status == 401 ? "Basic realm=\"Polymux\", charset=\"UTF-8\""
                                              : NULL);
    }
}

static void test_open_metrics(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(PmxRest) rest =
        pmx_rest_new(&(PmxRestOptions){.service = f->service, .open_metrics = TRUE});
    g_autoptr(PmxExchange) exchange = fake_exchange("GET", "/metrics", NULL);
    pmx_rest_set_http(rest, (PmxHttp *)f);
    pmx_rest_handle(rest, exchange);
    g_assert_cmpuint(exchange->status, ==, 200);
    g_assert_cmpstr(exchange->type, ==, "text/plain; version=0.0.4; charset=utf-8");
    g_assert_nonnull(strstr(exchange->text, "\npolymux_http_connections 3\n"));
}

/* What a page of another site makes a browser send is not taken. */
static void test_forged(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    static const struct {
        const char *method, *site, *type;
        guint status;
    } rows[] = {
        {"POST", "cross-site", "application/json", 403},
        {"POST", "same-origin", "application/json", 201},
        {"POST", NULL, "application/json", 201},
        {"POST", NULL, "APPLICATION/JSON ;charset=utf-8", 201},
        {"POST", NULL, "text/plain", 415},
        {"POST", NULL, "application/x-www-form-urlencoded", 415},
        {"POST", NULL, NULL, 415},
        {"GET", "cross-site", NULL, 200},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(PmxExchange) exchange =
            fake_exchange(rows[i].method, "/v1/pipelines", "{\"name\": \"n\"}");
        fake_header(exchange, "Authorization", GOOD_KEY);
        if (rows[i].site)
            fake_header(exchange, "Sec-Fetch-Site", rows[i].site);
        if (rows[i].type)
            fake_header(exchange, "Content-Type", rows[i].type);
        pmx_rest_handle(f->rest, exchange);
        g_assert_cmpuint(exchange->status, ==, rows[i].status);
    }
}

/* --- refusals --- */

static void test_refusals(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    static const struct {
        const char *method, *target, *body;
        guint status;
        const char *error;
    } rows[] = {
        {"GET", "/v1/nothing", NULL, 404, "NotFound "},
        {"PUT", "/v1/jobs", NULL, 405, "MethodNotAllowed "},
        {"GET", "/v1/jobs?limit=0", NULL, 400, "InvalidParameter.OutOfRange limit"},
        {"GET", "/v1/jobs?limit=101", NULL, 400, "InvalidParameter.OutOfRange limit"},
        {"GET", "/v1/jobs?limit=x", NULL, 400, "InvalidParameter limit"},
        {"GET", "/v1/jobs?limti=3", NULL, 400, "InvalidParameter limti"},
        {"GET", "/v1/jobs?state=Done", NULL, 400, "InvalidParameter state"},
        {"GET", "/v1/jobs?from=yesterday", NULL, 400, "InvalidParameter from"},
        {"GET", "/v1/jobs?limit=1&limit=2", NULL, 400, "InvalidParameter limit"},
        {"GET", "/v1/jobs?state=%ff", NULL, 400, "InvalidParameter state"},
        {"POST", "/v1/jobs", NULL, 400, "MissingParameter "},
        {"POST", "/v1/jobs", "{", 400, "InvalidParameter "},
        {"POST", "/v1/jobs", "[]", 400, "InvalidParameter "},
        {"POST", "/v1/jobs", "{}", 400, "MissingParameter config"},
        {"POST", "/v1/jobs", "{\"config\": {}, \"config\": {}}", 400, "InvalidParameter "},
        {"POST", "/v1/jobs", "{\"config\": {\"a\": \"\xff\"}}", 400, "InvalidParameter "},
        {"POST", "/v1/jobs", "{\"config\": {}, \"tokn\": \"t\"}", 400, "InvalidParameter tokn"},
        {"POST", "/v1/pipelines", "{\"name\": \"\"}", 400, "InvalidParameter.EmptyValue name"},
        {"PATCH", "/v1/pipelines/p", "{\"state\": \"on\"}", 400, "InvalidParameter state"},
        {"PATCH", "/v1/pipelines/p", "{\"priority\": 0}", 400,
         "InvalidParameter.OutOfRange priority"},
        {"PUT", "/v1/templates/t", "{\"name\": \"n\"}", 400, "MissingParameter config"},
        {"PUT", "/v1/callback", "{\"events\": \"e\", \"type\": \"FTP\"}", 400,
         "InvalidParameter type"},
        {"POST", "/v1/probe", "{\"media\": 3}", 400, "InvalidParameter media"},
        {"POST", "/v1/deliveries/x/resend", NULL, 404, "InvalidParameter.ResourceNotFound id"},
        {"GET", "/v1/jobs/j/events?after=-1", NULL, 400, "InvalidParameter.OutOfRange after"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(PmxExchange) exchange =
            fake_ask(f->rest, rows[i].method, rows[i].target, rows[i].body);
        g_autofree char *error = error_of(exchange);
        g_assert_cmpuint(exchange->status, ==, rows[i].status);
        g_assert_cmpstr(error, ==, rows[i].error);
        g_assert_cmpstr(exchange->type, ==, "application/json");
    }
    g_assert_null(f->service->told); /* nothing of this came through */
}

/* What the service says becomes a status that fits the route. */
static void test_statuses(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    static const struct {
        const char *method, *target, *body;
        PmxCode code;
        const char *path;
        guint status;
        const char *error;
    } rows[] = {
        {"GET", "/v1/jobs/j", NULL, PMX_CODE_RESOURCE_NOT_FOUND, "", 404,
         "InvalidParameter.ResourceNotFound "},
        {"GET", "/v1/jobs/j/events", NULL, PMX_CODE_RESOURCE_NOT_FOUND, "", 404,
         "InvalidParameter.ResourceNotFound "},
        {"DELETE", "/v1/jobs/j", NULL, PMX_CODE_INVALID, "", 409, "Conflict "},
        {"DELETE", "/v1/pipelines/p", NULL, PMX_CODE_INVALID, "", 409, "Conflict "},
        {"DELETE", "/v1/templates/t", NULL, PMX_CODE_RESOURCE_NOT_FOUND, "", 404,
         "InvalidParameter.ResourceNotFound "},
        {"POST", "/v1/deliveries/7/resend", NULL, PMX_CODE_INVALID, "", 409, "Conflict "},
        {"POST", "/v1/jobs", "{\"config\": {}}", PMX_CODE_INVALID, "ClientToken", 409,
         "Conflict client_token"},
        {"POST", "/v1/jobs", "{\"config\": {}}", PMX_CODE_INVALID, "Name", 400,
         "InvalidParameter Name"}, /* a key of the Config, which is the job API's */
        {"DELETE", "/v1/templates/t", NULL, PMX_CODE_INVALID, "TemplateId", 409, "Conflict id"},
        {"PATCH", "/v1/templates/t", "{}", PMX_CODE_INVALID, "TemplateId", 409, "Conflict id"},
        {"PATCH", "/v1/templates/t", "{}", PMX_CODE_INVALID, "TemplateConfig.Video.Width", 400,
         "InvalidParameter config.Video.Width"},
        {"POST", "/v1/templates", "{\"name\": \"n\", \"config\": {}}", PMX_CODE_INVALID,
         "TemplateId", 400, "InvalidParameter id"},
        {"PATCH", "/v1/pipelines/p", "{}", PMX_CODE_INVALID, "Name", 400, "InvalidParameter name"},
        {"PUT", "/v1/callback", "{\"events\": \"e\", \"type\": \"HTTP\"}", PMX_CODE_INVALID,
         "CallbackURL", 400, "InvalidParameter url"},
        {"POST", "/v1/jobs", "{\"config\": {}}", PMX_CODE_INVALID, "Inputs", 400,
         "InvalidParameter Inputs"},
        {"POST", "/v1/jobs", "{\"config\": {}}", PMX_CODE_RESOURCE_NOT_FOUND, "PipelineId", 400,
         "InvalidParameter.ResourceNotFound PipelineId"},
        {"POST", "/v1/probe", "{\"media\": \"m\"}", PMX_CODE_RESOURCE_NOT_FOUND, "", 400,
         "InvalidParameter.ResourceNotFound "},
        {"POST", "/v1/probe", "{\"media\": \"m\"}", PMX_CODE_ACCESS_DENIED, "", 403,
         "PermissionDenied.ResourceAccess "},
        {"GET", "/v1/jobs", NULL, PMX_CODE_INTERNAL, "", 500, "InternalError "},
        {"GET", "/v1/templates", NULL, PMX_CODE_INTERNAL, "", 500, "InternalError "},
        {"GET", "/v1/callback", NULL, PMX_CODE_INTERNAL, "", 500, "InternalError "},
        {"GET", "/v1/deliveries", NULL, PMX_CODE_INTERNAL, "", 500, "InternalError "},
        {"GET", "/v1/storages", NULL, PMX_CODE_INTERNAL, "", 500, "InternalError "},
        {"GET", "/v1/storages/default", NULL, PMX_CODE_INTERNAL, "", 500, "InternalError "},
        {"GET", "/v1/pipelines", NULL, PMX_CODE_INTERNAL, "", 500, "InternalError "},
    };
    f->service->fails = TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        f->service->code = rows[i].code;
        f->service->path = rows[i].path;
        g_autoptr(PmxExchange) exchange =
            fake_ask(f->rest, rows[i].method, rows[i].target, rows[i].body);
        g_autofree char *error = error_of(exchange);
        g_assert_cmpuint(exchange->status, ==, rows[i].status);
        g_assert_cmpstr(error, ==, rows[i].error);
    }
}

/* Every mistake is in one answer. */
static void test_all_problems(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(PmxExchange) exchange =
        fake_ask(f->rest, "GET", "/v1/jobs?limit=0&order=up&to=x", NULL);
    json_t *json = answer_of(exchange);
    const json_t *error = json_object_get(json, "error");
    g_assert_cmpuint(json_array_size(json_object_get(error, "problems")), ==, 3);
    g_assert_true(g_str_has_prefix(json_string_value(json_object_get(error, "message")),
                                   "3 problems; the first: to: must be "));
    json_decref(json);
}

static void test_not_ready(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    f->service->state_problem = "disk /secret/path is full";
    g_autoptr(PmxExchange) exchange = fake_ask(f->rest, "GET", "/readyz", NULL);
    g_autoptr(PmxExchange) alive = fake_ask(f->rest, "GET", "/healthz", NULL);
    g_autoptr(PmxExchange) metrics = fake_ask(f->rest, "GET", "/metrics", NULL);
    g_assert_cmpuint(exchange->status, ==, 503);
    g_assert_null(strstr(exchange->text, "secret"));
    g_assert_cmpuint(alive->status, ==, 200);
    g_assert_nonnull(strstr(metrics->text, "\npolymux_store_up 0\n"));
}

static void test_refuse(void)
{
    static const struct {
        guint status;
        const char *code;
    } rows[] = {{413, "RequestTooLarge"},
                {431, "RequestTooLarge"},
                {500, "InternalError"},
                {400, "InvalidParameter"},
                {503, "ServiceUnavailable"}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = pmx_rest_refuse(rows[i].status, "so \"it\" is");
        json_t *json = json_loads(text, 0, NULL);
        const json_t *error = json_object_get(json, "error");
        g_assert_cmpstr(json_string_value(json_object_get(error, "code")), ==, rows[i].code);
        g_assert_cmpstr(json_string_value(json_object_get(error, "message")), ==, "so \"it\" is");
        json_decref(json);
    }
}

/* --- what reaches the service, and what comes back --- */

static void test_told(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    static const struct {
        const char *method, *target, *body;
        guint status;
        const char *told, *location;
    } rows[] = {
        {"POST", "/v1/jobs",
         "{\"config\": {\"Inputs\": []}, \"pipeline\": \"p\", \"client_token\": \"t\", "
         "\"user_data\": \"u\"}",
         201, "submit {\"Inputs\":[]} p t u", "/v1/jobs/j1"},
        {"POST", "/v1/jobs", "{\"Inputs\": [], \"Outputs\": []}", 201,
         "submit {\"Inputs\":[],\"Outputs\":[]} (null) (null) (null)", "/v1/jobs/j1"},
        {"DELETE", "/v1/jobs/j1", NULL, 202, "cancel j1", NULL},
        {"GET", "/v1/jobs", NULL, 200, "(null) (null) 0 0 0 20 (null)", NULL},
        {"GET",
         "/v1/jobs?state=running&pipeline=p&from=2026-01-02T03:04:05Z&"
         "to=2026-01-02T03:04:06Z&order=asc&limit=100&cursor=c%20d",
         NULL, 200, "Running p 1767323045000 1767323046000 1 100 c d", NULL},
        {"POST", "/v1/templates", "{\"name\": \"n\", \"config\": {}}", 201, "create (null) n 1 1",
         "/v1/templates/t%201"},
        {"PATCH", "/v1/templates/t", "{\"config\": {}}", 200, "update t (null) config", NULL},
        {"PUT", "/v1/templates/t", "{\"name\": \"m\", \"config\": {}}", 200, "update t m config",
         NULL},
        {"DELETE", "/v1/templates/t", NULL, 204, "delete t", NULL},
        {"POST", "/v1/templates/t/default", NULL, 200, "default t", NULL},
        {"POST", "/v1/pipelines", "{\"name\": \"n\", \"speed\": \"boost\"}", 201,
         "create n Boost 6", "/v1/pipelines/p1"},
        {"PATCH", "/v1/pipelines/p", "{\"state\": \"paused\"}", 200, "update p (null) Paused 0",
         NULL},
        {"DELETE", "/v1/pipelines/p", NULL, 204, "delete p", NULL},
        {"PUT", "/v1/callback",
         "{\"type\": \"HTTP\", \"url\": \"u\", \"events\": \"e\", \"auth\": \"true\", "
         "\"auth_key\": \"K\"}",
         200, "callback HTTP u e 1 K", NULL},
        {"GET", "/v1/deliveries?state=DEAD&after=7&limit=2", NULL, 200, "deliveries dead 7 2",
         NULL},
        {"POST", "/v1/deliveries/9/resend", NULL, 202, "resend 9", NULL},
        {"PUT", "/v1/storages/default", "{\"bucket\": \"b\", \"path\": \"x/\"}", 200,
         "storage b x/", NULL},
        {"POST", "/v1/probe", "{\"media\": \"oss://b/k\"}", 200, "probe oss://b/k", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(PmxExchange) exchange =
            fake_ask(f->rest, rows[i].method, rows[i].target, rows[i].body);
        g_assert_cmpstr(f->service->told, ==, rows[i].told);
        g_assert_cmpuint(exchange->status, ==, rows[i].status);
        g_assert_cmpstr(fake_added(exchange, "Location"), ==, rows[i].location);
        g_assert_true((exchange->text == NULL) == (rows[i].status == 204));
    }
}

static void test_answers(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    static const struct {
        const char *target, *answer;
    } rows[] = {
        {"/v1/jobs/j1",
         "{'id': 'j1', 'state': 'Running', 'percent': 42, 'priority': 6, 'pipeline': 'default',"
         " 'created': '2026-01-02T03:04:05.678Z', 'outputs': [{'id': 'p', 'kind': 'output',"
         " 'place': 0, 'state': 'Running', 'percent': 42}], 'groups': [{'id': 'g',"
         " 'kind': 'group', 'place': 0, 'state': 'Init', 'percent': 0}]}"},
        {"/v1/jobs",
         "{'jobs': [{'id': 'j1', 'state': 'Running', 'percent': 42, 'priority': 6,"
         " 'pipeline': 'default', 'created': '2026-01-02T03:04:05.678Z'}], 'next': 'more'}"},
        {"/v1/callback", "{'type': 'HTTP', 'url': 'http://h/', 'events': 'e', 'auth': true}"},
        {"/v1/storages", "{'storages': [{'bucket': 'b', 'is_default': true}]}"},
        {"/v1/storages/default", "{'bucket': 'b'}"},
        {"/healthz", "{'status': 'ok'}"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(PmxExchange) exchange = fake_ask(f->rest, "GET", rows[i].target, NULL);
        json_t *want = json_of(rows[i].answer), *have = answer_of(exchange);
        g_assert_cmpuint(exchange->status, ==, 200);
        if (!json_equal(want, have))
            g_error("%s: %s", rows[i].target, exchange->text);
        json_decref(want);
        json_decref(have);
    }
}

static gint64 next_delivery(PmxRest *rest, const char *target)
{
    g_autoptr(PmxExchange) exchange = fake_ask(rest, "GET", target, NULL);
    json_t *json = answer_of(exchange);
    gint64 next = json_integer_value(json_object_get(json, "next"));
    json_decref(json);
    return next;
}

static void test_deliveries_pages(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(next_delivery(f->rest, "/v1/deliveries?limit=2"), ==, 9);
    g_assert_cmpint(next_delivery(f->rest, "/v1/deliveries?limit=3"), ==, 0);
}

/* --- templates: two lists as one --- */

static void add_template(GPtrArray *list, const char *id)
{
    PmxTemplateRecord *record = g_new0(PmxTemplateRecord, 1);
    record->id = g_strdup(id);
    record->name = g_strconcat("Name ", id, NULL);
    record->type = record->subtype = 1;
    g_ptr_array_add(list, record);
}

/* "id id* …", ready-made ones with a star, and the total. */
static char *page(PmxRest *rest, const char *target)
{
    size_t i;
    const json_t *row;
    g_autoptr(PmxExchange) exchange = fake_ask(rest, "GET", target, NULL);
    json_t *json = answer_of(exchange);
    GString *text = g_string_new(NULL);
    json_array_foreach (json_object_get(json, "templates"), i, row)
        g_string_append_printf(text, "%s%s ", json_string_value(json_object_get(row, "id")),
                               json_is_true(json_object_get(row, "system")) ? "*" : "");
    g_string_append_printf(text, "of %d", (int)json_integer_value(json_object_get(json, "total")));
    json_decref(json);
    return g_string_free(text, FALSE);
}

static void test_templates_pages(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    static const struct {
        const char *target, *page;
    } rows[] = {
        {"/v1/templates", "s1* s2* c1 c2 c3 of 5"},
        {"/v1/templates?limit=1", "s1* of 5"},
        {"/v1/templates?limit=2", "s1* s2* of 5"},
        {"/v1/templates?limit=2&offset=1", "s2* c1 of 5"},
        {"/v1/templates?limit=2&offset=2", "c1 c2 of 5"},
        {"/v1/templates?limit=2&offset=4", "c3 of 5"},
        {"/v1/templates?offset=9", "of 5"},
        {"/v1/templates?name=NAME%20S2&limit=1", "s2* of 4"}, /* custom ones: not ours to filter */
        {"/v1/templates?type=2", "c1 c2 c3 of 3"},
    };
    add_template(f->service->system, "s1");
    add_template(f->service->system, "s2");
    for (const char *const *id = (const char *const[]){"c1", "c2", "c3", NULL}; *id; id++)
        add_template(f->service->custom, *id);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = page(f->rest, rows[i].target);
        g_assert_cmpstr(text, ==, rows[i].page);
    }
    g_autoptr(PmxExchange) one = fake_ask(f->rest, "GET", "/v1/templates/s2", NULL);
    g_assert_nonnull(strstr(one->text, "\"system\":true"));
}

#define TEST(path, function) g_test_add(path, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rest/find", test_find);
    g_test_add_func("/rest/owns", test_owns);
    g_test_add_func("/rest/refuse", test_refuse);
    TEST("/rest/keys", test_keys);
    TEST("/rest/open-metrics", test_open_metrics);
    TEST("/rest/forged", test_forged);
    TEST("/rest/refusals", test_refusals);
    TEST("/rest/statuses", test_statuses);
    TEST("/rest/all-problems", test_all_problems);
    TEST("/rest/not-ready", test_not_ready);
    TEST("/rest/told", test_told);
    TEST("/rest/answers", test_answers);
    TEST("/rest/deliveries/pages", test_deliveries_pages);
    TEST("/rest/templates/pages", test_templates_pages);
    return g_test_run();
}
