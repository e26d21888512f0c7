/* SPDX-License-Identifier: MIT */
/* See digest.h. */
#include "storage/digest.h"

#include <errno.h>
#include <gio/gio.h>
#include <unistd.h>

#include "storage/crc64.h"

enum { AT_ONCE = 128 << 10 };

static gboolean fail(GError **error, const char *why)
{
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "the file to be stored cannot be read: %s",
                why);
    return FALSE;
}

static gssize read_some(const PmxFileRange *range, guint64 done, guint8 *bytes, gsize room)
{
    gsize most = (gsize)MIN(range->length - done, room);
    gssize count;
    do
        count = pread(range->fd, bytes, most, (off_t)(range->offset + done));
    while (count < 0 && errno == EINTR);
    return count;
}

static gboolean sum(const PmxFileRange *range, GCancellable *cancel, GChecksum *md5,
                    PmxCrc64 *crc64, GError **error)
{
    g_autofree guint8 *bytes = g_malloc(AT_ONCE);
    for (guint64 done = 0; done < range->length;) {
        gssize count = read_some(range, done, bytes, AT_ONCE);
        if (g_cancellable_set_error_if_cancelled(cancel, error))
            return FALSE;
        if (count <= 0)
            return fail(error, count < 0 ? g_strerror(errno) : "it ends too early");
        g_checksum_update(md5, bytes, count);
        pmx_crc64_add(crc64, bytes, (gsize)count);
        done += (guint64)count;
    }
    return TRUE;
}

gboolean pmx_digest_file(const PmxFileRange *range, GCancellable *cancel, PmxDigest *digest,
                         GError **error)
{
    g_autoptr(GChecksum) md5 = g_checksum_new(G_CHECKSUM_MD5);
    g_autofree PmxCrc64 *crc64 = g_new(PmxCrc64, 1);
    gsize length = sizeof digest->md5;
    pmx_crc64_begin(crc64);
    if (!sum(range, cancel, md5, crc64, error))
        return FALSE;
    g_checksum_get_digest(md5, digest->md5, &length);
    digest->crc64 = pmx_crc64_value(crc64);
    return TRUE;
}

char *pmx_digest_base64(const PmxDigest *digest)
{
    return g_base64_encode(digest->md5, sizeof digest->md5);
}

char *pmx_digest_hex(const PmxDigest *digest)
{
    GString *text = g_string_sized_new(2 * sizeof digest->md5);
    for (gsize i = 0; i < sizeof digest->md5; i++)
        g_string_append_printf(text, "%02x", digest->md5[i]);
    return g_string_free(text, FALSE);
}

char *pmx_digest_text_base64(const char *text)
{
    g_autoptr(GChecksum) md5 = g_checksum_new(G_CHECKSUM_MD5);
    PmxDigest digest = {0};
    gsize length = sizeof digest.md5;
    g_checksum_update(md5, (const guint8 *)text, -1);
    g_checksum_get_digest(md5, digest.md5, &length);
    return pmx_digest_base64(&digest);
}
