/* SPDX-License-Identifier: MIT */
/*
 * Places of the service: buckets as folders. See places.h.
 *
 * The names are the object storage's own: https://help.aliyun.com documents bucket names of 3 to 63
 * lower-case letters, digits and hyphens, and keys of at most 1023 bytes of UTF-8.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

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

/* https://BUCKET.oss-REGION.aliyuncs.com/KEY, with the key percent-encoded: the same object as
 * oss://BUCKET/KEY, so jobs written for the cloud need no other addresses. */
static char *from_cloud(const char *address)
{
    g_autoptr(GUri) uri = g_uri_parse(address, G_URI_FLAGS_NONE, NULL);
    const char *scheme = uri ? g_uri_get_scheme(uri) : "", *host = uri ? g_uri_get_host(uri) : NULL;
    const char *dot = host ? strchr(host, '.') : NULL;
    if (!dot || (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0) ||
        !g_str_has_prefix(dot, ".oss-") || !g_str_has_suffix(host, ".aliyuncs.com") ||
        g_uri_get_query(uri) || g_uri_get_fragment(uri))
        return NULL;
    return g_strdup_printf("oss://%.*s%s", (int)(dot - host), host, g_uri_get_path(uri));
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

static PmxCode code_for(int number)
{
    if (number == ENOENT || number == ENOTDIR)
        return PMX_CODE_RESOURCE_NOT_FOUND;
    return number == EACCES || number == EPERM || number == EXDEV || number == ELOOP
               ? PMX_CODE_ACCESS_DENIED
               : PMX_CODE_RESOURCE_BAD;
}

static gboolean fail(GError **error, const char *what, const char *address, int number)
{
    const char *why = number == EXDEV ? "it leads out of its bucket" : g_strerror(number);
    g_set_error(error, PMX_ERROR, (int)code_for(number), "cannot %s \"%s\": %s", what, address,
                why);
    return FALSE;
}

static int open_bucket(const PmxPlaces *places, const Name *name, const char *address,
                       GError **error)
{
    g_autofree char *path = g_build_filename(places->root, name->bucket, NULL);
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        g_set_error(error, PMX_ERROR, (int)code_for(errno),
                    "\"%s\": there is no bucket \"%s\"; a bucket is a folder in %s", address,
                    name->bucket, places->root);
    return fd;
}

/* openat2(2) has no wrapper in glibc 2.36. */
static int open_beneath(int folder, const char *path, int flags, mode_t mode)
{
    struct open_how how = {.flags = (guint64)(flags | O_CLOEXEC),
                           .mode = flags & O_CREAT ? mode : 0,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

static PmxLocalInput *open_input(const PmxPlaces *places, const char *address, GError **error)
{
    g_auto(Name) name = {0};
    if (!read_name(address, &name, error))
        return NULL;
    int bucket = open_bucket(places, &name, address, error);
    if (bucket < 0)
        return NULL;
    /* Non-blocking, so that a named pipe without a writer is an error and not a wait. */
    int fd = open_beneath(bucket, name.key, O_RDONLY | O_NONBLOCK, 0);
    int number = errno;
    close(bucket);
    if (fd < 0) {
        fail(error, "read", address, number);
        return NULL;
    }
    return pmx_local_input_take(fd, address, error);
}

/* The folder `path` below `folder`, made where it is missing; "" is `folder` itself. Takes
 * `folder`. -1 with errno. */
static int make_folders(int folder, const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    for (guint i = 0; folder >= 0 && parts[i]; i++) {
        int next = mkdirat(folder, parts[i], 0777) == 0 || errno == EEXIST
                       ? open_beneath(folder, parts[i], O_PATH | O_DIRECTORY, 0)
                       : -1;
        int number = errno;
        close(folder);
        folder = next;
        errno = number;
    }
    return folder;
}

static gboolean check(const PmxPlaces *places, const char *address, GError **error)
{
    (void)places;
    g_auto(Name) name = {0};
    return read_name(address, &name, error);
}

/* Finds the deepest folder of the key that is there, below the bucket. Takes `folder`. */
static int deepest_folder(int folder, const char *key)
{
    g_auto(GStrv) parts = g_strsplit(key, "/", -1);
    for (guint i = 0; parts[i] && parts[i + 1]; i++) {
        int next = open_beneath(folder, parts[i], O_PATH | O_DIRECTORY, 0);
        if (next < 0 && errno == ENOENT)
            break;
        int number = errno;
        close(folder);
        folder = next;
        errno = number;
        if (next < 0)
            break;
    }
    return folder;
}

static gboolean writable(const PmxPlaces *places, const char *address, GError **error)
{
    g_auto(Name) name = {0};
    struct stat info;
    if (!read_name(address, &name, error))
        return FALSE;
    int bucket = open_bucket(places, &name, address, error);
    if (bucket < 0)
        return FALSE;
    int target = open_beneath(bucket, name.key, O_PATH | O_NOFOLLOW, 0);
    gboolean folder = target >= 0 && fstat(target, &info) == 0 && S_ISDIR(info.st_mode);
    if (target >= 0)
        close(target);
    int deepest = deepest_folder(bucket, name.key);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", deepest);
    int number = folder ? EISDIR : deepest < 0 || access(path, W_OK | X_OK) != 0 ? errno : 0;
    if (deepest >= 0)
        close(deepest);
    return number == 0 || fail(error, "write", address, number);
}

static gboolean publish(const PmxPlaces *places, const char *from, const char *address,
                        GError **error)
{
    g_auto(Name) name = {0};
    if (!read_name(address, &name, error))
        return FALSE;
    g_autofree char *file = g_path_get_basename(name.key);
    g_autofree char *above = g_strndup(name.key, strlen(name.key) - strlen(file));
    int bucket = open_bucket(places, &name, address, error);
    if (bucket < 0)
        return FALSE;
    if (*above)
        above[strlen(above) - 1] = '\0';
    int folder = *above ? make_folders(bucket, above) : bucket;
    if (folder < 0)
        return fail(error, "write", address, errno);
    /* The descriptor, not the path, so that nobody can exchange a folder for a link meanwhile. */
    g_autofree char *to = g_strdup_printf("/proc/self/fd/%d/%s", folder, file);
    gboolean ok = pmx_local_publish(from, to, address, error);
    close(folder);
    return ok;
}

PmxPlaces *pmx_places_buckets(const char *root)
{
    static const PmxPlacesKind kind = {check, open_input, writable, publish};
    return pmx_places_new(&kind, root);
}
