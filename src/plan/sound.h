/* SPDX-License-Identifier: MIT */
/*
 * What an audio task is told beyond the track and its codec: a source's lower bit rate, the tempo,
 * the volume. Pure; for audio.c and plan.c.
 */
#pragma once

#include "plan/audio.h"

/* TransConfig.IsCheckAudioBitrate and -Fail. FALSE with a problem when the source's rate is too
 * low. */
gboolean pmx_sound_check_bitrate(const PmxTrackWish *wish, const PmxStream *stream,
                                 PmxAudioTask *task, PmxProblems *problems);

/* Tempo; a warning (of char *) when it was to be found and could not be. */
void pmx_sound_set_tempo(const PmxTrackWish *wish, const PmxPlanInput *input,
                         const PmxStream *stream, PmxAudioTask *task, GPtrArray *warnings);

/* Volume, of the track itself or, when it is to match, of the output's first. */
void pmx_sound_set_volume(PmxAudioTask *task, const PmxVolume *volume);

/* TRUE when the task has to know how loud its track is. */
gboolean pmx_sound_needs_loudness(const PmxAudioTask *task);

/* The body of the loudness task for a track; caller frees. */
PmxAudioTask *pmx_sound_loudness_task(const PmxAudioTask *track);

/* The same for an output's first track that others are to match: made louder, it is listened to with
 * its gain and its limiter, whose work nobody can foresee. */
PmxAudioTask *pmx_sound_reference_task(const PmxAudioTask *track);
