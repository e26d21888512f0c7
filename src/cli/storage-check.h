/* SPDX-License-Identifier: MIT */
/* Whether a storage does what jobs need of it, tried with objects that are deleted again. */
#pragma once

#include <gio/gio.h>

#include "storage/storages.h"

/* Tries `bucket` (borrowed), of that type, and prints a line a step. FALSE: a step failed. Waits for the
 * storage; cancelled, it deletes what it has made. */
gboolean pmx_storage_check(PmxBucket *bucket, PmxBucketType type, GCancellable *cancel);
