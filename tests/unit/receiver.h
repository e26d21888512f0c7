/* SPDX-License-Identifier: MIT */
/* An HTTP server that a test answers for, request by request. For tests only. */
#pragma once

#include <gio/gio.h>
#include <string.h>

typedef struct {
    char *head; /* request line and headers, as they came */
    char *body;
} Received;

/* What to do with a request instead of sending a status: nothing; close; send a body that is ten bytes
 * shorter than announced, and close; send that, and nothing more; close within the headers; send such a
 * body as a part (206), and close. */
enum {
    RECEIVER_HANGS = 0,
    RECEIVER_CLOSES = -1,
    RECEIVER_BREAKS_OFF = -2,
    RECEIVER_STALLS = -3,
    RECEIVER_STOPS = -4,
    RECEIVER_BREAKS_OFF_PART = -5
};

typedef struct Receiver Receiver;

/* In a connection's thread; `number` counts requests from 0. */
typedef int (*ReceiverAnswer)(Receiver *receiver, const Received *request, guint number);

struct Receiver {
    GSocket *socket;
    char *url; /* http://127.0.0.1:PORT */
    GCancellable *end;
    GThread *acceptor;
    ReceiverAnswer answer;
    const char *content; /* of every answer */
    const char *headers; /* more of them, each with the end of its line; or NULL */
    gpointer data;       /* the test's */

    GMutex lock;
    GCond changed;
    GPtrArray *requests; /* of Received *, under the lock as all below */
    GPtrArray *threads;
    guint connections;
    guint over; /* connections */
};

static inline void received_free(gpointer data)
{
    Received *request = data;
    g_free(request->head);
    g_free(request->body);
    g_free(request);
}

/* Waits, but not for ever, until `expression` holds, which changes under `lock`. */
#define wait_until(cond, lock, expression)                                                         \
    do {                                                                                           \
        gint64 wait_end = g_get_monotonic_time() + 60 * G_TIME_SPAN_SECOND;                        \
        while (!(expression))                                                                      \
            if (!g_cond_wait_until((cond), (lock), wait_end))                                      \
                g_error("%s:%d: waited in vain for: %s", __FILE__, __LINE__, #expression);         \
    } while (0)

/* More of the connection; FALSE at its end. */
static inline gboolean receive_some(Receiver *receiver, GSocket *socket, GString *bytes)
{
    char part[4096];
    gssize n = g_socket_receive(socket, part, sizeof part, receiver->end, NULL);
    if (n > 0)
        g_string_append_len(bytes, part, n);
    return n > 0;
}

static inline gsize content_length(const char *head)
{
    const char *field = strcasestr(head, "\r\nContent-Length:");
    return field ? (gsize)g_ascii_strtoull(field + 17, NULL, 10) : 0;
}

static inline Received *receive(Receiver *receiver, GSocket *socket, GString *bytes)
{
    const char *end;
    while (!(end = strstr(bytes->str, "\r\n\r\n")))
        if (!receive_some(receiver, socket, bytes))
            return NULL;
    gsize head = (gsize)(end - bytes->str) + 4;
    g_autofree char *text = g_strndup(bytes->str, head);
    gsize length = content_length(text);
    while (bytes->len < head + length)
        if (!receive_some(receiver, socket, bytes))
            return NULL;
    Received *request = g_new0(Received, 1);
    request->head = g_steal_pointer(&text);
    request->body = g_strndup(bytes->str + head, length);
    g_string_erase(bytes, 0, (gssize)(head + length));
    return request;
}

static inline gboolean send_answer(Receiver *receiver, GSocket *socket, const Received *request,
                                   int status)
{
    const char *content = receiver->content ? receiver->content : "{}";
    gboolean breaks_off = status < 0;
    gboolean bare = g_str_has_prefix(request->head, "HEAD ");
    g_autofree char *text = g_strdup_printf(
        "HTTP/1.1 %d Answer\r\nLocation: %s/elsewhere\r\nContent-Length: %" G_GSIZE_FORMAT
        "\r\n%s\r\n%s",
        status == RECEIVER_BREAKS_OFF_PART ? 206
        : breaks_off                       ? 200
                                           : status,
        receiver->url, strlen(content) + (breaks_off ? 10 : 0),
        receiver->headers ? receiver->headers : "", bare ? "" : content);
    gsize whole = strlen(text), headers = (gsize)(strstr(text, "\r\n\r\n") - text);
    gsize length = status == RECEIVER_STOPS ? headers : whole, sent = 0;
    while (sent < length) {
        gssize n = g_socket_send(socket, text + sent, length - sent, receiver->end, NULL);
        if (n <= 0)
            return FALSE;
        sent += (gsize)n;
    }
    return !breaks_off;
}

/* FALSE: the connection is over. */
static inline gboolean serve_one(Receiver *receiver, GSocket *socket, GString *bytes)
{
    Received *request = receive(receiver, socket, bytes);
    if (!request)
        return FALSE;
    g_mutex_lock(&receiver->lock);
    guint number = receiver->requests->len;
    g_ptr_array_add(receiver->requests, request);
    g_cond_broadcast(&receiver->changed);
    g_mutex_unlock(&receiver->lock);
    int status = receiver->answer(receiver, request, number);
    gboolean goes_on = status != RECEIVER_HANGS && status != RECEIVER_CLOSES &&
                       send_answer(receiver, socket, request, status);
    if (status == RECEIVER_HANGS || status == RECEIVER_STALLS)
        while (receive_some(receiver, socket, bytes))
            ;
    return goes_on;
}

typedef struct {
    Receiver *receiver;
    GSocket *socket;
} Connection;

static inline gpointer serve_connection(gpointer data)
{
    Connection *connection = data;
    g_autoptr(GString) bytes = g_string_new(NULL);
    while (serve_one(connection->receiver, connection->socket, bytes))
        ;
    g_object_unref(connection->socket);
    g_mutex_lock(&connection->receiver->lock);
    connection->receiver->over++;
    g_cond_broadcast(&connection->receiver->changed);
    g_mutex_unlock(&connection->receiver->lock);
    g_free(connection);
    return NULL;
}

static inline gpointer accept_all(gpointer data)
{
    Receiver *receiver = data;
    GSocket *socket;
    while ((socket = g_socket_accept(receiver->socket, receiver->end, NULL))) {
        Connection *connection = g_new(Connection, 1);
        *connection = (Connection){receiver, socket};
        g_mutex_lock(&receiver->lock);
        receiver->connections++;
        g_ptr_array_add(receiver->threads, g_thread_new("serve", serve_connection, connection));
        g_mutex_unlock(&receiver->lock);
    }
    return NULL;
}

static inline int answer_well(Receiver *receiver, const Received *request, guint number)
{
    (void)receiver, (void)request, (void)number;
    return 200;
}

/* A socket that listens on a free port of this machine; caller frees both. */
static inline GSocket *listen_somewhere(char **url)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GInetAddress) host = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(host, 0);
    GSocket *socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
    g_assert_no_error(error);
    g_assert_true(g_socket_bind(socket, any, TRUE, &error) && g_socket_listen(socket, &error));
    g_autoptr(GSocketAddress) address = g_socket_get_local_address(socket, &error);
    *url = g_strdup_printf("http://127.0.0.1:%u",
                           g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address)));
    return socket;
}

/* Where nobody listens; caller frees. */
static inline char *deserted_url(void)
{
    char *url;
    g_object_unref(listen_somewhere(&url));
    return url;
}

/* `answer` NULL: 200 to everything. */
static inline Receiver *receiver_new(ReceiverAnswer answer, gpointer data)
{
    Receiver *receiver = g_new0(Receiver, 1);
    receiver->socket = listen_somewhere(&receiver->url);
    receiver->answer = answer ? answer : answer_well;
    receiver->data = data;
    receiver->end = g_cancellable_new();
    receiver->requests = g_ptr_array_new_with_free_func(received_free);
    receiver->threads = g_ptr_array_new();
    g_mutex_init(&receiver->lock);
    g_cond_init(&receiver->changed);
    receiver->acceptor = g_thread_new("accept", accept_all, receiver);
    return receiver;
}

static inline void receiver_free(Receiver *receiver)
{
    g_cancellable_cancel(receiver->end);
    g_thread_join(receiver->acceptor);
    for (guint i = 0; i < receiver->threads->len; i++)
        g_thread_join(receiver->threads->pdata[i]);
    g_ptr_array_unref(receiver->threads);
    g_ptr_array_unref(receiver->requests);
    g_object_unref(receiver->socket);
    g_object_unref(receiver->end);
    g_mutex_clear(&receiver->lock);
    g_cond_clear(&receiver->changed);
    g_free(receiver->url);
    g_free(receiver);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Receiver, receiver_free)

static inline void receiver_wait(Receiver *receiver, guint requests)
{
    g_mutex_lock(&receiver->lock);
    wait_until(&receiver->changed, &receiver->lock, receiver->requests->len >= requests);
    g_mutex_unlock(&receiver->lock);
}

static inline guint receiver_count(Receiver *receiver)
{
    g_mutex_lock(&receiver->lock);
    guint count = receiver->requests->len;
    g_mutex_unlock(&receiver->lock);
    return count;
}

static inline const Received *receiver_request(Receiver *receiver, guint number)
{
    g_assert_cmpuint(number, <, receiver_count(receiver));
    g_mutex_lock(&receiver->lock);
    const Received *request = receiver->requests->pdata[number];
    g_mutex_unlock(&receiver->lock);
    return request;
}

/* Answers nobody until the test says so; the receiver's data is a gboolean, FALSE at first. */
static inline int answer_when_told(Receiver *receiver, const Received *request, guint number)
{
    (void)request, (void)number;
    const gboolean *told = receiver->data;
    g_mutex_lock(&receiver->lock);
    wait_until(&receiver->changed, &receiver->lock, *told);
    g_mutex_unlock(&receiver->lock);
    return 200;
}

static inline void tell(Receiver *receiver)
{
    gboolean *told = receiver->data;
    g_mutex_lock(&receiver->lock);
    *told = TRUE;
    g_cond_broadcast(&receiver->changed);
    g_mutex_unlock(&receiver->lock);
}

static inline gboolean has_header(const Received *request, const char *line)
{
    g_autofree char *whole = g_strconcat("\r\n", line, "\r\n", NULL);
    return strstr(request->head, whole) != NULL;
}
