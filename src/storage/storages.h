/* SPDX-License-Identifier: MIT */
/*
 * Storages: what the configuration says there is, and which of them an address is in.
 *
 *     address ─► its text alone ─► an object: storage, bucket, key
 *                               ├► the web: http:// and https:// of anybody
 *                               └► none of ours
 *
 * oss://BUCKET/KEY and s3://BUCKET/KEY are taken as they are; in https:// addresses keys are
 * percent-encoded. A bucket that a storage names is that one's under either scheme, so that a job
 * needs no change where its files are elsewhere; * stands for the other buckets of a storage's own
 * scheme.
 *
 * Buckets and clients are made once, when they are first needed. Safe from any thread.
 */
#pragma once

#include "net/guard.h"
#include "storage/bucket.h"

typedef struct PmxStorages PmxStorages;

typedef struct {
    const char *name;        /* the configuration's, for messages */
    PmxBucketOptions bucket; /* of a folder, `endpoint` is the folder itself */
    gboolean is_default;
} PmxStorageSetup;

typedef struct {
    const PmxStorageSetup *setups; /* copied; checked before (cli/configuration.h) */
    guint count;
    const char *user_agent;
    PmxGuard *guard; /* of the web: a reference is kept */
} PmxStoragesOptions;

PmxStorages *pmx_storages_new(const PmxStoragesOptions *options);

/* Whatever uses its buckets and clients has to be freed before. */
void pmx_storages_free(PmxStorages *storages);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxStorages, pmx_storages_free)

/* Takes over the keys of those that are where they were, for whatever is asked from now on; how many of
 * them are others. */
guint pmx_storages_set_keys(PmxStorages *storages, const PmxStorageSetup *setups, guint count);

/* A storage, as it may be shown. */
typedef struct {
    char *name;
    PmxBucketType type;
    char *bucket;   /* NULL: any */
    char *endpoint; /* of a folder: the folder */
    char *prefix;   /* or "" */
    gboolean is_default;
} PmxStorage;

/* The i-th one; NULL: there are no more. */
const PmxStorage *pmx_storages_at(const PmxStorages *storages, guint i);
const PmxStorage *pmx_storages_named(const PmxStorages *storages, const char *name);
gboolean pmx_storages_have(const PmxStorages *storages, PmxBucketType type);

/* The nearest name that a configured bucket has; NULL: none is near. */
const char *pmx_storages_near_bucket(const PmxStorages *storages, const char *bucket);

/* The bucket, which lives as long as `storages`; `name` is for one of any. NULL with `error`. */
PmxBucket *pmx_storages_bucket(PmxStorages *storages, const PmxStorage *storage, const char *name,
                               GError **error);

/* For sources that are not in a storage; goes only where the guard lets it. */
PmxClient *pmx_storages_web(PmxStorages *storages);

/* --- addresses: storage-address.c --- */

typedef enum {
    PMX_ADDRESS_OBJECT,  /* in a storage */
    PMX_ADDRESS_UNKNOWN, /* oss:// or s3:// of a bucket that no storage has */
    PMX_ADDRESS_WEB,     /* any other http:// or https:// */
    PMX_ADDRESS_OTHER,   /* a path, or another scheme */
} PmxAddressKind;

typedef struct {
    PmxAddressKind kind;
    const PmxStorage *storage; /* of an object */
    char *bucket, *key;        /* of an object and of what is unknown */
    char *name;                /* of an object: oss://BUCKET/KEY or s3://BUCKET/KEY, however it is
                                  spelt; its URL, where those lead into another storage */
} PmxAddress;

void pmx_address_clear(PmxAddress *address);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PmxAddress, pmx_address_clear)

/* From the text alone. FALSE with `error`: it is the address of no object that there could be. */
gboolean pmx_storages_recognise(const PmxStorages *storages, const char *text, PmxAddress *address,
                                GError **error);

/* Says of an unknown bucket what to configure. FALSE. */
gboolean pmx_storages_refuse_unknown(const PmxStorages *storages, const char *text,
                                     const PmxAddress *address, GError **error);
