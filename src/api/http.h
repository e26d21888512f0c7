/* SPDX-License-Identifier: MIT */
/*
 * The HTTP server: the only place that includes libmicrohttpd.
 *
 *     connection ─► a thread of the pool ─► PmxHttpHandler(exchange) ─► pmx_exchange_answer()
 *                                                                    ─► pmx_exchange_stream()
 *
 * It knows bytes and limits, and no dialect:
 *
 *     request target     256 KiB    else 414
 *     headers             64 KiB    else 431
 *     body                 4 MiB    else 413, with a length or chunked
 *     bodies of all      128 MiB    else 503
 *     a whole request     60 s after 30 s of idleness at the most, however steadily it drips;
 *                                   else the connection is closed
 *
 * Each answer that is an error of the protocol has the body that the handler's `refuse` gives; also
 * those that libmicrohttpd makes up itself (api/http-refusal.c). What gets no answer at all: bytes
 * that are no HTTP request line, and chunked bodies beyond 64 MiB. Connections wait in the kernel's
 * queue while as many are open as are allowed.
 *
 * A handler runs in a thread of the pool and may block for a moment (a store's commit). It answers
 * exactly once: in the handler, or later from any thread after pmx_exchange_later(). One that does
 * neither is answered for it, with 500.
 *
 * Answers carry Cache-Control: no-store and X-Content-Type-Options: nosniff.
 */
#pragma once

#include <gio/gio.h>

typedef struct PmxHttp PmxHttp;
typedef struct PmxExchange PmxExchange;

typedef struct {
    /* A whole request has come. */
    void (*handle)(PmxExchange *exchange, gpointer data);
    /* The body (JSON) of the answer to a request that cannot be taken: 400, 413, 414, 431, 500,
     * 503, 505. `path` is "/" where none has been read. Any thread of the pool. Caller frees. */
    char *(*refuse)(guint status, const char *path, const char *why, gpointer data);
    gpointer data;
} PmxHttpHandler;

typedef struct {
    GInetSocketAddress *address;
    const char *certificate, *key; /* PEM texts, or NULL: no TLS */
    guint threads;                 /* 0: as many as suits the machine */
    guint connections;             /* at most, 0: 4096 */
    guint idle_seconds;            /* without a byte, 0: 30 */
    guint request_seconds;         /* for a whole request, 0: 60 */
} PmxHttpOptions;

/* Listens. NULL with a sentence: port in use, no permission, bad certificate. Raises the process's
 * limit of open files when `connections` need it. */
PmxHttp *pmx_http_new(const PmxHttpOptions *options, const PmxHttpHandler *handler, GError **error);
/* No new connections; ends streams, waits up to `grace` milliseconds for answers under way, refuses
 * what is then still unanswered with 503, and ends. */
void pmx_http_stop(PmxHttp *http, guint grace);
/* Stops it when it runs. Exchanges and streams that others hold stay safe to answer and to close. */
void pmx_http_free(PmxHttp *http);
guint16 pmx_http_port(const PmxHttp *http);

/* Upper ends, in seconds, of the ranges that answers are counted in by the time they took. */
enum { PMX_HTTP_BUCKETS = 11 };
extern const double pmx_http_bucket_seconds[PMX_HTTP_BUCKETS];

typedef struct {
    guint connections, streams;
    guint64 requests[6];                /* by status / 100 */
    guint64 took[PMX_HTTP_BUCKETS + 1]; /* each answer in one range; the last has no upper end */
    double took_seconds;                /* of all of them together */
} PmxHttpCounts;
PmxHttpCounts pmx_http_counts(PmxHttp *http);

/* --- an exchange: a request and its answer; what is returned is borrowed and lives as long --- */

const char *pmx_exchange_method(const PmxExchange *exchange); /* GET, HEAD, POST … */
const char *pmx_exchange_path(const PmxExchange *exchange);   /* as on the wire, before the ? */
const char *pmx_exchange_query(const PmxExchange *exchange);  /* as on the wire, behind the ?; "" */
const char *pmx_exchange_header(const PmxExchange *exchange, const char *name); /* or NULL */
/* Calls for each header; names as on the wire. Headers: in the handler only. */
void pmx_exchange_headers(const PmxExchange *exchange,
                          void (*each)(const char *name, const char *value, gpointer data),
                          gpointer data);
const char *pmx_exchange_body(const PmxExchange *exchange, gsize *length); /* NUL after its end */
const char *pmx_exchange_peer(const PmxExchange *exchange);
gint64 pmx_exchange_began(const PmxExchange *exchange); /* g_get_monotonic_time() */

/* Adds a header to the answer to come. */
void pmx_exchange_add_header(PmxExchange *exchange, const char *name, const char *value);

/* Answers; takes `body` (g_malloc'ed; may be NULL). `type` NULL: no Content-Type. Any thread; once.
 * Outside the handler the exchange is gone afterwards. */
void pmx_exchange_answer(PmxExchange *exchange, guint status, const char *type, char *body,
                         gsize length);

/* In the handler: it will return without an answer, and somebody answers later, and must. */
void pmx_exchange_later(PmxExchange *exchange);

/* --- a stream: an answer that goes on --- */

typedef struct PmxHttpStream PmxHttpStream;

/* Answers 200 with `type` and a body that grows by pmx_http_stream_push() until it is closed. From
 * the handler, instead of an answer. The stream is freed by pmx_http_stream_close(), which its owner
 * must call, also after the peer has gone. `gone` is called once, in a thread of the server, when
 * the peer has closed or the server stops; within a second. It may not push or close or wait for
 * somebody who does, only take note. It is not called once close has returned. */
PmxHttpStream *pmx_exchange_stream(PmxExchange *exchange, const char *type,
                                   void (*gone)(gpointer data), gpointer data);
/* Queues a copy of `text`; any thread. FALSE when the peer is gone or more than 1 MiB waits. */
gboolean pmx_http_stream_push(PmxHttpStream *stream, const char *text, gsize length);
/* Ends the body after what is queued. Any thread, once; the stream is gone afterwards. */
void pmx_http_stream_close(PmxHttpStream *stream);
