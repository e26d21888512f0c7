/* SPDX-License-Identifier: MIT */
/* See mns.h. */
#include "notify/mns.h"

#include <string.h>

#include "base/hmac.h"
#include "base/http-date.h"

#define VERSION "2015-06-06"

static char *base64(const char *text)
{
    return g_base64_encode((const guchar *)text, strlen(text));
}

static char *xml(const char *message)
{
    g_autofree char *encoded = base64(message);
    return g_strconcat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                       "<Message xmlns=\"http://mns.aliyuncs.com/doc/v1/\"><MessageBody>",
                       encoded,
                       "</MessageBody><DelaySeconds>0</DelaySeconds><Priority>8</Priority>"
                       "</Message>",
                       NULL);
}

static char *content_md5(const char *body)
{
    g_autofree char *hex = g_compute_checksum_for_string(G_CHECKSUM_MD5, body, -1);
    return base64(hex);
}

static char *sign(const char *secret, const char *md5, const char *date, const char *path)
{
    g_autofree char *text = g_strconcat("POST\n", md5, "\ntext/xml\n", date, "\nx-mns-date:", date,
                                        "\nx-mns-version:" VERSION "\n", path, NULL);
    return pmx_hmac_sha1_base64(secret, text);
}

static char **headers(const char *key_id, const char *md5, const char *date, const char *signature)
{
    GPtrArray *list = g_ptr_array_new();
    g_ptr_array_add(list, g_strconcat("Date: ", date, NULL));
    g_ptr_array_add(list, g_strconcat("x-mns-date: ", date, NULL));
    g_ptr_array_add(list, g_strdup("x-mns-version: " VERSION));
    g_ptr_array_add(list, g_strdup("Content-Type: text/xml"));
    g_ptr_array_add(list, g_strconcat("Content-MD5: ", md5, NULL));
    g_ptr_array_add(list, g_strconcat("Authorization: MNS ", key_id, ":", signature, NULL));
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

void pmx_mns_request(const char *endpoint, const char *queue, const char *key_id,
                     const char *key_secret, const char *message, gint64 moment,
                     PmxMnsRequest *request)
{
    gsize length = strlen(endpoint);
    while (length > 0 && endpoint[length - 1] == '/')
        length--;
    g_autofree char *name = g_uri_escape_string(queue, NULL, FALSE);
    g_autofree char *path = g_strconcat("/queues/", name, "/messages", NULL);
    g_autofree char *date = pmx_http_date(moment);
    request->body = xml(message);
    g_autofree char *md5 = content_md5(request->body);
    g_autofree char *signature = sign(key_secret, md5, date, path);
    request->url = g_strdup_printf("%.*s%s", (int)length, endpoint, path);
    request->headers = headers(key_id, md5, date, signature);
}

void pmx_mns_request_clear(PmxMnsRequest *request)
{
    g_free(request->url);
    g_strfreev(request->headers);
    g_free(request->body);
    *request = (PmxMnsRequest){0};
}
