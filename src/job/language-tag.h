/* SPDX-License-Identifier: MIT */
/*
 * Reads whatever stands in a language field: "zh", "chi", "zho", "cmn", "zh-Hant-TW", "zh-cmn-CN",
 * "en_US.UTF-8", "ENG", "English", "English (US)". Pure; any thread; for job/language.c only.
 */
#pragma once

#include "job/language-table.h"

typedef struct {
    char language[4]; /* ISO 639-2/T or, where that has none, 639-3; local range; "" unknown */
    char script[5];   /* ISO 15924, lower case, given or implied by a Chinese region; or "" */
    char region[4];   /* ISO 3166-1 alpha-2 or UN M.49, lower case; or "" */
    const PmxLanguageRow *row; /* of `language`; NULL when that is unknown or local */
} PmxLanguageTag;

/* Reads `text` (any bytes; NULL is like "") into `tag`, which is set whatever comes back. FALSE
 * when no language was recognised. Nothing to free. */
bool pmx_language_tag_read(const char *text, PmxLanguageTag *tag);
