/* SPDX-License-Identifier: MIT */
/* See clock.h. */
#include "base/clock.h"

#include "base/moment.h"

static gint64 moment(gpointer data)
{
    (void)data;
    return pmx_moment_now();
}

static gint64 ticks(gpointer data)
{
    (void)data;
    return g_get_monotonic_time();
}

static double chance(gpointer data)
{
    (void)data;
    return g_random_double();
}

typedef struct {
    GMutex lock;
    GCond over;
    gboolean cancelled; /* under the lock */
} Wait;

static void end(GCancellable *cancel, gpointer data)
{
    (void)cancel;
    Wait *wait = data;
    g_mutex_lock(&wait->lock);
    wait->cancelled = TRUE;
    g_cond_signal(&wait->over);
    g_mutex_unlock(&wait->lock);
}

/* g_cancellable_connect() calls at once what is cancelled already; disconnecting waits for a call
 * that is under way. */
static void wait_for(gint64 microseconds, GCancellable *cancel, gpointer data)
{
    (void)data;
    Wait wait = {0};
    gint64 until = g_get_monotonic_time() + microseconds;
    g_mutex_init(&wait.lock);
    g_cond_init(&wait.over);
    gulong handler = cancel ? g_cancellable_connect(cancel, G_CALLBACK(end), &wait, NULL) : 0;
    g_mutex_lock(&wait.lock);
    while (!wait.cancelled && g_cond_wait_until(&wait.over, &wait.lock, until))
        ;
    g_mutex_unlock(&wait.lock);
    g_cancellable_disconnect(cancel, handler);
    g_mutex_clear(&wait.lock);
    g_cond_clear(&wait.over);
}

const PmxClock pmx_clock = {.moment = moment, .ticks = ticks, .chance = chance, .wait = wait_for};
