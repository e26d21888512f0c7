/* SPDX-License-Identifier: MIT */
/* What the files of storages.h share. For storages.c and storage-address.c only. */
#pragma once

#include "storage/hosts.h"
#include "storage/storages.h"

typedef struct {
    PmxStorage storage;       /* first: what others see of it */
    PmxBucketOptions options; /* owned; borrows what `storage` has */
    PmxHosts *hosts;          /* NULL: a folder has none */
    GHashTable *buckets;      /* name → PmxBucket *; under the lock */
} PmxStorageEntry;

struct PmxStorages {
    GPtrArray *entries; /* of PmxStorageEntry * */
    char *user_agent;
    PmxGuard *guard;
    GMutex lock;
    PmxClient *client, *web; /* NULL: not needed yet; under the lock */
};
