/* SPDX-License-Identifier: MIT */
/* See bucket.h: keys are checked and prefixed here, the rest is the kind's. */
#include <string.h>

#include "storage/bucket-kind.h"

/* --- what calls give --- */

PmxStored *pmx_stored_new(const char *key, guint64 size, const char *etag, gint64 modified)
{
    PmxStored *stored = g_new0(PmxStored, 1);
    *stored = (PmxStored){g_strdup(key), size, g_strdup(etag ? etag : ""), modified};
    return stored;
}

void pmx_stored_free(PmxStored *stored)
{
    if (!stored)
        return;
    g_free(stored->key);
    g_free(stored->etag);
    g_free(stored);
}

PmxUploading *pmx_uploading_new(const char *key, const char *id, gint64 begun)
{
    PmxUploading *uploading = g_new0(PmxUploading, 1);
    *uploading = (PmxUploading){g_strdup(key), g_strdup(id), begun};
    return uploading;
}

void pmx_uploading_free(PmxUploading *uploading)
{
    if (!uploading)
        return;
    g_free(uploading->key);
    g_free(uploading->id);
    g_free(uploading);
}

void pmx_part_free(PmxPart *part)
{
    if (!part)
        return;
    g_free(part->etag);
    g_free(part);
}

static void stored_free(gpointer stored)
{
    pmx_stored_free(stored);
}

PmxPage *pmx_page_new(void)
{
    PmxPage *page = g_new0(PmxPage, 1);
    page->stored = g_ptr_array_new_with_free_func(stored_free);
    return page;
}

void pmx_page_free(PmxPage *page)
{
    if (!page)
        return;
    g_ptr_array_unref(page->stored);
    g_free(page->next);
    g_free(page);
}

/* --- keys --- */

/* With the prefix; NULL with `error`: there can be no such key. Caller frees. */
static char *whole_key(const PmxBucket *bucket, const char *key, GError **error)
{
    g_autofree char *whole = g_strconcat(bucket->prefix, key, NULL);
    const char *wrong = *key ? bucket->kind->wrong_key(bucket, whole) : "is empty";
    if (!wrong)
        return g_steal_pointer(&whole);
    g_set_error(error, PMX_ERROR, PMX_CODE_INVALID, "\"%s/%s\": the key %s", bucket->name, whole,
                wrong);
    return NULL;
}

/* Takes the prefix off again. */
static void strip(const PmxBucket *bucket, char *key)
{
    gsize length = strlen(bucket->prefix);
    if (g_str_has_prefix(key, bucket->prefix))
        memmove(key, key + length, strlen(key) - length + 1);
}

static PmxUploading whole_uploading(const PmxUploading *uploading, char *key)
{
    return (PmxUploading){key, uploading->id, uploading->begun};
}

/* --- the calls --- */

PmxBucket *pmx_bucket_new(const PmxBucketOptions *options, const char *bucket, PmxClient *client,
                          const PmxClock *clock, GError **error)
{
    const char *name = options->bucket ? options->bucket : bucket;
    if (!name || !*name || !options->endpoint || !*options->endpoint) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INVALID, "a storage needs %s",
                    name && *name ? "an endpoint" : "a bucket");
        return NULL;
    }
    PmxBucket *made =
        options->type == PMX_BUCKET_FOLDER
            ? pmx_bucket_folder_new(options, name, error)
            : pmx_bucket_http_new(options, name, client, clock ? clock : &pmx_clock, error);
    if (made)
        made->prefix = g_strdup(options->prefix ? options->prefix : "");
    return made;
}

void pmx_bucket_free(PmxBucket *bucket)
{
    if (!bucket)
        return;
    g_free(bucket->name);
    g_free(bucket->prefix);
    bucket->kind->free(bucket);
}

void pmx_bucket_set_keys(PmxBucket *bucket, const char *access_key, const char *secret,
                         const char *token)
{
    if (bucket->kind->set_keys)
        bucket->kind->set_keys(bucket, access_key, secret, token);
}

gboolean pmx_bucket_check_key(const PmxBucket *bucket, const char *key, GError **error)
{
    g_autofree char *whole = whole_key(bucket, key, error);
    return whole != NULL;
}

PmxStored *pmx_bucket_head(PmxBucket *bucket, const char *key, const PmxPatience *patience,
                           GError **error)
{
    g_autofree char *whole = whole_key(bucket, key, error);
    PmxStored *stored = whole ? bucket->kind->head(bucket, whole, patience, error) : NULL;
    if (stored)
        strip(bucket, stored->key);
    return stored;
}

GBytes *pmx_bucket_read(PmxBucket *bucket, const PmxRange *range, const PmxPatience *patience,
                        PmxStored **stored, GError **error)
{
    g_autofree char *whole = whole_key(bucket, range->key, error);
    g_autoptr(PmxStored) found = NULL;
    PmxRange meant = *range;
    meant.key = whole;
    GBytes *bytes = whole ? bucket->kind->read(bucket, &meant, patience, &found, error) : NULL;
    if (bytes && stored) {
        strip(bucket, found->key);
        *stored = g_steal_pointer(&found);
    }
    return bytes;
}

gboolean pmx_bucket_put(PmxBucket *bucket, const char *key, const char *content_type,
                        const PmxFileRange *content, const PmxPatience *patience, GError **error)
{
    g_autofree char *whole = whole_key(bucket, key, error);
    return whole && bucket->kind->put(bucket, whole, content_type, content, patience, error);
}

PmxUploading *pmx_bucket_begin(PmxBucket *bucket, const char *key, const char *content_type,
                               const PmxPatience *patience, GError **error)
{
    g_autofree char *whole = whole_key(bucket, key, error);
    PmxUploading *uploading =
        whole ? bucket->kind->begin(bucket, whole, content_type, patience, error) : NULL;
    if (uploading)
        strip(bucket, uploading->key);
    return uploading;
}

PmxPart *pmx_bucket_part(PmxBucket *bucket, const PmxUploading *uploading, guint number,
                         const PmxFileRange *content, const PmxPatience *patience, GError **error)
{
    g_autofree char *whole = whole_key(bucket, uploading->key, error);
    const PmxUploading meant = whole_uploading(uploading, whole);
    return whole ? bucket->kind->part(bucket, &meant, number, content, patience, error) : NULL;
}

gboolean pmx_bucket_complete(PmxBucket *bucket, const PmxUploading *uploading,
                             const GPtrArray *parts, const PmxPatience *patience, GError **error)
{
    g_autofree char *whole = whole_key(bucket, uploading->key, error);
    const PmxUploading meant = whole_uploading(uploading, whole);
    return whole && bucket->kind->complete(bucket, &meant, parts, patience, error);
}

gboolean pmx_bucket_abort(PmxBucket *bucket, const PmxUploading *uploading,
                          const PmxPatience *patience, GError **error)
{
    g_autofree char *whole = whole_key(bucket, uploading->key, error);
    const PmxUploading meant = whole_uploading(uploading, whole);
    return whole && bucket->kind->abort(bucket, &meant, patience, error);
}

GPtrArray *pmx_bucket_uploads(PmxBucket *bucket, const char *prefix, const PmxPatience *patience,
                              GError **error)
{
    g_autofree char *whole = g_strconcat(bucket->prefix, prefix, NULL);
    GPtrArray *uploads = bucket->kind->uploads(bucket, whole, patience, error);
    for (guint i = 0; uploads && i < uploads->len; i++)
        strip(bucket, ((PmxUploading *)g_ptr_array_index(uploads, i))->key);
    return uploads;
}

gboolean pmx_bucket_delete(PmxBucket *bucket, const char *key, const PmxPatience *patience,
                           GError **error)
{
    g_autofree char *whole = whole_key(bucket, key, error);
    return whole && bucket->kind->remove(bucket, whole, patience, error);
}

PmxPage *pmx_bucket_list(PmxBucket *bucket, const char *prefix, const char *from,
                         const PmxPatience *patience, GError **error)
{
    g_autofree char *whole = g_strconcat(bucket->prefix, prefix, NULL);
    PmxPage *page = bucket->kind->list(bucket, whole, from, patience, error);
    for (guint i = 0; page && i < page->stored->len; i++)
        strip(bucket, ((PmxStored *)g_ptr_array_index(page->stored, i))->key);
    return page;
}
