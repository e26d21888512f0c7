/* SPDX-License-Identifier: MIT */
/* See chunk.h. */
#include "storage/chunk.h"

/* --- chunks --- */

static void forget_blocks(PmxChunk *chunk)
{
    for (gint64 i = chunk->first; i < chunk->first + chunk->count; i++)
        g_hash_table_remove(chunk->content->by_block, &i);
}

void pmx_chunk_give_up(PmxChunk *chunk)
{
    forget_blocks(chunk);
    g_clear_pointer(&chunk->bytes, g_bytes_unref);
    g_free(chunk);
}

/* It no longer counts; its place on a shelf is still taken. */
static void forget(PmxChunkCache *cache, PmxChunk *chunk)
{
    g_queue_unlink(&cache->recent, &chunk->link);
    if (chunk->bytes) {
        cache->in_memory -= chunk->length;
        chunk->content->in_memory -= chunk->length;
    } else {
        cache->on_disk -= chunk->length;
    }
    pmx_chunk_give_up(chunk);
}

static void drop(PmxChunkCache *cache, PmxChunk *chunk)
{
    PmxContent *content = chunk->content;
    if (!chunk->bytes &&
        !pmx_shelf_drop(content->shelf, chunk->first * PMX_CHUNK_BLOCK, chunk->length))
        content->shelf_full = TRUE;
    forget(cache, chunk);
}

static gboolean is_too_much(const PmxChunkCache *cache, const PmxChunk *chunk)
{
    if (!chunk->bytes)
        return cache->on_disk > cache->room.disk;
    return cache->in_memory > cache->room.memory || chunk->content->in_memory > PMX_CHUNKS_OF_ONE;
}

/* Least recently used first. The most recent one is about to be read. */
static void trim(PmxChunkCache *cache)
{
    for (GList *link = cache->recent.tail, *before; link != cache->recent.head; link = before) {
        PmxChunk *chunk = link->data;
        before = link->prev;
        if (chunk->readers == 0 && is_too_much(cache, chunk))
            drop(cache, chunk);
    }
}

PmxChunk *pmx_chunk_at(const PmxContent *content, gint64 block)
{
    return g_hash_table_lookup(content->by_block, &block);
}

PmxChunk *pmx_chunk_begin(PmxContent *content, gint64 size, gint64 first, gint64 most)
{
    gint64 blocks = (size + PMX_CHUNK_BLOCK - 1) / PMX_CHUNK_BLOCK;
    PmxChunk *chunk = g_new0(PmxChunk, 1);
    chunk->content = content;
    chunk->first = first;
    chunk->link.data = chunk;
    do {
        gint64 block = first + chunk->count++;
        g_hash_table_insert(content->by_block, g_memdup2(&block, sizeof block), chunk);
    } while (chunk->count < most && first + chunk->count < blocks &&
             !pmx_chunk_at(content, first + chunk->count));
    chunk->length = (gsize)MIN(chunk->count * PMX_CHUNK_BLOCK, size - first * PMX_CHUNK_BLOCK);
    return chunk;
}

void pmx_chunk_keep(PmxChunkCache *cache, PmxChunk *chunk, GBytes *bytes, gboolean shelved)
{
    chunk->there = TRUE;
    if (shelved) {
        cache->on_disk += chunk->length;
        g_bytes_unref(bytes);
    } else {
        chunk->bytes = bytes;
        cache->in_memory += chunk->length;
        chunk->content->in_memory += chunk->length;
    }
    g_queue_push_head_link(&cache->recent, &chunk->link);
    trim(cache);
}

void pmx_chunk_touch(PmxChunkCache *cache, PmxChunk *chunk)
{
    g_queue_unlink(&cache->recent, &chunk->link);
    g_queue_push_head_link(&cache->recent, &chunk->link);
}

void pmx_chunk_hold(PmxChunk *chunk)
{
    chunk->readers++;
}

void pmx_chunk_release(PmxChunkCache *cache, PmxChunk *chunk, gboolean ok)
{
    chunk->readers--;
    chunk->lost = chunk->lost || !ok;
    if (!chunk->lost)
        return;
    chunk->content->shelf_full = TRUE;
    if (chunk->readers == 0)
        drop(cache, chunk);
}

/* --- contents --- */

static void content_free(gpointer data)
{
    PmxContent *content = data;
    g_hash_table_unref(content->by_block);
    pmx_shelf_free(content->shelf);
    g_free(content->identity);
    g_free(content);
}

static PmxContent *content_new(const PmxChunkCache *cache, const char *identity)
{
    PmxContent *content = g_new0(PmxContent, 1);
    content->identity = g_strdup(identity);
    content->shelf = cache->room.disk > 0 ? pmx_shelf_new(cache->room.folder) : NULL;
    content->by_block = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    return content;
}

PmxContent *pmx_content_join(PmxChunkCache *cache, const char *identity)
{
    PmxContent *content = g_hash_table_lookup(cache->contents, identity);
    if (!content) {
        content = content_new(cache, identity);
        g_hash_table_insert(cache->contents, content->identity, content);
    }
    content->flows++;
    return content;
}

PmxShelf *pmx_content_leave(PmxChunkCache *cache, PmxContent *content)
{
    if (--content->flows > 0)
        return NULL;
    for (GList *link = cache->recent.head, *next; link; link = next) {
        PmxChunk *chunk = link->data;
        next = link->next;
        if (chunk->content == content)
            forget(cache, chunk);
    }
    PmxShelf *shelf = g_steal_pointer(&content->shelf);
    g_hash_table_remove(cache->contents, content->identity);
    return shelf;
}

/* --- life --- */

void pmx_chunk_cache_init(PmxChunkCache *cache, const PmxChunkRoom *room)
{
    *cache = (PmxChunkCache){.room = *room};
    cache->room.folder = g_strdup(room->folder);
    cache->contents = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, content_free);
}

void pmx_chunk_cache_clear(PmxChunkCache *cache)
{
    while (cache->recent.head)
        forget(cache, cache->recent.head->data);
    g_hash_table_unref(cache->contents);
    g_free((char *)cache->room.folder);
}
