/* SPDX-License-Identifier: MIT */
/*
 * What the audio encoders can do: sample rates, channels, bit rates and profiles of each codec, in
 * one table. Asked for another bit rate an encoder takes the nearest without a word, so a job that
 * asks for it is refused instead. Pure; for the job and plan rooms and whoever runs the encoders.
 */
#pragma once

#include "job/job.h"

/* libavcodec's name of the codec, static. */
const char *pmx_audio_codec_lav_name(int codec);

/* The layout of `channels` channels as libavutil spells it (mono, stereo, quad, 4.0, 5.0, 5.1,
 * 7.1), static. */
const char *pmx_audio_codec_layout(int codec, gint64 channels);

gboolean pmx_audio_codec_lossless(int codec);

/* The sample rate that is meant when none is asked for. */
gint64 pmx_audio_codec_default_rate(int codec);

/* As many of a source's channels as the codec can have: the most that are not more than it has,
 * else the fewest. */
gint64 pmx_audio_codec_channels(int codec, int profile, gint64 source);

/* The bit rate in kbit/s that comes nearest to `wanted` from above, else from below; 0 when the
 * combination has none. */
gint64 pmx_audio_codec_bitrate(int codec, int profile, gint64 samplerate, gint64 channels,
                               gint64 wanted);

/* Which of the settings is wrong. */
typedef enum {
    PMX_AUDIO_FINE,
    PMX_AUDIO_BAD_RATE,
    PMX_AUDIO_BAD_CHANNELS,
    PMX_AUDIO_BAD_BITRATE,
} PmxAudioFault;

/* Checks the settings together; channels 0 are fine when any number that the codec can have is. On
 * a fault `message` says what is possible (caller frees). */
PmxAudioFault pmx_audio_codec_check(const PmxAudio *audio, char **message);
