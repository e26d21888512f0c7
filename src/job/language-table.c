/* SPDX-License-Identifier: MIT */
/* Tables of languages and look-ups in them: see language-table.h. Pure. */
#include "job/language-table.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char from[4];
    char to[4];
} CodePair;

#include "language-table.inc"

/* Codes that no part of ISO 639 gives to another language today. First the retired ones, which old
 * files carry (CLDR, supplementalMetadata.xml, languageAlias), then country codes and abbreviations
 * that people take for language codes. */
static const CodePair other_codes[] = {
    {"in", "ind"},  {"iw", "heb"},  {"ji", "yid"},  {"jw", "jav"}, {"mo", "ron"},
    {"mol", "ron"}, {"scc", "srp"}, {"scr", "hrv"}, {"cn", "zho"}, {"cz", "ces"},
    {"dk", "dan"},  {"gb", "eng"},  {"gr", "ell"},  {"jp", "jpn"}, {"jap", "jpn"},
    {"sp", "spa"},  {"ua", "ukr"},  {"us", "eng"},  {"vn", "vie"}, {"esp", "spa"},
};

/* Names in everyday use that ISO 639-2 does not list; sorted. */
static const PmxLanguageName everyday_names[] = {
    {"Azeri", "aze"},
    {"Brazilian Portuguese", "por"},
    {"Cantonese", "yue"},
    {"Farsi", "fas"},
    {"Greek", "ell"},
    {"Mandarin", "cmn"},
    {"Simplified Chinese", "zho"},
    {"Slovene", "slv"},
    {"Traditional Chinese", "zho"},
};

/* The individual language that stands for a macrolanguage: CLDR, supplementalMetadata.xml,
 * languageAlias with reason "macrolanguage", as far as releases 45 and 48 agree and the target is a
 * macrolanguage in ISO 639-3. The last pair is from languageMatching.xml (no and nb: distance 1,
 * the closest that it has); CLDR has no alias for it. */
static const CodePair macros[] = {
    {"aju", "jrb"}, {"als", "sqi"}, {"arb", "ara"}, {"ayr", "aym"}, {"azj", "aze"}, {"bcc", "bal"},
    {"bcl", "bik"}, {"bxk", "luy"}, {"bxr", "bua"}, {"cld", "syr"}, {"cmn", "zho"}, {"cwd", "cre"},
    {"dgo", "doi"}, {"dhd", "mwr"}, {"dik", "din"}, {"diq", "zza"}, {"ekk", "est"}, {"emk", "man"},
    {"esk", "ipk"}, {"fat", "aka"}, {"fuc", "ful"}, {"gaz", "orm"}, {"gbo", "grb"}, {"gno", "gon"},
    {"gug", "grn"}, {"gya", "gba"}, {"hdn", "hai"}, {"hea", "hmn"}, {"ike", "iku"}, {"khk", "mon"},
    {"kmr", "kur"}, {"knc", "kau"}, {"kng", "kon"}, {"kpv", "kom"}, {"lbk", "bnc"}, {"lvs", "lav"},
    {"mhr", "chm"}, {"mup", "raj"}, {"npi", "nep"}, {"ojg", "oji"}, {"ory", "ori"}, {"pbu", "pus"},
    {"pes", "fas"}, {"plt", "mlg"}, {"pnb", "lah"}, {"quz", "que"}, {"rmy", "rom"}, {"spy", "kln"},
    {"src", "srd"}, {"swh", "swa"}, {"ttq", "tmh"}, {"twi", "aka"}, {"umu", "del"}, {"uzn", "uzb"},
    {"xpe", "kpe"}, {"xsl", "den"}, {"ydd", "yid"}, {"zai", "zap"}, {"zsm", "msa"}, {"zyb", "zha"},
    {"nob", "nor"},
};

/* Extended language subtags and the language each must follow: IANA language subtag registry,
 * "Type: extlang" (RFC 5646, 2.2.2). Sign languages, which follow sgn, are left to the caller. */
static const struct {
    char prefix[4];
    const char *codes; /* three letters and a blank each */
} extensions[] = {
    {"ara", "aao abh abv acm acq acw acx acy adf aeb aec afb ajp apc apd arb arq ars ary arz auz "
            "avl ayh ayl ayn ayp bbz pga shu ssh "},
    {"kok", "gom knn "},
    {"lav", "ltg lvs "},
    {"msa", "bjn btj bve bvu coa dup hji jak jax kvb kvr kxd lce lcf liw max meo mfa mfb min mqg "
            "msi mui orn ors pel pse tmw urk vkk vkt xmm zlm zmi zsm "},
    {"swa", "swc swh "},
    {"uzb", "uzn uzs "},
    {"zho", "cdo cjy cmn cnp cpx csp czh czo gan hak hsn lzh mnp nan wuu yue "},
};

static const char *pair_from(const CodePair *pairs, size_t count, const char *from)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(pairs[i].from, from) == 0)
            return pairs[i].to;
    }
    return NULL;
}

static int compare_code(const void *code, const void *row)
{
    return strcmp(code, ((const PmxLanguageRow *)row)->code);
}

static const PmxLanguageRow *row_by_code(const char *code)
{
    return bsearch(code, rows, G_N_ELEMENTS(rows), sizeof(rows[0]), compare_code);
}

static int compare_pair(const void *code, const void *pair)
{
    return strcmp(code, ((const CodePair *)pair)->from);
}

const PmxLanguageRow *pmx_language_row(const char *code)
{
    const PmxLanguageRow *row = row_by_code(code);
    if (row)
        return row;
    const CodePair *second = bsearch(code, second_codes, G_N_ELEMENTS(second_codes),
                                     sizeof(second_codes[0]), compare_pair);
    if (second)
        return row_by_code(second->to);
    const char *other = pair_from(other_codes, G_N_ELEMENTS(other_codes), code);
    return other ? row_by_code(other) : NULL;
}

typedef struct {
    const char *at;
    size_t length;
} Text;

static int compare_name(const void *key, const void *entry)
{
    const Text *text = key;
    const char *name = ((const PmxLanguageName *)entry)->name;
    int order = g_ascii_strncasecmp(text->at, name, text->length);
    return order || !name[text->length] ? order : -1;
}

const PmxLanguageRow *pmx_language_row_by_name(const char *text, size_t length)
{
    Text key = {text, length};
    const size_t size = sizeof(PmxLanguageName);
    const PmxLanguageName *name = bsearch(&key, names, G_N_ELEMENTS(names), size, compare_name);
    if (!name)
        name = bsearch(&key, everyday_names, G_N_ELEMENTS(everyday_names), size, compare_name);
    if (!name)
        name = bsearch(&key, other_names, G_N_ELEMENTS(other_names), size, compare_name);
    return name ? row_by_code(name->code) : NULL;
}

const PmxLanguageRow *pmx_language_row_at(size_t i)
{
    return i < G_N_ELEMENTS(rows) ? &rows[i] : NULL;
}

const PmxLanguageName *pmx_language_name_at(size_t i)
{
    if (i < G_N_ELEMENTS(names))
        return &names[i];
    i -= G_N_ELEMENTS(names);
    return i < G_N_ELEMENTS(everyday_names) ? &everyday_names[i] : NULL;
}

bool pmx_language_is_local(const char *code)
{
    return code[0] == 'q' && code[1] >= 'a' && code[1] <= 't' && g_ascii_islower(code[2]) &&
           code[3] == '\0';
}

const char *pmx_language_macro(const char *code)
{
    return pair_from(macros, G_N_ELEMENTS(macros), code);
}

const char *pmx_language_prefix(const char *code)
{
    for (size_t i = 0; i < G_N_ELEMENTS(extensions); i++) {
        for (const char *at = extensions[i].codes; *at; at += 4) {
            if (strncmp(at, code, 3) == 0)
                return extensions[i].prefix;
        }
    }
    return NULL;
}

bool pmx_language_extends(const char *prefix, const char *code)
{
    const char *registered = pmx_language_prefix(code);
    if (registered)
        return strcmp(registered, prefix) == 0;
    const PmxLanguageRow *row = row_by_code(code);
    return strcmp(prefix, "sgn") == 0 && row && strstr(row->name, "Sign Language");
}
