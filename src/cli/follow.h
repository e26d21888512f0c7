/* SPDX-License-Identifier: MIT */
/*
 * Following jobs of a server to their end, with the display that `run` has.
 *
 *     a thread a job: events stream, opened again where it broke ─► main context: where each output
 *                                                                   stands ─► display
 *
 * A server that is restarted meanwhile costs nothing: the stream goes on behind the last event.
 * What the display shows changes in the main context only. Call from the main thread.
 */
#pragma once

#include "cli/remote.h"

/* Follows the jobs `ids` (NULL at the end), prints what became of them, on stdout, and gives the
 * exit status: 0 when every output of all of them was made. */
int pmx_follow(const PmxRemote *remote, char *const *ids, gboolean as_json);
