/* SPDX-License-Identifier: MIT */
/* See shelf.h. */
#include "storage/shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { PRIVATE = 0700, SPARED = 1 << 30 /* bytes */ };

struct PmxShelf {
    int fd;
};

PmxShelf *pmx_shelf_new(const char *folder)
{
    int fd = g_mkdir_with_parents(folder, PRIVATE) == 0
                 ? g_open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)
                 : -1;
    if (fd < 0)
        return NULL;
    PmxShelf *shelf = g_new(PmxShelf, 1);
    shelf->fd = fd;
    return shelf;
}

void pmx_shelf_free(PmxShelf *shelf)
{
    if (!shelf)
        return;
    close(shelf->fd);
    g_free(shelf);
}

/* Artifacts and uploads are on the same disk as a rule, and cannot do without it. */
static gboolean has_room(const PmxShelf *shelf, gsize length)
{
    struct statvfs disk;
    return fstatvfs(shelf->fd, &disk) == 0 &&
           (guint64)disk.f_bavail * disk.f_frsize >= SPARED + (guint64)length;
}

gboolean pmx_shelf_put(PmxShelf *shelf, gint64 offset, GBytes *bytes)
{
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    if (!has_room(shelf, length))
        return FALSE;
    for (gsize done = 0; done < length;) {
        ssize_t n = pwrite(shelf->fd, data + done, length - done, (off_t)offset + (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            /* What was written already would be counted by nobody. */
            pmx_shelf_drop(shelf, offset, length);
            return FALSE;
        }
        done += (gsize)n;
    }
    return TRUE;
}

gboolean pmx_shelf_get(PmxShelf *shelf, gint64 offset, void *buffer, gsize length)
{
    for (gsize done = 0; done < length;) {
        ssize_t n =
            pread(shelf->fd, (char *)buffer + done, length - done, (off_t)offset + (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return FALSE;
        done += (gsize)n;
    }
    return TRUE;
}

gboolean pmx_shelf_drop(PmxShelf *shelf, gint64 offset, gsize length)
{
    return fallocate(shelf->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset,
                     (off_t)length) == 0;
}
