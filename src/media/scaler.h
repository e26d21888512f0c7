/* SPDX-License-Identifier: MIT */
/*
 * The scaler: one decoded picture in, one picture per shape of the ladder out (plan/shape.h).
 *
 * Each is made once, whatever number of renditions has it, and straight from the source:
 * making it from the next larger size instead was measured to cost 1 to 4 dB towards an ideal
 * scaling and to save nothing (docs/performance.md). It also keeps a rendition's bytes independent
 * of what else is in the job. All scaling is bit-exact across processors. One thread; used by the
 * video task.
 */
#pragma once

#include "media/avptr.h"
#include "media/stamp.h"
#include "plan/task.h"

typedef struct PmxScaler PmxScaler;

/* The filters that turn a picture upright that is to be turned so many degrees clockwise. Static. */
const char *pmx_scaler_upright(gint64 rotation);

/* For all distinct pictures among the task's renditions; `time_base` is that of the frames pushed.
 * What is put onto them is in `stamps`, NULL: nothing. Borrows both. */
PmxScaler *pmx_scaler_new(const PmxVideoTask *task, PmxStamps *stamps);
void pmx_scaler_free(PmxScaler *scaler);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxScaler, pmx_scaler_free)

/* Scales `frame` (its reference is taken; pts in the task's time base) and calls `take` once for
 * each rendition, with a frame that becomes the callee's. */
typedef void (*PmxScaledFunc)(guint rendition, AVFrame *frame, gpointer data);
gboolean pmx_scaler_push(PmxScaler *scaler, AVFrame *frame, PmxScaledFunc take, gpointer data,
                         GError **error);
