/* SPDX-License-Identifier: MIT */
/*
 * Exchanges: see http.h. libmicrohttpd calls pmx_exchange_handle() once with the head, once for
 * each piece of the body, once when all has come, and once more after a wait for the answer.
 */
#include <string.h>

#include "api/http-private.h"

/* --- begin, end --- */

/* libmicrohttpd, whose memory this is, would go on and parse the parameters; nobody reads them, and
 * when there is no room for so many it forgets the request over the error. So it gets to see none. */
static void split_target(PmxExchange *exchange, char *target)
{
    char *query = strchr(target, '?');
    exchange->path = g_strndup(target, query ? (gsize)(query - target) : strlen(target));
    exchange->query = g_strdup(query ? query + 1 : "");
    if (query)
        query[1] = '\0';
}

void *pmx_exchange_begin(void *data, const char *target, struct MHD_Connection *connection)
{
    PmxExchange *exchange = g_new0(PmxExchange, 1);
    exchange->references = 1;
    exchange->http = pmx_http_ref(data);
    exchange->peer = pmx_peer_of(connection);
    exchange->connection = connection;
    exchange->address = g_strdup(exchange->peer->address);
    exchange->began = g_get_monotonic_time();
    exchange->body = g_string_new(NULL);
    exchange->headers = g_ptr_array_new_with_free_func(g_free);
    split_target(exchange, (char *)target);
    g_mutex_lock(&exchange->http->lock);
    exchange->peer->exchange = exchange;
    g_mutex_unlock(&exchange->http->lock);
    return exchange;
}

static void drop_body(PmxExchange *exchange)
{
    g_mutex_lock(&exchange->http->lock);
    exchange->http->bodies -= exchange->held;
    g_mutex_unlock(&exchange->http->lock);
    exchange->held = 0;
    g_string_free(exchange->body, TRUE);
    exchange->body = g_string_new(NULL);
}

static void exchange_unref(PmxExchange *exchange)
{
    if (!g_atomic_int_dec_and_test(&exchange->references))
        return;
    drop_body(exchange);
    if (exchange->response)
        MHD_destroy_response(exchange->response);
    g_ptr_array_unref(exchange->headers);
    g_string_free(exchange->body, TRUE);
    g_free(exchange->method);
    g_free(exchange->path);
    g_free(exchange->query);
    g_free(exchange->address);
    pmx_http_unref(exchange->http);
    g_free(exchange);
}

void pmx_exchange_end(void *data, struct MHD_Connection *connection, void **context,
                      enum MHD_RequestTerminationCode how)
{
    PmxHttp *http = data;
    PmxExchange *exchange = *context;
    (void)connection, (void)how;
    if (!exchange)
        return;
    PmxPeer *peer = exchange->peer;
    g_mutex_lock(&http->lock);
    PmxHttpStream *stream = g_steal_pointer(&peer->stream);
    peer->exchange = NULL;
    peer->deadline = g_get_monotonic_time() + http->patience;
    exchange->suspended = FALSE;
    exchange->answered = TRUE;
    if (stream)
        http->streams--;
    else if (exchange->handled)
        http->under_way--;
    g_cond_broadcast(&http->settled);
    g_mutex_unlock(&http->lock);
    if (stream)
        pmx_stream_gone(stream);
    *context = NULL;
    exchange_unref(exchange);
}

/* --- answers --- */

/* Every connection that is kept costs its whole block of memory: see http-private.h. */
static gboolean may_keep(PmxExchange *exchange)
{
    PmxHttp *http = exchange->http;
    PmxPeer *peer = exchange->peer;
    if (http->stopping || peer->stream)
        return FALSE;
    if (!peer->kept && http->kept < PMX_HTTP_KEPT) {
        peer->kept = TRUE;
        http->kept++;
    }
    return peer->kept;
}

/* Takes `response`. */
static enum MHD_Result queue(PmxExchange *exchange, guint status, struct MHD_Response *response)
{
    PmxHttp *http = exchange->http;
    g_mutex_lock(&http->lock);
    gboolean keep = may_keep(exchange);
    http->requests[MIN(status / 100, 5)]++;
    g_mutex_unlock(&http->lock);
    if (!keep)
        MHD_add_response_header(response, "Connection", "close");
    enum MHD_Result result = http->queue_response(exchange->connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result refuse(PmxExchange *exchange, guint status, const char *why)
{
    return queue(exchange, status, pmx_refusal(exchange->http, status, exchange->path, why));
}

static struct MHD_Response *make_response(const PmxExchange *exchange, const char *type, char *body,
                                          gsize length)
{
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback(
        length, body ? body : g_strdup(""), g_free);
    pmx_add_standing_headers(response, type);
    for (guint i = 0; i < exchange->headers->len; i += 2)
        MHD_add_response_header(response, exchange->headers->pdata[i],
                                exchange->headers->pdata[i + 1]);
    return response;
}

/* With http->lock held. Takes `response`. */
static void set_response(PmxExchange *exchange, guint status, struct MHD_Response *response)
{
    exchange->answered = TRUE;
    exchange->status = status;
    exchange->response = response;
    if (exchange->suspended)
        MHD_resume_connection(exchange->connection);
    exchange->suspended = FALSE;
}

void pmx_exchange_answer(PmxExchange *exchange, guint status, const char *type, char *body,
                         gsize length)
{
    PmxHttp *http = exchange->http;
    struct MHD_Response *response = make_response(exchange, type, body, length);
    g_mutex_lock(&http->lock);
    gboolean late = exchange->answered, later = exchange->later;
    if (!late)
        set_response(exchange, status, response);
    g_mutex_unlock(&http->lock);
    if (late)
        MHD_destroy_response(response);
    if (later)
        exchange_unref(exchange);
}

void pmx_exchange_later(PmxExchange *exchange)
{
    g_atomic_int_inc(&exchange->references);
    g_mutex_lock(&exchange->http->lock);
    exchange->later = TRUE;
    g_mutex_unlock(&exchange->http->lock);
}

void pmx_exchange_give_up(PmxExchange *exchange)
{
    if (exchange->suspended)
        set_response(exchange, 503,
                     pmx_refusal(exchange->http, 503, exchange->path, "the server is stopping"));
}

/* --- a request comes --- */

static enum MHD_Result take_head(PmxExchange *exchange, const char *method, const char *version)
{
    exchange->begun = TRUE;
    exchange->method = g_strdup(method);
    guint status = pmx_head_check(exchange, version, &exchange->why);
    if (!status)
        return MHD_YES;
    g_mutex_lock(&exchange->http->lock);
    exchange->peer->lingers = TRUE;
    g_mutex_unlock(&exchange->http->lock);
    return refuse(exchange, status, exchange->why);
}

static void refuse_body(PmxExchange *exchange, guint status, const char *why)
{
    exchange->refused = status;
    exchange->why = why;
    drop_body(exchange);
}

static gboolean reserve(PmxExchange *exchange, gsize length)
{
    PmxHttp *http = exchange->http;
    g_mutex_lock(&http->lock);
    gboolean fits = http->bodies + length <= PMX_HTTP_BODIES_LIMIT;
    if (fits)
        http->bodies += length;
    g_mutex_unlock(&http->lock);
    exchange->held += fits ? length : 0;
    return fits;
}

static enum MHD_Result take_body(PmxExchange *exchange, const char *piece, gsize length)
{
    exchange->received += length;
    if (exchange->received > PMX_HTTP_DRAIN_LIMIT)
        return MHD_NO;
    if (exchange->refused)
        return MHD_YES;
    if (exchange->received > PMX_HTTP_BODY_LIMIT)
        refuse_body(exchange, 413, "the body is larger than 4 MiB");
    else if (!reserve(exchange, length))
        refuse_body(exchange, 503, "too many bodies are being received; try again later");
    else
        g_string_append_len(exchange->body, piece, (gssize)length);
    return MHD_YES;
}

/* --- a request is handled --- */

/* After the handler, or after a wait: sends what there is to send, or waits. */
static enum MHD_Result settle(PmxExchange *exchange)
{
    PmxHttp *http = exchange->http;
    gboolean waits = FALSE;
    g_mutex_lock(&http->lock);
    struct MHD_Response *response = g_steal_pointer(&exchange->response);
    if (!response && exchange->later && !http->refusing) {
        waits = exchange->suspended = TRUE;
        MHD_suspend_connection(exchange->connection);
    }
    exchange->answered |= !waits;
    gboolean refusing = http->refusing;
    g_mutex_unlock(&http->lock);
    if (waits)
        return MHD_YES;
    if (response)
        return queue(exchange, exchange->status, response);
    return refusing ? refuse(exchange, 503, "the server is stopping")
                    : refuse(exchange, 500, "the request was not answered");
}

static enum MHD_Result handle(PmxExchange *exchange)
{
    PmxHttp *http = exchange->http;
    exchange->handled = TRUE;
    g_mutex_lock(&http->lock);
    exchange->peer->deadline = 0;
    http->under_way++;
    g_mutex_unlock(&http->lock);
    if (exchange->refused)
        return refuse(exchange, exchange->refused, exchange->why);
    http->handler.handle(exchange, http->handler.data);
    gboolean streams = exchange->peer->stream != NULL;
    if (streams)
        drop_body(exchange);
    return settle(exchange);
}

enum MHD_Result pmx_exchange_handle(void *data, struct MHD_Connection *connection, const char *url,
                                    const char *method, const char *version, const char *upload,
                                    size_t *upload_size, void **context)
{
    PmxExchange *exchange = *context;
    (void)data, (void)connection, (void)url;
    if (!exchange->begun)
        return take_head(exchange, method, version);
    if (*upload_size) {
        gsize length = *upload_size;
        *upload_size = 0;
        return take_body(exchange, upload, length);
    }
    return exchange->handled ? settle(exchange) : handle(exchange);
}

/* --- what a handler asks --- */

const char *pmx_exchange_method(const PmxExchange *exchange)
{
    return exchange->method;
}

const char *pmx_exchange_path(const PmxExchange *exchange)
{
    return exchange->path;
}

const char *pmx_exchange_query(const PmxExchange *exchange)
{
    return exchange->query;
}

const char *pmx_exchange_header(const PmxExchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

typedef struct {
    void (*each)(const char *name, const char *value, gpointer data);
    gpointer data;
} Each;

static enum MHD_Result call_each(void *data, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    const Each *each = data;
    (void)kind;
    each->each(name, value ? value : "", each->data);
    return MHD_YES;
}

void pmx_exchange_headers(const PmxExchange *exchange,
                          void (*each)(const char *name, const char *value, gpointer data),
                          gpointer data)
{
    Each call = {each, data};
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, call_each, &call);
}

const char *pmx_exchange_body(const PmxExchange *exchange, gsize *length)
{
    *length = exchange->body->len;
    return exchange->body->str;
}

const char *pmx_exchange_peer(const PmxExchange *exchange)
{
    return exchange->address;
}

gint64 pmx_exchange_began(const PmxExchange *exchange)
{
    return exchange->began;
}

void pmx_exchange_add_header(PmxExchange *exchange, const char *name, const char *value)
{
    g_ptr_array_add(exchange->headers, g_strdup(name));
    g_ptr_array_add(exchange->headers, g_strdup(value));
}
