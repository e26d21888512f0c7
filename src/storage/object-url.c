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

/* NULL: not every % has two digits behind it, or the whole is no UTF-8. */
static char *decoded(const char *path)
{
    g_autofree char *text = g_uri_unescape_string(path, NULL);
    return text && g_utf8_validate(text, -1, NULL) ? g_steal_pointer(&text) : NULL;
}

typedef struct {
    char *scheme, *user, *host, *path, *query, *fragment;
    int port;
} Parts;

static void parts_clear(Parts *parts)
{
    char *const texts[] = {parts->scheme, parts->user,  parts->host,
                           parts->path,   parts->query, parts->fragment};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Parts, parts_clear)

/* Split and not parsed: parsing would take .. away from the key before it is seen. */
static gboolean split(const char *address, GUriFlags flags, Parts *parts)
{
    return g_uri_split(address, G_URI_FLAGS_ENCODED | flags, &parts->scheme, &parts->user,
                       &parts->host, &parts->port, &parts->path, &parts->query, &parts->fragment,
                       NULL);
}

static char *host_of(const Parts *parts)
{
    g_autofree char *host = g_ascii_strdown(parts->host, -1);
    g_autofree char *number = parts->port > 0 && parts->port != usual_port(parts->scheme)
                                  ? g_strdup_printf(":%d", parts->port)
                                  : g_strdup("");
    gboolean bracketed = strchr(host, ':') != NULL;
    return g_strconcat(bracketed ? "[" : "", host, bracketed ? "]" : "", number, NULL);
}

gboolean pmx_object_url_split(const char *address, PmxObjectUrl *url)
{
    g_auto(Parts) parts = {0};
    gboolean strict = split(address, G_URI_FLAGS_NONE, &parts);
    if ((!strict && !split(address, G_URI_FLAGS_PARSE_RELAXED, &parts)) || !parts.scheme ||
        !usual_port(parts.scheme) || !parts.host || !*parts.host || parts.user || parts.query ||
        parts.fragment)
        return FALSE;
    url->host = host_of(&parts);
    url->path = strict ? decoded(parts.path) : NULL;
    url->malformed = !url->path;
    if (url->malformed)
        url->path = g_strdup(parts.path);
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
