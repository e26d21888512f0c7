/* SPDX-License-Identifier: MIT */
/* See font-file.h. */
#include "exec/font-file.h"

GBytes *pmx_font_file_read(int font)
{
    char *bytes = NULL;
    gsize length = 0;
    if (!g_file_get_contents(pmx_font_places[font].path, &bytes, &length, NULL))
        return NULL;
    return g_bytes_new_take(bytes, length);
}
