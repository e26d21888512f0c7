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

static void answer_text(PmxExchange *exchange, guint status, char *text)
{
    pmx_exchange_add_header(exchange, "Cache-Control", "no-store");
    pmx_exchange_answer(exchange, status, media_type, text, strlen(text));
}

void pmx_rest_answer_json(PmxExchange *exchange, guint status, json_t *json)
{
    if (json)
        answer_text(exchange, status, json_text(json));
    else
        pmx_exchange_answer(exchange, status, NULL, NULL, 0);
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

static json_t *problems_json(const PmxProblems *problems)
{
    json_t *list = json_array();
    for (guint i = 0; problems && i < problems->items->len; i++) {
        const PmxProblem *problem = g_ptr_array_index(problems->items, i);
        json_array_append_new(list,
                              json_pack("{s:s, s:o, s:o}", "code", pmx_code_name(problem->code),
                                        "path", pmx_json_text(problem->path), "message",
                                        pmx_json_text(problem->message)));
    }
    return list;
}

char *pmx_rest_error_text(const char *request, const char *code, const char *message,
                          const PmxProblems *problems)
{
    json_t *json = json_pack("{s:{s:s, s:o, s:o, s:s}}", "error", "code", code, "message",
                             pmx_json_text(message), "problems", problems_json(problems),
                             "request_id", request);
    char *text = json_text(json);
    json_decref(json);
    return text;
}

void pmx_rest_answer_error(PmxExchange *exchange, const char *request, guint status,
                           const char *code, const char *message, const PmxProblems *problems)
{
    answer_text(exchange, status, pmx_rest_error_text(request, code, message, problems));
}

/* --- problems --- */

static gboolean has_code(const PmxProblems *problems, PmxCode code)
{
    for (guint i = 0; i < problems->items->len; i++)
        if (((const PmxProblem *)g_ptr_array_index(problems->items, i))->code == code)
            return TRUE;
    return FALSE;
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
    if (first->code == PMX_CODE_INVALID && route->flags & PMX_ROUTE_CONFLICT && !route->body)
        return 409;
    return 400;
}

static char *summary(const PmxProblems *problems)
{
    const PmxProblem *first = g_ptr_array_index(problems->items, 0);
    guint count = problems->items->len;
    g_autofree char *many = count > 1 ? g_strdup_printf("%u problems; the first: ", count) : NULL;
    return g_strconcat(many ? many : "", first->path, *first->path ? ": " : "", first->message,
                       NULL);
}

void pmx_rest_answer_problems(PmxExchange *exchange, const char *request, const PmxRoute *route,
                              guint refusal, const PmxProblems *problems)
{
    const PmxProblem *first = g_ptr_array_index(problems->items, 0);
    guint status = refusal ? refusal : fitting_status(route, problems);
    const char *code = status == 500              ? pmx_code_name(PMX_CODE_INTERNAL)
                       : refusal || status == 409 ? pmx_status_code(status)
                                                  : pmx_code_name(first->code);
    g_autofree char *message = summary(problems);
    pmx_rest_answer_error(exchange, request, status, code, message, problems);
}

char *pmx_rest_refuse(guint status, const char *why)
{
    g_autofree char *request = pmx_rest_request_id();
    return pmx_rest_error_text(request, pmx_status_code(status), why ? why : "", NULL);
}
