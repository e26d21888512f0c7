/* SPDX-License-Identifier: MIT */
/* Bits go where the film needs them, and the buffer holds. */
#include "plan/budget.h"
#include "plan/vbv.h"

#include <math.h>

static const PmxVbv no_limit = {0};

/* The shares' bits alone. */
static void share(const PmxMeasured *segments, guint count, double rate, const PmxVbv *vbv,
                  double *bits)
{
    PmxShare shares[8];
    pmx_budget_share(segments, count, rate, vbv, shares);
    for (guint i = 0; i < count; i++)
        bits[i] = shares[i].bits;
}

static double sum(const double *bits, guint count)
{
    double total = 0;
    for (guint i = 0; i < count; i++)
        total += bits[i];
    return total;
}

static void near(double got, double wanted, double part)
{
    g_assert_cmpfloat_with_epsilon(got, wanted, wanted * part);
}

static void test_equal_segments_share_alike(void)
{
    const PmxMeasured segments[] = {{10, 5e6, 1e6, 1e5}, {10, 5e6, 1e6, 1e5}, {10, 5e6, 1e6, 1e5}};
    double bits[3];
    share(segments, 3, 400e3, &no_limit, bits);
    for (int i = 0; i < 3; i++)
        near(bits[i], 4e6, 1e-6);
}

static void test_the_sum_is_the_films(void)
{
    static const double rates[] = {20e3, 200e3, 1e6, 30e6};
    const PmxMeasured segments[] = {{10, 1e4, 2e4, 4e4}, {8, 90e6, 2e6, 1e5}, {2.5, 7e6, 4e6, 1e5}};
    double bits[3];
    for (guint i = 0; i < G_N_ELEMENTS(rates); i++) {
        share(segments, 3, rates[i], &no_limit, bits);
        near(sum(bits, 3), rates[i] * 20.5, 1e-6);
        g_assert_cmpfloat(bits[0] / 10, <, bits[1] / 8);
    }
}

/* At the rate it was measured with, each gets what it took. */
static void test_the_measured_rate(void)
{
    const PmxMeasured segments[] = {{10, 3e6, 1e6, 1e6}, {10, 80e6, 2e6, 1e6}};
    double bits[2];
    share(segments, 2, 88e6 / 20, &no_limit, bits);
    near(bits[0], 5e6, 1e-3);
    near(bits[1], 83e6, 1e-3);
}

/* What one may not take the others get; no more than all may take. */
static void test_the_highest_rate(void)
{
    const PmxMeasured segments[] = {{10, 1e6, 0, 0}, {10, 100e6, 0, 0}, {10, 5e6, 0, 0}};
    const PmxVbv vbv = {1.5e6, 0};
    double bits[3];
    share(segments, 3, 1e6, &vbv, bits);
    near(bits[1], 15e6, 1e-9);
    near(sum(bits, 3), 30e6, 1e-6);
    near(bits[2] / bits[0], 5, 0.01);
    share(segments, 3, 2e6, &vbv, bits);
    near(sum(bits, 3), 45e6, 1e-9);
}

/* What is foreseen adds up: a segment's bits are no more than the buffer has at its beginning, less what
 * it has to leave, and what comes in; the next begins with what this one leaves. */
static void assert_holds(const PmxShare *shares, const PmxMeasured *segments, guint count,
                         const PmxVbv *vbv)
{
    for (guint i = 0; i < count; i++) {
        double had = shares[i].start * vbv->size + vbv->rate * segments[i].seconds;
        g_assert_cmpfloat(shares[i].bits, <=, had - shares[i].end * vbv->size + 1);
        if (i + 1 < count)
            g_assert_cmpfloat(shares[i].end, ==, shares[i + 1].start);
        if (i + 1 < count)
            g_assert_true(shares[i].end >= 0.5 && shares[i].end <= 0.9);
    }
    g_assert_cmpfloat(shares[0].start, ==, 0.9);
    g_assert_cmpfloat(shares[count - 1].end, ==, 0);
}

/* Behind a still part there is more in the buffer, and a noisy one may use it: so the film comes to its
 * rate in segments as well as in one. */
static void test_the_buffer(void)
{
    const PmxMeasured halves[] = {{1, 1e4, 0, 0}, {1, 1e4, 0, 0}, {1, 4e6, 0, 0}, {1, 4e6, 0, 0}};
    const PmxMeasured busy[] = {{1, 4e6, 0, 0}, {1, 4e6, 0, 0}, {1, 4e6, 0, 0}, {1, 4e6, 0, 0}};
    const PmxVbv vbv = {600e3, 1e6};
    PmxShare shares[4];
    double total = 0;
    pmx_budget_share(halves, 4, 400e3, &vbv, shares);
    assert_holds(shares, halves, 4, &vbv);
    for (guint i = 0; i < 4; i++)
        total += shares[i].bits;
    near(total, 1.6e6, 1e-6);
    g_assert_cmpfloat(shares[2].bits, >, 600e3);
    pmx_budget_share(busy, 4, 900e3, &vbv, shares); /* more than the buffer lets through */
    assert_holds(shares, busy, 4, &vbv);
    for (guint i = 1; i < 3; i++)
        near(shares[i].bits, 600e3, 1e-6);
    near(shares[0].bits, 1000e3, 1e-6);
    near(shares[3].bits, 1050e3, 1e-6);
}

static void test_nothing_measured(void)
{
    const PmxMeasured segments[] = {{10, 0, 0, 0}, {10, 0, 0, 0}};
    const PmxMeasured none = {0};
    double bits[2] = {-1, -1};
    share(segments, 2, 100e3, &no_limit, bits);
    near(bits[0], 1e6, 1e-6);
    share(&none, 1, 100e3, &(PmxVbv){50e3, 100e3}, bits);
    g_assert_true(isfinite(bits[0]) && bits[0] >= 0);
    share(NULL, 0, 100e3, &no_limit, bits);
}

static void test_vbv(void)
{
    const PmxVbv vbv = {1000, 800};
    const guint32 steady[] = {100, 100, 100}, burst[] = {100, 600, 100}, small[] = {10, 10, 10};
    PmxVbvRun run = pmx_vbv_run(&vbv, 400, steady, 3, 0.1);
    near(run.least, 300, 1e-9);
    near(run.end, 400, 1e-9);
    run = pmx_vbv_run(&vbv, 400, burst, 3, 0.1);
    g_assert_cmpfloat_with_epsilon(run.least, -200, 1e-9);
    run = pmx_vbv_run(&vbv, 780, small, 3, 0.1);
    near(run.end, 800, 1e-9); /* no more than it holds */
    run = pmx_vbv_run(&vbv, 400, NULL, 0, 0.1);
    near(run.end, 400, 1e-9);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/budget/equal", test_equal_segments_share_alike);
    g_test_add_func("/budget/sum", test_the_sum_is_the_films);
    g_test_add_func("/budget/measured", test_the_measured_rate);
    g_test_add_func("/budget/highest", test_the_highest_rate);
    g_test_add_func("/budget/buffer", test_the_buffer);
    g_test_add_func("/budget/nothing", test_nothing_measured);
    g_test_add_func("/budget/vbv", test_vbv);
    return g_test_run();
}
