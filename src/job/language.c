/* SPDX-License-Identifier: MIT */
/* Languages of tracks: see language.h for the rule. Pure. */
#include "job/language.h"

#include <glib.h>
#include <string.h>

#include "job/language-tag.h"

/* Country codes that ISO 639-1 gives to another language, far less often meant. Only for
 * suggestions: in a file the standard counts. */
static const struct {
    const char *code;
    const char *meant;
} habits[] = {
    {"kr", "kor"}, /* by ISO 639-1 Kanuri */
    {"se", "swe"}, /* by ISO 639-1 Northern Sami */
};

/* --- ISO 639-2 --- */

bool pmx_language_is_iso639_2(const char *code)
{
    if (!code || strlen(code) != 3)
        return false;
    if (pmx_language_is_local(code))
        return true;
    const PmxLanguageRow *row = pmx_language_row(code);
    return row && row->in_639_2 &&
           (strcmp(row->code, code) == 0 || strcmp(row->bibliographic, code) == 0);
}

char *pmx_language_to_639_2t(const char *tag)
{
    PmxLanguageTag read;
    if (!pmx_language_tag_read(tag, &read) || strcmp(read.language, "und") == 0)
        return NULL;
    return g_strdup(read.language);
}

char *pmx_language_to_639_2b(const char *tag)
{
    PmxLanguageTag read;
    if (!pmx_language_tag_read(tag, &read) || strcmp(read.language, "und") == 0)
        return NULL;
    gboolean other = read.row && read.row->bibliographic[0];
    return g_strdup(other ? read.row->bibliographic : read.language);
}

char *pmx_language_to_bcp47(const char *tag)
{
    PmxLanguageTag read;
    if (!pmx_language_tag_read(tag, &read) || strcmp(read.language, "und") == 0)
        return NULL;
    gboolean shorter = read.row && read.row->alpha_2[0];
    return g_strdup(shorter ? read.row->alpha_2 : read.language);
}

char *pmx_language_display(const char *code)
{
    PmxLanguageTag read;
    if (!pmx_language_tag_read(code, &read))
        return NULL;
    return g_strdup(read.row ? read.row->name : "Reserved for local use");
}

/* --- suggestions --- */

/* The languages that a typing error may lead to: all, and those with a two-letter code, of which
 * one is more likely meant than one of the others. */
typedef struct {
    const PmxLanguageRow *row;
    bool several;
} Candidate;

typedef struct {
    Candidate any, common;
} Near;

static void add(Candidate *candidate, const PmxLanguageRow *row)
{
    candidate->several |= candidate->row && candidate->row != row;
    candidate->row = row;
}

static void add_near(Near *near, const PmxLanguageRow *row)
{
    /* Nobody misspells und or a whole family of languages. */
    if (!row->in_639_2 || row->scope == 'S' || row->scope == 'C')
        return;
    add(&near->any, row);
    if (row->alpha_2[0])
        add(&near->common, row);
}

static bool same_letter(char a, char b)
{
    return g_ascii_tolower(a) == g_ascii_tolower(b);
}

/* TRUE when one letter too many, too few, wrong, or two swapped make the difference, or none. */
static bool one_error_apart(const char *a, const char *b)
{
    while (*a && same_letter(*a, *b))
        a++, b++;
    size_t la = strlen(a), lb = strlen(b);
    while (la > 0 && lb > 0 && same_letter(a[la - 1], b[lb - 1]))
        la--, lb--;
    if (la == 2 && lb == 2)
        return same_letter(a[0], b[1]) && same_letter(a[1], b[0]);
    return la <= 1 && lb <= 1;
}

static void find_near_codes(const char *text, Near *near)
{
    const PmxLanguageRow *row;
    for (size_t i = 0; (row = pmx_language_row_at(i)); i++) {
        if (one_error_apart(text, row->code) ||
            (row->bibliographic[0] && one_error_apart(text, row->bibliographic)))
            add_near(near, row);
    }
}

static void find_near_names(const char *text, Near *near)
{
    const PmxLanguageName *name;
    for (size_t i = 0; (name = pmx_language_name_at(i)); i++) {
        if (one_error_apart(text, name->name))
            add_near(near, pmx_language_row(name->code));
    }
}

/* Longer than every name; a longer text would only cost time. */
enum { LONGEST_NAME = 100 };

/* `text` has no blanks around. Codes are compared with words about as long, names with longer ones:
 * a short word is one error apart from too much to say anything. What is `known`, as a language
 * that ISO 639-2 does not have, may well be meant; only a common one is worth asking about. */
static const char *near_code(const char *text, bool known)
{
    Near near = {0};
    size_t length = strlen(text);
    if (length == 3 || length == 4)
        find_near_codes(text, &near);
    if (length >= 4 && length <= LONGEST_NAME)
        find_near_names(text, &near);
    const Candidate *best = known || near.any.several ? &near.common : &near.any;
    return best->row && !best->several ? best->row->code : NULL;
}

/* The ISO 639-2/T code under which a language is filed: its own or its macrolanguage's. */
static const char *filed_under(const PmxLanguageTag *tag)
{
    if (!tag->row)
        return tag->language[0] ? tag->language : NULL;
    if (tag->row->in_639_2)
        return tag->row->code;
    const char *wider = pmx_language_macro(tag->row->code);
    if (!wider)
        wider = pmx_language_prefix(tag->row->code);
    return wider && pmx_language_is_iso639_2(wider) ? wider : NULL;
}

static const char *meant_by_habit(const char *text)
{
    size_t length = strcspn(text, "-_");
    for (size_t i = 0; i < G_N_ELEMENTS(habits); i++) {
        if (strlen(habits[i].code) == length &&
            g_ascii_strncasecmp(text, habits[i].code, length) == 0)
            return habits[i].meant;
    }
    return NULL;
}

char *pmx_language_suggest(const char *text)
{
    g_autofree char *word = g_strstrip(g_strdup(text ? text : ""));
    PmxLanguageTag tag;
    bool known = pmx_language_tag_read(word, &tag);
    const char *code = meant_by_habit(word);
    if (!code)
        code = filed_under(&tag);
    return g_strdup(code ? code : near_code(word, known));
}

/* --- the rule --- */

static bool is_undetermined(const char *text, const PmxLanguageTag *tag)
{
    return !text || text[strspn(text, " \t\r\n\f")] == '\0' || strcmp(tag->language, "und") == 0;
}

static bool same_text(const char *a, const char *b)
{
    g_autofree char *x = g_strstrip(g_strdup(a)), *y = g_strstrip(g_strdup(b));
    return g_ascii_strcasecmp(x, y) == 0;
}

static bool stands_for(const char *individual, const char *macro)
{
    return g_strcmp0(pmx_language_macro(individual), macro) == 0;
}

static bool contradict(const char *a, const char *b)
{
    return *a && *b && strcmp(a, b) != 0;
}

static int rank(const PmxLanguageTag *wanted, const PmxLanguageTag *tag)
{
    bool same = strcmp(wanted->language, tag->language) == 0;
    if (!same && !stands_for(wanted->language, tag->language) &&
        !stands_for(tag->language, wanted->language))
        return PMX_LANGUAGE_MATCH_NO;
    if (contradict(wanted->script, tag->script) || contradict(wanted->region, tag->region))
        return PMX_LANGUAGE_MATCH_NO;
    if (!same)
        return PMX_LANGUAGE_MATCH_RELATED;
    if ((wanted->script[0] && !tag->script[0]) || (wanted->region[0] && !tag->region[0]))
        return PMX_LANGUAGE_MATCH_LESS;
    if ((tag->script[0] && !wanted->script[0]) || (tag->region[0] && !wanted->region[0]))
        return PMX_LANGUAGE_MATCH_MORE;
    return PMX_LANGUAGE_MATCH_SAME;
}

int pmx_language_match(const char *wanted, const char *tag)
{
    PmxLanguageTag w, t;
    bool wanted_known = pmx_language_tag_read(wanted, &w);
    bool tag_known = pmx_language_tag_read(tag, &t);
    if (is_undetermined(tag, &t))
        return strcmp(w.language, "und") == 0 ? PMX_LANGUAGE_MATCH_SAME : PMX_LANGUAGE_MATCH_NO;
    if (wanted_known && tag_known)
        return rank(&w, &t);
    if (wanted_known || tag_known || is_undetermined(wanted, &w))
        return PMX_LANGUAGE_MATCH_NO;
    return same_text(wanted, tag) ? PMX_LANGUAGE_MATCH_SAME : PMX_LANGUAGE_MATCH_NO;
}
