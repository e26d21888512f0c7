/* SPDX-License-Identifier: MIT */
/*
 * How many columns of a terminal a text takes: East Asian wide characters two, combining marks
 * none. For the live display. Pure; texts are valid UTF-8 without control characters.
 */
#pragma once

#include <glib.h>

/* Columns of `text`. */
guint pmx_columns(const char *text);

/* Appends exactly `columns` columns of `text`: filled up with blanks, or, when it is too long, its
 * end behind a "…" ("…/360p.mp4" tells more than the beginning). */
void pmx_columns_append(GString *line, const char *text, guint columns);

/* The length in bytes of the beginning of `text` that fits into `columns`. */
gsize pmx_columns_fit(const char *text, guint columns);
