/* SPDX-License-Identifier: MIT */
/* How much work an artifact is, roughly: for progress and the time left, never for a decision.
 * Pure. */
#pragma once

#include "plan/plan.h"

/* Of the i-th thing the task makes, in seconds of one core, about. */
double pmx_weight(const PmxTask *task, guint i);

/* Frames the video task is expected to encode for each rendition, at least one. */
double pmx_weight_frames(const PmxTask *task);

/* Bytes a runner needs for the i-th thing the task makes, and besides. */
guint64 pmx_memory(const PmxTask *task, guint i);
static const guint64 pmx_memory_base = 88 << 20;

/* What each core adds to the memory unless the user says otherwise: about one 1080p encoder. */
static const guint64 pmx_memory_share = 512 << 20;
