/* SPDX-License-Identifier: MIT */
/* See chunks.h. */
#include "storage/chunks.h"

#include <string.h>

enum {
    PLACES = 8,        /* that a flow remembers */
    AHEAD_BLOCKS = 4,  /* a chunk as long as this one has shown that it is read on */
    AHEAD_THREADS = 4, /* that fetch ahead, for all flows */
};

/* Content, whichever flow reads it. */
typedef struct {
    char *identity;
    guint flows;
    guint64 kept;         /* bytes in its chunks */
    GHashTable *by_block; /* block number → Chunk * */
} Content;

/* Blocks that were, or are being, fetched at once. */
typedef struct {
    Content *content;
    gint64 first, count; /* blocks */
    gsize length;        /* bytes */
    GBytes *bytes;       /* NULL: they are on the way */
    GList link;          /* in PmxChunks.recent, once they are there */
} Chunk;

struct PmxChunks {
    guint64 limit;
    GThreadPool *ahead;
    GMutex lock;
    /* protected by the lock */
    GCond changed;        /* a fetch has ended */
    GHashTable *contents; /* identity → Content * */
    GQueue recent;        /* of Chunk *, most recently used first */
    guint64 kept;         /* bytes in all chunks */
};

/* Where something reads on. */
typedef struct {
    gint64 next;   /* offset that follows what was read last */
    gint64 blocks; /* of the last chunk fetched for it */
    guint64 used;  /* the flow's count when it was used last */
} Place;

struct PmxFlow {
    PmxChunks *chunks;
    Content *content;
    gint64 size;
    PmxChunkFetch fetch;
    gpointer data;
    GCancellable *ending;
    /* protected by the lock of `chunks` */
    Place places[PLACES];
    guint64 count;
    guint fetching; /* ahead */
};

/* --- chunks: under the lock --- */

static void forget_blocks(Chunk *chunk)
{
    for (gint64 i = chunk->first; i < chunk->first + chunk->count; i++)
        g_hash_table_remove(chunk->content->by_block, &i);
}

static void chunk_free(Chunk *chunk)
{
    g_clear_pointer(&chunk->bytes, g_bytes_unref);
    g_free(chunk);
}

static void drop(PmxChunks *chunks, Chunk *chunk)
{
    g_queue_unlink(&chunks->recent, &chunk->link);
    chunks->kept -= chunk->length;
    chunk->content->kept -= chunk->length;
    forget_blocks(chunk);
    chunk_free(chunk);
}

/* Least recently used first; of `content` alone when that is what has too much. The most recent one
 * is about to be read. */
static void trim(PmxChunks *chunks, const Content *content)
{
    for (GList *link = chunks->recent.tail, *before; link != chunks->recent.head; link = before) {
        Chunk *chunk = link->data;
        before = link->prev;
        if (chunks->kept > chunks->limit ||
            (chunk->content == content && content->kept > PMX_CHUNKS_OF_ONE))
            drop(chunks, chunk);
    }
}

static Chunk *chunk_at(const Content *content, gint64 block)
{
    return g_hash_table_lookup(content->by_block, &block);
}

/* From `first` on, at most `most` blocks that are in no chunk. */
static Chunk *chunk_begin(const PmxFlow *flow, gint64 first, gint64 most)
{
    gint64 blocks = (flow->size + PMX_CHUNK_BLOCK - 1) / PMX_CHUNK_BLOCK;
    Chunk *chunk = g_new0(Chunk, 1);
    chunk->content = flow->content;
    chunk->first = first;
    chunk->link.data = chunk;
    do {
        gint64 block = first + chunk->count++;
        g_hash_table_insert(flow->content->by_block, g_memdup2(&block, sizeof block), chunk);
    } while (chunk->count < most && first + chunk->count < blocks &&
             !chunk_at(flow->content, first + chunk->count));
    chunk->length =
        (gsize)MIN(chunk->count * PMX_CHUNK_BLOCK, flow->size - first * PMX_CHUNK_BLOCK);
    return chunk;
}

/* They are there. */
static void keep(PmxChunks *chunks, Chunk *chunk, GBytes *bytes)
{
    chunk->bytes = bytes;
    chunks->kept += chunk->length;
    chunk->content->kept += chunk->length;
    g_queue_push_head_link(&chunks->recent, &chunk->link);
    trim(chunks, chunk->content);
}

/* What is fetched; the lock is open meanwhile. FALSE: it failed, and the chunk is gone. */
static gboolean fetch(PmxFlow *flow, Chunk *chunk, GCancellable *cancel, GError **error)
{
    PmxChunks *chunks = flow->chunks;
    gint64 offset = chunk->first * PMX_CHUNK_BLOCK;
    gsize length = chunk->length;
    g_mutex_unlock(&chunks->lock);
    GBytes *bytes = flow->fetch(flow->data, offset, length, cancel, error);
    g_mutex_lock(&chunks->lock);
    g_cond_broadcast(&chunks->changed);
    if (!bytes) {
        forget_blocks(chunk);
        chunk_free(chunk);
        return FALSE;
    }
    keep(chunks, chunk, bytes);
    return TRUE;
}

/* --- fetching ahead --- */

typedef struct {
    PmxFlow *flow;
    Chunk *chunk;
} Ahead;

/* What fails is asked for again by whoever needs it, and told then. */
static void fetch_ahead(gpointer data, gpointer pool_data)
{
    Ahead *ahead = data;
    PmxFlow *flow = ahead->flow;
    PmxChunks *chunks = flow->chunks;
    (void)pool_data;
    g_mutex_lock(&chunks->lock);
    fetch(flow, ahead->chunk, flow->ending, NULL);
    flow->fetching--;
    g_cond_broadcast(&chunks->changed);
    g_mutex_unlock(&chunks->lock);
    g_free(ahead);
}

/* Under the lock. */
static void look_ahead(PmxFlow *flow, Place *place, const Chunk *chunk)
{
    gint64 next = chunk->first + chunk->count;
    gint64 half = (chunk->first + chunk->count / 2) * PMX_CHUNK_BLOCK;
    if (place->blocks < AHEAD_BLOCKS || place->next < half ||
        next * PMX_CHUNK_BLOCK >= flow->size || chunk_at(flow->content, next))
        return;
    place->blocks = MIN(place->blocks * 2, PMX_CHUNK_BLOCKS);
    Ahead *ahead = g_new(Ahead, 1);
    *ahead = (Ahead){flow, chunk_begin(flow, next, place->blocks)};
    flow->fetching++;
    g_thread_pool_push(flow->chunks->ahead, ahead, NULL);
    /* cppcheck-suppress memleak ; the pool has it */
}

/* --- places: under the lock --- */

/* The one that reads on here; else the one used least recently, which begins anew. */
static Place *place_for(PmxFlow *flow, gint64 offset)
{
    Place *oldest = &flow->places[0];
    for (guint i = 0; i < PLACES; i++) {
        Place *place = &flow->places[i];
        if (place->used && place->next == offset)
            return place;
        if (place->used < oldest->used)
            oldest = place;
    }
    oldest->blocks = 0;
    return oldest;
}

/* --- reading --- */

static gint64 copy(PmxChunks *chunks, Chunk *chunk, gint64 offset, void *buffer, gsize length)
{
    gsize size;
    const char *bytes = g_bytes_get_data(chunk->bytes, &size);
    gsize from = (gsize)(offset - chunk->first * PMX_CHUNK_BLOCK);
    gsize count = MIN(length, size - from);
    memcpy(buffer, bytes + from, count);
    g_queue_unlink(&chunks->recent, &chunk->link);
    g_queue_push_head_link(&chunks->recent, &chunk->link);
    return (gint64)count;
}

static Chunk *fetch_for(PmxFlow *flow, Place *place, gint64 block, GCancellable *cancel,
                        GError **error)
{
    gint64 blocks = place->blocks = CLAMP(place->blocks * 2, 1, PMX_CHUNK_BLOCKS);
    Chunk *chunk = chunk_begin(flow, block, blocks);
    return fetch(flow, chunk, cancel, error) ? chunk : NULL;
}

/* The chunk with that block, there: kept, or fetched by somebody else, or now. Under the lock, which
 * is open while it waits. */
static Chunk *obtain(PmxFlow *flow, Place *place, gint64 block, GCancellable *cancel,
                     GError **error)
{
    Chunk *chunk;
    while ((chunk = chunk_at(flow->content, block))) {
        if (chunk->bytes)
            return chunk;
        if (g_cancellable_set_error_if_cancelled(cancel, error))
            return NULL;
        g_cond_wait(&flow->chunks->changed, &flow->chunks->lock);
    }
    return fetch_for(flow, place, block, cancel, error);
}

static void wake(GCancellable *cancel, gpointer data)
{
    PmxChunks *chunks = data;
    (void)cancel;
    g_mutex_lock(&chunks->lock);
    g_cond_broadcast(&chunks->changed);
    g_mutex_unlock(&chunks->lock);
}

static gint64 read_locked(PmxFlow *flow, gint64 offset, void *buffer, gsize length,
                          GCancellable *cancel, GError **error)
{
    Place *place = place_for(flow, offset);
    place->used = ++flow->count;
    Chunk *chunk = obtain(flow, place, offset / PMX_CHUNK_BLOCK, cancel, error);
    if (!chunk)
        return -1;
    gint64 count = copy(flow->chunks, chunk, offset, buffer, length);
    place->next = offset + count;
    look_ahead(flow, place, chunk);
    return count;
}

gint64 pmx_flow_read(PmxFlow *flow, gint64 offset, void *buffer, gsize length, GCancellable *cancel,
                     GError **error)
{
    PmxChunks *chunks = flow->chunks;
    if (offset < 0 || offset >= flow->size || length == 0)
        return 0;
    gulong watch = cancel ? g_cancellable_connect(cancel, G_CALLBACK(wake), chunks, NULL) : 0;
    g_mutex_lock(&chunks->lock);
    gint64 count = read_locked(flow, offset, buffer, length, cancel, error);
    g_mutex_unlock(&chunks->lock);
    g_cancellable_disconnect(cancel, watch);
    return count;
}

void pmx_flow_give(PmxFlow *flow, GBytes *bytes)
{
    PmxChunks *chunks = flow->chunks;
    g_mutex_lock(&chunks->lock);
    if (!chunk_at(flow->content, 0)) {
        Chunk *chunk = chunk_begin(flow, 0, 1);
        if (chunk->length == g_bytes_get_size(bytes)) {
            keep(chunks, chunk, g_bytes_ref(bytes));
        } else {
            forget_blocks(chunk);
            chunk_free(chunk);
        }
    }
    g_mutex_unlock(&chunks->lock);
}

/* --- life --- */

static void content_free(gpointer data)
{
    Content *content = data;
    g_hash_table_unref(content->by_block);
    g_free(content->identity);
    g_free(content);
}

PmxChunks *pmx_chunks_new(guint64 limit)
{
    PmxChunks *chunks = g_new0(PmxChunks, 1);
    chunks->limit = limit;
    chunks->ahead = g_thread_pool_new(fetch_ahead, NULL, AHEAD_THREADS, FALSE, NULL);
    chunks->contents = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, content_free);
    g_mutex_init(&chunks->lock);
    g_cond_init(&chunks->changed);
    return chunks;
}

void pmx_chunks_free(PmxChunks *chunks)
{
    if (!chunks)
        return;
    g_thread_pool_free(chunks->ahead, FALSE, TRUE);
    while (chunks->recent.head)
        drop(chunks, chunks->recent.head->data);
    g_hash_table_unref(chunks->contents);
    g_cond_clear(&chunks->changed);
    g_mutex_clear(&chunks->lock);
    g_free(chunks);
}

/* Under the lock. */
static Content *content_for(PmxChunks *chunks, const char *identity)
{
    Content *content = g_hash_table_lookup(chunks->contents, identity);
    if (content)
        return content;
    content = g_new0(Content, 1);
    content->identity = g_strdup(identity);
    content->by_block = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    g_hash_table_insert(chunks->contents, content->identity, content);
    return content;
}

PmxFlow *pmx_flow_new(PmxChunks *chunks, const char *identity, gint64 size,
                      PmxChunkFetch fetch_data, gpointer data)
{
    PmxFlow *flow = g_new0(PmxFlow, 1);
    *flow = (PmxFlow){.chunks = chunks, .size = size, .fetch = fetch_data, .data = data};
    flow->ending = g_cancellable_new();
    g_mutex_lock(&chunks->lock);
    flow->content = content_for(chunks, identity);
    flow->content->flows++;
    g_mutex_unlock(&chunks->lock);
    return flow;
}

/* What nobody reads any more is not kept. Under the lock. */
static void leave_content(PmxChunks *chunks, Content *content)
{
    if (--content->flows > 0)
        return;
    for (GList *link = chunks->recent.head, *next; link; link = next) {
        Chunk *chunk = link->data;
        next = link->next;
        if (chunk->content == content)
            drop(chunks, chunk);
    }
    g_hash_table_remove(chunks->contents, content->identity);
}

void pmx_flow_free(PmxFlow *flow)
{
    if (!flow)
        return;
    PmxChunks *chunks = flow->chunks;
    g_cancellable_cancel(flow->ending);
    g_mutex_lock(&chunks->lock);
    while (flow->fetching > 0)
        g_cond_wait(&chunks->changed, &chunks->lock);
    leave_content(chunks, flow->content);
    g_mutex_unlock(&chunks->lock);
    g_object_unref(flow->ending);
    g_free(flow);
}
