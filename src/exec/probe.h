/* SPDX-License-Identifier: MIT */
/* Asking a runner what is inside a file. Belongs to the thread of the default main context. */
#pragma once

#include <gio/gio.h>

#include "plan/facts.h"
#include "storage/reader.h"

typedef struct PmxProbing PmxProbing;

typedef struct {
    const char *runner;   /* path of polymux-runner */
    guint patience;       /* seconds without a word until it counts as hung */
    GCancellable *cancel; /* stops the asking; or NULL */
} PmxProbe;

/* Starts asking about `input` (borrowed until the end) in a runner of its own; a runner that dies
 * gets a second one. `done` is called once, from the main loop, with the facts (its to free) or an
 * error (borrowed); the asking is over and freed when it returns. `probe` is copied, its `cancel`
 * not looked at. */
PmxProbing *pmx_probe_start(const PmxProbe *probe, PmxReader *input,
                            void (*done)(PmxFacts *facts, const GError *error, gpointer data),
                            gpointer data);

/* Ends the asking without a word to `done`. */
void pmx_probing_cancel(PmxProbing *probing);

/* The same, waited for: runs the default main context meanwhile. NULL with what is wrong with the
 * file. Caller frees. */
PmxFacts *pmx_probe_file(const PmxProbe *probe, PmxReader *input, GError **error);

/* The path of polymux-runner: $POLYMUX_RUNNER, else beside this program, else where it was
 * installed. Caller frees. */
char *pmx_runner_path(void);

/* FALSE, with what to do, when there is no runner at that path. */
gboolean pmx_runner_check(GError **error);

/* Seconds without progress until a runner counts as hung: $POLYMUX_TASK_TIMEOUT or 120. */
guint pmx_runner_patience(void);
