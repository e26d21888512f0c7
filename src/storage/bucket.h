/* SPDX-License-Identifier: MIT */
/*
 * A bucket: objects under their keys, in an object storage or in a folder.
 *
 *     key ─► PmxBucket (const vtable) ─► bucket-http.c    S3 and OSS, signed, tried again
 *                                     └► bucket-folder.c  files
 *
 * Every call waits for its answer and may be made from any thread, by any number of them at once.
 * What a network loses is tried again (retry.h) until the caller's patience is over; what is sent is
 * checked against what the storage says it got. An object appears whole or not at all.
 *
 * Errors are of PMX_ERROR and name the address, never an access key or a signature:
 *     RESOURCE_NOT_FOUND    there is no such object, bucket or upload
 *     ACCESS_DENIED         the storage refuses it
 *     RESOURCE_REPLACED     the object is not the one that was asked for any more
 *     NO_RANGES             the storage sends no part of an object
 *     UNAVAILABLE           it was tried until there was no more time; later it may succeed
 *     RESOURCE_BAD, INVALID, INTERNAL   anything else
 * or G_IO_ERROR_CANCELLED.
 */
#pragma once

#include "base/clock.h"
#include "base/problem.h"
#include "net/client.h"
#include "storage/patience.h"

typedef struct PmxBucket PmxBucket;

typedef enum { PMX_BUCKET_S3, PMX_BUCKET_OSS, PMX_BUCKET_FOLDER } PmxBucketType;

typedef struct {
    PmxBucketType type;
    const char *bucket; /* NULL: any */
    const char
        *endpoint;      /* "oss-cn-hangzhou.aliyuncs.com", "http://127.0.0.1:8080"; https unless it
                             says otherwise. Of a folder: the path of what holds the bucket */
    const char *region; /* or NULL: "us-east-1"; OSS: what the endpoint says */
    const char *access_key, *secret;
    const char *token;         /* of temporary keys, or NULL */
    gboolean path_style;       /* the bucket stands in the path and not in the host */
    const char *prefix;        /* before each key, or NULL; callers neither give nor get it */
    guint signature;           /* OSS: 1 or 4; 0: 4 */
    const char *acl;           /* of what is written ("private"), or NULL: the bucket's */
    const char *storage_class; /* likewise */
} PmxBucketOptions;

/* Everything but `client` is copied; of a folder, it is NULL. `bucket` is for options that allow any.
 * `clock` is static; NULL: the real one. NULL with PMX_CODE_INVALID for options that cannot work. */
PmxBucket *pmx_bucket_new(const PmxBucketOptions *options, const char *bucket, PmxClient *client,
                          const PmxClock *clock, GError **error);
void pmx_bucket_free(PmxBucket *bucket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxBucket, pmx_bucket_free)

/* Has whatever is asked from now on signed with these keys (`token` or NULL), which are copied, and which
 * pmx_bucket_new() would take. A folder has no use for them. */
void pmx_bucket_set_keys(PmxBucket *bucket, const char *access_key, const char *secret,
                         const char *token);

/* FALSE with `error` when there can be no such key, which every other call says as well. */
gboolean pmx_bucket_check_key(const PmxBucket *bucket, const char *key, GError **error);

typedef struct {
    char *key;
    guint64 size;
    char *etag;      /* as the storage writes it; "" when it has none */
    gint64 modified; /* base/moment.h; 0: not known */
} PmxStored;

void pmx_stored_free(PmxStored *stored);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxStored, pmx_stored_free)

/* --- reading --- */

PmxStored *pmx_bucket_head(PmxBucket *bucket, const char *key, const PmxPatience *patience,
                           GError **error);

typedef struct {
    const char *key;
    guint64 offset;
    gsize length;     /* at least 1 */
    const char *etag; /* of the object that is meant; "" or NULL: whichever is there */
} PmxRange;

/* `length` bytes, or those up to the object's end. `stored` (or NULL) gets what the object is. */
GBytes *pmx_bucket_read(PmxBucket *bucket, const PmxRange *range, const PmxPatience *patience,
                        PmxStored **stored, GError **error);

/* --- writing; descriptors are read with pread(2) and stay the caller's --- */

typedef struct {
    int fd;
    guint64 offset, length;
} PmxFileRange;

gboolean pmx_bucket_put(PmxBucket *bucket, const char *key, const char *content_type,
                        const PmxFileRange *content, const PmxPatience *patience, GError **error);

/* An object that is written in parts, in any order and at once. */
typedef struct {
    char *key, *id;
    gint64 begun; /* base/moment.h; 0: not known */
} PmxUploading;

void pmx_uploading_free(PmxUploading *uploading);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxUploading, pmx_uploading_free)

typedef struct {
    guint number; /* 1 to 10000 */
    guint64 length;
    char *etag;
    guint64 crc64; /* storage/crc64.h */
} PmxPart;

void pmx_part_free(PmxPart *part);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxPart, pmx_part_free)

PmxUploading *pmx_bucket_begin(PmxBucket *bucket, const char *key, const char *content_type,
                               const PmxPatience *patience, GError **error);
PmxPart *pmx_bucket_part(PmxBucket *bucket, const PmxUploading *uploading, guint number,
                         const PmxFileRange *content, const PmxPatience *patience, GError **error);

/* The object is there afterwards. `parts` are of PmxPart *, by number, without a gap. */
gboolean pmx_bucket_complete(PmxBucket *bucket, const PmxUploading *uploading,
                             const GPtrArray *parts, const PmxPatience *patience, GError **error);

/* The parts are gone afterwards; so they may have been before. */
gboolean pmx_bucket_abort(PmxBucket *bucket, const PmxUploading *uploading,
                          const PmxPatience *patience, GError **error);

/* What was begun and neither completed nor aborted: of PmxUploading *. */
GPtrArray *pmx_bucket_uploads(PmxBucket *bucket, const char *prefix, const PmxPatience *patience,
                              GError **error);

/* --- the rest --- */

/* The object is gone afterwards; so it may have been before. */
gboolean pmx_bucket_delete(PmxBucket *bucket, const char *key, const PmxPatience *patience,
                           GError **error);

typedef struct {
    GPtrArray *stored; /* of PmxStored * */
    char *next;        /* where the next page begins; NULL: this is the last */
} PmxPage;

void pmx_page_free(PmxPage *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxPage, pmx_page_free)

/* Objects whose keys begin so, in the order of the keys' bytes; `from`: the page before said so, or
 * NULL. Keys that are no UTF-8 are left out. */
PmxPage *pmx_bucket_list(PmxBucket *bucket, const char *prefix, const char *from,
                         const PmxPatience *patience, GError **error);
