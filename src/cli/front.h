/* SPDX-License-Identifier: MIT */
/*
 * The server's front: which dialect a request is for.
 *
 *     /                              ─► IMS
 *     /v1/…, /healthz, /metrics …    ─► REST
 *     everything else                ─► 404, in the shape of IMS errors
 *
 * Made and freed in the main thread; requests come in threads of the HTTP server.
 */
#pragma once

#include "api/access.h"
#include "api/http.h"
#include "service/service.h"

typedef struct PmxFront PmxFront;

typedef struct {
    PmxService *service; /* borrowed, as all of these */
    PmxAccess *access;
    const PmxHttpOptions *http;
    gboolean open_metrics;
} PmxFrontOptions;

/* Listens. NULL with a sentence. */
PmxFront *pmx_front_new(const PmxFrontOptions *options, GError **error);

/* No new connections; ends event streams and waits a moment for answers under way. */
void pmx_front_free(PmxFront *front);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxFront, pmx_front_free)

guint16 pmx_front_port(const PmxFront *front);
