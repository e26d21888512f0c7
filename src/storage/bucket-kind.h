/* SPDX-License-Identifier: MIT */
/*
 * What a kind of bucket is made of. For the files bucket*.c only. Keys and prefixes are whole here: with
 * the prefix of the options before them, and checked.
 */
#pragma once

#include "storage/bucket.h"

typedef struct {
    /* Why there can be no such key, behind "the key"; NULL: there can. Static. */
    const char *(*wrong_key)(const PmxBucket *bucket, const char *key);
    PmxStored *(*head)(PmxBucket *bucket, const char *key, const PmxPatience *patience,
                       GError **error);
    GBytes *(*read)(PmxBucket *bucket, const PmxRange *range, const PmxPatience *patience,
                    PmxStored **stored, GError **error);
    gboolean (*put)(PmxBucket *bucket, const char *key, const char *content_type,
                    const PmxFileRange *content, const PmxPatience *patience, GError **error);
    PmxUploading *(*begin)(PmxBucket *bucket, const char *key, const char *content_type,
                           const PmxPatience *patience, GError **error);
    PmxPart *(*part)(PmxBucket *bucket, const PmxUploading *uploading, guint number,
                     const PmxFileRange *content, const PmxPatience *patience, GError **error);
    gboolean (*complete)(PmxBucket *bucket, const PmxUploading *uploading, const GPtrArray *parts,
                         const PmxPatience *patience, GError **error);
    gboolean (*abort)(PmxBucket *bucket, const PmxUploading *uploading, const PmxPatience *patience,
                      GError **error);
    GPtrArray *(*uploads)(PmxBucket *bucket, const char *prefix, const PmxPatience *patience,
                          GError **error);
    gboolean (*remove)(PmxBucket *bucket, const char *key, const PmxPatience *patience,
                       GError **error);
    PmxPage *(*list)(PmxBucket *bucket, const char *prefix, const char *from,
                     const PmxPatience *patience, GError **error);
    void (*set_keys)(PmxBucket *bucket, const char *access_key, const char *secret,
                     const char *token); /* or NULL */
    void (*free)(PmxBucket *bucket);     /* frees what is the kind's own, and the bucket */
} PmxBucketKind;

/* The beginning of a kind's own struct. */
struct PmxBucket {
    const PmxBucketKind *kind;
    char *name; /* what a key's address begins with, up to the slash: "oss://bucket" */
    char *prefix;
};

PmxBucket *pmx_bucket_http_new(const PmxBucketOptions *options, const char *bucket,
                               PmxClient *client, const PmxClock *clock, GError **error);
PmxBucket *pmx_bucket_folder_new(const PmxBucketOptions *options, const char *bucket,
                                 GError **error);

PmxStored *pmx_stored_new(const char *key, guint64 size, const char *etag, gint64 modified);
PmxUploading *pmx_uploading_new(const char *key, const char *id, gint64 begun);
PmxPage *pmx_page_new(void);
