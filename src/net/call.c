/* SPDX-License-Identifier: MIT */
/* A request that is waited for: see client.h. */
#include "net/transfer.h"

char *pmx_client_call(const PmxClientRequest *request, PmxClientChunk chunk, gpointer data,
                      guint *status, gsize *length, GError **error)
{
    g_autoptr(PmxTransfer) transfer = pmx_transfer_new(request, "polymux/" PMX_VERSION, NULL);
    if (chunk)
        pmx_transfer_stream(transfer, chunk, data);
    CURLcode code = curl_easy_perform(transfer->easy);
    g_autoptr(PmxClientReply) reply = pmx_transfer_reply(transfer, code);
    *status = reply->status;
    if (!reply->problem)
        return g_bytes_unref_to_data(g_steal_pointer(&reply->body), length);
    *length = g_bytes_get_size(reply->body);
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, reply->problem);
    return NULL;
}
