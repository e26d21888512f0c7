/* SPDX-License-Identifier: MIT */
/* Values of the configuration with a text form of their own. Pure. */
#pragma once

#include "base/fields.h"

/* gint64 bytes: "500M", "20G" (powers of 1024); 0 is allowed and stands for what the key says. */
extern const PmxTextKind pmx_size_kind;

/* gint64 milliseconds: "500ms", "10s", "15m", "24h", "7d"; more than none. */
extern const PmxTextKind pmx_duration_kind;

/* "ADDRESS:PORT" with a numeric address (IPv6 in brackets) or "localhost"; port 0: any free one.
 * FALSE for anything else. Caller frees `address`. */
gboolean pmx_listen_parse(const char *text, char **address, guint16 *port);
/* As a field's check: NULL when fine, else a sentence. */
char *pmx_listen_check(const char *text);

/* Likewise: absolute paths with commas between them. */
char *pmx_folders_check(const char *text);
/* These; NULL at the end. Caller frees with g_strfreev(). */
char **pmx_folders_split(const char *text);

/* Likewise: a host, or http://HOST:PORT. */
char *pmx_endpoint_check(const char *text);

/* Likewise: what may stand before a key. */
char *pmx_prefix_check(const char *text);
