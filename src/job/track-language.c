/* SPDX-License-Identifier: MIT */
/* See track-language.h. Pure. */
#include "job/track-language.h"

#include <string.h>

#include "job/language.h"

/* RFC 5646 2.1 without extended languages, extensions and private use: language, script, region,
 * variants; at least one of the latter three. */
static const char form[] = "^[a-z]{2,3}(?=-)(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?"
                           "(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*$";

char *pmx_track_language_tag(const char *text)
{
    g_autofree char *known = NULL;
    if (!text || !g_regex_match_simple(form, text, G_REGEX_CASELESS, 0) ||
        !(known = pmx_language_to_639_2t(text)))
        return NULL;
    g_auto(GStrv) parts = g_strsplit(text, "-", -1);
    for (guint i = 0; parts[i]; i++) {
        gsize length = strlen(parts[i]);
        char *usual =
            i > 0 && length == 2 ? g_ascii_strup(parts[i], -1) : g_ascii_strdown(parts[i], -1);
        if (i > 0 && length == 4)
            usual[0] = g_ascii_toupper(usual[0]);
        g_free(parts[i]);
        parts[i] = usual;
    }
    return g_strjoinv("-", parts);
}

char *pmx_track_language_check(const char *text)
{
    g_autofree char *tag = pmx_track_language_tag(text);
    if (!*text || tag || pmx_language_is_iso639_2(text))
        return NULL;
    g_autofree char *near = pmx_language_suggest(text);
    return g_strdup_printf("\"%s\" is not an ISO 639-2 code%s%s%s", text,
                           near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

char *pmx_track_language_split(char **language)
{
    char *tag = pmx_track_language_tag(*language);
    char *code = pmx_language_to_639_2t(*language);
    if (code) {
        g_free(*language);
        *language = code;
    }
    return tag;
}
