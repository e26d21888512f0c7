/* SPDX-License-Identifier: MIT */
/*
 * The shape of a rendition: how the source's picture gets onto the output's.
 *
 *     upright source ─► cut out (crop) ─► scaled ─► what juts out is cut off (cut)
 *                                                └─► put onto a black canvas (left, top)
 *
 * Pure, and used twice: when planning, and by the video task where the crop is what a border task
 * has found.
 */
#pragma once

#include "plan/task.h"

/* Fills the rendition's sides, `scaled`, `cut`, `left`, `top` and sample aspect ratio for a picture
 * of `width` x `height` whose samples have the ratio `rendition->sar` (unknown: square). FALSE with
 * a sentence as `error` when what is wanted does not fit. */
gboolean pmx_shape_resolve(const PmxShape *shape, gint64 width, gint64 height,
                           PmxRendition *rendition, GError **error);

/* The same for the box that a border task has found in an upright source of the sides given. */
gboolean pmx_shape_resolve_found(PmxRendition *rendition, const PmxBox *found, gint64 width,
                                 gint64 height, GError **error);

/* Whether the picture is more than scaled. */
gboolean pmx_shape_is_moved(const PmxRendition *rendition);
