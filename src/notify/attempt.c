/* SPDX-License-Identifier: MIT */
/* See attempt.h. */
#include "notify/attempt.h"

#include <string.h>

#include "notify/mns.h"

/* Nobody reads a receiver's answer, but a connection is only kept when it was read. */
enum { ANSWER_LIMIT = 64 << 10 };

static void post(PmxClient *client, const char *url, const char *const *headers, const char *body,
                 guint timeout, PmxClientDone done, gpointer data)
{
    PmxClientRequest request = {.method = "POST",
                                .url = url,
                                .headers = headers,
                                .body = body,
                                .body_length = strlen(body),
                                .timeout = timeout,
                                .answer_limit = ANSWER_LIMIT};
    pmx_client_start(client, &request, done, data);
}

static void send_http(PmxClient *client, const PmxDeliveryRecord *delivery, guint timeout,
                      const char *auth_key, PmxClientDone done, gpointer data)
{
    gint64 seconds = pmx_moment_now() / 1000;
    g_autofree char *digest =
        auth_key ? pmx_notify_signature(delivery->target, seconds, auth_key) : NULL;
    g_autofree char *timestamp = g_strdup_printf("X-ICE-TIMESTAMP: %" G_GINT64_FORMAT, seconds);
    g_autofree char *signature = g_strdup_printf("X-ICE-SIGNATURE: %s", digest);
    const char *headers[] = {"Content-Type: application/json", auth_key ? timestamp : NULL,
                             signature, NULL};
    post(client, delivery->target, headers, delivery->body, timeout, done, data);
}

static void send_mns(PmxClient *client, const PmxDeliveryRecord *delivery,
                     const PmxNotifyOptions *options, PmxClientDone done, gpointer data)
{
    PmxMnsRequest request;
    pmx_mns_request(options->mns_endpoint, delivery->target, options->mns_key_id,
                    options->mns_key_secret, delivery->body, pmx_moment_now(), &request);
    post(client, request.url, (const char *const *)request.headers, request.body, options->timeout,
         done, data);
    pmx_mns_request_clear(&request);
}

gboolean pmx_attempt_start(PmxClient *client, const PmxDeliveryRecord *delivery,
                           const PmxNotifyOptions *options, const char *auth_key,
                           PmxClientDone done, gpointer data, char **problem)
{
    if (!g_str_equal(delivery->type, "MNS")) {
        send_http(client, delivery, options->timeout, auth_key, done, data);
        return TRUE;
    }
    if (!options->mns_endpoint || !options->mns_key_id || !options->mns_key_secret) {
        *problem = g_strdup("no MNS endpoint and key pair are configured");
        return FALSE;
    }
    send_mns(client, delivery, options, done, data);
    return TRUE;
}

/* An answer that breaks off after its status was an answer all the same. */
char *pmx_attempt_problem(const PmxClientAnswer *answer)
{
    if (answer->status >= 200 && answer->status < 300)
        return NULL;
    if (answer->status >= 200 || !answer->problem)
        return g_strdup_printf("HTTP %u", answer->status);
    return g_strdup(answer->problem);
}
