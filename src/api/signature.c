/* SPDX-License-Identifier: MIT */
/* The RPC signatures: see signature.h. */
#include "api/signature.h"

#include <string.h>

#include "base/hmac.h"
#include "base/percent.h"

#define ALGORITHM "ACS3-HMAC-SHA256"
/* More than any client signs; each costs a search through the request's headers. */
#define MOST_HEADERS 64

/* --- Authorization: ACS3-HMAC-SHA256 Credential=…,SignedHeaders=a;b,Signature=… --- */

gboolean pmx_authorization_is_acs(const char *value)
{
    return value && g_ascii_strncasecmp(value, "ACS", 3) == 0;
}

void pmx_authorization_free(PmxAuthorization *authorization)
{
    if (!authorization)
        return;
    g_free(authorization->key_id);
    g_strfreev(authorization->headers);
    g_free(authorization->signature);
    g_free(authorization);
}

static int by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **split_headers(const char *list)
{
    g_autofree char *lower = g_ascii_strdown(list, -1);
    char **names = g_strsplit(lower, ";", MOST_HEADERS + 1);
    qsort(names, g_strv_length(names), sizeof *names, by_text);
    return names;
}

/* Takes one "Name=value" of the header; FALSE for a name that is unknown or stands twice. */
static gboolean take_part(PmxAuthorization *into, char *part)
{
    static const char *const credential = "Credential=", *const signed_headers = "SignedHeaders=",
                             *const signature = "Signature=";
    g_strstrip(part);
    if (g_str_has_prefix(part, credential) && !into->key_id)
        into->key_id = g_strdup(part + strlen(credential));
    else if (g_str_has_prefix(part, signed_headers) && !into->headers)
        into->headers = split_headers(part + strlen(signed_headers));
    else if (g_str_has_prefix(part, signature) && !into->signature)
        into->signature = g_strdup(part + strlen(signature));
    else
        return FALSE;
    return TRUE;
}

static gboolean take_parts(PmxAuthorization *into, const char *list)
{
    g_auto(GStrv) parts = g_strsplit(list, ",", 4);
    for (char **part = parts; *part; part++)
        if (!take_part(into, *part))
            return FALSE;
    return into->key_id && into->headers && into->signature &&
           g_strv_length(into->headers) <= MOST_HEADERS;
}

PmxAuthorization *pmx_authorization_parse(const char *value, GError **error)
{
    g_autoptr(PmxAuthorization) authorization = g_new0(PmxAuthorization, 1);
    gsize scheme = strcspn(value, " ");
    if (scheme != strlen(ALGORITHM) || strncmp(value, ALGORITHM, scheme) != 0) {
        g_set_error(error, PMX_ERROR, PMX_CODE_NOT_SUPPORTED,
                    "Authorization names an algorithm other than " ALGORITHM);
        return NULL;
    }
    if (!take_parts(authorization, value + scheme)) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                    "Authorization must read: " ALGORITHM
                    " Credential=…,SignedHeaders=…,Signature=…");
        return NULL;
    }
    return g_steal_pointer(&authorization);
}

/* --- texts that are signed --- */

static gboolean is_secret(const char *name)
{
    static const char *const secrets[] = {"AuthKey", "SecurityToken", "x-acs-security-token"};
    for (guint i = 0; i < G_N_ELEMENTS(secrets); i++)
        if (g_ascii_strcasecmp(name, secrets[i]) == 0)
            return TRUE;
    return FALSE;
}

static const char *value_for(const char *name, const char *value, PmxTextUse use)
{
    return use == PMX_TEXT_SHOWN && is_secret(name) ? "***" : value;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    const PmxParameter *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

/* "a=b&c=d" in the order of the names' bytes, encoded; without the parameter `skip`. */
static char *canonical_query(const PmxParameters *parameters, const char *skip, PmxTextUse use)
{
    g_autoptr(GPtrArray) sorted = g_ptr_array_copy(parameters->items, NULL, NULL);
    g_ptr_array_set_free_func(sorted, NULL);
    g_ptr_array_sort(sorted, by_name);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < sorted->len; i++) {
        const PmxParameter *parameter = g_ptr_array_index(sorted, i);
        if (g_strcmp0(parameter->name, skip) == 0)
            continue;
        g_autofree char *name = pmx_percent_encode(parameter->name);
        g_autofree char *value =
            pmx_percent_encode(value_for(parameter->name, parameter->value, use));
        g_string_append_printf(text, "%s%s=%s", text->len ? "&" : "", name, value);
    }
    return g_string_free(text, FALSE);
}

static void append_headers(GString *text, const PmxSignable *request, char *const *headers,
                           PmxTextUse use)
{
    for (char *const *name = headers; *name; name++) {
        const char *value = request->header(*name, request->source);
        g_autofree char *trimmed = g_strstrip(g_strdup(value_for(*name, value ? value : "", use)));
        g_string_append_printf(text, "%s:%s\n", *name, trimmed);
    }
}

char *pmx_acs3_canonical(const PmxSignable *request, char *const *headers, PmxTextUse use)
{
    GString *text = g_string_new(NULL);
    g_autofree char *query = canonical_query(request->query, NULL, use);
    g_autofree char *names = g_strjoinv(";", (char **)headers);
    g_autofree char *hash = g_compute_checksum_for_data(
        G_CHECKSUM_SHA256, (const guchar *)request->body, request->body_length);
    g_string_append_printf(text, "%s\n%s\n%s\n", request->method, request->path, query);
    append_headers(text, request, headers, use);
    g_string_append_printf(text, "\n%s\n%s", names, hash);
    return g_string_free(text, FALSE);
}

char *pmx_acs3_to_sign(const char *canonical)
{
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, canonical, -1);
    return g_strconcat(ALGORITHM "\n", hash, NULL);
}

char *pmx_acs3_sign(const char *to_sign, const char *secret)
{
    return g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)secret, strlen(secret),
                                     to_sign, -1);
}

char *pmx_rpc_to_sign(const char *method, const PmxParameters *all, PmxTextUse use)
{
    g_autofree char *query = canonical_query(all, "Signature", use);
    g_autofree char *encoded = pmx_percent_encode(query);
    return g_strconcat(method, "&%2F&", encoded, NULL);
}

char *pmx_rpc_sign(const char *to_sign, const char *secret)
{
    g_autofree char *key = g_strconcat(secret, "&", NULL);
    char *signature = pmx_hmac_sha1_base64(key, to_sign);
    explicit_bzero(key, strlen(key));
    return signature;
}

gboolean pmx_texts_equal(const char *a, const char *b)
{
    gsize length = strlen(a);
    if (strlen(b) != length)
        return FALSE;
    volatile guchar difference = 0;
    for (gsize i = 0; i < length; i++)
        difference |= (guchar)(a[i] ^ b[i]);
    return difference == 0;
}
