/* SPDX-License-Identifier: MIT */
/*
 * The hosts that a storage is reached at: its endpoint, and where that is one of a cloud's, the
 * cloud's other names for the same buckets (public, internal, accelerated, dual-stack).
 *
 * OSS: help.aliyun.com, "Regions and endpoints". AWS: docs.aws.amazon.com, "Amazon S3 endpoints and
 * quotas". Pure.
 */
#pragma once

#include "storage/bucket.h"
#include "storage/object-url.h"

typedef struct PmxHosts PmxHosts;

/* NULL with `error`: the options have no endpoint. Not for a folder. */
PmxHosts *pmx_hosts_new(const PmxBucketOptions *options, GError **error);
void pmx_hosts_free(PmxHosts *hosts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxHosts, pmx_hosts_free)

/* Whether this is the address of an object there, before its key (BUCKET.HOST/KEY) or in its path
 * (HOST/BUCKET/KEY). Caller frees `bucket`; `key` points into `url`. */
gboolean pmx_hosts_find(const PmxHosts *hosts, const PmxObjectUrl *url, char **bucket,
                        const char **key);
