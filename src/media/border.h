/* SPDX-License-Identifier: MIT */
/* The result of a border task, as the video task reads it: {"box": "w:h:left:top"} in the upright
 * source's pixels, "" when there are no bars. */
#pragma once

#include "job/box.h"
#include "media/avptr.h"
#include "media/run.h"

/* Reads the border that is input `n` of the order. */
gboolean pmx_border_read(PmxRun *run, guint n, PmxBox *box, GError **error);

/* What a grey picture of full range shows besides black bars; added to `seen`, which begins as
 * {0}. */
void pmx_border_look(const AVFrame *gray, PmxBox *seen);

/* `seen` widened to even places in a picture of the sides given; none when nothing is to be cut
 * off. */
PmxBox pmx_border_box(const PmxBox *seen, gint64 width, gint64 height);
