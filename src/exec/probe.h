/* SPDX-License-Identifier: MIT */
/* Asking a runner what is inside a file. Blocks; runs the default main context meanwhile. */
#pragma once

#include <gio/gio.h>

#include "plan/facts.h"
#include "storage/address.h"

typedef struct {
    const char *runner;   /* path of polymux-runner */
    guint patience;       /* seconds without a word until it counts as hung */
    GCancellable *cancel; /* stops the asking; or NULL */
} PmxProbe;

/* The facts about `input`, from a runner of its own; a runner that dies gets a second one. NULL
 * with what is wrong with the file. Caller frees. */
PmxFacts *pmx_probe_file(const PmxProbe *probe, const PmxLocalInput *input, GError **error);

/* The path of polymux-runner: $POLYMUX_RUNNER, else beside this program, else where it was
 * installed. Caller frees. */
char *pmx_runner_path(void);

/* FALSE, with what to do, when there is no runner at that path. */
gboolean pmx_runner_check(GError **error);

/* Seconds without progress until a runner counts as hung: $POLYMUX_TASK_TIMEOUT or 120. */
guint pmx_runner_patience(void);
