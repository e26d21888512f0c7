/* SPDX-License-Identifier: MIT */
/* OSS's first signature, HMAC-SHA1 over texts that are not encoded: see sign.h. */
#include "base/hmac.h"
#include "base/http-date.h"
#include "storage/sign-parts.h"

#define PREFIX "x-oss-"

/* The parameters that are signed, of those that requests of ours have. */
static gboolean is_resource(const char *name)
{
    static const char *const names[] = {"acl",        "continuation-token", "delete",
                                        "partNumber", "uploadId",           "uploads"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_equal(name, names[i]))
            return TRUE;
    return FALSE;
}

/* "/bucket/key?partNumber=1&uploadId=2" */
static char *resource_of(const PmxSignRequest *request)
{
    g_autoptr(GTree) signed_query = pmx_sign_pairs();
    for (const PmxPair *pair = request->query; pair && pair->name; pair++)
        if (is_resource(pair->name))
            g_tree_replace(signed_query, g_strdup(pair->name), g_strdup(pair->value));
    GString *text = g_string_new("/");
    if (request->bucket)
        g_string_append_printf(text, "%s/", request->bucket);
    g_string_append(text, request->key ? request->key : "");
    const char *between = "?";
    for (GTreeNode *node = g_tree_node_first(signed_query); node; node = g_tree_node_next(node)) {
        const char *value = g_tree_node_value(node);
        g_string_append_printf(text, "%s%s%s%s", between, (const char *)g_tree_node_key(node),
                               *value ? "=" : "", value);
        between = "&";
    }
    return g_string_free(text, FALSE);
}

static const char *value_of(GTree *headers, const char *name)
{
    const char *value = g_tree_lookup(headers, name);
    return value ? value : "";
}

char *pmx_sign_oss1_to_sign(const PmxSignRequest *request, GTree *headers, const char *date)
{
    g_autofree char *resource = resource_of(request);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s\n%s\n%s\n%s\n", request->method,
                           value_of(headers, "content-md5"), value_of(headers, "content-type"),
                           date);
    for (GTreeNode *node = g_tree_node_first(headers); node; node = g_tree_node_next(node))
        if (g_str_has_prefix(g_tree_node_key(node), PREFIX))
            g_string_append_printf(text, "%s:%s\n", (const char *)g_tree_node_key(node),
                                   (const char *)g_tree_node_value(node));
    g_string_append(text, resource);
    return g_string_free(text, FALSE);
}

PmxSigned *pmx_sign_oss1(const PmxSignRequest *request)
{
    g_autoptr(GTree) headers = pmx_sign_headers(request->headers);
    g_autofree char *date = pmx_http_date(request->moment);
    pmx_sign_headers_add(headers, PREFIX "date", date);
    if (request->keys->token)
        pmx_sign_headers_add(headers, PREFIX "security-token", request->keys->token);
    g_autofree char *to_sign = pmx_sign_oss1_to_sign(request, headers, date);
    g_autofree char *signature = pmx_hmac_sha1_base64(request->keys->secret, to_sign);
    g_autofree char *value = g_strconcat("OSS ", request->keys->access_key, ":", signature, NULL);
    g_autofree char *query = pmx_sign_query(request, PMX_SIGN_EMPTY_BARE);
    pmx_sign_headers_add(headers, "authorization", value);
    return pmx_signed_new(request, query, headers);
}
