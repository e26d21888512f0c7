/* SPDX-License-Identifier: MIT */
/* A request that is waited for: see client.h. */
#include <gio/gio.h>

#include "net/transfer.h"

char *pmx_client_call(const PmxClientRequest *request, PmxClientChunk chunk, gpointer data,
                      guint *status, gsize *length, GError **error)
{
    g_autoptr(PmxTransfer) transfer = pmx_transfer_new(request, "polymux/" PMX_VERSION);
    if (chunk)
        pmx_transfer_stream(transfer, chunk, data);
    CURLcode code = curl_easy_perform(transfer->easy);
    g_autofree char *problem = transfer->ended ? NULL : pmx_transfer_problem(transfer, code);
    *status = pmx_transfer_status(transfer);
    *length = transfer->body->len;
    if (!problem)
        return g_strdup(transfer->body->str);
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, problem);
    return NULL;
}
