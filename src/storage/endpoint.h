/* SPDX-License-Identifier: MIT */
/* An endpoint: where a storage's requests go to. Pure. */
#pragma once

#include "base/problem.h"

typedef struct {
    char *scheme; /* "http" or "https" */
    char *name;   /* of the host, in lower case */
    char *host; /* with the port, unless it is the scheme's usual one: as the header Host has it */
    gboolean path_style;
} PmxEndpoint;

/* "HOST", "HOST:PORT" or either behind http:// or https://, which is what is meant without.
 * `path_style` is so wherever the host is an address and so can have no bucket before it. */
gboolean pmx_endpoint_parse(const char *text, gboolean path_style, PmxEndpoint *endpoint,
                            GError **error);
void pmx_endpoint_clear(PmxEndpoint *endpoint);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PmxEndpoint, pmx_endpoint_clear)
