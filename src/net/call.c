/* SPDX-License-Identifier: MIT */
/* A request that is waited for: see client.h. */
#include <gio/gio.h>

#include "net/exchange.h"

char *pmx_client_call(const PmxClientRequest *request, PmxClientChunk chunk, gpointer data,
                      guint *status, gsize *length, GError **error)
{
    g_autoptr(PmxExchange) exchange = pmx_exchange_new(request, "polymux/" PMX_VERSION);
    if (chunk)
        pmx_exchange_stream(exchange, chunk, data);
    CURLcode code = curl_easy_perform(exchange->easy);
    g_autofree char *problem = exchange->ended ? NULL : pmx_exchange_problem(exchange, code);
    *status = pmx_exchange_status(exchange);
    *length = exchange->body->len;
    if (!problem)
        return g_strdup(exchange->body->str);
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, problem);
    return NULL;
}
