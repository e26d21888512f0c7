/* SPDX-License-Identifier: MIT */
/*
 * An exchange: one request and what comes back, as a libcurl handle that is ready to be performed.
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
} PmxExchange;

PmxExchange *pmx_exchange_new(const PmxClientRequest *request, const char *user_agent);
void pmx_exchange_free(PmxExchange *exchange);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxExchange, pmx_exchange_free)

/* Gives `chunk` the body of a 2xx answer, however long the answer keeps coming. */
void pmx_exchange_stream(PmxExchange *exchange, PmxClientChunk chunk, gpointer data);

guint pmx_exchange_status(const PmxExchange *exchange);

/* Why performing it ended with `code`, in words without anything secret; NULL: it went well. Caller
 * frees. */
char *pmx_exchange_problem(const PmxExchange *exchange, CURLcode code);
