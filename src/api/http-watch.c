/* SPDX-License-Identifier: MIT */
/*
 * The watcher: a thread beside libmicrohttpd's, for what that does not notice. Once a second, while
 * there are connections:
 *
 *   - a connection whose request is overdue is shut down; libmicrohttpd counts idleness from the
 *     last byte, so that a byte now and then would keep it for ever;
 *   - a stream whose peer has left is woken; suspended connections are not looked at;
 *   - sockets that were closed while their peers were sending are read from, for a while.
 */
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/http-private.h"

#define ROUND 1000 /* milliseconds */
#define LINGER_SECONDS 10
#define MOST_LINGERS 256

void pmx_http_wake(PmxHttp *http)
{
    eventfd_write(http->wake, 1);
}

/* --- sockets to be emptied --- */

void pmx_http_linger(PmxHttp *http, int fd)
{
    if (http->watch_ended || http->lingers->len >= MOST_LINGERS)
        return;
    PmxLinger linger = {.fd = dup(fd),
                        .until = g_get_monotonic_time() + LINGER_SECONDS * G_USEC_PER_SEC,
                        .left = PMX_HTTP_DRAIN_LIMIT};
    if (linger.fd < 0)
        return;
    shutdown(linger.fd, SHUT_WR);
    g_array_append_val(http->lingers, linger);
    pmx_http_wake(http);
}

/* FALSE when there is no more to come. */
static gboolean read_on(PmxLinger *linger)
{
    char scratch[16384];
    for (;;) {
        ssize_t length = recv(linger->fd, scratch, sizeof scratch, MSG_DONTWAIT);
        if (length < 0)
            return errno == EAGAIN || errno == EINTR;
        if (length == 0 || (gsize)length >= linger->left)
            return FALSE;
        linger->left -= (gsize)length;
    }
}

static void read_on_all(GArray *lingers)
{
    gint64 now = g_get_monotonic_time();
    for (guint i = lingers->len; i-- > 0;) {
        PmxLinger *linger = &g_array_index(lingers, PmxLinger, i);
        if (linger->until > now && read_on(linger))
            continue;
        close(linger->fd);
        g_array_remove_index_fast(lingers, i);
    }
}

static void close_all(GArray *lingers)
{
    for (guint i = 0; i < lingers->len; i++)
        close(g_array_index(lingers, PmxLinger, i).fd);
    g_array_set_size(lingers, 0);
}

/* --- connections --- */

static void shut_overdue(PmxHttp *http)
{
    gint64 now = g_get_monotonic_time();
    for (GList *link = http->peers.head; link; link = link->next) {
        const PmxPeer *peer = link->data;
        if (peer->deadline && peer->deadline < now)
            shutdown(peer->fd, SHUT_RDWR);
    }
}

static void find_left(PmxHttp *http)
{
    g_autoptr(GArray) polled = g_array_new(FALSE, FALSE, sizeof(struct pollfd));
    g_autoptr(GPtrArray) streams = g_ptr_array_new();
    for (GList *link = http->peers.head; link; link = link->next) {
        const PmxPeer *peer = link->data;
        struct pollfd entry = {.fd = peer->fd, .events = POLLRDHUP};
        if (!peer->stream)
            continue;
        g_array_append_val(polled, entry);
        g_ptr_array_add(streams, peer->stream);
    }
    if (!streams->len || poll((struct pollfd *)polled->data, polled->len, 0) <= 0)
        return;
    for (guint i = 0; i < streams->len; i++)
        if (g_array_index(polled, struct pollfd, i).revents)
            pmx_stream_left(g_ptr_array_index(streams, i));
}

/* The lock keeps the descriptors open: see forget() in http.c. */
static void look_round(PmxHttp *http)
{
    g_mutex_lock(&http->lock);
    shut_overdue(http);
    find_left(http);
    g_mutex_unlock(&http->lock);
}

/* --- the thread --- */

static void wait_for_round(const PmxHttp *http, const GArray *lingers, int timeout)
{
    g_autofree struct pollfd *polled = g_new0(struct pollfd, lingers->len + 1);
    polled[0] = (struct pollfd){.fd = http->wake, .events = POLLIN};
    for (guint i = 0; i < lingers->len; i++)
        polled[i + 1] =
            (struct pollfd){.fd = g_array_index(lingers, PmxLinger, i).fd, .events = POLLIN};
    eventfd_t count;
    if (poll(polled, lingers->len + 1, timeout) > 0 && polled[0].revents)
        eventfd_read(http->wake, &count);
}

/* Takes over new lingering sockets. FALSE at the end. */
static gboolean begin_round(PmxHttp *http, GArray *lingers, gboolean *any)
{
    g_mutex_lock(&http->lock);
    g_array_append_vals(lingers, http->lingers->data, http->lingers->len);
    g_array_set_size(http->lingers, 0);
    *any = http->peers.length > 0 || lingers->len > 0;
    gboolean goes_on = !http->watch_ended;
    g_mutex_unlock(&http->lock);
    return goes_on;
}

gpointer pmx_http_watch(gpointer data)
{
    PmxHttp *http = data;
    gboolean any;
    gint64 next = 0;
    g_autoptr(GArray) lingers = g_array_new(FALSE, FALSE, sizeof(PmxLinger));
    while (begin_round(http, lingers, &any)) {
        gint64 now = g_get_monotonic_time();
        if (now >= next) {
            look_round(http);
            next = now + ROUND * G_TIME_SPAN_MILLISECOND;
        }
        read_on_all(lingers);
        wait_for_round(http, lingers, any ? (int)((next - now) / 1000) + 1 : -1);
    }
    close_all(lingers);
    return NULL;
}
