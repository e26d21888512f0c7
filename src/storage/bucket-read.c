/* SPDX-License-Identifier: MIT */
/* Reading objects of S3 and OSS, and deleting them: see bucket-http.h. */
#include <string.h>

#include "base/http-date.h"
#include "storage/bucket-http.h"
#include "storage/content-range.h"

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

/* It has to be the bytes that were asked for, and all of those that there are. */
static gboolean check_range(const PmxClientReply *reply, gconstpointer data, PmxTrouble *trouble)
{
    const PmxRange *asked = data;
    PmxContentRange got;
    if (!pmx_content_range(reply, &got))
        return pmx_trouble_found(trouble, PMX_CODE_RESOURCE_BAD, PMX_AGAIN_FEW,
                                 "the storage does not say which bytes it sent");
    if (got.first != asked->offset || got.last != MIN(asked->offset + asked->length, got.size) - 1)
        return pmx_trouble_found(trouble, PMX_CODE_RESOURCE_BAD, PMX_AGAIN_FEW,
                                 "the storage sent other bytes than those asked for");
    if (g_bytes_get_size(reply->body) != got.last - got.first + 1)
        return pmx_trouble_found(trouble, PMX_CODE_UNAVAILABLE, PMX_AGAIN_LONG,
                                 "the storage sent fewer bytes than it said");
    const char *etag = pmx_client_header(reply->headers, "ETag");
    gboolean other = asked->etag && *asked->etag && etag && strcmp(etag, asked->etag) != 0;
    return !other || pmx_trouble_found(trouble, PMX_CODE_RESOURCE_REPLACED, PMX_AGAIN_NEVER,
                                       "it was replaced while the job read it");
}

GBytes *pmx_bucket_http_read(PmxBucket *base, const PmxRange *range, const PmxPatience *patience,
                             PmxStored **stored, GError **error)
{
    PmxBucketHttp *bucket = (PmxBucketHttp *)base;
    g_autofree char *bytes = g_strdup_printf("bytes=%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT,
                                             range->offset, range->offset + range->length - 1);
    PmxPair headers[4] = {{"Range", bytes}};
    guint count = 1;
    if (range->etag && *range->etag)
        headers[count++] = (PmxPair){"If-Match", range->etag};
    headers[count] = bucket->dialect->ranged;
    const PmxAsk ask = {.verb = "read",
                        .method = "GET",
                        .key = range->key,
                        .headers = headers,
                        .expected = 206,
                        .longest = range->length,
                        .check = check_range,
                        .data = range};
    g_autoptr(PmxClientReply) reply = pmx_bucket_ask(bucket, &ask, patience, NULL, error);
    PmxContentRange got;
    if (!reply || !pmx_content_range(reply, &got))
        return NULL;
    *stored = stored_of(range->key, got.size, reply);
    return g_bytes_ref(reply->body);
}

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
