/* SPDX-License-Identifier: MIT */
/* See mux_patch.h. */
#include "media/mux_patch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <libavutil/intreadwrite.h>
#include <unistd.h>

/* More than any description of tracks has. */
static const guint64 LENGTH_MAX = 1 << 30;

/* EBML's ids (RFC 8794) and Matroska's (RFC 9559, 5.1). */
enum { SEGMENT = 0x18538067, TRACKS = 0x1654AE6B };

/* A part of the file. */
typedef struct {
    guint64 at, length;
} Part;

static gboolean transfer(int fd, guint64 at, guint8 *bytes, gsize length, gboolean write)
{
    while (length > 0) {
        ssize_t n =
            write ? pwrite(fd, bytes, length, (off_t)at) : pread(fd, bytes, length, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return FALSE;
        at += (guint64)n;
        bytes += n;
        length -= (gsize)n;
    }
    return TRUE;
}

/* --- where the tracks are described --- */

/* MP4's whole index, wherever it stands (ISO/IEC 14496-12, 4.2: size 1 means that 64 bits follow). */
static gboolean find_moov(int fd, guint64 end, Part *moov)
{
    guint8 header[16];
    for (guint64 at = 0; at + 8 <= end;) {
        gsize known = MIN(sizeof header, end - at);
        if (!transfer(fd, at, header, known, FALSE))
            return FALSE;
        guint64 size = AV_RB32(header);
        if (size == 1 && known == sizeof header)
            size = AV_RB64(header + 8);
        else if (size == 0) /* up to the end */
            size = end - at;
        if (size < 8 || size > end - at)
            return FALSE;
        *moov = (Part){at, size};
        if (AV_RL32(header + 4) == AV_RL32("moov"))
            return TRUE;
        at += size;
    }
    return FALSE;
}

/* A number as EBML has it: its first byte's leading zeros tell how many bytes follow. 0 when there is
 * none. */
static gsize number_at(const guint8 *bytes, gsize known, gboolean marked, guint64 *value)
{
    gsize length = 1;
    while (length <= 8 && known > 0 && !(bytes[0] & (0x100 >> length)))
        length++;
    if (length > 8 || length > known)
        return 0;
    *value = marked ? bytes[0] : bytes[0] & (0xff >> length);
    for (gsize i = 1; i < length; i++)
        *value = *value << 8 | bytes[i];
    return length;
}

/* Goes into the segment and past everything else up to the tracks. */
static gboolean find_tracks(int fd, guint64 end, Part *tracks)
{
    guint8 header[12];
    for (guint64 at = 0; at < end;) {
        guint64 id, size;
        gsize known = MIN(sizeof header, end - at);
        if (!transfer(fd, at, header, known, FALSE))
            return FALSE;
        gsize ids = number_at(header, known, TRUE, &id);
        gsize sizes = ids > 0 ? number_at(header + ids, known - ids, FALSE, &size) : 0;
        if (sizes == 0)
            return FALSE;
        at += ids + sizes;
        if (id == SEGMENT)
            continue;
        if (size > end - at)
            return FALSE;
        *tracks = (Part){at, size};
        if (id == TRACKS)
            return TRUE;
        at += size;
    }
    return FALSE;
}

static gboolean find_description(int fd, PmxLongForm form, Part *part)
{
    off_t size = lseek(fd, 0, SEEK_END);
    gboolean found = size > 0 && (form == PMX_LONG_MATROSKA ? find_tracks(fd, (guint64)size, part)
                                                            : find_moov(fd, (guint64)size, part));
    return found && part->length <= LENGTH_MAX;
}

/* --- the whole --- */

/* What is wrong, NULL when all is well. */
static const char *patch(int fd, PmxLongForm form, const GPtrArray *names, const GPtrArray *tags)
{
    Part part;
    gsize from = 0;
    if (!find_description(fd, form, &part))
        return form == PMX_LONG_MATROSKA ? "it has no Tracks element" : "it has no moov box";
    g_autofree guint8 *bytes = g_malloc(part.length);
    if (!transfer(fd, part.at, bytes, part.length, FALSE))
        return "it cannot be read";
    for (guint i = 0; i < names->len; i++)
        if (!pmx_long_set(form, bytes, part.length, &from, g_ptr_array_index(names, i),
                          g_ptr_array_index(tags, i)))
            return "a track's name is not where it was written";
    return transfer(fd, part.at, bytes, part.length, TRUE) ? NULL : "it cannot be written";
}

gboolean pmx_mux_patch(const char *path, PmxLongForm form, const GPtrArray *names,
                       const GPtrArray *tags, GError **error)
{
    int fd = g_open(path, O_RDWR | O_CLOEXEC, 0);
    const char *wrong = fd >= 0 ? patch(fd, form, names, tags) : g_strerror(errno);
    if (fd >= 0)
        close(fd);
    if (wrong)
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                    "the extended language tags cannot be put into the finished file: %s", wrong);
    return wrong == NULL;
}
