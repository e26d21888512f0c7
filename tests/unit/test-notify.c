/* SPDX-License-Identifier: MIT */
/* What an event looks like to its receiver, and when it is sent again: notify, but for its thread. */
#include "notify/attempt.h"
#include "notify/mns.h"
#include "notify/receivers.h"
#include "notify/retry.h"

/* Made with Alibaba Cloud's document and MD5 tools of others. */
static void test_signature(void)
{
    static const struct {
        const char *key, *signature;
    } vectors[] = {{"test123", "c72b60894140fa98920f1279219b7ed4"},
                   {"Test123", "c587b80d2d0ede300e8967937da7219b"}};
    for (guint i = 0; i < G_N_ELEMENTS(vectors); i++) {
        g_autofree char *signature = pmx_notify_signature("https://www.example.com/your/callback",
                                                          1519375990, vectors[i].key);
        g_assert_cmpstr(signature, ==, vectors[i].signature);
    }
}

static void test_envelope(void)
{
    json_t *body = json_pack("{s:s, s:s, s:s}", "JobId", "5d37357cb3a44d10ba33c52760c896cd",
                             "Status", "Success", "UserData", "{\"ä\":\"/\"}");
    gint64 moment;
    g_assert_true(pmx_moment_parse("2025-05-09T08:03:21Z", &moment));
    g_autofree char *text =
        pmx_notify_envelope("MediaConvertComplete", 1234567890123456, moment, body);
    g_assert_cmpstr(text, ==,
                    "{\"EventType\":\"MediaConvertComplete\",\"UserId\":1234567890123456,"
                    "\"EventTime\":\"2025-05-09T08:03:21Z\","
                    "\"MessageBody\":{\"JobId\":\"5d37357cb3a44d10ba33c52760c896cd\","
                    "\"Status\":\"Success\",\"UserData\":\"{\\\"ä\\\":\\\"/\\\"}\"}}");
    g_assert_cmpuint(body->refcount, ==, 1);
    json_decref(body);
}

/* What @alicloud/mns 1.2.0 sent to a socket at that moment. */
static void test_mns(void)
{
    gint64 moment;
    PmxMnsRequest request;
    g_assert_true(pmx_moment_parse("2026-01-02T03:04:05Z", &moment));
    pmx_mns_request("http://127.0.0.1:18080/", "ice-callback-queue", "testAccessKeyId",
                    "testAccessKeySecret",
                    "{\"EventType\":\"MediaConvertComplete\",\"JobId\":\"abc\"}", moment, &request);
    g_assert_cmpstr(request.url, ==, "http://127.0.0.1:18080/queues/ice-callback-queue/messages");
    g_assert_cmpstr(request.body, ==,
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                    "<Message xmlns=\"http://mns.aliyuncs.com/doc/v1/\"><MessageBody>"
                    "eyJFdmVudFR5cGUiOiJNZWRpYUNvbnZlcnRDb21wbGV0ZSIsIkpvYklkIjoiYWJjIn0="
                    "</MessageBody><DelaySeconds>0</DelaySeconds><Priority>8</Priority></Message>");
    g_autofree char *headers = g_strjoinv("\n", request.headers);
    g_assert_cmpstr(headers, ==,
                    "Date: Fri, 02 Jan 2026 03:04:05 GMT\n"
                    "x-mns-date: Fri, 02 Jan 2026 03:04:05 GMT\n"
                    "x-mns-version: 2015-06-06\n"
                    "Content-Type: text/xml\n"
                    "Content-MD5: ODUxYmJmYmI3Yzc1Mjk1MDRkOThkZmRkN2FiOThhM2M=\n"
                    "Authorization: MNS testAccessKeyId:8PbHd9duECt77LcwdAu/aJn6Kh0=");
    pmx_mns_request_clear(&request);
}

static void test_problem_of_an_answer(void)
{
    static const struct {
        guint status;
        const char *problem, *expected;
    } cases[] = {{200, NULL, NULL},
                 {201, NULL, NULL},
                 {204, "it broke off", NULL},
                 {302, NULL, "HTTP 302"},
                 {404, NULL, "HTTP 404"},
                 {503, "it broke off", "HTTP 503"},
                 {100, "it broke off", "it broke off"},
                 {0, "connection refused", "connection refused"}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        PmxClientAnswer answer = {.status = cases[i].status, .problem = cases[i].problem};
        g_autofree char *problem = pmx_attempt_problem(&answer);
        g_assert_cmpstr(problem, ==, cases[i].expected);
    }
}

/* --- sending again --- */

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
static const PmxNotifyOptions day = {.give_up = 24 * 3600, .first_pause = 1000};
static const double nearly_one = 0.999999999;

static gint64 pause_after(gint64 failures, double chance)
{
    PmxDeliveryRecord delivery = {.attempts = failures - 1};
    pmx_retry_settle(&delivery, "HTTP 500", &day, MINUTE, chance);
    g_assert_cmpint(delivery.state, ==, PMX_DELIVERY_WAITING);
    g_assert_cmpint(delivery.attempts, ==, failures);
    g_assert_cmpstr(delivery.problem, ==, "HTTP 500");
    g_free(delivery.problem);
    return delivery.due - MINUTE;
}

static void test_pauses(void)
{
    g_assert_cmpint(pause_after(1, nearly_one), ==, 1 * SECOND);
    g_assert_cmpint(pause_after(2, nearly_one), ==, 2 * SECOND);
    g_assert_cmpint(pause_after(3, nearly_one), ==, 4 * SECOND);
    g_assert_cmpint(pause_after(3, 0.5), ==, 2 * SECOND);
    g_assert_cmpint(pause_after(3, 0), ==, 0);
    g_assert_cmpint(pause_after(12, nearly_one), ==, 2048 * SECOND);
    g_assert_cmpint(pause_after(13, nearly_one), ==, HOUR);
    g_assert_cmpint(pause_after(G_MAXINT32, nearly_one), ==, HOUR);
}

static void test_delivered(void)
{
    PmxDeliveryRecord delivery = {.attempts = 3, .due = 5, .problem = g_strdup("HTTP 500")};
    pmx_retry_settle(&delivery, NULL, &day, 48 * HOUR, 0.5);
    g_assert_cmpint(delivery.state, ==, PMX_DELIVERY_DELIVERED);
    g_assert_cmpint(delivery.settled, ==, 48 * HOUR);
    g_assert_cmpint(delivery.attempts, ==, 4);
    g_assert_null(delivery.problem);
}

/* The last attempt is at the end of the time allowed, not before and not after. */
static void test_gives_up(void)
{
    PmxDeliveryRecord delivery = {.created = HOUR, .attempts = 30};
    pmx_retry_settle(&delivery, "HTTP 410", &day, 25 * HOUR - SECOND, nearly_one);
    g_assert_cmpint(delivery.state, ==, PMX_DELIVERY_WAITING);
    g_assert_cmpint(delivery.due, ==, 25 * HOUR);
    pmx_retry_settle(&delivery, "no answer", &day, 25 * HOUR, nearly_one);
    g_assert_cmpint(delivery.state, ==, PMX_DELIVERY_DEAD);
    g_assert_cmpint(delivery.settled, ==, 25 * HOUR);
    g_assert_cmpstr(delivery.problem, ==, "no answer");
    g_free(delivery.problem);
}

static void test_buried(void)
{
    PmxDeliveryRecord delivery = {.created = HOUR, .attempts = 2, .problem = g_strdup("HTTP 500")};
    pmx_retry_bury(&delivery, "not there", 2 * HOUR);
    g_assert_cmpint(delivery.state, ==, PMX_DELIVERY_DEAD);
    g_assert_cmpint(delivery.settled, ==, 2 * HOUR);
    g_assert_cmpint(delivery.attempts, ==, 3);
    g_assert_cmpstr(delivery.problem, ==, "not there");
    g_free(delivery.problem);
}

/* --- places at receivers --- */

static void assert_full(PmxReceivers *receivers, const char *expected)
{
    g_auto(GStrv) full = pmx_receivers_full(receivers);
    g_autofree char *text = g_strjoinv(" ", full);
    g_assert_cmpstr(text, ==, expected);
}

static void test_places(void)
{
    PmxReceivers *receivers = pmx_receivers_new(2);
    g_assert_true(pmx_receivers_take(receivers, "http://a/1"));
    assert_full(receivers, "");
    g_assert_true(pmx_receivers_take(receivers, "http://a?2"));
    assert_full(receivers, "http://a/");
    g_assert_false(pmx_receivers_take(receivers, "http://a/x/y"));
    g_assert_true(pmx_receivers_take(receivers, "http://a:80/x"));
    g_assert_true(pmx_receivers_take(receivers, "https://a/x"));
    pmx_receivers_give(receivers, "http://a/1", TRUE);
    assert_full(receivers, "");
    g_assert_true(pmx_receivers_take(receivers, "http://a"));
    assert_full(receivers, "http://a/");
    pmx_receivers_free(receivers);
}

static void test_places_of_queues(void)
{
    PmxReceivers *receivers = pmx_receivers_new(1);
    g_assert_true(pmx_receivers_take(receivers, "ice-callback-a"));
    g_assert_true(pmx_receivers_take(receivers, "ice-callback-b"));
    g_assert_false(pmx_receivers_take(receivers, "ice-callback-a"));
    pmx_receivers_give(receivers, "ice-callback-b", TRUE);
    assert_full(receivers, "ice-callback-a/");
    pmx_receivers_free(receivers);
}

static void test_a_silent_receiver_has_one_place(void)
{
    PmxReceivers *receivers = pmx_receivers_new(3);
    g_assert_true(pmx_receivers_take(receivers, "http://a/"));
    pmx_receivers_give(receivers, "http://a/", FALSE);
    g_assert_true(pmx_receivers_take(receivers, "http://a/"));
    g_assert_false(pmx_receivers_take(receivers, "http://a/"));
    assert_full(receivers, "http://a/");
    pmx_receivers_give(receivers, "http://a/", TRUE);
    for (guint i = 0; i < 3; i++)
        g_assert_true(pmx_receivers_take(receivers, "http://a/"));
    assert_full(receivers, "http://a/");
    pmx_receivers_free(receivers);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/notify/signature", test_signature);
    g_test_add_func("/notify/envelope", test_envelope);
    g_test_add_func("/notify/mns", test_mns);
    g_test_add_func("/notify/problem-of-an-answer", test_problem_of_an_answer);
    g_test_add_func("/notify/pauses", test_pauses);
    g_test_add_func("/notify/delivered", test_delivered);
    g_test_add_func("/notify/gives-up", test_gives_up);
    g_test_add_func("/notify/buried", test_buried);
    g_test_add_func("/notify/places", test_places);
    g_test_add_func("/notify/places-of-queues", test_places_of_queues);
    g_test_add_func("/notify/a-silent-receiver-has-one-place",
                    test_a_silent_receiver_has_one_place);
    return g_test_run();
}
