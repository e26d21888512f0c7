/* SPDX-License-Identifier: MIT */
/* Lists of objects and of uploads, also of servers that mean no good: storage/bucket-list. */
#include "bucket-stage.h"

#define OBJECT(key, size)                                                                          \
    "<Contents><Key>" key "</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>"            \
    "<ETag>&quot;e&quot;</ETag><Size>" size "</Size><Owner><ID>1</ID></Owner></Contents>"
#define OBJECTS(rest) "<ListBucketResult>" rest "</ListBucketResult>"
#define MORE(token)                                                                                \
    "<IsTruncated>true</IsTruncated><NextContinuationToken>" token "</NextContinuationToken>"

static PmxPage *list(Stage *stage, const char *from)
{
    return pmx_bucket_list(stage->bucket, "a&b/", from, &patient, &stage->error);
}

static const PmxStored *stored_at(const PmxPage *page, guint at)
{
    g_assert_cmpuint(at, <, page->stored->len);
    return g_ptr_array_index(page->stored, at);
}

/* Two pages; keys are told percent-encoded where the server does as it is asked. */
static void test_pages(void)
{
    STAGE(
        PMX_BUCKET_S3,
        {200, NULL,
         OBJECTS("<EncodingType>url</EncodingType>" MORE("t=/+") OBJECT(
             "films/a%26b/%E6%96%87+%2B%252B%0A", "5") OBJECT("films/a%26b/z", "0"))},
        {200, NULL, OBJECTS("<IsTruncated>false</IsTruncated>" OBJECT("films/a&amp;b/100%", "9"))});
    g_autoptr(PmxPage) first = list(&stage, NULL);
    g_assert_no_error(stage.error);
    g_assert_cmpuint(first->stored->len, ==, 2);
    g_assert_cmpstr(stored_at(first, 0)->key, ==, "a&b/文 +%2B\n");
    g_assert_cmpuint(stored_at(first, 0)->size, ==, 5);
    g_assert_cmpstr(stored_at(first, 0)->etag, ==, "\"e\"");
    g_assert_cmpint(stored_at(first, 0)->modified, ==, STAGE_NOW);
    g_assert_cmpstr(stored_at(first, 1)->key, ==, "a&b/z");
    g_assert_cmpstr(first->next, ==, "t=/+");
    g_autoptr(PmxPage) second = list(&stage, first->next);
    g_assert_no_error(stage.error);
    g_assert_cmpstr(stored_at(second, 0)->key, ==, "a&b/100%");
    g_assert_null(second->next);
    assert_request(&stage, 0,
                   "GET /bucket/?encoding-type=url&list-type=2&max-keys=1000"
                   "&prefix=films%2Fa%26b%2F HTTP/1.1\r\n");
    assert_request(&stage, 1,
                   "GET /bucket/?continuation-token=t%3D%2F%2B&encoding-type=url&list-type=2"
                   "&max-keys=1000&prefix=films%2Fa%26b%2F HTTP/1.1\r\n");
}

#define ODD(key, size) OBJECT("films%2Fa%26b%2F" key, size)

/* What is no object, or none that was asked for, is left out. */
static void test_odd_objects(void)
{
    static const char objects[] = ODD("%FF", "1") ODD("%2", "1") ODD("a", "-1") ODD("a", "1x")
        ODD("a", "99999999999999999999") ODD("good", "1") OBJECT("", "1") OBJECT("a", "1")
            OBJECT("films%2Fa%26b", "1") "<Contents><Size>1</Size></Contents>"
                                         "<CommonPrefixes><Prefix>p</Prefix></CommonPrefixes>";
    g_autofree char *text = g_strconcat("<ListBucketResult><EncodingType>url</EncodingType>",
                                        objects, "</ListBucketResult>", NULL);
    const Step step = {200, NULL, text};
    g_auto(Stage) stage = {0};
    stage_init(&stage, PMX_BUCKET_OSS, &step, 1);
    g_autoptr(PmxPage) page = list(&stage, NULL);
    g_assert_no_error(stage.error);
    g_assert_cmpuint(page->stored->len, ==, 1);
    g_assert_cmpstr(stored_at(page, 0)->key, ==, "a&b/good");
}

static void test_no_list(void)
{
    static const char *const answers[] = {"", "<html/>", "<ListBucketResult>", "{}",
                                          "<ListMultipartUploadsResult/>"};
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        const Step step = {200, NULL, answers[i]};
        g_auto(Stage) stage = {0};
        stage_init(&stage, PMX_BUCKET_S3, &step, 1);
        g_autoptr(PmxPage) page = list(&stage, NULL);
        g_assert_null(page);
        g_assert_error(stage.error, PMX_ERROR, PMX_CODE_RESOURCE_BAD);
        g_assert_nonnull(strstr(stage.error->message, "\"s3://bucket/\" cannot be listed"));
    }
}

#define UPLOAD(key, id)                                                                            \
    "<Upload><Key>" key "</Key><UploadId>" id "</UploadId>"                                        \
    "<Initiated>2026-01-02T03:04:05.000Z</Initiated></Upload>"
#define UPLOADS(rest)                                                                              \
    "<ListMultipartUploadsResult><EncodingType>url</EncodingType>" rest                            \
    "</ListMultipartUploadsResult>"
#define MORE_UPLOADS(key, id)                                                                      \
    "<IsTruncated>true</IsTruncated><NextKeyMarker>" key "</NextKeyMarker>"                        \
    "<NextUploadIdMarker>" id "</NextUploadIdMarker>"

static void assert_upload(const GPtrArray *uploads, guint at, const char *key, const char *id)
{
    g_assert_cmpuint(at, <, uploads->len);
    const PmxUploading *uploading = g_ptr_array_index(uploads, at);
    g_assert_cmpstr(uploading->key, ==, key);
    g_assert_cmpstr(uploading->id, ==, id);
    g_assert_cmpint(uploading->begun, ==, STAGE_NOW);
}

static void test_uploads(void)
{
    STAGE(PMX_BUCKET_S3,
          {200, NULL,
           UPLOADS(MORE_UPLOADS("films%2Fb+c", "2") UPLOAD("films%2Fa", "1") UPLOAD("a", "1"))},
          {200, NULL, UPLOADS(UPLOAD("films%2Fb+c", "3"))});
    g_autoptr(GPtrArray) uploads = pmx_bucket_uploads(stage.bucket, "", &patient, &stage.error);
    g_assert_no_error(stage.error);
    g_assert_cmpuint(uploads->len, ==, 2);
    assert_upload(uploads, 0, "a", "1");
    assert_upload(uploads, 1, "b c", "3");
    assert_request(&stage, 0,
                   "GET /bucket/?encoding-type=url&prefix=films%2F&uploads= HTTP/1.1\r\n");
    assert_request(&stage, 1,
                   "GET /bucket/?encoding-type=url&key-marker=films%2Fb%20c&prefix=films%2F"
                   "&upload-id-marker=2&uploads= HTTP/1.1\r\n");
}

/* As Ceph's RGW has it: keys are encoded without a word of it, markers are not. What cannot be encoded is
 * taken as it stands. */
static void test_uploads_in_silence(void)
{
#define SILENT(rest) "<ListMultipartUploadsResult>" rest "</ListMultipartUploadsResult>"
    STAGE(PMX_BUCKET_S3,
          {200, NULL,
           SILENT(MORE_UPLOADS("films/a%20 b", "2") UPLOAD("films/a%2520%20b", "1")
                      UPLOAD("films/plain(1).mp4", "2"))},
          {200, NULL, SILENT(UPLOAD("films/c d%20", "3") UPLOAD("films/100%.mp4", "4"))});
    g_autoptr(GPtrArray) uploads = pmx_bucket_uploads(stage.bucket, "", &patient, &stage.error);
    g_assert_no_error(stage.error);
    g_assert_cmpuint(uploads->len, ==, 4);
    assert_upload(uploads, 0, "a%20 b", "1");
    assert_upload(uploads, 1, "plain(1).mp4", "2");
    assert_upload(uploads, 2, "c d%20", "3");
    assert_upload(uploads, 3, "100%.mp4", "4");
    assert_request(&stage, 1,
                   "GET /bucket/?encoding-type=url&key-marker=films%2Fa%2520%20b&prefix=films%2F"
                   "&upload-id-marker=2&uploads= HTTP/1.1\r\n");
}

/* A server that has always more of the same is not asked for ever. */
static void test_uploads_without_end(void)
{
    STAGE(PMX_BUCKET_OSS, {200, NULL, UPLOADS(MORE_UPLOADS("k", "2") UPLOAD("films%2Fk", "1"))});
    g_autoptr(GPtrArray) uploads = pmx_bucket_uploads(stage.bucket, "", &patient, &stage.error);
    g_assert_no_error(stage.error);
    g_assert_cmpuint(uploads->len, ==, 2);
    g_assert_cmpuint(receiver_count(stage.receiver), ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bucket-list/pages", test_pages);
    g_test_add_func("/bucket-list/odd-objects", test_odd_objects);
    g_test_add_func("/bucket-list/no-list", test_no_list);
    g_test_add_func("/bucket-list/uploads-in-silence", test_uploads_in_silence);
    g_test_add_func("/bucket-list/uploads", test_uploads);
    g_test_add_func("/bucket-list/uploads-without-end", test_uploads_without_end);
    return g_test_run();
}
