/* SPDX-License-Identifier: MIT */
/* Readers of objects in a bucket, by range: see reader.h and chunks.h. */
#pragma once

#include "storage/bucket.h"
#include "storage/chunks.h"
#include "storage/reader.h"

/* `address` is the object's name for messages and for its identity, the same for all spellings.
 * `bucket` and `chunks` outlive the reader. An object that is replaced later is noticed by its ETag:
 * what has been read of it is of one film, and the next read fails. Of `patience` the allowance is kept
 * for what is read later. NULL as in bucket.h, or with RESOURCE_BAD for an empty one. */
PmxReader *pmx_object_reader_open(PmxBucket *bucket, const char *key, const char *address,
                                  PmxChunks *chunks, const PmxPatience *patience, GError **error);
