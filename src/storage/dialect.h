/* SPDX-License-Identifier: MIT */
/*
 * What S3 and OSS say differently. Everything else is one protocol.
 *
 * S3: docs.aws.amazon.com, "Amazon S3 API Reference". OSS: help.aliyun.com, "Object Storage Service,
 * API reference". Pure.
 */
#pragma once

#include "storage/bucket.h"
#include "storage/sign.h"

typedef struct {
    const char *scheme; /* of addresses */
    gsize key_bytes;    /* the longest key */
    /* headers: */
    const char *acl, *storage_class;
    const char *encryption; /* what those of encryption at rest begin with */
    const char *crc64;      /* the object's CRC-64 in answers; NULL: it is not told */
    PmxPair ranged;         /* goes with each Range; a name that is NULL: nothing does */
} PmxDialect;

const PmxDialect *pmx_dialect(PmxBucketType type);

/* FALSE with `error` when the options name no signature that there is. */
gboolean pmx_dialect_scheme(const PmxBucketOptions *options, PmxSignScheme *scheme, GError **error);

/* The region that a host of one of the clouds has in its name; NULL: it says none. Caller frees. */
char *pmx_dialect_region_of_host(PmxBucketType type, const char *host);

/* What signatures are to name: that of the options, or of the endpoint's host, or the usual one.
 * NULL with `error` when OSS needs one and has none. Caller frees. */
char *pmx_dialect_region(const PmxBucketOptions *options, const char *host, PmxSignScheme scheme,
                         GError **error);
