/* SPDX-License-Identifier: MIT */
/* See lanes.h. */
#include "net/lanes.h"

typedef struct {
    char *host;
    GQueue waiting;
    guint running;
    gboolean listed; /* among `ready` */
} Lane;

struct PmxLanes {
    guint at_once, at_once_host;
    guint running;
    GHashTable *lanes; /* host → Lane */
    GQueue ready;      /* lanes with something waiting and with room */
};

static Lane *lane_new(const char *host)
{
    Lane *lane = g_new0(Lane, 1);
    lane->host = g_strdup(host);
    g_queue_init(&lane->waiting);
    return lane;
}

static void lane_free(gpointer data)
{
    Lane *lane = data;
    g_queue_clear(&lane->waiting);
    g_free(lane->host);
    g_free(lane);
}

PmxLanes *pmx_lanes_new(guint at_once, guint at_once_host)
{
    PmxLanes *lanes = g_new0(PmxLanes, 1);
    lanes->at_once = MAX(at_once, 1);
    lanes->at_once_host = MAX(at_once_host, 1);
    lanes->lanes = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, lane_free);
    g_queue_init(&lanes->ready);
    return lanes;
}

void pmx_lanes_free(PmxLanes *lanes, GDestroyNotify free_item)
{
    GHashTableIter iter;
    gpointer lane;
    g_hash_table_iter_init(&iter, lanes->lanes);
    while (g_hash_table_iter_next(&iter, NULL, &lane))
        g_queue_clear_full(&((Lane *)lane)->waiting, free_item);
    g_queue_clear(&lanes->ready);
    g_hash_table_unref(lanes->lanes);
    g_free(lanes);
}

static void list_if_ready(PmxLanes *lanes, Lane *lane)
{
    if (lane->listed || g_queue_is_empty(&lane->waiting) || lane->running >= lanes->at_once_host)
        return;
    lane->listed = TRUE;
    g_queue_push_tail(&lanes->ready, lane);
}

void pmx_lanes_add(PmxLanes *lanes, const char *host, gpointer item)
{
    Lane *lane = g_hash_table_lookup(lanes->lanes, host);
    if (!lane) {
        lane = lane_new(host);
        g_hash_table_insert(lanes->lanes, lane->host, lane);
    }
    g_queue_push_tail(&lane->waiting, item);
    list_if_ready(lanes, lane);
}

gpointer pmx_lanes_next(PmxLanes *lanes)
{
    Lane *lane = lanes->running < lanes->at_once ? g_queue_pop_head(&lanes->ready) : NULL;
    if (!lane)
        return NULL;
    gpointer item = g_queue_pop_head(&lane->waiting);
    lane->listed = FALSE;
    lane->running++;
    lanes->running++;
    list_if_ready(lanes, lane);
    return item;
}

/* A lane that is listed has something waiting; one that nothing is in is none. */
static void forget_if_empty(PmxLanes *lanes, Lane *lane)
{
    if (!g_queue_is_empty(&lane->waiting))
        return;
    if (lane->listed)
        g_queue_remove(&lanes->ready, lane);
    lane->listed = FALSE;
    if (lane->running == 0)
        g_hash_table_remove(lanes->lanes, lane->host);
}

void pmx_lanes_remove(PmxLanes *lanes, const char *host, gconstpointer item)
{
    Lane *lane = g_hash_table_lookup(lanes->lanes, host);
    g_return_if_fail(lane);
    g_queue_remove(&lane->waiting, item);
    forget_if_empty(lanes, lane);
}

void pmx_lanes_done(PmxLanes *lanes, const char *host)
{
    Lane *lane = g_hash_table_lookup(lanes->lanes, host);
    g_return_if_fail(lane && lane->running > 0);
    lane->running--;
    lanes->running--;
    list_if_ready(lanes, lane);
    forget_if_empty(lanes, lane);
}
