/* SPDX-License-Identifier: MIT */
/* See retry.h. */
#include "notify/retry.h"

static const gint64 hour = 60 * 60 * 1000;

/* Milliseconds after `attempts` failures. */
static gint64 longest_pause(guint64 first, gint64 attempts)
{
    gint64 pause = (gint64)MIN(first, (guint64)hour);
    for (gint64 i = 1; i < attempts && pause < hour; i++)
        pause *= 2;
    return MIN(pause, hour);
}

static void count_attempt(PmxDeliveryRecord *delivery, const char *problem)
{
    delivery->attempts++;
    g_free(delivery->problem);
    delivery->problem = g_strdup(problem);
}

static void settle(PmxDeliveryRecord *delivery, PmxDeliveryState state, gint64 now)
{
    delivery->state = state;
    delivery->settled = now;
}

static void fail(PmxDeliveryRecord *delivery, const PmxNotifyOptions *options, gint64 now,
                 double chance)
{
    gint64 last = delivery->created + (gint64)MIN(options->give_up, G_MAXUINT32) * 1000;
    gint64 pause = longest_pause(options->first_pause, delivery->attempts);
    if (now >= last)
        settle(delivery, PMX_DELIVERY_DEAD, now);
    else
        delivery->due = MIN(now + (gint64)(chance * (double)(pause + 1)), last);
}

void pmx_retry_settle(PmxDeliveryRecord *delivery, const char *problem,
                      const PmxNotifyOptions *options, gint64 now, double chance)
{
    count_attempt(delivery, problem);
    if (problem)
        fail(delivery, options, now, chance);
    else
        settle(delivery, PMX_DELIVERY_DELIVERED, now);
}

void pmx_retry_bury(PmxDeliveryRecord *delivery, const char *problem, gint64 now)
{
    count_attempt(delivery, problem);
    settle(delivery, PMX_DELIVERY_DEAD, now);
}
