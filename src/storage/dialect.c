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

/* What stands between `before` and `behind`; NULL: they are not there, or nothing is. */
static char *between(const char *text, const char *before, const char *behind)
{
    gsize length = strlen(text), skipped = strlen(before) + strlen(behind);
    return length > skipped && g_str_has_prefix(text, before) && g_str_has_suffix(text, behind)
               ? g_strndup(text + strlen(before), length - skipped)
               : NULL;
}

/* "cn-hangzhou" of oss-cn-hangzhou.aliyuncs.com and of oss-cn-hangzhou-internal.aliyuncs.com. */
static char *oss_region(const char *host)
{
    static const char internal[] = "-internal";
    g_autofree char *region = between(host, "oss-", ".aliyuncs.com");
    if (!region || g_str_has_prefix(region, "accelerate"))
        return NULL;
    if (g_str_has_suffix(region, internal))
        region[strlen(region) - strlen(internal)] = '\0';
    return g_steal_pointer(&region);
}

/* "eu-west-1" of s3.eu-west-1.amazonaws.com and its other spellings. */
static char *aws_region(const char *host)
{
    static const char *const before[] = {"s3.dualstack.", "s3.", "s3-"};
    char *region = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(before) && !region; i++) {
        region = between(host, before[i], ".amazonaws.com");
        if (!region)
            region = between(host, before[i], ".amazonaws.com.cn");
    }
    if (region && g_str_has_prefix(region, "accelerate"))
        g_clear_pointer(&region, g_free);
    return region;
}

char *pmx_dialect_region_of_host(PmxBucketType type, const char *host)
{
    return type == PMX_BUCKET_OSS ? oss_region(host) : aws_region(host);
}

char *pmx_dialect_region(const PmxBucketOptions *options, const char *host, PmxSignScheme scheme,
                         GError **error)
{
    const char *given = options->region;
    if (given && *given && options->type == PMX_BUCKET_OSS && g_str_has_prefix(given, "oss-"))
        return g_strdup(given + strlen("oss-")); /* as OSS's endpoints spell it */
    if (given && *given)
        return g_strdup(given);
    char *region =
        scheme == PMX_SIGN_OSS1 ? g_strdup("") : pmx_dialect_region_of_host(options->type, host);
    if (!region && options->type == PMX_BUCKET_S3)
        return g_strdup("us-east-1");
    if (!region)
        g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                    "the storage at \"%s\" needs a region, such as cn-hangzhou", host);
    return region;
}
