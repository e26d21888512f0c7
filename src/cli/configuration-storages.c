/* SPDX-License-Identifier: MIT */
/* What the keys of [storage NAME] groups mean together: see configuration-private.h. */
#include <string.h>

#include "cli/configuration-private.h"
#include "storage/bucket.h"

/* One storage while it is checked. */
typedef struct {
    const PmxGathering *gathering;
    PmxStorageSettings *settings;
    const char *title;
} Checking;

static void complain(const Checking *checking, const char *key, const char *message)
{
    pmx_gathering_complain(checking->gathering, checking->title, key, message);
}

/* --- secrets --- */

/* Takes the value out of the file unless it was given itself. */
static void read_file(const Checking *checking, const char *key, const char *path, char **value)
{
    g_autofree char *file_key = g_strconcat(key, "-file", NULL);
    g_autofree char *both = g_strdup_printf("is given besides %s; leave one out", key);
    if (path && *value)
        complain(checking, file_key, both);
    else if (path)
        *value = pmx_gathering_first_line(checking->gathering, checking->title, file_key, path);
}

static void require_secret(const Checking *checking, const char *key, const char *path,
                           const char *value)
{
    g_autofree char *variable = pmx_configuration_variable(checking->title, key);
    g_autofree char *message =
        g_strdup_printf("must be given: here, in %s-file, or in the variable %s", key, variable);
    if (!value && !path)
        complain(checking, key, message);
}

static void settle_keys(const Checking *checking)
{
    PmxStorageSettings *settings = checking->settings;
    read_file(checking, "access-key-id", settings->key_id_file, &settings->key_id);
    read_file(checking, "access-key-secret", settings->key_secret_file, &settings->key_secret);
    read_file(checking, "security-token", settings->token_file, &settings->token);
    require_secret(checking, "access-key-id", settings->key_id_file, settings->key_id);
    require_secret(checking, "access-key-secret", settings->key_secret_file, settings->key_secret);
}

/* --- each type --- */

static void refuse_keys(const Checking *checking, const char *type, const char *const *keys)
{
    const json_t *given = json_object_get(checking->gathering->values, checking->title);
    g_autofree char *message = g_strdup_printf("has no effect with type %s; leave it out", type);
    for (; *keys; keys++)
        if (json_object_get(given, *keys))
            complain(checking, *keys, message);
}

static void check_folder(const Checking *checking)
{
    static const char *const wrong[] = {"endpoint",
                                        "region",
                                        "access-key-id",
                                        "access-key-id-file",
                                        "access-key-secret",
                                        "access-key-secret-file",
                                        "security-token",
                                        "security-token-file",
                                        "path-style",
                                        "signature",
                                        "acl",
                                        "storage-class",
                                        NULL};
    PmxStorageSettings *settings = checking->settings;
    refuse_keys(checking, "folder", wrong);
    if (strcmp(settings->bucket, "*") == 0)
        complain(checking, "bucket", "must be one name: a folder is one bucket");
    if (!settings->path)
        complain(checking, "path", "must be given: the folder");
    else if (!g_path_is_absolute(settings->path))
        complain(checking, "path", "must be absolute: begin with /");
}

/* What a bucket's own rules say, once everything is there that they ask for. */
static void check_bucket(const Checking *checking)
{
    const PmxBucketOptions options = pmx_storage_settings_bucket(checking->settings);
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxBucket) bucket = pmx_bucket_new(&options, "any", NULL, NULL, &error);
    if (!bucket) {
        g_autofree char *place = g_strdup_printf("[%s]", checking->title);
        pmx_problems_add_error(checking->gathering->problems, place, error);
    }
}

static void check_remote(const Checking *checking)
{
    static const char *const only_folder[] = {"path", NULL}, *const only_oss[] = {"signature",
                                                                                  NULL};
    const PmxStorageSettings *settings = checking->settings;
    guint before = pmx_problems_count(checking->gathering->problems);
    refuse_keys(checking, settings->type == PMX_BUCKET_OSS ? "oss" : "s3", only_folder);
    if (settings->type == PMX_BUCKET_S3)
        refuse_keys(checking, "s3", only_oss);
    if (!settings->endpoint)
        complain(checking, "endpoint",
                 "must be given: a host such as oss-cn-hangzhou.aliyuncs.com, or "
                 "http://HOST:PORT");
    settle_keys(checking);
    if (pmx_problems_count(checking->gathering->problems) == before)
        check_bucket(checking);
}

PmxBucketOptions pmx_storage_settings_bucket(const PmxStorageSettings *settings)
{
    return (PmxBucketOptions){
        .type = (PmxBucketType)settings->type,
        .bucket = strcmp(settings->bucket, "*") == 0 ? NULL : settings->bucket,
        .endpoint = settings->type == PMX_BUCKET_FOLDER ? settings->path : settings->endpoint,
        .region = settings->region,
        .access_key = settings->key_id,
        .secret = settings->key_secret,
        .token = settings->token,
        .path_style = settings->path_style,
        .prefix = settings->prefix,
        .signature = settings->signature == 0 ? 4 : 1,
        .acl = settings->acl,
        .storage_class = settings->storage_class,
    };
}

/* --- all together --- */

/* The first storage before `of` that could be taken for it: a folder goes by either scheme. */
static const PmxStorageSettings *same_before(const GPtrArray *storages,
                                             const PmxStorageSettings *of)
{
    for (guint i = 0; g_ptr_array_index(storages, i) != of; i++) {
        const PmxStorageSettings *other = g_ptr_array_index(storages, i);
        gboolean alike = other->type == of->type || other->type == PMX_BUCKET_FOLDER ||
                         of->type == PMX_BUCKET_FOLDER;
        if (alike && g_strcmp0(other->bucket, of->bucket) == 0)
            return other;
    }
    return NULL;
}

static const PmxStorageSettings *default_before(const GPtrArray *storages,
                                                const PmxStorageSettings *of)
{
    for (guint i = 0; g_ptr_array_index(storages, i) != of; i++) {
        const PmxStorageSettings *other = g_ptr_array_index(storages, i);
        if (other->is_default)
            return other;
    }
    return NULL;
}

static void check_others(const Checking *checking, const GPtrArray *storages)
{
    const PmxStorageSettings *settings = checking->settings;
    const PmxStorageSettings *same = same_before(storages, settings);
    const PmxStorageSettings *first =
        settings->is_default ? default_before(storages, settings) : NULL;
    g_autofree char *bucket =
        same ? g_strdup_printf("is that of [storage %s] already", same->name) : NULL;
    g_autofree char *chosen =
        first ? g_strdup_printf("is [storage %s] already; there is one", first->name) : NULL;
    if (bucket)
        complain(checking, "bucket", bucket);
    if (chosen)
        complain(checking, "default", chosen);
    if (settings->is_default && g_strcmp0(settings->bucket, "*") == 0)
        complain(checking, "default", "must be one bucket, and this is all of them");
}

/* One without a type that there is, which has been told, is like no other. */
static gboolean has_type(const PmxGathering *gathering, const char *title,
                         PmxStorageSettings *settings)
{
    const json_t *type = json_object_get(json_object_get(gathering->values, title), "type");
    const char *name = pmx_storage_type_names[settings->type];
    if (type && g_ascii_strcasecmp(json_string_value(type), name) == 0)
        return TRUE;
    settings->type = -1;
    return FALSE;
}

void pmx_storages_settle(const PmxGathering *gathering, GPtrArray *storages)
{
    for (guint i = 0; i < storages->len; i++) {
        PmxStorageSettings *settings = g_ptr_array_index(storages, i);
        g_autofree char *title = g_strconcat("storage ", settings->name, NULL);
        const Checking checking = {gathering, settings, title};
        if (!has_type(gathering, title, settings))
            continue;
        if (!settings->bucket)
            settings->bucket = g_strdup(settings->name);
        if (settings->type == PMX_BUCKET_FOLDER)
            check_folder(&checking);
        else
            check_remote(&checking);
        check_others(&checking, storages);
    }
}
