/* SPDX-License-Identifier: MIT */
/* See columns.h. */
#include "cli/columns.h"

#include <string.h>

static guint of_letter(gunichar letter)
{
    if (g_unichar_iszerowidth(letter))
        return 0;
    return g_unichar_iswide(letter) ? 2 : 1;
}

guint pmx_columns(const char *text)
{
    guint sum = 0;
    for (; *text; text = g_utf8_next_char(text))
        sum += of_letter(g_utf8_get_char(text));
    return sum;
}

gsize pmx_columns_fit(const char *text, guint columns)
{
    const char *at = text;
    for (guint used = 0; *at; at = g_utf8_next_char(at)) {
        used += of_letter(g_utf8_get_char(at));
        if (used > columns)
            break;
    }
    return (gsize)(at - text);
}

void pmx_columns_append(GString *line, const char *text, guint columns)
{
    guint width = pmx_columns(text);
    if (columns == 0)
        return;
    if (width > columns) {
        g_string_append(line, "…");
        columns--;
        for (; width > columns; text = g_utf8_next_char(text))
            width -= of_letter(g_utf8_get_char(text));
        /* What belongs to a letter that is gone would stand on the "…". */
        while (*text && of_letter(g_utf8_get_char(text)) == 0)
            text = g_utf8_next_char(text);
    }
    g_string_append(line, text);
    for (; width < columns; width++)
        g_string_append_c(line, ' ');
}
