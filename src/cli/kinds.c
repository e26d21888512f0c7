/* SPDX-License-Identifier: MIT */
/* See kinds.h. */
#include "cli/kinds.h"

#include <gio/gio.h>
#include <string.h>

#include "base/size.h"
#include "storage/endpoint.h"

/* --- sizes --- */

static gboolean parse_size(const char *text, void *out)
{
    guint64 bytes = 0;
    if (strcmp(text, "0") != 0 && !pmx_size_from_text(text, &bytes, NULL))
        return FALSE;
    if (bytes > G_MAXINT64)
        return FALSE;
    *(gint64 *)out = (gint64)bytes;
    return TRUE;
}

static char *format_size(const void *value)
{
    static const char *const suffixes[] = {"", "K", "M", "G", "T"};
    gint64 bytes = *(const gint64 *)value;
    guint unit = 0;
    for (; bytes > 0 && bytes % 1024 == 0 && unit + 1 < G_N_ELEMENTS(suffixes); unit++)
        bytes /= 1024;
    return g_strdup_printf("%" G_GINT64_FORMAT "%s", bytes, suffixes[unit]);
}

const PmxTextKind pmx_size_kind = {
    "a size such as 500M or 20G, or 0",
    parse_size,
    format_size,
};

/* --- durations --- */

typedef struct {
    const char *name;
    gint64 milliseconds;
} Unit;

static const Unit units[] = {
    {"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1},
};

static gboolean parse_duration(const char *text, void *out)
{
    char *end = NULL;
    guint64 number = g_ascii_isdigit(*text) ? g_ascii_strtoull(text, &end, 10) : 0;
    if (number == 0)
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(units); i++) {
        if (strcmp(end, units[i].name) != 0)
            continue;
        if (number > (guint64)(G_MAXINT64 / units[i].milliseconds))
            return FALSE;
        *(gint64 *)out = (gint64)number * units[i].milliseconds;
        return TRUE;
    }
    return FALSE;
}

static char *format_duration(const void *value)
{
    gint64 time = *(const gint64 *)value;
    guint i = 0;
    while (time % units[i].milliseconds != 0)
        i++;
    return g_strdup_printf("%" G_GINT64_FORMAT "%s", time / units[i].milliseconds, units[i].name);
}

const PmxTextKind pmx_duration_kind = {
    "a time such as 500ms, 10s, 15m, 24h or 7d",
    parse_duration,
    format_duration,
};

/* --- addresses to listen on --- */

static char *numeric(const char *host)
{
    g_autofree char *bare = NULL;
    if (strcmp(host, "localhost") == 0)
        return g_strdup("127.0.0.1");
    if (host[0] == '[' && g_str_has_suffix(host, "]"))
        bare = g_strndup(host + 1, strlen(host) - 2);
    else if (!strchr(host, ':'))
        bare = g_strdup(host);
    return bare && g_hostname_is_ip_address(bare) ? g_steal_pointer(&bare) : NULL;
}

gboolean pmx_listen_parse(const char *text, char **address, guint16 *port)
{
    const char *colon = strrchr(text, ':');
    guint64 number;
    if (!colon || !g_ascii_string_to_unsigned(colon + 1, 10, 0, G_MAXUINT16, &number, NULL))
        return FALSE;
    g_autofree char *host = g_strndup(text, (gsize)(colon - text));
    *address = numeric(host);
    *port = (guint16)number;
    return *address != NULL;
}

char *pmx_listen_check(const char *text)
{
    g_autofree char *address = NULL;
    guint16 port;
    if (pmx_listen_parse(text, &address, &port))
        return NULL;
    return g_strdup_printf(
        "must be ADDRESS:PORT, such as 127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080, not \"%s\"",
        text);
}

/* --- storages --- */

char **pmx_folders_split(const char *text)
{
    GStrvBuilder *folders = g_strv_builder_new();
    g_auto(GStrv) parts = g_strsplit(text ? text : "", ",", -1);
    for (guint i = 0; parts[i]; i++) {
        g_autofree char *folder = g_canonicalize_filename(g_strstrip(parts[i]), "/");
        if (*parts[i])
            g_strv_builder_add(folders, folder);
    }
    char **split = g_strv_builder_end(folders);
    g_strv_builder_unref(folders);
    return split;
}

char *pmx_folders_check(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    for (guint i = 0; parts[i]; i++)
        if (*g_strstrip(parts[i]) && !g_path_is_absolute(parts[i]))
            return g_strdup_printf("must be absolute paths with commas between them, not \"%s\"",
                                   parts[i]);
    return NULL;
}

char *pmx_endpoint_check(const char *text)
{
    g_auto(PmxEndpoint) endpoint = {0};
    if (pmx_endpoint_parse(text, FALSE, &endpoint, NULL))
        return NULL;
    return g_strdup("must be a host, such as oss-cn-hangzhou.aliyuncs.com, or http://HOST:PORT");
}

char *pmx_prefix_check(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "/", -1);
    const char *const *names = (const char *const *)parts;
    gboolean dots = g_strv_contains(names, ".") || g_strv_contains(names, "..");
    return *text == '/' || strstr(text, "//") || dots
               ? g_strdup("must be the beginning of a key, such as films/: without / before it and "
                          "without //, . or .. in it")
               : NULL;
}
