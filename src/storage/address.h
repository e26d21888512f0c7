/* SPDX-License-Identifier: MIT */
/*
 * Local paths and file:// addresses: what they lead to, and how a finished file gets there.
 *
 * Thread-safe: no state.
 */
#pragma once

#include "base/problem.h"

/* The absolute path behind `address`; a relative one is below `folder`. NULL with NotSupported for
 * another scheme. Caller frees. */
char *pmx_address_to_path(const char *address, const char *folder, GError **error);

/* The file that `path`, an absolute one, leads to: links in the part of it that is there are
 * followed. Caller frees. */
char *pmx_local_real_path(const char *path);

/* Makes the finished file `from` appear at `to`, whole or not at all: folders are made, another
 * file system is copied to first (storage/copy.h), and an existing file is replaced in one
 * step. Messages call it `name`. */
gboolean pmx_local_publish(const char *from, const char *to, const char *name, GError **error);

/* FALSE when nothing can be written at `to`, found out before work begins and without making
 * anything. */
gboolean pmx_local_writable(const char *to, GError **error);
