/* SPDX-License-Identifier: MIT */
/* Reading from a storage that answers well, badly and late: storage/bucket*. */
#include "bucket-stage.h"

static GBytes *read_at(Stage *stage, guint64 offset, gsize length, const char *etag)
{
    const PmxRange range = {"a b.mp4", offset, length, etag};
    g_autoptr(PmxStored) stored = NULL;
    g_clear_error(&stage->error);
    GBytes *bytes = pmx_bucket_read(stage->bucket, &range, &patient, &stored, &stage->error);
    g_assert_true((bytes == NULL) == (stage->error != NULL));
    g_assert_true((bytes == NULL) == (stored == NULL));
    if (stored) {
        g_assert_cmpstr(stored->key, ==, "a b.mp4");
        g_assert_cmpuint(stored->size, ==, 12);
    }
    return bytes;
}

static void assert_bytes(GBytes *bytes, const char *text)
{
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    g_assert_cmpmem(data, length, text, strlen(text));
}

static const char *const etag = "\"5d41402abc4b2a76b9719d911017c592\"";
#define ETAG "ETag: \"5d41402abc4b2a76b9719d911017c592\"\r\n"
#define PART ETAG "Content-Range: bytes 7-11/12\r\n"

static void test_read(void)
{
    STAGE(PMX_BUCKET_S3, {206, PART, "world"});
    g_autoptr(GBytes) bytes = read_at(&stage, 7, 5, etag);
    g_assert_no_error(stage.error);
    assert_bytes(bytes, "world");
    assert_request(&stage, 0, "GET /bucket/films/a%20b.mp4 HTTP/1.1\r\n");
    const Received *request = receiver_request(stage.receiver, 0);
    g_assert_true(has_header(request, "range: bytes=7-11"));
    g_assert_true(has_header(request, "if-match: \"5d41402abc4b2a76b9719d911017c592\""));
    g_assert_true(has_header(request, "x-amz-date: 20260102T030405Z"));
    g_assert_null(strstr(request->head, "x-oss-"));
    g_assert_null(strstr(request->head, STAGE_SECRET));
}

/* Up to the object's end; what OSS wants to be told. */
static void test_read_oss(void)
{
    STAGE(PMX_BUCKET_OSS, {206, PART, "world"});
    g_autoptr(GBytes) bytes = read_at(&stage, 7, 500, NULL);
    g_assert_no_error(stage.error);
    assert_bytes(bytes, "world");
    const Received *request = receiver_request(stage.receiver, 0);
    g_assert_true(has_header(request, "range: bytes=7-506"));
    g_assert_true(has_header(request, "x-oss-range-behavior: standard"));
    g_assert_null(strstr(request->head, "if-match"));
    g_assert_null(strstr(request->head, "x-amz-"));
}

/* Servers that keep to RFC 9110 refuse an If-Match with a weak ETag, whatever is there. */
static void test_read_weak(void)
{
    STAGE(PMX_BUCKET_S3, {206, "ETag: W/\"one\"\r\nContent-Range: bytes 7-11/12\r\n", "world"},
          {206, "ETag: W/\"two\"\r\nContent-Range: bytes 7-11/12\r\n", "WORLD"});
    g_autoptr(GBytes) bytes = read_at(&stage, 7, 5, "W/\"one\"");
    g_assert_no_error(stage.error);
    assert_bytes(bytes, "world");
    g_assert_null(strstr(receiver_request(stage.receiver, 0)->head, "if-match"));
    g_assert_null(read_at(&stage, 7, 5, "W/\"one\""));
    g_assert_error(stage.error, PMX_ERROR, PMX_CODE_RESOURCE_REPLACED);
}

/* How a read ends that gets the same answer for ever. */
static void assert_read_fails(PmxBucketType type, const Step *step, PmxCode code, guint requests,
                              const char *words)
{
    g_auto(Stage) stage = {0};
    stage_init(&stage, type, step, 1);
    g_autoptr(GBytes) bytes = read_at(&stage, 7, 5, etag);
    g_test_message("%d: %s", step->status, stage.error ? stage.error->message : "no error");
    g_assert_null(bytes);
    g_assert_error(stage.error, PMX_ERROR, (int)code);
    g_assert_nonnull(strstr(stage.error->message, words));
    g_assert_nonnull(strstr(stage.error->message, "://bucket/films/a b.mp4\" cannot be read"));
    g_assert_cmpuint(receiver_count(stage.receiver), ==, requests);
}

static void test_wrong_answers(void)
{
    static const struct {
        Step step;
        PmxCode code;
        guint requests;
        const char *words;
    } cases[] = {
        {{200, ETAG, "hello, world"}, PMX_CODE_NO_RANGES, 1, "no part of an object"},
        {{206, ETAG, "world"}, PMX_CODE_RESOURCE_BAD, 4, "which bytes"},
        {{206, ETAG "Content-Range: bytes 7-11/*\r\n", "world"}, PMX_CODE_RESOURCE_BAD, 4, "which"},
        {{206, ETAG "Content-Range: bytes 11-7/12\r\n", "world"},
         PMX_CODE_RESOURCE_BAD,
         4,
         "which"},
        {{206, ETAG "Content-Range: bytes 6-10/12\r\n", "world"},
         PMX_CODE_RESOURCE_BAD,
         4,
         "other"},
        {{206, ETAG "Content-Range: bytes 6-11/12\r\n", " world"},
         PMX_CODE_RESOURCE_BAD,
         4,
         "other"},
        {{206, ETAG "Content-Range: bytes 7-10/12\r\n", "worl"}, PMX_CODE_RESOURCE_BAD, 4, "other"},
        {{206, PART, "worl"}, PMX_CODE_UNAVAILABLE, 35, "fewer bytes"},
        {{206, "ETag: \"x\"\r\nContent-Range: bytes 7-11/12\r\n", "world"},
         PMX_CODE_RESOURCE_REPLACED,
         1,
         "was replaced while the job read it"},
        {{412, NULL, NULL},
         PMX_CODE_RESOURCE_REPLACED,
         1,
         "was replaced while the job read it (412)"},
        {{416, NULL, "<Error><Code>InvalidRange</Code></Error>"},
         PMX_CODE_RESOURCE_BAD,
         1,
         "shorter than it was said to be (416 InvalidRange)"},
        {{404, NULL, NO_SUCH("Key")},
         PMX_CODE_RESOURCE_NOT_FOUND,
         1,
         "there is no such object (404 NoSuchKey)"},
        {{404, NULL, NO_SUCH("Bucket")}, PMX_CODE_RESOURCE_NOT_FOUND, 1, "there is no such bucket"},
        {{404, NULL, "<html>gone</html>"}, PMX_CODE_RESOURCE_NOT_FOUND, 1, "no such object (404)"},
        {{403, NULL,
          "<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>access-key</AWSAccessKeyId>"
          "<StringToSign>signature</StringToSign></Error>"},
         PMX_CODE_ACCESS_DENIED,
         2,
         "refuses it: check its access key"},
        {{403, NULL, "<Error><Code>access-key nobody may see</Code></Error>"},
         PMX_CODE_ACCESS_DENIED,
         2,
         "(403 Error)"},
        {{400, NULL, "<Error><Code>ExpiredToken</Code></Error>"},
         PMX_CODE_ACCESS_DENIED,
         1,
         "check its access key and what that may do (400 ExpiredToken)"},
        {{403, NULL, "<Error><Code>InvalidObjectState</Code></Error>"},
         PMX_CODE_ACCESS_DENIED,
         2,
         "it is archived: restore it first (403 InvalidObjectState)"},
        {{400, NULL, "<Error><Code>InvalidArgument</Code></Error>"},
         PMX_CODE_RESOURCE_BAD,
         1,
         "the storage answers 400 InvalidArgument"},
        {{301, NULL, "<Error><Code>PermanentRedirect</Code></Error>"},
         PMX_CODE_RESOURCE_BAD,
         1,
         "endpoint and region"},
        {{501, NULL, NULL}, PMX_CODE_RESOURCE_BAD, 1, "answers 501"},
        {{500, NULL, "<Error><Code>InternalError</Code></Error>"},
         PMX_CODE_UNAVAILABLE,
         35,
         "the storage answers 500 InternalError; tried 35 times"},
        {{429, NULL, NULL}, PMX_CODE_UNAVAILABLE, 35, "answers 429"},
        {{503, "Retry-After: 25\r\n", "<Error><Code>SlowDown</Code></Error>"},
         PMX_CODE_UNAVAILABLE,
         12,
         "503 SlowDown"},
        {{RECEIVER_CLOSES, NULL, NULL}, PMX_CODE_UNAVAILABLE, 35, "tried 35 times"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_read_fails(i % 2 ? PMX_BUCKET_OSS : PMX_BUCKET_S3, &cases[i].step, cases[i].code,
                          cases[i].requests, cases[i].words);
}

/* A server that sends all of a film instead of a part is not listened to. */
static void test_whole_film(void)
{
    g_autofree char *film = g_strnfill(9 << 20, 'x');
    const Step step = {200, ETAG, film};
    assert_read_fails(PMX_BUCKET_S3, &step, PMX_CODE_NO_RANGES, 1, "no part of an object");
}

static void test_tried_again(void)
{
    STAGE(PMX_BUCKET_S3, {RECEIVER_CLOSES, NULL, NULL}, {500, NULL, NULL},
          {503, "Retry-After: 7\r\n", NULL}, {206, PART, "wor"}, {206, PART, "world"});
    g_autoptr(GBytes) bytes = read_at(&stage, 7, 5, etag);
    g_assert_no_error(stage.error);
    assert_bytes(bytes, "world");
    static const gint64 waits[] = {200000, 400000, 7000000, 1600000};
    g_assert_cmpmem(stage.clock.waits->data, stage.clock.waits->len * sizeof(gint64), waits,
                    sizeof waits);
}

static void test_cut_short(void)
{
    STAGE(PMX_BUCKET_S3, {RECEIVER_BREAKS_OFF, NULL, NULL}, {404, NULL, NULL});
    /* 200 and not 206: it is what it begins with that counts. */
    g_autoptr(GBytes) bytes = read_at(&stage, 7, 5, etag);
    g_assert_error(stage.error, PMX_ERROR, PMX_CODE_NO_RANGES);
}

static void assert_moment(const Stage *stage, guint number, const char *moment)
{
    g_autofree char *line = g_strconcat("x-amz-date: ", moment, NULL);
    g_assert_true(has_header(receiver_request(stage->receiver, number), line));
}

/* The server's clock is an hour ahead: once told, every request is signed by it. */
static void test_clock(void)
{
    STAGE(PMX_BUCKET_S3,
          {403, "Date: Fri, 02 Jan 2026 04:04:05 GMT\r\n",
           "<Error><Code>RequestTimeTooSkewed</Code></Error>"},
          {206, PART, "world"});
    g_autoptr(GBytes) bytes = read_at(&stage, 7, 5, etag);
    g_assert_no_error(stage.error);
    g_autoptr(GBytes) again = read_at(&stage, 7, 5, etag);
    g_assert_no_error(stage.error);
    g_assert_cmpuint(receiver_count(stage.receiver), ==, 3);
    assert_moment(&stage, 0, "20260102T030405Z");
    assert_moment(&stage, 1, "20260102T040405Z");
    assert_moment(&stage, 2, "20260102T040405Z");
}

/* A HEAD has no body to say why; a right clock is no reason. */
static void test_clock_of_head(void)
{
    STAGE(PMX_BUCKET_S3, {403, "Date: Fri, 02 Jan 2026 02:04:05 GMT\r\n", NULL},
          {403, "Date: Fri, 02 Jan 2026 02:04:05 GMT\r\n", NULL});
    g_autoptr(PmxStored) stored = pmx_bucket_head(stage.bucket, "k", &patient, &stage.error);
    g_assert_null(stored);
    g_assert_error(stage.error, PMX_ERROR, PMX_CODE_ACCESS_DENIED);
    g_assert_cmpuint(receiver_count(stage.receiver), ==, 2);
    assert_moment(&stage, 1, "20260102T020405Z");
}

static void test_head(void)
{
    STAGE(PMX_BUCKET_OSS,
          {200, ETAG "Last-Modified: Fri, 02 Jan 2026 03:04:05 GMT\r\n", "hello, world"});
    g_autoptr(PmxStored) stored = pmx_bucket_head(stage.bucket, "k", &patient, &stage.error);
    g_assert_no_error(stage.error);
    g_assert_cmpstr(stored->key, ==, "k");
    g_assert_cmpuint(stored->size, ==, 12);
    g_assert_cmpstr(stored->etag, ==, etag);
    g_assert_cmpint(stored->modified, ==, STAGE_NOW);
    assert_request(&stage, 0, "HEAD /bucket/films/k HTTP/1.1\r\n");
}

/* OSS tells in a header what a HEAD has no body for; this is {"Error": {"Code": "NoSuchBucket"}}. */
static void test_head_told(void)
{
    STAGE(PMX_BUCKET_OSS,
          {404, "x-oss-err: PEVycm9yPjxDb2RlPk5vU3VjaEJ1Y2tldDwvQ29kZT48L0Vycm9yPg==\r\n", NULL});
    g_autoptr(PmxStored) stored = pmx_bucket_head(stage.bucket, "k", &patient, &stage.error);
    g_assert_null(stored);
    g_assert_error(stage.error, PMX_ERROR, PMX_CODE_RESOURCE_NOT_FOUND);
    g_assert_nonnull(strstr(stage.error->message, "there is no such bucket (404 NoSuchBucket)"));
}

static gpointer cancel_when_asked(gpointer data)
{
    const Stage *stage = data;
    receiver_wait(stage->receiver, 1);
    g_cancellable_cancel(stage->cancel);
    return NULL;
}

/* A request that hangs is given up at once. */
static void test_cancelled(void)
{
    STAGE(PMX_BUCKET_S3, {RECEIVER_HANGS, NULL, NULL});
    GThread *thread = g_thread_new("cancel", cancel_when_asked, &stage);
    const PmxPatience patience = {.cancel = stage.cancel};
    g_autoptr(PmxStored) stored = pmx_bucket_head(stage.bucket, "k", &patience, &stage.error);
    g_thread_join(thread);
    g_assert_null(stored);
    g_assert_error(stage.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* No attempt is begun that could not end in time. */
static void test_deadline(void)
{
    STAGE(PMX_BUCKET_S3, {500, NULL, NULL});
    const PmxPatience patience = {.deadline = 3 * G_TIME_SPAN_SECOND};
    g_autoptr(PmxStored) stored = pmx_bucket_head(stage.bucket, "k", &patience, &stage.error);
    g_assert_null(stored);
    g_assert_error(stage.error, PMX_ERROR, PMX_CODE_UNAVAILABLE);
    g_assert_cmpuint(receiver_count(stage.receiver), ==, 4);
    g_assert_cmpint(stage.clock.ticks, <, patience.deadline);
}

static void test_delete(void)
{
    STAGE(PMX_BUCKET_S3, {204, NULL, NULL}, {404, NULL, NO_SUCH("Key")},
          {404, NULL, NO_SUCH("Bucket")});
    g_assert_true(pmx_bucket_delete(stage.bucket, "k", &patient, &stage.error));
    g_assert_true(pmx_bucket_delete(stage.bucket, "k", &patient, &stage.error));
    g_assert_false(pmx_bucket_delete(stage.bucket, "k", &patient, &stage.error));
    g_assert_error(stage.error, PMX_ERROR, PMX_CODE_RESOURCE_NOT_FOUND);
    assert_request(&stage, 0, "DELETE /bucket/films/k HTTP/1.1\r\n");
}

/* Nothing is asked for such keys. */
static void test_wrong_keys(void)
{
    STAGE(PMX_BUCKET_OSS, {200, NULL, NULL});
    g_autofree char *longest = g_strnfill(1018, 'x');
    const char *const keys[] = {"", ".", "..", "a/../b", "a/.", "\xFF", longest};
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(PmxStored) stored = pmx_bucket_head(stage.bucket, keys[i], &patient, &error);
        g_assert_null(stored);
        g_assert_error(error, PMX_ERROR, PMX_CODE_INVALID);
    }
    g_assert_cmpuint(receiver_count(stage.receiver), ==, 0);
}

/* --- many at once --- */

enum { THREADS = 8, READS = 30 };

/* Each seventh request fails, and the first one also teaches the clock. */
static int answer_all(Receiver *receiver, const Received *request, guint number)
{
    (void)receiver, (void)request;
    return number == 0 ? 403 : number % 7 == 6 ? 500 : 206;
}

static gpointer read_often(gpointer bucket)
{
    for (guint i = 0; i < READS; i++) {
        const PmxRange range = {"k", 7, 5, etag};
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) bytes = pmx_bucket_read(bucket, &range, &patient, NULL, &error);
        g_assert_no_error(error);
        assert_bytes(bytes, "world");
    }
    return NULL;
}

static void test_many_threads(void)
{
    GThread *threads[THREADS];
    Receiver *receiver = receiver_new(answer_all, NULL);
    receiver->headers = PART "Date: Fri, 02 Jan 2037 04:04:05 GMT\r\n";
    receiver->content = "world";
    PmxClient *client = pmx_client_new(THREADS, THREADS, "test");
    const PmxBucketOptions options = stage_options(PMX_BUCKET_OSS, receiver->url);
    PmxBucket *bucket = pmx_bucket_new(&options, NULL, client, NULL, NULL);
    for (guint i = 0; i < THREADS; i++)
        threads[i] = g_thread_new("read", read_often, bucket);
    for (guint i = 0; i < THREADS; i++)
        g_thread_join(threads[i]);
    guint count = receiver_count(receiver);
    g_assert_cmpuint(count, ==, 1 + THREADS * READS + (count / 7));
    const Received *last = receiver_request(receiver, count - 1);
    g_assert_nonnull(strstr(last->head, "x-oss-date: 20370102T0404"));
    pmx_bucket_free(bucket);
    pmx_client_free(client);
    receiver_free(receiver);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bucket-read/read", test_read);
    g_test_add_func("/bucket-read/read-oss", test_read_oss);
    g_test_add_func("/bucket-read/read-weak", test_read_weak);
    g_test_add_func("/bucket-read/wrong-answers", test_wrong_answers);
    g_test_add_func("/bucket-read/whole-film", test_whole_film);
    g_test_add_func("/bucket-read/tried-again", test_tried_again);
    g_test_add_func("/bucket-read/cut-short", test_cut_short);
    g_test_add_func("/bucket-read/clock", test_clock);
    g_test_add_func("/bucket-read/clock-of-head", test_clock_of_head);
    g_test_add_func("/bucket-read/head", test_head);
    g_test_add_func("/bucket-read/head-told", test_head_told);
    g_test_add_func("/bucket-read/cancelled", test_cancelled);
    g_test_add_func("/bucket-read/deadline", test_deadline);
    g_test_add_func("/bucket-read/delete", test_delete);
    g_test_add_func("/bucket-read/wrong-keys", test_wrong_keys);
    g_test_add_func("/bucket-read/many-threads", test_many_threads);
    return g_test_run();
}
