/* SPDX-License-Identifier: MIT */
/*
 * How channels of one layout become channels of another, by the coefficients of ITU-R BS.775-3
 * (annex 4): a channel that has no place of its own goes to its neighbours at 1/sqrt(2), so a
 * centre to both fronts and a surround to the front of its side; LFE is left out. Nothing is scaled
 * down for the sake of headroom: speech is as loud after a downmix as before, and the limiter holds
 * what then exceeds full scale. Channels that are asked for and not there are silent. Pure; used by
 * the resampler.
 */
#pragma once

#include <glib.h>
#include <libavutil/channel_layout.h>

enum { PMX_CHANNELS_MAX = 64 };

/* Fills matrix[out * in->nb_channels + in]; zeroed here. FALSE when the place of a channel is
 * unknown. */
gboolean pmx_downmix(const AVChannelLayout *in, const AVChannelLayout *out, double *matrix);
