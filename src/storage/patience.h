/* SPDX-License-Identifier: MIT */
/*
 * Patience: how long somebody puts up with a storage that does not answer as it should.
 *
 *     a request fails ─► made again (retry.h) for so long, from its first failure on
 *                              └──► what that takes is spent from the job's allowance: nothing is left ─► no more
 *
 * A job has one allowance for all its requests, whatever they go to: time in which several of them were
 * made again at once counts once. What succeeds at the first attempt spends nothing.
 *
 * Safe from any thread.
 */
#pragma once

#include <gio/gio.h>

typedef struct {
    gint64 request; /* microseconds for which a request is made again; 0: five minutes */
    gint64 job;     /* microseconds that a job may spend so in all; 0: any number */
} PmxAllowanceLimits;

typedef struct PmxAllowance PmxAllowance;

/* `limits` (or NULL: five minutes, and any number) is copied. */
PmxAllowance *pmx_allowance_new(const PmxAllowanceLimits *limits);

/* NULL is fine. */
PmxAllowance *pmx_allowance_ref(PmxAllowance *allowance);
void pmx_allowance_unref(PmxAllowance *allowance);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxAllowance, pmx_allowance_unref)

/* What follows takes NULL for an allowance without a limit in all. */
gint64 pmx_allowance_request(const PmxAllowance *allowance);

/* Microseconds of all that there were; 0: any number. */
gint64 pmx_allowance_whole(const PmxAllowance *allowance);

/* Microseconds that are left of it; G_MAXINT64: any number. */
gint64 pmx_allowance_left(PmxAllowance *allowance);

/* Of one clock for all. */
void pmx_allowance_spend(PmxAllowance *allowance, gint64 from, gint64 to);

/* From a thread that waits: `host` has failed, why, and for how many microseconds it will be tried. */
typedef void (*PmxAllowanceTold)(const char *host, const char *why, gint64 left);

/* Has `told` (or NULL: nobody any more) called once for each host that is waited for. */
void pmx_allowance_watch(PmxAllowance *allowance, PmxAllowanceTold told);
void pmx_allowance_tell(PmxAllowance *allowance, const char *host, const char *why, gint64 left);

/* How long a caller waits. */
typedef struct {
    GCancellable *cancel;    /* or NULL */
    gint64 deadline;         /* of all of it, by g_get_monotonic_time(); 0: there is none, but for
                             what the allowance says about making it again */
    guint stall;             /* seconds of silence after which a request is made again; 0: 15 */
    PmxAllowance *allowance; /* borrowed; or NULL */
} PmxPatience;

/* A minute: for first contacts, which somebody may be waiting for. */
enum { PMX_FIRST_SECONDS = 60 };
PmxPatience pmx_patience_first(const PmxPatience *patience);
