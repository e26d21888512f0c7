/* SPDX-License-Identifier: MIT */
/*
 * Places of the service: buckets as folders. See places.h.
 *
 * The names are the object storage's own: https://help.aliyun.com documents bucket names of 3 to 63
 * lower-case letters, digits and hyphens.
 */
#include <string.h>
#include <unistd.h>

#include "storage/folder.h"
#include "storage/object-url.h"
#include "storage/places-kind.h"

typedef struct {
    char *bucket, *key;
} Name;

static void name_clear(Name *name)
{
    g_free(name->bucket);
    g_free(name->key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Name, name_clear)

static gboolean refuse(GError **error, PmxCode code, const char *address, const char *why)
{
    g_set_error(error, PMX_ERROR, (int)code, "\"%s\" %s", address, why);
    return FALSE;
}

/* --- the text --- */

static gboolean is_bucket_name(const char *name)
{
    gsize length = strlen(name);
    gboolean ok = length >= 3 && length <= 63 && name[0] != '-' && name[length - 1] != '-';
    for (gsize i = 0; ok && i < length; i++)
        ok = g_ascii_islower(name[i]) || g_ascii_isdigit(name[i]) || name[i] == '-';
    return ok;
}

static gboolean read_name(const char *address, Name *name, GError **error)
{
    g_auto(PmxObjectUrl) url = {0};
    /* The same object as oss://BUCKET/KEY, so jobs written for the cloud need no other addresses. */
    g_autofree char *cloud =
        pmx_object_url_split(address, &url) && !url.malformed ? pmx_object_url_as_oss(&url) : NULL;
    const char *text = cloud ? cloud : address;
    if (g_ascii_strncasecmp(text, "oss://", 6) != 0)
        return refuse(error, PMX_CODE_NOT_SUPPORTED, address,
                      "is not an address that can be used here: give oss://BUCKET/KEY");
    const char *slash = strchr(text + 6, '/');
    name->bucket = slash ? g_strndup(text + 6, (gsize)(slash - text - 6)) : g_strdup(text + 6);
    name->key = g_strdup(slash ? slash + 1 : "");
    if (!is_bucket_name(name->bucket))
        return refuse(error, PMX_CODE_INVALID, address,
                      "has no valid bucket name (3 to 63 of a-z, 0-9 and -)");
    const char *wrong = pmx_folder_wrong_key(name->key);
    return !wrong || refuse(error, PMX_CODE_INVALID, address, wrong);
}

/* --- the file system --- */

/* The bucket's descriptor and the object's name; -1 with `error`. */
static int find(const PmxPlaces *places, const char *address, Name *name, GError **error)
{
    if (!read_name(address, name, error))
        return -1;
    g_autofree char *path = g_build_filename(places->root, name->bucket, NULL);
    g_autofree char *missing = g_strdup_printf(
        "there is no bucket \"%s\"; a bucket is a folder in %s, or a [storage NAME] of the "
        "configuration",
        name->bucket, places->root);
    return pmx_folder_open(path, address, missing, error);
}

static char *name_of(const PmxPlaces *places, const char *address, GError **error)
{
    (void)places;
    g_auto(Name) name = {0};
    return read_name(address, &name, error)
               ? g_strconcat("oss://", name.bucket, "/", name.key, NULL)
               : NULL;
}

static PmxReader *open_input(const PmxPlaces *places, const char *address,
                             const PmxPatience *patience, GError **error)
{
    (void)patience;
    g_auto(Name) name = {0};
    int bucket = find(places, address, &name, error);
    if (bucket < 0)
        return NULL;
    /* One name however it is spelt, so that what is made of it is kept under one key. */
    g_autofree char *same = g_strdup_printf("oss://%s/%s", name.bucket, name.key);
    PmxReader *reader = pmx_folder_read(&(PmxFolderObject){bucket, name.key, address}, same, error);
    close(bucket);
    return reader;
}

static char *resolve(const PmxPlaces *places, const char *address, gboolean output, GError **error)
{
    (void)places, (void)output;
    g_auto(Name) name = {0};
    return read_name(address, &name, error) ? g_strdup(address) : NULL;
}

static gboolean writable(const PmxPlaces *places, const char *address, const PmxPatience *patience,
                         GError **error)
{
    (void)patience;
    g_auto(Name) name = {0};
    int bucket = find(places, address, &name, error);
    if (bucket < 0)
        return FALSE;
    gboolean ok = pmx_folder_writable(&(PmxFolderObject){bucket, name.key, address}, error);
    close(bucket);
    return ok;
}

static gboolean publish(const PmxPlaces *places, const char *from, const char *address,
                        const PmxPatience *patience, GError **error)
{
    (void)patience;
    g_auto(Name) name = {0};
    int bucket = find(places, address, &name, error);
    if (bucket < 0)
        return FALSE;
    gboolean ok = pmx_folder_publish(&(PmxFolderObject){bucket, name.key, address}, from, error);
    close(bucket);
    return ok;
}

PmxPlaces *pmx_places_buckets(const char *root)
{
    static const PmxPlacesKind kind = {resolve, name_of, open_input, writable, publish, NULL};
    return pmx_places_new(&kind, root);
}
