/* SPDX-License-Identifier: MIT */
/*
 * What chunks.c keeps: contents, their chunks, and which of those go first. Included by chunk.c and
 * chunks.c only; all of it is called under the lock of PmxChunks.
 */
#pragma once

#include "storage/chunks.h"
#include "storage/shelf.h"

/* Content, whichever flow reads it. */
typedef struct {
    char *identity;
    guint flows;
    PmxShelf *shelf;      /* NULL: its chunks are kept in memory */
    gboolean shelf_full;  /* it takes no more */
    guint64 in_memory;    /* bytes */
    GHashTable *by_block; /* block number → PmxChunk * */
} PmxContent;

/* Blocks that were, or are being, fetched at once. */
typedef struct {
    PmxContent *content;
    gint64 first, count; /* blocks */
    gsize length;        /* bytes */
    gboolean there;      /* FALSE: they are on the way */
    GBytes *bytes;       /* NULL: on the way, or on the shelf */
    guint readers;       /* of the shelf; it stays until they are done */
    gboolean lost;       /* one of them found that it cannot be read */
    GList link;          /* in PmxChunkCache.recent, once they are there */
} PmxChunk;

typedef struct {
    PmxChunkRoom room;          /* with a folder of its own */
    GHashTable *contents;       /* identity → PmxContent * */
    GQueue recent;              /* of PmxChunk *, most recently used first */
    guint64 in_memory, on_disk; /* bytes in all chunks */
} PmxChunkCache;

void pmx_chunk_cache_init(PmxChunkCache *cache, const PmxChunkRoom *room);
void pmx_chunk_cache_clear(PmxChunkCache *cache);

/* One more flow reads it. */
PmxContent *pmx_content_join(PmxChunkCache *cache, const char *identity);

/* One less does, and what nobody reads any more is not kept: then its shelf is returned, if it has
 * one, to be freed without the lock, for that takes a disk its time. Else NULL. */
PmxShelf *pmx_content_leave(PmxChunkCache *cache, PmxContent *content);

/* The chunk with that block, there or on the way; NULL: there is none. */
PmxChunk *pmx_chunk_at(const PmxContent *content, gint64 block);

/* One that is on the way: from `first` on, at most `most` blocks that are in no chunk, of content of
 * `size` bytes. */
PmxChunk *pmx_chunk_begin(PmxContent *content, gint64 size, gint64 first, gint64 most);

/* It will not come. */
void pmx_chunk_give_up(PmxChunk *chunk);

/* It is there: on the content's shelf, or else in memory. Takes `bytes`. */
void pmx_chunk_keep(PmxChunkCache *cache, PmxChunk *chunk, GBytes *bytes, gboolean shelved);

/* It was used just now. */
void pmx_chunk_touch(PmxChunkCache *cache, PmxChunk *chunk);

/* Between the two it is not dropped, and its shelf may be read without the lock. When that failed
 * (`ok`), it is gone as soon as nobody reads it, and the shelf gets no more. */
void pmx_chunk_hold(PmxChunk *chunk);
void pmx_chunk_release(PmxChunkCache *cache, PmxChunk *chunk, gboolean ok);
