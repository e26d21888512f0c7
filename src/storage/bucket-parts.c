/* SPDX-License-Identifier: MIT */
/* Writing objects of S3 and OSS in parts: see bucket-http.h. */
#include <string.h>

#include "storage/bucket-http.h"
#include "storage/crc64.h"
#include "storage/receipt.h"

/* --- beginning, and a part --- */

static gboolean check_begin(const PmxClientReply *reply, gconstpointer data, PmxTrouble *trouble)
{
    (void)data;
    g_autoptr(PmxXml) xml = pmx_bucket_xml(reply);
    return (xml && *pmx_xml_field(xml->root, "UploadId")) ||
           pmx_trouble_found(trouble, PMX_CODE_RESOURCE_BAD, PMX_AGAIN_FEW,
                             "the storage does not name its upload");
}

/* An attempt whose answer was lost may have begun an upload as well: one of the same key, that began
 * since, and that nobody knows. */
static void abort_lost(PmxBucketHttp *bucket, const PmxUploading *uploading, gint64 since,
                       const PmxPatience *patience)
{
    enum { CLOCKS_APART = 60 * 1000 };
    g_autoptr(GPtrArray) list =
        pmx_bucket_http_uploads(&bucket->base, uploading->key, patience, NULL);
    for (guint i = 0; list && i < list->len; i++) {
        const PmxUploading *other = g_ptr_array_index(list, i);
        if (strcmp(other->key, uploading->key) == 0 && strcmp(other->id, uploading->id) != 0 &&
            other->begun >= since - CLOCKS_APART)
            pmx_bucket_http_abort(&bucket->base, other, patience, NULL);
    }
}

PmxUploading *pmx_bucket_http_begin(PmxBucket *base, const char *key, const char *content_type,
                                    const PmxPatience *patience, GError **error)
{
    static const PmxPair query[] = {{"uploads", ""}, {0}};
    PmxBucketHttp *bucket = (PmxBucketHttp *)base;
    PmxPair headers[PMX_BUCKET_HEADERS];
    pmx_bucket_object_headers(bucket, content_type, headers);
    const PmxAsk ask = {.verb = "written",
                        .method = "POST",
                        .key = key,
                        .query = query,
                        .headers = headers,
                        .once = TRUE,
                        .check = check_begin};
    guint failures = 0;
    gint64 since = bucket->clock->moment(bucket->clock->data);
    g_autoptr(PmxClientReply) reply = pmx_bucket_ask(bucket, &ask, patience, &failures, error);
    g_autoptr(PmxXml) xml = reply ? pmx_bucket_xml(reply) : NULL;
    if (!xml)
        return NULL;
    PmxUploading *uploading = pmx_uploading_new(key, pmx_xml_field(xml->root, "UploadId"), 0);
    if (failures > 0)
        abort_lost(bucket, uploading, since, patience);
    return uploading;
}

/* NULL when the storage has no name for it. */
static PmxPart *part_of(const PmxFileRange *content, guint number, const PmxDigest *digest,
                        const PmxClientReply *reply)
{
    const char *etag = pmx_client_header(reply->headers, "ETag");
    if (!etag || !*etag)
        return NULL;
    PmxPart *part = g_new0(PmxPart, 1);
    *part = (PmxPart){number, content->length, g_strdup(etag), digest->crc64};
    return part;
}

PmxPart *pmx_bucket_http_part(PmxBucket *base, const PmxUploading *uploading, guint number,
                              const PmxFileRange *content, const PmxPatience *patience,
                              GError **error)
{
    g_autofree char *digits = g_strdup_printf("%u", number);
    const PmxPair query[] = {{"partNumber", digits}, {"uploadId", uploading->id}, {0}};
    PmxPair headers[PMX_BUCKET_HEADERS] = {{0}};
    PmxDigest digest = {0};
    const PmxAsk ask = {
        .verb = "written", .method = "PUT", .key = uploading->key, .query = query, .file = content};
    g_autoptr(PmxClientReply) reply =
        pmx_bucket_send_file((PmxBucketHttp *)base, &ask, headers, patience, &digest, error);
    PmxPart *part = reply ? part_of(content, number, &digest, reply) : NULL;
    if (reply && !part)
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD,
                    "\"%s/%s\" cannot be written: the storage gives its parts no ETag", base->name,
                    uploading->key);
    return part;
}

/* --- the end --- */

/* Caller frees. */
static char *list_of_parts(const GPtrArray *parts)
{
    GString *text = g_string_new("<CompleteMultipartUpload>");
    for (guint i = 0; i < parts->len; i++) {
        const PmxPart *part = g_ptr_array_index(parts, i);
        g_autofree char *element = g_markup_printf_escaped(
            "<Part><PartNumber>%u</PartNumber><ETag>%s</ETag></Part>", part->number, part->etag);
        g_string_append(text, element);
    }
    g_string_append(text, "</CompleteMultipartUpload>");
    return g_string_free(text, FALSE);
}

typedef struct {
    const PmxDialect *dialect;
    guint64 length, crc64; /* of all parts together */
} Whole;

static Whole whole_of(const PmxBucketHttp *bucket, const GPtrArray *parts)
{
    Whole whole = {.dialect = bucket->dialect};
    for (guint i = 0; i < parts->len; i++) {
        const PmxPart *part = g_ptr_array_index(parts, i);
        whole.length += part->length;
        whole.crc64 = i == 0 ? part->crc64 : pmx_crc64_join(whole.crc64, part->crc64, part->length);
    }
    return whole;
}

static gboolean is_result(const PmxClientReply *reply)
{
    g_autoptr(PmxXml) xml = pmx_bucket_xml(reply);
    return xml && strcmp(xml->root->name, "CompleteMultipartUploadResult") == 0;
}

/* An answer of success is begun before it is known to be one: it may have an error for its body, and that may
 * be cut. If it was done after all, the next attempt finds that out. */
static gboolean check_complete(const PmxClientReply *reply, gconstpointer data, PmxTrouble *trouble)
{
    const Whole *whole = data;
    const PmxReceipt receipt = pmx_receipt(whole->dialect, reply);
    if (pmx_trouble_inside(reply, trouble))
        return FALSE;
    if (!is_result(reply))
        return pmx_trouble_found(trouble, PMX_CODE_RESOURCE_BAD, PMX_AGAIN_FEW,
                                 "the storage does not say that it put the parts together");
    return pmx_receipt_fits_crc64(&receipt, whole->crc64) ||
           pmx_trouble_found(trouble, PMX_CODE_UNAVAILABLE, PMX_AGAIN_NEVER,
                             "the storage put its parts together wrongly");
}

/* An attempt that seemed to fail may have done it: then the next finds no upload, but the object. */
static gboolean was_done(PmxBucket *bucket, const char *key, const Whole *whole,
                         const PmxPatience *patience)
{
    g_autoptr(PmxStored) stored = pmx_bucket_http_head(bucket, key, patience, NULL);
    return stored && stored->size == whole->length;
}

gboolean pmx_bucket_http_complete(PmxBucket *base, const PmxUploading *uploading,
                                  const GPtrArray *parts, const PmxPatience *patience,
                                  GError **error)
{
    PmxBucketHttp *bucket = (PmxBucketHttp *)base;
    const Whole whole = whole_of(bucket, parts);
    g_autofree char *text = list_of_parts(parts);
    g_autofree char *md5 = pmx_digest_text_base64(text);
    const PmxPair query[] = {{"uploadId", uploading->id}, {0}};
    const PmxPair headers[] = {{"Content-Type", "application/xml"}, {"Content-MD5", md5}, {0}};
    const PmxAsk ask = {.verb = "written",
                        .method = "POST",
                        .key = uploading->key,
                        .query = query,
                        .headers = headers,
                        .text = text,
                        .once = TRUE,
                        .check = check_complete,
                        .data = &whole};
    guint failures = 0;
    g_autoptr(GError) problem = NULL;
    g_autoptr(PmxClientReply) reply = pmx_bucket_ask(bucket, &ask, patience, &failures, &problem);
    if (reply ||
        (failures > 0 && g_error_matches(problem, PMX_ERROR, PMX_CODE_RESOURCE_NOT_FOUND) &&
         was_done(base, uploading->key, &whole, patience)))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}

/* Ceph answers NoSuchKey where others answer NoSuchUpload. */
gboolean pmx_bucket_http_abort(PmxBucket *base, const PmxUploading *uploading,
                               const PmxPatience *patience, GError **error)
{
    static const char *const fine[] = {"NoSuchUpload", "NoSuchKey", NULL};
    const PmxPair query[] = {{"uploadId", uploading->id}, {0}};
    const PmxAsk ask = {
        .verb = "written", .method = "DELETE", .key = uploading->key, .query = query, .fine = fine};
    g_autoptr(PmxClientReply) reply =
        pmx_bucket_ask((PmxBucketHttp *)base, &ask, patience, NULL, error);
    return reply != NULL;
}
