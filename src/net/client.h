/* SPDX-License-Identifier: MIT */
/*
 * HTTP going out: the only place that includes libcurl.
 *
 *     any thread ── start ────► client's thread: at most so many at once, and to one host ──► done
 *     any thread ── perform ──► the same, waited for
 *     any thread ── call ─────► one request in this thread, its answer as it comes
 *
 * A client has a thread that drives any number of requests at once and keeps connections. Requests
 * over its limits wait in it, and their time does not run before they begin. Only http and https
 * are spoken, HTTP/2 where a server offers it over TLS; redirects are not followed; certificates
 * are checked against the system's. A proxy that the environment names is used, but not for a
 * server on this machine.
 *
 * Connecting may take ten seconds. A request that is given a time may take that, and one that is
 * given a stall may be silent for that; one without either is ended after a minute in which nothing
 * comes or goes, unless its answer is read as it comes.
 *
 * Requests may be started from any thread; `done` is called in the client's thread and must not
 * block.
 */
#pragma once

#include <gio/gio.h>

#include "net/guard.h"

typedef struct PmxClient PmxClient;

/* FALSE ends the request, which is then no failure. */
typedef gboolean (*PmxClientChunk)(const char *bytes, gsize length, gpointer data);

/* A Content-Type is sent only if it is among the headers. */
typedef struct {
    const char *method; /* GET, HEAD, PUT, POST, DELETE … */
    const char *url;
    const char *const *headers; /* "Name: value", NULL at the end; or NULL */
    const char *body;           /* or NULL */
    gsize body_length;
    gboolean body_in_file; /* instead of `body`, body_length bytes of body_fd from body_offset */
    int body_fd;           /* read with pread(2); open until the answer is there; never closed */
    guint64 body_offset;
    /* By a new connection: one that was kept may be gone, and then libcurl sends the request again by
     * itself, whatever became of it. */
    gboolean once;
    guint timeout; /* seconds for all of it; 0: none */
    guint stall;   /* seconds (and up to six more) in which nothing comes or goes; 0: see above */
    gsize answer_limit;   /* bytes of the answer's body that are kept; what is over is an error */
    PmxClientChunk chunk; /* gets the body of a 2xx answer as it comes, in the client's thread,
                             instead of its being kept; or NULL */
    gpointer chunk_data;
    const char *user, *password; /* HTTP Basic, or NULL */
} PmxClientRequest;

/* Why there was no whole answer. */
typedef enum {
    PMX_CLIENT_FINE,          /* there was, whatever its status */
    PMX_CLIENT_NO_CONNECTION, /* the name is not known, or nobody answers there */
    PMX_CLIENT_FORBIDDEN,     /* the guard does not let this client go there */
    PMX_CLIENT_TIMEOUT,       /* the time is over, or nothing came or went for too long */
    PMX_CLIENT_CUT_SHORT,     /* the connection broke off before the end that was announced */
    PMX_CLIENT_TOO_LONG,      /* more than `answer_limit` came */
    PMX_CLIENT_TLS,           /* no trust, or no common language */
    PMX_CLIENT_CANCELLED,     /* by the caller, or the client was freed */
    PMX_CLIENT_OTHER,         /* the URL, the file of the body, an answer that is not HTTP … */
} PmxClientFailure;

typedef struct PmxClientHeaders PmxClientHeaders;

/* The value of the first header of an answer that has this name, in whatever case; NULL: none has.
 * Lives as long as `headers` (NULL is fine). */
const char *pmx_client_header(const PmxClientHeaders *headers, const char *name);

typedef struct {
    guint status;                    /* 0: not even a first line came */
    const PmxClientHeaders *headers; /* or NULL */
    const char *body;                /* NUL after its end */
    gsize length;
    PmxClientFailure failure;
    const char *problem; /* `failure` in words; NULL: there was a whole answer */
} PmxClientAnswer;

/* The same, of its own. */
typedef struct {
    guint status;
    PmxClientHeaders *headers;
    GBytes *body; /* never NULL; NUL after its end */
    PmxClientFailure failure;
    char *problem;
} PmxClientReply;

void pmx_client_reply_free(PmxClientReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxClientReply, pmx_client_reply_free)

PmxClient *pmx_client_new(guint at_once, guint at_once_host, const char *user_agent);

/* One that goes only where `guard` lets it. Through a proxy that the environment names, addresses
 * are checked as they stand in the URL, and names are the proxy's affair. */
PmxClient *pmx_client_new_guarded(guint at_once, guint at_once_host, const char *user_agent,
                                  PmxGuard *guard);

/* Ends what is under way without calling `done`; those who wait in pmx_client_perform() get their
 * reply, and are waited for. Not from the client's thread. */
void pmx_client_free(PmxClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxClient, pmx_client_free)

/* Everything in `request` is copied, but for the file of a body. `done` is called exactly once; the
 * answer is borrowed. */
typedef void (*PmxClientDone)(const PmxClientAnswer *answer, gpointer data);
void pmx_client_start(PmxClient *client, const PmxClientRequest *request, PmxClientDone done,
                      gpointer data);

/* One request, done by the client's thread and waited for in the calling one, which is not the
 * client's; any number of threads may wait. `cancel` (or NULL) ends the request itself, at once. */
PmxClientReply *pmx_client_perform(PmxClient *client, const PmxClientRequest *request,
                                   GCancellable *cancel);

/* One request, waited for, in the calling thread, without a client. `chunk` (or NULL) gets the body
 * of a 2xx answer as it comes, instead of its being kept. The return value is the body that was
 * kept, for the caller to free. NULL with `error`
 * (G_IO_ERROR) when there was no whole answer. */
char *pmx_client_call(const PmxClientRequest *request, PmxClientChunk chunk, gpointer data,
                      guint *status, gsize *length, GError **error);
