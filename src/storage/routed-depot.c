/* SPDX-License-Identifier: MIT */
/* A depot in one of the storages that are configured: see routed.h. */
#include "base/suggest.h"
#include "storage/routed.h"

static const char prefix[] = "polymux-artifacts/";

static const char *name_at(gconstpointer storages, guint i)
{
    const PmxStorage *storage = pmx_storages_at(storages, i);
    return storage ? storage->name : NULL;
}

static const PmxStorage *find(const PmxStorages *storages, const char *name, GError **error)
{
    const PmxStorage *storage = pmx_storages_named(storages, name);
    const char *near = pmx_suggest(name, name_at, storages);
    if (!storage)
        g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                    "[artifacts] storage: there is no [storage %s] in the configuration%s%s%s",
                    name, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    else if (!storage->bucket && storage->type != PMX_BUCKET_FOLDER)
        g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                    "[artifacts] storage: [storage %s] is for any bucket; give it one with bucket "
                    "= NAME, or name another storage",
                    name);
    else
        return storage;
    return NULL;
}

PmxDepot *pmx_places_depot(const PmxPlaces *places, const char *name, GError **error)
{
    PmxStorages *storages = pmx_places_storages(places);
    const PmxStorage *storage = find(storages, name, error);
    PmxBucket *bucket = storage ? pmx_storages_bucket(storages, storage, name, error) : NULL;
    PmxUploads *uploads = bucket ? pmx_places_uploads(places, error) : NULL;
    if (!uploads)
        return NULL;
    g_autofree char *base =
        g_strdup_printf("%s://%s/", storage->type == PMX_BUCKET_S3 ? "s3" : "oss",
                        storage->bucket ? storage->bucket : name);
    return pmx_depot_new(bucket, base, prefix, uploads);
}
