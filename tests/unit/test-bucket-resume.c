/* SPDX-License-Identifier: MIT */
/* A range that breaks off is read on where it stopped, of the same object only: storage/bucket*, partial. */
#include "bucket-stage.h"
#include "storage/object-reader.h"

#define BROKEN RECEIVER_BREAKS_OFF_PART
#define ONE "ETag: \"one\"\r\n"
#define OTHER "ETag: \"other\"\r\n"
#define FROM_0 "Content-Range: bytes 0-21/22\r\n"
#define FROM_12 "Content-Range: bytes 12-21/22\r\n"

static GBytes *read_all(Stage *stage, gsize length, const char *etag)
{
    const PmxRange range = {"k", 0, length, etag};
    g_autoptr(PmxStored) stored = NULL;
    GBytes *bytes = pmx_bucket_read(stage->bucket, &range, &patient, &stored, &stage->error);
    if (stored) {
        g_assert_cmpuint(stored->size, ==, 22);
        g_assert_cmpstr(stored->etag, ==, "\"one\"");
    }
    return bytes;
}

static void assert_asked(const Stage *stage, guint number, const char *range, const char *if_match)
{
    const Received *request = receiver_request(stage->receiver, number);
    g_autofree char *line = g_strconcat("range: bytes=", range, NULL);
    g_autofree char *match = g_strconcat("if-match: ", if_match, NULL);
    g_test_message("%s", request->head);
    g_assert_true(has_header(request, line));
    if (if_match)
        g_assert_true(has_header(request, match));
    else
        g_assert_null(strstr(request->head, "if-match"));
}

static void assert_whole(const Stage *stage, GBytes *bytes)
{
    static const char text[] = "hello, world and more.";
    gsize length;
    g_assert_no_error(stage->error);
    const char *data = g_bytes_get_data(bytes, &length);
    g_assert_cmpmem(data, length, text, strlen(text));
}

static void test_goes_on(void)
{
    STAGE(PMX_BUCKET_S3, {BROKEN, ONE FROM_0, "hello, world"}, {206, ONE FROM_12, " and more."});
    g_autoptr(GBytes) bytes = read_all(&stage, 22, "\"one\"");
    assert_whole(&stage, bytes);
    g_assert_cmpuint(receiver_count(stage.receiver), ==, 2);
    assert_asked(&stage, 0, "0-21", "\"one\"");
    assert_asked(&stage, 1, "12-21", "\"one\"");
}

/* Whichever object it is: the rest is asked for of the one that the beginning was of. The range may be
 * longer than the object. */
static void test_first_look(void)
{
    STAGE(PMX_BUCKET_OSS, {BROKEN, ONE FROM_0, "hello, world"}, {500, NULL, NULL},
          {206, ONE FROM_12, " and more."});
    g_autoptr(GBytes) bytes = read_all(&stage, 100, NULL);
    assert_whole(&stage, bytes);
    assert_asked(&stage, 0, "0-99", NULL);
    assert_asked(&stage, 1, "12-99", "\"one\"");
    assert_asked(&stage, 2, "12-99", "\"one\"");
    const Received *request = receiver_request(stage.receiver, 2);
    g_assert_true(has_header(request, "x-oss-range-behavior: standard"));
}

/* Twice in one range. */
static void test_in_three(void)
{
    STAGE(PMX_BUCKET_S3, {BROKEN, ONE "Content-Range: bytes 0-15/22\r\n", "hello,"},
          {BROKEN, ONE "Content-Range: bytes 6-21/22\r\n", " world"},
          {206, ONE FROM_12, " and more."});
    g_autoptr(GBytes) bytes = read_all(&stage, 22, "\"one\"");
    assert_whole(&stage, bytes);
    assert_asked(&stage, 1, "6-21", "\"one\"");
    assert_asked(&stage, 2, "12-21", "\"one\"");
}

/* Whatever says that the rest is of another object, whether by the storage's answer to If-Match or by one
 * that does not know it. */
static void test_never_of_two(void)
{
    static const Step rests[] = {{412, NULL, NULL}, {206, OTHER FROM_12, " and less."}};
    for (guint i = 0; i < G_N_ELEMENTS(rests); i++)
        for (guint given = 0; given < 2; given++) {
            const Step steps[] = {{BROKEN, ONE FROM_0, "hello, world"}, rests[i]};
            g_auto(Stage) stage = {0};
            stage_init(&stage, PMX_BUCKET_S3, steps, 2);
            g_autoptr(GBytes) bytes = read_all(&stage, 22, given ? "\"one\"" : NULL);
            g_assert_null(bytes);
            g_assert_error(stage.error, PMX_ERROR, PMX_CODE_RESOURCE_REPLACED);
        }
}

/* What cannot be told from another object, and what contradicts itself, is read anew. */
static void test_anew(void)
{
    static const Step broken[] = {
        {BROKEN, FROM_0, "hello, world"},
        {BROKEN, "ETag: W/\"one\"\r\n" FROM_0, "hello, world"},
        {BROKEN, OTHER FROM_0, "HELLO, WORLD"},
        {BROKEN, ONE "Content-Range: bytes 1-22/23\r\n", "ello, world "},
        {BROKEN, ONE "Content-Range: bytes 0-11/22\r\n", "hello, world"},
        {BROKEN, ONE "Content-Range: bytes 0-20/22\r\n", "hello, world"},
        {BROKEN, ONE, "hello, world"},
        {RECEIVER_BREAKS_OFF, ONE FROM_0, "hello, world"},
        {BROKEN, ONE FROM_0, ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(broken); i++) {
        const Step steps[] = {broken[i], {206, ONE FROM_0, "hello, world and more."}};
        g_auto(Stage) stage = {0};
        g_test_message("%u", i);
        stage_init(&stage, PMX_BUCKET_S3, steps, 2);
        g_autoptr(GBytes) bytes = read_all(&stage, 22, i < 2 ? NULL : "\"one\"");
        if (broken[i].status == RECEIVER_BREAKS_OFF) {
            g_assert_error(stage.error, PMX_ERROR, PMX_CODE_NO_RANGES);
            continue;
        }
        assert_whole(&stage, bytes);
        assert_asked(&stage, 1, "0-21", i < 2 ? NULL : "\"one\"");
    }
}

/* One that brings a little each time is not waited for longer than one that brings nothing. */
static void test_trickle(void)
{
    STAGE(PMX_BUCKET_S3, {BROKEN, ONE "Content-Range: bytes 0-10/22\r\n", "h"},
          {BROKEN, ONE "Content-Range: bytes 1-11/22\r\n", "e"}, {500, NULL, NULL});
    g_autoptr(GBytes) bytes = read_all(&stage, 22, "\"one\"");
    g_assert_null(bytes);
    g_assert_error(stage.error, PMX_ERROR, PMX_CODE_UNAVAILABLE);
    g_assert_cmpint(stage.clock.ticks, <, 5 * G_TIME_SPAN_MINUTE);
    g_assert_cmpint(g_array_index(stage.clock.waits, gint64, 1), ==, 400000);
    assert_asked(&stage, 2, "2-21", "\"one\"");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bucket-resume/goes-on", test_goes_on);
    g_test_add_func("/bucket-resume/first-look", test_first_look);
    g_test_add_func("/bucket-resume/in-three", test_in_three);
    g_test_add_func("/bucket-resume/never-of-two", test_never_of_two);
    g_test_add_func("/bucket-resume/anew", test_anew);
    g_test_add_func("/bucket-resume/trickle", test_trickle);
    return g_test_run();
}
