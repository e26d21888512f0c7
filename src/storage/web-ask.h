/* SPDX-License-Identifier: MIT */
/*
 * Asking the web for bytes of a source: redirects followed, failures tried again. For web-reader.c
 * and spool.c only.
 *
 * A source's name in messages is its URL without the query, which may be a key to it (a signed URL).
 */
#pragma once

#include "net/url.h"
#include "storage/trouble.h"
#include "storage/xml.h"

typedef struct {
    PmxClient *client; /* guarded; borrowed */
    char *url;         /* as it was given, without its fragment */
    char *name;        /* for messages */

    GMutex lock;
    char *place; /* where redirects led last; under the lock */
} PmxWebSource;

/* NULL with `error` for a URL that cannot be a source. */
PmxWebSource *pmx_web_source_new(PmxClient *client, const char *url, GError **error);
void pmx_web_source_free(PmxWebSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxWebSource, pmx_web_source_free)

/* Answers in a row that break off before their end, and bring nothing that could be kept, until no further
 * one is asked for, whatever is left of the patience. */
enum { PMX_WEB_BROKEN = 5 };

typedef struct {
    const char *const *headers; /* NULL at the end */
    gsize longest;              /* bytes of the body that are kept */
    PmxClientChunk chunk;       /* see net/client.h; or NULL */
    gpointer chunk_data;
    void (*again)(gpointer chunk_data); /* before each attempt; or NULL */
    guint attempts;                     /* at most; 0: until the patience is over */
    /* Looks at a 2xx answer; FALSE with `trouble` when it is not what was asked for. */
    gboolean (*check)(const PmxClientReply *reply, gconstpointer data, PmxTrouble *trouble);
    gconstpointer data;
    /* Before it is asked again: keeps what an answer that was none has brought, and may change the
     * headers. TRUE: that was worth something. Or NULL. */
    gboolean (*keep)(const PmxClientReply *reply, gpointer kept);
    gpointer kept;
} PmxWebAsk;

/* A 2xx answer; NULL with `error`. From any thread. */
PmxClientReply *pmx_web_ask(PmxWebSource *source, const PmxWebAsk *ask, const PmxPatience *patience,
                            GError **error);
