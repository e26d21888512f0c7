/* SPDX-License-Identifier: MIT */
/* Signatures of requests to object storages, against those of other clients: storage/sign. */
#include <string.h>

#include "base/hmac.h"
#include "storage/sign-parts.h"

#include "sign-vectors.h"

static const char *header_of(const PmxSigned *signed_request, const char *name)
{
    gsize length = strlen(name);
    for (char **line = signed_request->headers; *line; line++)
        if (strncmp(*line, name, length) == 0 && strncmp(*line + length, ": ", 2) == 0)
            return *line + length + 2;
    return NULL;
}

/* What was given is sent. */
static void assert_sent(const PmxSigned *signed_request, const PmxPair *headers)
{
    for (; headers->name; headers++) {
        g_autofree char *name = g_ascii_strdown(headers->name, -1);
        g_assert_cmpstr(header_of(signed_request, name), ==, headers->value);
    }
}

static void test_aws(gconstpointer data)
{
    const AwsVector *vector = data;
    const PmxSignRequest request = {.scheme = PMX_SIGN_AWS4,
                                    .keys = vector->keys,
                                    .method = vector->method,
                                    .host = vector->host,
                                    .bucket = vector->bucket,
                                    .key = vector->key,
                                    .path_style = vector->path_style,
                                    .query = vector->query,
                                    .headers = vector->headers,
                                    .sha256 = vector->sha256,
                                    .moment = vector->moment};
    g_autoptr(PmxSigned) signed_request = pmx_sign(&request);
    const char *moment = vector->moment == MAY_2013 ? "20130524T000000Z" : "20260102T030405Z";
    g_autofree char *authorization = g_strdup_printf(
        "AWS4-HMAC-SHA256 Credential=%s/%.8s/%s/s3/aws4_request,SignedHeaders=%s,Signature=%s",
        vector->keys->access_key, moment, vector->keys->region, vector->names, vector->signature);
    g_assert_cmpstr(signed_request->target, ==, vector->target);
    g_assert_cmpstr(header_of(signed_request, "authorization"), ==, authorization);
    g_assert_cmpstr(header_of(signed_request, "x-amz-date"), ==, moment);
    g_assert_cmpstr(header_of(signed_request, "x-amz-content-sha256"), ==,
                    vector->sha256 ? vector->sha256 : "UNSIGNED-PAYLOAD");
    g_assert_cmpstr(header_of(signed_request, "x-amz-security-token"), ==, vector->keys->token);
    g_assert_null(header_of(signed_request, "host"));
    assert_sent(signed_request, vector->headers);
}

static PmxSignRequest oss_request(PmxSignScheme scheme, const PmxSignKeys *keys, const char *method,
                                  const char *key)
{
    return (PmxSignRequest){.scheme = scheme,
                            .keys = keys,
                            .method = method,
                            .host = OSS_HOST,
                            .bucket = "examplebucket",
                            .key = key,
                            .moment = JANUARY_2026};
}

static PmxSigned *sign_oss(PmxSignScheme scheme, const OssVector *vector)
{
    PmxSignRequest request = oss_request(scheme, vector->keys, vector->method, vector->key);
    request.query = vector->query;
    request.headers = vector->headers;
    return pmx_sign(&request);
}

static void test_oss4(gconstpointer data)
{
    const OssVector *vector = data;
    g_autoptr(PmxSigned) signed_request = sign_oss(PMX_SIGN_OSS4, vector);
    g_autofree char *authorization = g_strconcat(
        "OSS4-HMAC-SHA256 Credential=" OSS_LINK_SCOPE ",Signature=", vector->signature4, NULL);
    g_assert_cmpstr(signed_request->target, ==, vector->target);
    g_assert_cmpstr(header_of(signed_request, "authorization"), ==, authorization);
    g_assert_cmpstr(header_of(signed_request, "x-oss-date"), ==, "20260102T030405Z");
    g_assert_cmpstr(header_of(signed_request, "x-oss-content-sha256"), ==, "UNSIGNED-PAYLOAD");
    g_assert_cmpstr(header_of(signed_request, "x-oss-security-token"), ==, vector->keys->token);
    assert_sent(signed_request, vector->headers);
}

static void test_oss1(gconstpointer data)
{
    const OssVector *vector = data;
    g_autoptr(PmxSigned) signed_request = sign_oss(PMX_SIGN_OSS1, vector);
    g_autofree char *authorization = g_strconcat("OSS testAccessKeyId:", vector->signature1, NULL);
    g_assert_cmpstr(signed_request->target, ==, vector->target);
    g_assert_cmpstr(header_of(signed_request, "authorization"), ==, authorization);
    g_assert_cmpstr(header_of(signed_request, "x-oss-date"), ==, "Fri, 02 Jan 2026 03:04:05 GMT");
    g_assert_cmpstr(header_of(signed_request, "x-oss-security-token"), ==, vector->keys->token);
    assert_sent(signed_request, vector->headers);
}

static void test_oss4_link(gconstpointer data)
{
    const OssLink *link = data;
    PmxSignRequest request = oss_request(PMX_SIGN_OSS4, &oss_keys, link->method, "a/b.mp4");
    const PmxPair query[] = {{"x-oss-credential", OSS_LINK_SCOPE},
                             {"x-oss-date", "20260102T030405Z"},
                             {"x-oss-expires", "3600"},
                             {"x-oss-signature-version", "OSS4-HMAC-SHA256"},
                             {*link->names ? "x-oss-additional-headers" : NULL, link->names},
                             {0}};
    request.query = query;
    g_autoptr(GTree) headers = pmx_sign_headers(link->headers);
    g_autofree char *canonical =
        pmx_sign_v4_canonical(&pmx_sign_oss4, &request, headers, link->names, "UNSIGNED-PAYLOAD");
    g_autofree char *to_sign = pmx_sign_v4_to_sign(&pmx_sign_oss4, &request, canonical);
    g_autofree char *signature = pmx_sign_v4_signature(&pmx_sign_oss4, &request, to_sign);
    g_assert_cmpstr(signature, ==, link->signature4);
}

static void test_oss1_link(gconstpointer data)
{
    const OssLink *link = data;
    PmxSignRequest request = oss_request(PMX_SIGN_OSS1, &oss_keys, link->method, "a/b.mp4");
    g_autoptr(GTree) headers = pmx_sign_headers(link->headers);
    g_autofree char *to_sign = pmx_sign_oss1_to_sign(&request, headers, OSS_LINK_EXPIRES);
    g_autofree char *signature = pmx_hmac_sha1_base64(oss_keys.secret, to_sign);
    g_assert_cmpstr(signature, ==, link->signature1);
}

/* The service, a bucket and an object, in the host and in the path. */
static void test_targets(void)
{
    static const struct {
        const char *bucket, *key;
        gboolean path_style;
        const char *target;
    } cases[] = {
        {NULL, NULL, FALSE, "/"},
        {"bucket", NULL, FALSE, "/"},
        {"bucket", "k", FALSE, "/k"},
        {NULL, NULL, TRUE, "/"},
        {"bucket", NULL, TRUE, "/bucket/"},
        {"bucket", "k", TRUE, "/bucket/k"},
        {"bucket", "/k/", TRUE, "/bucket//k/"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        for (PmxSignScheme scheme = PMX_SIGN_AWS4; scheme <= PMX_SIGN_OSS1; scheme++) {
            PmxSignRequest request = oss_request(scheme, &oss_keys, "GET", cases[i].key);
            request.bucket = cases[i].bucket;
            request.path_style = cases[i].path_style;
            g_autoptr(PmxSigned) signed_request = pmx_sign(&request);
            g_assert_cmpstr(signed_request->target, ==, cases[i].target);
        }
}

/* White space is sent as it is signed. */
static void test_white_space(void)
{
    static const PmxPair headers[] = {{"X-Oss-Meta-A", " \t a  b\r\n c "}, {0}};
    PmxSignRequest request = oss_request(PMX_SIGN_OSS1, &oss_keys, "GET", "k");
    request.headers = headers;
    g_autoptr(PmxSigned) signed_request = pmx_sign(&request);
    g_assert_cmpstr(header_of(signed_request, "x-oss-meta-a"), ==, "a b c");
    g_autoptr(GTree) tree = pmx_sign_headers(headers);
    g_autofree char *to_sign = pmx_sign_oss1_to_sign(&request, tree, "D");
    g_assert_cmpstr(to_sign, ==, "GET\n\n\nD\nx-oss-meta-a:a b c\n/examplebucket/k");
}

/* The secret is nowhere in what is sent. */
static void test_secret_stays(void)
{
    for (PmxSignScheme scheme = PMX_SIGN_AWS4; scheme <= PMX_SIGN_OSS1; scheme++) {
        PmxSignRequest request = oss_request(scheme, &oss_keys, "GET", "k");
        g_autoptr(PmxSigned) signed_request = pmx_sign(&request);
        g_autofree char *all = g_strjoinv("\n", signed_request->headers);
        g_assert_null(strstr(all, oss_keys.secret));
        g_assert_nonnull(strstr(all, oss_keys.access_key));
    }
}

static void add(const char *kind, const char *name, gconstpointer data, GTestDataFunc test)
{
    g_autofree char *path = g_strconcat("/sign/", kind, "/", name, NULL);
    g_test_add_data_func(path, data, test);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(aws_vectors); i++)
        add("aws4", aws_vectors[i].name, &aws_vectors[i], test_aws);
    for (guint i = 0; i < G_N_ELEMENTS(oss_vectors); i++) {
        add("oss4", oss_vectors[i].name, &oss_vectors[i], test_oss4);
        add("oss1", oss_vectors[i].name, &oss_vectors[i], test_oss1);
    }
    for (guint i = 0; i < G_N_ELEMENTS(oss_links); i++) {
        add("oss4-link", oss_links[i].method, &oss_links[i], test_oss4_link);
        add("oss1-link", oss_links[i].method, &oss_links[i], test_oss1_link);
    }
    g_test_add_func("/sign/targets", test_targets);
    g_test_add_func("/sign/white-space", test_white_space);
    g_test_add_func("/sign/secret-stays", test_secret_stays);
    return g_test_run();
}
