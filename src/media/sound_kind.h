/* SPDX-License-Identifier: MIT */
/* What each kind of sound encoder brings; for sound_encoder.c only. */
#pragma once

#include "media/sound_encoder.h"

typedef struct {
    gpointer (*open)(const PmxSoundSettings *settings, GError **error);
    void (*close)(gpointer encoder);
    gboolean (*encode)(gpointer encoder, const float *samples, gsize count, PmxSoundFunc take,
                       gpointer data, GError **error);
    void (*describe)(gpointer encoder, PmxArtifactHead *head);
} PmxSoundKind;

extern const PmxSoundKind pmx_sound_aac_kind;
extern const PmxSoundKind pmx_sound_lavc_kind;
