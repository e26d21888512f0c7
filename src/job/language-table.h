/* SPDX-License-Identifier: MIT */
/*
 * What is known about languages: ISO 639's tables, made from iso-codes when building (see
 * tools/gen-languages.py), and the small tables of other facts, each with its source. Pure and
 * constant: any thread may call. Used by job/language.c and job/language-tag.c only; everybody else
 * asks job/language.h. Everything returned is borrowed and lives for ever.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    char alpha_2[3];       /* ISO 639-1, or "" */
    char bibliographic[4]; /* ISO 639-2/B where it differs from `code`, or "" */
    char code[4];          /* ISO 639-2/T; where ISO 639-2 has none, ISO 639-3 */
    bool in_639_2;
    char scope; /* I individual, M macrolanguage, C collection, S special (und, mul, mis, zxx) */
    const char *name; /* English, UTF-8 */
} PmxLanguageRow;

typedef struct {
    const char *name; /* English, UTF-8 or its letters without accents */
    char code[4];     /* of its row */
} PmxLanguageName;

/* The row of an exact, lower-case code of any part (two or three letters), or of one of the retired
 * and mistaken codes that can mean only one language. NULL when there is none. */
const PmxLanguageRow *pmx_language_row(const char *code);

/* The row of the language whose English name is the first `length` bytes of `text`, letters
 * compared without case. NULL when there is none. */
const PmxLanguageRow *pmx_language_row_by_name(const char *text, size_t length);

/* The i-th row, the i-th English name of a language in ISO 639-2; NULL at the end. */
const PmxLanguageRow *pmx_language_row_at(size_t i);
const PmxLanguageName *pmx_language_name_at(size_t i);

/* TRUE for a code in qaa..qtz, which ISO 639-2 reserves for local use. */
bool pmx_language_is_local(const char *code);

/* The macrolanguage that `code` (a row's code) stands for in everyday use, as cmn does for zho;
 * NULL when it stands for none. */
const char *pmx_language_macro(const char *code);

/* TRUE when BCP 47 lets `code` follow `prefix` (both rows' codes), as in zh-yue. */
bool pmx_language_extends(const char *prefix, const char *code);

/* The prefix after which BCP 47 lets `code` stand (yue: zho), or NULL. */
const char *pmx_language_prefix(const char *code);
