/* SPDX-License-Identifier: MIT */
/* A bucket that is a folder: see bucket-folder.h. */
#include "storage/bucket-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/beneath.h"
#include "storage/new-file.h"

enum { KEY_BYTES = 1023 };

/* --- in words --- */

gboolean pmx_bucket_folder_fail(const PmxBucket *bucket, const char *key, const char *verb,
                                GError **error)
{
    int number = errno;
    g_set_error(error, PMX_ERROR, (int)pmx_beneath_code(number), "\"%s/%s\" cannot be %s: %s",
                bucket->name, key, verb, pmx_beneath_words(number));
    return FALSE;
}

static gboolean refuse(const PmxBucket *bucket, const char *key, PmxCode code, const char *why,
                       GError **error)
{
    g_set_error(error, PMX_ERROR, (int)code, "\"%s/%s\" cannot be read: %s", bucket->name, key,
                why);
    return FALSE;
}

/* --- keys --- */

static const char *wrong_part(const char *part)
{
    if (!*part)
        return "has an empty part (// or / at an end)";
    if (strcmp(part, ".") == 0 || strcmp(part, "..") == 0)
        return "has . or .. in it";
    if (strcmp(part, PMX_FOLDER_UPLOADS) == 0)
        return "is one of our own";
    return strlen(part) > NAME_MAX ? "has a part of more than 255 bytes" : NULL;
}

static const char *wrong_key(const PmxBucket *bucket, const char *key)
{
    (void)bucket;
    if (strlen(key) > KEY_BYTES)
        return "is too long";
    if (!g_utf8_validate(key, -1, NULL))
        return "is not UTF-8";
    const char *wrong = NULL;
    g_auto(GStrv) parts = g_strsplit(key, "/", -1);
    for (guint i = 0; parts[i] && !wrong; i++)
        wrong = wrong_part(parts[i]);
    return wrong;
}

/* --- reading --- */

/* The descriptor of the object's file and what it is; -1 with `error`. */
static int open_object(PmxBucket *base, const char *key, PmxStored **stored, GError **error)
{
    struct stat info;
    int fd = pmx_beneath_open_file(((PmxBucketFolder *)base)->folder, key);
    if (fd < 0 || fstat(fd, &info) != 0) {
        pmx_bucket_folder_fail(base, key, "read", error);
    } else if (!S_ISREG(info.st_mode)) {
        refuse(base, key, PMX_CODE_RESOURCE_NOT_FOUND, "it is not a file", error);
    } else {
        g_autofree char *etag =
            g_strdup_printf("\"%jx-%jx-%jx.%lx\"", (uintmax_t)info.st_ino, (uintmax_t)info.st_size,
                            (uintmax_t)info.st_mtim.tv_sec, (unsigned long)info.st_mtim.tv_nsec);
        *stored =
            pmx_stored_new(key, (guint64)info.st_size, etag,
                           (gint64)info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1000000);
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

static PmxStored *head(PmxBucket *bucket, const char *key, const PmxPatience *patience,
                       GError **error)
{
    (void)patience;
    PmxStored *stored = NULL;
    int fd = open_object(bucket, key, &stored, error);
    if (fd >= 0)
        close(fd);
    return stored;
}

static GBytes *read_bytes(PmxBucket *bucket, const PmxRange *range, int fd, gsize length,
                          GError **error)
{
    g_autofree char *bytes = g_malloc(length);
    for (gsize done = 0; done < length;) {
        ssize_t count = pread(fd, bytes + done, length - done, (off_t)(range->offset + done));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            pmx_bucket_folder_fail(bucket, range->key, "read", error);
        else if (count == 0)
            refuse(bucket, range->key, PMX_CODE_RESOURCE_REPLACED,
                   "it was shortened while the job read it", error);
        if (count <= 0)
            return NULL;
        done += (gsize)count;
    }
    return g_bytes_new_take(g_steal_pointer(&bytes), length);
}

static GBytes *read_stored(PmxBucket *bucket, const PmxRange *range, int fd,
                           const PmxStored *stored, GError **error)
{
    if (range->etag && *range->etag && strcmp(range->etag, stored->etag) != 0) {
        refuse(bucket, range->key, PMX_CODE_RESOURCE_REPLACED,
               "it was replaced while the job read it", error);
        return NULL;
    }
    if (range->offset >= stored->size) {
        refuse(bucket, range->key, PMX_CODE_RESOURCE_BAD, "it is shorter than it was said to be",
               error);
        return NULL;
    }
    gsize length = (gsize)MIN(range->length, stored->size - range->offset);
    return read_bytes(bucket, range, fd, length, error);
}

static GBytes *read_range(PmxBucket *bucket, const PmxRange *range, const PmxPatience *patience,
                          PmxStored **stored, GError **error)
{
    (void)patience;
    g_autoptr(PmxStored) found = NULL;
    int fd = open_object(bucket, range->key, &found, error);
    if (fd < 0)
        return NULL;
    GBytes *bytes = read_stored(bucket, range, fd, found, error);
    close(fd);
    if (bytes)
        *stored = g_steal_pointer(&found);
    return bytes;
}

/* --- writing --- */

char *pmx_bucket_folder_path(int folder, const char *name)
{
    return g_strdup_printf("/proc/self/fd/%d/%s", folder, name);
}

static gboolean put_in(int folder, const char *name, const PmxFileRange *content)
{
    g_auto(PmxNewFile) file = {0};
    g_autofree char *path = pmx_bucket_folder_path(folder, name);
    return pmx_new_file_begin(&file, path) &&
           pmx_new_file_add(&file, content->fd, content->offset, content->length) &&
           pmx_new_file_finish(&file);
}

static gboolean put(PmxBucket *bucket, const char *key, const char *content_type,
                    const PmxFileRange *content, const PmxPatience *patience, GError **error)
{
    (void)content_type, (void)patience;
    g_autofree char *above = pmx_path_above(key);
    int folder = pmx_beneath_make_folder(((PmxBucketFolder *)bucket)->folder, above);
    if (folder < 0)
        return pmx_bucket_folder_fail(bucket, key, "written", error);
    gboolean done = put_in(folder, pmx_path_last(key), content);
    int number = errno;
    close(folder);
    errno = number;
    return done || pmx_bucket_folder_fail(bucket, key, "written", error);
}

static gboolean delete_object(PmxBucket *bucket, const char *key, const PmxPatience *patience,
                              GError **error)
{
    (void)patience;
    g_autofree char *above = pmx_path_above(key);
    int folder = pmx_beneath_open_folder(((PmxBucketFolder *)bucket)->folder, above);
    gboolean gone = folder >= 0 && unlinkat(folder, pmx_path_last(key), 0) == 0;
    int number = errno;
    if (folder >= 0)
        close(folder);
    errno = number;
    return gone || number == ENOENT || pmx_bucket_folder_fail(bucket, key, "deleted", error);
}

/* --- all of it --- */

static void bucket_free(PmxBucket *bucket)
{
    close(((PmxBucketFolder *)bucket)->folder);
    g_free(bucket);
}

static const PmxBucketKind kind = {
    .wrong_key = wrong_key,
    .head = head,
    .read = read_range,
    .put = put,
    .begin = pmx_bucket_folder_begin,
    .part = pmx_bucket_folder_part,
    .complete = pmx_bucket_folder_complete,
    .abort = pmx_bucket_folder_abort,
    .uploads = pmx_bucket_folder_uploads,
    .remove = delete_object,
    .list = pmx_bucket_folder_list,
    .free = bucket_free,
};

PmxBucket *pmx_bucket_folder_new(const PmxBucketOptions *options, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(options->endpoint, name, NULL);
    int folder = -1;
    if (strchr(name, '/') || wrong_part(name))
        errno = EINVAL;
    else
        folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        g_set_error(error, PMX_ERROR, (int)pmx_beneath_code(errno),
                    "there is no bucket \"%s\"; a bucket is a folder in %s", name,
                    options->endpoint);
        return NULL;
    }
    PmxBucketFolder *bucket = g_new0(PmxBucketFolder, 1);
    bucket->base.kind = &kind;
    bucket->base.name = g_steal_pointer(&path);
    bucket->folder = folder;
    return &bucket->base;
}
