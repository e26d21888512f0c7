/* SPDX-License-Identifier: MIT */
/* The front of the IMS dialect: see front.h. */
#include "api/ims/front.h"

#include <string.h>

#include "api/ims/actions.h"
#include "api/ims/error.h"
#include "api/ims/parameters.h"

#define VERSION "2020-11-09"

/* A request under way. */
typedef struct {
    PmxExchange *exchange;
    PmxService *service;
    char *id;             /* RequestId */
    PmxParameters *query; /* the query's, later the form's too */
    PmxParameters *form;  /* NULL: no form body */
} Request;

/* Why it is refused. */
typedef struct {
    guint status;
    char *code, *message;
} Failure;

static json_t *fail(Failure *failure, const char *code, char *message)
{
    failure->status = pmx_ims_error_status(code);
    failure->code = g_strdup(code);
    failure->message = message;
    return NULL;
}

/* The first problem decides about the code; all are told. */
static json_t *fail_problems(Failure *failure, const PmxProblems *problems)
{
    if (pmx_problems_count(problems) == 0)
        return fail(failure, "InternalError", g_strdup("the action gave no answer"));
    const PmxProblem *first = g_ptr_array_index(problems->items, 0);
    return fail(failure, pmx_code_name(first->code), pmx_ims_problems_text(problems));
}

/* --- what came --- */

static gboolean read_form(Request *request, PmxProblems *problems)
{
    gsize length = 0;
    const char *body = pmx_exchange_body(request->exchange, &length);
    if (length == 0)
        return TRUE;
    if (!pmx_is_form(pmx_exchange_header(request->exchange, "content-type"))) {
        pmx_problems_add(problems, PMX_CODE_INVALID, "Content-Type",
                         "must be application/x-www-form-urlencoded for a request with a body");
        return FALSE;
    }
    request->form = pmx_parameters_parse(body, length, problems);
    return pmx_problems_count(problems) == 0;
}

static gboolean read_parameters(Request *request, Failure *failure)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    const char *query = pmx_exchange_query(request->exchange);
    request->query = pmx_parameters_parse(query, strlen(query), problems);
    if (read_form(request, problems) && pmx_problems_count(problems) == 0)
        return TRUE;
    fail_problems(failure, problems);
    return FALSE;
}

static const char *header_of(const char *name, gconstpointer exchange)
{
    return pmx_exchange_header(exchange, name);
}

static gboolean check_access(const Request *request, PmxAccess *access, Failure *failure)
{
    g_auto(PmxVerdict) verdict = {0};
    PmxSignable signable = {
        .method = pmx_exchange_method(request->exchange),
        .path = pmx_exchange_path(request->exchange),
        .query = request->query,
        .form = request->form,
        .header = header_of,
        .source = request->exchange,
    };
    signable.body = pmx_exchange_body(request->exchange, &signable.body_length);
    if (pmx_access_check(access, &signable, &verdict))
        return TRUE;
    fail(failure, verdict.code, g_strdup(verdict.message));
    failure->status = verdict.status;
    return FALSE;
}

static gboolean merge_form(Request *request, Failure *failure)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    if (request->form)
        pmx_parameters_merge(request->query, request->form, problems);
    if (pmx_problems_count(problems) == 0)
        return TRUE;
    fail_problems(failure, problems);
    return FALSE;
}

/* --- what is wanted --- */

/* Only what is signed counts: V2 signs no headers. */
static const char *parameter_or_header(const Request *request, const char *parameter,
                                       const char *header)
{
    const char *value = pmx_parameters_find(request->query, parameter);
    gboolean v3 = pmx_authorization_is_acs(pmx_exchange_header(request->exchange, "authorization"));
    return value || !v3 ? value : pmx_exchange_header(request->exchange, header);
}

static gboolean check_protocol(const Request *request, Failure *failure)
{
    const char *version = parameter_or_header(request, "Version", "x-acs-version");
    const char *format = pmx_parameters_find(request->query, "Format");
    if (!version)
        fail(failure, "MissingParameter", g_strdup("Version: is required"));
    else if (!g_str_equal(version, VERSION))
        fail(failure, "InvalidVersion",
             g_strdup_printf("Version: must be " VERSION ", not \"%.40s\"", version));
    else if (format && g_ascii_strcasecmp(format, "JSON") != 0)
        fail(failure, "InvalidParameter.NotSupported",
             g_strdup_printf("Format: must be JSON, not \"%.40s\"", format));
    return !failure->code;
}

static const PmxImsAction *choose(const Request *request, Failure *failure)
{
    const char *name = parameter_or_header(request, "Action", "x-acs-action");
    const PmxImsAction *action = name ? pmx_ims_action_find(name) : NULL;
    if (action)
        return action;
    if (!name) {
        fail(failure, "MissingParameter", g_strdup("Action: is required"));
        return NULL;
    }
    const char *near = pmx_ims_action_near(name);
    fail(failure, "InvalidAction.NotFound",
         g_strdup_printf("Action: there is no action \"%.80s\"%s%s%s", name,
                         near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : ""));
    return NULL;
}

/* --- doing it --- */

static json_t *run_action(const PmxImsAction *action, const PmxImsCall *call, PmxProblems *problems)
{
    g_autofree void *parameters = g_malloc(action->parameters->size);
    pmx_object_parse(action->parameters, call->given, "", parameters, problems);
    json_t *view = NULL;
    if (pmx_problems_count(problems) == 0)
        view = action->run(call, parameters, problems);
    pmx_object_clear(action->parameters, parameters);
    return view;
}

static json_t *act(const Request *request, const PmxImsAction *action, Failure *failure)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    json_t *given = pmx_ims_parameters_json(request->query, action->parameters, problems);
    const PmxImsCall call = {request->service, request->id, given};
    json_t *view = pmx_problems_count(problems) == 0 ? run_action(action, &call, problems) : NULL;
    json_decref(given);
    if (view && pmx_problems_count(problems) == 0)
        return view;
    json_decref(view);
    return fail_problems(failure, problems);
}

static json_t *serve(Request *request, PmxAccess *access, Failure *failure)
{
    const char *method = pmx_exchange_method(request->exchange);
    if (!g_str_equal(method, "POST") && !g_str_equal(method, "GET")) {
        pmx_exchange_add_header(request->exchange, "Allow", "GET, POST");
        return fail(failure, "UnsupportedHTTPMethod", g_strdup("the method must be POST or GET"));
    }
    if (!read_parameters(request, failure) || !check_access(request, access, failure) ||
        !merge_form(request, failure) || !check_protocol(request, failure))
        return NULL;
    const PmxImsAction *action = choose(request, failure);
    return action ? act(request, action, failure) : NULL;
}

/* --- answering --- */

/* Takes `body`. */
static void answer(const Request *request, guint status, char *body)
{
    pmx_exchange_add_header(request->exchange, "x-acs-request-id", request->id);
    pmx_exchange_answer(request->exchange, status, "application/json;charset=utf-8", body,
                        strlen(body));
}

static void answer_failure(const Request *request, const Failure *failure)
{
    const char *host = pmx_exchange_header(request->exchange, "host");
    if (failure->status >= 500)
        g_warning("request %s: %s: %s", request->id, failure->code, failure->message);
    if (g_str_has_prefix(failure->code, "Throttling"))
        pmx_exchange_add_header(request->exchange, "x-acs-retry-after", "1000");
    answer(request, failure->status,
           pmx_ims_error_body(request->id, host ? host : "", failure->code, failure->message));
}

static void answer_success(const Request *request, json_t *view)
{
    json_object_set_new(view, "RequestId", json_string(request->id));
    char *raw = json_dumps(view, JSON_COMPACT);
    answer(request, 200, g_strdup(raw));
    free(raw);
}

void pmx_ims_handle(PmxExchange *exchange, PmxService *service, PmxAccess *access)
{
    g_autofree char *id = pmx_ims_request_id();
    Request request = {.exchange = exchange, .service = service, .id = id};
    Failure failure = {0};
    json_t *view = serve(&request, access, &failure);
    if (view)
        answer_success(&request, view);
    else
        answer_failure(&request, &failure);
    json_decref(view);
    g_free(failure.code);
    g_free(failure.message);
    pmx_parameters_free(request.query);
    pmx_parameters_free(request.form);
}

char *pmx_ims_refuse(guint status, G_GNUC_UNUSED const char *path, const char *why)
{
    g_autofree char *id = pmx_ims_request_id();
    return pmx_ims_error_body(id, "", pmx_ims_error_code(status), why);
}
