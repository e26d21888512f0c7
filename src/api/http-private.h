/* SPDX-License-Identifier: MIT */
/*
 * What the files of the HTTP server share; see http.h for what it does.
 *
 *     http.c          starts, stops, and knows the connections (PmxPeer)
 *     exchange.c      a request comes in pieces, is checked, handled, answered
 *     stream.c        answers that go on
 *     http-refusal.c  answers that libmicrohttpd makes up itself
 *     http-watch.c    one thread beside the pool: overdue requests, peers that have left, and
 *                     sockets that are still to be emptied
 *
 * Locks are taken in this order: http->lock, a stream's lock, those inside libmicrohttpd. A thread
 * of the pool holds none of ours when it calls the handler.
 *
 * libmicrohttpd keeps one block of memory a connection, and touches all of it: half when an answer
 * begins, the whole when a connection is kept for another request. So connections are kept only as
 * long as there are few of them (KEPT), and a stream gives its block back (stream.c).
 */
#pragma once

#include <microhttpd.h>

#include "api/http.h"

#define PMX_HTTP_TARGET_LIMIT (256u << 10)
#define PMX_HTTP_HEADERS_LIMIT (64u << 10)
/* Room for both, and for libmicrohttpd's own records of them. */
#define PMX_HTTP_POOL (512u << 10)
#define PMX_HTTP_BODY_LIMIT (4u << 20)
#define PMX_HTTP_BODIES_LIMIT (128u << 20)
/* Of a request that is refused, to be read all the same so that its sender comes to read why. */
#define PMX_HTTP_DRAIN_LIMIT (64u << 20)
#define PMX_HTTP_KEPT 64

typedef enum MHD_Result (*PmxQueueResponse)(struct MHD_Connection *connection, unsigned int status,
                                            struct MHD_Response *response);

struct PmxHttp {
    gint references;

    /* fixed once it runs */
    PmxHttpHandler handler;
    struct MHD_Daemon *daemon;
    PmxQueueResponse queue_response; /* libmicrohttpd's; see http-refusal.c */
    guint16 port;
    gint64 patience; /* microseconds a connection has for its next request */
    GThread *watcher;
    int wake; /* eventfd */

    /* protected by the lock */
    GMutex lock;
    GCond settled;   /* something under way has ended */
    GQueue peers;    /* of PmxPeer */
    GArray *lingers; /* of PmxLinger, new ones for the watcher */
    guint kept;      /* peers that have been answered and not closed */
    guint streams;
    guint under_way; /* exchanges in a handler or to be answered, without streams */
    gsize bodies;    /* bytes */
    guint64 requests[6];
    gboolean stopping, refusing, watch_ended;
};

typedef struct {
    PmxHttp *http;
    int fd;
    char *address;
    GList link; /* in http->peers */

    /* protected by http->lock */
    gint64 deadline; /* of the request to come; 0: it has come */
    PmxExchange *exchange;
    PmxHttpStream *stream; /* a reference */
    gboolean kept;
    gboolean lingers; /* closed by us while the other side may still be sending */
} PmxPeer;

struct PmxExchange {
    gint references; /* the connection, and who answers later */
    PmxHttp *http;
    PmxPeer *peer;                     /* the connection's thread only */
    struct MHD_Connection *connection; /* likewise */

    /* fixed once the request has come */
    char *method, *path, *query;
    GString *body;
    char *address;
    gint64 began;

    /* the connection's thread only */
    gboolean begun, handled;
    gsize received;
    guint refused; /* status */
    const char *why;
    gsize held; /* of http->bodies */

    /* who answers */
    GPtrArray *headers; /* name, value, name, value … */

    /* protected by http->lock */
    gboolean later, suspended, answered;
    guint status;
    struct MHD_Response *response; /* until it is queued */
};

/* --- http.c --- */

PmxHttp *pmx_http_ref(PmxHttp *http);
void pmx_http_unref(PmxHttp *http);
PmxPeer *pmx_peer_of(struct MHD_Connection *connection);

/* --- exchange.c: libmicrohttpd's callbacks, with a PmxHttp as their data --- */

void *pmx_exchange_begin(void *data, const char *target, struct MHD_Connection *connection);
enum MHD_Result pmx_exchange_handle(void *data, struct MHD_Connection *connection, const char *url,
                                    const char *method, const char *version, const char *upload,
                                    size_t *upload_size, void **context);
void pmx_exchange_end(void *data, struct MHD_Connection *connection, void **context,
                      enum MHD_RequestTerminationCode how);
/* With http->lock held: answers one that waits for its answer with 503. */
void pmx_exchange_give_up(PmxExchange *exchange);

/* --- http-head.c --- */

/* The status that a request's head deserves, with a sentence, or 0. */
guint pmx_head_check(const PmxExchange *exchange, const char *version, const char **why);

/* --- http-refusal.c --- */

PmxQueueResponse pmx_find_queue_response(void);
/* A response with a body of the handler's `refuse`. */
struct MHD_Response *pmx_refusal(PmxHttp *http, guint status, const char *path, const char *why);
/* What every answer carries; `type` may be NULL. */
void pmx_add_standing_headers(struct MHD_Response *response, const char *type);

/* --- stream.c --- */

/* For the connection's thread: the peer is gone, or the answer has ended. Takes its reference. */
void pmx_stream_gone(PmxHttpStream *stream);
/* The peer has left: the connection is to be woken and closed. */
void pmx_stream_left(PmxHttpStream *stream);
/* The server stops: no more pushes; what is queued still goes out. */
void pmx_stream_end(PmxHttpStream *stream);

/* --- http-watch.c --- */

typedef struct {
    int fd; /* owned */
    gint64 until;
    gsize left; /* bytes */
} PmxLinger;

gpointer pmx_http_watch(gpointer http);
void pmx_http_wake(PmxHttp *http);
/* With http->lock held: leaves a copy of `fd` to the watcher, which reads on for a while, so that
 * closing does not take the answer away from a peer that is still sending. */
void pmx_http_linger(PmxHttp *http, int fd);
