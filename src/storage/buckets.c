/* SPDX-License-Identifier: MIT */
/*
 * Places of the service: buckets as folders. See places.h.
 *
 * The names are the object storage's own: https://help.aliyun.com documents bucket names of 3 to 63
 * lower-case letters, digits and hyphens, and keys of at most 1023 bytes of UTF-8.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "storage/address.h"
#include "storage/beneath.h"
#include "storage/places-kind.h"

enum { KEY_BYTES = 1023 };

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

static const char *wrong_key(const char *key)
{
    if (!*key)
        return "names a bucket and no file in it: oss://BUCKET/KEY";
    if (strlen(key) > KEY_BYTES)
        return "has a key of more than 1023 bytes";
    if (!g_utf8_validate(key, -1, NULL))
        return "has a key that is not UTF-8";
    g_auto(GStrv) parts = g_strsplit(key, "/", -1);
    for (guint i = 0; parts[i]; i++) {
        if (!*parts[i])
            return "has an empty part in its key (// or / at an end)";
        if (strcmp(parts[i], ".") == 0 || strcmp(parts[i], "..") == 0)
            return "has . or .. in its key";
        if (strlen(parts[i]) > NAME_MAX)
            return "has a part of more than 255 bytes in its key";
    }
    return NULL;
}

static gboolean is_http(const char *scheme)
{
    return scheme &&
           (g_ascii_strcasecmp(scheme, "https") == 0 || g_ascii_strcasecmp(scheme, "http") == 0);
}

/* The length of BUCKET in BUCKET.oss-REGION.aliyuncs.com; 0: it is another host. */
static gsize bucket_of_host(const char *host)
{
    const char *dot = strchr(host, '.');
    return dot && g_str_has_prefix(dot, ".oss-") && g_str_has_suffix(dot, ".aliyuncs.com")
               ? (gsize)(dot - host)
               : 0;
}

/* https://BUCKET.oss-REGION.aliyuncs.com/KEY, with the key percent-encoded: the same object as
 * oss://BUCKET/KEY, so jobs written for the cloud need no other addresses. Split and not parsed:
 * parsing would take .. away from the key before it is seen. */
static char *from_cloud(const char *address)
{
    g_autofree char *scheme = NULL, *user = NULL, *given = NULL, *path = NULL, *query = NULL,
                    *fragment = NULL;
    if (!g_uri_split(address, G_URI_FLAGS_NONE, &scheme, &user, &given, NULL, &path, &query,
                     &fragment, NULL) ||
        !is_http(scheme) || !given || user || query || fragment)
        return NULL;
    g_autofree char *host = g_ascii_strdown(given, -1);
    gsize length = bucket_of_host(host);
    return length > 0 ? g_strdup_printf("oss://%.*s%s", (int)length, host, path) : NULL;
}

static gboolean read_name(const char *address, Name *name, GError **error)
{
    g_autofree char *cloud = from_cloud(address);
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
    const char *wrong = wrong_key(name->key);
    return !wrong || refuse(error, PMX_CODE_INVALID, address, wrong);
}

/* --- the file system --- */

static gboolean fail(GError **error, const char *what, const char *address, int number)
{
    g_set_error(error, PMX_ERROR, (int)pmx_beneath_code(number), "cannot %s \"%s\": %s", what,
                address, pmx_beneath_words(number));
    return FALSE;
}

static int open_bucket(const PmxPlaces *places, const Name *name, const char *address,
                       GError **error)
{
    g_autofree char *path = g_build_filename(places->root, name->bucket, NULL);
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        g_set_error(error, PMX_ERROR, (int)pmx_beneath_code(errno),
                    "\"%s\": there is no bucket \"%s\"; a bucket is a folder in %s", address,
                    name->bucket, places->root);
    return fd;
}

static PmxReader *open_input(const PmxPlaces *places, const char *address, GCancellable *cancel,
                             GError **error)
{
    (void)cancel;
    g_auto(Name) name = {0};
    if (!read_name(address, &name, error))
        return NULL;
    int bucket = open_bucket(places, &name, address, error);
    if (bucket < 0)
        return NULL;
    int fd = pmx_beneath_open_file(bucket, name.key);
    int number = errno;
    close(bucket);
    if (fd < 0) {
        fail(error, "read", address, number);
        return NULL;
    }
    /* One name however it is spelt, so that what is made of it is kept under one key. */
    g_autofree char *same = g_strdup_printf("oss://%s/%s", name.bucket, name.key);
    return pmx_reader_take_file(fd, same, error);
}

/* --- folders; a path is below the bucket, "" the bucket itself --- */

static gboolean is_there(int bucket, const char *path)
{
    int fd = pmx_beneath_open(bucket, path, O_PATH | O_NOFOLLOW);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* The deepest folder of the path that is there. -1 with errno: none can be made. */
static int deepest_folder(int bucket, const char *path)
{
    int folder = pmx_beneath_open_folder(bucket, path);
    if (folder >= 0 || errno != ENOENT || !*path)
        return folder;
    if (is_there(bucket, path)) { /* a link to nothing */
        errno = ENOENT;
        return -1;
    }
    g_autofree char *parent_path = pmx_path_above(path);
    return deepest_folder(bucket, parent_path);
}

static gboolean check(const PmxPlaces *places, const char *address, GError **error)
{
    (void)places;
    g_auto(Name) name = {0};
    return read_name(address, &name, error);
}

static gboolean is_folder(int bucket, const char *path)
{
    int fd = pmx_beneath_open(bucket, path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* 0 or why nothing can be written as `key`, as errno. */
static int why_not_writable(int bucket, const char *key)
{
    g_autofree char *parent = pmx_path_above(key);
    if (is_folder(bucket, key))
        return EISDIR;
    int folder = deepest_folder(bucket, parent);
    if (folder < 0)
        return errno;
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", folder);
    int number = access(path, W_OK | X_OK) != 0 ? errno : 0;
    close(folder);
    return number;
}

static gboolean writable(const PmxPlaces *places, const char *address, GError **error)
{
    g_auto(Name) name = {0};
    if (!read_name(address, &name, error))
        return FALSE;
    int bucket = open_bucket(places, &name, address, error);
    if (bucket < 0)
        return FALSE;
    int number = why_not_writable(bucket, name.key);
    close(bucket);
    return number == 0 || fail(error, "write", address, number);
}

static gboolean publish(const PmxPlaces *places, const char *from, const char *address,
                        GCancellable *cancel, GError **error)
{
    (void)cancel;
    g_auto(Name) name = {0};
    if (!read_name(address, &name, error))
        return FALSE;
    int bucket = open_bucket(places, &name, address, error);
    if (bucket < 0)
        return FALSE;
    g_autofree char *parent = pmx_path_above(name.key);
    int folder = pmx_beneath_make_folder(bucket, parent);
    int number = errno;
    close(bucket);
    if (folder < 0)
        return fail(error, "write", address, number);
    /* The descriptor, not the path, so that nobody can exchange a folder for a link meanwhile. */
    g_autofree char *to = g_strdup_printf("/proc/self/fd/%d/%s", folder, pmx_path_last(name.key));
    gboolean ok = pmx_local_publish(from, to, address, error);
    close(folder);
    return ok;
}

PmxPlaces *pmx_places_buckets(const char *root)
{
    static const PmxPlacesKind kind = {check, open_input, writable, publish};
    return pmx_places_new(&kind, root);
}
