/* SPDX-License-Identifier: MIT */
/* See web-reader.h. */
#include "storage/web-reader.h"

#include <string.h>

#include "storage/content-range.h"
#include "storage/flow-reader.h"
#include "storage/spool.h"
#include "storage/web-ask.h"

enum { FIRST_MINUTES = 1, PATIENCE_MINUTES = 5 };

typedef struct {
    PmxFlowReader base;
    PmxWebSource *source;
    char *etag;     /* a strong one (RFC 9110, 8.8.3), or NULL */
    char *modified; /* Last-Modified, or NULL */
} WebReader;

/* --- what a server says of it --- */

/* A weak one names something that means the same, not the same bytes. */
static const char *strong_etag(const PmxClientReply *reply)
{
    const char *etag = pmx_client_header(reply->headers, "ETag");
    return etag && *etag == '"' ? etag : NULL;
}

typedef struct {
    const WebReader *reader; /* NULL: the first look */
    guint64 first;
    gsize length;
} Asked;

static gboolean differs(const char *now, const char *then)
{
    return now && then && strcmp(now, then) != 0;
}

static gboolean is_replaced(const WebReader *reader, const PmxClientReply *reply, guint64 size)
{
    return size != (guint64)reader->base.reader.size || differs(strong_etag(reply), reader->etag) ||
           differs(pmx_client_header(reply->headers, "Last-Modified"), reader->modified);
}

/* A server that sends the whole where a part was asked for says that way that the part is of
 * something else by now, or has forgotten how to. */
static gboolean check_part(const PmxClientReply *reply, gconstpointer data, PmxTrouble *trouble)
{
    const Asked *asked = data;
    PmxContentRange got;
    if (reply->status != 206)
        return pmx_trouble_found(trouble, PMX_CODE_RESOURCE_REPLACED, PMX_AGAIN_FEW,
                                 "it was replaced while the job read it, or the server sends no "
                                 "parts any more");
    if (!pmx_content_range(reply, &got) || got.first != asked->first ||
        got.last - got.first + 1 > asked->length)
        return pmx_trouble_found(trouble, PMX_CODE_RESOURCE_BAD, PMX_AGAIN_FEW,
                                 "the server sent other bytes than those asked for");
    if (asked->reader && is_replaced(asked->reader, reply, got.size))
        return pmx_trouble_found(trouble, PMX_CODE_RESOURCE_REPLACED, PMX_AGAIN_NEVER,
                                 "it was replaced while the job read it");
    if (g_bytes_get_size(reply->body) != got.last - got.first + 1 ||
        (asked->reader && got.last - got.first + 1 != asked->length))
        return pmx_trouble_found(trouble, PMX_CODE_UNAVAILABLE, PMX_AGAIN_LONG,
                                 "the server sent fewer bytes than it said");
    return TRUE;
}

/* The first look takes the whole for an answer: from a server without ranges. */
static gboolean check_first(const PmxClientReply *reply, gconstpointer data, PmxTrouble *trouble)
{
    return reply->status == 200 || check_part(reply, data, trouble);
}

/* --- asking --- */

static char *range_header(gint64 offset, gsize length)
{
    return g_strdup_printf("Range: bytes=%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, offset,
                           offset + (gint64)length - 1);
}

/* If-Range would do as well, but then a replaced source is sent whole. */
static char *condition_header(const WebReader *reader)
{
    if (reader->etag)
        return g_strconcat("If-Match: ", reader->etag, NULL);
    return reader->modified ? g_strconcat("If-Unmodified-Since: ", reader->modified, NULL) : NULL;
}

static GBytes *fetch(gpointer data, gint64 offset, gsize length, GCancellable *cancel,
                     GError **error)
{
    const WebReader *reader = data;
    g_autofree char *range = range_header(offset, length), *condition = condition_header(reader);
    const char *headers[] = {range, condition, NULL};
    const Asked asked = {reader, (guint64)offset, length};
    const PmxWebAsk ask = {.headers = headers,
                           .longest = length,
                           .patience = PATIENCE_MINUTES * G_TIME_SPAN_MINUTE,
                           .check = check_part,
                           .data = &asked};
    g_autoptr(PmxClientReply) reply = pmx_web_ask(reader->source, &ask, cancel, error);
    return reply ? g_bytes_ref(reply->body) : NULL;
}

static PmxClientReply *look(PmxWebSource *source, GCancellable *cancel, GError **error)
{
    g_autofree char *range = range_header(0, PMX_CHUNK_BLOCK);
    const char *headers[] = {range, NULL};
    const Asked asked = {NULL, 0, PMX_CHUNK_BLOCK};
    const PmxWebAsk ask = {.headers = headers,
                           .longest = PMX_CHUNK_BLOCK,
                           .patience = FIRST_MINUTES * G_TIME_SPAN_MINUTE,
                           .check = check_first,
                           .data = &asked};
    return pmx_web_ask(source, &ask, cancel, error);
}

/* --- the reader --- */

static void close_source(PmxReader *base)
{
    WebReader *reader = (WebReader *)base;
    pmx_flow_reader_clear(&reader->base);
    pmx_web_source_free(reader->source);
    g_free(reader->etag);
    g_free(reader->modified);
    g_free(reader);
}

/* With a strong ETag the query, which may be a signature of the hour, does not count; without one
 * the first bytes are the best that there is to go by. */
static char *identity_of(const PmxWebSource *source, const PmxClientReply *reply, guint64 size)
{
    const char *etag = strong_etag(reply);
    const char *modified = pmx_client_header(reply->headers, "Last-Modified");
    g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, reply->body);
    return g_strdup_printf("%s|%" G_GUINT64_FORMAT "|%s|%s", etag ? source->name : source->url,
                           size, etag ? etag : sum, etag || !modified ? "" : modified);
}

static PmxReader *reader_of(PmxWebSource *source, const PmxClientReply *reply, PmxChunks *chunks)
{
    static const PmxReaderKind kind = {pmx_flow_reader_read, pmx_flow_reader_unchanged,
                                       close_source};
    PmxContentRange range = {0};
    pmx_content_range(reply, &range);
    g_autofree char *identity = identity_of(source, reply, range.size);
    WebReader *reader = g_new0(WebReader, 1);
    pmx_reader_init(&reader->base.reader, &kind, source->name, (gint64)range.size, identity);
    reader->source = source;
    reader->etag = g_strdup(strong_etag(reply));
    reader->modified = g_strdup(pmx_client_header(reply->headers, "Last-Modified"));
    reader->base.flow = pmx_flow_new(chunks, identity, (gint64)range.size, fetch, reader);
    pmx_flow_give(reader->base.flow, reply->body);
    return &reader->base.reader;
}

PmxReader *pmx_web_reader_open(PmxClient *client, const char *url, PmxChunks *chunks,
                               const char *spool, GCancellable *cancel, GError **error)
{
    g_autoptr(PmxWebSource) source = pmx_web_source_new(client, url, error);
    g_autoptr(PmxClientReply) reply = source ? look(source, cancel, error) : NULL;
    if (!reply)
        return NULL;
    return reply->status == 206 ? reader_of(g_steal_pointer(&source), reply, chunks)
                                : pmx_spool_open(source, spool, cancel, error);
}
