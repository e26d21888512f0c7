/* SPDX-License-Identifier: MIT */
/* The table of storages, their buckets and clients: see storages.h. */
#include <string.h>

#include "base/suggest.h"
#include "storage/storages-private.h"

/* A job's tasks read, and its outputs are written, side by side. */
enum { AT_ONCE = 64, AT_ONCE_HOST = 32 };

/* --- one storage --- */

static void bucket_free(gpointer bucket)
{
    pmx_bucket_free(bucket);
}

static char *wipe(const char *secret)
{
    if (secret)
        explicit_bzero((char *)secret, strlen(secret));
    return (char *)secret;
}

static void storage_free(gpointer data)
{
    PmxStorageEntry *entry = data;
    PmxBucketOptions *options = &entry->options;
    char *const owned[] = {(char *)options->region, (char *)options->access_key,
                           wipe(options->secret),   wipe(options->token),
                           (char *)options->acl,    (char *)options->storage_class,
                           entry->storage.name,     entry->storage.bucket,
                           entry->storage.endpoint, entry->storage.prefix};
    for (guint i = 0; i < G_N_ELEMENTS(owned); i++)
        g_free(owned[i]);
    g_hash_table_unref(entry->buckets);
    pmx_hosts_free(entry->hosts);
    g_free(entry);
}

static PmxStorageEntry *storage_new(const PmxStorageSetup *setup)
{
    const PmxBucketOptions *from = &setup->bucket;
    PmxStorageEntry *entry = g_new0(PmxStorageEntry, 1);
    entry->storage = (PmxStorage){.name = g_strdup(setup->name),
                                  .type = from->type,
                                  .bucket = g_strdup(from->bucket),
                                  .endpoint = g_strdup(from->endpoint),
                                  .prefix = g_strdup(from->prefix ? from->prefix : ""),
                                  .is_default = setup->is_default};
    entry->options = *from;
    entry->options.bucket = entry->storage.bucket;
    entry->options.endpoint = entry->storage.endpoint;
    entry->options.prefix = entry->storage.prefix;
    entry->options.region = g_strdup(from->region);
    entry->options.access_key = g_strdup(from->access_key);
    entry->options.secret = g_strdup(from->secret);
    entry->options.token = g_strdup(from->token);
    entry->options.acl = g_strdup(from->acl);
    entry->options.storage_class = g_strdup(from->storage_class);
    entry->hosts = from->type == PMX_BUCKET_FOLDER ? NULL : pmx_hosts_new(from, NULL);
    entry->buckets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, bucket_free);
    return entry;
}

/* --- all of them --- */

PmxStorages *pmx_storages_new(const PmxStoragesOptions *options)
{
    PmxStorages *storages = g_new0(PmxStorages, 1);
    storages->entries = g_ptr_array_new_with_free_func(storage_free);
    for (guint i = 0; i < options->count; i++)
        g_ptr_array_add(storages->entries, storage_new(&options->setups[i]));
    storages->user_agent = g_strdup(options->user_agent);
    storages->guard = options->guard ? pmx_guard_ref(options->guard) : pmx_guard_new(NULL, NULL);
    g_mutex_init(&storages->lock);
    return storages;
}

void pmx_storages_free(PmxStorages *storages)
{
    if (!storages)
        return;
    g_ptr_array_unref(storages->entries);
    pmx_client_free(storages->client);
    pmx_client_free(storages->web);
    pmx_guard_unref(storages->guard);
    g_free(storages->user_agent);
    g_mutex_clear(&storages->lock);
    g_free(storages);
}

/* --- other keys --- */

static gboolean is_where_it_was(const PmxStorage *storage, const PmxBucketOptions *now)
{
    return storage->type == now->type && g_strcmp0(storage->bucket, now->bucket) == 0 &&
           g_strcmp0(storage->endpoint, now->endpoint) == 0;
}

static gboolean has_keys(const PmxBucketOptions *options, const PmxBucketOptions *now)
{
    return g_strcmp0(options->access_key, now->access_key) == 0 &&
           g_strcmp0(options->secret, now->secret) == 0 &&
           g_strcmp0(options->token, now->token) == 0;
}

static void replace(const char **secret, const char *now)
{
    g_free(wipe(*secret));
    *secret = g_strdup(now);
}

/* With the lock held. */
static void take_keys(PmxStorageEntry *entry, const PmxBucketOptions *now)
{
    GHashTableIter iterator;
    gpointer bucket;
    replace(&entry->options.access_key, now->access_key);
    replace(&entry->options.secret, now->secret);
    replace(&entry->options.token, now->token);
    g_hash_table_iter_init(&iterator, entry->buckets);
    while (g_hash_table_iter_next(&iterator, NULL, &bucket))
        pmx_bucket_set_keys(bucket, now->access_key, now->secret, now->token);
}

guint pmx_storages_set_keys(PmxStorages *storages, const PmxStorageSetup *setups, guint count)
{
    guint changed = 0;
    g_mutex_lock(&storages->lock);
    for (guint i = 0; i < count; i++) {
        const PmxStorage *storage = pmx_storages_named(storages, setups[i].name);
        PmxStorageEntry *entry = (PmxStorageEntry *)storage;
        if (!storage || !is_where_it_was(storage, &setups[i].bucket) ||
            has_keys(&entry->options, &setups[i].bucket))
            continue;
        take_keys(entry, &setups[i].bucket);
        changed++;
    }
    g_mutex_unlock(&storages->lock);
    return changed;
}

/* --- which there are --- */

const PmxStorage *pmx_storages_at(const PmxStorages *storages, guint i)
{
    if (i >= storages->entries->len)
        return NULL;
    const PmxStorageEntry *entry = g_ptr_array_index(storages->entries, i);
    return &entry->storage;
}

const PmxStorage *pmx_storages_named(const PmxStorages *storages, const char *name)
{
    const PmxStorage *storage = NULL;
    for (guint i = 0; (storage = pmx_storages_at(storages, i)); i++)
        if (strcmp(storage->name, name) == 0)
            return storage;
    return NULL;
}

gboolean pmx_storages_have(const PmxStorages *storages, PmxBucketType type)
{
    const PmxStorage *storage = NULL;
    for (guint i = 0; (storage = pmx_storages_at(storages, i)); i++)
        if (storage->type == type)
            return TRUE;
    return FALSE;
}

static const char *bucket_at(gconstpointer data, guint i)
{
    const PmxStorage *storage = pmx_storages_at(data, i);
    if (!storage)
        return NULL;
    return storage->bucket ? storage->bucket : "*";
}

const char *pmx_storages_near_bucket(const PmxStorages *storages, const char *bucket)
{
    return pmx_suggest(bucket, bucket_at, storages);
}

/* --- what is made when it is first needed; with the lock held --- */

static PmxClient *client_of(PmxStorages *storages)
{
    if (!storages->client)
        storages->client = pmx_client_new(AT_ONCE, AT_ONCE_HOST, storages->user_agent);
    return storages->client;
}

static PmxBucket *make_bucket(PmxStorages *storages, const PmxStorageEntry *entry, const char *name,
                              GError **error)
{
    PmxBucketOptions options = entry->options;
    if (options.type != PMX_BUCKET_FOLDER)
        return pmx_bucket_new(&options, name, client_of(storages), NULL, error);
    g_autofree char *above = g_path_get_dirname(entry->storage.endpoint);
    g_autofree char *last = g_path_get_basename(entry->storage.endpoint);
    options.endpoint = above;
    options.bucket = last;
    return pmx_bucket_new(&options, NULL, NULL, NULL, error);
}

PmxBucket *pmx_storages_bucket(PmxStorages *storages, const PmxStorage *storage, const char *name,
                               GError **error)
{
    const PmxStorageEntry *entry = (const PmxStorageEntry *)storage;
    const char *key = storage->bucket ? storage->bucket : name;
    g_mutex_lock(&storages->lock);
    PmxBucket *bucket = g_hash_table_lookup(entry->buckets, key);
    if (!bucket && (bucket = make_bucket(storages, entry, key, error)))
        g_hash_table_insert(entry->buckets, g_strdup(key), bucket);
    g_mutex_unlock(&storages->lock);
    return bucket;
}

PmxClient *pmx_storages_web(PmxStorages *storages)
{
    g_mutex_lock(&storages->lock);
    if (!storages->web)
        storages->web =
            pmx_client_new_guarded(AT_ONCE, AT_ONCE_HOST, storages->user_agent, storages->guard);
    PmxClient *web = storages->web;
    g_mutex_unlock(&storages->lock);
    return web;
}
