/* SPDX-License-Identifier: MIT */
/* See long_languages.h. Pure. */
#include "media/long_languages.h"

#include <libavutil/intreadwrite.h>
#include <string.h>

enum { ROOM = 0x01 }; /* no name has it: control characters are refused */

/* elng: box header, version and flags, the tag and its NUL. */
static gsize elng_size(const char *tag)
{
    return 8 + 4 + strlen(tag) + 1;
}

/* LanguageBCP47: id, size, the tag; and four bytes for a Void element to take up what is left. */
static gsize matroska_room(const char *tag)
{
    return 3 + 1 + strlen(tag) + 4;
}

static gsize room_for(PmxLongForm form, const char *tag)
{
    return form == PMX_LONG_MATROSKA ? matroska_room(tag) : elng_size(tag);
}

char *pmx_long_name(PmxLongForm form, const char *name, const char *tag)
{
    g_autofree char *room = g_strnfill(room_for(form, tag), ROOM);
    return g_strconcat(name, room, NULL);
}

/* Where the name begins that is followed by exactly this room. */
static guint8 *find(guint8 *bytes, gsize length, gsize from, const char *padded)
{
    gsize wanted = strlen(padded);
    for (gsize at = from; wanted <= length && at <= length - wanted; at++) {
        const guint8 *hit = memchr(bytes + at, padded[0], length - wanted - at + 1);
        if (!hit)
            return NULL;
        at = (gsize)(hit - bytes);
        if (memcmp(hit, padded, wanted) == 0 && (at + wanted == length || hit[wanted] != ROOM))
            return bytes + at;
    }
    return NULL;
}

/* --- MP4 and QuickTime --- */

/* hdlr: size, type, version and flags, predefined, handler, three reserved, then the name: with a
 * NUL behind it, or in QuickTime a length before it. */
static gboolean set_mp4(gboolean pascal, guint8 *name, gsize head, gsize length, const char *tag)
{
    gsize before = pascal ? 33 : 32, extra = elng_size(tag);
    guint8 *box = name - before;
    if (head < before || memcmp(box + 4, "hdlr", 4) != 0 ||
        AV_RB32(box) != before + length + extra + (pascal ? 0 : 1))
        return FALSE;
    AV_WB32(box, AV_RB32(box) - extra);
    if (pascal)
        name[-1] = (guint8)length;
    guint8 *elng = box + AV_RB32(box);
    if (!pascal)
        elng[-1] = 0;
    memset(elng, 0, extra);
    AV_WB32(elng, (guint32)extra);
    memcpy(elng + 4, "elng", 4);
    memcpy(elng + 12, tag, strlen(tag));
    return TRUE;
}

/* --- Matroska --- */

static gsize size_length(gsize size)
{
    return size < 127 ? 1 : 2;
}

static guint8 *put_element(guint8 *at, const char *id, const char *text)
{
    gsize ids = strlen(id), length = strlen(text);
    memcpy(at, id, ids);
    at += ids;
    if (size_length(length) == 1)
        *at++ = (guint8)(0x80 | length);
    else
        AV_WB16(at, 0x4000 | (guint16)length), at += 2;
    memcpy(at, text, length);
    return at + length;
}

static gboolean set_matroska(guint8 *payload, gsize head, const char *name, const char *tag)
{
    gsize length = strlen(name), whole = length + matroska_room(tag);
    gsize before = 2 + size_length(whole);
    guint8 *at = payload - before, *end = payload + whole;
    if (head < before || at[0] != 0x53 || at[1] != 0x6E)
        return FALSE;
    g_autofree char *own = g_strdup(name);
    if (*own)
        at = put_element(at, "\x53\x6E", own);
    at = put_element(at, "\x22\xB5\x9D", tag);
    memset(at, 0, (gsize)(end - at));
    *at = 0xEC; /* Void; at least four bytes are left and fewer than a size byte can say */
    at[1] = (guint8)(0x80 | (guint8)(end - at - 2));
    return TRUE;
}

gboolean pmx_long_set(PmxLongForm form, guint8 *bytes, gsize length, gsize *from, const char *name,
                      const char *tag)
{
    g_autofree char *padded = pmx_long_name(form, name, tag);
    guint8 *at = find(bytes, length, *from, padded);
    if (!at)
        return FALSE;
    gsize head = (gsize)(at - bytes);
    *from = head + strlen(padded);
    return form == PMX_LONG_MATROSKA ? set_matroska(at, head, name, tag)
                                     : set_mp4(form == PMX_LONG_MOV, at, head, strlen(name), tag);
}
