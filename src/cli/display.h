/* SPDX-License-Identifier: MIT */
/*
 * How a running job looks: on a terminal one line an output with a bar, per cent and speed, redrawn
 * in place, and a line with the time left; elsewhere a line every few seconds. Writes to stderr
 * only. One thread.
 */
#pragma once

#include "exec/executor.h"

typedef struct PmxDisplay PmxDisplay;

/* Borrows both arguments. */
PmxDisplay *pmx_display_new(const PmxPlan *plan, const PmxExecutor *executor);
void pmx_display_free(PmxDisplay *display);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxDisplay, pmx_display_free)

/* Shows the state of now; `display` is a PmxDisplay, as pmx_executor_watch() hands it on. */
void pmx_display_tick(gpointer display);

/* Shows the last state and leaves it standing. */
void pmx_display_end(PmxDisplay *display);
