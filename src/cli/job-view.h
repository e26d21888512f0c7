/* SPDX-License-Identifier: MIT */
/* A server's job, as its REST dialect shows it, for people. On stdout. */
#pragma once

#include "cli/command.h"

/* Complete, with every output made. */
gboolean pmx_job_view_succeeded(const json_t *job);

/* Each output with its file and streams, as `run` prints them, or how far it is; then a line about
 * the job. */
void pmx_job_view_print(const json_t *job);
