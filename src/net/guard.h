/* SPDX-License-Identifier: MIT */
/*
 * A guard: where requests that strangers can direct may go.
 *
 * Nobody gets at what only this machine can reach by naming it as a source or a receiver: addresses
 * that are not for the public (net/ip.h) are refused unless they are allowed. What counts is
 * the address that is connected to, whatever the name was, however it was spelled, and whatever the
 * name server says next time.
 *
 * Allowed are, separated by spaces or commas: names ("intra.example.com", or "*.example.com" for
 * all below it), wherever these lead; addresses; networks ("10.0.0.0/8", "fd00::/8"); each with
 * ":PORT" behind it or for every port (version 6 in brackets then).
 *
 * Pure. A guard never changes and may be used by any thread.
 */
#pragma once

#include <gio/gio.h>
#include <sys/socket.h>

typedef struct PmxGuard PmxGuard;

/* `allowed` NULL: nothing. NULL with PMX_ERROR, a sentence that begins with "must". */
PmxGuard *pmx_guard_new(const char *allowed, GError **error);
PmxGuard *pmx_guard_ref(PmxGuard *guard);
void pmx_guard_unref(PmxGuard *guard); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxGuard, pmx_guard_unref)

/* As a field's check: NULL when pmx_guard_new() takes it, else its sentence. */
char *pmx_guard_check(const char *allowed);

/* Why `address`, to which `host` (or NULL) led, may not be connected to, as a sentence; NULL: it
 * may. Caller frees. */
char *pmx_guard_refusal(const PmxGuard *guard, const char *host, const struct sockaddr *address);

/* The same for a host that is itself an address, in any spelling; NULL for a name. */
char *pmx_guard_refusal_of_text(const PmxGuard *guard, const char *host, guint port);
