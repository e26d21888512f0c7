/* SPDX-License-Identifier: MIT */
/* Opening an encoder for a rendition: what the names and numbers of a job mean to each library. Any
 * thread; nothing is kept. */
#pragma once

#include "media/avptr.h"
#include "plan/task.h"

/* How a rendition is encoded this time. */
typedef struct {
    gboolean measures; /* a first pass: leaves notes, its video is of no use */
    const char *notes; /* the file of the notes to leave or to follow; NULL: none. There is a second
                          file beside it: pmx_encoder_notes() */
    double bitrate;    /* kbit/s to come to; 0: go by quality */
    double crf;        /* the quality, where the rendition has no quantiser */
    double start; /* with a highest rate: how much of the buffer is full at the beginning, 0..1 */
} PmxEncodeHow;

/* The encoder of `rendition`, open, on one thread; its parameter sets depend on the rendition alone.
 * `frames` is how long the segment is going to be, 0 when that is not known. NULL with `error`. */
AVCodecContext *pmx_encoder_open(const PmxVideoTask *task, const PmxRendition *rendition,
                                 gint64 frames, const PmxEncodeHow *how, GError **error);

/* What is appended to the name of the second file of notes; NULL: the codec leaves no notes. */
const char *pmx_encoder_notes(const PmxRendition *rendition);
