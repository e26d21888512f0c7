/* SPDX-License-Identifier: MIT */
/* Used nonces: see nonces.h. An open-addressed table with linear probing. */
#include "api/nonces.h"

#include <string.h>
#include <sys/random.h>

typedef struct {
    guint64 digest; /* 0: an empty place */
    gint64 until;
} Entry;

struct PmxNonces {
    guint most;
    guint8 key[32];
    Entry *entries;
    gsize size;      /* places, a power of two */
    gsize used;      /* places that are not empty, gone by or not */
    gint64 earliest; /* before it nothing goes by */
};

PmxNonces *pmx_nonces_new(guint most)
{
    PmxNonces *nonces = g_new0(PmxNonces, 1);
    nonces->most = most;
    nonces->size = 64;
    nonces->entries = g_new0(Entry, nonces->size);
    nonces->earliest = G_MAXINT64;
    if (getrandom(nonces->key, sizeof nonces->key, 0) != sizeof nonces->key)
        g_error("cannot get random bytes");
    return nonces;
}

void pmx_nonces_free(PmxNonces *nonces)
{
    if (!nonces)
        return;
    g_free(nonces->entries);
    g_free(nonces);
}

static guint64 digest_of(const PmxNonces *nonces, const char *owner, const char *nonce)
{
    guint64 words[4];
    gsize length = sizeof words;
    g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, nonces->key, sizeof nonces->key);
    g_hmac_update(hmac, (const guchar *)owner, (gssize)strlen(owner) + 1);
    g_hmac_update(hmac, (const guchar *)nonce, (gssize)strlen(nonce));
    g_hmac_get_digest(hmac, (guint8 *)words, &length);
    return words[0] ? words[0] : 1;
}

/* The place of `digest`, or the empty one where it belongs. */
static Entry *place_of(const PmxNonces *nonces, guint64 digest)
{
    gsize at = digest & (nonces->size - 1);
    while (nonces->entries[at].digest && nonces->entries[at].digest != digest)
        at = (at + 1) & (nonces->size - 1);
    return &nonces->entries[at];
}

/* What is still to be known, in a table that it fills to a half at most. */
static void refill(PmxNonces *nonces, gint64 now)
{
    g_autofree Entry *old = nonces->entries;
    gsize old_size = nonces->size, alive = 0;
    for (gsize i = 0; i < old_size; i++)
        alive += old[i].digest && old[i].until >= now;
    for (nonces->size = 64; nonces->size < alive * 2;)
        nonces->size *= 2;
    nonces->entries = g_new0(Entry, nonces->size);
    nonces->used = alive;
    nonces->earliest = G_MAXINT64;
    for (gsize i = 0; i < old_size; i++) {
        if (!old[i].digest || old[i].until < now)
            continue;
        *place_of(nonces, old[i].digest) = old[i];
        nonces->earliest = MIN(nonces->earliest, old[i].until);
    }
}

/* Room for one more; FALSE when the set is full of nonces that have not gone by. */
static gboolean make_room(PmxNonces *nonces, gint64 now)
{
    if (nonces->used >= nonces->most && nonces->earliest >= now)
        return FALSE;
    if (nonces->used >= nonces->most || nonces->used * 4 >= nonces->size * 3)
        refill(nonces, now);
    return nonces->used < nonces->most;
}

PmxNonce pmx_nonces_use(PmxNonces *nonces, const char *owner, const char *nonce, gint64 now,
                        gint64 until)
{
    guint64 digest = digest_of(nonces, owner, nonce);
    Entry *entry = place_of(nonces, digest);
    if (entry->digest && entry->until >= now)
        return PMX_NONCE_USED;
    if (!entry->digest) {
        if (!make_room(nonces, now))
            return PMX_NONCE_NO_ROOM;
        entry = place_of(nonces, digest);
        nonces->used++;
    }
    *entry = (Entry){digest, until};
    nonces->earliest = MIN(nonces->earliest, until);
    return PMX_NONCE_NEW;
}
