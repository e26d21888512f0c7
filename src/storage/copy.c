/* SPDX-License-Identifier: MIT */
/* See copy.h. */
#include "storage/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/sendfile.h>
#include <unistd.h>

typedef struct {
    const char *to;
    char *folder, *hidden; /* beside the target, so that the last step is a rename */
    int fd;
    gboolean nameless;
} Copy;

static void copy_clear(Copy *copy)
{
    if (copy->fd >= 0)
        close(copy->fd);
    g_free(copy->folder);
    g_free(copy->hidden);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Copy, copy_clear)

static gboolean open_target(Copy *copy)
{
    copy->fd = g_open(copy->folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    copy->nameless = copy->fd >= 0;
    /* EISDIR: what a kernel says that does not know the flag. */
    if (copy->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
        copy->fd = g_open(copy->hidden, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    return copy->fd >= 0;
}

static gboolean copy_bytes(const char *from, int to)
{
    enum { AT_ONCE = 1 << 30 };
    int fd = g_open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
    ssize_t count = -1;
    if (fd < 0)
        return FALSE;
    do
        count = sendfile(to, fd, NULL, AT_ONCE);
    while (count > 0 || (count < 0 && errno == EINTR));
    int number = errno;
    close(fd);
    errno = number;
    return count == 0 && fsync(to) == 0;
}

static gboolean link_as(const Copy *copy, const char *path)
{
    g_autofree char *self = g_strdup_printf("/proc/self/fd/%d", copy->fd);
    return linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
}

static gboolean take_place(const Copy *copy)
{
    if (copy->nameless && link_as(copy, copy->to))
        return TRUE;
    if (copy->nameless && (errno != EEXIST || !link_as(copy, copy->hidden)))
        return FALSE;
    return g_rename(copy->hidden, copy->to) == 0;
}

gboolean pmx_copy_into_place(const char *from, const char *to, const char *name, GError **error)
{
    g_autofree char *base = g_path_get_basename(to);
    g_auto(Copy) copy = {.to = to, .folder = g_path_get_dirname(to), .fd = -1};
    g_autofree char *hidden = g_strdup_printf(".%.200s.polymux-%u", base, g_random_int());
    copy.hidden = g_build_filename(copy.folder, hidden, NULL);
    if (open_target(&copy) && copy_bytes(from, copy.fd) && take_place(&copy))
        return TRUE;
    int number = errno;
    g_unlink(copy.hidden);
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "cannot write \"%s\": %s", name,
                g_strerror(number));
    return FALSE;
}
