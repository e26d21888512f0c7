/* SPDX-License-Identifier: MIT */
/* See address.h. */
#include "storage/address.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/copy.h"
#include "storage/local-error.h"

gboolean pmx_local_fail(GError **error, PmxCode code, const char *what, const char *path,
                        int number)
{
    g_set_error(error, PMX_ERROR, (int)code, "%s \"%s\": %s", what, path, g_strerror(number));
    return FALSE;
}

PmxCode pmx_local_code(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return PMX_CODE_RESOURCE_NOT_FOUND;
    case EACCES:
    case EPERM:
        return PMX_CODE_ACCESS_DENIED;
    default:
        return PMX_CODE_RESOURCE_BAD;
    }
}

/* NULL when the address names another host or no path. */
static char *path_of_uri(const char *address)
{
    g_autofree char *host = NULL, *path = g_filename_from_uri(address, &host, NULL);
    return !host || g_ascii_strcasecmp(host, "localhost") == 0 ? g_steal_pointer(&path) : NULL;
}

char *pmx_address_to_path(const char *address, const char *folder, GError **error)
{
    g_autofree char *scheme = g_uri_parse_scheme(address);
    if (scheme && strstr(address, "://")) {
        char *path = g_ascii_strcasecmp(scheme, "file") == 0 ? path_of_uri(address) : NULL;
        if (!path)
            g_set_error(
                error, PMX_ERROR, PMX_CODE_NOT_SUPPORTED,
                "\"%s\" is not an address that can be used here: give a local path or file:///PATH",
                address);
        return path;
    }
    return g_canonicalize_filename(address, folder);
}

char *pmx_local_real_path(const char *path)
{
    char *found = realpath(path, NULL);
    if (found || strcmp(path, "/") == 0) {
        char *real = g_strdup(found ? found : path);
        free(found);
        return real;
    }
    g_autofree char *above = g_path_get_dirname(path), *last = g_path_get_basename(path);
    g_autofree char *folder = pmx_local_real_path(above);
    return g_build_filename(folder, last, NULL);
}

static gboolean make_folder(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    return g_mkdir_with_parents(folder, 0777) == 0 ||
           pmx_local_fail(error, pmx_local_code(errno), "cannot make the folder", folder, errno);
}

/* A link counts as well where it leads to nothing. */
static gboolean is_there(const char *path)
{
    GStatBuf info;
    return g_lstat(path, &info) == 0;
}

/* The nearest folder above `path` that is there; caller frees. */
static char *existing_folder(const char *path)
{
    char *folder = g_path_get_dirname(path);
    while (!is_there(folder) && strcmp(folder, "/") != 0) {
        char *above = g_path_get_dirname(folder);
        g_free(folder);
        folder = above;
    }
    return folder;
}

/* Those behind `folder` in `path`, as its file system wants them. */
static gboolean names_fit(const char *path, const char *folder)
{
    long most = pathconf(folder, _PC_NAME_MAX);
    gboolean fit = TRUE;
    g_auto(GStrv) names = g_strsplit(path + strlen(folder), "/", -1);
    for (guint i = 0; names[i] && most > 0; i++)
        fit &= strlen(names[i]) <= (gsize)most;
    return fit;
}

gboolean pmx_local_writable(const char *to, GError **error)
{
    g_autofree char *folder = existing_folder(to);
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
        return pmx_local_fail(error, PMX_CODE_INVALID, "cannot make a folder of", folder, EEXIST);
    if (g_access(folder, W_OK | X_OK) != 0)
        return pmx_local_fail(error, PMX_CODE_ACCESS_DENIED, "cannot write into", folder, errno);
    if (g_file_test(to, G_FILE_TEST_IS_DIR))
        return pmx_local_fail(error, PMX_CODE_INVALID, "cannot write", to, EISDIR);
    if (!names_fit(to, folder))
        return pmx_local_fail(error, PMX_CODE_INVALID, "cannot write", to, ENAMETOOLONG);
    return TRUE;
}

static gboolean sync_file(const char *path, GError **error)
{
    int fd = g_open(path, O_RDONLY | O_CLOEXEC, 0);
    gboolean ok = fd >= 0 && fsync(fd) == 0;
    int number = errno;
    if (fd >= 0)
        close(fd);
    return ok || pmx_local_fail(error, PMX_CODE_INTERNAL, "cannot write", path, number);
}

/* What a runner left is not to be trusted: a link would make us change or serve another file. */
static gboolean check_plain(const char *path, GError **error)
{
    GStatBuf info;
    if (g_lstat(path, &info) == 0 && S_ISREG(info.st_mode) && info.st_nlink == 1)
        return TRUE;
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "the runner left no plain file at \"%s\"",
                path);
    return FALSE;
}

/* umask(2) is read by setting it, which other threads that make files would notice. */
static mode_t current_mask(void)
{
    g_autofree char *text = NULL;
    const char *line = NULL;
    if (g_file_get_contents("/proc/self/status", &text, NULL, NULL))
        line = strstr(text, "\nUmask:");
    return line ? (mode_t)strtoul(line + strlen("\nUmask:"), NULL, 8) : 077;
}

gboolean pmx_local_publish(const char *from, const char *to, const char *name, GError **error)
{
    if (!check_plain(from, error) || !make_folder(to, error) || !sync_file(from, error))
        return FALSE;
    if (g_chmod(from, 0666 & ~(int)current_mask()) == 0 && g_rename(from, to) == 0)
        return TRUE;
    if (errno != EXDEV)
        return pmx_local_fail(error, pmx_local_code(errno), "cannot write", name, errno);
    return pmx_copy_into_place(from, to, name, error);
}
