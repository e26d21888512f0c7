/* SPDX-License-Identifier: MIT */
/* A bucket of S3 or OSS: see bucket-http.h. */
#include <string.h>

#include "storage/bucket-http.h"
#include "storage/endpoint.h"

/* --- keys and names --- */

static gboolean has_dots(const char *key)
{
    g_auto(GStrv) parts = g_strsplit(key, "/", -1);
    return g_strv_contains((const char *const *)parts, ".") ||
           g_strv_contains((const char *const *)parts, "..");
}

/* Whatever stands between us and the storage would take . and .. for folders. */
static const char *wrong_key(const PmxBucket *bucket, const char *key)
{
    if (strlen(key) > ((const PmxBucketHttp *)bucket)->dialect->key_bytes)
        return "is too long";
    if (!g_utf8_validate(key, -1, NULL))
        return "is not UTF-8";
    return has_dots(key) ? "has . or .. in it" : NULL;
}

/* A name may come from an address: what is no name must not become another host or path. Where it
 * stands in the path, servers take more than the clouds do. */
static gboolean is_bucket_name(const char *name, gboolean path_style)
{
    gsize length = strlen(name);
    gboolean ok = length >= 3 && length <= 63 && !strstr(name, "..") && g_ascii_isalnum(*name) &&
                  g_ascii_isalnum(name[length - 1]);
    for (gsize i = 0; ok && i < length; i++)
        ok = g_ascii_islower(name[i]) || g_ascii_isdigit(name[i]) || strchr("-.", name[i]) ||
             (path_style && (g_ascii_isupper(name[i]) || name[i] == '_'));
    return ok;
}

/* --- the options --- */

static gboolean refuse(GError **error, const char *what, const char *why)
{
    g_set_error(error, PMX_ERROR, PMX_CODE_INVALID, "\"%s\" %s", what, why);
    return FALSE;
}

/* What becomes a header must not become two. */
static gboolean is_header(const char *text)
{
    for (; text && *text; text++)
        if (g_ascii_iscntrl(*text))
            return FALSE;
    return TRUE;
}

static gboolean check_options(const PmxBucketOptions *options, const PmxEndpoint *endpoint,
                              const char *name, GError **error)
{
    if (!options->access_key || !options->secret || !*options->access_key || !*options->secret)
        return refuse(error, name, "needs an access key and its secret");
    if (!is_header(options->access_key) || !is_header(options->token) || !is_header(options->acl) ||
        !is_header(options->storage_class))
        return refuse(error, name, "has an option with a control character in it");
    if (options->type == PMX_BUCKET_OSS && options->path_style &&
        g_str_has_suffix(endpoint->name, ".aliyuncs.com"))
        return refuse(error, name, "is found by its host name only: leave path-style away");
    return is_bucket_name(name, endpoint->path_style) ||
           refuse(error, name, "is no name of a bucket (3 to 63 of a-z, 0-9, - and .)");
}

/* --- all of it --- */

static void wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    g_free(secret);
}

static void bucket_free(PmxBucket *base)
{
    PmxBucketHttp *bucket = (PmxBucketHttp *)base;
    g_free(bucket->origin);
    g_free(bucket->host);
    g_free(bucket->bucket);
    g_free(bucket->access_key);
    wipe(bucket->secret);
    wipe(bucket->token);
    g_free(bucket->region);
    g_free(bucket->acl);
    g_free(bucket->storage_class);
    g_mutex_clear(&bucket->lock);
    g_free(bucket);
}

/* An empty option is none. */
static char *copy(const char *text)
{
    return text && *text ? g_strdup(text) : NULL;
}

static void set_keys(PmxBucket *base, const char *access_key, const char *secret, const char *token)
{
    PmxBucketHttp *bucket = (PmxBucketHttp *)base;
    g_mutex_lock(&bucket->lock);
    g_free(bucket->access_key);
    wipe(bucket->secret);
    wipe(bucket->token);
    bucket->access_key = copy(access_key);
    bucket->secret = copy(secret);
    bucket->token = copy(token);
    g_mutex_unlock(&bucket->lock);
}

static const PmxBucketKind kind = {
    .wrong_key = wrong_key,
    .head = pmx_bucket_http_head,
    .read = pmx_bucket_http_read,
    .put = pmx_bucket_http_put,
    .begin = pmx_bucket_http_begin,
    .part = pmx_bucket_http_part,
    .complete = pmx_bucket_http_complete,
    .abort = pmx_bucket_http_abort,
    .uploads = pmx_bucket_http_uploads,
    .remove = pmx_bucket_http_delete,
    .list = pmx_bucket_http_list,
    .set_keys = set_keys,
    .free = bucket_free,
};

static void take_options(PmxBucketHttp *bucket, const PmxBucketOptions *options)
{
    set_keys(&bucket->base, options->access_key, options->secret, options->token);
    bucket->acl = copy(options->acl);
    bucket->storage_class = copy(options->storage_class);
}

static PmxBucketHttp *bucket_at(const PmxEndpoint *endpoint, const char *name)
{
    PmxBucketHttp *bucket = g_new0(PmxBucketHttp, 1);
    bucket->base.kind = &kind;
    bucket->bucket = g_strdup(name);
    bucket->path_style = endpoint->path_style;
    bucket->host = endpoint->path_style ? g_strdup(endpoint->host)
                                        : g_strconcat(name, ".", endpoint->host, NULL);
    bucket->origin = g_strconcat(endpoint->scheme, "://", bucket->host, NULL);
    g_mutex_init(&bucket->lock);
    return bucket;
}

PmxBucket *pmx_bucket_http_new(const PmxBucketOptions *options, const char *name, PmxClient *client,
                               const PmxClock *clock, GError **error)
{
    g_auto(PmxEndpoint) endpoint = {0};
    g_autofree char *region = NULL;
    PmxSignScheme scheme;
    if (!pmx_endpoint_parse(options->endpoint, options->path_style, &endpoint, error) ||
        !check_options(options, &endpoint, name, error) ||
        !pmx_dialect_scheme(options, &scheme, error) ||
        !(region = pmx_dialect_region(options, endpoint.name, scheme, error)))
        return NULL;
    PmxBucketHttp *bucket = bucket_at(&endpoint, name);
    bucket->dialect = pmx_dialect(options->type);
    bucket->base.name = g_strconcat(bucket->dialect->scheme, "://", name, NULL);
    bucket->client = client;
    bucket->clock = clock;
    bucket->scheme = scheme;
    bucket->region = g_steal_pointer(&region);
    take_options(bucket, options);
    return &bucket->base;
}
