/* SPDX-License-Identifier: MIT */
/*
 * Colours: what a video's samples mean when they come out. Pure.
 *
 * Tags are carried over, with these exceptions. HDR (PQ, HLG) that comes out with 8 bits is
 * tone-mapped to BT.709; with 10 bits it stays, with what is known of its mastering display and
 * light. RGB becomes BT.709, below 720 lines BT.601, of limited range. What has 10 bits comes out
 * with limited range, for full range is for JPEG's relatives, which have 8.
 */
#pragma once

#include "plan/facts.h"
#include "plan/task.h"

gboolean pmx_colour_is_hdr(const PmxStream *video);

/* Whether it makes a difference to the colours how many bits come out. */
gboolean pmx_colour_depends(const PmxStream *video);

/* Fills the task's colours for pictures of these PmxPixels. */
void pmx_colour_task(const PmxStream *video, int pixels, PmxVideoTask *task);
