/* SPDX-License-Identifier: MIT */
/* See guard.h. */
#include "net/guard.h"

#include <string.h>

#include "base/problem.h"
#include "net/ip.h"

typedef struct {
    char *name;     /* as the resolver gets it, lower case; NULL: a network */
    gboolean below; /* the name's subdomains, not the name */
    PmxIp network;
    guint bits;
    guint port; /* 0: any */
} Allowed;

struct PmxGuard {
    gatomicrefcount refs;
    GPtrArray *allowed; /* of Allowed * */
};

static void allowed_free(gpointer data)
{
    Allowed *allowed = data;
    g_free(allowed->name);
    g_free(allowed);
}

/* --- reading what is allowed --- */

static gboolean read_number(const char *text, guint max, guint *number)
{
    guint64 value;
    if (!g_ascii_string_to_unsigned(text, 10, 0, max, &value, NULL))
        return FALSE;
    *number = (guint)value;
    return TRUE;
}

/* "ADDRESS" or "ADDRESS/BITS". */
static gboolean read_network(const char *text, Allowed *allowed)
{
    const char *slash = strchr(text, '/');
    g_autofree char *address = slash ? g_strndup(text, (gsize)(slash - text)) : g_strdup(text);
    if (!pmx_ip_from_text(address, &allowed->network))
        return FALSE;
    guint longest = strchr(address, ':') ? 128 : 32;
    allowed->bits = longest;
    if (slash && !read_number(slash + 1, longest, &allowed->bits))
        return FALSE;
    allowed->bits += 128 - longest;
    return TRUE;
}

/* A name whose last label begins with a digit is taken for an address in some spelling. */
static gboolean read_name(const char *text, Allowed *allowed)
{
    allowed->below = g_str_has_prefix(text, "*.");
    g_autofree char *name = pmx_ip_host_name(text + (allowed->below ? 2 : 0));
    const char *last = name ? strrchr(name, '.') : NULL;
    if (!name || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != strlen(name) ||
        !*name || *name == '.' || !g_ascii_isalpha(last ? last[1] : *name))
        return FALSE;
    allowed->name = g_steal_pointer(&name);
    return TRUE;
}

/* Takes ":PORT" off the end of `text`, and brackets off the rest. */
static gboolean read_port(char *text, Allowed *allowed)
{
    char *close = text[0] == '[' ? strchr(text, ']') : NULL;
    char *colon = strchr(close ? close : text, ':');
    gboolean six_without_port = !close && colon && strchr(colon + 1, ':');
    if (close && close[1] != '\0' && close[1] != ':')
        return FALSE;
    if (colon && !six_without_port) {
        *colon = '\0';
        if (!read_number(colon + 1, G_MAXUINT16, &allowed->port) || allowed->port == 0)
            return FALSE;
    }
    if (close) {
        *close = '\0';
        memmove(text, text + 1, strlen(text));
    }
    return !close || strchr(text, ':');
}

static gboolean add(PmxGuard *guard, const char *word, GError **error)
{
    g_autofree char *text = g_strdup(word);
    Allowed *allowed = g_new0(Allowed, 1);
    g_ptr_array_add(guard->allowed, allowed);
    if (read_port(text, allowed) && (read_network(text, allowed) || read_name(text, allowed)))
        return TRUE;
    g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                "must be names (intra.example.com, *.example.com), addresses or networks "
                "(10.0.0.0/8, fd00::/8), with :PORT behind them or not, which \"%s\" is not",
                word);
    return FALSE;
}

PmxGuard *pmx_guard_new(const char *allowed, GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(allowed ? allowed : "", " ,\t\n", -1);
    g_autoptr(PmxGuard) guard = g_new0(PmxGuard, 1);
    g_atomic_ref_count_init(&guard->refs);
    guard->allowed = g_ptr_array_new_with_free_func(allowed_free);
    for (guint i = 0; words[i]; i++)
        if (*words[i] && !add(guard, words[i], error))
            return NULL;
    return g_steal_pointer(&guard);
}

PmxGuard *pmx_guard_ref(PmxGuard *guard)
{
    g_atomic_ref_count_inc(&guard->refs);
    return guard;
}

void pmx_guard_unref(PmxGuard *guard)
{
    if (!guard || !g_atomic_ref_count_dec(&guard->refs))
        return;
    g_ptr_array_unref(guard->allowed);
    g_free(guard);
}

char *pmx_guard_check(const char *allowed)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxGuard) guard = pmx_guard_new(allowed, &error);
    return guard ? NULL : g_strdup(error->message);
}

/* --- deciding --- */

static gboolean has_name(const Allowed *allowed, const char *name)
{
    if (!name || !allowed->below)
        return g_strcmp0(name, allowed->name) == 0;
    gsize length = strlen(name), tail = strlen(allowed->name);
    return length > tail + 1 && name[length - tail - 1] == '.' &&
           g_str_equal(name + length - tail, allowed->name);
}

static gboolean is_allowed(const PmxGuard *guard, const char *host, const PmxIp *address,
                           guint port)
{
    g_autofree char *name = host ? pmx_ip_host_name(host) : NULL;
    for (guint i = 0; i < guard->allowed->len; i++) {
        const Allowed *allowed = guard->allowed->pdata[i];
        if (allowed->port && allowed->port != port)
            continue;
        if (allowed->name ? has_name(allowed, name)
                          : pmx_ip_is_within(address, &allowed->network, allowed->bits))
            return TRUE;
    }
    return FALSE;
}

static char *decide(const PmxGuard *guard, const char *host, const PmxIp *address, guint port)
{
    const char *what = pmx_ip_special(address);
    if (!what || is_allowed(guard, host, address, port))
        return NULL;
    g_autofree char *text = pmx_ip_to_text(address);
    gboolean named = host && g_ascii_strcasecmp(host, text) != 0;
    g_autofree char *place =
        named ? g_strdup_printf("%s leads to %s,", host, text) : g_strdup_printf("%s is", text);
    return g_strdup_printf("%s %s; nothing is fetched from or sent to such a place unless "
                           "allow-hosts in the group [network] of the configuration names it",
                           place, what);
}

char *pmx_guard_refusal(const PmxGuard *guard, const char *host, const struct sockaddr *address)
{
    PmxIp place;
    guint port;
    if (!pmx_ip_from_socket(address, &place, &port))
        return g_strdup("only Internet addresses can be connected to");
    return decide(guard, host, &place, port);
}

char *pmx_guard_refusal_of_text(const PmxGuard *guard, const char *host, guint port)
{
    PmxIp place;
    return pmx_ip_from_host(host, &place) ? decide(guard, host, &place, port) : NULL;
}
