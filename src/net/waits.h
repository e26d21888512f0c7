/* SPDX-License-Identifier: MIT */
/*
 * Waits: what perform.c needs of a client, so that a thread may wait for a request and give it up.
 * Safe from any thread.
 */
#pragma once

#include "net/transfer.h"

/* As pmx_client_start(), but `take` is called in any case, and the client is not freed before
 * pmx_client_leave(). The number of the request. */
guint64 pmx_client_enter(PmxClient *client, const PmxClientRequest *request, PmxReplyDone take,
                         gpointer data);
void pmx_client_leave(PmxClient *client);

/* Ends a request, if it has not ended already; `take` is called for it once, as ever. */
void pmx_client_cancel(PmxClient *client, guint64 id);
