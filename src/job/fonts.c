/* SPDX-License-Identifier: MIT */
/* See fonts.h. What is read here is OpenType's (ISO/IEC 14496-22) table of characters, "cmap". */
#include "job/fonts.h"

#define TRUETYPE "/usr/share/fonts/truetype/"
#define DEJAVU TRUETYPE "dejavu/"
#define ZENHEI TRUETYPE "wqy/wqy-zenhei.ttc"

const char *const pmx_font_names[] = {"DejaVu Sans",
                                      "DejaVu Sans Bold",
                                      "DejaVu Sans Mono",
                                      "DejaVu Sans Mono Bold",
                                      "DejaVu Serif",
                                      "DejaVu Serif Bold",
                                      "WenQuanYi Zen Hei",
                                      "SimSun",
                                      "Noto Sans CJK",
                                      "Symbola",
                                      NULL};

const PmxFontPlace pmx_font_places[PMX_FONTS] = {
    {DEJAVU "DejaVuSans.ttf", "fonts-dejavu-core"},
    {DEJAVU "DejaVuSans-Bold.ttf", "fonts-dejavu-core"},
    {DEJAVU "DejaVuSansMono.ttf", "fonts-dejavu-core"},
    {DEJAVU "DejaVuSansMono-Bold.ttf", "fonts-dejavu-core"},
    {DEJAVU "DejaVuSerif.ttf", "fonts-dejavu-core"},
    {DEJAVU "DejaVuSerif-Bold.ttf", "fonts-dejavu-core"},
    {ZENHEI, "fonts-wqy-zenhei"},
    {ZENHEI, "fonts-wqy-zenhei"}, /* SimSun is not free; who writes it wants Chinese characters */
    {"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "fonts-noto-cjk"},
    {TRUETYPE "ancient-scripts/Symbola_hint.ttf", "fonts-symbola"},
};

/* --- bytes, big-endian; 0 beyond their end --- */

typedef struct {
    const guint8 *bytes;
    gsize length;
} View;

static guint32 number(const View *view, gsize at, gsize width)
{
    guint32 value = 0;
    if (at > view->length || width > view->length - at)
        return 0;
    for (gsize i = 0; i < width; i++)
        value = value << 8 | view->bytes[at + i];
    return value;
}

static View part(const View *view, gsize at)
{
    gsize start = MIN(at, view->length);
    return (View){view->bytes + start, view->length - start};
}

/* --- the table --- */

static View find_cmap(const View *file)
{
    enum { COLLECTION = 0x74746366, CMAP = 0x636d6170, HEAD = 12, RECORD = 16 };
    gsize start = number(file, 0, 4) == COLLECTION ? number(file, HEAD, 4) : 0;
    guint count = number(file, start + 4, 2);
    for (guint i = 0; i < count; i++) {
        gsize at = start + HEAD + (gsize)i * RECORD;
        if (number(file, at, 4) == CMAP)
            return part(file, number(file, at + 8, 4));
    }
    return (View){0};
}

/* Of all characters when there is one, else of the first 65536. FreeType prefers likewise. */
static View find_unicode(const View *cmap)
{
    enum {
        HEAD = 4,
        RECORD = 8,
        UNICODE = 0,
        WINDOWS = 3,
        FIRST = 1,
        ALL = 10,
        SHORT = 4,
        LONG = 12
    };
    View found = {0};
    guint count = number(cmap, 2, 2);
    for (guint i = 0; i < count; i++) {
        gsize at = HEAD + (gsize)i * RECORD;
        guint platform = number(cmap, at, 2), encoding = number(cmap, at + 2, 2);
        View table = part(cmap, number(cmap, at + 4, 4));
        gboolean unicode =
            platform == UNICODE || (platform == WINDOWS && (encoding == FIRST || encoding == ALL));
        if (unicode && number(&table, 0, 2) == LONG)
            return table;
        if (unicode && number(&table, 0, 2) == SHORT)
            found = table;
    }
    return found;
}

/* Groups of characters: first, last, the glyph of the first. */
static guint32 glyph_in_groups(const View *table, gunichar character)
{
    enum { HEAD = 16, GROUP = 12 };
    guint32 count = MIN(number(table, 12, 4), table->length / GROUP);
    for (guint32 i = 0; i < count; i++) {
        gsize at = HEAD + (gsize)i * GROUP;
        guint32 first = number(table, at, 4), last = number(table, at + 4, 4);
        if (character >= first && character <= last)
            return number(table, at + 8, 4) + (character - first);
    }
    return 0;
}

/* Segments in four arrays: ends, starts, deltas, and offsets from themselves into a list of glyphs. */
static guint32 glyph_in_segments(const View *table, gunichar character)
{
    enum { HEAD = 14 };
    gsize bytes = number(table, 6, 2), starts = HEAD + bytes + 2, deltas = starts + bytes,
          offsets = deltas + bytes;
    for (gsize i = 0; i < bytes; i += 2) {
        guint32 start = number(table, starts + i, 2), offset = number(table, offsets + i, 2);
        guint32 delta = number(table, deltas + i, 2);
        if (character > number(table, HEAD + i, 2))
            continue;
        if (character < start)
            return 0;
        if (offset == 0)
            return (character + delta) & 0xffff;
        guint32 listed = number(table, offsets + i + offset + 2 * (gsize)(character - start), 2);
        return listed ? (listed + delta) & 0xffff : 0;
    }
    return 0;
}

gunichar pmx_font_lacks(GBytes *file, const char *text)
{
    enum { LONG = 12 };
    View all = {0};
    all.bytes = g_bytes_get_data(file, &all.length);
    View cmap = find_cmap(&all), table = find_unicode(&cmap);
    gboolean is_long = number(&table, 0, 2) == LONG;
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        if (character == '\n' || character == '\r')
            continue;
        if (!(is_long ? glyph_in_groups : glyph_in_segments)(&table, character))
            return character;
    }
    return 0;
}
