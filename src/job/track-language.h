/* SPDX-License-Identifier: MIT */
/*
 * Language of an output's track: what a job may write there. An ISO 639-2 code is the job API's; a
 * BCP 47 tag with a script or a region ("zh-Hans", "pt-BR") is an extension, for containers that
 * can say so much. Pure.
 */
#pragma once

#include <glib.h>

/* For field tables: NULL when `text` may stand there, else a sentence (caller frees). */
char *pmx_track_language_check(const char *text);

/* Splits what was written: `*language` (owned by the caller, may be NULL) becomes the ISO 639-2/T
 * code, and the tag, when it said more, is returned in BCP 47's usual letter case (RFC 5646 2.1.1).
 * Caller frees. */
char *pmx_track_language_split(char **language);

/* `text` in BCP 47's usual letter case when it is such a tag with a script or a region, of a known
 * language; else NULL. Caller frees. */
char *pmx_track_language_tag(const char *text);
