/* SPDX-License-Identifier: MIT */
/*
 * The pool: this machine's cores and memory, shared by all jobs that run at once.
 *
 *     executors (members) ── offer their most urgent work that fits ──► pool ── start ──► runners
 *
 * Who goes first: the higher rank (a pipeline's priority), then the more urgent work, then whoever
 * was served longest ago, so that one large job does not starve small ones; and of those that were
 * not served yet the one with the lower number (a job's, which rises with age). A key that one
 * member is making is not made by another at the same time; when it is done the other finds it
 * kept.
 *
 * One thread: that of the default main context.
 */
#pragma once

#include <glib.h>

typedef struct PmxPool PmxPool;

/* `slots` cores; `memory` bytes that all encoders together may use, about. */
PmxPool *pmx_pool_new(guint slots, guint64 memory);

/* After its last member has left. */
void pmx_pool_free(PmxPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxPool, pmx_pool_free)

typedef struct {
    guint cores;
    guint64 memory;
    guint runners;
} PmxLoad;

typedef struct {
    /* Whether there is work that pmx_pool_has_room() for, and how urgent the most urgent is. */
    gboolean (*offer)(gpointer member, gint64 *priority);
    /* Starts it. */
    void (*start)(gpointer member);
    /* What its runners take up now. */
    PmxLoad (*load)(gpointer member);
} PmxPoolKind;

/* Members are told apart by `member`; `kind` is borrowed for ever. Joining starts nothing yet. */
void pmx_pool_join(PmxPool *pool, const PmxPoolKind *kind, gpointer member);
void pmx_pool_leave(PmxPool *pool, gpointer member);

/* How urgent a member is among the others, 0 from the start; its place among equals, likewise; and
 * whether it may start anything. */
void pmx_pool_set_rank(PmxPool *pool, gpointer member, gint64 rank);
void pmx_pool_set_number(PmxPool *pool, gpointer member, gint64 number);
void pmx_pool_set_paused(PmxPool *pool, gpointer member, gboolean paused);

/* Starts all that there is room for. Members call it when work has become ready or a runner has
 * ended; it also happens a few times a second, since runners give up cores before they end. */
void pmx_pool_schedule(PmxPool *pool);

/* Room for a runner with `encoders` encoders that together need `memory`. Cores are never left idle
 * for memory's sake by what cannot be made smaller: a runner with one encoder starts when a core is
 * free. One with several waits until the memory has room for all of them. For `offer`. */
gboolean pmx_pool_has_room(const PmxPool *pool, guint encoders, guint64 memory);

/* Keys in the making. A claim is refused while another member has it. */
gboolean pmx_pool_is_claimed(const PmxPool *pool, const char *key, gconstpointer member);
void pmx_pool_claim(PmxPool *pool, const char *key, gpointer member);
void pmx_pool_release(PmxPool *pool, const char *key);

/* What all members take up. */
PmxLoad pmx_pool_load(const PmxPool *pool);
guint64 pmx_pool_memory(const PmxPool *pool);
