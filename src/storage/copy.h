/* SPDX-License-Identifier: MIT */
/* A finished file brought to another file system, for publishing. Safe from any thread. */
#pragma once

#include "base/problem.h"

/* `to` is there afterwards, whole, or is as it was (new-file.h). A failure names `name`, the file the
 * user knows. */
gboolean pmx_copy_into_place(const char *from, const char *to, const char *name, GError **error);
