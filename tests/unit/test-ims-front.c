/* SPDX-License-Identifier: MIT */
/* The IMS front: which requests it takes, how it refuses the others, and what it hands the service. */
#include "api/ims/actions.h"
#include "api/ims/error.h"

#include "ims-asking.h"

static const char *const hex = "0123456789ABCDEF";

static void assert_request_id(const char *id)
{
    g_assert_nonnull(id);
    g_assert_cmpuint(strlen(id), ==, 36);
    for (guint i = 0; i < 36; i++)
        g_assert_true(i == 8 || i == 13 || i == 18 || i == 23 ? id[i] == '-'
                                                              : strchr(hex, id[i]) != NULL);
}

static void assert_refused(const Asking *asking, guint status, const char *code,
                           const char *message)
{
    g_assert_cmpstr(asking_text(asking, "Code"), ==, code);
    g_assert_cmpuint(asking->status, ==, status);
    g_assert_true(g_pattern_match_simple(message, asking_text(asking, "Message")));
    g_assert_cmpuint(json_object_size(asking->answer), ==, 5);
    g_assert_nonnull(asking_text(asking, "HostId"));
    g_assert_cmpuint(strlen(asking_text(asking, "Recommend")), >, 0);
    assert_request_id(asking_text(asking, "RequestId"));
    g_assert_cmpstr(asking_text(asking, "RequestId"), ==, asking->request_header);
}

static void assert_taken(const Asking *asking)
{
    g_assert_cmpstr(asking_text(asking, "Message"), ==, NULL);
    g_assert_cmpuint(asking->status, ==, 200);
    g_assert_null(json_object_get(asking->answer, "Code"));
    assert_request_id(asking_text(asking, "RequestId"));
    g_assert_cmpstr(asking_text(asking, "RequestId"), ==, asking->request_header);
}

/* --- the request --- */

static void test_query_form_both(void)
{
    Asking asking;
    asking_begin(&asking);
    const char *const parts[][2] = {
        {"Action=GetMediaConvertJob&Version=2020-11-09&JobId=a%20b", ""},
        {"", "Action=GetMediaConvertJob&Version=2020-11-09&JobId=a+b"},
        {"Version=2020-11-09&JobId=a%20b", "Action=GetMediaConvertJob"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        asking_ask(&asking, "POST", parts[i][0], parts[i][1]);
        assert_taken(&asking);
        g_assert_cmpstr(asking.service->texts[0], ==, "a b");
        g_assert_cmpstr(asking.service->called, ==, "job");
        asking.service->called = NULL;
    }
    asking_ask(&asking, "GET", parts[0][0], "");
    assert_taken(&asking);
    asking_end(&asking);
}

static void test_methods(void)
{
    Asking asking;
    asking_begin(&asking);
    const char *const methods[] = {"PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "post"};
    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        asking_ask(&asking, methods[i], "Action=ListPipelines&Version=2020-11-09", "");
        assert_refused(&asking, 405, "UnsupportedHTTPMethod", "*POST or GET*");
        g_assert_cmpstr(asking.allow, ==, "GET, POST");
    }
    g_assert_null(asking.service->called);
    asking_end(&asking);
}

static void test_protocol(void)
{
    Asking asking;
    asking_begin(&asking);
    asking_ask(&asking, "POST", "Version=2020-11-09", "");
    assert_refused(&asking, 400, "MissingParameter", "Action*");
    asking_ask(&asking, "POST", "Action=ListPipelines", "");
    assert_refused(&asking, 400, "MissingParameter", "Version*");
    asking_ask(&asking, "POST", "Action=ListPipelines&Version=2017-01-01", "");
    assert_refused(&asking, 400, "InvalidVersion", "*2020-11-09*2017-01-01*");
    asking_ask(&asking, "POST", "Action=ListPipelines&Version=2020-11-09&Format=XML", "");
    assert_refused(&asking, 400, "InvalidParameter.NotSupported", "Format*JSON*");
    asking_act(&asking, "ListPipeline", "");
    assert_refused(&asking, 404, "InvalidAction.NotFound", "*\"ListPipelines\"?");
    asking_act(&asking, "Zzz", "");
    assert_refused(&asking, 404, "InvalidAction.NotFound", "*\"Zzz\"");
    asking_act(&asking, "listpipelines", "");
    assert_refused(&asking, 404, "InvalidAction.NotFound", "*\"ListPipelines\"?");
    g_assert_null(asking.service->called);
    asking_end(&asking);
}

/* Parameters of the protocol, and what empty ones mean. */
static void test_ignored(void)
{
    Asking asking;
    asking_begin(&asking);
    asking_act(&asking, "ListMediaConvertJobs",
               "RegionId=cn-shanghai&SecurityToken=&OwnerId=&Status=&PageSize=&OrderBy=%20"
               "&StartOfCreateTime=&NextPageToken=&JobId=");
    assert_taken(&asking);
    g_assert_null(asking.service->jobs.state);
    g_assert_null(asking.service->jobs.id);
    g_assert_cmpuint(asking.service->jobs.limit, ==, 20);
    asking_end(&asking);
}

static void test_not_a_form(void)
{
    Asking asking;
    asking_begin(&asking);
    PmxExchange exchange;
    exchange_init(&exchange);
    exchange.body = "{}";
    exchange.length = 2;
    exchange_set_header(&exchange, "content-type", "application/json");
    asking_send(&asking, &exchange);
    assert_refused(&asking, 400, "InvalidParameter", "Content-Type*form-urlencoded*");
    exchange_clear(&exchange);
    asking_end(&asking);
}

static void test_twice(void)
{
    Asking asking;
    asking_begin(&asking);
    asking_act(&asking, "GetMediaConvertJob", "JobId=a&JobId=b");
    assert_refused(&asking, 400, "InvalidParameter", "JobId*");
    asking_ask(&asking, "POST", "Action=GetMediaConvertJob&Version=2020-11-09&JobId=a", "JobId=a");
    g_assert_cmpuint(asking.status, ==, 400);
    g_assert_null(asking.service->called);
    asking_end(&asking);
}

/* --- who --- */

static void test_strangers(void)
{
    Asking asking;
    asking_begin(&asking);
    PmxExchange exchange;
    exchange_init(&exchange);
    exchange.query = "Action=ListPipelines&Version=2020-11-09";
    asking_send(&asking, &exchange);
    exchange_clear(&exchange);
    g_assert_cmpuint(asking.status, >=, 400);
    g_assert_null(asking.service->called);

    /* nothing of what is asked is looked at first */
    exchange_init(&exchange);
    exchange.query = "Action=Nonsense&PageSize=x";
    asking_send(&asking, &exchange);
    exchange_clear(&exchange);
    g_assert_cmpstr(asking_text(&asking, "Code"), !=, "InvalidAction.NotFound");
    asking_end(&asking);
}

static void test_changed_on_the_way(void)
{
    Asking asking;
    asking_begin(&asking);
    g_autofree char *signed_query =
        asking_sign(&asking, "POST", "Action=GetPipeline&Version=2020-11-09&PipelineId=a", "");
    g_autofree char *changed = g_strconcat(signed_query, "&Name=b", NULL);
    PmxExchange exchange;
    exchange_init(&exchange);
    exchange.query = changed;
    asking_send(&asking, &exchange);
    exchange_clear(&exchange);
    assert_refused(&asking, 400, "SignatureDoesNotMatch", "*");

    exchange_init(&exchange);
    exchange.query = signed_query;
    asking_send(&asking, &exchange);
    exchange_clear(&exchange);
    assert_taken(&asking);

    exchange_init(&exchange);
    exchange.query = signed_query;
    asking_send(&asking, &exchange);
    exchange_clear(&exchange);
    assert_refused(&asking, 400, "SignatureNonceUsed", "*");
    asking_end(&asking);
}

/* V2 signs no headers, so they may not say what is done. */
static void test_unsigned_action(void)
{
    Asking asking;
    asking_begin(&asking);
    g_autofree char *query = asking_sign(&asking, "POST", "Version=2020-11-09&PipelineId=a", "");
    PmxExchange exchange;
    exchange_init(&exchange);
    exchange.query = query;
    exchange_set_header(&exchange, "x-acs-action", "DeletePipeline");
    asking_send(&asking, &exchange);
    exchange_clear(&exchange);
    assert_refused(&asking, 400, "MissingParameter", "Action*");
    g_assert_null(asking.service->called);
    asking_end(&asking);
}

static const char *header_of(const char *name, gconstpointer source)
{
    return pmx_exchange_header(source, name);
}

static void sign_v3(PmxExchange *exchange)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxParameters) query =
        pmx_parameters_parse(exchange->query, strlen(exchange->query), problems);
    const PmxSignable signable = {.method = exchange->method,
                                  .path = exchange->path,
                                  .query = query,
                                  .body = exchange->body,
                                  .body_length = exchange->length,
                                  .header = header_of,
                                  .source = exchange};
    char *names[] = {(char *)"host",
                     (char *)"x-acs-action",
                     (char *)"x-acs-content-sha256",
                     (char *)"x-acs-date",
                     (char *)"x-acs-signature-nonce",
                     (char *)"x-acs-version",
                     NULL};
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, exchange->body, -1);
    exchange_set_header(exchange, "x-acs-content-sha256", hash);
    exchange_set_header(exchange, "x-acs-date", ASKING_NOW);
    exchange_set_header(exchange, "x-acs-signature-nonce", "v3");
    g_autofree char *canonical = pmx_acs3_canonical(&signable, names, PMX_TEXT_SIGNED);
    g_autofree char *to_sign = pmx_acs3_to_sign(canonical);
    g_autofree char *signature = pmx_acs3_sign(to_sign, "testsecret");
    g_autofree char *list = g_strjoinv(";", names);
    g_autofree char *authorization = g_strdup_printf(
        "ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=%s,Signature=%s", list, signature);
    exchange_set_header(exchange, "authorization", authorization);
}

static void test_v3(void)
{
    Asking asking;
    asking_begin(&asking);
    PmxExchange exchange;
    exchange_init(&exchange);
    exchange.query = "JobId=j";
    exchange_set_header(&exchange, "x-acs-action", "GetMediaConvertJob");
    exchange_set_header(&exchange, "x-acs-version", "2020-11-09");
    sign_v3(&exchange);
    asking_send(&asking, &exchange);
    exchange_clear(&exchange);
    assert_taken(&asking);
    g_assert_cmpstr(asking.service->texts[0], ==, "j");
    asking_end(&asking);
}

/* --- what the service says --- */

static void test_service_fails(void)
{
    const struct {
        PmxCode code;
        guint status;
        const char *name;
    } rows[] = {
        {PMX_CODE_INVALID, 400, "InvalidParameter"},
        {PMX_CODE_RESOURCE_NOT_FOUND, 404, "InvalidParameter.ResourceNotFound"},
        {PMX_CODE_RESOURCE_BAD, 400, "InvalidParameter.ResourceContentBad"},
        {PMX_CODE_ACCESS_DENIED, 403, "PermissionDenied.ResourceAccess"},
    };
    Asking asking;
    asking_begin(&asking);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        asking.service->problem = (PmxProblem){rows[i].code, (char *)"JobId", (char *)"is odd"};
        asking_act(&asking, "GetMediaConvertJob", "JobId=j");
        assert_refused(&asking, rows[i].status, rows[i].name, "JobId: is odd");
    }
    asking_end(&asking);
}

static void test_own_failures(void)
{
    Asking asking;
    asking_begin(&asking);
    asking.service->problem = (PmxProblem){PMX_CODE_INTERNAL, (char *)"", (char *)"disk full"};
    g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "request *InternalError: disk full");
    asking_act(&asking, "ListPipelines", "");
    g_test_assert_expected_messages();
    assert_refused(&asking, 500, "InternalError", "disk full");
    asking.service->problem.message = NULL;
    asking.service->mute = TRUE;
    g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "request *InternalError*");
    asking_act(&asking, "ListPipelines", "");
    g_test_assert_expected_messages();
    assert_refused(&asking, 500, "InternalError", "*no answer*");
    asking_end(&asking);
}

static void test_many_problems(void)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    for (int i = 0; i < 100; i++)
        pmx_problems_add(problems, PMX_CODE_INVALID, "a", "wrong");
    g_autofree char *all = pmx_ims_problems_text(problems);
    g_assert_true(g_str_has_suffix(all, "\na: wrong"));
    pmx_problems_add(problems, PMX_CODE_INVALID, "", "wrong");
    g_autofree char *most = pmx_ims_problems_text(problems);
    g_assert_true(g_str_has_suffix(most, "\na: wrong\nand 1 more"));
}

/* --- errors of HTTP alone --- */

static void test_refuse(void)
{
    const struct {
        guint status;
        const char *code;
    } rows[] = {{400, "InvalidParameter"},
                {404, "InvalidPath.NotFound"},
                {405, "UnsupportedHTTPMethod"},
                {411, "MissingContentLength"},
                {413, "RequestBodyTooLarge"},
                {414, "RequestUriTooLong"},
                {429, "Throttling"},
                {431, "RequestHeaderTooLarge"},
                {500, "InternalError"},
                {503, "ServiceUnavailable"}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *body = pmx_ims_refuse(rows[i].status, "/", "too \xff much");
        Asking asking = {.status = rows[i].status, .answer = json_loads(body, 0, NULL)};
        asking.request_header = g_strdup(asking_text(&asking, "RequestId"));
        assert_refused(&asking, rows[i].status, rows[i].code, "too * much");
        g_assert_cmpuint(pmx_ims_error_status(rows[i].code), ==, rows[i].status);
        asking_forget(&asking);
    }
    g_assert_cmpuint(pmx_ims_error_status("Unheard"), ==, 400);
}

/* --- the table --- */

static void test_table(void)
{
    const PmxImsAction *action, *before = NULL;
    guint count = 0;
    for (; (action = pmx_ims_action_at(count)); count++, before = action) {
        g_assert_true(pmx_ims_action_find(action->name) == action);
        g_assert_cmpstr(action->parameters->name, ==, action->name);
        g_assert_true(action != before);
        g_assert_true(g_str_has_suffix(action->parameters->doc, "."));
        for (const PmxField *field = action->parameters->fields; field->name; field++)
            g_assert_nonnull(field->doc);
    }
    g_assert_cmpuint(count, ==, 24);
}

static void test_reference(void)
{
    g_autofree char *page = pmx_ims_reference_markdown();
    const PmxImsAction *action;
    for (guint i = 0; (action = pmx_ims_action_at(i)); i++) {
        g_autofree char *title = g_strconcat("## ", action->name, "\n", NULL);
        g_assert_nonnull(strstr(page, title));
    }
    g_assert_nonnull(strstr(page, "| `PageSize` | whole number | 1 to 100 | `20` |"));
    g_assert_nonnull(strstr(page, "## SubmitMediaInfoJob.Input\n"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ims-front/query-form-both", test_query_form_both);
    g_test_add_func("/ims-front/methods", test_methods);
    g_test_add_func("/ims-front/protocol", test_protocol);
    g_test_add_func("/ims-front/ignored", test_ignored);
    g_test_add_func("/ims-front/not-a-form", test_not_a_form);
    g_test_add_func("/ims-front/twice", test_twice);
    g_test_add_func("/ims-front/strangers", test_strangers);
    g_test_add_func("/ims-front/changed-on-the-way", test_changed_on_the_way);
    g_test_add_func("/ims-front/unsigned-action", test_unsigned_action);
    g_test_add_func("/ims-front/v3", test_v3);
    g_test_add_func("/ims-front/service-fails", test_service_fails);
    g_test_add_func("/ims-front/own-failures", test_own_failures);
    g_test_add_func("/ims-front/many-problems", test_many_problems);
    g_test_add_func("/ims-front/refuse", test_refuse);
    g_test_add_func("/ims-front/table", test_table);
    g_test_add_func("/ims-front/reference", test_reference);
    return g_test_run();
}
