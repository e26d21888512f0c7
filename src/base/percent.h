/* SPDX-License-Identifier: MIT */
/*
 * Percent encoding (RFC 3986): any text as a part of an address, and back.
 *
 * Pure; every room may use it.
 */
#pragma once

#include "base/problem.h"

/* All but A-Z a-z 0-9 - . _ ~ as %XX, upper case. Caller frees. */
char *pmx_percent_encode(const char *text);

/* The same, with "/" left as it is: a whole path at once. */
char *pmx_percent_encode_path(const char *text);

/* Decodes `length` bytes; with `plus`, "+" is a space. NULL with PMX_CODE_INVALID for a bad escape,
 * NUL, or what is no UTF-8. Caller frees. */
char *pmx_percent_decode(const char *text, gsize length, gboolean plus, GError **error);
