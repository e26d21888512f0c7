/* SPDX-License-Identifier: MIT */
/*
 * Refusals, among them those that libmicrohttpd makes up itself.
 *
 * What it cannot parse, or what does not fit into its memory, libmicrohttpd answers with an HTML
 * page, and it has no option to change that; a client of the job API breaks on anything but JSON.
 * But it sends these pages as any program would, by MHD_queue_response(), through the dynamic
 * linker. So this file has a function of that name, which takes precedence. It is called only from
 * inside the library (we call the real one by its address).
 *
 * Our answer goes straight to the socket, which is then closed for writing, so that the page goes
 * nowhere. To put our answer in place of the page would not do: after some mistakes (a malformed
 * Content-Length) libmicrohttpd 0.9.75 sends the head twice; and it may not be told that queueing
 * has failed, for then it goes on with memory that it has freed (after too many cookies).
 *
 * A libmicrohttpd that is linked with -Bsymbolic-functions calls itself directly: then the pages
 * stay HTML, and nothing else changes.
 */
#include <dlfcn.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "api/http-private.h"

PmxQueueResponse pmx_find_queue_response(void)
{
    PmxQueueResponse found;
    void *symbol = dlsym(RTLD_NEXT, "MHD_queue_response");
    memcpy(&found, &symbol, sizeof found);
    return found;
}

static void free_body(void *body)
{
    g_free(body);
}

void pmx_add_standing_headers(struct MHD_Response *response, const char *type)
{
    MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (type)
        MHD_add_response_header(response, "Content-Type", type);
}

static char *body_of(const PmxHttp *http, guint status, const char *path, const char *why)
{
    return http->handler.refuse(status, *path == '/' ? path : "/", why, http->handler.data);
}

struct MHD_Response *pmx_refusal(PmxHttp *http, guint status, const char *path, const char *why)
{
    char *body = body_of(http, status, path, why);
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback(strlen(body), body, free_body);
    pmx_add_standing_headers(response, "application/json");
    return response;
}

static const char *sentence(unsigned int status)
{
    switch (status) {
    case MHD_HTTP_CONTENT_TOO_LARGE:
        return "the body is too large";
    case MHD_HTTP_URI_TOO_LONG:
        return "the request target is longer than 256 KiB";
    case MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE:
        return "the headers and parameters are too large";
    case MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED:
        return "only HTTP/1.1 and HTTP/1.0 are spoken here";
    case MHD_HTTP_INTERNAL_SERVER_ERROR:
        return "the request could not be read";
    default:
        return "this is not a well-formed HTTP request";
    }
}

/* As RFC 9110 has it, in whatever language the process speaks. */
static char *date_text(void)
{
    static const char days[] = "SunMonTueWedThuFriSat",
                      months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct tm tm;
    time_t now = time(NULL);
    gmtime_r(&now, &tm);
    return g_strdup_printf("%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + tm.tm_wday * 3,
                           tm.tm_mday, months + tm.tm_mon * 3, tm.tm_year + 1900, tm.tm_hour,
                           tm.tm_min, tm.tm_sec);
}

static char *answer_text(const PmxHttp *http, guint status, const char *path)
{
    g_autofree char *date = date_text();
    g_autofree char *body = body_of(http, status, path, sentence(status));
    return g_strdup_printf("HTTP/1.1 %u %s\r\nDate: %s\r\nConnection: close\r\n"
                           "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
                           "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                           status, MHD_get_reason_phrase_for(status), date, strlen(body), body);
}

/* Nothing else is on its way: an answer is begun when the one before it has left. */
static void send_last(struct MHD_Connection *connection, int fd, const char *text)
{
    const union MHD_ConnectionInfo *tls =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (tls && tls->tls_session) {
        gnutls_record_send(tls->tls_session, text, strlen(text));
        gnutls_bye(tls->tls_session, GNUTLS_SHUT_WR);
    } else {
        send(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    shutdown(fd, SHUT_WR);
}

/* FALSE when the server ends: then libmicrohttpd queues nothing, and says that it has. */
static gboolean enter(PmxPeer *peer, guint status, char **path)
{
    PmxHttp *http = peer->http;
    g_mutex_lock(&http->lock);
    gboolean enters = !http->refusing;
    http->under_way += enters;
    http->requests[MIN(status / 100, 5)]++;
    peer->lingers = TRUE;
    *path = g_strdup(peer->exchange ? peer->exchange->path : "/");
    g_mutex_unlock(&http->lock);
    return enters;
}

static void leave(PmxHttp *http)
{
    g_mutex_lock(&http->lock);
    http->under_way--;
    g_cond_broadcast(&http->settled);
    g_mutex_unlock(&http->lock);
}

/* Called by libmicrohttpd, with its own page. */
enum MHD_Result MHD_queue_response(struct MHD_Connection *connection, unsigned int status,
                                   struct MHD_Response *page)
{
    PmxPeer *peer = pmx_peer_of(connection);
    g_autofree char *path = NULL;
    if (!enter(peer, status, &path))
        return MHD_NO;
    g_autofree char *text = answer_text(peer->http, status, path);
    send_last(connection, peer->fd, text);
    enum MHD_Result result = peer->http->queue_response(connection, status, page);
    leave(peer->http);
    return result;
}
