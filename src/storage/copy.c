/* SPDX-License-Identifier: MIT */
/* See copy.h. */
#include "storage/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/new-file.h"

static gboolean copy_all(PmxNewFile *file, const char *from)
{
    struct stat info;
    int fd = g_open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        return FALSE;
    gboolean ok = fstat(fd, &info) == 0 && pmx_new_file_add(file, fd, 0, (guint64)info.st_size);
    int number = errno;
    close(fd);
    errno = number;
    return ok;
}

gboolean pmx_copy_into_place(const char *from, const char *to, const char *name, GError **error)
{
    g_auto(PmxNewFile) file = {0};
    if (pmx_new_file_begin(&file, to) && copy_all(&file, from) && pmx_new_file_finish(&file))
        return TRUE;
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "cannot write \"%s\": %s", name,
                g_strerror(errno));
    return FALSE;
}
