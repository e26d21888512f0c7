/* SPDX-License-Identifier: MIT */
/*
 * A depot: artifacts kept in a bucket, so that what one machine has made no other makes again.
 *
 *     made here ── put, in the background ──► PREFIX/ab/cdef… ── get ──► found there
 *
 * It is a help and never a need: what cannot be fetched is made, and a storage that does not answer is
 * left alone for a while. What it gives is checked by whoever reads it, like any artifact.
 *
 * Safe from any thread, but for its end.
 */
#pragma once

#include "storage/upload.h"

typedef struct PmxDepot PmxDepot;

/* `bucket` and `uploads` (or NULL) are borrowed. `base` is the bucket's address ("oss://BUCKET/"), and
 * `prefix` stands before each key in it ("artifacts/"). */
PmxDepot *pmx_depot_new(PmxBucket *bucket, const char *base, const char *prefix,
                        PmxUploads *uploads);

/* What is being put is given a few seconds. */
void pmx_depot_free(PmxDepot *depot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxDepot, pmx_depot_free)

/* Fetches the artifact of `key` into the new file `to`; waits for the storage. FALSE: it is not
 * there, or cannot be had now. */
gboolean pmx_depot_get(PmxDepot *depot, const char *key, const char *to, GCancellable *cancel);

/* Has the file at `path` put there as `key`, and does not wait for it: until it is there the file has a
 * second name in its folder, so that the caller may remove its own. */
void pmx_depot_put(PmxDepot *depot, const char *key, const char *path);

/* Has a damaged artifact taken away, and does not wait for it. */
void pmx_depot_drop(PmxDepot *depot, const char *key);
