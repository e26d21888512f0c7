/* SPDX-License-Identifier: MIT */
/* See size.h. */
#include "base/size.h"

#include <string.h>

gboolean pmx_size_from_text(const char *text, guint64 *bytes, GError **error)
{
    static const char units[] = "KMGT";
    char *end = NULL;
    guint64 number = g_ascii_isdigit(*text) ? g_ascii_strtoull(text, &end, 10) : 0;
    const char *unit = end && *end ? strchr(units, g_ascii_toupper(*end)) : NULL;
    guint shift = unit ? 10 * (guint)(unit - units + 1) : 0;
    if (!end || (*end && (!unit || end[1])) || number == 0 || number > G_MAXUINT64 >> shift) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                    "must be a size such as 500M or 20G, not \"%s\"", text);
        return FALSE;
    }
    *bytes = number << shift;
    return TRUE;
}
