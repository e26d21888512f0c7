/* SPDX-License-Identifier: MIT */
/* See new-file.h. */
#include "storage/new-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/sendfile.h>
#include <unistd.h>

gboolean pmx_new_file_begin(PmxNewFile *file, const char *to)
{
    g_autofree char *folder = g_path_get_dirname(to), *base = g_path_get_basename(to);
    g_autofree char *hidden = g_strdup_printf(".%.200s.polymux-%u", base, g_random_int());
    file->to = g_strdup(to);
    file->hidden = g_build_filename(folder, hidden, NULL);
    file->fd = g_open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    file->nameless = file->fd >= 0;
    /* EISDIR: what a kernel says that does not know the flag. */
    if (file->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
        file->fd = g_open(file->hidden, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    return file->fd >= 0;
}

gboolean pmx_new_file_add(PmxNewFile *file, int fd, guint64 offset, guint64 length)
{
    enum { AT_ONCE = 1 << 30 };
    off_t at = (off_t)offset;
    while (length > 0) {
        ssize_t count = sendfile(file->fd, fd, &at, (size_t)MIN(length, AT_ONCE));
        if (count < 0 && errno == EINTR)
            continue;
        if (count == 0)
            errno = ENODATA;
        if (count <= 0)
            return FALSE;
        length -= (guint64)count;
    }
    return TRUE;
}

static gboolean link_as(const PmxNewFile *file, const char *path)
{
    g_autofree char *self = g_strdup_printf("/proc/self/fd/%d", file->fd);
    return linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
}

static gboolean take_place(const PmxNewFile *file)
{
    if (file->nameless && link_as(file, file->to))
        return TRUE;
    if (file->nameless && (errno != EEXIST || !link_as(file, file->hidden)))
        return FALSE;
    return g_rename(file->hidden, file->to) == 0;
}

gboolean pmx_new_file_finish(PmxNewFile *file)
{
    return fsync(file->fd) == 0 && take_place(file);
}

void pmx_new_file_clear(PmxNewFile *file)
{
    int number = errno;
    if (file->to && file->fd >= 0) {
        close(file->fd);
        g_unlink(file->hidden); /* it has another name by now, or is not wanted */
    }
    g_free(file->to);
    g_free(file->hidden);
    *file = (PmxNewFile){0};
    errno = number;
}
