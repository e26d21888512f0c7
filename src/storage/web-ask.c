/* SPDX-License-Identifier: MIT */
/* See web-ask.h. */
#include "storage/web-ask.h"

#include <string.h>

/* Seconds: of silence, and of an attempt that goes on and has no other end. */
enum { STALL_SECONDS = 15, ATTEMPT_SECONDS = 600 };

/* --- the source --- */

PmxWebSource *pmx_web_source_new(PmxClient *client, const char *url, GError **error)
{
    if (!pmx_url_check(url, NULL, error))
        return NULL;
    PmxWebSource *source = g_new0(PmxWebSource, 1);
    source->client = client;
    source->url = g_strndup(url, strcspn(url, "#"));
    source->name = pmx_url_shown(url);
    g_mutex_init(&source->lock);
    return source;
}

void pmx_web_source_free(PmxWebSource *source)
{
    if (!source)
        return;
    g_mutex_clear(&source->lock);
    g_free(source->url);
    g_free(source->name);
    g_free(source->place);
    g_free(source);
}

/* --- redirects --- */

static char *place_of(PmxWebSource *source)
{
    g_mutex_lock(&source->lock);
    char *place = g_strdup(source->place ? source->place : source->url);
    g_mutex_unlock(&source->lock);
    return place;
}

/* NULL: the next request begins where the source was given, which may lead elsewhere by then. */
static void set_place(PmxWebSource *source, const char *place)
{
    g_mutex_lock(&source->lock);
    g_free(source->place);
    source->place = g_strdup(place);
    g_mutex_unlock(&source->lock);
}

static gboolean is_redirect(guint status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static guint seconds_left(const PmxPatience *patience)
{
    if (!patience->deadline)
        return ATTEMPT_SECONDS;
    gint64 left = (patience->deadline - g_get_monotonic_time()) / G_TIME_SPAN_SECOND + 1;
    return (guint)CLAMP(left, 1, G_MAXINT32);
}

static PmxClientReply *send_to(PmxWebSource *source, const char *url, const PmxWebAsk *ask,
                               const PmxPatience *patience)
{
    const PmxClientRequest request = {.method = "GET",
                                      .url = url,
                                      .headers = ask->headers,
                                      .timeout = seconds_left(patience),
                                      .stall = patience->stall ? patience->stall : STALL_SECONDS,
                                      .answer_limit = ask->longest,
                                      .chunk = ask->chunk,
                                      .chunk_data = ask->chunk_data};
    if (ask->again)
        ask->again(ask->chunk_data);
    return pmx_client_perform(source->client, &request, patience->cancel);
}

/* The answer at the end of the redirects; NULL with `error`: they lead nowhere. */
static PmxClientReply *follow(PmxWebSource *source, const PmxWebAsk *ask,
                              const PmxPatience *patience, GError **error)
{
    g_autofree char *url = place_of(source);
    for (guint hops = 0;; hops++) {
        g_autoptr(PmxClientReply) reply = send_to(source, url, ask, patience);
        const char *location = pmx_client_header(reply->headers, "Location");
        if (!is_redirect(reply->status) || !location) {
            set_place(source, reply->status / 100 == 2 ? url : NULL);
            return g_steal_pointer(&reply);
        }
        if (hops == PMX_REDIRECTS) {
            g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD,
                        "\"%s\" cannot be read: it is redirected more than %d times", source->name,
                        PMX_REDIRECTS);
            return NULL;
        }
        char *next = pmx_url_redirect(url, location, NULL, error);
        if (!next) {
            g_prefix_error(error, "\"%s\" cannot be read: ", source->name);
            return NULL;
        }
        g_free(url);
        url = next;
    }
}

/* --- until it is answered --- */

/* What is said of an object in a storage, said of a page. */
static void reword(const PmxClientReply *reply, PmxTrouble *trouble)
{
    gboolean told = reply->failure == PMX_CLIENT_FINE || reply->failure == PMX_CLIENT_TOO_LONG;
    if (told && trouble->code == PMX_CODE_UNAVAILABLE)
        pmx_trouble_found(trouble, PMX_CODE_UNAVAILABLE, trouble->again, "the server answers %u",
                          reply->status);
    if (!told || trouble->again > PMX_AGAIN_ONCE)
        return;
    if (trouble->code == PMX_CODE_RESOURCE_NOT_FOUND || reply->status == 410)
        pmx_trouble_found(trouble, PMX_CODE_RESOURCE_NOT_FOUND, PMX_AGAIN_NEVER,
                          "there is nothing at this address (%u)", reply->status);
    else if (trouble->code == PMX_CODE_ACCESS_DENIED)
        pmx_trouble_found(trouble, PMX_CODE_ACCESS_DENIED, trouble->again,
                          "the server refuses it (%u)", reply->status);
    else if (reply->status == 416)
        pmx_trouble_found(trouble, PMX_CODE_RESOURCE_BAD, PMX_AGAIN_NEVER,
                          "it is empty, or shorter than it was (416)");
    else if (trouble->code == PMX_CODE_RESOURCE_BAD)
        pmx_trouble_found(trouble, PMX_CODE_RESOURCE_BAD, PMX_AGAIN_NEVER, "the server answers %u",
                          reply->status);
}

static gboolean judge(const PmxWebAsk *ask, const PmxClientReply *reply, PmxTrouble *trouble)
{
    /* A longer body than was asked for is the check's affair: it is of a server without ranges. */
    gboolean too_long = reply->failure == PMX_CLIENT_TOO_LONG && reply->status / 100 == 2;
    if (!too_long && pmx_trouble_of(reply, trouble)) {
        reword(reply, trouble);
        return FALSE;
    }
    return !ask->check || ask->check(reply, ask->data, trouble);
}

static void tell(const PmxWebSource *source, const PmxTrouble *trouble, const PmxRetry *retry,
                 GError **error)
{
    g_autofree char *told = pmx_retry_told(retry);
    g_set_error(error, PMX_ERROR, (int)trouble->code, "\"%s\" cannot be read: %s%s", source->name,
                trouble->words, told);
}

/* An answer that began and did not end. */
static gboolean broke_off(const PmxClientReply *reply)
{
    return reply->status / 100 == 2 &&
           (reply->failure == PMX_CLIENT_CUT_SHORT || reply->failure == PMX_CLIENT_TIMEOUT);
}

/* Counts them. A server that is away for a while is worth waiting for, and one that sends some of it each
 * time; one that breaks off again and again is not. FALSE: that was too often. */
static gboolean bear(const PmxWebAsk *ask, const PmxClientReply *reply, PmxRetry *retry,
                     guint *broken)
{
    if (broke_off(reply)) {
        gboolean worth = ask->keep && ask->keep(reply, ask->kept);
        *broken = worth ? 0 : *broken + 1;
        retry->until = 0; /* the server is not away */
        if (worth)
            pmx_retry_renew(retry);
    }
    return *broken < PMX_WEB_BROKEN && (!ask->attempts || retry->failures + 1 < ask->attempts);
}

/* "host:port" of a URL that is one. Caller frees. */
static char *host_of(const PmxWebSource *source)
{
    const char *begin = strstr(source->name, "://");
    begin = begin ? begin + strlen("://") : source->name;
    return g_strndup(begin, strcspn(begin, "/"));
}

PmxClientReply *pmx_web_ask(PmxWebSource *source, const PmxWebAsk *ask, const PmxPatience *patience,
                            GError **error)
{
    g_autofree char *host = host_of(source);
    PmxRetry retry = {.clock = &pmx_clock,
                      .allowance = patience->allowance,
                      .deadline = patience->deadline,
                      .host = host};
    for (guint broken = 0;;) {
        g_auto(PmxTrouble) trouble = {0};
        g_autoptr(PmxClientReply) reply = follow(source, ask, patience, error);
        if (!reply || judge(ask, reply, &trouble))
            return g_steal_pointer(&reply);
        const char *after = pmx_client_header(reply->headers, "Retry-After");
        PmxAgain again = bear(ask, reply, &retry, &broken) ? trouble.again : PMX_AGAIN_NEVER;
        retry.why = trouble.words;
        if (pmx_retry_wait(&retry, again, after, patience->cancel))
            continue;
        if (!g_cancellable_set_error_if_cancelled(patience->cancel, error))
            tell(source, &trouble, &retry, error);
        return NULL;
    }
}
