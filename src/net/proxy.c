/* SPDX-License-Identifier: MIT */
/* See proxy.h. */
#include "net/proxy.h"

#include <string.h>

#include "net/ip.h"

static const char *variable(const char *name)
{
    const char *value = g_getenv(name);
    return value && *value ? value : NULL;
}

static const char *either(const char *lower, const char *upper)
{
    const char *value = variable(lower);
    return value ? value : variable(upper);
}

/* --- who is spared --- */

static gboolean is_above(const char *word, const char *host)
{
    const char *name = *word == '.' ? word + 1 : word;
    gsize length = strlen(host), tail = strlen(name);
    if (tail == 0 || length < tail || g_ascii_strcasecmp(host + length - tail, name) != 0)
        return FALSE;
    return length == tail || host[length - tail - 1] == '.';
}

/* "10.0.0.0/8", or an address. */
static gboolean is_around(const char *word, const PmxIp *address)
{
    PmxIp network;
    guint64 bits;
    g_auto(GStrv) parts = g_strsplit(word, "/", 2);
    if (!parts[0] || !pmx_ip_from_host(parts[0], &network))
        return FALSE;
    guint longest = pmx_ip_is_v4(&network) ? 32 : 128;
    if (!parts[1])
        bits = longest;
    else if (!g_ascii_string_to_unsigned(parts[1], 10, 0, longest, &bits, NULL))
        return FALSE;
    return pmx_ip_is_within(address, &network, (guint)bits + 128 - longest);
}

gboolean pmx_proxy_spares(const char *no_proxy, const char *host)
{
    PmxIp address;
    gboolean numeric = pmx_ip_from_host(host, &address);
    g_auto(GStrv) words = g_strsplit_set(no_proxy ? no_proxy : "", ", ", -1);
    for (guint i = 0; words[i]; i++)
        if (g_str_equal(words[i], "*") || is_above(words[i], host) ||
            (numeric && is_around(words[i], &address)))
            return TRUE;
    return FALSE;
}

/* Whatever is on this machine, a proxy elsewhere would not find. */
static gboolean is_this_machine(const char *host)
{
    return g_str_equal(host, "localhost") || g_str_has_suffix(host, ".localhost") ||
           g_str_has_prefix(host, "127.") || g_str_equal(host, "::1");
}

/* HTTP_PROXY is not read: a web server would set it from a request's header "Proxy". */
const char *pmx_proxy_for(const char *scheme, const char *host)
{
    const char *own = g_str_equal(scheme, "https") ? either("https_proxy", "HTTPS_PROXY")
                                                   : variable("http_proxy");
    const char *proxy = own ? own : either("all_proxy", "ALL_PROXY");
    gboolean direct =
        !proxy || is_this_machine(host) || pmx_proxy_spares(either("no_proxy", "NO_PROXY"), host);
    return direct ? NULL : proxy;
}
