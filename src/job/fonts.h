/* SPDX-License-Identifier: MIT */
/* The fonts that a watermark's text may have, and which characters are in them. Pure. */
#pragma once

#include <glib.h>

enum { PMX_FONT_ZENHEI = 6, PMX_FONT_NOTO_CJK = 8, PMX_FONT_SYMBOLA = 9, PMX_FONTS = 10 };

typedef struct {
    const char *path, *package; /* where Debian's package has it */
} PmxFontPlace;

/* Both in one order; of the names NULL is at the end. */
extern const char *const pmx_font_names[];
extern const PmxFontPlace pmx_font_places[PMX_FONTS];

/* The file of a font (an index into pmx_font_names); NULL when it is not installed. Caller unrefs. */
typedef GBytes *(*PmxFontRead)(int font);

/* The first character of `text` (UTF-8, line ends left out) for which the font in `file` has no glyph,
 * a file of TrueType or OpenType or a collection, whose first font counts; 0: it has them all. */
gunichar pmx_font_lacks(GBytes *file, const char *text);
