/* SPDX-License-Identifier: MIT */
/* Unit tests of job/language.h but for matching: tables of cases, and hostile bytes. */
#include "job/language.h"

#include <glib.h>
#include <string.h>

typedef struct {
    const char *text;
    const char *expected; /* NULL: nothing */
} TextCase;

typedef char *(*TextFunction)(const char *text);

static void check_text(const TextCase *cases, size_t count, TextFunction function)
{
    for (size_t i = 0; i < count; i++) {
        g_autofree char *got = function(cases[i].text);
        if (g_strcmp0(got, cases[i].expected) == 0)
            continue;
        g_test_message("\"%s\": expected %s, got %s", cases[i].text ? cases[i].text : "(null)",
                       cases[i].expected ? cases[i].expected : "nothing", got ? got : "nothing");
        g_test_fail();
    }
}

/* --- pmx_language_is_iso639_2 --- */

static const char *const valid[] = {"eng", "jpn", "zho", "chi", "deu", "ger", "fre", "fra", "und",
                                    "mul", "zxx", "mis", "qaa", "qtz", "qmb", "fil", "afa", "sgn"};

static const char *const invalid[] = {"",     "e",       "en", "ENG",  "Eng",         "cmn",
                                      "yue",  "eng ",    "zh", "que ", "qua",         "qaa-qtz",
                                      "engl", "scc",     "iw", "xyz",  "arb",         " en",
                                      "12a",  "English", "q",  "qa",   "\xff\xff\xff"};

static void test_is_iso639_2(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(valid); i++)
        g_assert_true(pmx_language_is_iso639_2(valid[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(invalid); i++)
        g_assert_false(pmx_language_is_iso639_2(invalid[i]));
    g_assert_false(pmx_language_is_iso639_2(NULL));
}

/* ISO 639-2 has 486 T codes, 20 of them with another B code, and 520 local ones; newer editions may
 * add a few. */
static void test_iso639_2_size(void)
{
    guint count = 0;
    for (int i = 0; i < 26 * 26 * 26; i++) {
        char code[4] = {(char)('a' + i / 676), (char)('a' + i / 26 % 26), (char)('a' + i % 26), 0};
        count += pmx_language_is_iso639_2(code);
    }
    g_assert_cmpuint(count, >=, 1026);
    g_assert_cmpuint(count, <=, 1040);
}

/* --- pmx_language_suggest --- */

static const TextCase suggestions[] = {
    /* other forms of a code */
    {"zh", "zho"},
    {"ZH", "zho"},
    {"zh-CN", "zho"},
    {"zh_TW", "zho"},
    {"zh-Hant-HK", "zho"},
    {"chi", "zho"},
    {"CHI", "zho"},
    {"cmn", "zho"},
    {"zh-cmn", "zho"},
    {"yue", "zho"},
    {"arz", "ara"},
    {"zsm", "msa"},
    {"pes", "fas"},
    {"ekk", "est"},
    {"eng ", "eng"},
    {" ENG\n", "eng"},
    {"en_US", "eng"},
    {"en_US.UTF-8", "eng"},
    {"pt-BR", "por"},
    {"es-419", "spa"},
    {"uk", "ukr"},
    {"QAB", "qab"},
    {"UND", "und"},
    /* names */
    {"Chinese", "zho"},
    {"english", "eng"},
    {"JAPANESE", "jpn"},
    {"Mandarin", "zho"},
    {"Mandarin Chinese", "zho"},
    {"Cantonese", "zho"},
    {"Greek", "ell"},
    {"Odia", "ori"},
    {"Castilian", "spa"},
    {"Flemish", "nld"},
    {"English (US)", "eng"},
    {"Norwegian Bokmal", "nob"},
    {"Norwegian Bokm\xc3\xa5l", "nob"},
    {"Klingon", "tlh"},
    /* common mistakes */
    {"jp", "jpn"},
    {"cn", "zho"},
    {"kr", "kor"},
    {"kr-KR", "kor"},
    {"cz", "ces"},
    {"jap", "jpn"},
    {"iw", "heb"},
    {"scr", "hrv"},
    /* one typing error */
    {"Englsh", "eng"},
    {"Enlgish", "eng"},
    {"Chineese", "zho"},
    {"japanesse", "jpn"},
    {"Portugese", "por"},
    {"Germam", "deu"},
    {"engl", "eng"},
    {"egn", "eng"},
    {"jpm", "jpn"},
    {"eng;", "eng"},
    /* nothing near, or no telling which */
    {"", NULL},
    {"   ", NULL},
    {NULL, NULL},
    {"xx", NULL},
    {"x", NULL},
    {"zzzz", NULL},
    {"enx", "eng"}, /* enm is near too, but has no two-letter code */
    {"sxa", NULL},  /* spa, sna, swa */
    {"hello world", NULL},
    {"bxx", NULL}, /* not zxx, no language */
    {"aqs", NULL}, /* not aus, a family */
    {"hbs", NULL}, /* Serbo-Croatian, not Upper Sorbian (hsb) */
    {"\xe4\xb8\xad\xe6\x96\x87", NULL},
    {"qaa-qtz", "qaa"},
};

static void test_suggest(void)
{
    check_text(suggestions, G_N_ELEMENTS(suggestions), pmx_language_suggest);
}

/* --- pmx_language_to_639_2t --- */

static const TextCase codes[] = {
    {"en", "eng"},
    {"eng", "eng"},
    {"ENG", "eng"},
    {"fre", "fra"},
    {"fra", "fra"},
    {"fr", "fra"},
    {"fre-ca", "fra"}, /* Matroska: B code and country */
    {"eng-uk", "eng"},
    {"zh", "zho"},
    {"chi", "zho"},
    {"zh-CN", "zho"},
    {"zh_Hant_TW", "zho"},
    {"zh-CHT", "zho"}, /* not Cholon, whose code is cht */
    {"zh-min", "zho"}, /* not Minangkabau */
    {"zh-cmn", "cmn"},
    {"zh-cmn-Hans-CN", "cmn"},
    {"zh-yue", "yue"},
    {"zh-min-nan", "nan"},
    {"ZH_MIN_NAN", "nan"},
    {"zh-Hans-yue", "zho"}, /* out of place */
    {"ar-arz", "arz"},
    {"en-cmn", "eng"}, /* cmn may not follow en */
    {"sgn-ase", "ase"},
    {"i-klingon", "tlh"},
    {"cmn", "cmn"},
    {"yue", "yue"},
    {"gsw", "gsw"},
    {"pt-BR", "por"},
    {"en-u-ca-gregory", "eng"},
    {"sr_RS@latin", "srp"},
    {"ja_JP.UTF-8", "jpn"},
    {"de-1996", "deu"},
    {"  jpn ", "jpn"},
    {"English", "eng"},
    {"Japanese", "jpn"},
    {"german", "deu"},
    {"Swiss German", "gsw"},
    {"English-US", "eng"},
    {"eng [Commentary]", "eng"},
    {"Mt. Iriga Agta", "agz"}, /* "Mt" alone would be Maltese */
    {"iw", "heb"},
    {"in", "ind"},
    {"kr", "kau"}, /* in a file the standard counts */
    {"jp", "jpn"},
    {"mul", "mul"},
    {"zxx", "zxx"},
    {"mis", "mis"},
    {"qaa", "qaa"},
    {"QTZ-x-dub", "qtz"},
    {"qua", "qua"},
    {"und", NULL},
    {"UND", NULL},
    {"und-Latn", NULL},
    {"", NULL},
    {NULL, NULL},
    {"xx", NULL},
    {"xyz", NULL},
    {"xqq", NULL},
    {"x-private", NULL},
    {"-", NULL},
    {"--en", NULL},
    {"(eng)", NULL},
    {"in stock", NULL}, /* words, not Indonesian */
    {"Commentary", NULL},
};

static void test_to_639_2t(void)
{
    check_text(codes, G_N_ELEMENTS(codes), pmx_language_to_639_2t);
}

/* --- pmx_language_display --- */

static const TextCase displays[] = {
    {"jpn", "Japanese"},
    {"zh-TW", "Chinese"},
    {"msa", "Malay"},
    {"ell", "Modern Greek"},
    {"spa", "Spanish"},
    {"afa", "Afro-Asiatic languages"},
    {"yue", "Yue Chinese"},
    {"nob", "Norwegian Bokm\xc3\xa5l"},
    {"und", "Undetermined"},
    {"qaa", "Reserved for local use"},
    {"xx", NULL},
    {"", NULL},
    {NULL, NULL},
};

static void test_display(void)
{
    check_text(displays, G_N_ELEMENTS(displays), pmx_language_display);
}

/* --- hostile bytes --- */

/* What must hold for any text. */
static void check_any(const char *text, const char *other)
{
    g_autofree char *code = pmx_language_to_639_2t(text);
    g_autofree char *suggestion = pmx_language_suggest(text);
    g_autofree char *display = pmx_language_display(text);
    if (code) {
        g_assert_cmpuint(strlen(code), ==, 3);
        g_assert_nonnull(display);
        g_autofree char *again = pmx_language_to_639_2t(code);
        g_assert_cmpstr(again, ==, code);
        g_assert_cmpint(pmx_language_match(code, text), >=, PMX_LANGUAGE_MATCH_LESS);
        g_assert_cmpint(pmx_language_match(text, text), ==, PMX_LANGUAGE_MATCH_SAME);
    }
    if (suggestion)
        g_assert_true(pmx_language_is_iso639_2(suggestion));
    if (pmx_language_is_iso639_2(text) && strcmp(text, "und") != 0)
        g_assert_nonnull(code);
    int there = pmx_language_match(text, other), back = pmx_language_match(other, text);
    g_assert_true(there >= PMX_LANGUAGE_MATCH_NO && there <= PMX_LANGUAGE_MATCH_SAME);
    if (code)
        g_assert_true((there > 0) == (back > 0));
}

static char *random_text(GRand *rand, const char *alphabet)
{
    gint32 length = g_rand_int_range(rand, 0, 24);
    char *text = g_malloc0((gsize)length + 1);
    gint32 letters = alphabet ? (gint32)strlen(alphabet) : 255;
    for (gint32 i = 0; i < length; i++) {
        gint32 n = g_rand_int_range(rand, 0, letters);
        text[i] = alphabet ? alphabet[n] : (char)(n + 1);
    }
    return text;
}

static void test_random(void)
{
    static const char *const alphabets[] = {NULL, "zhcmn-_TW", "abcdefghijklmnopqrstuvwxyz-",
                                            "enUSgb-_. (@)1"};
    g_autoptr(GRand) rand = g_rand_new_with_seed(639);
    g_autofree char *other = g_strdup("zh");
    for (int i = 0; i < 12000; i++) {
        char *text = random_text(rand, alphabets[i % (int)G_N_ELEMENTS(alphabets)]);
        check_any(text, other);
        g_free(other);
        other = text;
    }
}

static void test_long(void)
{
    static const char *const pieces[] = {"a", "-", "zh-", "en ", "English", "(", "\xff", "_Hans"};
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autoptr(GString) text = g_string_new("en-");
        while (text->len < 1000000)
            g_string_append(text, pieces[i]);
        check_any(text->str, "en");
        check_any(text->str + 3, text->str);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/language/is-iso639-2", test_is_iso639_2);
    g_test_add_func("/language/iso639-2-size", test_iso639_2_size);
    g_test_add_func("/language/suggest", test_suggest);
    g_test_add_func("/language/to-639-2t", test_to_639_2t);
    g_test_add_func("/language/display", test_display);
    g_test_add_func("/language/random", test_random);
    g_test_add_func("/language/long", test_long);
    return g_test_run();
}
