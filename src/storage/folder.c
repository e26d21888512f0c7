/* SPDX-License-Identifier: MIT */
/* See folder.h. */
#include "storage/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "storage/address.h"
#include "storage/beneath.h"

enum { KEY_BYTES = 1023 };

/* --- the text --- */

static const char *wrong_part(const char *part)
{
    if (!*part)
        return "has an empty part in its key (// or / at an end)";
    if (strcmp(part, ".") == 0 || strcmp(part, "..") == 0)
        return "has . or .. in its key";
    return strlen(part) > NAME_MAX ? "has a part of more than 255 bytes in its key" : NULL;
}

const char *pmx_folder_wrong_key(const char *key)
{
    if (!*key)
        return "names a bucket and no file in it: oss://BUCKET/KEY";
    if (strlen(key) > KEY_BYTES)
        return "has a key of more than 1023 bytes";
    if (!g_utf8_validate(key, -1, NULL))
        return "has a key that is not UTF-8";
    const char *wrong = NULL;
    g_auto(GStrv) parts = g_strsplit(key, "/", -1);
    for (guint i = 0; parts[i] && !wrong; i++)
        wrong = wrong_part(parts[i]);
    return wrong;
}

/* --- in words --- */

static gboolean fail(GError **error, const char *what, const char *address, int number)
{
    g_set_error(error, PMX_ERROR, (int)pmx_beneath_code(number), "cannot %s \"%s\": %s", what,
                address, pmx_beneath_words(number));
    return FALSE;
}

int pmx_folder_open(const char *path, const char *address, const char *missing, GError **error)
{
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        g_set_error(error, PMX_ERROR, (int)pmx_beneath_code(errno), "\"%s\": %s", address, missing);
    return fd;
}

/* --- reading --- */

PmxReader *pmx_folder_read(const PmxFolderObject *object, const char *name, GError **error)
{
    int fd = pmx_beneath_open_file(object->folder, object->key);
    if (fd >= 0)
        return pmx_reader_take_file(fd, name, error);
    fail(error, "read", object->address, errno);
    return NULL;
}

/* --- folders in it; a path is below it, "" itself --- */

static gboolean is_there(int folder, const char *path)
{
    int fd = pmx_beneath_open(folder, path, O_PATH | O_NOFOLLOW);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* The deepest folder of the path that is there. -1 with errno: none can be made. */
static int deepest_folder(int folder, const char *path)
{
    int found = pmx_beneath_open_folder(folder, path);
    if (found >= 0 || errno != ENOENT || !*path)
        return found;
    if (is_there(folder, path)) { /* a link to nothing */
        errno = ENOENT;
        return -1;
    }
    g_autofree char *above = pmx_path_above(path);
    return deepest_folder(folder, above);
}

static gboolean is_folder(int folder, const char *path)
{
    int fd = pmx_beneath_open(folder, path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* --- writing --- */

/* 0 or why nothing can be written as `key`, as errno. */
static int why_not_writable(int folder, const char *key)
{
    g_autofree char *above = pmx_path_above(key);
    if (is_folder(folder, key))
        return EISDIR;
    int deepest = deepest_folder(folder, above);
    if (deepest < 0)
        return errno;
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", deepest);
    int number = access(path, W_OK | X_OK) != 0 ? errno : 0;
    close(deepest);
    return number;
}

gboolean pmx_folder_writable(const PmxFolderObject *object, GError **error)
{
    int number = why_not_writable(object->folder, object->key);
    return number == 0 || fail(error, "write", object->address, number);
}

gboolean pmx_folder_publish(const PmxFolderObject *object, const char *from, GError **error)
{
    g_autofree char *above = pmx_path_above(object->key);
    int folder = pmx_beneath_make_folder(object->folder, above);
    if (folder < 0)
        return fail(error, "write", object->address, errno);
    /* The descriptor, not the path, so that nobody can exchange a folder for a link meanwhile. */
    g_autofree char *to =
        g_strdup_printf("/proc/self/fd/%d/%s", folder, pmx_path_last(object->key));
    gboolean ok = pmx_local_publish(from, to, object->address, error);
    close(folder);
    return ok;
}
