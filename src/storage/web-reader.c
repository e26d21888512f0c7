/* SPDX-License-Identifier: MIT */
/* See web-reader.h. */
#include "storage/web-reader.h"

#include <string.h>

#include "storage/content-range.h"
#include "storage/flow-reader.h"
#include "storage/partial.h"
#include "storage/spool.h"
#include "storage/web-ask.h"

/* Which of the things that were at an address in their time. */
typedef struct {
    guint64 size;   /* 0: nothing is known of it yet */
    char *etag;     /* a strong one (RFC 9110, 8.8.3), or NULL */
    char *modified; /* Last-Modified, or NULL */
} Version;

typedef struct {
    PmxFlowReader base;
    PmxWebSource *source;
    Version version;
    PmxAllowance *allowance; /* or NULL */
} WebReader;

/* --- what a server says of it --- */

/* A weak one names something that means the same, not the same bytes. */
static const char *strong_etag(const PmxClientReply *reply)
{
    const char *etag = pmx_client_header(reply->headers, "ETag");
    return etag && *etag == '"' ? etag : NULL;
}

static Version version_of(const PmxClientReply *reply, guint64 size)
{
    return (Version){size, g_strdup(strong_etag(reply)),
                     g_strdup(pmx_client_header(reply->headers, "Last-Modified"))};
}

static void version_clear(Version *version)
{
    g_free(version->etag);
    g_free(version->modified);
}

static gboolean differs(const char *now, const char *then)
{
    return now && then && strcmp(now, then) != 0;
}

static gboolean is_replaced(const Version *version, const PmxClientReply *reply, guint64 size)
{
    return version->size &&
           (size != version->size || differs(strong_etag(reply), version->etag) ||
            differs(pmx_client_header(reply->headers, "Last-Modified"), version->modified));
}

/* --- a part while it is read --- */

typedef struct {
    PmxPartial partial;
    Version version; /* of the source that it is to be of; its texts are borrowed, or `own` */
    gboolean own;
    char *range, *condition; /* headers; or NULL */
    const char *headers[3];
} Reading;

static void reading_clear(Reading *reading)
{
    pmx_partial_clear(&reading->partial);
    if (reading->own)
        version_clear(&reading->version);
    g_free(reading->range);
    g_free(reading->condition);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reading, reading_clear)

/* If-Range would do as well, but then a replaced source is sent whole. */
static char *condition_header(const Version *version)
{
    if (version->etag)
        return g_strconcat("If-Match: ", version->etag, NULL);
    return version->modified ? g_strconcat("If-Unmodified-Since: ", version->modified, NULL) : NULL;
}

static void set_headers(Reading *reading)
{
    guint64 next = pmx_partial_next(&reading->partial);
    g_free(reading->range);
    g_free(reading->condition);
    reading->range = g_strdup_printf("Range: bytes=%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, next,
                                     next + pmx_partial_missing(&reading->partial) - 1);
    reading->condition = condition_header(&reading->version);
    reading->headers[0] = reading->range;
    reading->headers[1] = reading->condition;
}

/* A server that sends the whole where a part was asked for says that way that the part is of
 * something else by now, or has forgotten how to. */
static gboolean check_part(const PmxClientReply *reply, gconstpointer data, PmxTrouble *trouble)
{
    const Reading *reading = data;
    gsize missing = pmx_partial_missing(&reading->partial);
    PmxContentRange got;
    if (reply->status != 206)
        return pmx_trouble_found(trouble, PMX_CODE_RESOURCE_REPLACED, PMX_AGAIN_FEW,
                                 "it was replaced while the job read it, or the server sends no "
                                 "parts any more");
    if (!pmx_content_range(reply, &got) || got.first != pmx_partial_next(&reading->partial) ||
        got.last - got.first + 1 > missing)
        return pmx_trouble_found(trouble, PMX_CODE_RESOURCE_BAD, PMX_AGAIN_FEW,
                                 "the server sent other bytes than those asked for");
    if (is_replaced(&reading->version, reply, got.size))
        return pmx_trouble_found(trouble, PMX_CODE_RESOURCE_REPLACED, PMX_AGAIN_NEVER,
                                 "it was replaced while the job read it");
    if (g_bytes_get_size(reply->body) != got.last - got.first + 1 ||
        (reading->version.size && got.last + 1 != MIN(got.first + missing, got.size)))
        return pmx_trouble_found(trouble, PMX_CODE_UNAVAILABLE, PMX_AGAIN_LONG,
                                 "the server sent fewer bytes than it said");
    return TRUE;
}

/* The first look takes the whole for an answer: from a server without ranges. */
static gboolean check_first(const PmxClientReply *reply, gconstpointer data, PmxTrouble *trouble)
{
    const Reading *reading = data;
    return (reply->status == 200 && !reading->version.size) || check_part(reply, data, trouble);
}

/* The rest has to be of the source that the beginning is of. Where there is nothing to know that by, it is
 * all read anew. */
static gboolean keep_part(const PmxClientReply *reply, gpointer data)
{
    Reading *reading = data;
    PmxContentRange got;
    if (!pmx_content_range(reply, &got) || is_replaced(&reading->version, reply, got.size))
        return FALSE;
    Version version = version_of(reply, got.size);
    gboolean known = version.etag || version.modified;
    gsize count = known ? pmx_partial_keep(&reading->partial, reply) : 0;
    if (count > 0 && !reading->version.size) {
        reading->version = version;
        reading->own = TRUE;
    } else {
        version_clear(&version);
    }
    set_headers(reading);
    return count >= PMX_PARTIAL_WORTH;
}

/* --- asking --- */

static PmxClientReply *ask_for(PmxWebSource *source, Reading *reading, const PmxPatience *patience,
                               GError **error)
{
    set_headers(reading);
    const PmxWebAsk ask = {.headers = reading->headers,
                           .longest = reading->partial.length,
                           .check = reading->version.size ? check_part : check_first,
                           .data = reading,
                           .keep = keep_part,
                           .kept = reading};
    return pmx_web_ask(source, &ask, patience, error);
}

static GBytes *fetch(gpointer data, gint64 offset, gsize length, GCancellable *cancel,
                     GError **error)
{
    const WebReader *reader = data;
    const PmxPatience patience = {.cancel = cancel, .allowance = reader->allowance};
    g_auto(Reading)
        reading = {.partial = {(guint64)offset, length, NULL}, .version = reader->version};
    g_autoptr(PmxClientReply) reply = ask_for(reader->source, &reading, &patience, error);
    return reply ? pmx_partial_whole(&reading.partial, reply->body) : NULL;
}

/* The first bytes; `reply` gets what was said with the last of them. */
static GBytes *look(PmxWebSource *source, const PmxPatience *patience, PmxClientReply **reply,
                    GError **error)
{
    const PmxPatience first = pmx_patience_first(patience);
    g_auto(Reading) reading = {.partial = {0, PMX_CHUNK_BLOCK, NULL}};
    *reply = ask_for(source, &reading, &first, error);
    return *reply ? pmx_partial_whole(&reading.partial, (*reply)->body) : NULL;
}

/* --- the reader --- */

static void close_source(PmxReader *base)
{
    WebReader *reader = (WebReader *)base;
    pmx_flow_reader_clear(&reader->base);
    pmx_web_source_free(reader->source);
    version_clear(&reader->version);
    pmx_allowance_unref(reader->allowance);
    g_free(reader);
}

/* With a strong ETag the query, which may be a signature of the hour, does not count; without one
 * the first bytes are the best that there is to go by. */
static char *identity_of(const PmxWebSource *source, const Version *version, GBytes *first)
{
    const char *etag = version->etag, *modified = version->modified;
    g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, first);
    return g_strdup_printf("%s|%" G_GUINT64_FORMAT "|%s|%s", etag ? source->name : source->url,
                           version->size, etag ? etag : sum, etag || !modified ? "" : modified);
}

static PmxReader *reader_of(PmxWebSource *source, const PmxClientReply *reply, GBytes *first,
                            PmxChunks *chunks, const PmxPatience *patience)
{
    static const PmxReaderKind kind = {pmx_flow_reader_read, pmx_flow_reader_unchanged,
                                       close_source};
    PmxContentRange range = {0};
    pmx_content_range(reply, &range);
    WebReader *reader = g_new0(WebReader, 1);
    reader->version = version_of(reply, range.size);
    g_autofree char *identity = identity_of(source, &reader->version, first);
    pmx_reader_init(&reader->base.reader, &kind, source->name, (gint64)range.size, identity);
    reader->source = source;
    reader->allowance = pmx_allowance_ref(patience->allowance);
    reader->base.flow = pmx_flow_new(chunks, identity, (gint64)range.size, fetch, reader);
    pmx_flow_give(reader->base.flow, first);
    return &reader->base.reader;
}

PmxReader *pmx_web_reader_open(PmxClient *client, const char *url, PmxChunks *chunks,
                               const char *spool, const PmxPatience *patience, GError **error)
{
    g_autoptr(PmxWebSource) source = pmx_web_source_new(client, url, error);
    g_autoptr(PmxClientReply) reply = NULL;
    g_autoptr(GBytes) first = source ? look(source, patience, &reply, error) : NULL;
    if (!first)
        return NULL;
    return reply->status == 206
               ? reader_of(g_steal_pointer(&source), reply, first, chunks, patience)
               : pmx_spool_open(source, spool, patience, error);
}
