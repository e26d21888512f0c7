/* SPDX-License-Identifier: MIT */
/*
 * An errand: something that waits for a disk or a network, done in a thread of its own, so that the
 * main loop goes on.
 *
 *     main loop ── start ──► thread: work ──► main loop: done
 *
 * Belongs to the thread that started it, and to that one's thread-default main context.
 */
#pragma once

#include <gio/gio.h>

typedef struct PmxErrand PmxErrand;

typedef struct {
    /* In the thread. What it returns is given to `done`; NULL with `error` when it failed. */
    gpointer (*work)(gpointer data, GCancellable *cancel, GError **error);
    /* From the main loop, once; takes the result. The errand is over and freed when it returns. */
    void (*done)(gpointer result, const GError *error, gpointer data);
    /* For the result of an errand that was cancelled; or NULL. */
    GDestroyNotify free_result;
} PmxErrandKind;

/* `data` is for both functions, and has to last until the errand is over. */
PmxErrand *pmx_errand_start(const PmxErrandKind *kind, gpointer data);

/* Ends it without a word to `done`: waits until the thread has noticed. NULL is fine; not from
 * within `done`. */
void pmx_errand_cancel(PmxErrand *errand);

/* The same, waited for: runs the thread's main context meanwhile, until the work is done or `cancel` (or
 * NULL) is cancelled from it. What `work` returns; NULL with its `error`, or with one of PMX_ERROR that
 * says "interrupted". */
gpointer pmx_errand_wait(gpointer (*work)(gpointer data, GCancellable *cancel, GError **error),
                         gpointer data, GDestroyNotify free_result, GCancellable *cancel,
                         GError **error);
