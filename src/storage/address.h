/* SPDX-License-Identifier: MIT */
/*
 * Addresses: where media is read from and written to. In this version local paths and file://
 * addresses.
 *
 * Used by exec (reading), cli (resolving). Thread-safe: no state.
 */
#pragma once

#include "base/problem.h"

/* The absolute path behind `address`; a relative one is below `folder`. NULL with NotSupported for
 * another scheme. Caller frees. */
char *pmx_address_to_path(const char *address, const char *folder, GError **error);

/* An input held open: what it was when the job began is what is read, even if the file is renamed
 * or replaced. */
typedef struct {
    char *path;
    int fd;
    gint64 size; /* bytes */
    char *
        identity; /* path, inode, size and time of modification: the same content as long as it is the
                       same */
} PmxLocalInput;

/* NULL with ResourceNotFound, PermissionDenied or ResourceContentBad (a folder, an empty file). */
PmxLocalInput *pmx_local_input_open(const char *path, GError **error);

/* The same for a descriptor, which is taken; `name` stands for the path in messages and in the
 * identity. */
PmxLocalInput *pmx_local_input_take(int fd, const char *name, GError **error);
void pmx_local_input_free(PmxLocalInput *input);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxLocalInput, pmx_local_input_free)

/* FALSE, with `error`, when the file was written to since it was opened. */
gboolean pmx_local_input_unchanged(const PmxLocalInput *input, GError **error);

/* Makes the finished file `from` appear at `to`, whole or not at all: folders are made, another
 * file system is copied to first (storage/copy.h), and an existing file is replaced in one
 * step. Messages call it `name`. */
gboolean pmx_local_publish(const char *from, const char *to, const char *name, GError **error);

/* FALSE when nothing can be written at `to`, found out before work begins and without making
 * anything. */
gboolean pmx_local_writable(const char *to, GError **error);
