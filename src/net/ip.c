/* SPDX-License-Identifier: MIT */
/* See ip.h. */
#include "net/ip.h"

#include <arpa/inet.h>
#include <gio/gio.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

enum { MAPPED_BITS = 96 };

static const PmxIp mapped = {{[10] = 0xff, [11] = 0xff}};

/* --- text and sockets --- */

static void set_v4(PmxIp *address, const void *four)
{
    *address = mapped;
    memcpy(address->bytes + 12, four, 4);
}

gboolean pmx_ip_from_socket(const struct sockaddr *socket, PmxIp *address, guint *port)
{
    in_port_t number = 0;
    if (socket->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)socket;
        set_v4(address, &four->sin_addr);
        number = four->sin_port;
    } else if (socket->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)socket;
        memcpy(address->bytes, &six->sin6_addr, sizeof address->bytes);
        number = six->sin6_port;
    } else {
        return FALSE;
    }
    if (port)
        *port = ntohs(number);
    return TRUE;
}

gboolean pmx_ip_from_text(const char *text, PmxIp *address)
{
    struct in_addr four;
    if (inet_pton(AF_INET, text, &four) == 1) {
        set_v4(address, &four);
        return TRUE;
    }
    return inet_pton(AF_INET6, text, address->bytes) == 1;
}

/* GLib reads past the end of a name that is not UTF-8. */
char *pmx_ip_host_name(const char *host)
{
    g_autofree char *ascii = g_utf8_validate(host, -1, NULL) ? g_hostname_to_ascii(host) : NULL;
    char *name = ascii ? g_ascii_strdown(ascii, -1) : NULL;
    if (name && g_str_has_suffix(name, "."))
        name[strlen(name) - 1] = '\0';
    return name;
}

static char *bare(const char *host)
{
    gsize length = strlen(host);
    if (host[0] == '[' && length > 1 && host[length - 1] == ']')
        return g_strndup(host + 1, length - 2);
    return pmx_ip_host_name(host);
}

gboolean pmx_ip_from_host(const char *host, PmxIp *address)
{
    const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    g_autofree char *name = bare(host);
    if (!name || !*name || getaddrinfo(name, NULL, &numeric, &found) != 0)
        return FALSE;
    gboolean known = pmx_ip_from_socket(found->ai_addr, address, NULL);
    freeaddrinfo(found);
    return known;
}

char *pmx_ip_to_text(const PmxIp *address)
{
    char text[INET6_ADDRSTRLEN];
    gboolean four = pmx_ip_is_v4(address);
    inet_ntop(four ? AF_INET : AF_INET6, address->bytes + (four ? 12 : 0), text, sizeof text);
    return g_strdup(text);
}

/* --- networks --- */

static gboolean begins(const PmxIp *address, const PmxIp *network, guint bits)
{
    guint whole = bits / 8, rest = bits % 8;
    if (memcmp(address->bytes, network->bytes, whole) != 0)
        return FALSE;
    return rest == 0 || (address->bytes[whole] ^ network->bytes[whole]) >> (8 - rest) == 0;
}

gboolean pmx_ip_is_v4(const PmxIp *address)
{
    return begins(address, &mapped, MAPPED_BITS);
}

gboolean pmx_ip_is_within(const PmxIp *address, const PmxIp *network, guint bits)
{
    return begins(address, network, bits) && (bits >= MAPPED_BITS || !pmx_ip_is_v4(address));
}

/* --- what is special --- */

typedef struct {
    PmxIp network;
    guint bits;
    const char *what;
} Special;

/* clang-format off */
#define V4(a, b, c, d, bits) {{[10] = 0xff, [11] = 0xff, a, b, c, d}}, MAPPED_BITS + (bits)
#define V6(a, b, c, d, bits) {{(a) >> 8, (a) & 0xff, (b) >> 8, (b) & 0xff, \
                               (c) >> 8, (c) & 0xff, (d) >> 8, (d) & 0xff}}, bits

/* The smallest network first, where one lies in another. What the registries call globally reachable
 * inside of 192.0.0.0/24 and 2001::/23 is for protocols, not for servers. */
static const Special specials[] = {
    {V4(169, 254, 169, 254, 32), "the address at which clouds give out credentials"},
    {V4(100, 100, 100, 200, 32), "the address at which Alibaba Cloud gives out credentials"},
    {V4(192, 0, 0, 192, 32), "the address at which Oracle Cloud gives out credentials"},
    {V4(168, 63, 129, 16, 32), "the address at which Azure gives out credentials"},
    {V4(0, 0, 0, 0, 32), "the unspecified address"},
    {V4(0, 0, 0, 0, 8), "an address of this network"},                       /* RFC 791 */
    {V4(10, 0, 0, 0, 8), "a private address"},                               /* RFC 1918 */
    {V4(100, 64, 0, 0, 10), "an address shared behind a carrier's NAT"},     /* RFC 6598 */
    {V4(127, 0, 0, 0, 8), "a loopback address"},                             /* RFC 1122 */
    {V4(169, 254, 0, 0, 16), "a link-local address"},                        /* RFC 3927 */
    {V4(172, 16, 0, 0, 12), "a private address"},                            /* RFC 1918 */
    {V4(192, 0, 0, 0, 24), "an address for protocols"},                      /* RFC 6890 */
    {V4(192, 0, 2, 0, 24), "an address for documentation"},                  /* RFC 5737 */
    {V4(192, 88, 99, 0, 24), "an address of 6to4 relays"},                   /* RFC 7526 */
    {V4(192, 168, 0, 0, 16), "a private address"},                           /* RFC 1918 */
    {V4(198, 18, 0, 0, 15), "an address for benchmarks"},                    /* RFC 2544 */
    {V4(198, 51, 100, 0, 24), "an address for documentation"},               /* RFC 5737 */
    {V4(203, 0, 113, 0, 24), "an address for documentation"},                /* RFC 5737 */
    {V4(224, 0, 0, 0, 4), "a multicast address"},                            /* RFC 5771 */
    {V4(255, 255, 255, 255, 32), "the broadcast address"},                   /* RFC 919 */
    {V4(240, 0, 0, 0, 4), "a reserved address"},                             /* RFC 1112 */
    {{{[15] = 1}}, 128, "a loopback address"},                               /* RFC 4291 */
    {{{0}}, 128, "the unspecified address"},          /* RFC 4291 */
    {{{0}}, 96, "an IPv4-compatible address"},                               /* RFC 4291, 2.5.5.1 */
    {V6(0x0064, 0xff9b, 0x0001, 0, 48), "an address behind a local NAT64"},  /* RFC 8215 */
    {V6(0x0100, 0, 0, 0, 64), "an address that discards everything"},        /* RFC 6666 */
    {V6(0x2001, 0, 0, 0, 23), "an address for protocols"},                   /* RFC 2928 */
    {V6(0x2001, 0x0db8, 0, 0, 32), "an address for documentation"},          /* RFC 3849 */
    {V6(0x3fff, 0, 0, 0, 20), "an address for documentation"},               /* RFC 9637 */
    {V6(0x5f00, 0, 0, 0, 16), "a segment routing identifier"},               /* RFC 9602 */
    {V6(0xfd00, 0x0ec2, 0, 0, 32), "an address at which AWS gives out credentials"},
    {V6(0xfc00, 0, 0, 0, 7), "a private address"},                           /* RFC 4193 */
    {V6(0xfe80, 0, 0, 0, 10), "a link-local address"},                       /* RFC 4291 */
    {V6(0xfec0, 0, 0, 0, 10), "a site-local address"},                       /* RFC 3879 */
    {V6(0xff00, 0, 0, 0, 8), "a multicast address"},                         /* RFC 4291 */
};

/* Networks whose addresses lead to one of version 4 that they hold. */
typedef struct {
    PmxIp network;
    guint bits;
    guint at;       /* the byte where it begins */
    guint8 inverted; /* 0xff: each of its bits is */
} Holder;

static const Holder holders[] = {
    {V6(0x0064, 0xff9b, 0, 0, 96), 12, 0},                   /* NAT64, RFC 6052 */
    {{{[8] = 0xff, [9] = 0xff}}, 96, 12, 0},                 /* IPv4-translated, RFC 2765 */
    {V6(0x2002, 0, 0, 0, 16), 2, 0},                         /* 6to4, RFC 3056 */
    {V6(0x2001, 0, 0, 0, 32), 4, 0},                         /* Teredo's server, RFC 4380 */
    {V6(0x2001, 0, 0, 0, 32), 12, 0xff},                     /* Teredo's client */
};

/* All that is given out for single hosts: 2000::/3 (IANA, IPv6 address space). */
static const PmxIp unicast = {{0x20}};
/* clang-format on */

static const char *special_itself(const PmxIp *address)
{
    for (guint i = 0; i < G_N_ELEMENTS(specials); i++)
        if (begins(address, &specials[i].network, specials[i].bits))
            return specials[i].what;
    return pmx_ip_is_v4(address) || begins(address, &unicast, 3) ? NULL : "a reserved address";
}

/* TRUE: it holds others, and `what` is what is special about one of these. */
static gboolean special_inside(const PmxIp *address, const char **what)
{
    gboolean holds = FALSE;
    *what = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(holders) && !*what; i++) {
        const Holder *holder = &holders[i];
        if (!begins(address, &holder->network, holder->bits))
            continue;
        PmxIp inner = mapped;
        for (guint k = 0; k < 4; k++)
            inner.bytes[12 + k] = address->bytes[holder->at + k] ^ holder->inverted;
        *what = special_itself(&inner);
        holds = TRUE;
    }
    return holds;
}

const char *pmx_ip_special(const PmxIp *address)
{
    const char *inside;
    return special_inside(address, &inside) ? inside : special_itself(address);
}
