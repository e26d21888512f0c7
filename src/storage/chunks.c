/* SPDX-License-Identifier: MIT */
/* Flows, and what is fetched for them: see chunks.h. What is kept is in chunk.c. */
#include "storage/chunks.h"

#include <string.h>

#include "storage/chunk.h"

enum {
    PLACES = 8,        /* that a flow remembers */
    AHEAD_BLOCKS = 4,  /* a chunk as long as this one has shown that it is read on */
    AHEAD_THREADS = 4, /* that fetch ahead, for all flows */
};

struct PmxChunks {
    GThreadPool *ahead;
    GMutex lock;
    /* protected by the lock */
    GCond changed; /* a fetch has ended */
    PmxChunkCache cache;
};

/* Where something reads on. */
typedef struct {
    gint64 next;   /* offset that follows what was read last */
    gint64 blocks; /* of the last chunk fetched for it */
    guint64 used;  /* the flow's count when it was used last */
} Place;

struct PmxFlow {
    PmxChunks *chunks;
    PmxContent *content;
    gint64 size;
    PmxChunkFetch fetch;
    gpointer data;
    GCancellable *ending;
    /* protected by the lock of `chunks` */
    Place places[PLACES];
    guint64 count;
    guint fetching; /* ahead */
};

/* What is fetched; the lock is open meanwhile. FALSE: it failed, and the chunk is gone. */
static gboolean fetch(PmxFlow *flow, PmxChunk *chunk, GCancellable *cancel, GError **error)
{
    PmxChunks *chunks = flow->chunks;
    PmxContent *content = flow->content;
    gint64 offset = chunk->first * PMX_CHUNK_BLOCK;
    gsize length = chunk->length;
    PmxShelf *shelf = content->shelf_full ? NULL : content->shelf;
    g_mutex_unlock(&chunks->lock);
    GBytes *bytes = flow->fetch(flow->data, offset, length, cancel, error);
    gboolean shelved = bytes && shelf && pmx_shelf_put(shelf, offset, bytes);
    g_mutex_lock(&chunks->lock);
    g_cond_broadcast(&chunks->changed);
    if (!bytes) {
        pmx_chunk_give_up(chunk);
        return FALSE;
    }
    content->shelf_full = content->shelf_full || (shelf && !shelved);
    pmx_chunk_keep(&chunks->cache, chunk, bytes, shelved);
    return TRUE;
}

/* --- fetching ahead --- */

typedef struct {
    PmxFlow *flow;
    PmxChunk *chunk;
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
static void look_ahead(PmxFlow *flow, Place *place, const PmxChunk *chunk)
{
    gint64 next = chunk->first + chunk->count;
    gint64 half = (chunk->first + chunk->count / 2) * PMX_CHUNK_BLOCK;
    if (place->blocks < AHEAD_BLOCKS || place->next < half ||
        next * PMX_CHUNK_BLOCK >= flow->size || pmx_chunk_at(flow->content, next))
        return;
    place->blocks = MIN(place->blocks * 2, PMX_CHUNK_BLOCKS);
    Ahead *ahead = g_new(Ahead, 1);
    *ahead = (Ahead){flow, pmx_chunk_begin(flow->content, flow->size, next, place->blocks)};
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

/* The lock is open while the shelf is read. FALSE: the disk does not give back what it took; then the
 * chunk is to be fetched again. */
static gboolean copy(PmxChunks *chunks, PmxChunk *chunk, gint64 offset, void *buffer, gsize count)
{
    gsize from = (gsize)(offset - chunk->first * PMX_CHUNK_BLOCK);
    pmx_chunk_touch(&chunks->cache, chunk);
    if (chunk->bytes) {
        memcpy(buffer, (const char *)g_bytes_get_data(chunk->bytes, NULL) + from, count);
        return TRUE;
    }
    PmxShelf *shelf = chunk->content->shelf;
    pmx_chunk_hold(chunk);
    g_mutex_unlock(&chunks->lock);
    gboolean ok = pmx_shelf_get(shelf, offset, buffer, count);
    g_mutex_lock(&chunks->lock);
    pmx_chunk_release(&chunks->cache, chunk, ok);
    return ok;
}

static PmxChunk *fetch_for(PmxFlow *flow, Place *place, gint64 block, GCancellable *cancel,
                           GError **error)
{
    gint64 blocks = place->blocks = CLAMP(place->blocks * 2, 1, PMX_CHUNK_BLOCKS);
    PmxChunk *chunk = pmx_chunk_begin(flow->content, flow->size, block, blocks);
    return fetch(flow, chunk, cancel, error) ? chunk : NULL;
}

/* The chunk with that block, there: kept, or fetched by somebody else, or now. Under the lock, which
 * is open while it waits. */
static PmxChunk *obtain(PmxFlow *flow, Place *place, gint64 block, GCancellable *cancel,
                        GError **error)
{
    PmxChunk *chunk;
    while ((chunk = pmx_chunk_at(flow->content, block))) {
        if (chunk->there)
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
    for (;;) {
        PmxChunk *chunk = obtain(flow, place, offset / PMX_CHUNK_BLOCK, cancel, error);
        if (!chunk)
            return -1;
        gint64 end = chunk->first * PMX_CHUNK_BLOCK + (gint64)chunk->length;
        gsize count = MIN(length, (gsize)(end - offset));
        place->next = offset + (gint64)count;
        look_ahead(flow, place, chunk);
        if (copy(flow->chunks, chunk, offset, buffer, count))
            return (gint64)count;
    }
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
    if (!pmx_chunk_at(flow->content, 0)) {
        PmxChunk *chunk = pmx_chunk_begin(flow->content, flow->size, 0, 1);
        if (chunk->length == g_bytes_get_size(bytes))
            pmx_chunk_keep(&chunks->cache, chunk, g_bytes_ref(bytes), FALSE);
        else
            pmx_chunk_give_up(chunk);
    }
    g_mutex_unlock(&chunks->lock);
}

/* --- life --- */

PmxChunks *pmx_chunks_new(const PmxChunkRoom *room)
{
    PmxChunks *chunks = g_new0(PmxChunks, 1);
    pmx_chunk_cache_init(&chunks->cache, room);
    chunks->ahead = g_thread_pool_new(fetch_ahead, NULL, AHEAD_THREADS, FALSE, NULL);
    g_mutex_init(&chunks->lock);
    g_cond_init(&chunks->changed);
    return chunks;
}

void pmx_chunks_free(PmxChunks *chunks)
{
    if (!chunks)
        return;
    g_thread_pool_free(chunks->ahead, FALSE, TRUE);
    pmx_chunk_cache_clear(&chunks->cache);
    g_cond_clear(&chunks->changed);
    g_mutex_clear(&chunks->lock);
    g_free(chunks);
}

PmxFlow *pmx_flow_new(PmxChunks *chunks, const char *identity, gint64 size,
                      PmxChunkFetch fetch_data, gpointer data)
{
    PmxFlow *flow = g_new0(PmxFlow, 1);
    *flow = (PmxFlow){.chunks = chunks, .size = size, .fetch = fetch_data, .data = data};
    flow->ending = g_cancellable_new();
    g_mutex_lock(&chunks->lock);
    flow->content = pmx_content_join(&chunks->cache, identity);
    g_mutex_unlock(&chunks->lock);
    return flow;
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
    PmxShelf *shelf = pmx_content_leave(&chunks->cache, flow->content);
    g_mutex_unlock(&chunks->lock);
    pmx_shelf_free(shelf);
    g_object_unref(flow->ending);
    g_free(flow);
}
