/* SPDX-License-Identifier: MIT */
/*
 * A shelf: parts of one content kept on the disk, each where it stands in the content, in a file
 * without a name that is gone with the shelf, or with the process.
 *
 * Safe from any thread, as long as no part is put or dropped while it is read.
 */
#pragma once

#include <glib.h>

typedef struct PmxShelf PmxShelf;

/* `folder` is made when it is not there. NULL: nothing can be kept there. */
PmxShelf *pmx_shelf_new(const char *folder);
void pmx_shelf_free(PmxShelf *shelf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxShelf, pmx_shelf_free)

/* FALSE: the disk does not take it, or would have less than a gigabyte left, which others need more;
 * nothing more should be put. Offsets in bytes. */
gboolean pmx_shelf_put(PmxShelf *shelf, gint64 offset, GBytes *bytes);

/* All of `length` bytes that were put there. */
gboolean pmx_shelf_get(PmxShelf *shelf, gint64 offset, void *buffer, gsize length);

/* Gives the disk its space back. FALSE: it cannot, and nothing more should be put. */
gboolean pmx_shelf_drop(PmxShelf *shelf, gint64 offset, gsize length);
