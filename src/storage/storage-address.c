/* SPDX-License-Identifier: MIT */
/* Which storage an address is in: see storages.h. */
#include <string.h>

#include "net/url.h"
#include "storage/storages-private.h"

void pmx_address_clear(PmxAddress *address)
{
    g_free(address->bucket);
    g_free(address->key);
    g_free(address->name);
    *address = (PmxAddress){0};
}

static gboolean refuse(GError **error, PmxCode code, const char *text, const char *why)
{
    g_autofree char *shown = pmx_url_shown(text);
    g_set_error(error, PMX_ERROR, (int)code, "\"%s\" %s", shown, why);
    return FALSE;
}

/* --- whose a bucket is --- */

static gboolean names(const PmxStorage *storage, const char *bucket)
{
    return g_strcmp0(storage->bucket, bucket) == 0;
}

/* By its name: that of the scheme's own kind before others. */
static const PmxStorage *find_bucket(const PmxStorages *storages, PmxBucketType type,
                                     const char *bucket)
{
    const PmxStorage *named = NULL, *any = NULL, *storage;
    for (guint i = 0; (storage = pmx_storages_at(storages, i)); i++) {
        if (names(storage, bucket) && (!named || storage->type == type))
            named = storage;
        if (!storage->bucket && storage->type == type)
            any = storage;
    }
    return named ? named : any;
}

/* By its host. */
static const PmxStorage *find_url(const PmxStorages *storages, const PmxObjectUrl *url,
                                  char **bucket, const char **key)
{
    const PmxStorage *any = NULL;
    g_autofree char *any_bucket = NULL;
    const char *any_key = NULL;
    for (guint i = 0; i < storages->entries->len; i++) {
        const PmxStorageEntry *entry = g_ptr_array_index(storages->entries, i);
        g_autofree char *found = NULL;
        const char *rest = NULL;
        if (!entry->hosts || !pmx_hosts_find(entry->hosts, url, &found, &rest))
            continue;
        if (names(&entry->storage, found)) {
            *bucket = g_steal_pointer(&found);
            *key = rest;
            return &entry->storage;
        }
        if (!entry->storage.bucket && !any) {
            any = &entry->storage;
            any_bucket = g_steal_pointer(&found);
            any_key = rest;
        }
    }
    *bucket = g_steal_pointer(&any_bucket);
    *key = any_key;
    return any;
}

/* --- objects --- */

/* `text`: how it is written where SCHEME://BUCKET/KEY leads elsewhere, because another storage names
 * a bucket that is called the same. */
static char *name_object(const PmxStorages *storages, const PmxAddress *address, const char *text)
{
    const PmxStorage *storage = address->storage;
    gboolean s3 = storage->type == PMX_BUCKET_S3;
    if (find_bucket(storages, s3 ? PMX_BUCKET_S3 : PMX_BUCKET_OSS, address->bucket) != storage)
        return g_strdup(text);
    return g_strconcat(s3 ? "s3://" : "oss://", address->bucket, "/", address->key, NULL);
}

static gboolean set_object(const PmxStorages *storages, const char *text, PmxAddress *address,
                           const PmxStorage *storage, const char *bucket, const char *key)
{
    address->kind = PMX_ADDRESS_OBJECT;
    address->storage = storage;
    address->bucket = g_strdup(bucket);
    address->key = g_strdup(key);
    address->name = name_object(storages, address, text);
    return TRUE;
}

/* BUCKET/KEY behind the scheme. */
static gboolean read_object(const PmxStorages *storages, PmxBucketType type, const char *text,
                            const char *rest, PmxAddress *address, GError **error)
{
    const char *slash = strchr(rest, '/'), *key = slash ? slash + 1 : "";
    g_autofree char *bucket = slash ? g_strndup(rest, (gsize)(slash - rest)) : g_strdup(rest);
    const PmxStorage *storage = find_bucket(storages, type, bucket);
    if (storage && *key)
        return set_object(storages, text, address, storage, bucket, key);
    if (storage)
        return refuse(error, PMX_CODE_INVALID, text,
                      "names a bucket and no file in it: give SCHEME://BUCKET/KEY");
    address->kind = PMX_ADDRESS_UNKNOWN;
    address->bucket = g_steal_pointer(&bucket);
    address->key = g_strdup(key);
    return TRUE;
}

/* The prefix, which an https:// address has like any other part of the key, belongs to the storage. */
static gboolean read_url_object(const PmxStorages *storages, const char *text,
                                const PmxStorage *storage, const char *bucket, const char *key,
                                PmxAddress *address, GError **error)
{
    g_autofree char *outside = g_strdup_printf(
        "is not below \"%s\", which is all that [storage %s] of the configuration is for",
        storage->prefix, storage->name);
    if (!*key)
        return refuse(error, PMX_CODE_INVALID, text,
                      "names a bucket and no file in it: give https://BUCKET.ENDPOINT/KEY");
    if (!g_str_has_prefix(key, storage->prefix) || strlen(key) == strlen(storage->prefix))
        return refuse(error, PMX_CODE_ACCESS_DENIED, text, outside);
    return set_object(storages, text, address, storage, bucket, key + strlen(storage->prefix));
}

/* --- the web --- */

/* An address with a password in it is not shown. */
static gboolean check_web(const PmxStorages *storages, const char *text, GError **error)
{
    const char *host = strstr(text, "://") + strlen("://");
    if (!*host || *host == '/') /* libcurl would take the next part of the path */
        return refuse(error, PMX_CODE_INVALID, text, "names no host: give https://HOST/PATH");
    if (pmx_url_check(text, storages->guard, error))
        return TRUE;
    g_autofree char *shown = pmx_url_shown(text);
    if (!strchr(text, '@'))
        g_prefix_error(error, "\"%s\": ", shown);
    return FALSE;
}

/* Where no storage is OSS's, its public hosts stand for the buckets as oss:// does, so that jobs
 * written for the cloud need no change. NULL: it is another host, or one of OSS's own. Caller
 * frees. */
static char *as_bucket(const PmxStorages *storages, const PmxObjectUrl *url)
{
    return pmx_storages_have(storages, PMX_BUCKET_OSS) ? NULL : pmx_object_url_as_oss(url);
}

static gboolean read_web(const PmxStorages *storages, const char *text, PmxAddress *address,
                         GError **error)
{
    pmx_address_clear(address);
    address->kind = PMX_ADDRESS_WEB;
    return check_web(storages, text, error);
}

static gboolean read_http(const PmxStorages *storages, const char *text, PmxAddress *address,
                          GError **error)
{
    g_auto(PmxObjectUrl) url = {0};
    if (!pmx_object_url_split(text, &url))
        return read_web(storages, text, address, error);
    const char *key = NULL;
    g_autofree char *bucket = NULL, *same = as_bucket(storages, &url);
    const PmxStorage *storage = find_url(storages, &url, &bucket, &key);
    if (url.malformed && (storage || same))
        return refuse(error, PMX_CODE_INVALID, text,
                      "is encoded wrongly: every % needs two hexadecimal digits behind it, and the "
                      "whole must be UTF-8");
    if (storage)
        return read_url_object(storages, text, storage, bucket, key, address, error);
    if (!same)
        return read_web(storages, text, address, error);
    if (!read_object(storages, PMX_BUCKET_OSS, text, same + strlen("oss://"), address, error))
        return FALSE;
    return address->kind == PMX_ADDRESS_OBJECT || read_web(storages, text, address, error);
}

/* --- all of it --- */

/* What stands behind SCHEME:// in whatever case; NULL: it is another. */
static const char *behind(const char *text, const char *scheme)
{
    gsize length = strlen(scheme);
    return g_ascii_strncasecmp(text, scheme, length) == 0 && g_str_has_prefix(text + length, "://")
               ? text + length + 3
               : NULL;
}

gboolean pmx_storages_recognise(const PmxStorages *storages, const char *text, PmxAddress *address,
                                GError **error)
{
    const char *oss = behind(text, "oss"), *s3 = behind(text, "s3");
    *address = (PmxAddress){.kind = PMX_ADDRESS_OTHER};
    if (oss)
        return read_object(storages, PMX_BUCKET_OSS, text, oss, address, error);
    if (s3)
        return read_object(storages, PMX_BUCKET_S3, text, s3, address, error);
    if (behind(text, "https") || behind(text, "http"))
        return read_http(storages, text, address, error);
    return TRUE;
}

gboolean pmx_storages_refuse_unknown(const PmxStorages *storages, const char *text,
                                     const PmxAddress *address, GError **error)
{
    const char *near = pmx_storages_near_bucket(storages, address->bucket);
    g_autofree char *advice =
        near ? g_strdup_printf("no storage of the configuration has the bucket \"%s\"; did you "
                               "mean \"%s\"?",
                               address->bucket, near)
             : g_strdup_printf("no storage %s; add a group [storage NAME] with bucket = %s, its "
                               "endpoint and its keys",
                               pmx_storages_at(storages, 0) ? "of the configuration has this bucket"
                                                            : "is configured (--config FILE)",
                               address->bucket);
    g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_NOT_FOUND, "\"%s\": %s", text, advice);
    return FALSE;
}
