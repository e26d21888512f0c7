/* SPDX-License-Identifier: MIT */
/* Storages: the buckets that are there. See service.h. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "service/private.h"

#define AT(member) offsetof(PmxStorageRecord, member)

static const PmxField storage_fields[] = {
    {"bucket", PMX_FIELD_STRING, AT(bucket), PMX_FIELD_REQUIRED,
     .doc = "Its name, as in oss://NAME/KEY; * stands for all that are not listed otherwise."},
    {"is_default", PMX_FIELD_BOOL, AT(is_default), PMX_FIELD_REQUIRED,
     .doc = "Whether it is the default storage."},
    {"created", PMX_FIELD_TEXT, AT(created), .kind = &pmx_moment_kind,
     .doc = "When the folder of one in the data folder was last changed."},
    {"name", PMX_FIELD_STRING, AT(name),
     .doc = "What the configuration calls it; one in the data folder has no name."},
    {"type", PMX_FIELD_STRING, AT(type), .doc = "`oss`, `s3` or `folder`."},
    {"endpoint", PMX_FIELD_STRING, AT(endpoint), .doc = "Where one in the configuration is."},
    {"prefix", PMX_FIELD_STRING, AT(prefix), .doc = "What stands before each key there."},
    {0},
};
#undef AT

const PmxObject pmx_storage_record_object = {
    "Storage", sizeof(PmxStorageRecord), storage_fields,
    "A bucket: a storage of the configuration, or a folder below the data folder."};

static void storage_free(gpointer record)
{
    pmx_object_free(&pmx_storage_record_object, record);
}

/* --- those of the configuration --- */

guint pmx_service_set_storage_keys(PmxService *service, const PmxStorageSetup *setups, guint count)
{
    return pmx_storages_set_keys(pmx_places_storages(service->places), setups, count);
}

static char *text_or_null(const char *text)
{
    return text && *text ? g_strdup(text) : NULL;
}

static void add_configured(GPtrArray *list, const PmxStorages *storages, const char *chosen)
{
    static const char *const types[] = {
        [PMX_BUCKET_S3] = "s3", [PMX_BUCKET_OSS] = "oss", [PMX_BUCKET_FOLDER] = "folder"};
    const PmxStorage *storage;
    for (guint i = 0; (storage = pmx_storages_at(storages, i)); i++) {
        PmxStorageRecord *record = g_new0(PmxStorageRecord, 1);
        record->bucket = g_strdup(storage->bucket ? storage->bucket : "*");
        record->is_default = g_strcmp0(storage->bucket, chosen) == 0;
        record->name = g_strdup(storage->name);
        record->type = g_strdup(types[storage->type]);
        record->endpoint = g_strdup(storage->endpoint);
        record->prefix = text_or_null(storage->prefix);
        g_ptr_array_add(list, record);
    }
}

/* Whether an address with this scheme and bucket is in one of them. */
static gboolean is_configured(const PmxStorages *storages, const char *scheme, const char *bucket)
{
    g_autofree char *text = g_strconcat(scheme, "://", bucket, "/x", NULL);
    g_auto(PmxAddress) address = {0};
    return pmx_storages_recognise(storages, text, &address, NULL) &&
           address.kind == PMX_ADDRESS_OBJECT;
}

/* --- folders --- */

static gint by_name(gconstpointer a, gconstpointer b)
{
    const PmxStorageRecord *left = *(PmxStorageRecord *const *)a;
    const PmxStorageRecord *right = *(PmxStorageRecord *const *)b;
    return strcmp(left->bucket, right->bucket);
}

/* Those that a storage of the configuration hides cannot be reached, and are not listed. */
static void add_folder(GPtrArray *list, const PmxService *service, const char *folder,
                       const char *name, const char *chosen)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *address = g_strdup_printf("oss://%s/x", name);
    GStatBuf info;
    if (is_configured(pmx_places_storages(service->places), "oss", name) ||
        !pmx_places_check(service->places, address, NULL) || g_stat(path, &info) != 0 ||
        !S_ISDIR(info.st_mode))
        return;
    PmxStorageRecord *record = g_new0(PmxStorageRecord, 1);
    record->bucket = g_strdup(name);
    record->is_default = g_strcmp0(name, chosen) == 0;
    record->created = (gint64)info.st_mtime * 1000;
    g_ptr_array_add(list, record);
}

GPtrArray *pmx_service_storages(PmxService *service, PmxProblems *problems)
{
    g_autofree char *folder = g_build_filename(service->data, "buckets", NULL);
    g_autofree char *chosen = NULL, *path = NULL;
    g_autoptr(GError) error = NULL;
    if (!pmx_service_default_storage(service, &chosen, &path, problems))
        return NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &error);
    if (!dir) {
        pmx_problems_add(problems, PMX_CODE_INTERNAL, "", "the buckets cannot be listed: %s",
                         error->message);
        return NULL;
    }
    GPtrArray *list = g_ptr_array_new_with_free_func(storage_free);
    const char *name;
    add_configured(list, pmx_places_storages(service->places), chosen);
    while ((name = g_dir_read_name(dir)))
        add_folder(list, service, folder, name, chosen);
    g_ptr_array_sort(list, by_name);
    return list;
}

/* --- the default one: kept as BUCKET/PATH --- */

static const char setting[] = "default-storage";

static gboolean set(PmxDb *db, gpointer value, GError **error)
{
    return pmx_settings_set(db, setting, value, error);
}

static gboolean get(PmxDb *db, gpointer data, GError **error)
{
    char **value = data;
    GError *failure = NULL;
    *value = pmx_settings_get(db, setting, &failure);
    return pmx_error_none(failure, error);
}

gboolean pmx_service_set_default_storage(PmxService *service, const char *bucket, const char *path,
                                         PmxProblems *problems)
{
    const PmxStorages *storages = pmx_places_storages(service->places);
    g_autofree char *address = g_strdup_printf("oss://%s/x", bucket);
    g_autofree char *folder = g_build_filename(service->data, "buckets", bucket, NULL);
    g_autofree char *value = g_strconcat(bucket, "/", path ? path : "", NULL);
    g_autoptr(GError) error = NULL;
    gboolean configured = !strchr(bucket, '/') && (is_configured(storages, "oss", bucket) ||
                                                   is_configured(storages, "s3", bucket));
    if (!configured && !pmx_places_check(service->places, address, &error))
        pmx_service_fail(problems, "Bucket", error);
    else if (!configured && !g_file_test(folder, G_FILE_TEST_IS_DIR))
        pmx_service_missing(problems, "bucket", bucket);
    else
        return pmx_service_write(service, set, value, problems);
    return FALSE;
}

/* What the configuration says, as long as nothing else was said. */
static char *configured_default(const PmxService *service)
{
    const PmxStorages *storages = pmx_places_storages(service->places);
    const PmxStorage *storage;
    for (guint i = 0; (storage = pmx_storages_at(storages, i)); i++)
        if (storage->is_default && storage->bucket)
            return g_strconcat(storage->bucket, "/", NULL);
    return g_strdup("media/");
}

gboolean pmx_service_default_storage(PmxService *service, char **bucket, char **path,
                                     PmxProblems *problems)
{
    g_autofree char *value = NULL;
    if (!pmx_service_read(service, get, &value, problems))
        return FALSE;
    g_autofree char *text = value ? g_steal_pointer(&value) : configured_default(service);
    const char *slash = strchr(text, '/');
    *bucket = g_strndup(text, (gsize)(slash - text));
    *path = g_strdup(slash + 1);
    return TRUE;
}
