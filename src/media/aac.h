/* SPDX-License-Identifier: MIT */
/*
 * AAC: samples in, access units out, through libfdk-aac (aac_fdk.c; aac_none.c stands in where it
 * is missing).
 *
 * Priming, measured with fdk-aac 2.0.2 (docs/audio.md): the encoder puts nDelay samples before the
 * first one it was given (aac_low 2048, aac_he 5058, aac_he_v2 7106), counted as libavcodec's
 * decoder counts them. One thread an encoder.
 */
#pragma once

#include "base/problem.h"

typedef struct PmxAac PmxAac;

typedef struct {
    int profile;  /* PmxAacProfile of job/job.h */
    int bitrate;  /* bit/s */
    int rate;     /* Hz */
    int channels; /* 1, 2, 4, 5, 6 or 8 */
} PmxAacSettings;

/* Takes one access unit; FALSE stops with `error` set. */
typedef gboolean (*PmxAacFunc)(const guint8 *bytes, gsize length, gpointer data, GError **error);

PmxAac *pmx_aac_new(const PmxAacSettings *settings, GError **error);
void pmx_aac_free(PmxAac *aac);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxAac, pmx_aac_free)

int pmx_aac_frame_length(const PmxAac *aac); /* samples a channel in an access unit */
int pmx_aac_priming(const PmxAac *aac);      /* samples a channel before the first one given */

/* The AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1); borrowed. */
const guint8 *pmx_aac_config(const PmxAac *aac, gsize *length);

/* Encodes `count` samples a channel, interleaved; any number. NULL: the end, gives out what is held
 * back. */
gboolean pmx_aac_encode(PmxAac *aac, const gint16 *samples, gsize count, PmxAacFunc take,
                        gpointer data, GError **error);

/* The library's version, such as "4.0.1"; caller frees. NULL when built without it. */
char *pmx_aac_version(void);
