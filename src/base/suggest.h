/* SPDX-License-Identifier: MIT */
/* The nearest known name to a wrong one, for "did you mean". Pure; every room uses it. */
#pragma once

#include <glib.h>

/* Gives candidates one at a time: the i-th, or NULL at the end. */
typedef const char *(*PmxNameAt)(gconstpointer names, guint i);

/* The candidate at the smallest edit distance from `word` (letters compared without case; two
 * neighbours swapped are one edit), or NULL when none is near: a third of the word's length, or the
 * candidate begins with the word or with its first four letters. Borrowed. */
const char *pmx_suggest(const char *word, PmxNameAt at, gconstpointer names);
