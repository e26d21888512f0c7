/* SPDX-License-Identifier: MIT */
/*
 * AWS4-HMAC-SHA256 and OSS4-HMAC-SHA256: see sign.h. OSS's is Amazon's with other words, fewer
 * headers and the bucket always in the path.
 */
#include <string.h>

#include "base/hmac.h"
#include "base/moment.h"
#include "storage/sign-parts.h"

#define UNSIGNED_PAYLOAD "UNSIGNED-PAYLOAD"
enum { DATE_LENGTH = 8 }; /* of 20260102T030405Z */

const PmxSignV4 pmx_sign_aws4 = {.algorithm = "AWS4-HMAC-SHA256",
                                 .prefix = "x-amz-",
                                 .seed = "AWS4",
                                 .service = "s3",
                                 .terminator = "aws4_request",
                                 .all_headers = TRUE,
                                 .empty = PMX_SIGN_EMPTY_EQUALS};
const PmxSignV4 pmx_sign_oss4 = {.algorithm = "OSS4-HMAC-SHA256",
                                 .prefix = "x-oss-",
                                 .seed = "aliyun_v4",
                                 .service = "oss",
                                 .terminator = "aliyun_v4_request",
                                 .always_bucket = TRUE,
                                 .empty = PMX_SIGN_EMPTY_BARE};

/* ISO 8601's basic form, 20260102T030405Z. Caller frees. */
static char *moment_text(gint64 moment)
{
    char *text = pmx_moment_text(moment), *end = text;
    for (const char *at = text; *at; at++)
        if (*at != '-' && *at != ':')
            *end++ = *at;
    *end = '\0';
    return text;
}

/* --- which headers --- */

static void add_own(const PmxSignV4 *scheme, GTree *headers, const char *name, const char *value)
{
    g_autofree char *whole = g_strconcat(scheme->prefix, name, NULL);
    pmx_sign_headers_add(headers, whole, value);
}

static GTree *headers_to_send(const PmxSignV4 *scheme, const PmxSignRequest *request,
                              const char *sha256)
{
    GTree *headers = pmx_sign_headers(request->headers);
    g_autofree char *moment = moment_text(request->moment);
    add_own(scheme, headers, "date", moment);
    add_own(scheme, headers, "content-sha256", sha256);
    if (request->keys->token)
        add_own(scheme, headers, "security-token", request->keys->token);
    return headers;
}

static gboolean is_signed(const PmxSignV4 *scheme, const char *name)
{
    return scheme->all_headers || g_str_has_prefix(name, scheme->prefix) ||
           g_str_equal(name, "content-type") || g_str_equal(name, "content-md5");
}

static GTree *headers_to_sign(const PmxSignV4 *scheme, const PmxSignRequest *request, GTree *sent)
{
    GTree *headers = pmx_sign_headers(NULL);
    for (GTreeNode *node = g_tree_node_first(sent); node; node = g_tree_node_next(node))
        if (is_signed(scheme, g_tree_node_key(node)))
            pmx_sign_headers_add(headers, g_tree_node_key(node), g_tree_node_value(node));
    if (scheme->all_headers)
        pmx_sign_headers_add(headers, "host", request->host);
    return headers;
}

/* "a;b" */
static char *names_of(GTree *headers)
{
    GString *names = g_string_new(NULL);
    for (GTreeNode *node = g_tree_node_first(headers); node; node = g_tree_node_next(node))
        g_string_append_printf(names, "%s%s", names->len ? ";" : "",
                               (const char *)g_tree_node_key(node));
    return g_string_free(names, FALSE);
}

/* --- the steps --- */

char *pmx_sign_v4_canonical(const PmxSignV4 *scheme, const PmxSignRequest *request, GTree *headers,
                            const char *names, const char *sha256)
{
    g_autofree char *path = pmx_sign_path(request, scheme->always_bucket || request->path_style);
    g_autofree char *query = pmx_sign_query(request, scheme->empty);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s\n%s\n%s\n", request->method, path, query);
    for (GTreeNode *node = g_tree_node_first(headers); node; node = g_tree_node_next(node))
        g_string_append_printf(text, "%s:%s\n", (const char *)g_tree_node_key(node),
                               (const char *)g_tree_node_value(node));
    g_string_append_printf(text, "\n%s\n%s", names, sha256);
    return g_string_free(text, FALSE);
}

/* "20260102/us-east-1/s3/aws4_request" */
static char *scope_of(const PmxSignV4 *scheme, const PmxSignRequest *request)
{
    g_autofree char *moment = moment_text(request->moment);
    return g_strdup_printf("%.*s/%s/%s/%s", DATE_LENGTH, moment, request->keys->region,
                           scheme->service, scheme->terminator);
}

char *pmx_sign_v4_to_sign(const PmxSignV4 *scheme, const PmxSignRequest *request,
                          const char *canonical)
{
    g_autofree char *moment = moment_text(request->moment);
    g_autofree char *scope = scope_of(scheme, request);
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, canonical, -1);
    return g_strconcat(scheme->algorithm, "\n", moment, "\n", scope, "\n", hash, NULL);
}

static char *hex(const guint8 *bytes, gsize length)
{
    GString *text = g_string_sized_new(2 * length);
    for (gsize i = 0; i < length; i++)
        g_string_append_printf(text, "%02x", bytes[i]);
    return g_string_free(text, FALSE);
}

char *pmx_sign_v4_signature(const PmxSignV4 *scheme, const PmxSignRequest *request,
                            const char *to_sign)
{
    guint8 key[PMX_HMAC_SHA256_BYTES];
    g_autofree char *first = g_strconcat(scheme->seed, request->keys->secret, NULL);
    g_autofree char *scope = scope_of(scheme, request);
    g_auto(GStrv) links = g_strsplit(scope, "/", -1);
    pmx_hmac_sha256((const guint8 *)first, strlen(first), links[0], key);
    for (guint i = 1; links[i]; i++)
        pmx_hmac_sha256(key, sizeof key, links[i], key);
    pmx_hmac_sha256(key, sizeof key, to_sign, key);
    explicit_bzero(first, strlen(first));
    return hex(key, sizeof key);
}

/* --- all of it --- */

static char *authorization(const PmxSignV4 *scheme, const PmxSignRequest *request,
                           const char *names, const char *signature)
{
    g_autofree char *scope = scope_of(scheme, request);
    g_autofree char *signed_names =
        g_strconcat(*names ? "SignedHeaders=" : "", names, *names ? "," : "", NULL);
    return g_strdup_printf("%s Credential=%s/%s,%sSignature=%s", scheme->algorithm,
                           request->keys->access_key, scope, signed_names, signature);
}

PmxSigned *pmx_sign_v4(const PmxSignV4 *scheme, const PmxSignRequest *request)
{
    const char *sha256 =
        scheme->all_headers && request->sha256 ? request->sha256 : UNSIGNED_PAYLOAD;
    g_autoptr(GTree) sent = headers_to_send(scheme, request, sha256);
    g_autoptr(GTree) headers = headers_to_sign(scheme, request, sent);
    g_autofree char *names = scheme->all_headers ? names_of(headers) : g_strdup("");
    g_autofree char *canonical = pmx_sign_v4_canonical(scheme, request, headers, names, sha256);
    g_autofree char *to_sign = pmx_sign_v4_to_sign(scheme, request, canonical);
    g_autofree char *signature = pmx_sign_v4_signature(scheme, request, to_sign);
    g_autofree char *value = authorization(scheme, request, names, signature);
    g_autofree char *query = pmx_sign_query(request, scheme->empty);
    pmx_sign_headers_add(sent, "authorization", value);
    return pmx_signed_new(request, query, sent);
}
