/* SPDX-License-Identifier: MIT */
/* See text.h. */
#include "base/text.h"

#include <glib.h>

json_t *pmx_json_text(const char *bytes)
{
    g_autofree char *text = bytes ? g_utf8_make_valid(bytes, -1) : NULL;
    return text ? json_string(text) : json_null();
}
