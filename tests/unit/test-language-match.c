/* SPDX-License-Identifier: MIT */
/* Unit tests of pmx_language_match(): the rule in job/language.h, case by case. */
#include "job/language.h"

#include <glib.h>

enum {
    NO = PMX_LANGUAGE_MATCH_NO,
    RELATED = PMX_LANGUAGE_MATCH_RELATED,
    LESS = PMX_LANGUAGE_MATCH_LESS,
    MORE = PMX_LANGUAGE_MATCH_MORE,
    SAME = PMX_LANGUAGE_MATCH_SAME
};

static const struct {
    const char *wanted;
    const char *tag;
    int rank;
} matches[] = {
    /* forms of one code */
    {"jpn", "jpn", SAME},
    {"jpn", "ja", SAME},
    {"ja", "JPN", SAME},
    {"zh", "zho", SAME},
    {"zho", "chi", SAME},
    {"chi", "zh", SAME},
    {"ger", "deu", SAME},
    {"English", "eng", SAME},
    {"eng", " English ", SAME},
    {"he", "iw", SAME},
    {"zh-yue", "yue", SAME},
    {"qaa", "qaa", SAME},
    {"mul", "mul", SAME},
    /* regions */
    {"zh-CN", "zho_cn", SAME},
    {"en-US", "en-us", SAME},
    {"en-GB", "eng-uk", SAME},
    {"en", "en-US", MORE},
    {"eng", "en-GB", MORE},
    {"en-US", "eng", LESS},
    {"en-US", "en-GB", NO},
    {"zh-CN", "zh-TW", NO},
    {"zh-CN", "zh-SG", NO},
    {"zh-TW", "zh-HK", NO},
    {"es-419", "es", LESS},
    {"es-419", "es-ES", NO},
    {"en-GB", "en-x-us", LESS}, /* private use is no region */
    /* scripts */
    {"sr-Latn", "sr-Latn", SAME},
    {"sr-Latn", "sr-Cyrl", NO},
    {"sr-Latn", "sr", LESS},
    {"sr", "sr-Latn", MORE},
    {"sr-Latn", "sr-RS", LESS},
    {"sr-Latn-RS", "sr-RS", LESS},
    {"zh-Hans", "zh-CN", MORE},
    {"zh-Hans", "zh-SG", MORE},
    {"zh-Hans", "zh-TW", NO},
    {"zh-Hans", "zh-Hant", NO},
    {"zh-Hant", "zh-TW", MORE},
    {"zh-Hant", "zh-HK", MORE},
    {"zh-Hant", "zh-MO", MORE},
    {"zh-Hant", "zh-CN", NO},
    {"zh-CN", "zh-Hans", LESS},
    {"zh-TW", "zh-Hans", NO},
    {"zh-TW", "zh-Hant-TW", SAME},
    {"zh-Hant-TW", "zh-TW", SAME},
    {"zh-Hans-TW", "zh-TW", NO},
    {"zh-CHT", "zh-TW", MORE},
    {"cmn-Hans", "cmn-TW", NO},
    {"yue-Hant", "yue-HK", MORE},
    {"zh-TW", "zho", LESS},
    {"zho", "zh-TW", MORE},
    /* macrolanguages */
    {"zho", "cmn", RELATED},
    {"cmn", "zho", RELATED},
    {"zh", "zh-cmn", RELATED},
    {"zh-CN", "cmn-CN", RELATED},
    {"zh-CN", "cmn-TW", NO},
    {"zh-Hant", "cmn-CN", NO},
    {"cmn", "cmn", SAME},
    {"zh-cmn-CN", "cmn", LESS},
    {"ara", "arb", RELATED},
    {"swa", "swh", RELATED},
    {"zsm", "may", RELATED},
    {"fa", "pes", RELATED},
    {"est", "ekk", RELATED},
    {"lav", "lvs", RELATED},
    {"nep", "npi", RELATED},
    {"ori", "ory", RELATED},
    {"aze", "azj", RELATED},
    {"uzb", "uzn", RELATED},
    {"mon", "khk", RELATED},
    {"yid", "ydd", RELATED},
    {"sqi", "als", RELATED},
    {"mlg", "plt", RELATED},
    {"pus", "pbu", RELATED},
    {"nor", "nob", RELATED},
    {"nor", "nno", NO},
    {"nob", "nno", NO},
    {"aka", "twi", RELATED},
    {"twi", "fat", NO},
    {"yue", "zho", NO},
    {"zho", "yue", NO},
    {"yue", "cmn", NO},
    {"zho", "zh-yue", NO},
    {"arb", "arz", NO},
    {"ara", "arz", NO},
    {"msa", "ind", NO},
    /* nothing known of the track, or of what was wanted */
    {"eng", "jpn", NO},
    {"eng", "und", NO},
    {"eng", "", NO},
    {"eng", NULL, NO},
    {"und", "und", SAME},
    {"und", "", SAME},
    {"und", " ", SAME},
    {"und", NULL, SAME},
    {"UND", "und", SAME},
    {"und", "eng", NO},
    {"und", "mis", NO},
    {"und", "xqq", NO},
    {"", "und", NO},
    {"", "", NO},
    {"", "eng", NO},
    {NULL, NULL, NO},
    {NULL, "eng", NO},
    {NULL, "xqq", NO},
    {"xqq", "XQQ", SAME},
    {"Director", " director ", SAME},
    {"xqq", "xqz", NO},
    {"xqq", "eng", NO},
    {"mul", "eng", NO},
    {"qaa", "qab", NO},
};

static void test_match(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(matches); i++) {
        int got = pmx_language_match(matches[i].wanted, matches[i].tag);
        if (got == matches[i].rank)
            continue;
        g_test_message("wanted \"%s\", tag \"%s\": expected %d, got %d",
                       matches[i].wanted ? matches[i].wanted : "(null)",
                       matches[i].tag ? matches[i].tag : "(null)", matches[i].rank, got);
        g_test_fail();
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/language-match/cases", test_match);
    return g_test_run();
}
