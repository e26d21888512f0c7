/* SPDX-License-Identifier: MIT */
/*
 * A palette for each picture: what GIF has in place of colours (256 of them, GIF89a section 21).
 *
 * Each picture gets the 256 colours that suit it best and an ordered dither, so no picture has to
 * know of another: memory does not grow with the film and the bytes are the same anywhere. One
 * thread; used by the encoder.
 */
#pragma once

#include "base/problem.h"
#include "media/avptr.h"

typedef struct PmxPalette PmxPalette;

/* For pictures of 8-bit 4:2:0 of that size. */
PmxPalette *pmx_palette_new(int width, int height, AVRational time_base, GError **error);
void pmx_palette_free(PmxPalette *palette);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxPalette, pmx_palette_free)

/* `frame` (borrowed) as a picture with a palette into `out` (unreferenced first). */
gboolean pmx_palette_apply(PmxPalette *palette, const AVFrame *frame, AVFrame *out, GError **error);
