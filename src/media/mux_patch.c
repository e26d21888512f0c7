/* SPDX-License-Identifier: MIT */
/* See mux_patch.h. */
#include "media/mux_patch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <libavutil/intreadwrite.h>
#include <unistd.h>

/* The description of the tracks: MP4's whole index, which stands in front; Matroska's tracks stand
 * in the first kilobytes. */
enum { MATROSKA_HEAD = 256 * 1024, BOX_MAX = 1 << 30 };

static gsize mp4_head(int fd)
{
    guint8 header[8];
    gsize at = 0;
    while (pread(fd, header, sizeof header, (off_t)at) == sizeof header) {
        gsize size = AV_RB32(header);
        if (size < 8 || size > BOX_MAX)
            break;
        at += size;
        if (AV_RL32(header + 4) == AV_RL32("moov"))
            return at;
    }
    return 0;
}

static gboolean transfer(int fd, guint8 *bytes, gsize length, gboolean write)
{
    for (gsize at = 0; at < length;) {
        ssize_t n = write ? pwrite(fd, bytes + at, length - at, (off_t)at)
                          : pread(fd, bytes + at, length - at, (off_t)at);
        if (n <= 0)
            return FALSE;
        at += (gsize)n;
    }
    return TRUE;
}

static gboolean patch(int fd, PmxLongForm form, const GPtrArray *names, const GPtrArray *tags)
{
    off_t size = lseek(fd, 0, SEEK_END);
    gsize length = form == PMX_LONG_MATROSKA ? (gsize)MIN(size, MATROSKA_HEAD) : mp4_head(fd);
    gsize from = 0;
    if (length == 0 || (off_t)length > size)
        return FALSE;
    g_autofree guint8 *bytes = g_malloc(length);
    if (!transfer(fd, bytes, length, FALSE))
        return FALSE;
    for (guint i = 0; i < names->len; i++)
        if (!pmx_long_set(form, bytes, length, &from, g_ptr_array_index(names, i),
                          g_ptr_array_index(tags, i)))
            return FALSE;
    return transfer(fd, bytes, length, TRUE);
}

gboolean pmx_mux_patch(const char *path, PmxLongForm form, const GPtrArray *names,
                       const GPtrArray *tags, GError **error)
{
    int fd = g_open(path, O_RDWR | O_CLOEXEC, 0);
    gboolean ok = fd >= 0 && patch(fd, form, names, tags);
    if (fd >= 0)
        close(fd);
    if (!ok)
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                    "the languages cannot be put into the finished file");
    return ok;
}
