/* SPDX-License-Identifier: MIT */
/*
 * A finished file on its way into a bucket: whole, or not at all.
 *
 *     file ─ small ─► put
 *          └ large ─► begin ─► parts, four at once ─► complete
 *                        └── noted in the journal, until complete or aborted
 *
 * Whoever is killed in the middle leaves parts behind, which cost money and which nobody sees. So an
 * upload in parts is noted in a file before it begins, locked while its process lives; what is noted
 * and not locked has been left, and is aborted by the next one to look. Nobody else's uploads are
 * touched.
 *
 * Safe from any thread.
 */
#pragma once

#include "storage/bucket.h"

/* The journal: a folder with a file for each upload in parts that is under way. */
typedef struct PmxUploads PmxUploads;

/* Makes the folder. */
PmxUploads *pmx_uploads_open(const char *folder, GError **error);
void pmx_uploads_free(PmxUploads *uploads);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxUploads, pmx_uploads_free)

/* The bucket (borrowed) that the object at `address` is in, and its key there (to be freed); NULL: it
 * is not known here. */
typedef PmxBucket *(*PmxUploadsBucket)(const char *address, char **key, gpointer data);

/* Aborts what processes that are gone have left; how many. What cannot be reached stays noted, and
 * what is not known here for a month. */
guint pmx_uploads_clean(PmxUploads *uploads, PmxUploadsBucket bucket_of, gpointer data,
                        GCancellable *cancel);

typedef struct {
    PmxBucket *bucket;
    const char *key;
    const char *address; /* the object's name for messages and for the journal */
    const char *content_type;
    guint64 part_bytes; /* of each part but the last; 0: as suits the size */
} PmxUploadTarget;

/* Whether an upload could be made there: one in parts is begun and given up, which nobody sees, and is noted
 * likewise. Giving up may be forbidden where writing is not. `patience` is for each request. */
gboolean pmx_upload_try(PmxUploads *uploads, const PmxUploadTarget *target,
                        const PmxPatience *patience, GError **error);

/* Puts the file `from` there; `patience` (or NULL) is for each request. `uploads` or NULL: what a kill leaves is
 * not noted. */
gboolean pmx_upload(PmxUploads *uploads, const char *from, const PmxUploadTarget *target,
                    const PmxPatience *patience, GError **error);
