/* SPDX-License-Identifier: MIT */
/*
 * A bounded queue of frames between one giver and one taker.
 *
 * Bounded in frames: a full queue makes the giver wait, so that a slow encoder holds back the
 * decoder instead of filling memory. The end travels both ways: the giver closes when there is no
 * more, the taker closes when it has failed, and either close wakes the other. Each side may be a
 * thread of its own.
 */
#pragma once

#include "media/avptr.h"

typedef struct PmxFrameQueue PmxFrameQueue;

PmxFrameQueue *pmx_frame_queue_new(guint capacity);
void pmx_frame_queue_free(PmxFrameQueue *queue);

/* Gives `frame` away, always: it is queued, or unreferenced when the queue is closed (then
 * FALSE). */
gboolean pmx_frame_queue_put(PmxFrameQueue *queue, AVFrame *frame);

/* The next frame, owned by the caller; NULL when the queue is closed and empty. */
AVFrame *pmx_frame_queue_take(PmxFrameQueue *queue);

void pmx_frame_queue_close(PmxFrameQueue *queue);
