/* SPDX-License-Identifier: MIT */
/* Where a storage is and how it is spoken to: storage/endpoint, dialect, and a bucket's options. */
#include "storage/endpoint.h"

#include <string.h>

#include "storage/dialect.h"

static void test_endpoints(void)
{
    static const struct {
        const char *text;
        gboolean given;
        const char *scheme, *name, *host;
        gboolean path_style;
    } cases[] = {
        {"s3.amazonaws.com", FALSE, "https", "s3.amazonaws.com", "s3.amazonaws.com", FALSE},
        {"https://S3.Example.COM/", TRUE, "https", "s3.example.com", "s3.example.com", TRUE},
        {"http://host:80", FALSE, "http", "host", "host", FALSE},
        {"http://host:443", FALSE, "http", "host", "host:443", FALSE},
        {"https://host:443", FALSE, "https", "host", "host", FALSE},
        {"host:9000", FALSE, "https", "host", "host:9000", FALSE},
        {"http://127.0.0.1:8080", FALSE, "http", "127.0.0.1", "127.0.0.1:8080", TRUE},
        {"http://[::1]:8080", FALSE, "http", "::1", "[::1]:8080", TRUE},
        {"http://oss-cn-test.localhost:1", FALSE, "http", "oss-cn-test.localhost",
         "oss-cn-test.localhost:1", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(PmxEndpoint) endpoint = {0};
        g_test_message("%s", cases[i].text);
        g_assert_true(pmx_endpoint_parse(cases[i].text, cases[i].given, &endpoint, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(endpoint.scheme, ==, cases[i].scheme);
        g_assert_cmpstr(endpoint.name, ==, cases[i].name);
        g_assert_cmpstr(endpoint.host, ==, cases[i].host);
        g_assert_true(endpoint.path_style == cases[i].path_style);
    }
}

static void test_no_endpoints(void)
{
    static const char *const texts[] = {"",
                                        "ftp://host",
                                        "file:///tmp",
                                        "http://",
                                        "http://host/path",
                                        "http://user:word@host",
                                        "user:word@host",
                                        "http://host?a=word",
                                        "http://host#a",
                                        "host name",
                                        "http://ho%2Fst",
                                        "http://host:99999999"};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(PmxEndpoint) endpoint = {0};
        g_test_message("%s", texts[i]);
        g_assert_false(pmx_endpoint_parse(texts[i], FALSE, &endpoint, &error));
        g_assert_error(error, PMX_ERROR, PMX_CODE_INVALID);
        g_assert_null(strstr(error->message, "word"));
    }
}

static void test_regions(void)
{
    static const struct {
        PmxBucketType type;
        const char *given, *host;
        guint signature;
        const char *region; /* NULL: there is none */
    } cases[] = {
        {PMX_BUCKET_S3, NULL, "s3.amazonaws.com", 0, "us-east-1"},
        {PMX_BUCKET_S3, "", "s3.amazonaws.com", 0, "us-east-1"},
        {PMX_BUCKET_S3, "oss-like", "host", 0, "oss-like"},
        {PMX_BUCKET_OSS, NULL, "oss-cn-hangzhou.aliyuncs.com", 4, "cn-hangzhou"},
        {PMX_BUCKET_OSS, NULL, "oss-cn-hangzhou-internal.aliyuncs.com", 0, "cn-hangzhou"},
        {PMX_BUCKET_OSS, "oss-cn-beijing", "oss-accelerate.aliyuncs.com", 0, "cn-beijing"},
        {PMX_BUCKET_OSS, NULL, "oss-accelerate.aliyuncs.com", 0, NULL},
        {PMX_BUCKET_OSS, NULL, "oss-accelerate-overseas.aliyuncs.com", 0, NULL},
        {PMX_BUCKET_OSS, NULL, "example.com", 0, NULL},
        {PMX_BUCKET_OSS, NULL, "example.com", 1, ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        PmxSignScheme scheme;
        const PmxBucketOptions options = {
            .type = cases[i].type, .region = cases[i].given, .signature = cases[i].signature};
        g_assert_true(pmx_dialect_scheme(&options, &scheme, NULL));
        g_autofree char *region = pmx_dialect_region(&options, cases[i].host, scheme, &error);
        g_assert_cmpstr(region, ==, cases[i].region);
        g_assert_true((region == NULL) == (error != NULL));
    }
}

static void test_schemes(void)
{
    static const struct {
        PmxBucketType type;
        guint signature;
        PmxSignScheme scheme;
        gboolean ok;
    } cases[] = {
        {PMX_BUCKET_S3, 0, PMX_SIGN_AWS4, TRUE},   {PMX_BUCKET_S3, 4, PMX_SIGN_AWS4, TRUE},
        {PMX_BUCKET_S3, 1, PMX_SIGN_AWS4, FALSE},  {PMX_BUCKET_OSS, 0, PMX_SIGN_OSS4, TRUE},
        {PMX_BUCKET_OSS, 4, PMX_SIGN_OSS4, TRUE},  {PMX_BUCKET_OSS, 1, PMX_SIGN_OSS1, TRUE},
        {PMX_BUCKET_OSS, 2, PMX_SIGN_OSS4, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const PmxBucketOptions options = {.type = cases[i].type, .signature = cases[i].signature};
        PmxSignScheme scheme;
        g_assert_true(pmx_dialect_scheme(&options, &scheme, NULL) == cases[i].ok);
        g_assert_cmpint(scheme, ==, cases[i].scheme);
    }
}

/* What makes no bucket. `any`: the bucket that is named where the options allow any. */
static void test_options(void)
{
    static const struct {
        PmxBucketOptions options;
        const char *any;
    } cases[] = {
        {{.endpoint = "host", .access_key = "a", .secret = "s"}, NULL},
        {{.bucket = "abc", .access_key = "a", .secret = "s"}, NULL},
        {{.bucket = "abc", .endpoint = "host", .secret = "s"}, NULL},
        {{.bucket = "abc", .endpoint = "host", .access_key = "a"}, NULL},
        {{.bucket = "abc", .endpoint = "host", .access_key = "a", .secret = ""}, NULL},
        {{.bucket = "abc", .endpoint = "host/x", .access_key = "a", .secret = "s"}, NULL},
        {{.bucket = "abc", .endpoint = "host", .access_key = "a\nb", .secret = "s"}, NULL},
        {{.bucket = "abc", .endpoint = "host", .access_key = "a", .secret = "s", .acl = "x\r\ny"},
         NULL},
        {{.bucket = "abc", .endpoint = "host", .access_key = "a", .secret = "s", .signature = 3},
         NULL},
        {{.type = PMX_BUCKET_OSS,
          .bucket = "abc",
          .endpoint = "host",
          .access_key = "a",
          .secret = "s"},
         NULL},
        {{.type = PMX_BUCKET_OSS,
          .bucket = "abc",
          .endpoint = "oss-cn-hangzhou.aliyuncs.com",
          .access_key = "a",
          .secret = "s",
          .path_style = TRUE},
         NULL},
        {{.endpoint = "host", .access_key = "a", .secret = "s"}, "ab"},
        {{.endpoint = "host", .access_key = "a", .secret = "s"}, "Abc"},
        {{.endpoint = "host", .access_key = "a", .secret = "s"}, "a_bc"},
        {{.endpoint = "host", .access_key = "a", .secret = "s"}, "a..b"},
        {{.endpoint = "host", .access_key = "a", .secret = "s"}, ".abc"},
        {{.endpoint = "host", .access_key = "a", .secret = "s"}, "abc-"},
        {{.endpoint = "host", .access_key = "a", .secret = "s"}, "evil.com/"},
        {{.endpoint = "host", .access_key = "a", .secret = "s"}, "evil.com#"},
        {{.endpoint = "host", .access_key = "a", .secret = "s", .path_style = TRUE}, "a/b"},
        {{.endpoint = "host", .access_key = "a", .secret = "s", .path_style = TRUE}, "a@b"},
        {{.type = PMX_BUCKET_FOLDER, .endpoint = "/"}, "../tmp"},
        {{.type = PMX_BUCKET_FOLDER, .endpoint = "/"}, ".."},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(PmxBucket) bucket =
            pmx_bucket_new(&cases[i].options, cases[i].any, NULL, NULL, &error);
        g_test_message("%u: %s", i, error ? error->message : "no error");
        g_assert_null(bucket);
        g_assert_nonnull(error);
    }
    const PmxBucketOptions good = {
        .endpoint = "host", .access_key = "a", .secret = "s", .path_style = TRUE};
    g_autoptr(PmxBucket) bucket = pmx_bucket_new(&good, "A_b.c", NULL, NULL, NULL);
    g_assert_nonnull(bucket);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/endpoint/endpoints", test_endpoints);
    g_test_add_func("/endpoint/no-endpoints", test_no_endpoints);
    g_test_add_func("/endpoint/regions", test_regions);
    g_test_add_func("/endpoint/schemes", test_schemes);
    g_test_add_func("/endpoint/options", test_options);
    return g_test_run();
}
