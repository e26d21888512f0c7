/* SPDX-License-Identifier: MIT */
/*
 * A bucket that is a folder, in its parts. For the files bucket-folder*.c only.
 *
 *     bucket-folder.c        objects: files beneath the folder, their keys the paths
 *     bucket-folder-list.c   lists
 *     bucket-folder-parts.c  parts: FOLDER/.polymux-uploads/ID/ has one file each, until they are put
 *                            together
 */
#pragma once

#include "storage/bucket-kind.h"

#define PMX_FOLDER_UPLOADS ".polymux-uploads"

typedef struct {
    PmxBucket base;
    int folder; /* O_PATH */
} PmxBucketFolder;

/* Sets what errno means. FALSE. */
gboolean pmx_bucket_folder_fail(const PmxBucket *bucket, const char *key, const char *verb,
                                GError **error);

/* A path by which `name` in the folder is found, whatever becomes of the folder's own. Caller frees. */
char *pmx_bucket_folder_path(int folder, const char *name);

/* bucket-folder-list.c */
PmxPage *pmx_bucket_folder_list(PmxBucket *bucket, const char *prefix, const char *from,
                                const PmxPatience *patience, GError **error);

/* bucket-folder-parts.c */
PmxUploading *pmx_bucket_folder_begin(PmxBucket *bucket, const char *key, const char *content_type,
                                      const PmxPatience *patience, GError **error);
PmxPart *pmx_bucket_folder_part(PmxBucket *bucket, const PmxUploading *uploading, guint number,
                                const PmxFileRange *content, const PmxPatience *patience,
                                GError **error);
gboolean pmx_bucket_folder_complete(PmxBucket *bucket, const PmxUploading *uploading,
                                    const GPtrArray *parts, const PmxPatience *patience,
                                    GError **error);
gboolean pmx_bucket_folder_abort(PmxBucket *bucket, const PmxUploading *uploading,
                                 const PmxPatience *patience, GError **error);
GPtrArray *pmx_bucket_folder_uploads(PmxBucket *bucket, const char *prefix,
                                     const PmxPatience *patience, GError **error);
