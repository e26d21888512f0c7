/* SPDX-License-Identifier: MIT */
/*
 * HTTP going out: the only place that includes libcurl.
 *
 *     any thread ── start ──► client's thread: at most so many at once, and to one host ──► done
 *     any thread ── call ───► one request in this thread, its answer as it comes
 *
 * A client has a thread that drives any number of requests at once and keeps connections. Requests
 * over its limits wait in it, and their time does not run before they begin. Only http and https
 * are spoken, redirects are not followed, certificates are checked against the system's. A proxy
 * that the environment names is used, but not for a server on this machine.
 *
 * Connecting may take ten seconds. A request that is given a time may take that; one without is
 * ended after a minute in which nothing comes, unless its answer is read as it comes.
 *
 * Requests may be started from any thread; `done` is called in the client's thread and must not
 * block.
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
    guint status;     /* 0: not even a first line came */
    const char *body; /* NUL after its end */
    gsize length;
    const char *problem; /* why there was no whole answer; NULL: there was */
} PmxClientAnswer;

PmxClient *pmx_client_new(guint at_once, guint at_once_host, const char *user_agent);

/* Ends what is under way without calling `done`. Not from the client's thread. */
void pmx_client_free(PmxClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxClient, pmx_client_free)

/* Everything in `request` is copied. `done` is called exactly once; the answer is borrowed. */
typedef void (*PmxClientDone)(const PmxClientAnswer *answer, gpointer data);
void pmx_client_start(PmxClient *client, const PmxClientRequest *request, PmxClientDone done,
                      gpointer data);

/* One request, waited for, in the calling thread, without a client. `chunk` (or NULL) gets the body
 * of a 2xx answer as it comes, instead of its being kept; FALSE from it ends the request, which is
 * no failure. The return value is the body that was kept, for the caller to free. NULL with `error`
 * (G_IO_ERROR) when there was no whole answer. */
typedef gboolean (*PmxClientChunk)(const char *bytes, gsize length, gpointer data);
char *pmx_client_call(const PmxClientRequest *request, PmxClientChunk chunk, gpointer data,
                      guint *status, gsize *length, GError **error);
