/* SPDX-License-Identifier: MIT */
/* See patience.h. */
#include "storage/patience.h"

#define USUAL_REQUEST (5 * G_TIME_SPAN_MINUTE)

struct PmxAllowance {
    gatomicrefcount references;
    PmxAllowanceLimits limits;
    GMutex lock;
    /* protected by the lock */
    gint64 spent;      /* microseconds */
    gint64 counted;    /* all up to this tick that was spent has been added */
    GHashTable *hosts; /* that have been told */
    PmxAllowanceTold told;
};

PmxAllowance *pmx_allowance_new(const PmxAllowanceLimits *limits)
{
    PmxAllowance *allowance = g_new0(PmxAllowance, 1);
    g_atomic_ref_count_init(&allowance->references);
    if (limits)
        allowance->limits = *limits;
    allowance->counted = G_MININT64;
    allowance->hosts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_mutex_init(&allowance->lock);
    return allowance;
}

PmxAllowance *pmx_allowance_ref(PmxAllowance *allowance)
{
    if (allowance)
        g_atomic_ref_count_inc(&allowance->references);
    return allowance;
}

void pmx_allowance_unref(PmxAllowance *allowance)
{
    if (!allowance || !g_atomic_ref_count_dec(&allowance->references))
        return;
    g_hash_table_unref(allowance->hosts);
    g_mutex_clear(&allowance->lock);
    g_free(allowance);
}

gint64 pmx_allowance_request(const PmxAllowance *allowance)
{
    return allowance && allowance->limits.request ? allowance->limits.request : USUAL_REQUEST;
}

gint64 pmx_allowance_whole(const PmxAllowance *allowance)
{
    return allowance ? allowance->limits.job : 0;
}

gint64 pmx_allowance_left(PmxAllowance *allowance)
{
    if (pmx_allowance_whole(allowance) == 0)
        return G_MAXINT64;
    g_mutex_lock(&allowance->lock);
    gint64 left = allowance->limits.job - allowance->spent;
    g_mutex_unlock(&allowance->lock);
    return MAX(left, 0);
}

void pmx_allowance_spend(PmxAllowance *allowance, gint64 from, gint64 to)
{
    if (!allowance)
        return;
    g_mutex_lock(&allowance->lock);
    allowance->spent += MAX(0, to - MAX(from, allowance->counted));
    allowance->counted = MAX(allowance->counted, to);
    g_mutex_unlock(&allowance->lock);
}

/* --- telling --- */

void pmx_allowance_watch(PmxAllowance *allowance, PmxAllowanceTold told)
{
    g_mutex_lock(&allowance->lock);
    allowance->told = told;
    g_mutex_unlock(&allowance->lock);
}

void pmx_allowance_tell(PmxAllowance *allowance, const char *host, const char *why, gint64 left)
{
    if (!allowance)
        return;
    g_mutex_lock(&allowance->lock);
    PmxAllowanceTold told = allowance->told;
    if (told && !g_hash_table_add(allowance->hosts, g_strdup(host)))
        told = NULL;
    g_mutex_unlock(&allowance->lock);
    if (told)
        told(host, why, left);
}

/* --- first contacts --- */

PmxPatience pmx_patience_first(const PmxPatience *patience)
{
    PmxPatience first = *patience;
    gint64 deadline = g_get_monotonic_time() + PMX_FIRST_SECONDS * G_TIME_SPAN_SECOND;
    first.deadline = first.deadline ? MIN(first.deadline, deadline) : deadline;
    return first;
}
