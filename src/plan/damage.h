/* SPDX-License-Identifier: MIT */
/*
 * What the probe found missing in an input, told with each output that is made of it. Pure.
 */
#pragma once

#include "plan/plan.h"

/* Adds what is odd about input `source` to `warnings` (of char *), each thing once. */
void pmx_damage_tell(const PmxPlanInput *inputs, guint source, GPtrArray *warnings);

/* Tells of the audio tracks of input `source` that cannot be read, when nobody has asked for one by
 * name: a player would leave them out too. TRUE when there is one that can. */
gboolean pmx_damage_audio(const PmxPlanInput *inputs, guint source, GPtrArray *warnings);

/* The warning for so many source packets of an output that are lost, one at least. Caller frees. */
char *pmx_damage_text(gint64 packets);
