/* SPDX-License-Identifier: MIT */
/* What a handler may ask of an exchange, and add to its answer: see http.h. */
#include "api/http-private.h"

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
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

typedef struct {
    void (*each)(const char *name, const char *value, gpointer data);
    gpointer data;
} Each;

static enum MHD_Result call_each(void *data, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    const Each *each = data;
    (void)kind;
    each->each(name, value ? value : "", each->data);
    return MHD_YES;
}

void pmx_exchange_headers(const PmxExchange *exchange,
                          void (*each)(const char *name, const char *value, gpointer data),
                          gpointer data)
{
    Each call = {each, data};
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, call_each, &call);
}

const char *pmx_exchange_body(const PmxExchange *exchange, gsize *length)
{
    *length = exchange->body->len;
    return exchange->body->str;
}

const char *pmx_exchange_peer(const PmxExchange *exchange)
{
    return exchange->address;
}

gint64 pmx_exchange_began(const PmxExchange *exchange)
{
    return exchange->began;
}

void pmx_exchange_add_header(PmxExchange *exchange, const char *name, const char *value)
{
    g_ptr_array_add(exchange->headers, g_strdup(name));
    g_ptr_array_add(exchange->headers, g_strdup(value));
}
