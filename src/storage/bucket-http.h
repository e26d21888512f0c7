/* SPDX-License-Identifier: MIT */
/*
 * A bucket over HTTP, in its parts. For the files bucket-*.c only.
 *
 *     bucket-http.c    what it is
 *     bucket-read.c    reading and deleting
 *     bucket-write.c   writing
 *     bucket-parts.c   writing in parts
 *     bucket-list.c    lists
 *     bucket-ask.c     one request: signed, sent, judged, and made again if that may help
 */
#pragma once

#include "storage/bucket-kind.h"
#include "storage/dialect.h"
#include "storage/digest.h"
#include "storage/trouble.h"
#include "storage/xml.h"

typedef struct {
    PmxBucket base;
    const PmxDialect *dialect;
    PmxClient *client; /* borrowed */
    const PmxClock *clock;
    char *origin; /* "https://bucket.oss-cn-hangzhou.aliyuncs.com" */
    char *host;   /* as the header has it */
    char *bucket;
    gboolean path_style;
    PmxSignScheme scheme;
    char *region;
    char *acl, *storage_class;

    GMutex lock;
    /* protected by the lock */
    char *access_key, *secret, *token;
    gint64 ahead; /* milliseconds that the server's clock is ahead of ours */
} PmxBucketHttp;

typedef struct {
    const char *verb; /* of the message: "cannot be `read`" */
    const char *method;
    const char *key;                /* NULL: the bucket itself */
    const PmxPair *query, *headers; /* or NULL */
    const char *text;               /* the body; or */
    const PmxFileRange *file;
    gboolean once;           /* no attempt is made that is not counted */
    guint expected;          /* the one status that is a success; 0: any of 200 to 299 */
    gsize longest;           /* bytes of an answer; 0: those of a list */
    const char *const *fine; /* the server's codes that are no failures; NULL at the end; or NULL */
    /* Looks at an answer of success; FALSE with `trouble` when it is none. Or NULL. */
    gboolean (*check)(const PmxClientReply *reply, gconstpointer data, PmxTrouble *trouble);
    gconstpointer data;
    /* Before it is asked again: keeps what an answer that was none has brought, and may change the
     * headers. TRUE: that was worth something. Or NULL. */
    gboolean (*keep)(const PmxClientReply *reply, gpointer kept);
    gpointer kept;
} PmxAsk;

/* An answer of success; NULL with `error`. `failures` (or NULL) gets how many attempts came before. */
PmxClientReply *pmx_bucket_ask(PmxBucketHttp *bucket, const PmxAsk *ask,
                               const PmxPatience *patience, guint *failures, GError **error);

/* The document that is an answer's body; NULL: it is none. */
PmxXml *pmx_bucket_xml(const PmxClientReply *reply);

/* bucket-read.c */
PmxStored *pmx_bucket_http_head(PmxBucket *bucket, const char *key, const PmxPatience *patience,
                                GError **error);
GBytes *pmx_bucket_http_read(PmxBucket *bucket, const PmxRange *range, const PmxPatience *patience,
                             PmxStored **stored, GError **error);
gboolean pmx_bucket_http_delete(PmxBucket *bucket, const char *key, const PmxPatience *patience,
                                GError **error);

/* bucket-write.c */
gboolean pmx_bucket_http_put(PmxBucket *bucket, const char *key, const char *content_type,
                             const PmxFileRange *content, const PmxPatience *patience,
                             GError **error);

enum { PMX_BUCKET_HEADERS = 5 };

/* Those of an object that is being made, and a place for one more. */
void pmx_bucket_object_headers(const PmxBucketHttp *bucket, const char *content_type,
                               PmxPair headers[PMX_BUCKET_HEADERS]);

/* Asks with `headers`, a sum of the file added, and sees that the file came. */
PmxClientReply *pmx_bucket_send_file(PmxBucketHttp *bucket, const PmxAsk *ask,
                                     PmxPair headers[PMX_BUCKET_HEADERS],
                                     const PmxPatience *patience, PmxDigest *digest,
                                     GError **error);

/* bucket-parts.c */
PmxUploading *pmx_bucket_http_begin(PmxBucket *bucket, const char *key, const char *content_type,
                                    const PmxPatience *patience, GError **error);
PmxPart *pmx_bucket_http_part(PmxBucket *bucket, const PmxUploading *uploading, guint number,
                              const PmxFileRange *content, const PmxPatience *patience,
                              GError **error);
gboolean pmx_bucket_http_complete(PmxBucket *bucket, const PmxUploading *uploading,
                                  const GPtrArray *parts, const PmxPatience *patience,
                                  GError **error);
gboolean pmx_bucket_http_abort(PmxBucket *bucket, const PmxUploading *uploading,
                               const PmxPatience *patience, GError **error);

/* bucket-list.c */
GPtrArray *pmx_bucket_http_uploads(PmxBucket *bucket, const char *prefix,
                                   const PmxPatience *patience, GError **error);
PmxPage *pmx_bucket_http_list(PmxBucket *bucket, const char *prefix, const char *from,
                              const PmxPatience *patience, GError **error);
