/* SPDX-License-Identifier: MIT */
/*
 * The front of the IMS dialect: requests to / in, answers out.
 *
 *     exchange ─► parameters (query, form body, or both) ─► access ─► action ─► its table ─► run()
 *                                                                                             │
 *     {…, "RequestId"}  ◄──────────────────────────────────────────────────── view ◄──────────┘
 *     {"RequestId", "HostId", "Code", "Message", "Recommend"} with a fitting status otherwise
 *
 * The action is the parameter Action, which every signature covers; without it, and with a signature
 * V3, the header x-acs-action, which that covers. So for the version. Nothing but the form of the
 * request is looked at before the signature has proved right.
 *
 * An answer of status 200 never has a Code at its top: old clients take it for an error.
 */
#pragma once

#include "api/access.h"
#include "api/http.h"
#include "service/service.h"

/* Answers the exchange. In a thread of the HTTP server's pool. */
void pmx_ims_handle(PmxExchange *exchange, PmxService *service, PmxAccess *access);

/* The body of an error that HTTP alone caused, in the same shape, for PmxHttpHandler. Caller
 * frees. */
char *pmx_ims_refuse(guint status, const char *path, const char *why);
