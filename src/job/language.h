/* SPDX-License-Identifier: MIT */
/*
 * Languages of tracks: which codes a job may name, what an MP4 file gets, and when a track is in
 * the language that somebody asked for.
 *
 * Files name languages in many ways. MP4 has ISO 639-2/T ("zho"), Matroska ISO 639-2/B ("chi") or
 * BCP 47 ("zh-Hant-TW"), MPEG-TS either of the three-letter codes, others a locale ("zh_CN") or a
 * word ("Chinese"). A job's Language is an ISO 639-2 code; a selector's TagConfig.language may be
 * in any of these forms.
 *
 * Reading. Letter case, "_" for "-" and blanks around do not matter. A tag is a language and, if
 * given, a script and a region; the rest of it is passed over. The language is, in this order: a
 * code of ISO 639-1, 639-2/T, 639-2/B or 639-3; a retired code (iw, scr) or a mistaken one (jp, cz)
 * where no standard gives that code to another language; an English name. All codes of one language
 * are one: zh = zho = chi. In BCP 47's long form the second code counts: zh-yue = yue, zh-cmn =
 * cmn. In Chinese (zho, cmn, yue) a region without a script implies one: CN and SG Hans, TW, HK and
 * MO Hant.
 *
 * The rule. A track matches what was wanted when the languages are the same and neither the scripts
 * nor the regions contradict each other; what one side leaves out contradicts nothing. So wanted
 * `zho` takes zh-CN and zh-TW, wanted `zh-TW` takes zho and zh-Hant, but neither zh-CN nor zh-Hans.
 * Matches rank, best first:
 *
 *     4  language, script and region are the same              zh-TW: zho-TW, zh-Hant-TW
 *     3  the track says more than was asked for                zh: zh-TW
 *     2  the track leaves out something that was asked for     zh-TW: zh, zh-Hant
 *     1  one is a macrolanguage, the other the individual      zho: cmn;  nor: nob
 *        language that stands for it in everyday use
 *     0  no match                                              zho: yue;  zh-CN: zh-TW
 *
 * Rank 1 follows CLDR's list of macrolanguage aliases: Mandarin (cmn) is what most people mean by
 * Chinese (zho), Cantonese (yue) is not, so yue is only ever yue. Two individual languages of one
 * macrolanguage do not match. A track without a tag, or tagged und, matches only wanted `und`. Tags
 * that name no known language match when they are the same text. Where several tracks rank equally,
 * the first one is meant; that is the caller's to do.
 *
 * Everything here is pure; any thread may call. Texts may be any bytes.
 */
#pragma once

#include <stdbool.h>

enum {
    PMX_LANGUAGE_MATCH_NO = 0,
    PMX_LANGUAGE_MATCH_RELATED = 1,
    PMX_LANGUAGE_MATCH_LESS = 2,
    PMX_LANGUAGE_MATCH_MORE = 3,
    PMX_LANGUAGE_MATCH_SAME = 4
};

/* TRUE when `code` is, as it stands, an ISO 639-2 code: lower case, T or B form, und, mul, mis, zxx
 * and the local range qaa..qtz included. NULL is none. */
bool pmx_language_is_iso639_2(const char *code);

/* The ISO 639-2/T code that was probably meant by `text` where an ISO 639-2 code should stand:
 * another form or the name of the language ("zh-CN", "cmn", "Chinese": zho), a common mistake
 * ("kr": kor), or one typing error away from a code or name. Where an error leads to several
 * languages, or `text` is a language that ISO 639-2 does not have, the only near one with a
 * two-letter code; NULL when nothing is near or it stays unclear. The caller frees it (g_free). */
char *pmx_language_suggest(const char *text);

/* The three letters for an MP4 track's mdhd (ISO/IEC 14496-12, 8.4.2: packed letters, meant for ISO
 * 639-2/T) for a tag found in an input: the 639-2/T code; for a language that only ISO 639-3 has,
 * that code. NULL for an unknown language, und, "" and NULL. The caller frees it (g_free). */
char *pmx_language_to_639_2t(const char *tag);

/* The same in ISO 639-2/B, which differs for twenty languages ("fre"), and as BCP 47's language subtag
 * (RFC 5646 2.2.1: the shortest code there is). */
char *pmx_language_to_639_2b(const char *tag);
char *pmx_language_to_bcp47(const char *tag);

/* How well a track's `tag` (NULL: it has none) answers `wanted`, by the rule above:
 * PMX_LANGUAGE_MATCH_NO (0) to PMX_LANGUAGE_MATCH_SAME. */
int pmx_language_match(const char *wanted, const char *tag);

/* The English name of the language of a code or tag, for messages: "zh-TW": "Chinese". NULL when it
 * is unknown. The caller frees it (g_free). */
char *pmx_language_display(const char *code);
