/* SPDX-License-Identifier: MIT */
/* See percent.h. */
#include "base/percent.h"

#include <string.h>

static const char hex_digits[] = "0123456789ABCDEF";

static char *encode(const char *text, const char *kept)
{
    GString *encoded = g_string_sized_new(strlen(text) * 3 / 2);
    for (const guchar *c = (const guchar *)text; *c; c++) {
        if (g_ascii_isalnum(*c) || strchr(kept, *c)) {
            g_string_append_c(encoded, (char)*c);
        } else {
            const char escape[] = {'%', hex_digits[*c >> 4], hex_digits[*c & 15]};
            g_string_append_len(encoded, escape, sizeof escape);
        }
    }
    return g_string_free(encoded, FALSE);
}

char *pmx_percent_encode(const char *text)
{
    return encode(text, "-._~");
}

char *pmx_percent_encode_path(const char *text)
{
    return encode(text, "-._~/");
}

/* The byte behind "%" at `at`, or -1. */
static int escaped_byte(const char *at, const char *end)
{
    if (end - at < 3 || !g_ascii_isxdigit(at[1]) || !g_ascii_isxdigit(at[2]))
        return -1;
    return g_ascii_xdigit_value(at[1]) * 16 + g_ascii_xdigit_value(at[2]);
}

static gboolean unescape(GString *decoded, const char *text, gsize length, gboolean plus)
{
    for (const char *at = text, *end = text + length; at < end;) {
        int byte = *at == '%' ? escaped_byte(at, end) : plus && *at == '+' ? ' ' : (guchar)*at;
        if (byte < 0)
            return FALSE;
        g_string_append_c(decoded, (char)byte);
        at += *at == '%' ? 3 : 1;
    }
    return TRUE;
}

char *pmx_percent_decode(const char *text, gsize length, gboolean plus, GError **error)
{
    g_autoptr(GString) decoded = g_string_sized_new(length);
    if (!unescape(decoded, text, length, plus))
        g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                    "has a %% that two hexadecimal digits do not follow");
    else if (memchr(decoded->str, 0, decoded->len))
        g_set_error(error, PMX_ERROR, PMX_CODE_INVALID, "holds a NUL byte");
    else if (!g_utf8_validate(decoded->str, (gssize)decoded->len, NULL))
        g_set_error(error, PMX_ERROR, PMX_CODE_INVALID, "is not valid UTF-8");
    else
        return g_string_free(g_steal_pointer(&decoded), FALSE);
    return NULL;
}
