/* SPDX-License-Identifier: MIT */
/*
 * Chunks: what was fetched of inputs far away, kept for whoever reads them, and fetched ahead of
 * whoever reads on.
 *
 *     runners ─ small reads ─► PmxFlow ─► chunk kept?  ─ yes ─► copied, from the disk as a rule
 *                                              └ no ─► fetched: one block, and twice as many with
 *                                                      each fetch that follows the one before
 *
 * An input is a row of blocks; a chunk is some blocks that were fetched at once. Flows of the same
 * content share their chunks, whoever opened them. A demuxer reads at a few places in turns (sound
 * here, pictures there), so a flow remembers several, each with a length of its own: reading on
 * makes it grow, jumping begins anew with one block. What is read on steadily is fetched before it is
 * asked for.
 *
 * The tasks of a job read a film several times, so chunks go to the disk (shelf.h), where there is
 * room for more of them than in memory, and the system holds there what memory it can spare. Where
 * there is no disk, or it takes no more, less is kept, and in memory. What was used least recently
 * goes first.
 *
 * Safe from any thread.
 */
#pragma once

#include <gio/gio.h>

enum {
    PMX_CHUNK_BLOCK = 256 * 1024,        /* bytes */
    PMX_CHUNK_BLOCKS = 16,               /* of a chunk, at most */
    PMX_CHUNKS_OF_ONE = 20 * 1024 * 1024 /* bytes of one content that are kept in memory */
};

typedef struct PmxChunks PmxChunks;
typedef struct PmxFlow PmxFlow;

/* How much is kept, in bytes. */
typedef struct {
    guint64 memory;
    guint64 disk; /* 0: nothing there */
    const char
        *folder; /* on that disk; it is made when it is needed. Not NULL unless `disk` is 0 */
} PmxChunkRoom;

/* `room` is copied. All flows have to be freed before it. */
PmxChunks *pmx_chunks_new(const PmxChunkRoom *room);
void pmx_chunks_free(PmxChunks *chunks);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxChunks, pmx_chunks_free)

/* All of `length` bytes at `offset`; NULL with `error`. Called from any thread, without a lock. */
typedef GBytes *(*PmxChunkFetch)(gpointer data, gint64 offset, gsize length, GCancellable *cancel,
                                 GError **error);

/* Of content that is the same as long as `identity` is; `size` in bytes. `data` is for `fetch` and
 * outlives the flow. */
PmxFlow *pmx_flow_new(PmxChunks *chunks, const char *identity, gint64 size, PmxChunkFetch fetch,
                      gpointer data);

/* Ends what is being fetched ahead for it, and waits for that. */
void pmx_flow_free(PmxFlow *flow);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxFlow, pmx_flow_free)

/* Keeps the first bytes, which somebody has read before: a whole block, or all that there is. */
void pmx_flow_give(PmxFlow *flow, GBytes *bytes);

/* Up to `length` bytes at `offset` into `buffer`: how many, 0 at the end, -1 with `error`. */
gint64 pmx_flow_read(PmxFlow *flow, gint64 offset, void *buffer, gsize length, GCancellable *cancel,
                     GError **error);
