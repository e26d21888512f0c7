/* SPDX-License-Identifier: MIT */
/* Scalars in text form, shared by the two halves of fields.h: defaults and JSON strings. Pure. */
#pragma once

#include "base/fields.h"

/* Where the field lies in the struct at `base`. */
void *pmx_field_storage(const PmxField *field, const void *base);

/* Reads `text` into `out`, the storage of a STRING (which then owns a copy), INT, DOUBLE, BOOL,
 * ENUM or TEXT field. FALSE when it is no such value, or the field is none of these. */
gboolean pmx_field_from_text(const PmxField *field, const char *text, void *out);

/* A number, boolean or string of JSON in the text form that strings come in, so that one reader
 * serves both; NULL when the field's type takes no such JSON. Caller frees. */
char *pmx_field_text_of(const PmxField *field, const json_t *json);

/* Bytes an INT, DOUBLE, BOOL, ENUM or STRING field occupies. */
size_t pmx_field_size(const PmxField *field);

/* What the field wants, for "must be ...". Caller frees. */
char *pmx_field_expected(const PmxField *field);

/* TRUE when `list` (NULL at the end; may be NULL) has `text`, letters compared without case. */
gboolean pmx_field_lists(const char *const *list, const char *text);
