/* SPDX-License-Identifier: MIT */
/* See transfer.h. */
#include "net/transfer.h"

#include <string.h>
#include <sys/socket.h>

#include "net/proxy.h"

/* Bytes read at a time: with libcurl's own 16 KiB a fast line costs half again as much CPU. */
enum { SILENCE_SECONDS = 60, PIECE = 256 << 10 };

/* --- the answer --- */

/* Line by line, interim answers and trailers too. libcurl takes the headers that came before a
 * connection broke off for all there are. */
static size_t take_header(char *line, size_t one, size_t length, void *data)
{
    (void)one;
    PmxTransfer *transfer = data;
    if (length >= 5 && strncmp(line, "HTTP/", 5) == 0)
        transfer->headed = FALSE;
    else if (length > 0 && length <= 2 && line[length - 1] == '\n')
        transfer->headed = TRUE;
    return length;
}

static gboolean is_success(guint status)
{
    return status >= 200 && status < 300;
}

/* Anything but `length` back makes libcurl end the request. */
static size_t take_body(char *bytes, size_t one, size_t length, void *data)
{
    (void)one;
    PmxTransfer *transfer = data;
    if (transfer->chunk && is_success(pmx_transfer_status(transfer))) {
        transfer->ended = !transfer->chunk(bytes, length, transfer->chunk_data);
        return transfer->ended ? CURL_WRITEFUNC_ERROR : length;
    }
    transfer->over = length > transfer->limit - transfer->body->len;
    if (transfer->over)
        return CURL_WRITEFUNC_ERROR;
    g_string_append_len(transfer->body, bytes, (gssize)length);
    return length;
}

/* --- where to --- */

static char *part_of(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
        return NULL;
    char *copy = g_ascii_strdown(text, -1);
    curl_free(text);
    return copy;
}

static char *without_brackets(const char *name)
{
    return name && *name == '[' ? g_strndup(name + 1, strcspn(name + 1, "]")) : g_strdup(name);
}

/* What the guard would refuse is not asked of a proxy either. */
static const char *proxy_of(const PmxTransfer *transfer, const char *scheme, guint port)
{
    const char *proxy = pmx_proxy_for(scheme, transfer->name);
    g_autofree char *refusal =
        proxy && transfer->guard ? pmx_guard_refusal_of_text(transfer->guard, transfer->name, port)
                                 : NULL;
    return refusal ? NULL : proxy;
}

/* A URL that is not one is a host of its own; performing it says what is wrong. */
static void set_url(PmxTransfer *transfer, const char *text)
{
    CURLU *url = curl_url();
    gboolean whole = curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
    g_autofree char *scheme = whole ? part_of(url, CURLUPART_SCHEME) : NULL;
    g_autofree char *name = whole ? part_of(url, CURLUPART_HOST) : NULL;
    g_autofree char *port = whole ? part_of(url, CURLUPART_PORT) : NULL;
    const char *proxy = NULL;
    if (scheme && name) {
        transfer->host = g_strconcat(scheme, "://", name, ":", port, NULL);
        transfer->name = without_brackets(name);
        proxy = proxy_of(transfer, scheme, port ? (guint)g_ascii_strtoull(port, NULL, 10) : 0);
    } else {
        transfer->host = g_strdup(text);
    }
    transfer->proxied = proxy != NULL;
    curl_easy_setopt(transfer->easy, CURLOPT_URL, text);
    curl_easy_setopt(transfer->easy, CURLOPT_PROXY, proxy ? proxy : "");
    curl_easy_setopt(transfer->easy, CURLOPT_NOPROXY, "");
    curl_url_cleanup(url);
}

/* --- the guard --- */

/* The address is what the name led to this time, and what will be connected to. */
static curl_socket_t open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    PmxTransfer *transfer = data;
    char *refusal = transfer->proxied
                        ? NULL
                        : pmx_guard_refusal(transfer->guard, transfer->name, &address->addr);
    if (refusal) {
        g_free(transfer->refusal);
        transfer->refusal = refusal;
        return CURL_SOCKET_BAD;
    }
    transfer->opened = TRUE;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void set_guard(PmxTransfer *transfer)
{
    if (!transfer->guard)
        return;
    curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETDATA, transfer);
}

/* --- the rest of the request --- */

/* What libcurl is to send the length of even if it is 0. */
static gboolean has_body(const PmxClientRequest *request)
{
    return request->body || g_str_equal(request->method, "POST") ||
           g_str_equal(request->method, "PUT");
}

static void set_method(PmxTransfer *transfer, const PmxClientRequest *request)
{
    CURL *easy = transfer->easy;
    if (request->body_in_file) {
        transfer->file = (PmxUpload){
            .fd = request->body_fd, .offset = request->body_offset, .length = request->body_length};
        pmx_upload_set(&transfer->file, easy);
    } else if (has_body(request)) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body ? request->body : "");
    }
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, request->once ? 1L : 0L);
    if (g_str_equal(request->method, "HEAD"))
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static gboolean has_type(const char *const *headers)
{
    static const char name[] = "Content-Type:";
    for (; headers && *headers; headers++)
        if (g_ascii_strncasecmp(*headers, name, strlen(name)) == 0)
            return TRUE;
    return FALSE;
}

/* "Expect:" keeps libcurl from waiting for a go-ahead before it sends a large body; "Content-Type:"
 * keeps it from telling a type that nobody gave, and that a signature does not cover. */
static void set_headers(PmxTransfer *transfer, const char *const *headers)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    if (!has_type(headers))
        list = curl_slist_append(list, "Content-Type:");
    for (; headers && *headers; headers++)
        list = curl_slist_append(list, *headers);
    transfer->headers = list;
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, list);
}

/* QUICK_EXIT: a name server that does not answer must not hold up the thread that gives up on it. */
static void set_limits(CURL *easy, const PmxTransfer *transfer)
{
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)PMX_CONNECT_SECONDS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)transfer->timeout);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)transfer->stall);
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

PmxTransfer *pmx_transfer_new(const PmxClientRequest *request, const char *user_agent,
                              const PmxGuard *guard)
{
    PmxTransfer *transfer = g_new0(PmxTransfer, 1);
    transfer->easy = curl_easy_init();
    if (!transfer->easy)
        g_error("libcurl has no memory for a request");
    transfer->guard = guard;
    transfer->timeout = request->timeout;
    transfer->stall = request->timeout || request->stall ? request->stall : SILENCE_SECONDS;
    transfer->limit = request->answer_limit;
    transfer->body = g_string_new(NULL);
    set_url(transfer, request->url);
    set_method(transfer, request);
    set_headers(transfer, request->headers);
    set_limits(transfer->easy, transfer);
    set_user(transfer->easy, request);
    set_guard(transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_BUFFERSIZE, (long)PIECE);
    curl_easy_setopt(transfer->easy, CURLOPT_USERAGENT, user_agent);
    curl_easy_setopt(transfer->easy, CURLOPT_ERRORBUFFER, transfer->reason);
    curl_easy_setopt(transfer->easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(transfer->easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
    return transfer;
}

void pmx_transfer_stream(PmxTransfer *transfer, PmxClientChunk chunk, gpointer data)
{
    transfer->chunk = chunk;
    transfer->chunk_data = data;
    transfer->stall = 0;
    curl_easy_setopt(transfer->easy, CURLOPT_LOW_SPEED_TIME, 0L);
    curl_easy_setopt(transfer->easy, CURLOPT_TCP_KEEPALIVE, 1L);
}

void pmx_transfer_free(PmxTransfer *transfer)
{
    if (!transfer)
        return;
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    if (transfer->body)
        g_string_free(transfer->body, TRUE);
    g_free(transfer->file.problem);
    g_free(transfer->host);
    g_free(transfer->name);
    g_free(transfer->refusal);
    g_free(transfer);
}
