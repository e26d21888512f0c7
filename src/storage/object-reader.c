/* SPDX-License-Identifier: MIT */
/* See object-reader.h. */
#include "storage/object-reader.h"

#include "storage/flow-reader.h"

typedef struct {
    PmxFlowReader base;
    PmxBucket *bucket;
    char *key, *etag;
    PmxAllowance *allowance; /* or NULL */
} ObjectReader;

static GBytes *fetch(gpointer data, gint64 offset, gsize length, GCancellable *cancel,
                     GError **error)
{
    const ObjectReader *reader = data;
    const PmxRange range = {reader->key, (guint64)offset, length, reader->etag};
    const PmxPatience patience = {.cancel = cancel, .allowance = reader->allowance};
    g_autoptr(GBytes) bytes = pmx_bucket_read(reader->bucket, &range, &patience, NULL, error);
    if (!bytes || g_bytes_get_size(bytes) == length)
        return g_steal_pointer(&bytes);
    g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_REPLACED,
                "\"%s\" was replaced by a shorter one while the job read it",
                reader->base.reader.name);
    return NULL;
}

static void close_object(PmxReader *base)
{
    ObjectReader *reader = (ObjectReader *)base;
    pmx_flow_reader_clear(&reader->base);
    g_free(reader->key);
    g_free(reader->etag);
    pmx_allowance_unref(reader->allowance);
    g_free(reader);
}

/* Of what has no ETag the time is all there is to go by. */
static char *identity_of(const char *address, const PmxStored *stored)
{
    return g_strdup_printf("%s|%" G_GUINT64_FORMAT "|%s|%" G_GINT64_FORMAT, address, stored->size,
                           stored->etag, *stored->etag ? 0 : stored->modified);
}

/* Of an empty one there is no range to be had. */
static gboolean is_empty(PmxBucket *bucket, const char *key, const PmxPatience *patience)
{
    g_autoptr(PmxStored) stored = pmx_bucket_head(bucket, key, patience, NULL);
    return stored && stored->size == 0;
}

/* The first bytes tell what HEAD would, and more surely: what is said of their number can be checked.
 * They are wanted next anyway. */
static GBytes *look(PmxBucket *bucket, const char *key, const char *address, PmxStored **stored,
                    const PmxPatience *patience, GError **error)
{
    const PmxRange range = {key, 0, PMX_CHUNK_BLOCK, NULL};
    const PmxPatience first = pmx_patience_first(patience);
    g_autoptr(GError) failure = NULL;
    GBytes *bytes = pmx_bucket_read(bucket, &range, &first, stored, &failure);
    if (bytes)
        return bytes;
    if (g_error_matches(failure, PMX_ERROR, (int)PMX_CODE_RESOURCE_BAD) &&
        is_empty(bucket, key, &first))
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD, "\"%s\" is empty", address);
    else
        g_propagate_error(error, g_steal_pointer(&failure));
    return NULL;
}

static PmxReader *reader_of(PmxBucket *bucket, const PmxStored *stored, const char *address,
                            PmxChunks *chunks, const PmxPatience *patience)
{
    static const PmxReaderKind kind = {pmx_flow_reader_read, pmx_flow_reader_unchanged,
                                       close_object};
    g_autofree char *identity = identity_of(address, stored);
    ObjectReader *reader = g_new0(ObjectReader, 1);
    pmx_reader_init(&reader->base.reader, &kind, address, (gint64)stored->size, identity);
    reader->bucket = bucket;
    reader->key = g_strdup(stored->key);
    reader->etag = g_strdup(stored->etag);
    reader->allowance = pmx_allowance_ref(patience->allowance);
    reader->base.flow = pmx_flow_new(chunks, identity, (gint64)stored->size, fetch, reader);
    return &reader->base.reader;
}

PmxReader *pmx_object_reader_open(PmxBucket *bucket, const char *key, const char *address,
                                  PmxChunks *chunks, const PmxPatience *patience, GError **error)
{
    g_autoptr(PmxStored) stored = NULL;
    g_autoptr(GBytes) first = look(bucket, key, address, &stored, patience, error);
    if (!first)
        return NULL;
    PmxReader *reader = reader_of(bucket, stored, address, chunks, patience);
    pmx_flow_give(((PmxFlowReader *)reader)->flow, first);
    return reader;
}
