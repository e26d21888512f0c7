/* SPDX-License-Identifier: MIT */
/* Reading objects of S3 and OSS, and deleting them: see bucket-http.h. */
#include <string.h>

#include "base/http-date.h"
#include "storage/bucket-http.h"
#include "storage/content-range.h"
#include "storage/partial.h"

/* What the headers of an answer say about an object. */
static PmxStored *stored_of(const char *key, guint64 size, const PmxClientReply *reply)
{
    const char *date = pmx_client_header(reply->headers, "Last-Modified");
    gint64 modified = 0;
    if (date && !pmx_http_date_parse(date, &modified))
        modified = 0;
    return pmx_stored_new(key, size, pmx_client_header(reply->headers, "ETag"), modified);
}

static gboolean content_length(const PmxClientReply *reply, guint64 *length)
{
    const char *text = pmx_client_header(reply->headers, "Content-Length");
    return text && g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, length, NULL);
}

static gboolean check_head(const PmxClientReply *reply, gconstpointer data, PmxTrouble *trouble)
{
    (void)data;
    guint64 length;
    return content_length(reply, &length) ||
           pmx_trouble_found(trouble, PMX_CODE_RESOURCE_BAD, PMX_AGAIN_NEVER,
                             "the storage does not say how long it is");
}

PmxStored *pmx_bucket_http_head(PmxBucket *bucket, const char *key, const PmxPatience *patience,
                                GError **error)
{
    const PmxAsk ask = {.verb = "read", .method = "HEAD", .key = key, .check = check_head};
    g_autoptr(PmxClientReply) reply =
        pmx_bucket_ask((PmxBucketHttp *)bucket, &ask, patience, NULL, error);
    guint64 length;
    return reply && content_length(reply, &length) ? stored_of(key, length, reply) : NULL;
}

/* --- by range --- */

/* A range while it is read. */
typedef struct {
    PmxPartial partial;
    char *bytes;        /* the header Range */
    char *etag;         /* of the object that is meant; NULL: it may be any */
    PmxPair headers[4]; /* borrows from here */
} Reading;

static void reading_clear(Reading *reading)
{
    pmx_partial_clear(&reading->partial);
    g_free(reading->bytes);
    g_free(reading->etag);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reading, reading_clear)

/* A weak one (RFC 9110, 8.8.3) fits nothing that is asked for by it; what comes is held against it all the same. */
static gboolean is_weak(const char *etag)
{
    return g_str_has_prefix(etag, "W/");
}

static void set_headers(Reading *reading, const PmxBucketHttp *bucket)
{
    guint count = 0;
    guint64 next = pmx_partial_next(&reading->partial);
    g_free(reading->bytes);
    reading->bytes = g_strdup_printf("bytes=%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, next,
                                     next + pmx_partial_missing(&reading->partial) - 1);
    reading->headers[count++] = (PmxPair){"Range", reading->bytes};
    if (reading->etag && !is_weak(reading->etag))
        reading->headers[count++] = (PmxPair){"If-Match", reading->etag};
    reading->headers[count] = bucket->dialect->ranged;
}

/* Other than the one that is meant. */
static gboolean is_other(const Reading *reading, const char *etag)
{
    return reading->etag && etag && strcmp(etag, reading->etag) != 0;
}

/* It has to be the bytes that were asked for, and all of those that there are. */
static gboolean check_range(const PmxClientReply *reply, gconstpointer data, PmxTrouble *trouble)
{
    const Reading *reading = data;
    guint64 next = pmx_partial_next(&reading->partial);
    PmxContentRange got;
    if (!pmx_content_range(reply, &got))
        return pmx_trouble_found(trouble, PMX_CODE_RESOURCE_BAD, PMX_AGAIN_FEW,
                                 "the storage does not say which bytes it sent");
    if (got.first != next ||
        got.last != MIN(next + pmx_partial_missing(&reading->partial), got.size) - 1)
        return pmx_trouble_found(trouble, PMX_CODE_RESOURCE_BAD, PMX_AGAIN_FEW,
                                 "the storage sent other bytes than those asked for");
    if (g_bytes_get_size(reply->body) != got.last - got.first + 1)
        return pmx_trouble_found(trouble, PMX_CODE_UNAVAILABLE, PMX_AGAIN_LONG,
                                 "the storage sent fewer bytes than it said");
    return !is_other(reading, pmx_client_header(reply->headers, "ETag")) ||
           pmx_trouble_found(trouble, PMX_CODE_RESOURCE_REPLACED, PMX_AGAIN_NEVER,
                             "it was replaced while the job read it");
}

typedef struct {
    Reading *reading;
    const PmxBucketHttp *bucket;
} Keeping;

/* The rest has to be of the object that the beginning is of. Where that has no strong ETag (RFC 9110, 8.8.3)
 * to ask for, it is all read anew. */
static gboolean keep_range(const PmxClientReply *reply, gpointer data)
{
    const Keeping *keeping = data;
    Reading *reading = keeping->reading;
    const char *etag = pmx_client_header(reply->headers, "ETag");
    if (!etag || *etag != '"' || is_other(reading, etag))
        return FALSE;
    gsize count = pmx_partial_keep(&reading->partial, reply);
    if (count > 0 && !reading->etag)
        reading->etag = g_strdup(etag);
    set_headers(reading, keeping->bucket);
    return count >= PMX_PARTIAL_WORTH;
}

static GBytes *whole_range(const Reading *reading, const PmxClientReply *reply, const char *key,
                           PmxStored **stored)
{
    PmxContentRange got;
    if (!pmx_content_range(reply, &got))
        return NULL;
    *stored = stored_of(key, got.size, reply);
    return pmx_partial_whole(&reading->partial, reply->body);
}

GBytes *pmx_bucket_http_read(PmxBucket *base, const PmxRange *range, const PmxPatience *patience,
                             PmxStored **stored, GError **error)
{
    PmxBucketHttp *bucket = (PmxBucketHttp *)base;
    g_auto(Reading) reading = {
        .partial = {.first = range->offset, .length = range->length},
        .etag = range->etag && *range->etag ? g_strdup(range->etag) : NULL,
    };
    Keeping keeping = {&reading, bucket};
    set_headers(&reading, bucket);
    const PmxAsk ask = {.verb = "read",
                        .method = "GET",
                        .key = range->key,
                        .headers = reading.headers,
                        .expected = 206,
                        .longest = range->length,
                        .check = check_range,
                        .data = &reading,
                        .keep = keep_range,
                        .kept = &keeping};
    g_autoptr(PmxClientReply) reply = pmx_bucket_ask(bucket, &ask, patience, NULL, error);
    return reply ? whole_range(&reading, reply, range->key, stored) : NULL;
}

/* --- deleting --- */

/* OSS answers 204 for what was not there; some that speak S3 answer 404. */
gboolean pmx_bucket_http_delete(PmxBucket *bucket, const char *key, const PmxPatience *patience,
                                GError **error)
{
    static const char *const fine[] = {"NoSuchKey", NULL};
    const PmxAsk ask = {.verb = "deleted", .method = "DELETE", .key = key, .fine = fine};
    g_autoptr(PmxClientReply) reply =
        pmx_bucket_ask((PmxBucketHttp *)bucket, &ask, patience, NULL, error);
    return reply != NULL;
}
