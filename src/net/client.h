/* SPDX-License-Identifier: MIT */
/*
 * HTTP going out: the only place that includes libcurl.
 *
 * A client has a thread that drives any number of requests at once and keeps connections. Only http
 * and https are spoken; redirects are not followed unless asked for. Requests may be started from
 * any thread; `done` is called in the client's thread and must not block.
 */
#pragma once

#include <glib.h>

typedef struct PmxClient PmxClient;

typedef struct {
    const char *method; /* GET, POST, DELETE … */
    const char *url;
    const char *const *headers; /* "Name: value", NULL at the end; or NULL */
    const char *body;           /* or NULL */
    gsize body_length;
    guint timeout;      /* seconds for all of it; 0: none */
    gsize answer_limit; /* bytes of the answer's body that are kept; what is over is an error */
    const char *user, *password; /* HTTP Basic, or NULL */
} PmxClientRequest;

typedef struct {
    guint status;     /* 0: there was no answer */
    const char *body; /* NUL after its end */
    gsize length;
    const char *problem; /* why there was no whole answer; NULL: there was */
} PmxClientAnswer;

PmxClient *pmx_client_new(guint at_once, guint at_once_host, const char *user_agent);

/* Ends what is under way without calling `done`. Not from the client's thread. */
void pmx_client_free(PmxClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxClient, pmx_client_free)

/* Everything in `request` is copied. `done` is called exactly once; the answer is borrowed. */
void pmx_client_start(PmxClient *client, const PmxClientRequest *request,
                      void (*done)(const PmxClientAnswer *answer, gpointer data), gpointer data);

/* One request, waited for, in the calling thread, without a client. `chunk` (or NULL) gets the
 * answer's body as it comes, instead of its being kept; FALSE from it ends the request. `body` of
 * the answer is the caller's to free: the return value. NULL with `error` (G_IO_ERROR) when there
 * was no whole answer. */
typedef gboolean (*PmxClientChunk)(const char *bytes, gsize length, gpointer data);
char *pmx_client_call(const PmxClientRequest *request, PmxClientChunk chunk, gpointer data,
                      guint *status, gsize *length, GError **error);
