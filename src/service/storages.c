/* SPDX-License-Identifier: MIT */
/* Storages: the buckets that are there. See service.h. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "service/private.h"

#define AT(member) offsetof(PmxStorageRecord, member)

static const PmxField storage_fields[] = {
    {"bucket", PMX_FIELD_STRING, AT(bucket), PMX_FIELD_REQUIRED,
     .doc = "Its name, as in oss://NAME/KEY."},
    {"is_default", PMX_FIELD_BOOL, AT(is_default), PMX_FIELD_REQUIRED,
     .doc = "Whether it is the default storage."},
    {"created", PMX_FIELD_TEXT, AT(created), .kind = &pmx_moment_kind,
     .doc = "When its folder was last changed."},
    {0},
};
#undef AT

const PmxObject pmx_storage_record_object = {"Storage", sizeof(PmxStorageRecord), storage_fields,
                                             "A bucket: a folder below the data folder."};

static void storage_free(gpointer record)
{
    pmx_object_free(&pmx_storage_record_object, record);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    const PmxStorageRecord *left = *(PmxStorageRecord *const *)a;
    const PmxStorageRecord *right = *(PmxStorageRecord *const *)b;
    return strcmp(left->bucket, right->bucket);
}

static void add_bucket(GPtrArray *list, const char *folder, const char *name, const char *chosen)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *address = g_strdup_printf("oss://%s/x", name);
    g_autoptr(PmxPlaces) places = pmx_places_buckets(folder);
    GStatBuf info;
    if (!pmx_places_check(places, address, NULL) || g_stat(path, &info) != 0 ||
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
    while ((name = g_dir_read_name(dir)))
        add_bucket(list, folder, name, chosen);
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
    g_autoptr(GError) failure = NULL;
    *value = pmx_settings_get(db, setting, &failure);
    if (failure)
        g_propagate_error(error, g_steal_pointer(&failure));
    return !(error && *error);
}

gboolean pmx_service_set_default_storage(PmxService *service, const char *bucket, const char *path,
                                         PmxProblems *problems)
{
    g_autofree char *address = g_strdup_printf("oss://%s/x", bucket);
    g_autofree char *folder = g_build_filename(service->data, "buckets", bucket, NULL);
    g_autofree char *value = g_strconcat(bucket, "/", path ? path : "", NULL);
    g_autoptr(GError) error = NULL;
    if (!pmx_places_check(service->places, address, &error))
        pmx_service_fail(problems, "Bucket", error);
    else if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
        pmx_service_missing(problems, "bucket", bucket);
    else
        return pmx_service_write(service, set, value, problems);
    return FALSE;
}

gboolean pmx_service_default_storage(PmxService *service, char **bucket, char **path,
                                     PmxProblems *problems)
{
    g_autofree char *value = NULL;
    if (!pmx_service_read(service, get, &value, problems))
        return FALSE;
    const char *text = value ? value : "media/";
    const char *slash = strchr(text, '/');
    *bucket = g_strndup(text, (gsize)(slash - text));
    *path = g_strdup(slash + 1);
    return TRUE;
}
