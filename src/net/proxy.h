/* SPDX-License-Identifier: MIT */
/*
 * Proxies that the environment names, by the customs that libcurl keeps (libcurl-env(3)):
 * http_proxy, https_proxy and HTTPS_PROXY, all_proxy and ALL_PROXY; no_proxy and NO_PROXY. They are
 * looked up here and not by libcurl because a guard has to know whom a connection leads to.
 */
#pragma once

#include <glib.h>

/* The proxy for `host` (without brackets), or NULL: none. Borrowed from the environment. */
const char *pmx_proxy_for(const char *scheme, const char *host);

/* Whether no_proxy names `host`: by its name, a name above it, its address, its network, or "*".
 * Pure. */
gboolean pmx_proxy_spares(const char *no_proxy, const char *host);
