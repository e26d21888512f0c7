/* SPDX-License-Identifier: MIT */
/*
 * Whether and when a request to a storage is made again.
 *
 *     answer ─► pmx_retry_helps() ─► pmx_retry_wait() ─► once more, until patience is over (patience.h)
 *
 * Pauses double from 0.2 s up to 10 s, each cut by up to half at random, so that requests which
 * failed together do not come back together; a server's Retry-After is waited for in any case.
 */
#pragma once

#include "base/clock.h"
#include "net/client.h"
#include "storage/patience.h"

/* ONCE: how it is, but for storages that have not told all their parts of a key yet. FEW: what may
 * have been an accident, but also may be how it is. */
typedef enum { PMX_AGAIN_NEVER, PMX_AGAIN_ONCE, PMX_AGAIN_FEW, PMX_AGAIN_LONG } PmxAgain;

/* Pure. `code` is the server's word for what is wrong, or NULL. */
PmxAgain pmx_retry_helps(PmxClientFailure failure, guint status, const char *code);

/* Microseconds after so many failures (from 1). `chance` is in [0, 1). Pure. */
gint64 pmx_retry_pause(guint failures, double chance);

/* Microseconds that a Retry-After (or NULL) says, as seconds or as a date; 0: nothing. Pure. */
gint64 pmx_retry_after(const char *value, gint64 moment);

/* A request while it is tried. Begins with what the first four say. */
typedef struct {
    const PmxClock *clock;
    PmxAllowance *allowance; /* or NULL */
    gint64 deadline;         /* the clock's ticks; 0: there is none */
    const char *host;        /* that is asked, for whoever is told that it is waited for; or NULL */
    const char *why;         /* what was wrong last, for the same; or NULL */

    guint failures;
    gint64 until;  /* ticks after which it is not made again; 0: it has not failed */
    gint64 begun;  /* ticks: this attempt; 0: it is the first */
    gboolean over; /* the job's allowance is */
} PmxRetry;

/* After a failure: waits, and then it is time for another attempt. FALSE, at once: there is to be
 * none; or it was cancelled. */
gboolean pmx_retry_wait(PmxRetry *retry, PmxAgain again, const char *retry_after,
                        GCancellable *cancel);

/* The last attempt has failed too, but it has brought something: the next failure is the first. */
void pmx_retry_renew(PmxRetry *retry);

/* The end of the sentence that says what was wrong: how often it was tried, and that the job may wait no
 * more. Caller frees. */
char *pmx_retry_told(const PmxRetry *retry);
