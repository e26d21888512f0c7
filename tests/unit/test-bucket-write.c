/* SPDX-License-Identifier: MIT */
/* Writing to a storage that answers well, badly and late: storage/bucket*. */
#include "bucket-stage.h"

#define ETAG(digits) "ETag: \"" digits "\"\r\n"
#define RIGHT ETAG(HELLO_MD5)
#define WRONG ETAG("00000000000000000000000000000000")
#define CRC64 "x-oss-hash-crc64ecma: "

static gboolean put(Stage *stage)
{
    const PmxFileRange hello = hello_range(stage);
    g_clear_error(&stage->error);
    return pmx_bucket_put(stage->bucket, "a b.mp4", "video/mp4", &hello, &patient, &stage->error);
}

static void test_put(void)
{
    STAGE(PMX_BUCKET_S3, {200, RIGHT, NULL});
    g_assert_true(put(&stage));
    assert_request(&stage, 0, "PUT /bucket/films/a%20b.mp4 HTTP/1.1\r\n");
    const Received *request = receiver_request(stage.receiver, 0);
    g_assert_cmpstr(request->body, ==, "hello");
    g_assert_true(has_header(request, "content-md5: " HELLO_MD5_BASE64));
    g_assert_true(has_header(request, "content-type: video/mp4"));
    g_assert_true(has_header(request, "Content-Length: 5"));
    g_assert_null(strstr(request->head, "-acl:"));
    g_assert_null(strstr(request->head, "-storage-class:"));
}

/* What the options say of what is written. */
static void test_options(PmxBucketType type, const char *const *lines)
{
    static const Step steps[] = {{200, RIGHT, "<a><UploadId>U</UploadId></a>"}};
    g_auto(Stage) stage = {0};
    stage_init(&stage, type, steps, 1);
    PmxBucketOptions options = stage_options(type, stage.receiver->url);
    options.acl = "private";
    options.storage_class = "COLD";
    pmx_bucket_free(stage.bucket);
    stage.bucket = pmx_bucket_new(&options, NULL, stage.client, &stage.clock.clock, &stage.error);
    g_assert_true(put(&stage));
    g_autoptr(PmxUploading) uploading =
        pmx_bucket_begin(stage.bucket, "k", "video/mp4", &patient, &stage.error);
    g_assert_nonnull(uploading);
    for (guint request = 0; request < 2; request++)
        for (const char *const *line = lines; *line; line++)
            g_assert_true(has_header(receiver_request(stage.receiver, request), *line));
}

static void test_options_s3(void)
{
    static const char *const lines[] = {"x-amz-acl: private", "x-amz-storage-class: COLD",
                                        "content-type: video/mp4", NULL};
    test_options(PMX_BUCKET_S3, lines);
}

static void test_options_oss(void)
{
    static const char *const lines[] = {"x-oss-object-acl: private", "x-oss-storage-class: COLD",
                                        "content-type: video/mp4", NULL};
    test_options(PMX_BUCKET_OSS, lines);
}

/* What the storage says it got, and whether that is what was sent. */
static void test_receipts(void)
{
    static const struct {
        PmxBucketType type;
        const char *headers;
        gboolean ok;
    } cases[] = {
        {PMX_BUCKET_S3, NULL, TRUE},
        {PMX_BUCKET_S3, "ETag: " HELLO_MD5 "\r\n", TRUE},
        {PMX_BUCKET_S3, "ETag: \"5D41402ABC4B2A76B9719D911017C592\"\r\n", TRUE},
        {PMX_BUCKET_S3, WRONG, FALSE},
        {PMX_BUCKET_S3, ETAG("00000000000000000000000000000000-2"), TRUE},
        {PMX_BUCKET_S3, ETAG("0000"), TRUE},
        {PMX_BUCKET_S3, WRONG "x-amz-server-side-encryption: aws:kms\r\n", TRUE},
        {PMX_BUCKET_S3, WRONG "x-amz-server-side-encryption-customer-algorithm: AES256\r\n", TRUE},
        {PMX_BUCKET_S3, RIGHT CRC64 "1\r\n", TRUE},
        {PMX_BUCKET_OSS, RIGHT CRC64 HELLO_CRC64 "\r\n", TRUE},
        {PMX_BUCKET_OSS, RIGHT CRC64 "1\r\n", FALSE},
        {PMX_BUCKET_OSS, RIGHT CRC64 "none\r\n", TRUE},
        {PMX_BUCKET_OSS, WRONG CRC64 HELLO_CRC64 "\r\n", FALSE},
        {PMX_BUCKET_OSS, WRONG "x-oss-server-side-encryption: KMS\r\n", TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Step step = {200, cases[i].headers, NULL};
        g_auto(Stage) stage = {0};
        stage_init(&stage, cases[i].type, &step, 1);
        g_test_message("%s", cases[i].headers);
        g_assert_true(put(&stage) == cases[i].ok);
        g_assert_cmpuint(receiver_count(stage.receiver), ==, cases[i].ok ? 1 : 4);
        if (!cases[i].ok)
            g_assert_error(stage.error, PMX_ERROR, PMX_CODE_UNAVAILABLE);
    }
}

/* Each attempt sends all of it. */
static void test_put_again(void)
{
    STAGE(PMX_BUCKET_S3, {500, NULL, NULL}, {200, WRONG, NULL}, {200, RIGHT, NULL});
    g_assert_true(put(&stage));
    g_assert_cmpuint(receiver_count(stage.receiver), ==, 3);
    for (guint i = 0; i < 3; i++)
        g_assert_cmpstr(receiver_request(stage.receiver, i)->body, ==, "hello");
}

/* A file that is shorter than was said is not sent at all. */
static void test_short_file(void)
{
    STAGE(PMX_BUCKET_S3, {200, NULL, NULL});
    const PmxFileRange range = {stage.fd, 10, 100};
    g_assert_false(pmx_bucket_put(stage.bucket, "k", "video/mp4", &range, &patient, &stage.error));
    g_assert_error(stage.error, PMX_ERROR, PMX_CODE_INTERNAL);
    g_assert_cmpuint(receiver_count(stage.receiver), ==, 0);
}

static void test_empty(void)
{
    STAGE(PMX_BUCKET_S3, {200, ETAG("d41d8cd98f00b204e9800998ecf8427e"), NULL});
    const PmxFileRange range = {stage.fd, 16, 0};
    g_assert_true(pmx_bucket_put(stage.bucket, "k", "video/mp4", &range, &patient, &stage.error));
    g_assert_true(has_header(receiver_request(stage.receiver, 0), "Content-Length: 0"));
}

/* --- in parts --- */

#define BEGUN                                                                                      \
    "<?xml version=\"1.0\"?><InitiateMultipartUploadResult><Bucket>bucket</Bucket>"                \
    "<UploadId>U&amp;1</UploadId></InitiateMultipartUploadResult>"
#define DONE "<CompleteMultipartUploadResult><ETag></ETag></CompleteMultipartUploadResult>"
#define BUSY "<?xml version=\"1.0\"?>\n  <Error><Code>InternalError</Code></Error>"

static const PmxUploading uploading = {(char *)"k", (char *)"U&1", 0};

static void test_begin(void)
{
    STAGE(PMX_BUCKET_OSS, {200, NULL, "<html/>"}, {200, NULL, BEGUN});
    g_autoptr(PmxUploading) begun =
        pmx_bucket_begin(stage.bucket, "k", "video/mp4", &patient, &stage.error);
    g_assert_no_error(stage.error);
    g_assert_cmpstr(begun->key, ==, "k");
    g_assert_cmpstr(begun->id, ==, "U&1");
    assert_request(&stage, 1, "POST /bucket/films/k?uploads HTTP/1.1\r\n");
}

static void test_part(void)
{
    STAGE(PMX_BUCKET_S3, {200, WRONG, NULL}, {200, RIGHT, NULL}, {200, NULL, NULL});
    const PmxFileRange hello = hello_range(&stage);
    g_autoptr(PmxPart) part =
        pmx_bucket_part(stage.bucket, &uploading, 7, &hello, &patient, &stage.error);
    g_assert_no_error(stage.error);
    g_assert_cmpuint(part->number, ==, 7);
    g_assert_cmpuint(part->length, ==, 5);
    g_assert_cmpstr(part->etag, ==, "\"" HELLO_MD5 "\"");
    assert_request(&stage, 1, "PUT /bucket/films/k?partNumber=7&uploadId=U%261 HTTP/1.1\r\n");
    g_assert_true(
        has_header(receiver_request(stage.receiver, 1), "content-md5: " HELLO_MD5_BASE64));
    /* Without an ETag it could not be named afterwards. */
    g_autoptr(PmxPart) nameless =
        pmx_bucket_part(stage.bucket, &uploading, 7, &hello, &patient, &stage.error);
    g_assert_null(nameless);
    g_assert_error(stage.error, PMX_ERROR, PMX_CODE_RESOURCE_BAD);
}

/* "hello" and ", world"; sums from xz --check=crc64. */
static gboolean complete(Stage *stage)
{
    PmxPart first = {1, 5, (char *)"\"a<&\"", G_GUINT64_CONSTANT(11177612005948864433)};
    PmxPart second = {2, 7, (char *)"b", G_GUINT64_CONSTANT(2159737895780350256)};
    g_autoptr(GPtrArray) parts = g_ptr_array_new();
    g_ptr_array_add(parts, &first);
    g_ptr_array_add(parts, &second);
    return pmx_bucket_complete(stage->bucket, &uploading, parts, &patient, &stage->error);
}

static void test_complete(void)
{
    STAGE(PMX_BUCKET_S3, {200, NULL, DONE});
    g_assert_true(complete(&stage));
    assert_request(&stage, 0, "POST /bucket/films/k?uploadId=U%261 HTTP/1.1\r\n");
    g_assert_cmpstr(receiver_request(stage.receiver, 0)->body, ==,
                    "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>"
                    "<ETag>&quot;a&lt;&amp;&quot;</ETag></Part><Part><PartNumber>2</PartNumber>"
                    "<ETag>b</ETag></Part></CompleteMultipartUpload>");
}

/* A success with an error in it is none. */
static void test_complete_busy(void)
{
    STAGE(PMX_BUCKET_S3, {200, NULL, BUSY}, {200, NULL, BUSY}, {200, NULL, DONE});
    g_assert_true(complete(&stage));
    g_assert_cmpuint(receiver_count(stage.receiver), ==, 3);
}

static void test_complete_denied(void)
{
    STAGE(PMX_BUCKET_S3, {200, NULL, "<Error><Code>AccessDenied</Code></Error>"});
    g_assert_false(complete(&stage));
    g_assert_error(stage.error, PMX_ERROR, PMX_CODE_ACCESS_DENIED);
    g_assert_cmpuint(receiver_count(stage.receiver), ==, 1);
}

/* A success that does not say so is not believed: its error may have been cut. If it was one, the upload
 * is gone and the object is there. */
static void test_complete_unclear(void)
{
    STAGE(PMX_BUCKET_S3, {200, NULL, "<?xml version=\"1.0\"?>\n <Error><Code>Acc"},
          {404, NULL, NO_SUCH("Upload")}, {200, NULL, "hello, world"}, {200, NULL, NULL});
    g_assert_true(complete(&stage));
    g_assert_cmpuint(receiver_count(stage.receiver), ==, 3);
    g_assert_false(complete(&stage));
    g_assert_error(stage.error, PMX_ERROR, PMX_CODE_RESOURCE_BAD);
    g_assert_nonnull(strstr(stage.error->message, "does not say that it put the parts together"));
}

/* The sum of the whole is known from those of the parts. */
static void test_complete_sum(void)
{
    STAGE(PMX_BUCKET_OSS, {200, CRC64 "242422964339304333\r\n", DONE},
          {200, CRC64 "242422964339304334\r\n", DONE});
    g_assert_true(complete(&stage));
    g_assert_false(complete(&stage));
    g_assert_error(stage.error, PMX_ERROR, PMX_CODE_UNAVAILABLE);
    g_assert_nonnull(strstr(stage.error->message, "put its parts together wrongly"));
}

/* It was done, but nobody heard: the upload is gone and the object is there. */
static void test_complete_unheard(void)
{
    STAGE(PMX_BUCKET_S3, {200, RIGHT, NULL}, {RECEIVER_CLOSES, NULL, NULL},
          {404, NULL, NO_SUCH("Upload")}, {200, NULL, "hello, world"});
    g_assert_true(put(&stage)); /* and keeps the connection */
    g_assert_true(complete(&stage));
    assert_request(&stage, 2, "POST /bucket/films/k?uploadId=U%261 HTTP/1.1\r\n");
    assert_request(&stage, 3, "HEAD /bucket/films/k HTTP/1.1\r\n");
}

/* What is there is another object, or the upload never was. */
static void test_complete_gone(void)
{
    STAGE(PMX_BUCKET_S3, {RECEIVER_CLOSES, NULL, NULL}, {404, NULL, NO_SUCH("Upload")},
          {200, NULL, "hello"}, {404, NULL, NO_SUCH("Upload")}, {200, NULL, "hello, world"});
    g_assert_false(complete(&stage));
    g_assert_error(stage.error, PMX_ERROR, PMX_CODE_RESOURCE_NOT_FOUND);
    g_clear_error(&stage.error);
    g_assert_false(complete(&stage));
    g_assert_error(stage.error, PMX_ERROR, PMX_CODE_RESOURCE_NOT_FOUND);
    g_assert_cmpuint(receiver_count(stage.receiver), ==, 4);
}

static void test_abort(void)
{
    STAGE(PMX_BUCKET_S3, {204, NULL, NULL}, {404, NULL, NO_SUCH("Upload")},
          {404, NULL, NO_SUCH("Key")}, {404, NULL, NO_SUCH("Bucket")});
    for (guint i = 0; i < 3; i++)
        g_assert_true(pmx_bucket_abort(stage.bucket, &uploading, &patient, &stage.error));
    g_assert_false(pmx_bucket_abort(stage.bucket, &uploading, &patient, &stage.error));
    g_assert_error(stage.error, PMX_ERROR, PMX_CODE_RESOURCE_NOT_FOUND);
    assert_request(&stage, 0, "DELETE /bucket/films/k?uploadId=U%261 HTTP/1.1\r\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bucket-write/put", test_put);
    g_test_add_func("/bucket-write/options-s3", test_options_s3);
    g_test_add_func("/bucket-write/options-oss", test_options_oss);
    g_test_add_func("/bucket-write/receipts", test_receipts);
    g_test_add_func("/bucket-write/put-again", test_put_again);
    g_test_add_func("/bucket-write/short-file", test_short_file);
    g_test_add_func("/bucket-write/empty", test_empty);
    g_test_add_func("/bucket-write/begin", test_begin);
    g_test_add_func("/bucket-write/part", test_part);
    g_test_add_func("/bucket-write/complete", test_complete);
    g_test_add_func("/bucket-write/complete-busy", test_complete_busy);
    g_test_add_func("/bucket-write/complete-denied", test_complete_denied);
    g_test_add_func("/bucket-write/complete-unclear", test_complete_unclear);
    g_test_add_func("/bucket-write/complete-sum", test_complete_sum);
    g_test_add_func("/bucket-write/complete-unheard", test_complete_unheard);
    g_test_add_func("/bucket-write/complete-gone", test_complete_gone);
    g_test_add_func("/bucket-write/abort", test_abort);
    return g_test_run();
}
