/* SPDX-License-Identifier: MIT */
/* What the operating system says about a local file, as an error. For the files of storage/ only. */
#pragma once

#include "base/problem.h"

PmxCode pmx_local_code(int number);

/* Sets `error` to: WHAT "PATH": the system's words for `number`. Returns FALSE. */
gboolean pmx_local_fail(GError **error, PmxCode code, const char *what, const char *path,
                        int number);
