/* SPDX-License-Identifier: MIT */
/* See hmac.h. */
#include "base/hmac.h"

#include <string.h>

enum { SHA1_BYTES = 20 };

static void hmac(GChecksumType kind, const guint8 *key, gsize key_length, const char *text,
                 guint8 *digest, gsize length)
{
    g_autoptr(GHmac) state = g_hmac_new(kind, key, key_length);
    g_hmac_update(state, (const guint8 *)text, (gssize)strlen(text));
    g_hmac_get_digest(state, digest, &length);
}

char *pmx_hmac_sha1_base64(const char *secret, const char *text)
{
    guint8 digest[SHA1_BYTES];
    hmac(G_CHECKSUM_SHA1, (const guint8 *)secret, strlen(secret), text, digest, sizeof digest);
    return g_base64_encode(digest, sizeof digest);
}

void pmx_hmac_sha256(const guint8 *key, gsize key_length, const char *text,
                     guint8 digest[PMX_HMAC_SHA256_BYTES])
{
    hmac(G_CHECKSUM_SHA256, key, key_length, text, digest, PMX_HMAC_SHA256_BYTES);
}
