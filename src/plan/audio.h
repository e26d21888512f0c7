/* SPDX-License-Identifier: MIT */
/*
 * Which audio track an Audios[] entry means, what language it is tagged with, and the task that
 * makes it. Pure.
 */
#pragma once

#include "plan/clip.h"
#include "plan/plan.h"

/* One entry, resolved as far as names go. */
typedef struct {
    const PmxAudio *audio;
    guint source;                     /* the job's input */
    const PmxAudioSelector *selector; /* or NULL: the input's default or first track */
    PmxClipRange clip;                /* the part of the film that is wanted */
    gint64 video_us;         /* the output's video length, microseconds; 0: it has no video */
    gint64 film_us;          /* the same of the whole film, where a clip of it is wanted */
    PmxRatio video_rate;     /* its frames a second */
    const PmxOutput *output; /* whose track it is */
} PmxTrackWish;

typedef struct {
    const PmxStream *stream; /* borrowed */
    PmxAudioTask *task;      /* owned by the caller; NULL for a track that is copied */
    char *language;          /* ISO 639-2/T, or NULL; owned by the caller */
    char *tag;               /* BCP 47 where that says more, or NULL; owned by the caller */
    double seconds;          /* the length of the source track */
} PmxTrackChoice;

/* Fills `choice` for `wish` out of `input`. FALSE with a problem when the input has no such track;
 * what the caller should tell the user (a track that stays untagged) is added to `warnings` (of
 * char *). */
gboolean pmx_audio_choose(const PmxPlanInput *input, const PmxTrackWish *wish,
                          PmxTrackChoice *choice, GPtrArray *warnings, PmxProblems *problems);

/* The track that `selector` means (NULL: the input's default); borrowed, NULL when there is none. */
const PmxStream *pmx_audio_find(const PmxFacts *facts, const PmxAudioSelector *selector);

/* The input's default audio track, else its first; borrowed, NULL when there is none. */
const PmxStream *pmx_audio_default(const PmxFacts *facts);
