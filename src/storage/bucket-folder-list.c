/* SPDX-License-Identifier: MIT */
/* The objects of a bucket that is a folder: see bucket-folder.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/beneath.h"
#include "storage/bucket-folder.h"

typedef struct {
    PmxBucket *bucket;
    const char *prefix;
    PmxPage *page;
    GQueue folders; /* paths that are still to be looked into */
} Walk;

/* What is being written, or is ours. */
static gboolean is_hidden(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
           strcmp(name, PMX_FOLDER_UPLOADS) == 0 ||
           (name[0] == '.' && strstr(name, ".polymux-") != NULL);
}

/* Whether keys below `path` may begin as is asked. */
static gboolean may_fit(const Walk *walk, const char *path)
{
    return strncmp(path, walk->prefix, MIN(strlen(path), strlen(walk->prefix))) == 0;
}

static void add_object(Walk *walk, const char *key)
{
    const PmxPatience patience = {0};
    if (!g_str_has_prefix(key, walk->prefix) || !g_utf8_validate(key, -1, NULL))
        return;
    PmxStored *stored = walk->bucket->kind->head(walk->bucket, key, &patience, NULL);
    if (stored) /* or it went meanwhile */
        g_ptr_array_add(walk->page->stored, stored);
}

/* Links are left out: what they lead to has a name of its own, or none here. */
static void visit(Walk *walk, int folder, const char *path, const char *name)
{
    struct stat info;
    g_autofree char *key = *path ? g_strconcat(path, "/", name, NULL) : g_strdup(name);
    if (is_hidden(name) || !may_fit(walk, key) ||
        fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    if (S_ISDIR(info.st_mode))
        g_queue_push_tail(&walk->folders, g_steal_pointer(&key));
    else if (S_ISREG(info.st_mode))
        add_object(walk, key);
}

/* FALSE with errno; a folder that went meanwhile is none. */
static gboolean look_into(Walk *walk, const char *path)
{
    int fd = pmx_beneath_open(((PmxBucketFolder *)walk->bucket)->folder, *path ? path : ".",
                              O_RDONLY | O_DIRECTORY);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (!folder)
        return *path && errno == ENOENT;
    const struct dirent *entry;
    while ((entry = readdir(folder)))
        visit(walk, fd, path, entry->d_name);
    closedir(folder);
    return TRUE;
}

static gboolean look_everywhere(Walk *walk, const PmxPatience *patience, GError **error)
{
    g_queue_push_tail(&walk->folders, g_strdup(""));
    while (!g_queue_is_empty(&walk->folders)) {
        g_autofree char *path = g_queue_pop_head(&walk->folders);
        if (g_cancellable_set_error_if_cancelled(patience->cancel, error))
            return FALSE;
        if (!look_into(walk, path))
            return pmx_bucket_folder_fail(walk->bucket, path, "listed", error);
    }
    return TRUE;
}

static int by_key(gconstpointer a, gconstpointer b)
{
    const PmxStored *const *first = a, *const *second = b;
    return strcmp((*first)->key, (*second)->key);
}

/* All of them are one page. */
PmxPage *pmx_bucket_folder_list(PmxBucket *bucket, const char *prefix, const char *from,
                                const PmxPatience *patience, GError **error)
{
    (void)from;
    g_autoptr(PmxPage) page = pmx_page_new();
    Walk walk = {.bucket = bucket, .prefix = prefix, .page = page};
    gboolean ok = look_everywhere(&walk, patience, error);
    g_queue_clear_full(&walk.folders, g_free);
    g_ptr_array_sort(page->stored, by_key);
    return ok ? g_steal_pointer(&page) : NULL;
}
