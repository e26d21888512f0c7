/* SPDX-License-Identifier: MIT */
/*
 * How running work looks: on a terminal one line an output with a bar, per cent and speed, redrawn
 * in place, and a line with the time left; elsewhere a line every few seconds. Writes to stderr
 * only.
 *
 *     run:  executor of this process ─┐
 *     wait: events of a server       ─┴► PmxDisplaySource ─► display ─► stderr
 *
 * One thread.
 */
#pragma once

#include <glib.h>

typedef enum { PMX_SHOWN_WORKING, PMX_SHOWN_DONE, PMX_SHOWN_FAILED } PmxShownState;

/* An output as it stands now. */
typedef struct {
    const char *name; /* borrowed until the source is asked again */
    PmxShownState state;
    double fraction; /* 0..1 */
    double seconds;  /* of film in it; 0: not known, and so no speed */
} PmxShown;

/* Work in arbitrary units: all of it, what is done, and what was done since the display began. */
typedef struct {
    double total, done, fresh;
} PmxShownWork;

typedef struct {
    guint (*count)(gconstpointer source); /* outputs; stays the same */
    PmxShown (*output)(gconstpointer source, guint i);
    PmxShownWork (*work)(gconstpointer source);
} PmxDisplaySource;

typedef struct PmxDisplay PmxDisplay;

/* Borrows both arguments. */
PmxDisplay *pmx_display_new(const PmxDisplaySource *functions, gconstpointer source);
void pmx_display_free(PmxDisplay *display);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxDisplay, pmx_display_free)

/* Shows the state of now, unless it did so a moment ago; `display` is a PmxDisplay, as
 * pmx_executor_watch() hands it on. */
void pmx_display_tick(gpointer display);

/* Shows the last state and leaves it standing. */
void pmx_display_end(PmxDisplay *display);
