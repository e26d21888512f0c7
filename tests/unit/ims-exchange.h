/* SPDX-License-Identifier: MIT */
/* An exchange without a network: link it instead of the HTTP server. For tests only. */
#pragma once

#include <string.h>

#include "api/http.h"

struct PmxExchange {
    const char *method, *path, *query, *body;
    gsize length;
    GHashTable *headers; /* lower-case name → value, both owned */
    /* the answer */
    guint answers, status;
    char *type, *text;
    GHashTable *told; /* its headers */
};

static inline void exchange_init(PmxExchange *exchange)
{
    *exchange = (PmxExchange){.method = "POST", .path = "/", .query = "", .body = ""};
    exchange->headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    exchange->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_hash_table_insert(exchange->headers, g_strdup("host"), g_strdup("127.0.0.1:8080"));
}

static inline void exchange_clear(PmxExchange *exchange)
{
    g_hash_table_unref(exchange->headers);
    g_hash_table_unref(exchange->told);
    g_free(exchange->type);
    g_free(exchange->text);
}

static inline void exchange_set_header(PmxExchange *exchange, const char *name, const char *value)
{
    g_hash_table_replace(exchange->headers, g_strdup(name), g_strdup(value));
}

static inline void exchange_set_form(PmxExchange *exchange, const char *body)
{
    exchange->body = body;
    exchange->length = strlen(body);
    exchange_set_header(exchange, "content-type", "application/x-www-form-urlencoded");
}

const char *pmx_exchange_method(const PmxExchange *exchange)
{
    return exchange->method;
}

const char *pmx_exchange_path(const PmxExchange *exchange)
{
    return exchange->path;
}

const char *pmx_exchange_query(const PmxExchange *exchange)
{
    return exchange->query;
}

const char *pmx_exchange_header(const PmxExchange *exchange, const char *name)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    return g_hash_table_lookup(exchange->headers, lower);
}

const char *pmx_exchange_body(const PmxExchange *exchange, gsize *length)
{
    *length = exchange->length;
    return exchange->body;
}

void pmx_exchange_add_header(PmxExchange *exchange, const char *name, const char *value)
{
    g_hash_table_replace(exchange->told, g_strdup(name), g_strdup(value));
}

void pmx_exchange_answer(PmxExchange *exchange, guint status, const char *type, char *body,
                         gsize length)
{
    g_assert_cmpuint(length, ==, strlen(body));
    exchange->answers++;
    exchange->status = status;
    exchange->type = g_strdup(type);
    exchange->text = body;
}
