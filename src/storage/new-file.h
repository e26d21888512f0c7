/* SPDX-License-Identifier: MIT */
/*
 * A file that appears whole or not at all, put together from stretches of others.
 *
 *     begin ─► add … ─► finish: sync, and it is there      or clear: there was nothing
 *
 * While it is written it has no name, so whoever is killed meanwhile leaves nothing: a file without
 * a name goes with its process. Where something stands at the target already, it gets a hidden name
 * for the moment until it takes that one's place. File systems that know no files without a name get
 * the hidden one from the beginning.
 *
 * Functions return FALSE with errno. A file belongs to one thread.
 */
#pragma once

#include <glib.h>

typedef struct {
    char *to, *hidden; /* beside each other, so that the last step is a rename */
    int fd;
    gboolean nameless;
} PmxNewFile;

gboolean pmx_new_file_begin(PmxNewFile *file, const char *to);

/* `length` bytes of `fd` (whose position stays) from `offset` on; ENODATA when it ends before. */
gboolean pmx_new_file_add(PmxNewFile *file, int fd, guint64 offset, guint64 length);
gboolean pmx_new_file_finish(PmxNewFile *file);

/* Also of one that was not begun, or not with success. errno stays. */
void pmx_new_file_clear(PmxNewFile *file);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PmxNewFile, pmx_new_file_clear)
