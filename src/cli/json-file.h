/* SPDX-License-Identifier: MIT */
/* A JSON object out of a file or the standard input: job files, templates. */
#pragma once

#include "base/problem.h"

/* The object in the file `path` ("-": standard input); `what` names it in messages ("the job
 * file"). NULL with a problem. New reference. */
json_t *pmx_json_file_read(const char *path, const char *what, PmxProblems *problems);
