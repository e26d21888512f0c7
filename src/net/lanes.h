/* SPDX-License-Identifier: MIT */
/*
 * Lanes: whose turn it is, when at most so many may run at once and so many of one host.
 *
 * Items of one host wait in its lane, first come first served; lanes with room take turns. A lane
 * lives while something waits or runs in it. Items are the caller's. Not thread-safe.
 */
#pragma once

#include <glib.h>

typedef struct PmxLanes PmxLanes;

PmxLanes *pmx_lanes_new(guint at_once, guint at_once_host);

/* What still waits is given to `free_item` (or NULL). */
void pmx_lanes_free(PmxLanes *lanes, GDestroyNotify free_item);

void pmx_lanes_add(PmxLanes *lanes, const char *host, gpointer item);

/* Takes an item that may run now, until pmx_lanes_done() of its host; NULL: none may. */
gpointer pmx_lanes_next(PmxLanes *lanes);
void pmx_lanes_done(PmxLanes *lanes, const char *host);

/* Takes out an item that still waits. */
void pmx_lanes_remove(PmxLanes *lanes, const char *host, gconstpointer item);
