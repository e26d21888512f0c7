/* SPDX-License-Identifier: MIT */
/* See pool.h. */
#include "exec/pool.h"

typedef struct {
    const PmxPoolKind *kind;
    gpointer self;
    gint64 rank, number;
    guint64 served; /* when it last started something, by the pool's count */
    gboolean paused;
} Member;

struct PmxPool {
    guint slots;
    guint64 memory;
    GPtrArray *members; /* of Member *, by age */
    GHashTable *claims; /* key → member that makes it; keys are owned */
    guint64 count;      /* of starts */
    guint ticking;
    gboolean scheduling; /* a member that is started may call back */
    PmxLoad load;        /* while scheduling: of all */
};

enum { TICK_MS = 100 };

static gboolean on_tick(gpointer pool)
{
    pmx_pool_schedule(pool);
    return G_SOURCE_CONTINUE;
}

PmxPool *pmx_pool_new(guint slots, guint64 memory)
{
    PmxPool *pool = g_new0(PmxPool, 1);
    pool->slots = slots;
    pool->memory = memory;
    pool->members = g_ptr_array_new_with_free_func(g_free);
    pool->claims = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return pool;
}

void pmx_pool_free(PmxPool *pool)
{
    if (!pool)
        return;
    g_clear_handle_id(&pool->ticking, g_source_remove);
    g_ptr_array_unref(pool->members);
    g_hash_table_unref(pool->claims);
    g_free(pool);
}

/* --- members --- */

static Member *member_of(const PmxPool *pool, gconstpointer self)
{
    for (guint i = 0; i < pool->members->len; i++) {
        Member *member = g_ptr_array_index(pool->members, i);
        if (member->self == self)
            return member;
    }
    return NULL;
}

void pmx_pool_join(PmxPool *pool, const PmxPoolKind *kind, gpointer self)
{
    Member *member = g_new0(Member, 1);
    member->kind = kind;
    member->self = self;
    g_ptr_array_add(pool->members, member);
    if (!pool->ticking)
        pool->ticking = g_timeout_add(TICK_MS, on_tick, pool);
}

static void drop_claims(const PmxPool *pool, gconstpointer self)
{
    GHashTableIter claims;
    gpointer owner;
    g_hash_table_iter_init(&claims, pool->claims);
    while (g_hash_table_iter_next(&claims, NULL, &owner))
        if (owner == self)
            g_hash_table_iter_remove(&claims);
}

void pmx_pool_leave(PmxPool *pool, gpointer self)
{
    Member *member = member_of(pool, self);
    if (!member)
        return;
    g_ptr_array_remove(pool->members, member);
    drop_claims(pool, self);
    if (pool->members->len == 0)
        g_clear_handle_id(&pool->ticking, g_source_remove);
}

void pmx_pool_set_rank(PmxPool *pool, gpointer self, gint64 rank)
{
    Member *member = member_of(pool, self);
    if (member)
        member->rank = rank;
}

void pmx_pool_set_number(PmxPool *pool, gpointer self, gint64 number)
{
    Member *member = member_of(pool, self);
    if (member)
        member->number = number;
}

void pmx_pool_set_paused(PmxPool *pool, gpointer self, gboolean paused)
{
    Member *member = member_of(pool, self);
    if (member)
        member->paused = paused;
}

/* --- room --- */

PmxLoad pmx_pool_load(const PmxPool *pool)
{
    PmxLoad sum = {0};
    for (guint i = 0; i < pool->members->len; i++) {
        const Member *member = g_ptr_array_index(pool->members, i);
        PmxLoad load = member->kind->load(member->self);
        sum.cores += load.cores;
        sum.memory += load.memory;
        sum.runners += load.runners;
    }
    return sum;
}

guint64 pmx_pool_memory(const PmxPool *pool)
{
    return pool->memory;
}

gboolean pmx_pool_has_room(const PmxPool *pool, guint encoders, guint64 memory)
{
    return pool->load.cores < pool->slots &&
           (encoders < 2 || pool->load.runners == 0 || pool->load.memory + memory <= pool->memory);
}

/* --- claims --- */

gboolean pmx_pool_is_claimed(const PmxPool *pool, const char *key, gconstpointer member)
{
    gconstpointer owner = g_hash_table_lookup(pool->claims, key);
    return owner && owner != member;
}

void pmx_pool_claim(PmxPool *pool, const char *key, gpointer member)
{
    g_hash_table_replace(pool->claims, g_strdup(key), member);
}

void pmx_pool_release(PmxPool *pool, const char *key)
{
    g_hash_table_remove(pool->claims, key);
}

/* --- who is next --- */

static gboolean goes_before(const Member *a, gint64 a_priority, const Member *b, gint64 b_priority)
{
    if (a->rank != b->rank)
        return a->rank > b->rank;
    if (a_priority != b_priority)
        return a_priority > b_priority;
    return a->served != b->served ? a->served < b->served : a->number < b->number;
}

static Member *next_member(const PmxPool *pool)
{
    Member *best = NULL;
    gint64 best_priority = 0;
    for (guint i = 0; i < pool->members->len; i++) {
        Member *member = g_ptr_array_index(pool->members, i);
        gint64 priority = 0;
        if (member->paused || (best && best->rank > member->rank) ||
            !member->kind->offer(member->self, &priority))
            continue;
        if (!best || goes_before(member, priority, best, best_priority)) {
            best = member;
            best_priority = priority;
        }
    }
    return best;
}

/* Asking everybody is work too, so it is done only while a core is free. */
static gboolean start_next(PmxPool *pool)
{
    pool->load = pmx_pool_load(pool);
    Member *next = pool->load.cores < pool->slots ? next_member(pool) : NULL;
    if (!next)
        return FALSE;
    next->served = ++pool->count;
    next->kind->start(next->self);
    return TRUE;
}

void pmx_pool_schedule(PmxPool *pool)
{
    if (pool->scheduling)
        return;
    pool->scheduling = TRUE;
    while (start_next(pool))
        ;
    pool->scheduling = FALSE;
}
