/* SPDX-License-Identifier: MIT */
/*
 * A clock: time, chance and waiting, for what tries things again; a test gives one of its own, on
 * which nothing takes long.
 *
 * Safe from any thread.
 */
#pragma once

#include <gio/gio.h>

typedef struct {
    gint64 (*moment)(gpointer data); /* now: base/moment.h */
    gint64 (*ticks)(gpointer data);  /* as g_get_monotonic_time(): microseconds */
    double (*chance)(gpointer data); /* in [0, 1) */
    /* Waits so many microseconds, or until `cancel` (or NULL) is cancelled. */
    void (*wait)(gint64 microseconds, GCancellable *cancel, gpointer data);
    gpointer data;
} PmxClock;

/* The real one. */
extern const PmxClock pmx_clock;
