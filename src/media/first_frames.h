/* SPDX-License-Identifier: MIT */
/*
 * The first frame of every audio and video stream, decoded: what a stream really is, when it really
 * starts, and whether it can be read at all. One pass over the head of the file. Used by the probe.
 */
#pragma once

#include "media/source.h"

typedef struct {
    AVFrame *frame; /* NULL: nothing decoded; pts in the stream's ticks */
    gboolean encrypted;
    gboolean refused;    /* a decoder had its say, and nothing came out */
    const char *problem; /* static; why there is no frame */
} PmxFirstFrame;

typedef struct PmxFirstFrames PmxFirstFrames;

/* Reads `source` (borrowed) from where it stands, at most as far as a player would wait for a
 * picture. */
PmxFirstFrames *pmx_first_frames_new(PmxSource *source);
void pmx_first_frames_free(PmxFirstFrames *frames);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxFirstFrames, pmx_first_frames_free)

/* Of stream `index`; borrowed. */
const PmxFirstFrame *pmx_first_frames_get(const PmxFirstFrames *frames, guint index);
