/* SPDX-License-Identifier: MIT */
/*
 * An transfer: one request and what comes back, as a libcurl handle that is ready to be performed.
 * For client.c and call.c, which perform it. Belongs to one thread at a time.
 */
#pragma once

#include <curl/curl.h>

#include "net/client.h"

typedef struct {
    CURL *easy;
    struct curl_slist *headers;
    char *host;     /* scheme, name and port: what connections and limits go by */
    guint timeout;  /* seconds */
    gsize limit;    /* bytes of `body` */
    GString *body;  /* that was kept */
    gboolean over;  /* there was more than the limit */
    gboolean ended; /* by `chunk` */
    PmxClientChunk chunk;
    gpointer chunk_data;
    char reason[CURL_ERROR_SIZE]; /* libcurl's words for a failure */
    PmxClientDone done;
    gpointer data;
} PmxTransfer;

PmxTransfer *pmx_transfer_new(const PmxClientRequest *request, const char *user_agent);
void pmx_transfer_free(PmxTransfer *transfer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxTransfer, pmx_transfer_free)

/* Gives `chunk` the body of a 2xx answer, however long the answer keeps coming. */
void pmx_transfer_stream(PmxTransfer *transfer, PmxClientChunk chunk, gpointer data);

guint pmx_transfer_status(const PmxTransfer *transfer);

/* Why performing it ended with `code`, in words without anything secret; NULL: it went well. Caller
 * frees. */
char *pmx_transfer_problem(const PmxTransfer *transfer, CURLcode code);
