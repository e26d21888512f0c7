/* SPDX-License-Identifier: MIT */
/* See dialect.h. */
#include "storage/dialect.h"

#include <string.h>

static const PmxDialect s3 = {
    .scheme = "s3",
    .key_bytes = 1024,
    .acl = "x-amz-acl",
    .storage_class = "x-amz-storage-class",
    .encryption = "x-amz-server-side-encryption",
};

/* A Range beyond the end is answered with the whole object unless the standard is asked for. */
static const PmxDialect oss = {
    .scheme = "oss",
    .key_bytes = 1023,
    .acl = "x-oss-object-acl",
    .storage_class = "x-oss-storage-class",
    .encryption = "x-oss-server-side-encryption",
    .crc64 = "x-oss-hash-crc64ecma",
    .ranged = {"x-oss-range-behavior", "standard"},
};

const PmxDialect *pmx_dialect(PmxBucketType type)
{
    return type == PMX_BUCKET_OSS ? &oss : &s3;
}

gboolean pmx_dialect_scheme(const PmxBucketOptions *options, PmxSignScheme *scheme, GError **error)
{
    *scheme = options->type == PMX_BUCKET_S3 ? PMX_SIGN_AWS4
              : options->signature == 1      ? PMX_SIGN_OSS1
                                             : PMX_SIGN_OSS4;
    if (options->signature == 0 || options->signature == 4 || *scheme == PMX_SIGN_OSS1)
        return TRUE;
    g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                "there is no signature of version %u: leave it away", options->signature);
    return FALSE;
}

/* "cn-hangzhou" of oss-cn-hangzhou.aliyuncs.com and of oss-cn-hangzhou-internal.aliyuncs.com; NULL:
 * the host says nothing. */
static char *region_of_host(const char *host)
{
    static const char before[] = "oss-", behind[] = ".aliyuncs.com", internal[] = "-internal";
    if (!g_str_has_prefix(host, before) || !g_str_has_suffix(host, behind) ||
        g_str_has_prefix(host, "oss-accelerate"))
        return NULL;
    g_autofree char *region =
        g_strndup(host + strlen(before), strlen(host) - strlen(before) - strlen(behind));
    if (g_str_has_suffix(region, internal))
        region[strlen(region) - strlen(internal)] = '\0';
    return g_steal_pointer(&region);
}

char *pmx_dialect_region(const PmxBucketOptions *options, const char *host, PmxSignScheme scheme,
                         GError **error)
{
    const char *given = options->region;
    if (given && *given && options->type == PMX_BUCKET_OSS && g_str_has_prefix(given, "oss-"))
        return g_strdup(given + strlen("oss-")); /* as OSS's endpoints spell it */
    if (given && *given)
        return g_strdup(given);
    if (options->type == PMX_BUCKET_S3)
        return g_strdup("us-east-1");
    char *region = scheme == PMX_SIGN_OSS1 ? g_strdup("") : region_of_host(host);
    if (!region)
        g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                    "the storage at \"%s\" needs a region, such as cn-hangzhou", host);
    return region;
}
