/* SPDX-License-Identifier: MIT */
/* An attempt: a delivery as a request to its receiver, and what its answer means. */
#pragma once

#include "net/client.h"
#include "notify/notify.h"

/* Sends `delivery`, signed with `auth_key` unless that is NULL; `done` gets the answer. FALSE with
 * the reason in `problem` (caller frees) when it cannot be sent; `done` is not called then. */
gboolean pmx_attempt_start(PmxClient *client, const PmxDeliveryRecord *delivery,
                           const PmxNotifyOptions *options, const char *auth_key,
                           PmxClientDone done, gpointer data, char **problem);

/* What keeps this answer from being a delivery; NULL: it is one. Caller frees. Pure. */
char *pmx_attempt_problem(const PmxClientAnswer *answer);
