/* SPDX-License-Identifier: MIT */
/* The cloud's signatures against vectors of its own clients: api/signature. */
#include "signed-requests.h"

static void test_acs3(gconstpointer data)
{
    const SignedRequest *request = data;
    Wire wire;
    wire_open(&wire, request);
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxAuthorization) authorization =
        pmx_authorization_parse(header_of("authorization", request->headers), &error);
    g_assert_no_error(error);
    g_assert_cmpstr(authorization->key_id, ==, request->key_id);
    g_assert_cmpstr(authorization->signature, ==, request->signature);
    g_autofree char *canonical =
        pmx_acs3_canonical(&wire.signable, authorization->headers, PMX_TEXT_SIGNED);
    g_assert_cmpstr(canonical, ==, request->canonical);
    g_autofree char *to_sign = pmx_acs3_to_sign(canonical);
    g_assert_cmpstr(to_sign, ==, request->to_sign);
    g_autofree char *signature = pmx_acs3_sign(to_sign, request->secret);
    g_assert_cmpstr(signature, ==, request->signature);
    wire_close(&wire);
}

static void test_rpc(gconstpointer data)
{
    const SignedRequest *request = data;
    Wire wire;
    wire_open(&wire, request);
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    if (wire.form)
        pmx_parameters_merge(wire.query, wire.form, problems);
    g_assert_cmpuint(pmx_problems_count(problems), ==, 0);
    g_autofree char *to_sign = pmx_rpc_to_sign(request->method, wire.query, PMX_TEXT_SIGNED);
    g_assert_cmpstr(to_sign, ==, request->to_sign);
    g_autofree char *signature = pmx_rpc_sign(to_sign, request->secret);
    g_assert_cmpstr(signature, ==, request->signature);
    g_assert_cmpstr(pmx_parameters_find(wire.query, "Signature"), ==, request->signature);
    wire_close(&wire);
}

static PmxAuthorization *parse(const char *value, GError **error)
{
    return pmx_authorization_parse(value, error);
}

static void test_authorization_forms(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxAuthorization) spaced = parse(
        "ACS3-HMAC-SHA256  Signature=ab , SignedHeaders=X-Acs-Date;Host, Credential=id", &error);
    g_assert_no_error(error);
    g_assert_cmpstr(spaced->key_id, ==, "id");
    g_assert_cmpstr(spaced->signature, ==, "ab");
    g_assert_cmpstr(spaced->headers[0], ==, "host");
    g_assert_cmpstr(spaced->headers[1], ==, "x-acs-date");
    g_assert_null(spaced->headers[2]);
    g_assert_true(pmx_authorization_is_acs("ACS3-HMAC-SHA256 x"));
    g_assert_false(pmx_authorization_is_acs("Basic QUNTOmE="));
    g_assert_false(pmx_authorization_is_acs(NULL));
}

static void assert_refused(const char *value, PmxCode code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxAuthorization) authorization = parse(value, &error);
    g_test_message("%.60s", value);
    g_assert_null(authorization);
    g_assert_error(error, PMX_ERROR, (int)code);
}

static void test_authorization_mistakes(void)
{
    assert_refused("ACS3-RSA-SHA256 Credential=a,SignedHeaders=host,Signature=b",
                   PMX_CODE_NOT_SUPPORTED);
    assert_refused("ACS4-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=b",
                   PMX_CODE_NOT_SUPPORTED);
    assert_refused("ACS3-HMAC-SHA256", PMX_CODE_INVALID);
    assert_refused("ACS3-HMAC-SHA256 ", PMX_CODE_INVALID);
    assert_refused("ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host", PMX_CODE_INVALID);
    assert_refused("ACS3-HMAC-SHA256 Credential=a,Signature=b", PMX_CODE_INVALID);
    assert_refused("ACS3-HMAC-SHA256 SignedHeaders=host,Signature=b", PMX_CODE_INVALID);
    assert_refused("ACS3-HMAC-SHA256 Credential=a,Credential=b,SignedHeaders=host,Signature=b",
                   PMX_CODE_INVALID);
    assert_refused("ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=b,More=c",
                   PMX_CODE_INVALID);
    g_autoptr(GString) many =
        g_string_new("ACS3-HMAC-SHA256 Credential=a,Signature=b,SignedHeaders=x");
    for (int i = 0; i < 64; i++)
        g_string_append(many, ";x");
    assert_refused(many->str, PMX_CODE_INVALID);
}

static const char *padded_header(const char *name, gconstpointer source)
{
    (void)source;
    return g_str_equal(name, "x-acs-security-token") ? "  token \t" : " ice.example.com:8080 ";
}

/* Values are trimmed; what is secret is not shown. */
static void test_canonical_headers(void)
{
    g_autoptr(PmxParameters) query = pmx_parameters_new();
    g_assert_true(pmx_parameters_add(query, "b", "2"));
    g_assert_true(pmx_parameters_add(query, "B", "1"));
    g_assert_true(pmx_parameters_add(query, "AuthKey", "Secret1"));
    const PmxSignable request = {
        .method = "GET", .path = "/", .query = query, .body = "", .header = padded_header};
    char *headers[] = {(char *)"host", (char *)"x-acs-security-token", NULL};
    g_autofree char *text = pmx_acs3_canonical(&request, headers, PMX_TEXT_SIGNED);
    g_assert_cmpstr(text, ==,
                    "GET\n/\nAuthKey=Secret1&B=1&b=2\nhost:ice.example.com:8080\n"
                    "x-acs-security-token:token\n\nhost;x-acs-security-token\n" NO_BODY);
    g_autofree char *shown = pmx_acs3_canonical(&request, headers, PMX_TEXT_SHOWN);
    g_assert_nonnull(strstr(shown, "AuthKey=%2A%2A%2A&B=1&b=2\n"));
    g_assert_nonnull(strstr(shown, "x-acs-security-token:***\n"));
}

static void test_equal(void)
{
    g_assert_true(pmx_texts_equal("", ""));
    g_assert_true(pmx_texts_equal("abc", "abc"));
    g_assert_false(pmx_texts_equal("abc", "abd"));
    g_assert_false(pmx_texts_equal("abc", "Abc"));
    g_assert_false(pmx_texts_equal("abc", "ab"));
    g_assert_false(pmx_texts_equal("ab", "abc"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(acs3_requests); i++) {
        g_autofree char *path = g_strdup_printf("/signature/acs3-%u", i);
        g_test_add_data_func(path, &acs3_requests[i], test_acs3);
    }
    for (guint i = 0; i < G_N_ELEMENTS(rpc_requests); i++) {
        g_autofree char *path = g_strdup_printf("/signature/rpc-%u", i);
        g_test_add_data_func(path, &rpc_requests[i], test_rpc);
    }
    g_test_add_func("/signature/authorization-forms", test_authorization_forms);
    g_test_add_func("/signature/authorization-mistakes", test_authorization_mistakes);
    g_test_add_func("/signature/canonical-headers", test_canonical_headers);
    g_test_add_func("/signature/equal", test_equal);
    return g_test_run();
}
