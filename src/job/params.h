/* SPDX-License-Identifier: MIT */
/*
 * The parameters of an output, as templates and OverrideParams write them: the field tables of
 * Container, Video, Audio, Audios, TransConfig. From them come parsing and the reference page.
 * Pure; for the job room and for whoever prints the reference.
 */
#pragma once

#include "job/job.h"

typedef enum { PMX_TRANS_CBR, PMX_TRANS_ONEPASS, PMX_TRANS_TWOPASS, PMX_TRANS_CRF } PmxTransMode;

typedef struct {
    int format; /* PmxContainer */
} PmxContainerParams;

typedef struct {
    int mode; /* PmxTransMode */
    gboolean check_resolution, check_resolution_fail;
    gboolean check_audio_bitrate, check_audio_bitrate_fail;
    int adjust; /* PmxAdjust */
} PmxTransConfig;

typedef struct {
    PmxContainerParams container;
    gboolean remux;
    GPtrArray *subtitles; /* of PmxSubtitle *, or NULL */
    PmxVideo video;
    PmxAudio audio;
    GPtrArray *audios; /* of PmxAudio *, or NULL */
    PmxTransConfig trans;
} PmxParams;

extern const PmxObject pmx_params_object;
extern const PmxObject pmx_container_object;    /* PmxContainerParams */
extern const PmxObject pmx_video_object;        /* PmxVideo */
extern const PmxObject pmx_audio_object;        /* PmxAudio, the settings common to all tracks */
extern const PmxObject pmx_volume_object;       /* PmxVolume */
extern const PmxObject pmx_audio_track_object;  /* PmxAudio, an element of Audios */
extern const PmxObject pmx_subtitle_object;     /* PmxSubtitle, an element of Subtitles */
extern const PmxObject pmx_trans_config_object; /* PmxTransConfig */

/* The spellings of PmxLanguageControl, PmxAudioCodec and PmxAacProfile, NULL at the end. */
extern const char *const pmx_language_control_names[];
extern const char *const pmx_audio_codec_names[];
extern const char *const pmx_aac_profile_names[];
extern const char *const pmx_trans_mode_names[]; /* of PmxTransMode */

/* NULL when `text` has no control characters, else a sentence (caller frees); for field tables. */
char *pmx_check_plain_text(const char *text);
