/* SPDX-License-Identifier: MIT */
/* See sign-parts.h. */
#include "storage/sign-parts.h"

#include <string.h>

#include "base/percent.h"

static int by_name(gconstpointer a, gconstpointer b, gpointer unused)
{
    (void)unused;
    return strcmp(a, b);
}

GTree *pmx_sign_pairs(void)
{
    return g_tree_new_full(by_name, NULL, g_free, g_free);
}

/* White space is signed as one space wherever it is, so it is also sent as one. */
static char *trimmed(const char *value)
{
    GString *text = g_string_sized_new(strlen(value));
    for (const char *at = value; *at; at++) {
        if (!g_ascii_isspace(*at))
            g_string_append_c(text, *at);
        else if (text->len && text->str[text->len - 1] != ' ')
            g_string_append_c(text, ' ');
    }
    if (text->len && text->str[text->len - 1] == ' ')
        g_string_truncate(text, text->len - 1);
    return g_string_free(text, FALSE);
}

void pmx_sign_headers_add(GTree *headers, const char *name, const char *value)
{
    g_tree_replace(headers, g_ascii_strdown(name, -1), trimmed(value));
}

GTree *pmx_sign_headers(const PmxPair *headers)
{
    GTree *tree = pmx_sign_pairs();
    for (; headers && headers->name; headers++)
        pmx_sign_headers_add(tree, headers->name, headers->value);
    return tree;
}

/* --- the target --- */

char *pmx_sign_path(const PmxSignRequest *request, gboolean with_bucket)
{
    g_autofree char *bucket =
        with_bucket && request->bucket ? pmx_percent_encode(request->bucket) : NULL;
    g_autofree char *key = pmx_percent_encode_path(request->key ? request->key : "");
    return g_strconcat("/", bucket ? bucket : "", bucket ? "/" : "", key, NULL);
}

char *pmx_sign_query(const PmxSignRequest *request, PmxSignEmpty empty)
{
    g_autoptr(GTree) encoded = pmx_sign_pairs();
    for (const PmxPair *pair = request->query; pair && pair->name; pair++)
        g_tree_replace(encoded, pmx_percent_encode(pair->name), pmx_percent_encode(pair->value));
    GString *text = g_string_new(NULL);
    for (GTreeNode *node = g_tree_node_first(encoded); node; node = g_tree_node_next(node)) {
        const char *value = g_tree_node_value(node);
        const char *equals = *value || empty == PMX_SIGN_EMPTY_EQUALS ? "=" : "";
        g_string_append_printf(text, "%s%s%s%s", text->len ? "&" : "",
                               (const char *)g_tree_node_key(node), equals, value);
    }
    return g_string_free(text, FALSE);
}

/* --- both, as they are sent --- */

PmxSigned *pmx_signed_new(const PmxSignRequest *request, const char *query, GTree *headers)
{
    PmxSigned *signed_request = g_new0(PmxSigned, 1);
    GPtrArray *lines = g_ptr_array_new();
    g_autofree char *path = pmx_sign_path(request, request->path_style);
    for (GTreeNode *node = g_tree_node_first(headers); node; node = g_tree_node_next(node))
        g_ptr_array_add(lines, g_strdup_printf("%s: %s", (const char *)g_tree_node_key(node),
                                               (const char *)g_tree_node_value(node)));
    g_ptr_array_add(lines, NULL);
    signed_request->target = g_strconcat(path, *query ? "?" : "", query, NULL);
    signed_request->headers = (char **)g_ptr_array_free(lines, FALSE);
    return signed_request;
}
