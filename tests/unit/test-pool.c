/* SPDX-License-Identifier: MIT */
/* The cores and the memory that jobs share: exec/pool, with members that only say what they would
 * do. For real ones see test-executor-shared.c. */
#include "exec/pool.h"

#include <string.h>

enum { MEMBERS = 3 };

typedef struct Member Member;

struct Member {
    PmxPool *pool;
    GString *log; /* the name of whoever started something, in order */
    char name;
    guint left; /* works not yet started */
    gint64 priority;
    guint encoders; /* of each */
    guint64 memory;
    PmxLoad load;
    gboolean starting;
    void (*during)(Member *member); /* called while it starts something */
};

static gboolean offer(gpointer data, gint64 *priority)
{
    const Member *member = data;
    *priority = member->priority;
    return member->left > 0 && pmx_pool_has_room(member->pool, member->encoders, member->memory);
}

static void start(gpointer data)
{
    Member *member = data;
    g_assert_cmpuint(member->left, >, 0);
    g_assert_false(member->starting); /* what it calls back does not call it again */
    member->left--;
    member->load.runners++;
    member->load.cores += MAX(1, member->encoders);
    member->load.memory += member->memory;
    g_string_append_c(member->log, member->name);
    member->starting = TRUE;
    if (member->during)
        member->during(member);
    member->starting = FALSE;
}

static PmxLoad load(gpointer data)
{
    return ((const Member *)data)->load;
}

static const PmxPoolKind kind = {offer, start, load};

typedef struct {
    PmxPool *pool;
    GString *log;
    Member members[MEMBERS]; /* a, b, c: joined in this order, with nothing to do */
} Stage;

static void stage_init(Stage *stage, guint slots, guint64 memory)
{
    *stage = (Stage){.pool = pmx_pool_new(slots, memory), .log = g_string_new(NULL)};
    for (guint i = 0; i < MEMBERS; i++) {
        stage->members[i] = (Member){
            .pool = stage->pool, .log = stage->log, .name = (char)('a' + i), .encoders = 1};
        pmx_pool_join(stage->pool, &kind, &stage->members[i]);
    }
}

static void stage_clear(Stage *stage)
{
    for (guint i = 0; i < MEMBERS; i++)
        pmx_pool_leave(stage->pool, &stage->members[i]);
    pmx_pool_free(stage->pool);
    g_string_free(stage->log, TRUE);
}

/* All runners of all members end. */
static void end_all(Stage *stage)
{
    for (guint i = 0; i < MEMBERS; i++)
        stage->members[i].load = (PmxLoad){0};
}

/* Round after round until nothing starts any more. */
static void work_off(Stage *stage)
{
    gsize before;
    do {
        before = stage->log->len;
        end_all(stage);
        pmx_pool_schedule(stage->pool);
    } while (stage->log->len > before);
}

/* --- who goes first --- */

/* One core, so the log is the order. */
static void test_order(void)
{
    static const struct {
        guint left[MEMBERS];
        gint64 rank[MEMBERS], priority[MEMBERS];
        const char *order;
    } rows[] = {
        {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, ""},
        {{2, 2, 2}, {0, 0, 0}, {0, 0, 0}, "abcabc"},
        {{9, 2, 1}, {0, 0, 0}, {0, 0, 0}, "abcabaaaaaaa"}, /* the large one starves nobody */
        {{1, 2, 9}, {0, 0, 0}, {5, 5, 5}, "abcbcccccccc"},
        {{2, 2, 2}, {0, 0, 0}, {1, 2, 3}, "ccbbaa"},
        {{2, 2, 2}, {0, 0, 0}, {G_MININT64, G_MAXINT64, 0}, "bbccaa"},
        {{2, 2, 2}, {0, 0, 0}, {5, 9, 5}, "bbacac"},
        {{2, 2, 2}, {1, 2, 3}, {9, 5, 1}, "ccbbaa"}, /* the rank says more than the priority */
        {{2, 2, 2}, {2, 1, 2}, {0, 9, 0}, "acacbb"},
        {{2, 2, 2}, {-1, G_MININT64, 0}, {9, 9, 1}, "ccaabb"},
        {{3, 0, 2}, {0, 9, 0}, {0, 9, 0}, "acaca"}, /* who has nothing to do holds nobody up */
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Stage stage;
        stage_init(&stage, 1, 0);
        for (guint k = 0; k < MEMBERS; k++) {
            stage.members[k].left = rows[i].left[k];
            stage.members[k].priority = rows[i].priority[k];
            pmx_pool_set_rank(stage.pool, &stage.members[k], rows[i].rank[k]);
        }
        work_off(&stage);
        g_assert_cmpstr(stage.log->str, ==, rows[i].order);
        stage_clear(&stage);
    }
}

/* Among those never served: whoever has the lower number, not whoever came first. */
static void test_number(void)
{
    static const struct {
        gint64 rank[MEMBERS], number[MEMBERS];
        const char *order;
    } rows[] = {
        {{0, 0, 0}, {3, 2, 1}, "cbacba"},
        {{0, 0, 0}, {2, 2, 1}, "cabcab"},
        {{0, 1, 0}, {2, 3, 1}, "bbcaca"}, /* the rank says more */
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Stage stage;
        stage_init(&stage, 1, 0);
        for (guint k = 0; k < MEMBERS; k++) {
            stage.members[k].left = 2;
            pmx_pool_set_rank(stage.pool, &stage.members[k], rows[i].rank[k]);
            pmx_pool_set_number(stage.pool, &stage.members[k], rows[i].number[k]);
        }
        work_off(&stage);
        g_assert_cmpstr(stage.log->str, ==, rows[i].order);
        stage_clear(&stage);
    }
}

/* A rank and a priority count from when they are given. */
static void test_change_of_rank(void)
{
    Stage stage;
    stage_init(&stage, 1, 0);
    for (guint k = 0; k < MEMBERS; k++)
        stage.members[k].left = 3;
    pmx_pool_set_rank(stage.pool, &stage.members[1], 5);
    pmx_pool_schedule(stage.pool);
    pmx_pool_set_rank(stage.pool, &stage.members[2], 6);
    end_all(&stage);
    pmx_pool_schedule(stage.pool);
    pmx_pool_set_rank(stage.pool, &stage.members[1], 0);
    pmx_pool_set_rank(stage.pool, &stage.members[2], 0);
    work_off(&stage);
    g_assert_cmpstr(stage.log->str, ==, "bcabcabca");
    stage_clear(&stage);
}

/* Who comes later does not wait for those who came before to finish. */
static void test_latecomer(void)
{
    Stage stage;
    Member late;
    stage_init(&stage, 1, 0);
    stage.members[0].left = 4;
    pmx_pool_schedule(stage.pool);
    late = (Member){.pool = stage.pool, .log = stage.log, .name = 'x', .left = 2, .encoders = 1};
    pmx_pool_join(stage.pool, &kind, &late);
    g_assert_cmpstr(stage.log->str, ==, "a"); /* joining starts nothing */
    for (guint i = 0; i < 5; i++) {
        end_all(&stage);
        late.load = (PmxLoad){0};
        pmx_pool_schedule(stage.pool);
    }
    g_assert_cmpstr(stage.log->str, ==, "axaxaa");
    pmx_pool_leave(stage.pool, &late);
    stage_clear(&stage);
}

/* A paused one starts nothing, keeps what runs, and goes on where it was. */
static void test_paused(void)
{
    Stage stage;
    stage_init(&stage, 1, 0);
    stage.members[0].left = 3;
    stage.members[1].left = 2;
    pmx_pool_set_rank(stage.pool, &stage.members[0], 1);
    pmx_pool_schedule(stage.pool);
    pmx_pool_set_paused(stage.pool, &stage.members[0], TRUE);
    pmx_pool_schedule(stage.pool);
    g_assert_cmpstr(stage.log->str, ==, "a"); /* its runner still has the core */
    g_assert_cmpuint(pmx_pool_load(stage.pool).cores, ==, 1);
    work_off(&stage);
    g_assert_cmpstr(stage.log->str, ==, "abb");
    pmx_pool_set_paused(stage.pool, &stage.members[0], FALSE);
    g_assert_cmpstr(stage.log->str, ==, "abb");
    work_off(&stage);
    g_assert_cmpstr(stage.log->str, ==, "abbaa");
    stage_clear(&stage);
}

/* --- room --- */

static void test_cores(void)
{
    Stage stage;
    stage_init(&stage, 3, 0);
    stage.members[0].left = stage.members[1].left = 4;
    pmx_pool_schedule(stage.pool);
    g_assert_cmpstr(stage.log->str, ==, "aba");
    pmx_pool_schedule(stage.pool);
    g_assert_cmpstr(stage.log->str, ==, "aba");
    g_assert_cmpuint(pmx_pool_load(stage.pool).cores, ==, 3);
    g_assert_cmpuint(pmx_pool_load(stage.pool).runners, ==, 3);
    stage.members[1].load = (PmxLoad){0};
    pmx_pool_schedule(stage.pool);
    g_assert_cmpstr(stage.log->str, ==, "abab");
    stage_clear(&stage);
}

/* What a runner with `encoders` that need `memory` finds beside what runs already: three cores and
 * a memory of 100. */
static void test_room(void)
{
    static const struct {
        PmxLoad running;
        guint encoders;
        guint64 memory;
        gboolean room;
    } rows[] = {
        {{0, 0, 0}, 1, 0, TRUE},
        {{2, 0, 1}, 1, 0, TRUE},
        {{3, 0, 1}, 1, 0, FALSE},
        {{4, 0, 1}, 1, 0, FALSE},
        {{3, 0, 1}, 0, 0, FALSE}, /* a package takes a core too */
        {{2, 0, 1}, 0, 0, TRUE},
        {{1, 60, 1}, 1, 60, TRUE}, /* one encoder cannot be made less */
        {{2, 500, 2}, 1, 1000, TRUE},
        {{1, 60, 1}, 2, 40, TRUE}, /* just fits */
        {{1, 60, 1}, 2, 41, FALSE},
        {{1, 60, 1}, 0, 41, TRUE},
        {{2, 60, 1}, 3, 40, TRUE},  /* one free core is enough: it is shared for a while */
        {{0, 0, 0}, 2, 1000, TRUE}, /* alone: it would never fit */
        {{1, 0, 1}, 2, 101, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Stage stage;
        g_test_message("row %u", i);
        stage_init(&stage, 3, 100);
        g_assert_cmpuint(pmx_pool_memory(stage.pool), ==, 100);
        stage.members[1].load = rows[i].running;
        stage.members[0].left = 1;
        stage.members[0].encoders = rows[i].encoders;
        stage.members[0].memory = rows[i].memory;
        pmx_pool_schedule(stage.pool);
        g_assert_cmpstr(stage.log->str, ==, rows[i].room ? "a" : "");
        stage_clear(&stage);
    }
}

/* What was started in the same round counts. */
static void test_room_is_taken(void)
{
    Stage stage;
    stage_init(&stage, 8, 100);
    for (guint k = 0; k < MEMBERS; k++) {
        stage.members[k].left = 2;
        stage.members[k].encoders = 2;
        stage.members[k].memory = 40;
    }
    pmx_pool_schedule(stage.pool);
    g_assert_cmpstr(stage.log->str, ==, "ab"); /* 80, and a third would make it 120 */
    stage.members[2].encoders = 1;
    pmx_pool_schedule(stage.pool);
    g_assert_cmpstr(stage.log->str, ==, "abcc");
    stage_clear(&stage);
}

static gboolean give_up_waiting(gpointer late)
{
    *(gboolean *)late = TRUE;
    return G_SOURCE_REMOVE;
}

/* A runner gives up cores before it ends and tells nobody: the pool looks by itself. */
static void test_looks_by_itself(void)
{
    Stage stage;
    gboolean late = FALSE;
    stage_init(&stage, 1, 0);
    stage.members[0].left = 2;
    pmx_pool_schedule(stage.pool);
    stage.members[0].load.cores = 0;
    guint limit = g_timeout_add_seconds(10, give_up_waiting, &late);
    while (stage.log->len < 2 && !late)
        g_main_context_iteration(NULL, TRUE);
    g_assert_false(late);
    g_source_remove(limit);
    g_assert_cmpstr(stage.log->str, ==, "aa");
    stage_clear(&stage);
    g_assert_false(g_main_context_pending(NULL)); /* and not any more when all have left */
}

/* --- claims --- */

static void test_claims(void)
{
    Stage stage;
    stage_init(&stage, 1, 0);
    Member *a = &stage.members[0], *b = &stage.members[1], *c = &stage.members[2];
    char key[] = "key";
    g_assert_false(pmx_pool_is_claimed(stage.pool, "key", a));
    pmx_pool_claim(stage.pool, key, a);
    key[0] = 'x'; /* the pool has its own copy */
    pmx_pool_claim(stage.pool, "other", b);
    g_assert_false(pmx_pool_is_claimed(stage.pool, "key", a)); /* one's own is no hindrance */
    g_assert_true(pmx_pool_is_claimed(stage.pool, "key", b));
    g_assert_true(pmx_pool_is_claimed(stage.pool, "other", a));
    g_assert_false(pmx_pool_is_claimed(stage.pool, "xey", b));
    pmx_pool_release(stage.pool, "key");
    pmx_pool_release(stage.pool, "key");
    g_assert_false(pmx_pool_is_claimed(stage.pool, "key", b));
    pmx_pool_claim(stage.pool, "key", b);
    pmx_pool_claim(stage.pool, "third", c);
    pmx_pool_leave(stage.pool, b); /* drops what was its, and no other */
    g_assert_false(pmx_pool_is_claimed(stage.pool, "key", a));
    g_assert_false(pmx_pool_is_claimed(stage.pool, "other", a));
    g_assert_true(pmx_pool_is_claimed(stage.pool, "third", a));
    stage_clear(&stage);
}

/* Leaving twice, and what is said of somebody who is not there. */
static void test_strangers(void)
{
    Stage stage;
    stage_init(&stage, 2, 0);
    stage.members[0].left = stage.members[1].left = 1;
    pmx_pool_leave(stage.pool, &stage.members[0]);
    pmx_pool_leave(stage.pool, &stage.members[0]);
    pmx_pool_set_rank(stage.pool, &stage.members[0], 5);
    pmx_pool_set_paused(stage.pool, &stage.members[0], TRUE);
    work_off(&stage);
    g_assert_cmpstr(stage.log->str, ==, "b");
    stage_clear(&stage);
    pmx_pool_free(NULL);
}

/* --- members that call back --- */

static void schedule_again(Member *member)
{
    pmx_pool_schedule(member->pool);
}

static void leave(Member *member)
{
    member->load = (PmxLoad){0};
    pmx_pool_leave(member->pool, member);
}

static void go_last(Member *member)
{
    pmx_pool_set_rank(member->pool, member, -1);
}

/* Cannot start it after all: nothing runs, and the next has its turn. */
static void fail(Member *member)
{
    member->load = (PmxLoad){0};
}

static void test_calls_back(void)
{
    static const struct {
        void (*during)(Member *member);
        const char *order;
    } rows[] = {{schedule_again, "abca"}, {leave, "abcbc"}, {go_last, "abcb"}, {fail, "abcabc"}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Stage stage;
        g_test_message("row %u", i);
        stage_init(&stage, 4, 0);
        for (guint k = 0; k < MEMBERS; k++)
            stage.members[k].left = 3;
        stage.members[0].during = rows[i].during;
        pmx_pool_schedule(stage.pool);
        g_assert_cmpstr(stage.log->str, ==, rows[i].order);
        stage_clear(&stage);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pool/order", test_order);
    g_test_add_func("/pool/change-of-rank", test_change_of_rank);
    g_test_add_func("/pool/number", test_number);
    g_test_add_func("/pool/latecomer", test_latecomer);
    g_test_add_func("/pool/paused", test_paused);
    g_test_add_func("/pool/cores", test_cores);
    g_test_add_func("/pool/room", test_room);
    g_test_add_func("/pool/room-is-taken", test_room_is_taken);
    g_test_add_func("/pool/looks-by-itself", test_looks_by_itself);
    g_test_add_func("/pool/claims", test_claims);
    g_test_add_func("/pool/strangers", test_strangers);
    g_test_add_func("/pool/calls-back", test_calls_back);
    return g_test_run();
}
