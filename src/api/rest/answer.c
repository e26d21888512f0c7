/* SPDX-License-Identifier: MIT */
/* Answers and errors as the dialect writes them: see call.h. */
#include <string.h>

#include "api/rest/call.h"
#include "base/text.h"

static const char media_type[] = "application/json";

char *pmx_rest_request_id(void)
{
    g_autofree char *id = g_uuid_string_random();
    return g_ascii_strup(id, -1);
}

/* Taken from jansson's allocator into GLib's, which are the same one but need not be. */
static char *json_text(const json_t *json)
{
    char *raw = json_dumps(json, JSON_COMPACT);
    char *text = g_strdup(raw ? raw : "{}");
    free(raw);
    return text;
}

void pmx_rest_answer_json(PmxExchange *exchange, guint status, json_t *json)
{
    char *text = json ? json_text(json) : NULL;
    pmx_exchange_answer(exchange, status, json ? media_type : NULL, text, text ? strlen(text) : 0);
    json_decref(json);
}

/* --- errors --- */

const char *pmx_status_code(guint status)
{
    static const struct {
        guint status;
        const char *code;
    } rows[] = {
        {400, "InvalidParameter"}, {401, "Unauthorized"},
        {403, "Forbidden"},        {404, "NotFound"},
        {405, "MethodNotAllowed"}, {409, "Conflict"},
        {411, "LengthRequired"},   {413, "RequestTooLarge"},
        {414, "RequestTooLarge"},  {415, "UnsupportedMediaType"},
        {431, "RequestTooLarge"},  {503, "ServiceUnavailable"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].status == status)
            return rows[i].code;
    return pmx_code_name(PMX_CODE_INTERNAL);
}

/* Takes `problems`, an array. Caller frees. */
static char *error_text(const char *request, const char *code, const char *message,
                        json_t *problems)
{
    json_t *json = json_pack("{s:{s:s, s:o, s:o, s:s}}", "error", "code", code, "message",
                             pmx_json_text(message), "problems", problems, "request_id", request);
    char *text = json_text(json);
    json_decref(json);
    return text;
}

static void answer_error(PmxExchange *exchange, guint status, char *text)
{
    pmx_exchange_answer(exchange, status, media_type, text, strlen(text));
}

void pmx_rest_answer_error(PmxExchange *exchange, const char *request, guint status,
                           const char *code, const char *message)
{
    answer_error(exchange, status, error_text(request, code, message, json_array()));
}

char *pmx_rest_refuse(guint status, const char *why)
{
    g_autofree char *request = pmx_rest_request_id();
    return error_text(request, pmx_status_code(status), why ? why : "", json_array());
}

/* --- where a problem is --- */

static const char client_token[] = "ClientToken";
static const char notify_address[] = "UserData.NotifyAddress";

/* The service names things as the job API does. */
static const char *const names[][2] = {
    {client_token, "client_token"},
    {"JobId", "id"},
    {"TemplateId", "id"},
    {"PipelineId", "id"},
    {"Name", "name"},
    {"Type", "type"},
    {"Subtype", "subtype"},
    {"TemplateConfig", "config"},
    {"Speed", "speed"},
    {"Priority", "priority"},
    {"Status", "state"},
    {"CallbackType", "type"},
    {"CallbackURL", "url"},
    {"CallbackQueueName", "queue"},
    {"EventTypeList", "events"},
    {"AuthKey", "auth_key"},
    {"Bucket", "bucket"},
    {"Path", "path"},
    {"UserData", "user_data"},
};

/* The path in this dialect's words. Within a Config that is submitted they are the job API's. */
static char *path_of(const PmxRoute *route, const PmxProblem *problem)
{
    const char *path = problem->path;
    gsize length = strcspn(path, ".[");
    gboolean foreign = route->flags & PMX_ROUTE_BARE && !g_str_equal(path, client_token) &&
                       !g_str_equal(path, notify_address);
    for (guint i = 0; !foreign && i < G_N_ELEMENTS(names); i++)
        if (strlen(names[i][0]) == length && strncmp(path, names[i][0], length) == 0)
            return g_strconcat(names[i][1], path + length, NULL);
    return g_strdup(path);
}

static json_t *problems_json(const PmxRoute *route, const PmxProblems *problems)
{
    json_t *list = json_array();
    for (guint i = 0; i < problems->items->len; i++) {
        const PmxProblem *problem = g_ptr_array_index(problems->items, i);
        g_autofree char *path = path_of(route, problem);
        json_array_append_new(
            list, json_pack("{s:s, s:o, s:o}", "code", pmx_code_name(problem->code), "path",
                            pmx_json_text(path), "message", pmx_json_text(problem->message)));
    }
    return list;
}

/* --- problems --- */

static gboolean has_code(const PmxProblems *problems, PmxCode code)
{
    for (guint i = 0; i < problems->items->len; i++)
        if (((const PmxProblem *)g_ptr_array_index(problems->items, i))->code == code)
            return TRUE;
    return FALSE;
}

/* What is wrong is not the request, but what it meets: the thing that {id} names, or that the
 * token has made. */
static gboolean is_conflict(const PmxRoute *route, const PmxProblem *problem)
{
    static const char *const things[] = {"TemplateId", client_token, NULL};
    return problem->code == PMX_CODE_INVALID && route->flags & PMX_ROUTE_CONFLICT &&
           (!route->body || g_strv_contains(things, problem->path));
}

/* What {id} names is not there: 404; something that the body names: a mistake like others. */
static guint fitting_status(const PmxRoute *route, const PmxProblems *problems)
{
    const PmxProblem *first = g_ptr_array_index(problems->items, 0);
    if (has_code(problems, PMX_CODE_INTERNAL))
        return 500;
    if (first->code == PMX_CODE_ACCESS_DENIED)
        return 403;
    if (first->code == PMX_CODE_RESOURCE_NOT_FOUND && pmx_route_has_id(route))
        return 404;
    return is_conflict(route, first) ? 409 : 400;
}

static const char *fitting_code(guint status, const PmxProblems *problems)
{
    const PmxProblem *first = g_ptr_array_index(problems->items, 0);
    gboolean first_says = status == 400 || status == 403 || status == 404;
    return first_says ? pmx_code_name(first->code) : pmx_status_code(status);
}

static char *summary(const PmxRoute *route, const PmxProblems *problems)
{
    const PmxProblem *first = g_ptr_array_index(problems->items, 0);
    guint count = problems->items->len;
    g_autofree char *many = count > 1 ? g_strdup_printf("%u problems; the first: ", count) : NULL;
    g_autofree char *path = path_of(route, first);
    return g_strconcat(many ? many : "", path, *path ? ": " : "", first->message, NULL);
}

void pmx_rest_answer_problems(PmxExchange *exchange, const char *request, const PmxRoute *route,
                              guint refusal, const PmxProblems *problems)
{
    guint status = refusal ? refusal : fitting_status(route, problems);
    g_autofree char *message = summary(route, problems);
    answer_error(exchange, status,
                 error_text(request, fitting_code(status, problems), message,
                            problems_json(route, problems)));
}
