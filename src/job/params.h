/* SPDX-License-Identifier: MIT */
/*
 * The parameters of an output, as templates and OverrideParams write them: the field tables of
 * Container, Video, Audio, Audios, TransConfig. From them come parsing and the reference page.
 * Pure; for the job room and for whoever prints the reference.
 */
#pragma once

#include "job/job.h"

typedef struct {
    gboolean check_resolution, check_resolution_fail;
} PmxTransConfig;

typedef struct {
    PmxVideo video;
    PmxAudio audio;
    GPtrArray *audios; /* of PmxAudio *, or NULL */
    PmxTransConfig trans;
} PmxParams;

extern const PmxObject pmx_params_object;
extern const PmxObject pmx_container_object;    /* checked, and stored nowhere */
extern const PmxObject pmx_video_object;        /* PmxVideo */
extern const PmxObject pmx_audio_object;        /* PmxAudio, the settings common to all tracks */
extern const PmxObject pmx_audio_track_object;  /* PmxAudio, an element of Audios */
extern const PmxObject pmx_trans_config_object; /* PmxTransConfig */

/* The spellings of PmxLanguageControl and PmxAacProfile, NULL at the end. */
extern const char *const pmx_language_control_names[];
extern const char *const pmx_aac_profile_names[];

/* NULL when `text` has no control characters, else a sentence (caller frees); for field tables. */
char *pmx_check_plain_text(const char *text);
