/* SPDX-License-Identifier: MIT */
/* The signature of a callback: see notify.h. */
#include "notify/notify.h"

char *pmx_notify_signature(const char *url, gint64 seconds, const char *key)
{
    g_autofree char *text = g_strdup_printf("%s|%" G_GINT64_FORMAT "|%s", url, seconds, key);
    return g_compute_checksum_for_string(G_CHECKSUM_MD5, text, -1);
}
