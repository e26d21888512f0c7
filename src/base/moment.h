/* SPDX-License-Identifier: MIT */
/*
 * Moments: points in time as milliseconds since 1970 in UTC, 0 meaning none, and their text forms
 * (ISO 8601, as RFC 3339 restricts it). Pure, but for pmx_moment_now().
 */
#pragma once

#include "base/fields.h"

/* A gint64 of a struct as "2026-01-02T03:04:05.678Z": fixed width, so that texts sort like times. */
extern const PmxTextKind pmx_moment_kind;

gint64 pmx_moment_now(void);

/* "2026-01-02T03:04:05Z", the job API's form; "" for none. Caller frees. */
char *pmx_moment_text(gint64 moment);

/* Reads either form. FALSE for anything else. */
gboolean pmx_moment_parse(const char *text, gint64 *moment);
