/* SPDX-License-Identifier: MIT */
/*
 * Addresses of the Internet Protocol, and which of them are not for the public. Pure.
 *
 * Both kinds have one shape, that of version 6; one of version 4 is its IPv4-mapped form
 * (RFC 4291, 2.5.5.2), so that a mapped address is the address that it stands for.
 */
#pragma once

#include <glib.h>
#include <sys/socket.h>

typedef struct {
    guint8 bytes[16];
} PmxIp;

/* FALSE: another kind of address. `port` (or NULL) is in the host's byte order. */
gboolean pmx_ip_from_socket(const struct sockaddr *socket, PmxIp *address, guint *port);

/* Written in full: "192.0.2.1", "2001:db8::1". FALSE: it is not. */
gboolean pmx_ip_from_text(const char *text, PmxIp *address);

/* What a resolver takes for an address without asking anybody: also "0x7f.1", "2130706433", and
 * what becomes one when the name is prepared (full-width digits), in brackets or not. */
gboolean pmx_ip_from_host(const char *host, PmxIp *address);

/* A host's name as a resolver gets it: in ASCII (RFC 3490), lower case, without the dot at its end.
 * NULL: it can be none. Caller frees. */
char *pmx_ip_host_name(const char *host);

/* Caller frees. */
char *pmx_ip_to_text(const PmxIp *address);

gboolean pmx_ip_is_v4(const PmxIp *address);

/* Whether the first `bits` are those of `network`. One of version 4 is in none of version 6. */
gboolean pmx_ip_is_within(const PmxIp *address, const PmxIp *network, guint bits);

/* What is special about it: "a loopback address"; NULL: it is one that anybody may have. From the
 * IANA IPv4 and IPv6 Special-Purpose Address Registries, the IPv6 address space registry, and the
 * addresses at which clouds give out credentials. */
const char *pmx_ip_special(const PmxIp *address);
