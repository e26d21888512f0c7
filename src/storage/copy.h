/* SPDX-License-Identifier: MIT */
/*
 * A finished file brought to another file system, for publishing.
 *
 *     from ─ bytes ─► a file without a name, in the target's folder ─ sync ─ link ─► to
 *
 * Whoever is killed while it copies leaves nothing: a file without a name goes with its process.
 * Where something stands at the target already, the new file gets a hidden name for the moment
 * until it takes that one's place. File systems that know no files without a name get the hidden
 * one from the beginning.
 *
 * Safe from any thread.
 */
#pragma once

#include "base/problem.h"

/* `to` is there afterwards, whole, or is as it was. A failure names `name`, the file the user
 * knows. */
gboolean pmx_copy_into_place(const char *from, const char *to, const char *name, GError **error);
