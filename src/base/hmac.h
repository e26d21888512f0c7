/* SPDX-License-Identifier: MIT */
/*
 * Keyed hashes of texts (RFC 2104), in the forms that signatures have. Pure; every room may use it.
 */
#pragma once

#include <glib.h>

enum { PMX_HMAC_SHA256_BYTES = 32 };

/* HMAC-SHA1, as base64. Caller frees. */
char *pmx_hmac_sha1_base64(const char *secret, const char *text);

/* HMAC-SHA256 into `digest`, which may be where the key is. */
void pmx_hmac_sha256(const guint8 *key, gsize key_length, const char *text,
                     guint8 digest[PMX_HMAC_SHA256_BYTES]);
