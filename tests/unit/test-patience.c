/* SPDX-License-Identifier: MIT */
/* How long a job waits for storages in all: storage/patience, storage/retry. */
#include "storage/retry.h"

#include "fake-clock.h"

#define SECOND G_TIME_SPAN_SECOND

/* A request that fails for ever, each attempt after so long; how many attempts there were. */
static guint ask(FakeClock *fake, PmxAllowance *allowance, gint64 attempt, char **told)
{
    PmxRetry retry = {.clock = &fake->clock, .allowance = allowance, .host = "h", .why = "refused"};
    guint count = 1;
    for (fake->ticks += attempt; pmx_retry_wait(&retry, PMX_AGAIN_LONG, NULL, NULL); count++)
        fake->ticks += attempt;
    if (told)
        *told = pmx_retry_told(&retry);
    return count;
}

/* From the first failure on: an attempt that takes long takes nothing from it. */
static void test_of_a_request(void)
{
    static const struct {
        gint64 attempt;
        guint count;
        gint64 least;
    } cases[] = {
        {0, 9, 30 * SECOND}, {2 * SECOND, 8, 30 * SECOND}, {1000 * SECOND, 2, 2000 * SECOND}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(FakeClock) fake = {0};
        fake_clock_init(&fake, 0);
        g_autoptr(PmxAllowance) allowance =
            pmx_allowance_new(&(PmxAllowanceLimits){.request = 40 * SECOND});
        g_autofree char *told = NULL;
        g_assert_cmpuint(ask(&fake, allowance, cases[i].attempt, &told), ==, cases[i].count);
        g_assert_cmpint(fake.ticks, >=, cases[i].least);
        g_assert_null(strstr(told, "are over"));
        g_assert_cmpint(pmx_allowance_left(allowance), ==, G_MAXINT64);
    }
}

static void test_usual(void)
{
    g_auto(FakeClock) fake = {0};
    fake_clock_init(&fake, 0);
    ask(&fake, NULL, 0, NULL);
    g_assert_cmpint(fake.ticks, >, 280 * SECOND);
    g_assert_cmpint(fake.ticks, <, 300 * SECOND);
    g_assert_cmpint(pmx_allowance_request(NULL), ==, 300 * SECOND);
    g_assert_cmpint(pmx_allowance_left(NULL), ==, G_MAXINT64);
}

/* What one request has used up the next one does not have; in the end there is none. */
static void test_of_a_job(void)
{
    g_auto(FakeClock) fake = {0};
    fake_clock_init(&fake, 0);
    g_autoptr(PmxAllowance) allowance =
        pmx_allowance_new(&(PmxAllowanceLimits){30 * SECOND, 60 * SECOND});
    g_autofree char *first = NULL, *second = NULL, *third = NULL, *fourth = NULL;
    guint count = ask(&fake, allowance, SECOND, &first);
    g_assert_null(strstr(first, "over"));
    g_assert_cmpuint(count, >, 3);
    gint64 left = pmx_allowance_left(allowance);
    g_assert_cmpint(left, >, 25 * SECOND);
    g_assert_cmpint(left, <, 40 * SECOND);
    ask(&fake, allowance, SECOND, &second);
    count = ask(&fake, allowance, SECOND, &third);
    g_assert_cmpuint(count, <, 7);
    g_assert_nonnull(strstr(third, "; the 1 min that the whole job may wait for storages "
                                   "(storage-deadline in the group [jobs]) are over"));
    pmx_allowance_spend(allowance, fake.ticks, fake.ticks + 60 * SECOND);
    gint64 before = fake.ticks;
    g_assert_cmpuint(ask(&fake, allowance, 0, &fourth), ==, 1);
    g_assert_cmpint(fake.ticks, ==, before);
    g_assert_cmpstr(fourth, ==,
                    "; the 1 min that the whole job may wait for storages "
                    "(storage-deadline in the group [jobs]) are over");
}

/* The first attempt of each request is free, and so is what succeeds. */
static void test_good_days(void)
{
    g_auto(FakeClock) fake = {0};
    fake_clock_init(&fake, 0);
    g_autoptr(PmxAllowance) allowance =
        pmx_allowance_new(&(PmxAllowanceLimits){30 * SECOND, 60 * SECOND});
    for (guint i = 0; i < 100; i++) {
        PmxRetry retry = {.clock = &fake.clock, .allowance = allowance};
        fake.ticks += 10 * SECOND;
        g_assert_false(pmx_retry_wait(&retry, PMX_AGAIN_NEVER, NULL, NULL));
    }
    g_assert_cmpint(pmx_allowance_left(allowance), ==, 60 * SECOND);
    PmxRetry retry = {.clock = &fake.clock, .allowance = allowance};
    g_assert_true(pmx_retry_wait(&retry, PMX_AGAIN_LONG, NULL, NULL));
    g_assert_cmpint(pmx_allowance_left(allowance), ==, 60 * SECOND - 200000);
}

/* Four at once wait no longer than one. */
static void test_at_once(void)
{
    g_autoptr(PmxAllowance) allowance = pmx_allowance_new(&(PmxAllowanceLimits){0, 100});
    static const struct {
        gint64 from, to, left;
    } spans[] = {{10, 20, 90}, {10, 20, 90}, {12, 18, 90}, {15, 30, 80},
                 {50, 60, 70}, {50, 40, 70}, {60, 500, 0}, {500, 900, 0}};
    for (guint i = 0; i < G_N_ELEMENTS(spans); i++) {
        pmx_allowance_spend(allowance, spans[i].from, spans[i].to);
        g_assert_cmpint(pmx_allowance_left(allowance), ==, spans[i].left);
    }
}

static GString *heard; /* by the test that is running */

static void hear(const char *host, const char *why, gint64 left)
{
    g_string_append_printf(heard, "%s %s %d;", host, why, (int)(left / SECOND));
}

/* Once for each host, and no more when nobody listens. */
static void test_told(void)
{
    g_auto(FakeClock) fake = {0};
    fake_clock_init(&fake, 0);
    g_autoptr(PmxAllowance) allowance =
        pmx_allowance_new(&(PmxAllowanceLimits){40 * SECOND, 3600 * SECOND});
    heard = g_string_new(NULL);
    ask(&fake, allowance, 0, NULL);
    pmx_allowance_watch(allowance, hear);
    ask(&fake, allowance, 0, NULL);
    ask(&fake, allowance, 0, NULL);
    pmx_allowance_tell(allowance, "other", "slow", 7 * SECOND);
    pmx_allowance_watch(allowance, NULL);
    pmx_allowance_tell(allowance, "third", "slow", 7 * SECOND);
    g_assert_cmpstr(heard->str, ==, "h refused 40;other slow 7;");
    g_string_free(heard, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/patience/of-a-request", test_of_a_request);
    g_test_add_func("/patience/usual", test_usual);
    g_test_add_func("/patience/of-a-job", test_of_a_job);
    g_test_add_func("/patience/good-days", test_good_days);
    g_test_add_func("/patience/at-once", test_at_once);
    g_test_add_func("/patience/told", test_told);
    return g_test_run();
}
