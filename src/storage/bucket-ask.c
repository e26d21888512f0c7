/* SPDX-License-Identifier: MIT */
/* One request to a storage, until it is answered: see bucket-http.h. */
#include <string.h>

#include "base/http-date.h"
#include "storage/bucket-http.h"

/* Seconds: of silence, and of an attempt that goes on and has no other end. */
enum { USUAL_STALL = 15, ATTEMPT_SECONDS = 600 };
/* Storages refuse what was signed 15 minutes before or after now, some less. */
#define MOST_SKEW (4 * 60 * 1000)

/* --- the server's clock --- */

static gint64 server_moment(PmxBucketHttp *bucket)
{
    g_mutex_lock(&bucket->lock);
    gint64 ahead = bucket->ahead;
    g_mutex_unlock(&bucket->lock);
    return bucket->clock->moment(bucket->clock->data) + ahead;
}

/* Sets it by the answer's date. FALSE: it was right. HEAD has no body to say that it is wrong. */
static gboolean learn_clock(PmxBucketHttp *bucket, const PmxClientReply *reply,
                            const PmxTrouble *trouble)
{
    const char *date = pmx_client_header(reply->headers, "Date");
    gboolean said = g_strcmp0(trouble->server, "RequestTimeTooSkewed") == 0;
    gint64 theirs;
    if ((reply->status != 403 && !said) || !date || !pmx_http_date_parse(date, &theirs))
        return FALSE;
    gint64 off = theirs - server_moment(bucket);
    if (off > -MOST_SKEW && off < MOST_SKEW)
        return FALSE;
    g_mutex_lock(&bucket->lock);
    bucket->ahead = theirs - bucket->clock->moment(bucket->clock->data);
    g_mutex_unlock(&bucket->lock);
    return TRUE;
}

/* --- one attempt --- */

static PmxSigned *sign(PmxBucketHttp *bucket, const PmxAsk *ask)
{
    g_autofree char *sha256 =
        ask->file
            ? NULL
            : g_compute_checksum_for_string(G_CHECKSUM_SHA256, ask->text ? ask->text : "", -1);
    PmxSignKeys keys = {.region = bucket->region};
    const PmxSignRequest request = {.scheme = bucket->scheme,
                                    .keys = &keys,
                                    .method = ask->method,
                                    .host = bucket->host,
                                    .bucket = bucket->bucket,
                                    .key = ask->key,
                                    .path_style = bucket->path_style,
                                    .query = ask->query,
                                    .headers = ask->headers,
                                    .sha256 = sha256,
                                    .moment = server_moment(bucket)};
    g_mutex_lock(&bucket->lock);
    keys.access_key = bucket->access_key;
    keys.secret = bucket->secret;
    keys.token = bucket->token;
    PmxSigned *made = pmx_sign(&request);
    g_mutex_unlock(&bucket->lock);
    return made;
}

static guint seconds_left(const PmxRetry *retry)
{
    if (!retry->deadline)
        return ATTEMPT_SECONDS;
    gint64 left = retry->deadline - retry->clock->ticks(retry->clock->data);
    return (guint)CLAMP(left / G_TIME_SPAN_SECOND + 1, 1, G_MAXINT32);
}

static PmxClientReply *send_once(PmxBucketHttp *bucket, const PmxAsk *ask, const PmxRetry *retry,
                                 const PmxPatience *patience)
{
    g_autoptr(PmxSigned) signed_request = sign(bucket, ask);
    g_autofree char *url = g_strconcat(bucket->origin, signed_request->target, NULL);
    PmxClientRequest request = {.method = ask->method,
                                .url = url,
                                .headers = (const char *const *)signed_request->headers,
                                .body = ask->text,
                                .body_length = ask->text ? strlen(ask->text) : 0,
                                .once = ask->once,
                                .timeout = seconds_left(retry),
                                .stall = patience->stall ? patience->stall : USUAL_STALL,
                                .answer_limit = MAX(ask->longest, PMX_XML_MOST_BYTES)};
    if (ask->file) {
        request.body_in_file = TRUE;
        request.body_fd = ask->file->fd;
        request.body_offset = ask->file->offset;
        request.body_length = ask->file->length;
    }
    return pmx_client_perform(bucket->client, &request, patience->cancel);
}

static gboolean is_success(guint status)
{
    return status >= 200 && status < 300;
}

/* TRUE: it is what was asked for. */
static gboolean judge(const PmxAsk *ask, const PmxClientReply *reply, PmxTrouble *trouble)
{
    if (ask->expected && is_success(reply->status) && reply->status != ask->expected)
        return pmx_trouble_found(trouble, PMX_CODE_NO_RANGES, PMX_AGAIN_NEVER,
                                 "the storage sends no part of an object (it answers %u)",
                                 reply->status);
    if (pmx_trouble_of(reply, trouble))
        return ask->fine && trouble->server && g_strv_contains(ask->fine, trouble->server);
    return !ask->check || ask->check(reply, ask->data, trouble);
}

/* --- until it is answered --- */

static gboolean fail(const PmxBucketHttp *bucket, const PmxAsk *ask, const PmxRetry *retry,
                     const PmxTrouble *trouble, GError **error)
{
    g_autofree char *told = pmx_retry_told(retry);
    g_set_error(error, PMX_ERROR, (int)trouble->code, "\"%s/%s\" cannot be %s: %s%s",
                bucket->base.name, ask->key ? ask->key : "", ask->verb, trouble->words, told);
    return FALSE;
}

/* Whether to go on; if not, `error` says why. */
static gboolean go_on(PmxBucketHttp *bucket, const PmxAsk *ask, PmxRetry *retry,
                      const PmxClientReply *reply, const PmxTrouble *trouble, GCancellable *cancel,
                      GError **error)
{
    const char *retry_after = pmx_client_header(reply->headers, "Retry-After");
    PmxAgain again = learn_clock(bucket, reply, trouble) ? PMX_AGAIN_FEW : trouble->again;
    if (again == PMX_AGAIN_LONG && ask->keep && ask->keep(reply, ask->kept))
        pmx_retry_renew(retry);
    retry->why = trouble->words;
    if (pmx_retry_wait(retry, again, retry_after, cancel))
        return TRUE;
    if (!g_cancellable_set_error_if_cancelled(cancel, error))
        fail(bucket, ask, retry, trouble, error);
    return FALSE;
}

PmxClientReply *pmx_bucket_ask(PmxBucketHttp *bucket, const PmxAsk *ask,
                               const PmxPatience *patience, guint *failures, GError **error)
{
    PmxRetry retry = {.clock = bucket->clock,
                      .allowance = patience->allowance,
                      .deadline = patience->deadline,
                      .host = bucket->host};
    for (;;) {
        g_auto(PmxTrouble) trouble = {0};
        g_autoptr(PmxClientReply) reply = send_once(bucket, ask, &retry, patience);
        if (failures)
            *failures = retry.failures;
        if (judge(ask, reply, &trouble))
            return g_steal_pointer(&reply);
        if (!go_on(bucket, ask, &retry, reply, &trouble, patience->cancel, error))
            return NULL;
    }
}

PmxXml *pmx_bucket_xml(const PmxClientReply *reply)
{
    gsize length;
    const char *text = g_bytes_get_data(reply->body, &length);
    return pmx_xml_parse(text, length, NULL);
}
