/* SPDX-License-Identifier: MIT */
/* See receivers.h. */
#include "notify/receivers.h"

#include <string.h>

/* Beyond this many, those that only are remembered as silent are forgotten. */
enum { REMEMBERED = 1000 };

typedef struct {
    guint under_way;
    gboolean silent;
} Receiver;

struct PmxReceivers {
    guint at_once;
    GHashTable *table; /* name → Receiver */
};

static char *name_of(const char *target)
{
    const char *start = strstr(target, "://");
    gsize scheme = start ? (gsize)(start - target) + 3 : 0;
    gsize length = scheme + strcspn(target + scheme, "/?#");
    return g_strdup_printf("%.*s/", (int)length, target);
}

PmxReceivers *pmx_receivers_new(guint at_once)
{
    PmxReceivers *receivers = g_new0(PmxReceivers, 1);
    receivers->at_once = MAX(at_once, 1);
    receivers->table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return receivers;
}

void pmx_receivers_free(PmxReceivers *receivers)
{
    g_hash_table_unref(receivers->table);
    g_free(receivers);
}

static gboolean is_full(const PmxReceivers *receivers, const Receiver *receiver)
{
    return receiver->under_way >= (receiver->silent ? 1 : receivers->at_once);
}

gboolean pmx_receivers_take(PmxReceivers *receivers, const char *target)
{
    g_autofree char *name = name_of(target);
    Receiver *receiver = g_hash_table_lookup(receivers->table, name);
    if (receiver && is_full(receivers, receiver))
        return FALSE;
    if (!receiver) {
        receiver = g_new0(Receiver, 1);
        g_hash_table_insert(receivers->table, g_steal_pointer(&name), receiver);
    }
    receiver->under_way++;
    return TRUE;
}

static gboolean is_idle(gpointer name, gpointer receiver, gpointer data)
{
    (void)name, (void)data;
    return ((const Receiver *)receiver)->under_way == 0;
}

void pmx_receivers_give(PmxReceivers *receivers, const char *target, gboolean answered)
{
    g_autofree char *name = name_of(target);
    Receiver *receiver = g_hash_table_lookup(receivers->table, name);
    g_return_if_fail(receiver && receiver->under_way > 0);
    receiver->under_way--;
    receiver->silent = !answered;
    if (receiver->under_way == 0 && answered)
        g_hash_table_remove(receivers->table, name);
    else if (g_hash_table_size(receivers->table) > REMEMBERED)
        g_hash_table_foreach_remove(receivers->table, is_idle, NULL);
}

char **pmx_receivers_full(PmxReceivers *receivers)
{
    GPtrArray *names = g_ptr_array_new();
    GHashTableIter iter;
    gpointer name, receiver;
    g_hash_table_iter_init(&iter, receivers->table);
    while (g_hash_table_iter_next(&iter, &name, &receiver))
        if (is_full(receivers, receiver))
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}
