/* SPDX-License-Identifier: MIT */
/*
 * Whether and when a request to a storage is made again.
 *
 *     answer ─► pmx_retry_helps() ─► pmx_retry_wait() ─► once more, until the deadline
 *
 * Pauses double from 0.2 s up to 10 s, each cut by up to half at random, so that requests which
 * failed together do not come back together; a server's Retry-After is waited for in any case.
 */
#pragma once

#include "base/clock.h"
#include "net/client.h"

/* ONCE: how it is, but for storages that have not told all their parts of a key yet. FEW: what may
 * have been an accident, but also may be how it is. */
typedef enum { PMX_AGAIN_NEVER, PMX_AGAIN_ONCE, PMX_AGAIN_FEW, PMX_AGAIN_LONG } PmxAgain;

/* Pure. `code` is the server's word for what is wrong, or NULL. */
PmxAgain pmx_retry_helps(PmxClientFailure failure, guint status, const char *code);

/* Microseconds after so many failures (from 1). `chance` is in [0, 1). Pure. */
gint64 pmx_retry_pause(guint failures, double chance);

/* Microseconds that a Retry-After (or NULL) says, as seconds or as a date; 0: nothing. Pure. */
gint64 pmx_retry_after(const char *value, gint64 moment);

typedef struct {
    const PmxClock *clock;
    gint64 deadline; /* the clock's ticks */
    guint failures;
} PmxRetry;

/* After a failure: waits, and then it is time for another attempt. FALSE, at once: there is to be
 * none; or it was cancelled. */
gboolean pmx_retry_wait(PmxRetry *retry, PmxAgain again, const char *retry_after,
                        GCancellable *cancel);
