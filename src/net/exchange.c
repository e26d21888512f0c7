/* SPDX-License-Identifier: MIT */
/* See exchange.h. */
#include "net/exchange.h"

#include <string.h>

enum { CONNECT_SECONDS = 10, SILENCE_SECONDS = 60 };

/* --- the answer's body --- */

static gboolean is_success(guint status)
{
    return status >= 200 && status < 300;
}

/* Anything but `length` back makes libcurl end the request. */
static size_t take_body(char *bytes, size_t one, size_t length, void *data)
{
    (void)one;
    PmxExchange *exchange = data;
    if (exchange->chunk && is_success(pmx_exchange_status(exchange))) {
        exchange->ended = !exchange->chunk(bytes, length, exchange->chunk_data);
        return exchange->ended ? CURL_WRITEFUNC_ERROR : length;
    }
    exchange->over = length > exchange->limit - exchange->body->len;
    if (exchange->over)
        return CURL_WRITEFUNC_ERROR;
    g_string_append_len(exchange->body, bytes, (gssize)length);
    return length;
}

/* --- the request --- */

static char *part_of(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
        return NULL;
    char *copy = g_ascii_strdown(text, -1);
    curl_free(text);
    return copy;
}

static gboolean is_this_machine(const char *name)
{
    g_autofree char *address =
        g_str_has_prefix(name, "[") ? g_strndup(name + 1, strcspn(name + 1, "]")) : g_strdup(name);
    return g_str_equal(address, "localhost") || g_str_has_suffix(address, ".localhost") ||
           g_str_has_prefix(address, "127.") || g_str_equal(address, "::1");
}

/* A URL that is not one is a host of its own; performing it says what is wrong. */
static void set_url(PmxExchange *exchange, const char *text)
{
    CURLU *url = curl_url();
    gboolean whole = curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
    g_autofree char *scheme = whole ? part_of(url, CURLUPART_SCHEME) : NULL;
    g_autofree char *name = whole ? part_of(url, CURLUPART_HOST) : NULL;
    g_autofree char *port = whole ? part_of(url, CURLUPART_PORT) : NULL;
    exchange->host =
        scheme && name ? g_strconcat(scheme, "://", name, ":", port, NULL) : g_strdup(text);
    curl_easy_setopt(exchange->easy, CURLOPT_URL, text);
    if (name && is_this_machine(name))
        curl_easy_setopt(exchange->easy, CURLOPT_PROXY, "");
    curl_url_cleanup(url);
}

static void set_method(CURL *easy, const PmxClientRequest *request)
{
    if (request->body || g_str_equal(request->method, "POST")) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body ? request->body : "");
    }
    if (g_str_equal(request->method, "HEAD"))
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

/* "Expect:" keeps libcurl from waiting for a go-ahead before it sends a large body. */
static void set_headers(PmxExchange *exchange, const char *const *headers)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    for (; headers && *headers; headers++)
        list = curl_slist_append(list, *headers);
    exchange->headers = list;
    curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, list);
}

/* QUICK_EXIT: a name server that does not answer must not hold up the thread that gives up on it. */
static void set_limits(CURL *easy, guint timeout)
{
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)timeout);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, timeout ? 0L : (long)SILENCE_SECONDS);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
}

static void set_user(CURL *easy, const PmxClientRequest *request)
{
    if (!request->user)
        return;
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
    curl_easy_setopt(easy, CURLOPT_USERNAME, request->user);
    curl_easy_setopt(easy, CURLOPT_PASSWORD, request->password ? request->password : "");
}

PmxExchange *pmx_exchange_new(const PmxClientRequest *request, const char *user_agent)
{
    PmxExchange *exchange = g_new0(PmxExchange, 1);
    exchange->easy = curl_easy_init();
    if (!exchange->easy)
        g_error("libcurl has no memory for a request");
    exchange->timeout = request->timeout;
    exchange->limit = request->answer_limit;
    exchange->body = g_string_new(NULL);
    set_url(exchange, request->url);
    set_method(exchange->easy, request);
    set_headers(exchange, request->headers);
    set_limits(exchange->easy, request->timeout);
    set_user(exchange->easy, request);
    curl_easy_setopt(exchange->easy, CURLOPT_USERAGENT, user_agent);
    curl_easy_setopt(exchange->easy, CURLOPT_ERRORBUFFER, exchange->reason);
    curl_easy_setopt(exchange->easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(exchange->easy, CURLOPT_WRITEDATA, exchange);
    curl_easy_setopt(exchange->easy, CURLOPT_PRIVATE, exchange);
    return exchange;
}

void pmx_exchange_stream(PmxExchange *exchange, PmxClientChunk chunk, gpointer data)
{
    exchange->chunk = chunk;
    exchange->chunk_data = data;
    curl_easy_setopt(exchange->easy, CURLOPT_LOW_SPEED_TIME, 0L);
    curl_easy_setopt(exchange->easy, CURLOPT_TCP_KEEPALIVE, 1L);
}

void pmx_exchange_free(PmxExchange *exchange)
{
    if (!exchange)
        return;
    curl_easy_cleanup(exchange->easy);
    curl_slist_free_all(exchange->headers);
    g_string_free(exchange->body, TRUE);
    g_free(exchange->host);
    g_free(exchange);
}

/* --- how it went --- */

guint pmx_exchange_status(const PmxExchange *exchange)
{
    long status = 0;
    curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
    return (guint)status;
}

static char *no_connection(const PmxExchange *exchange)
{
    long number = 0;
    curl_easy_getinfo(exchange->easy, CURLINFO_OS_ERRNO, &number);
    if (number == 0)
        return g_strdup("no connection");
    g_autofree char *words = g_strdup(g_strerror((int)number));
    words[0] = g_ascii_tolower(words[0]);
    return g_steal_pointer(&words);
}

static char *too_late(const PmxExchange *exchange)
{
    curl_off_t connected = 0;
    curl_easy_getinfo(exchange->easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
    if (connected == 0 && (exchange->timeout == 0 || exchange->timeout > CONNECT_SECONDS))
        return g_strdup_printf("no connection within %d s", CONNECT_SECONDS);
    return g_strdup_printf("no answer within %u s",
                           exchange->timeout ? exchange->timeout : SILENCE_SECONDS);
}

/* A URL may hold a password, so libcurl's words about a bad one are not passed on. */
char *pmx_exchange_problem(const PmxExchange *exchange, CURLcode code)
{
    if (code == CURLE_OK)
        return NULL;
    if (exchange->over)
        return g_strdup_printf("the answer is longer than %" G_GSIZE_FORMAT " bytes",
                               exchange->limit);
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return too_late(exchange);
    case CURLE_COULDNT_CONNECT:
        return no_connection(exchange);
    case CURLE_URL_MALFORMAT:
        return g_strdup("the URL is malformed");
    case CURLE_UNSUPPORTED_PROTOCOL:
        return g_strdup("the URL is neither http nor https");
    case CURLE_COULDNT_RESOLVE_HOST:
        return g_strdup("the host's name is not known");
    default:
        return g_strdup(exchange->reason[0] ? exchange->reason : curl_easy_strerror(code));
    }
}
