/* SPDX-License-Identifier: MIT */
/* Language tags as found in files: see language-tag.h. Pure. */
#include "job/language-tag.h"

#include <glib.h>
#include <string.h>

typedef struct {
    const char *at;
    size_t length;
} Span;

/* Tags that mean something only as a whole: RFC 5646 2.2.8 ("grandfathered") with the registry's
 * preferred values (cel-gaulish: CLDR's), and the two names .NET has for Chinese scripts. */
static const struct {
    const char *tag;
    char language[4];
    char script[5];
} whole_tags[] = {
    {"art-lojban", "jbo", ""}, {"cel-gaulish", "xtg", ""}, {"i-ami", "ami", ""},
    {"i-bnn", "bnn", ""},      {"i-hak", "hak", ""},       {"i-klingon", "tlh", ""},
    {"i-lux", "ltz", ""},      {"i-navajo", "nav", ""},    {"i-pwn", "pwn", ""},
    {"i-tao", "tao", ""},      {"i-tay", "tay", ""},       {"i-tsu", "tsu", ""},
    {"no-bok", "nob", ""},     {"no-nyn", "nno", ""},      {"sgn-be-fr", "sfb", ""},
    {"sgn-be-nl", "vgt", ""},  {"sgn-ch-de", "sgg", ""},   {"zh-guoyu", "cmn", ""},
    {"zh-hakka", "hak", ""},   {"zh-min-nan", "nan", ""},  {"zh-xiang", "hsn", ""},
    {"zh-chs", "zho", "hans"}, {"zh-cht", "zho", "hant"},
};

/* The script a region implies for Chinese when none is given: CLDR, likelySubtags.xml. */
static const struct {
    char region[4];
    char script[5];
} chinese_scripts[] = {
    {"cn", "hans"}, {"sg", "hans"}, {"hk", "hant"}, {"mo", "hant"}, {"tw", "hant"},
};

static Span trimmed(const char *text)
{
    while (g_ascii_isspace(*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && g_ascii_isspace(text[length - 1]))
        length--;
    return (Span){text, length};
}

/* The part of `span` before the first of `ends`, without blanks at its end. */
static Span before(Span span, const char *ends)
{
    size_t length = 0;
    while (length < span.length && !strchr(ends, span.at[length]))
        length++;
    while (length > 0 && g_ascii_isspace(span.at[length - 1]))
        length--;
    return (Span){span.at, length};
}

/* TRUE when every byte is of the class, one of GLib's for ASCII. */
static bool all(Span span, GAsciiType class)
{
    for (size_t i = 0; i < span.length; i++) {
        if (!(g_ascii_table[(guchar)span.at[i]] & class))
            return false;
    }
    return true;
}

/* `out` holds span.length + 1 bytes. */
static void lower(Span span, char *out)
{
    for (size_t i = 0; i < span.length; i++)
        out[i] = g_ascii_tolower(span.at[i]);
    out[span.length] = '\0';
}

static bool take_subtag(Span *rest, Span *subtag)
{
    if (rest->length == 0)
        return false;
    size_t length = 0;
    while (length < rest->length && rest->at[length] != '-' && rest->at[length] != '_')
        length++;
    *subtag = (Span){rest->at, length};
    size_t used = MIN(length + 1, rest->length);
    *rest = (Span){rest->at + used, rest->length - used};
    return true;
}

/* FALSE, and `tag` as it was, without a row: iso-codes drops the codes that ISO 639-3 retires. */
static bool set_language(PmxLanguageTag *tag, const PmxLanguageRow *row)
{
    if (!row)
        return false;
    memcpy(tag->language, row->code, sizeof(tag->language));
    tag->row = row;
    return true;
}

static bool read_code(Span subtag, PmxLanguageTag *tag)
{
    char code[4];
    if (subtag.length < 2 || subtag.length > 3 || !all(subtag, G_ASCII_ALPHA))
        return false;
    lower(subtag, code);
    if (pmx_language_is_local(code)) {
        memcpy(tag->language, code, sizeof(code));
        return true;
    }
    return set_language(tag, pmx_language_row(code));
}

/* RFC 5646 4.5: an extended language subtag takes the place of the language it follows. */
static void read_extension(Span subtag, PmxLanguageTag *tag)
{
    char code[4];
    lower(subtag, code);
    if (pmx_language_extends(tag->language, code))
        set_language(tag, pmx_language_row(code));
}

static void read_region(Span subtag, PmxLanguageTag *tag)
{
    lower(subtag, tag->region);
    /* CLDR territoryAlias; Matroska's country codes are Internet domains, where Britain is uk. */
    if (strcmp(tag->region, "uk") == 0)
        memcpy(tag->region, "gb", sizeof("gb"));
}

/* The subtags after the language, by their form (RFC 5646 2.1); variants and what else cannot be
 * told are passed over. */
static void read_rest(Span rest, PmxLanguageTag *tag)
{
    Span subtag;
    for (int n = 0; take_subtag(&rest, &subtag) && subtag.length != 1; n++) {
        bool letters = all(subtag, G_ASCII_ALPHA);
        if (n == 0 && letters && subtag.length == 3)
            read_extension(subtag, tag);
        else if (letters && subtag.length == 4 && !tag->script[0] && !tag->region[0])
            lower(subtag, tag->script);
        else if (!tag->region[0] && ((letters && subtag.length == 2) ||
                                     (subtag.length == 3 && all(subtag, G_ASCII_DIGIT))))
            read_region(subtag, tag);
    }
}

static bool is_whole_tag(Span text, const char *tag)
{
    size_t i = 0;
    for (; i < text.length && tag[i]; i++) {
        char c = text.at[i] == '_' ? '-' : g_ascii_tolower(text.at[i]);
        if (c != tag[i])
            return false;
    }
    return i == text.length && !tag[i];
}

static bool read_whole_tag(Span text, PmxLanguageTag *tag)
{
    for (size_t i = 0; i < G_N_ELEMENTS(whole_tags); i++) {
        if (!is_whole_tag(text, whole_tags[i].tag))
            continue;
        memcpy(tag->script, whole_tags[i].script, sizeof(tag->script));
        return set_language(tag, pmx_language_row(whole_tags[i].language));
    }
    return false;
}

static void imply_script(PmxLanguageTag *tag)
{
    bool chinese = strcmp(tag->language, "zho") == 0 || strcmp(tag->language, "cmn") == 0 ||
                   strcmp(tag->language, "yue") == 0;
    if (!chinese || tag->script[0])
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(chinese_scripts); i++) {
        if (strcmp(chinese_scripts[i].region, tag->region) == 0)
            memcpy(tag->script, chinese_scripts[i].script, sizeof(tag->script));
    }
}

static bool read_tag(Span text, PmxLanguageTag *tag)
{
    Span rest = before(text, ".@"); /* POSIX locales: zh_CN.UTF-8, sr_RS@latin */
    Span subtag;
    if (!all(text, G_ASCII_GRAPH)) /* words: the first one may look like a code */
        return false;
    if (read_whole_tag(rest, tag))
        return true;
    if (!take_subtag(&rest, &subtag) || !read_code(subtag, tag))
        return false;
    read_rest(rest, tag);
    imply_script(tag);
    return true;
}

static bool read_name(Span text, PmxLanguageTag *tag)
{
    return set_language(tag, pmx_language_row_by_name(text.at, text.length));
}

bool pmx_language_tag_read(const char *text, PmxLanguageTag *tag)
{
    *tag = (PmxLanguageTag){0};
    Span whole = trimmed(text ? text : "");
    Span unnoted = before(whole, "(["); /* "English (US)", "eng [5.1]" */
    Span first = before(unnoted, "-_"); /* "English-US" */
    if (read_tag(whole, tag) || read_name(whole, tag))
        return true;
    if (unnoted.length < whole.length && (read_tag(unnoted, tag) || read_name(unnoted, tag)))
        return true;
    return first.length < unnoted.length && read_name(first, tag);
}
