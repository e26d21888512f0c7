/* SPDX-License-Identifier: MIT */
/* Writing in parts into a bucket that is a folder: see bucket-folder.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/moment.h"
#include "storage/beneath.h"
#include "storage/bucket-folder.h"
#include "storage/new-file.h"

/* The file that has the key; parts are named by their numbers. */
#define KEY_FILE "key"
enum { LONGEST_KEY = 4096, ATTEMPTS = 100 };

/* Everything here ends so: closes, keeping errno. */
static gboolean closed(int fd, gboolean ok)
{
    int number = errno;
    if (fd >= 0)
        close(fd);
    errno = number;
    return ok;
}

/* Only what we made is an upload: an ID is digits and letters. */
static char *upload_path(const char *id)
{
    gboolean ours = *id && strspn(id, "0123456789abcdef") == strlen(id);
    return g_strconcat(PMX_FOLDER_UPLOADS "/", ours ? id : "-", NULL);
}

static int open_upload(const PmxBucket *bucket, const char *id)
{
    g_autofree char *path = upload_path(id);
    return pmx_beneath_open_folder(((const PmxBucketFolder *)bucket)->folder, path);
}

/* --- beginning, and a part --- */

static gboolean write_key(int folder, const char *key)
{
    int fd = openat(folder, KEY_FILE, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    gssize length = (gssize)strlen(key);
    return closed(fd, fd >= 0 && write(fd, key, (gsize)length) == length);
}

/* Another one that ends may take the folder of them all away while this one begins. */
static int make_upload(const PmxBucket *bucket, const char *path)
{
    int folder = -1;
    for (guint i = 0; i < ATTEMPTS && folder < 0 && (i == 0 || errno == ENOENT); i++)
        folder = pmx_beneath_make_folder(((const PmxBucketFolder *)bucket)->folder, path);
    return folder;
}

PmxUploading *pmx_bucket_folder_begin(PmxBucket *bucket, const char *key, const char *content_type,
                                      const PmxPatience *patience, GError **error)
{
    (void)content_type, (void)patience;
    g_autofree char *id = g_strdup_printf("%08x%08x", g_random_int(), g_random_int());
    g_autofree char *path = upload_path(id);
    int folder = make_upload(bucket, path);
    if (closed(folder, folder >= 0 && write_key(folder, key)))
        return pmx_uploading_new(key, id, pmx_moment_now());
    pmx_bucket_folder_fail(bucket, key, "written", error);
    return NULL;
}

static char *part_name(guint number)
{
    return g_strdup_printf("%05u", number);
}

static gboolean put_part(int folder, guint number, const PmxFileRange *content)
{
    g_auto(PmxNewFile) file = {0};
    g_autofree char *name = part_name(number), *path = pmx_bucket_folder_path(folder, name);
    return pmx_new_file_begin(&file, path) &&
           pmx_new_file_add(&file, content->fd, content->offset, content->length) &&
           pmx_new_file_finish(&file);
}

PmxPart *pmx_bucket_folder_part(PmxBucket *bucket, const PmxUploading *uploading, guint number,
                                const PmxFileRange *content, const PmxPatience *patience,
                                GError **error)
{
    (void)patience;
    int folder = open_upload(bucket, uploading->id);
    if (!closed(folder, folder >= 0 && put_part(folder, number, content))) {
        pmx_bucket_folder_fail(bucket, uploading->key, "written", error);
        return NULL;
    }
    PmxPart *part = g_new0(PmxPart, 1);
    *part = (PmxPart){.number = number, .length = content->length, .etag = part_name(number)};
    return part;
}

/* --- the end --- */

static gboolean add_part(PmxNewFile *file, int folder, const PmxPart *part)
{
    g_autofree char *name = part_name(part->number);
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    return closed(fd, fd >= 0 && pmx_new_file_add(file, fd, 0, part->length));
}

static gboolean put_together(int from, int to, const char *name, const GPtrArray *parts)
{
    g_auto(PmxNewFile) file = {0};
    g_autofree char *path = pmx_bucket_folder_path(to, name);
    gboolean ok = pmx_new_file_begin(&file, path);
    for (guint i = 0; ok && i < parts->len; i++)
        ok = add_part(&file, from, g_ptr_array_index(parts, i));
    return ok && pmx_new_file_finish(&file);
}

static gboolean complete_in(PmxBucket *bucket, int from, const char *key, const GPtrArray *parts)
{
    g_autofree char *above = pmx_path_above(key);
    int to = pmx_beneath_make_folder(((PmxBucketFolder *)bucket)->folder, above);
    return closed(to, to >= 0 && put_together(from, to, pmx_path_last(key), parts));
}

/* Nobody reads what is left of it; the next to abort what was left over takes it. The last of them all
 * takes their folder along. */
static gboolean remove_upload(PmxBucket *bucket, const char *id)
{
    g_autofree char *path = upload_path(id);
    int root = ((PmxBucketFolder *)bucket)->folder;
    int fd = pmx_beneath_open(root, path, O_RDONLY | O_DIRECTORY);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (!folder)
        return closed(fd, errno == ENOENT);
    for (const struct dirent *entry; (entry = readdir(folder));)
        unlinkat(fd, entry->d_name, 0);
    closedir(folder);
    gboolean gone = unlinkat(root, path, AT_REMOVEDIR) == 0 || errno == ENOENT;
    if (gone)
        unlinkat(root, PMX_FOLDER_UPLOADS, AT_REMOVEDIR);
    return gone;
}

gboolean pmx_bucket_folder_complete(PmxBucket *bucket, const PmxUploading *uploading,
                                    const GPtrArray *parts, const PmxPatience *patience,
                                    GError **error)
{
    (void)patience;
    int from = open_upload(bucket, uploading->id);
    if (!closed(from, from >= 0 && complete_in(bucket, from, uploading->key, parts)))
        return pmx_bucket_folder_fail(bucket, uploading->key, "written", error);
    remove_upload(bucket, uploading->id);
    return TRUE;
}

gboolean pmx_bucket_folder_abort(PmxBucket *bucket, const PmxUploading *uploading,
                                 const PmxPatience *patience, GError **error)
{
    (void)patience;
    return remove_upload(bucket, uploading->id) ||
           pmx_bucket_folder_fail(bucket, uploading->key, "written", error);
}

/* --- the list --- */

static PmxUploading *read_upload(const PmxBucket *bucket, const char *id)
{
    char key[LONGEST_KEY + 1];
    struct stat info;
    int folder = open_upload(bucket, id);
    int fd = folder >= 0 ? openat(folder, KEY_FILE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
    gssize length = fd >= 0 && fstat(fd, &info) == 0 ? read(fd, key, LONGEST_KEY) : -1;
    closed(folder, closed(fd, TRUE));
    if (length <= 0)
        return NULL;
    key[length] = '\0';
    return pmx_uploading_new(key, id, (gint64)info.st_mtim.tv_sec * 1000);
}

static void uploading_free(gpointer uploading)
{
    pmx_uploading_free(uploading);
}

GPtrArray *pmx_bucket_folder_uploads(PmxBucket *bucket, const char *prefix,
                                     const PmxPatience *patience, GError **error)
{
    (void)patience;
    g_autoptr(GPtrArray) uploads = g_ptr_array_new_with_free_func(uploading_free);
    int fd = pmx_beneath_open(((PmxBucketFolder *)bucket)->folder, PMX_FOLDER_UPLOADS,
                              O_RDONLY | O_DIRECTORY);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (!folder && !closed(fd, errno == ENOENT)) {
        pmx_bucket_folder_fail(bucket, prefix, "listed", error);
        return NULL;
    }
    for (const struct dirent *entry; folder && (entry = readdir(folder));) {
        g_autoptr(PmxUploading) uploading = read_upload(bucket, entry->d_name);
        if (uploading && g_str_has_prefix(uploading->key, prefix))
            g_ptr_array_add(uploads, g_steal_pointer(&uploading));
    }
    if (folder)
        closedir(folder);
    return g_steal_pointer(&uploads);
}
