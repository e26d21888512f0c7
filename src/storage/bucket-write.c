/* SPDX-License-Identifier: MIT */
/* Writing objects of S3 and OSS: see bucket-http.h. */
#include "storage/bucket-http.h"
#include "storage/receipt.h"

/* --- what was sent against what has come --- */

typedef struct {
    const PmxDialect *dialect;
    const PmxDigest *digest;
} Sent;

static gboolean check_sent(const PmxClientReply *reply, gconstpointer data, PmxTrouble *trouble)
{
    const Sent *sent = data;
    const PmxReceipt receipt = pmx_receipt(sent->dialect, reply);
    return pmx_receipt_fits(&receipt, sent->digest) ||
           pmx_trouble_found(trouble, PMX_CODE_UNAVAILABLE, PMX_AGAIN_FEW,
                             "the storage got other bytes than were sent");
}

/* --- the headers --- */

void pmx_bucket_object_headers(const PmxBucketHttp *bucket, const char *content_type,
                               PmxPair headers[PMX_BUCKET_HEADERS])
{
    guint count = 0;
    headers[count++] = (PmxPair){"Content-Type", content_type};
    if (bucket->acl)
        headers[count++] = (PmxPair){bucket->dialect->acl, bucket->acl};
    if (bucket->storage_class)
        headers[count++] = (PmxPair){bucket->dialect->storage_class, bucket->storage_class};
    headers[count] = (PmxPair){0};
}

static void add_header(PmxPair *headers, const char *name, const char *value)
{
    while (headers->name)
        headers++;
    headers[0] = (PmxPair){name, value};
    headers[1] = (PmxPair){0};
}

/* --- sending --- */

PmxClientReply *pmx_bucket_send_file(PmxBucketHttp *bucket, const PmxAsk *ask,
                                     PmxPair headers[PMX_BUCKET_HEADERS],
                                     const PmxPatience *patience, PmxDigest *digest, GError **error)
{
    const Sent sent = {bucket->dialect, digest};
    if (!pmx_digest_file(ask->file, patience->cancel, digest, error))
        return NULL;
    g_autofree char *md5 = pmx_digest_base64(digest);
    add_header(headers, "Content-MD5", md5);
    PmxAsk whole = *ask;
    whole.headers = headers;
    whole.check = check_sent;
    whole.data = &sent;
    return pmx_bucket_ask(bucket, &whole, patience, NULL, error);
}

gboolean pmx_bucket_http_put(PmxBucket *base, const char *key, const char *content_type,
                             const PmxFileRange *content, const PmxPatience *patience,
                             GError **error)
{
    PmxBucketHttp *bucket = (PmxBucketHttp *)base;
    PmxPair headers[PMX_BUCKET_HEADERS];
    PmxDigest digest = {0};
    const PmxAsk ask = {.verb = "written", .method = "PUT", .key = key, .file = content};
    pmx_bucket_object_headers(bucket, content_type, headers);
    g_autoptr(PmxClientReply) reply =
        pmx_bucket_send_file(bucket, &ask, headers, patience, &digest, error);
    return reply != NULL;
}
