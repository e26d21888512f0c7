/* SPDX-License-Identifier: MIT */
/*
 * What the AAC encoder can do: the bit rates it really uses for a profile, sample rate and number
 * of channels. Asked for another one it takes the nearest without a word, so a job that asks for it
 * is refused instead. Pure; for job/tracks.c.
 */
#pragma once

#include "job/job.h"

/* The lowest and highest bit rate in kbit/s; `channels` 0 is mono or stereo, whichever the source
 * has: what suits both. FALSE when the profile cannot have that sample rate or number of channels;
 * then nothing is set. */
gboolean pmx_aac_bitrate_range(int profile, gint64 samplerate, gint64 channels, gint64 *min,
                               gint64 *max);
