/* SPDX-License-Identifier: MIT */
/* See object-url.h. */
#include "storage/object-url.h"

#include <string.h>

void pmx_object_url_clear(PmxObjectUrl *url)
{
    g_free(url->host);
    g_free(url->path);
    *url = (PmxObjectUrl){0};
}

/* 0: it is none of the two. */
static int usual_port(const char *scheme)
{
    if (g_ascii_strcasecmp(scheme, "https") == 0)
        return 443;
    return g_ascii_strcasecmp(scheme, "http") == 0 ? 80 : 0;
}

/* Split and not parsed: parsing would take .. away from the key before it is seen. */
gboolean pmx_object_url_split(const char *address, PmxObjectUrl *url)
{
    g_autofree char *scheme = NULL, *user = NULL, *given = NULL, *path = NULL, *query = NULL,
                    *fragment = NULL;
    int port = -1;
    if (!g_uri_split(address, G_URI_FLAGS_NONE, &scheme, &user, &given, &port, &path, &query,
                     &fragment, NULL) ||
        !scheme || !usual_port(scheme) || !given || !*given || user || query || fragment)
        return FALSE;
    g_autofree char *host = g_ascii_strdown(given, -1);
    g_autofree char *number =
        port > 0 && port != usual_port(scheme) ? g_strdup_printf(":%d", port) : g_strdup("");
    gboolean bracketed = strchr(host, ':') != NULL;
    url->host = g_strconcat(bracketed ? "[" : "", host, bracketed ? "]" : "", number, NULL);
    url->path = g_steal_pointer(&path);
    return TRUE;
}

char *pmx_object_url_as_oss(const PmxObjectUrl *url)
{
    const char *dot = strchr(url->host, '.');
    if (!dot || dot == url->host || !g_str_has_prefix(dot, ".oss-") ||
        !g_str_has_suffix(dot, ".aliyuncs.com"))
        return NULL;
    return g_strdup_printf("oss://%.*s%s", (int)(dot - url->host), url->host, url->path);
}
