/* SPDX-License-Identifier: MIT */
/* See beneath.h. */
#include "storage/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* openat2(2) has no wrapper in glibc 2.36. It gives up with EAGAIN when anything at all is renamed
 * while it follows a "..". */
int pmx_beneath_open(int folder, const char *path, int flags)
{
    enum { ATTEMPTS = 100 };
    struct open_how how = {.flags = (guint64)(flags | O_CLOEXEC),
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    int fd = -1;
    errno = EAGAIN;
    for (guint i = 0; fd < 0 && i < ATTEMPTS && (errno == EAGAIN || errno == EINTR); i++)
        fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
    return fd;
}

int pmx_beneath_open_folder(int folder, const char *path)
{
    return pmx_beneath_open(folder, *path ? path : ".", O_PATH | O_DIRECTORY);
}

int pmx_beneath_open_file(int folder, const char *path)
{
    return pmx_beneath_open(folder, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

/* Always from the folder on, since a link may lead anywhere in it. */
int pmx_beneath_make_folder(int folder, const char *path)
{
    int found = pmx_beneath_open_folder(folder, path);
    if (found >= 0 || errno != ENOENT || !*path)
        return found;
    g_autofree char *above = pmx_path_above(path);
    int parent = pmx_beneath_make_folder(folder, above);
    if (parent < 0)
        return -1;
    gboolean made = mkdirat(parent, pmx_path_last(path), 0777) == 0 || errno == EEXIST;
    int number = errno;
    close(parent);
    errno = number;
    return made ? pmx_beneath_open_folder(folder, path) : -1;
}

PmxCode pmx_beneath_code(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return PMX_CODE_RESOURCE_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EXDEV:
    case ELOOP:
        return PMX_CODE_ACCESS_DENIED;
    default:
        return PMX_CODE_RESOURCE_BAD;
    }
}

const char *pmx_beneath_words(int number)
{
    return number == EXDEV ? "it leads out of its bucket" : g_strerror(number);
}

char *pmx_path_above(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? g_strndup(path, (gsize)(slash - path)) : g_strdup("");
}

const char *pmx_path_last(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
