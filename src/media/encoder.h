/* SPDX-License-Identifier: MIT */
/*
 * An encoder: one rendition of a segment, on a thread of its own.
 *
 *     video task ─► queue ─► thread: libx264 or libx265 ─► artifact file
 *
 * Each encoder runs on exactly one thread, so what it writes does not depend on the machine's core
 * count; the ladder's renditions side by side fill the cores. Parameter sets depend on the settings
 * alone, so all segments share them.
 */
#pragma once

#include "media/avptr.h"
#include "plan/task.h"

typedef struct PmxEncoder PmxEncoder;

/* Opens the codec and starts the thread; packets go into the artifact file `path`. When the thread
 * has done everything, or failed, it pushes the encoder onto `done`. `frames` is how long the
 * segment is going to be, 0 when that is not known. Borrows all pointers until
 * pmx_encoder_free(). */
PmxEncoder *pmx_encoder_start(const PmxVideoTask *task, const PmxRendition *rendition,
                              gint64 frames, const char *path, GAsyncQueue *done, GError **error);

/* Queues a picture, waiting while the queue is full; `frame` becomes the encoder's. */
void pmx_encoder_put(PmxEncoder *encoder, AVFrame *frame);

/* No more pictures; `damaged` source packets did not decode, which the artifact's head
 * remembers. */
void pmx_encoder_end(PmxEncoder *encoder, guint damaged);

/* How many pictures have been encoded. Any thread. */
gint pmx_encoder_frames(PmxEncoder *encoder);

/* A number that rises as long as the encoder does anything, finishing included. Any thread. */
gint pmx_encoder_work(PmxEncoder *encoder);

/* After pmx_encoder_end(): waits for the thread; FALSE with what went wrong. */
gboolean pmx_encoder_join(PmxEncoder *encoder, GError **error);

/* Ends the thread if it still runs, and frees. */
void pmx_encoder_free(PmxEncoder *encoder);
