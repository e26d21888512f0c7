/* SPDX-License-Identifier: MIT */
/*
 * A transfer: one request and what comes back, as a libcurl handle that is ready to be performed.
 * For client.c and call.c, which perform it; outcome.c has what came of it. Belongs to one thread at a time.
 */
#pragma once

#include <curl/curl.h>

#include "net/client.h"
#include "net/guard.h"
#include "net/upload.h"

enum { PMX_CONNECT_SECONDS = 10 };

/* Takes the reply. */
typedef void (*PmxReplyDone)(PmxClientReply *reply, gpointer data);

typedef struct {
    CURL *easy;
    struct curl_slist *headers;
    char *host;     /* scheme, name and port: what connections and limits go by */
    char *name;     /* without brackets; NULL: the URL is none */
    guint timeout;  /* seconds, as is `stall` */
    guint stall;    /* 0: it may be silent */
    PmxUpload file; /* the request's body, if it is in a file */

    const PmxGuard *guard; /* or NULL */
    gboolean proxied;      /* it is a proxy that is connected to */
    gboolean opened;       /* an address that the guard allows */
    char *refusal;         /* of one that it does not */

    gboolean headed; /* the answer's headers came to their end */
    gsize limit;     /* bytes of `body` */
    GString *body;   /* that was kept */
    gboolean over;   /* there was more than the limit */
    gboolean ended;  /* by `chunk` */
    PmxClientChunk chunk;
    gpointer chunk_data;
    char reason[CURL_ERROR_SIZE]; /* libcurl's words for a failure */

    /* client.c's */
    guint64 id;
    PmxClientDone done; /* or */
    PmxReplyDone take;
    gpointer data;
    gboolean running; /* no longer waiting for its turn */
} PmxTransfer;

/* `guard` (or NULL) outlives it. */
PmxTransfer *pmx_transfer_new(const PmxClientRequest *request, const char *user_agent,
                              const PmxGuard *guard);
void pmx_transfer_free(PmxTransfer *transfer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxTransfer, pmx_transfer_free)

/* Gives `chunk` the body of a 2xx answer, however long the answer keeps coming. */
void pmx_transfer_stream(PmxTransfer *transfer, PmxClientChunk chunk, gpointer data);

guint pmx_transfer_status(const PmxTransfer *transfer);

/* How performing it ended with `code`: what came back, moved out of the transfer, and what is wrong
 * with it, in words without anything secret. */
PmxClientReply *pmx_transfer_reply(PmxTransfer *transfer, CURLcode code);

/* A reply that came to nothing. */
PmxClientReply *pmx_transfer_no_reply(PmxClientFailure failure, const char *problem);
