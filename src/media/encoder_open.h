/* SPDX-License-Identifier: MIT */
/* Opening an encoder for a rendition: what the names and numbers of a job mean to each library. Any
 * thread; nothing is kept. */
#pragma once

#include "media/avptr.h"
#include "plan/task.h"

/* The encoder of `rendition`, open, on one thread; its parameter sets depend on the rendition alone.
 * `frames` is how long the segment is going to be, 0 when that is not known. NULL with `error`. */
AVCodecContext *pmx_encoder_open(const PmxVideoTask *task, const PmxRendition *rendition,
                                 gint64 frames, GError **error);
