/* SPDX-License-Identifier: MIT */
/* When a request to a storage is made again: storage/retry, base/clock. */
#include "storage/retry.h"

#include "fake-clock.h"

#define SECOND G_TIME_SPAN_SECOND
#define NOON G_GINT64_CONSTANT(1767355200000) /* Fri, 02 Jan 2026 12:00:00 GMT */

static void test_whether(void)
{
    static const struct {
        PmxClientFailure failure;
        guint status;
        const char *code;
        PmxAgain again;
    } cases[] = {
        {PMX_CLIENT_NO_CONNECTION, 0, NULL, PMX_AGAIN_LONG},
        {PMX_CLIENT_TIMEOUT, 0, NULL, PMX_AGAIN_LONG},
        {PMX_CLIENT_CUT_SHORT, 200, NULL, PMX_AGAIN_LONG},
        {PMX_CLIENT_TLS, 0, NULL, PMX_AGAIN_FEW},
        {PMX_CLIENT_FORBIDDEN, 0, NULL, PMX_AGAIN_NEVER},
        {PMX_CLIENT_TOO_LONG, 200, NULL, PMX_AGAIN_NEVER},
        {PMX_CLIENT_CANCELLED, 0, NULL, PMX_AGAIN_NEVER},
        {PMX_CLIENT_OTHER, 0, NULL, PMX_AGAIN_NEVER},
        {PMX_CLIENT_FINE, 500, NULL, PMX_AGAIN_LONG},
        {PMX_CLIENT_FINE, 500, "InternalError", PMX_AGAIN_LONG},
        {PMX_CLIENT_FINE, 502, NULL, PMX_AGAIN_LONG},
        {PMX_CLIENT_FINE, 503, "SlowDown", PMX_AGAIN_LONG},
        {PMX_CLIENT_FINE, 504, NULL, PMX_AGAIN_LONG},
        {PMX_CLIENT_FINE, 501, "NotImplemented", PMX_AGAIN_NEVER},
        {PMX_CLIENT_FINE, 429, NULL, PMX_AGAIN_LONG},
        {PMX_CLIENT_FINE, 408, NULL, PMX_AGAIN_LONG},
        {PMX_CLIENT_FINE, 409, "OperationAborted", PMX_AGAIN_FEW},
        {PMX_CLIENT_FINE, 400, NULL, PMX_AGAIN_NEVER},
        {PMX_CLIENT_FINE, 400, "InvalidArgument", PMX_AGAIN_NEVER},
        {PMX_CLIENT_FINE, 400, "RequestTimeout", PMX_AGAIN_LONG},
        {PMX_CLIENT_FINE, 400, "BadDigest", PMX_AGAIN_FEW},
        {PMX_CLIENT_FINE, 200, "InternalError", PMX_AGAIN_LONG},
        {PMX_CLIENT_FINE, 403, "AccessDenied", PMX_AGAIN_ONCE},
        {PMX_CLIENT_FINE, 403, "SignatureDoesNotMatch", PMX_AGAIN_ONCE},
        {PMX_CLIENT_FINE, 403, "RequestTimeTooSkewed", PMX_AGAIN_FEW},
        {PMX_CLIENT_FINE, 404, "NoSuchKey", PMX_AGAIN_NEVER},
        {PMX_CLIENT_FINE, 412, "PreconditionFailed", PMX_AGAIN_NEVER},
        {PMX_CLIENT_FINE, 416, "InvalidRange", PMX_AGAIN_NEVER},
        {PMX_CLIENT_FINE, 301, "PermanentRedirect", PMX_AGAIN_NEVER},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%d %u %s", cases[i].failure, cases[i].status, cases[i].code);
        g_assert_cmpint(pmx_retry_helps(cases[i].failure, cases[i].status, cases[i].code), ==,
                        cases[i].again);
    }
}

/* 0.2 s doubled up to 10 s, and at least half of it. */
static void test_pauses(void)
{
    static const gint64 longest[] = {200000,  400000,  800000,   1600000,
                                     3200000, 6400000, 10000000, 10000000};
    for (guint i = 0; i < G_N_ELEMENTS(longest); i++) {
        g_assert_cmpint(pmx_retry_pause(i + 1, 0), ==, longest[i]);
        g_assert_cmpint(pmx_retry_pause(i + 1, 0.5), ==, longest[i] * 3 / 4);
        g_assert_cmpint(pmx_retry_pause(i + 1, 0.999999), >=, longest[i] / 2);
    }
    g_assert_cmpint(pmx_retry_pause(G_MAXUINT, 0), ==, 10 * SECOND);
}

static void test_retry_after(void)
{
    static const struct {
        const char *value;
        gint64 pause;
    } cases[] = {
        {NULL, 0},
        {"", 0},
        {"0", 0},
        {"7", 7 * SECOND},
        {"-7", 0},
        {"7.5", 0},
        {"99999999999999999999", 0},
        {"soon", 0},
        {"Fri, 02 Jan 2026 12:00:30 GMT", 30 * SECOND},
        {"Fri, 02 Jan 2026 11:59:59 GMT", 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(pmx_retry_after(cases[i].value, NOON), ==, cases[i].pause);
}

static guint attempts(FakeClock *fake, PmxAgain again, const char *retry_after, gint64 deadline)
{
    PmxRetry retry = {.clock = &fake->clock, .deadline = deadline};
    guint count = 1;
    while (pmx_retry_wait(&retry, again, retry_after, NULL))
        count++;
    return count;
}

static void test_how_often(void)
{
    g_auto(FakeClock) fake = {0};
    fake_clock_init(&fake, NOON);
    g_assert_cmpuint(attempts(&fake, PMX_AGAIN_NEVER, NULL, 100 * SECOND), ==, 1);
    g_assert_cmpuint(fake.waits->len, ==, 0);
    g_assert_cmpuint(attempts(&fake, PMX_AGAIN_FEW, NULL, 100 * SECOND), ==, 4);
    g_assert_cmpint(fake.ticks, ==, 1400000);
    fake.ticks = 0;
    /* 0.2 + 0.4 + 0.8 + 1.6 + 3.2 + 6.4 + 10 + 10 and no more */
    g_assert_cmpuint(attempts(&fake, PMX_AGAIN_LONG, NULL, 40 * SECOND), ==, 9);
    g_assert_cmpint(fake.ticks, ==, 32600000);
}

/* A server that asks for more time gets it, or is not asked again. */
static void test_server_asks(void)
{
    g_auto(FakeClock) fake = {0};
    fake_clock_init(&fake, NOON);
    g_assert_cmpuint(attempts(&fake, PMX_AGAIN_LONG, "15", 40 * SECOND), ==, 3);
    g_assert_cmpint(fake.ticks, ==, 30 * SECOND);
    fake.ticks = 0;
    g_assert_cmpuint(attempts(&fake, PMX_AGAIN_LONG, "60", 40 * SECOND), ==, 1);
    g_assert_cmpint(fake.ticks, ==, 0);
}

static gpointer cancel_it(gpointer cancel)
{
    g_cancellable_cancel(cancel);
    return NULL;
}

/* The real clock: an hour's wait ends when it is cancelled, before it or in it. */
static void test_cancelled(void)
{
    for (int round = 0; round < 100; round++) {
        g_autoptr(GCancellable) cancel = g_cancellable_new();
        PmxRetry retry = {.clock = &pmx_clock, .deadline = G_MAXINT64};
        GThread *thread = g_thread_new("cancel", cancel_it, cancel);
        g_assert_false(pmx_retry_wait(&retry, PMX_AGAIN_LONG, "3600", cancel));
        g_thread_join(thread);
        g_assert_false(pmx_retry_wait(&retry, PMX_AGAIN_LONG, "3600", cancel));
    }
}

static void test_real_clock(void)
{
    gint64 before = pmx_clock.ticks(NULL);
    pmx_clock.wait(30000, NULL, NULL);
    g_assert_cmpint(pmx_clock.ticks(NULL) - before, >=, 30000);
    g_assert_cmpint(ABS(pmx_clock.moment(NULL) - g_get_real_time() / 1000), <, 60000);
    g_assert_cmpfloat(pmx_clock.chance(NULL), <, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/retry/whether", test_whether);
    g_test_add_func("/retry/pauses", test_pauses);
    g_test_add_func("/retry/retry-after", test_retry_after);
    g_test_add_func("/retry/how-often", test_how_often);
    g_test_add_func("/retry/server-asks", test_server_asks);
    g_test_add_func("/retry/cancelled", test_cancelled);
    g_test_add_func("/retry/real-clock", test_real_clock);
    return g_test_run();
}
