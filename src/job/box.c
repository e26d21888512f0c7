/* SPDX-License-Identifier: MIT */
/* See box.h. Pure. */
#include "job/box.h"

enum { SIDE_MAX = 16384, SIDE_MIN = 16 };

static gboolean parse_any(const char *text, void *out)
{
    g_auto(GStrv) parts = g_strsplit(text, ":", 5);
    PmxBox box = {0};
    gint64 *sides[] = {&box.width, &box.height, &box.left, &box.top};
    if (!*text) {
        *(PmxBox *)out = box;
        return TRUE;
    }
    if (g_strv_length(parts) != G_N_ELEMENTS(sides))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(sides); i++)
        if (!g_ascii_string_to_signed(parts[i], 10, i < 2 ? 1 : 0, SIDE_MAX, sides[i], NULL))
            return FALSE;
    *(PmxBox *)out = box;
    return TRUE;
}

static char *format(const void *value)
{
    const PmxBox *box = value;
    if (box->found)
        return g_strdup("border");
    if (box->width == 0)
        return g_strdup("");
    return g_strdup_printf("%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT
                           ":%" G_GINT64_FORMAT,
                           box->width, box->height, box->left, box->top);
}

/* 4:2:0 pictures have a chroma sample for each two luma samples either way. */
static gboolean parse_even(const char *text, void *out)
{
    PmxBox box;
    if (!parse_any(text, &box) || box.width % 2 || box.height % 2 || box.left % 2 || box.top % 2)
        return FALSE;
    if (box.width && (box.width < SIDE_MIN || box.height < SIDE_MIN))
        return FALSE;
    *(PmxBox *)out = box;
    return TRUE;
}

static gboolean parse_crop(const char *text, void *out)
{
    if (g_ascii_strcasecmp(text, "border") != 0)
        return parse_even(text, out);
    *(PmxBox *)out = (PmxBox){.found = TRUE};
    return TRUE;
}

const PmxTextKind pmx_box_kind = {"w:h:left:top in pixels", parse_any, format};
const PmxTextKind pmx_crop_kind = {"border, or w:h:left:top in even numbers of pixels, from 16:16",
                                   parse_crop, format};
const PmxTextKind pmx_pad_kind = {"w:h:left:top in even numbers of pixels, from 16:16", parse_even,
                                  format};
