/* SPDX-License-Identifier: MIT */
/*
 * Nonces that have been used: a set of texts, each until a moment of its own.
 *
 * What is kept of a text is 64 bits of an HMAC under a key of this process, so that nobody can make
 * two nonces meet. Sixteen bytes a nonce in a table that grows, and forgets, as it is refilled; it
 * has an end, and says when it is there.
 *
 * Not thread-safe. No clock is read.
 */
#pragma once

#include <glib.h>

typedef struct PmxNonces PmxNonces;

/* Keeps `most` nonces at once. */
PmxNonces *pmx_nonces_new(guint most);
void pmx_nonces_free(PmxNonces *nonces);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxNonces, pmx_nonces_free)

typedef enum { PMX_NONCE_NEW, PMX_NONCE_USED, PMX_NONCE_NO_ROOM } PmxNonce;

/* Remembers `nonce` of `owner` until the moment `until` when it is new. */
PmxNonce pmx_nonces_use(PmxNonces *nonces, const char *owner, const char *nonce, gint64 now,
                        gint64 until);
