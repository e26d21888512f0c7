/* SPDX-License-Identifier: MIT */
/* Whose turn it is: net/lanes. */
#include "net/lanes.h"

/* Takes everything that may run; the items are texts. */
static char *take_all(PmxLanes *lanes)
{
    GString *taken = g_string_new(NULL);
    const char *item;
    while ((item = pmx_lanes_next(lanes)))
        g_string_append(taken, item);
    return g_string_free(taken, FALSE);
}

static void assert_taken(PmxLanes *lanes, const char *expected)
{
    g_autofree char *taken = take_all(lanes);
    g_assert_cmpstr(taken, ==, expected);
}

static void test_one_host(void)
{
    PmxLanes *lanes = pmx_lanes_new(10, 2);
    pmx_lanes_add(lanes, "a", "1");
    pmx_lanes_add(lanes, "a", "2");
    pmx_lanes_add(lanes, "a", "3");
    pmx_lanes_add(lanes, "a", "4");
    assert_taken(lanes, "12");
    pmx_lanes_done(lanes, "a");
    assert_taken(lanes, "3");
    pmx_lanes_done(lanes, "a");
    pmx_lanes_done(lanes, "a");
    assert_taken(lanes, "4");
    pmx_lanes_done(lanes, "a");
    assert_taken(lanes, "");
    pmx_lanes_free(lanes, NULL);
}

static void test_a_full_host_holds_up_no_other(void)
{
    PmxLanes *lanes = pmx_lanes_new(10, 1);
    for (int i = 0; i < 100; i++)
        pmx_lanes_add(lanes, "a", "a");
    pmx_lanes_add(lanes, "b", "b");
    pmx_lanes_add(lanes, "c", "c");
    assert_taken(lanes, "abc");
    for (int i = 1; i < 100; i++) {
        pmx_lanes_done(lanes, "a");
        assert_taken(lanes, "a");
    }
    pmx_lanes_free(lanes, NULL);
}

static void test_hosts_take_turns(void)
{
    PmxLanes *lanes = pmx_lanes_new(3, 3);
    for (int i = 0; i < 3; i++)
        pmx_lanes_add(lanes, "a", "a");
    for (int i = 0; i < 3; i++)
        pmx_lanes_add(lanes, "b", "b");
    assert_taken(lanes, "aba");
    pmx_lanes_done(lanes, "b");
    pmx_lanes_done(lanes, "a");
    assert_taken(lanes, "ba");
    pmx_lanes_free(lanes, NULL);
}

static void count(gpointer item)
{
    (*(guint *)item)++;
}

static void test_free_gives_back_what_waits(void)
{
    guint freed = 0;
    PmxLanes *lanes = pmx_lanes_new(1, 1);
    pmx_lanes_add(lanes, "a", &freed);
    pmx_lanes_add(lanes, "a", &freed);
    pmx_lanes_add(lanes, "b", &freed);
    g_assert_true(pmx_lanes_next(lanes) == &freed);
    pmx_lanes_free(lanes, count);
    g_assert_cmpuint(freed, ==, 2);
}

/* The first, the last and the only one of a lane; what is behind them takes its turn as before. */
static void test_remove(void)
{
    static const char one[] = "1", two[] = "2", three[] = "3", other[] = "x";
    PmxLanes *lanes = pmx_lanes_new(10, 1);
    pmx_lanes_add(lanes, "a", (gpointer)one);
    pmx_lanes_add(lanes, "a", (gpointer)two);
    pmx_lanes_add(lanes, "b", (gpointer)other);
    pmx_lanes_remove(lanes, "a", one);
    pmx_lanes_remove(lanes, "b", other);
    assert_taken(lanes, "2");
    pmx_lanes_add(lanes, "a", (gpointer)three);
    pmx_lanes_remove(lanes, "a", three);
    pmx_lanes_add(lanes, "b", (gpointer)other);
    assert_taken(lanes, "x");
    pmx_lanes_done(lanes, "a");
    pmx_lanes_done(lanes, "b");
    assert_taken(lanes, "");
    pmx_lanes_free(lanes, NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lanes/one-host", test_one_host);
    g_test_add_func("/lanes/a-full-host-holds-up-no-other", test_a_full_host_holds_up_no_other);
    g_test_add_func("/lanes/hosts-take-turns", test_hosts_take_turns);
    g_test_add_func("/lanes/free-gives-back-what-waits", test_free_gives_back_what_waits);
    g_test_add_func("/lanes/remove", test_remove);
    return g_test_run();
}
