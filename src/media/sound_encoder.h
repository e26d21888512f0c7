/* SPDX-License-Identifier: MIT */
/*
 * A sound encoder: samples in, packets out, whatever the codec.
 *
 *     sound_encoder.c    the same door for all: pmx_sound_new() picks the kind
 *     sound_aac.c        AAC, through aac.h (libfdk-aac)
 *     sound_lavc.c       all others, through libavcodec
 *
 * Times are in samples a channel; zero is the first sample given, so what an encoder puts before
 * it (its priming) has times below zero. One thread an encoder.
 */
#pragma once

#include "media/artifact.h"

typedef struct PmxSound PmxSound;

typedef struct {
    int codec;   /* PmxAudioCodec of job/job.h */
    int profile; /* PmxAacProfile likewise; AAC only */
    int bitrate; /* bit/s; 0: the codec has none */
    int rate;    /* Hz */
    int channels;
    int bits; /* of a sample, for codecs that keep them: 16 or 24 */
} PmxSoundSettings;

/* Takes one packet, its pts and duration in samples; the packet is borrowed. FALSE stops with
 * `error` set. */
typedef gboolean (*PmxSoundFunc)(AVPacket *packet, gpointer data, GError **error);

PmxSound *pmx_sound_new(const PmxSoundSettings *settings, GError **error);
void pmx_sound_free(PmxSound *sound);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxSound, pmx_sound_free)

/* Encodes `count` samples a channel, interleaved, full scale at 1; any number. NULL: the end, gives
 * out what is held back. */
gboolean pmx_sound_encode(PmxSound *sound, const float *samples, gsize count, PmxSoundFunc take,
                          gpointer data, GError **error);

/* Fills in what a container has to know. `head->extradata` is the caller's to free. After the end
 * only: some encoders know it then. */
void pmx_sound_describe(const PmxSound *sound, PmxArtifactHead *head);

/* Samples heard for each tick of the track's clock: 2 where SBR doubles the core's rate. */
int pmx_sound_samples_a_tick(const PmxSound *sound);

/* The layout's name as libavutil spells it, for the resampler. */
const char *pmx_sound_layout(const PmxSoundSettings *settings);
