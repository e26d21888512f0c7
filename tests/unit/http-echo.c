/* SPDX-License-Identifier: MIT */
/*
 * A server on api/http for tests/system/test_http.py: http-echo [--KEY=VALUE …]
 *
 * Prints its port, serves until its standard input ends, then stops. What it answers:
 *
 *     /nothing          not at all
 *     /later            when somebody asks for /release
 *     /release          the number of exchanges answered by it
 *     /stream           a stream that is pushed to by /push
 *     /push?N           pushes the body N times to each stream; the number of pushes that were taken
 *     /close            closes all streams; their number
 *     /counts           connections, streams, gone, kept KiB of resident memory, requests by status
 *     /empty            204
 *     anything else     what has come, as JSON; with the header X-Size: as many bytes of "x"
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/http.h"

typedef struct {
    PmxHttp *http;
    gint grace;
    GMutex lock;
    GPtrArray *later;   /* of PmxExchange */
    GPtrArray *streams; /* of PmxHttpStream */
    gint gone;
} Echo;

static void answer_text(PmxExchange *exchange, char *text)
{
    pmx_exchange_answer(exchange, 200, "text/plain", text, strlen(text));
}

static void add_header(const char *name, const char *value, gpointer data)
{
    json_object_set_new(data, name, json_string(value));
}

static void echo(PmxExchange *exchange)
{
    gsize length;
    const char *body = pmx_exchange_body(exchange, &length);
    json_t *headers = json_object();
    g_autofree char *hash =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)body, length);
    pmx_exchange_headers(exchange, add_header, headers);
    json_t *seen = json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:o, s:b}", "method",
                             pmx_exchange_method(exchange), "path", pmx_exchange_path(exchange),
                             "query", pmx_exchange_query(exchange), "length", (json_int_t)length,
                             "sha256", hash, "peer", pmx_exchange_peer(exchange), "headers",
                             headers, "ended", body[length] == '\0');
    char *text = seen ? json_dumps(seen, JSON_COMPACT) : g_strdup("{}");
    pmx_exchange_add_header(exchange, "X-Echo", "yes");
    pmx_exchange_answer(exchange, 200, "application/json", text, strlen(text));
    json_decref(seen);
}

static void many_bytes(PmxExchange *exchange, const char *size)
{
    gsize length = strtoul(size, NULL, 10);
    pmx_exchange_answer(exchange, 200, "text/plain", g_strnfill(length, 'x'), length);
}

static void wait_for_release(PmxExchange *exchange, Echo *server)
{
    pmx_exchange_later(exchange);
    g_mutex_lock(&server->lock);
    g_ptr_array_add(server->later, exchange);
    g_mutex_unlock(&server->lock);
}

static gpointer release_all(gpointer data)
{
    GPtrArray *waiting = data;
    for (guint i = 0; i < waiting->len; i++)
        answer_text(waiting->pdata[i], g_strdup("released"));
    g_ptr_array_unref(waiting);
    return NULL;
}

static void release(PmxExchange *exchange, Echo *server)
{
    g_mutex_lock(&server->lock);
    GPtrArray *waiting = g_steal_pointer(&server->later);
    server->later = g_ptr_array_new();
    g_mutex_unlock(&server->lock);
    char *text = g_strdup_printf("%u", waiting->len);
    g_thread_unref(g_thread_new("release", release_all, waiting));
    answer_text(exchange, text);
}

static void gone(gpointer data)
{
    Echo *server = data;
    g_atomic_int_inc(&server->gone);
}

static void open_stream(PmxExchange *exchange, Echo *server)
{
    PmxHttpStream *stream = pmx_exchange_stream(exchange, "text/event-stream", gone, server);
    g_mutex_lock(&server->lock);
    g_ptr_array_add(server->streams, stream);
    g_mutex_unlock(&server->lock);
}

static void push(PmxExchange *exchange, Echo *server)
{
    gsize length;
    guint taken = 0;
    const char *body = pmx_exchange_body(exchange, &length);
    gint64 times = MAX(1, g_ascii_strtoll(pmx_exchange_query(exchange), NULL, 10));
    g_mutex_lock(&server->lock);
    for (guint i = 0; i < server->streams->len; i++)
        for (gint64 n = 0; n < times; n++)
            taken += (guint)pmx_http_stream_push(server->streams->pdata[i], body, length);
    g_mutex_unlock(&server->lock);
    answer_text(exchange, g_strdup_printf("%u", taken));
}

static guint close_streams(Echo *server)
{
    g_mutex_lock(&server->lock);
    guint count = server->streams->len;
    for (guint i = 0; i < count; i++)
        pmx_http_stream_close(server->streams->pdata[i]);
    g_ptr_array_set_size(server->streams, 0);
    g_mutex_unlock(&server->lock);
    return count;
}

/* Resident KiB, as the kernel counts them. */
static json_int_t resident(void)
{
    g_autofree char *status = NULL;
    const char *line = NULL;
    if (g_file_get_contents("/proc/self/status", &status, NULL, NULL))
        line = strstr(status, "VmRSS:");
    return line ? g_ascii_strtoll(line + strlen("VmRSS:"), NULL, 10) : 0;
}

static void counts(PmxExchange *exchange, Echo *server)
{
    PmxHttpCounts now = pmx_http_counts(server->http);
    json_t *requests = json_array();
    for (guint i = 0; i < G_N_ELEMENTS(now.requests); i++)
        json_array_append_new(requests, json_integer((json_int_t)now.requests[i]));
    g_mutex_lock(&server->lock);
    int later = (int)server->later->len;
    g_mutex_unlock(&server->lock);
    json_t *all =
        json_pack("{s:i, s:i, s:i, s:i, s:I, s:o}", "connections", (int)now.connections, "later",
                  later, "streams", (int)now.streams, "gone", g_atomic_int_get(&server->gone),
                  "resident", resident(), "requests", requests);
    char *text = json_dumps(all, JSON_COMPACT);
    json_decref(all);
    pmx_exchange_answer(exchange, 200, "application/json", text, strlen(text));
}

static void handle(PmxExchange *exchange, gpointer data)
{
    Echo *server = data;
    const char *path = pmx_exchange_path(exchange), *size = pmx_exchange_header(exchange, "X-Size");
    if (g_str_equal(path, "/nothing"))
        return;
    if (g_str_equal(path, "/later"))
        wait_for_release(exchange, server);
    else if (g_str_equal(path, "/release"))
        release(exchange, server);
    else if (g_str_equal(path, "/stream"))
        open_stream(exchange, server);
    else if (g_str_equal(path, "/push"))
        push(exchange, server);
    else if (g_str_equal(path, "/close"))
        answer_text(exchange, g_strdup_printf("%u", close_streams(server)));
    else if (g_str_equal(path, "/counts"))
        counts(exchange, server);
    else if (g_str_equal(path, "/empty"))
        pmx_exchange_answer(exchange, 204, NULL, NULL, 0);
    else if (size)
        many_bytes(exchange, size);
    else
        echo(exchange);
}

static char *refuse(guint status, const char *path, const char *why, gpointer data)
{
    (void)data;
    json_t *object = json_pack("{s:i, s:s%, s:s}", "Status", (int)status, "Path", path,
                               MIN(strlen(path), 100), "Message", why);
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return text ? text : g_strdup("{}");
}

static char *file_text(const char *path)
{
    g_autoptr(GError) error = NULL;
    char *text = NULL;
    if (path && !g_file_get_contents(path, &text, NULL, &error))
        g_error("%s", error->message);
    return text;
}

static PmxHttp *start(int argc, char **argv, Echo *server)
{
    g_autoptr(GError) error = NULL;
    gint idle = 0, request = 0, connections = 0, port = 0;
    g_autofree char *certificate = NULL, *key = NULL;
    const GOptionEntry entries[] = {
        {"idle", 0, 0, G_OPTION_ARG_INT, &idle, NULL, NULL},
        {"request", 0, 0, G_OPTION_ARG_INT, &request, NULL, NULL},
        {"connections", 0, 0, G_OPTION_ARG_INT, &connections, NULL, NULL},
        {"port", 0, 0, G_OPTION_ARG_INT, &port, NULL, NULL},
        {"grace", 0, 0, G_OPTION_ARG_INT, &server->grace, NULL, NULL},
        {"certificate", 0, 0, G_OPTION_ARG_FILENAME, &certificate, NULL, NULL},
        {"key", 0, 0, G_OPTION_ARG_FILENAME, &key, NULL, NULL},
        {0}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error))
        g_error("%s", error->message);
    g_autofree char *certificate_text = file_text(certificate), *key_text = file_text(key);
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new(loopback, (guint16)port);
    const PmxHttpOptions options = {.address = G_INET_SOCKET_ADDRESS(address),
                                    .certificate = certificate_text,
                                    .key = key_text,
                                    .connections = (guint)connections,
                                    .idle_seconds = (guint)idle,
                                    .request_seconds = (guint)request};
    const PmxHttpHandler handler = {handle, refuse, server};
    PmxHttp *http = pmx_http_new(&options, &handler, &error);
    if (!http)
        fprintf(stderr, "%s\n", error->message);
    return http;
}

int main(int argc, char **argv)
{
    char byte;
    Echo server = {.later = g_ptr_array_new(), .streams = g_ptr_array_new()};
    g_mutex_init(&server.lock);
    server.http = start(argc, argv, &server);
    if (!server.http)
        return 1;
    printf("%u\n", pmx_http_port(server.http));
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        continue;
    pmx_http_stop(server.http, (guint)server.grace);
    pmx_http_free(server.http);
    close_streams(&server);
    release_all(server.later);
    g_ptr_array_unref(server.streams);
    g_mutex_clear(&server.lock);
    return 0;
}
