/* SPDX-License-Identifier: MIT */
/* What came of a transfer: see transfer.h. */
#include "net/headers.h"
#include "net/transfer.h"

void pmx_client_reply_free(PmxClientReply *reply)
{
    if (!reply)
        return;
    pmx_headers_free(reply->headers);
    g_clear_pointer(&reply->body, g_bytes_unref);
    g_free(reply->problem);
    g_free(reply);
}

guint pmx_transfer_status(const PmxTransfer *transfer)
{
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return (guint)status;
}

/* --- the kind --- */

static gboolean was_connected(const PmxTransfer *transfer)
{
    curl_off_t connected = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
    return connected != 0;
}

/* Codes that say the same thing. */
static const struct {
    CURLcode code;
    PmxClientFailure failure;
} failures[] = {
    {CURLE_OK, PMX_CLIENT_FINE},
    {CURLE_COULDNT_RESOLVE_HOST, PMX_CLIENT_NO_CONNECTION},
    {CURLE_COULDNT_RESOLVE_PROXY, PMX_CLIENT_NO_CONNECTION},
    {CURLE_COULDNT_CONNECT, PMX_CLIENT_NO_CONNECTION},
    {CURLE_OPERATION_TIMEDOUT, PMX_CLIENT_TIMEOUT},
    {CURLE_PARTIAL_FILE, PMX_CLIENT_CUT_SHORT},
    {CURLE_GOT_NOTHING, PMX_CLIENT_CUT_SHORT},
    {CURLE_SEND_ERROR, PMX_CLIENT_CUT_SHORT},
    {CURLE_RECV_ERROR, PMX_CLIENT_CUT_SHORT},
    {CURLE_HTTP2, PMX_CLIENT_CUT_SHORT},
    {CURLE_HTTP2_STREAM, PMX_CLIENT_CUT_SHORT},
    {CURLE_SSL_CONNECT_ERROR, PMX_CLIENT_TLS},
    {CURLE_PEER_FAILED_VERIFICATION, PMX_CLIENT_TLS},
    {CURLE_SSL_CIPHER, PMX_CLIENT_TLS},
    {CURLE_SSL_CACERT_BADFILE, PMX_CLIENT_TLS},
    {CURLE_SSL_CERTPROBLEM, PMX_CLIENT_TLS},
    {CURLE_SSL_ISSUER_ERROR, PMX_CLIENT_TLS},
    {CURLE_SSL_CLIENTCERT, PMX_CLIENT_TLS},
};

static PmxClientFailure failure_of(const PmxTransfer *transfer, CURLcode code)
{
    if (transfer->ended)
        return PMX_CLIENT_FINE;
    if (transfer->over)
        return PMX_CLIENT_TOO_LONG;
    if (code == CURLE_OK && !transfer->headed)
        return PMX_CLIENT_CUT_SHORT;
    if (code == CURLE_COULDNT_CONNECT && transfer->refusal && !transfer->opened)
        return PMX_CLIENT_FORBIDDEN;
    if (code == CURLE_OPERATION_TIMEDOUT && !was_connected(transfer))
        return PMX_CLIENT_NO_CONNECTION;
    for (guint i = 0; i < G_N_ELEMENTS(failures); i++)
        if (failures[i].code == code)
            return failures[i].failure;
    return PMX_CLIENT_OTHER;
}

/* --- in words --- */

static char *no_connection(const PmxTransfer *transfer)
{
    long number = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &number);
    if (number == 0)
        return g_strdup("no connection");
    g_autofree char *words = g_strdup(g_strerror((int)number));
    words[0] = g_ascii_tolower(words[0]);
    return g_steal_pointer(&words);
}

static char *too_late(const PmxTransfer *transfer)
{
    curl_off_t took = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_TOTAL_TIME_T, &took);
    if (transfer->timeout && took >= (curl_off_t)transfer->timeout * G_USEC_PER_SEC)
        return g_strdup_printf("no answer within %u s", transfer->timeout);
    if (!was_connected(transfer))
        return g_strdup_printf("no connection within %d s", PMX_CONNECT_SECONDS);
    return g_strdup_printf("nothing came or went for %u s", transfer->stall);
}

/* A URL may hold a password, so libcurl's words about a bad one are not passed on. */
static char *words_of(const PmxTransfer *transfer, CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return g_strdup("the answer ends within its headers");
    case CURLE_OPERATION_TIMEDOUT:
        return too_late(transfer);
    case CURLE_COULDNT_CONNECT:
        return no_connection(transfer);
    case CURLE_URL_MALFORMAT:
        return g_strdup("the URL is malformed");
    case CURLE_UNSUPPORTED_PROTOCOL:
        return g_strdup(was_connected(transfer) ? "what answers there does not speak HTTP"
                                                : "the URL is neither http nor https");
    case CURLE_COULDNT_RESOLVE_HOST:
        return g_strdup("the host's name is not known");
    default:
        return g_strdup(transfer->reason[0] ? transfer->reason : curl_easy_strerror(code));
    }
}

static char *problem_of(const PmxTransfer *transfer, PmxClientFailure failure, CURLcode code)
{
    if (failure == PMX_CLIENT_FINE)
        return NULL;
    if (failure == PMX_CLIENT_TOO_LONG)
        return g_strdup_printf("the answer is longer than %" G_GSIZE_FORMAT " bytes",
                               transfer->limit);
    if (failure == PMX_CLIENT_FORBIDDEN)
        return g_strdup(transfer->refusal);
    return transfer->file.problem ? g_strdup(transfer->file.problem) : words_of(transfer, code);
}

/* --- all of it --- */

PmxClientReply *pmx_transfer_reply(PmxTransfer *transfer, CURLcode code)
{
    PmxClientReply *reply = g_new0(PmxClientReply, 1);
    reply->status = pmx_transfer_status(transfer);
    reply->headers = pmx_headers_new(transfer->easy);
    reply->failure = failure_of(transfer, code);
    reply->problem = problem_of(transfer, reply->failure, code);
    reply->body = g_string_free_to_bytes(g_steal_pointer(&transfer->body));
    return reply;
}

PmxClientReply *pmx_transfer_no_reply(PmxClientFailure failure, const char *problem)
{
    PmxClientReply *reply = g_new0(PmxClientReply, 1);
    reply->failure = failure;
    reply->problem = g_strdup(problem);
    reply->body = g_bytes_new_static("", 0);
    return reply;
}
