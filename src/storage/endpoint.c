/* SPDX-License-Identifier: MIT */
/* See endpoint.h. */
#include "storage/endpoint.h"

#include <gio/gio.h>
#include <string.h>

void pmx_endpoint_clear(PmxEndpoint *endpoint)
{
    g_free(endpoint->scheme);
    g_free(endpoint->name);
    g_free(endpoint->host);
    *endpoint = (PmxEndpoint){0};
}

/* A path, a user or anything else has no meaning here. */
static GUri *parse(const char *text)
{
    g_autofree char *whole =
        strstr(text, "://") ? g_strdup(text) : g_strconcat("https://", text, NULL);
    g_autoptr(GUri) uri = g_uri_parse(whole, G_URI_FLAGS_NONE, NULL);
    if (!uri || !g_uri_get_host(uri) || !*g_uri_get_host(uri))
        return NULL;
    const char *scheme = g_uri_get_scheme(uri), *path = g_uri_get_path(uri);
    gboolean http = strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0;
    gboolean bare = !g_uri_get_userinfo(uri) && !g_uri_get_query(uri) && !g_uri_get_fragment(uri) &&
                    (!*path || strcmp(path, "/") == 0);
    return http && bare ? g_steal_pointer(&uri) : NULL;
}

/* Names of hosts are letters, digits, hyphens and dots, addresses have colons; a host that has
 * anything else would mean something else where it is put together. */
static gboolean is_host(const char *name)
{
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-._:") == strlen(name);
}

/* With a user or a query in it, it may hold a secret. */
static gboolean refuse(const char *text, GError **error)
{
    g_autofree char *shown =
        strpbrk(text, "@?") ? g_strdup("what is given") : g_strdup_printf("\"%s\"", text);
    g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                "%s is no endpoint: give a host, or http://HOST:PORT", shown);
    return FALSE;
}

gboolean pmx_endpoint_parse(const char *text, gboolean path_style, PmxEndpoint *endpoint,
                            GError **error)
{
    g_autoptr(GUri) uri = parse(text);
    g_autofree char *name = uri ? g_ascii_strdown(g_uri_get_host(uri), -1) : NULL;
    if (!uri || !is_host(name))
        return refuse(text, error);
    int port = g_uri_get_port(uri);
    int usual = strcmp(g_uri_get_scheme(uri), "http") == 0 ? 80 : 443;
    g_autofree char *number =
        port > 0 && port != usual ? g_strdup_printf(":%d", port) : g_strdup("");
    gboolean bracketed = strchr(name, ':') != NULL;
    endpoint->scheme = g_strdup(g_uri_get_scheme(uri));
    endpoint->host = g_strconcat(bracketed ? "[" : "", name, bracketed ? "]" : "", number, NULL);
    endpoint->path_style = path_style || g_hostname_is_ip_address(name);
    endpoint->name = g_steal_pointer(&name);
    return TRUE;
}
