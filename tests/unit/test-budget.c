/* SPDX-License-Identifier: MIT */
/* Bits go where the film needs them, and the buffer holds. */
#include "plan/budget.h"
#include "plan/vbv.h"

#include <math.h>

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
    pmx_budget_share(segments, 3, 400e3, 0, bits);
    for (int i = 0; i < 3; i++)
        near(bits[i], 4e6, 1e-6);
}

static void test_the_sum_is_the_films(void)
{
    static const double rates[] = {20e3, 200e3, 1e6, 30e6};
    const PmxMeasured segments[] = {{10, 1e4, 2e4, 4e4}, {8, 90e6, 2e6, 1e5}, {2.5, 7e6, 4e6, 1e5}};
    double bits[3];
    for (guint i = 0; i < G_N_ELEMENTS(rates); i++) {
        pmx_budget_share(segments, 3, rates[i], 0, bits);
        near(sum(bits, 3), rates[i] * 20.5, 1e-6);
        g_assert_cmpfloat(bits[0] / 10, <, bits[1] / 8);
    }
}

/* At the rate it was measured with, each gets what it took. */
static void test_the_measured_rate(void)
{
    const PmxMeasured segments[] = {{10, 3e6, 1e6, 1e6}, {10, 80e6, 2e6, 1e6}};
    double bits[2];
    pmx_budget_share(segments, 2, 88e6 / 20, 0, bits);
    near(bits[0], 5e6, 1e-3);
    near(bits[1], 83e6, 1e-3);
}

/* What one may not take the others get; no more than all may take. */
static void test_the_highest_rate(void)
{
    const PmxMeasured segments[] = {{10, 1e6, 0, 0}, {10, 100e6, 0, 0}, {10, 5e6, 0, 0}};
    double bits[3];
    pmx_budget_share(segments, 3, 1e6, 1.5e6, bits);
    near(bits[1], 15e6, 1e-9);
    near(sum(bits, 3), 30e6, 1e-6);
    near(bits[2] / bits[0], 5, 0.01);
    pmx_budget_share(segments, 3, 2e6, 1.5e6, bits);
    near(sum(bits, 3), 45e6, 1e-9);
}

static void test_nothing_measured(void)
{
    const PmxMeasured segments[] = {{10, 0, 0, 0}, {10, 0, 0, 0}};
    const PmxMeasured none = {0};
    double bits[2] = {-1, -1};
    pmx_budget_share(segments, 2, 100e3, 0, bits);
    near(bits[0], 1e6, 1e-6);
    pmx_budget_share(&none, 1, 100e3, 50e3, bits);
    g_assert_true(isfinite(bits[0]) && bits[0] >= 0);
    pmx_budget_share(NULL, 0, 100e3, 0, bits);
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
    g_test_add_func("/budget/nothing", test_nothing_measured);
    g_test_add_func("/budget/vbv", test_vbv);
    return g_test_run();
}
