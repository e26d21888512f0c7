/* SPDX-License-Identifier: MIT */
/* See partial.h. */
#include "storage/partial.h"

#include "storage/content-range.h"

void pmx_partial_clear(PmxPartial *partial)
{
    g_clear_pointer(&partial->got, g_byte_array_unref);
}

static gsize kept(const PmxPartial *partial)
{
    return partial->got ? partial->got->len : 0;
}

guint64 pmx_partial_next(const PmxPartial *partial)
{
    return partial->first + kept(partial);
}

gsize pmx_partial_missing(const PmxPartial *partial)
{
    return partial->length - kept(partial);
}

/* How long the answer was to be, if its headers agree about that and it begins where it should; 0: not. */
static guint64 promised(const PmxPartial *partial, const PmxClientReply *reply)
{
    PmxContentRange range;
    guint64 length;
    if (reply->status != 206 || !pmx_content_range(reply, &range) ||
        range.first != pmx_partial_next(partial))
        return 0;
    guint64 count = range.last - range.first + 1;
    const char *text = pmx_client_header(reply->headers, "Content-Length");
    gboolean agree = !text || (g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &length, NULL) &&
                               length == count);
    return agree && count <= pmx_partial_missing(partial) ? count : 0;
}

gsize pmx_partial_keep(PmxPartial *partial, const PmxClientReply *reply)
{
    gsize size;
    const guint8 *bytes = g_bytes_get_data(reply->body, &size);
    gboolean broke_off =
        reply->failure == PMX_CLIENT_TIMEOUT || reply->failure == PMX_CLIENT_CUT_SHORT;
    if (!broke_off || size == 0 || size >= promised(partial, reply) || partial->length > G_MAXINT32)
        return 0;
    if (!partial->got)
        partial->got = g_byte_array_new();
    g_byte_array_append(partial->got, bytes, (guint)size);
    return size;
}

GBytes *pmx_partial_whole(const PmxPartial *partial, GBytes *rest)
{
    gsize size;
    const void *bytes = g_bytes_get_data(rest, &size);
    if (kept(partial) == 0)
        return g_bytes_ref(rest);
    GByteArray *whole = g_byte_array_sized_new((guint)(kept(partial) + size));
    g_byte_array_append(whole, partial->got->data, partial->got->len);
    g_byte_array_append(whole, bytes, (guint)size);
    return g_byte_array_free_to_bytes(whole);
}
