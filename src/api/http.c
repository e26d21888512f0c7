/* SPDX-License-Identifier: MIT */
/* The HTTP server's start, end and connections: see http.h and http-private.h. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/http-private.h"

#define CONNECTIONS 4096
#define IDLE_SECONDS 30
#define REQUEST_SECONDS 60
#define BACKLOG 1024
/* JSON may be nested deeply. Pages that are not touched cost nothing. */
#define STACK ((size_t)1 << 20)

/* --- life --- */

static PmxHttp *http_new(const PmxHttpOptions *options, const PmxHttpHandler *handler)
{
    PmxHttp *http = g_new0(PmxHttp, 1);
    guint idle = options->idle_seconds ? options->idle_seconds : IDLE_SECONDS;
    guint request = options->request_seconds ? options->request_seconds : REQUEST_SECONDS;
    http->references = 1;
    http->handler = *handler;
    http->queue_response = pmx_find_queue_response();
    http->patience = (gint64)(idle + request) * G_USEC_PER_SEC;
    http->lingers = g_array_new(FALSE, FALSE, sizeof(PmxLinger));
    http->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    g_mutex_init(&http->lock);
    g_cond_init(&http->settled);
    g_queue_init(&http->peers);
    return http;
}

PmxHttp *pmx_http_ref(PmxHttp *http)
{
    g_atomic_int_inc(&http->references);
    return http;
}

void pmx_http_unref(PmxHttp *http)
{
    if (!g_atomic_int_dec_and_test(&http->references))
        return;
    for (guint i = 0; i < http->lingers->len; i++)
        close(g_array_index(http->lingers, PmxLinger, i).fd);
    g_array_unref(http->lingers);
    close(http->wake);
    g_cond_clear(&http->settled);
    g_mutex_clear(&http->lock);
    g_free(http);
}

/* --- connections --- */

PmxPeer *pmx_peer_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static char *address_text(struct MHD_Connection *connection)
{
    char text[NI_MAXHOST];
    const struct sockaddr *address =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
    socklen_t length =
        address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    if (getnameinfo(address, length, text, sizeof text, NULL, 0, NI_NUMERICHOST) != 0)
        return g_strdup("");
    return g_strdup(text);
}

static void remember(PmxHttp *http, struct MHD_Connection *connection, void **context)
{
    PmxPeer *peer = g_new0(PmxPeer, 1);
    peer->http = http;
    peer->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    peer->address = address_text(connection);
    peer->deadline = g_get_monotonic_time() + http->patience;
    peer->link.data = peer;
    *context = peer;
    g_mutex_lock(&http->lock);
    g_queue_push_tail_link(&http->peers, &peer->link);
    gboolean first = http->peers.length == 1;
    g_mutex_unlock(&http->lock);
    if (first)
        pmx_http_wake(http);
}

/* libmicrohttpd closes the descriptor after this. */
static void forget(PmxHttp *http, PmxPeer *peer)
{
    g_mutex_lock(&http->lock);
    g_queue_unlink(&http->peers, &peer->link);
    http->kept -= peer->kept;
    if (peer->lingers)
        pmx_http_linger(http, peer->fd);
    g_cond_broadcast(&http->settled);
    g_mutex_unlock(&http->lock);
    g_free(peer->address);
    g_free(peer);
}

static void connection_changed(void *data, struct MHD_Connection *connection, void **context,
                               enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        remember(data, connection, context);
    else
        forget(data, *context);
}

/* Instead of MHD_quiesce_daemon(): that and a thread of the pool may both take the listening socket
 * out of its epoll set, and the second one to do so ends the process. */
static enum MHD_Result accepts(void *data, const struct sockaddr *address, socklen_t length)
{
    PmxHttp *http = data;
    (void)address, (void)length;
    g_mutex_lock(&http->lock);
    gboolean stopping = http->stopping;
    g_mutex_unlock(&http->lock);
    return stopping ? MHD_NO : MHD_YES;
}

/* --- start --- */

static int listen_on(PmxHttp *http, GInetSocketAddress *address, GError **error)
{
    int fd;
    g_autoptr(GSocket) socket = g_socket_new(g_socket_address_get_family(G_SOCKET_ADDRESS(address)),
                                             G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
    if (!socket || !g_socket_bind(socket, G_SOCKET_ADDRESS(address), TRUE, error))
        return -1;
    g_socket_set_listen_backlog(socket, BACKLOG);
    if (!g_socket_listen(socket, error))
        return -1;
    g_autoptr(GSocketAddress) local = g_socket_get_local_address(socket, error);
    if (!local)
        return -1;
    http->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(local));
    fd = fcntl(g_socket_get_fd(socket), F_DUPFD_CLOEXEC, 3);
    if (fd < 0)
        g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(errno), "%s", g_strerror(errno));
    return fd;
}

static void raise_files_limit(guint connections)
{
    struct rlimit limit;
    rlim_t wanted = connections + 512;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = MIN(wanted, limit.rlim_max);
    setrlimit(RLIMIT_NOFILE, &limit);
}

static guint threads_of(const PmxHttpOptions *options)
{
    return options->threads ? options->threads : MAX(4, 2 * g_get_num_processors() + 2);
}

/* Paths and queries are taken as they came. */
static size_t leave_escaped(void *data, struct MHD_Connection *connection, char *text)
{
    (void)data, (void)connection;
    return strlen(text);
}

static struct MHD_Daemon *start_daemon(PmxHttp *http, const PmxHttpOptions *options, int fd)
{
    guint connections = options->connections ? options->connections : CONNECTIONS;
    gboolean tls = options->certificate != NULL;
    const struct MHD_OptionItem secure[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)options->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)options->key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
        {MHD_OPTION_END, 0, NULL}};
    raise_files_limit(connections);
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | (tls ? MHD_USE_TLS : 0), 0,
        accepts, http, pmx_exchange_handle, http, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_THREAD_POOL_SIZE, MAX(2, threads_of(options)), MHD_OPTION_THREAD_STACK_SIZE,
        STACK, MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_CONNECTION_TIMEOUT,
        options->idle_seconds ? options->idle_seconds : IDLE_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)PMX_HTTP_POOL, MHD_OPTION_NOTIFY_CONNECTION,
        connection_changed, http, MHD_OPTION_URI_LOG_CALLBACK, pmx_exchange_begin, http,
        MHD_OPTION_NOTIFY_COMPLETED, pmx_exchange_end, http, MHD_OPTION_UNESCAPE_CALLBACK,
        leave_escaped, http, MHD_OPTION_ARRAY, tls ? secure : &secure[3], MHD_OPTION_END);
}

PmxHttp *pmx_http_new(const PmxHttpOptions *options, const PmxHttpHandler *handler, GError **error)
{
    PmxHttp *http = http_new(options, handler);
    int fd = listen_on(http, options->address, error);
    if (fd >= 0)
        http->daemon = start_daemon(http, options, fd);
    if (http->daemon) {
        http->watcher = g_thread_new("http-watch", pmx_http_watch, http);
        return http;
    }
    /* libmicrohttpd has closed the descriptor. */
    if (fd >= 0)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
                    options->certificate ? "the TLS certificate or its key cannot be used"
                                         : "the HTTP server does not start");
    pmx_http_unref(http);
    return NULL;
}

/* --- end --- */

static void end_streams(PmxHttp *http)
{
    for (GList *link = http->peers.head; link; link = link->next) {
        const PmxPeer *peer = link->data;
        if (peer->stream)
            pmx_stream_end(peer->stream);
    }
}

static void give_up_all(PmxHttp *http)
{
    http->refusing = TRUE;
    for (GList *link = http->peers.head; link; link = link->next) {
        const PmxPeer *peer = link->data;
        if (peer->exchange)
            pmx_exchange_give_up(peer->exchange);
    }
}

static void wait_until_settled(PmxHttp *http, guint milliseconds)
{
    gint64 until = g_get_monotonic_time() + milliseconds * G_TIME_SPAN_MILLISECOND;
    while (http->under_way || http->streams)
        if (!g_cond_wait_until(&http->settled, &http->lock, until))
            break;
}

static void end_watcher(PmxHttp *http)
{
    g_mutex_lock(&http->lock);
    http->watch_ended = TRUE;
    g_mutex_unlock(&http->lock);
    pmx_http_wake(http);
    g_thread_join(http->watcher);
}

void pmx_http_stop(PmxHttp *http, guint grace)
{
    if (!http->daemon)
        return;
    g_mutex_lock(&http->lock);
    http->stopping = TRUE;
    end_streams(http);
    wait_until_settled(http, grace);
    give_up_all(http);
    /* For the refusals to be sent; who does not take them by then gets none. */
    wait_until_settled(http, 200);
    g_mutex_unlock(&http->lock);
    end_watcher(http);
    MHD_stop_daemon(http->daemon);
    http->daemon = NULL;
}

void pmx_http_free(PmxHttp *http)
{
    if (!http)
        return;
    pmx_http_stop(http, 0);
    pmx_http_unref(http);
}

guint16 pmx_http_port(const PmxHttp *http)
{
    return http->port;
}

PmxHttpCounts pmx_http_counts(PmxHttp *http)
{
    PmxHttpCounts counts = {0};
    g_mutex_lock(&http->lock);
    counts.connections = http->peers.length;
    counts.streams = http->streams;
    memcpy(counts.requests, http->requests, sizeof counts.requests);
    g_mutex_unlock(&http->lock);
    return counts;
}
