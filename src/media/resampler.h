/* SPDX-License-Identifier: MIT */
/*
 * The resampler: decoded audio of any kind onto one unbroken line of samples at the wanted rate
 * and channels (see downmix.h).
 *
 * The line begins at the task's zero. A track that starts later gets silence in front, one that
 * starts earlier loses what lies before; a hole in the timestamps becomes silence, an overlap is
 * dropped. Timestamps that wander by less than 20 ms are a container's rounding and change nothing.
 * One thread; used by the audio task.
 */
#pragma once

#include "media/avptr.h"
#include "plan/task.h"

typedef struct PmxResampler PmxResampler;

/* Takes `count` samples a channel, interleaved, full scale at 1; FALSE stops with `error` set. */
typedef gboolean (*PmxSamplesFunc)(const float *samples, gsize count, gpointer data,
                                   GError **error);

PmxResampler *pmx_resampler_new(const PmxAudioTask *task, PmxRatio time_base, PmxSamplesFunc take,
                                gpointer data);
void pmx_resampler_free(PmxResampler *resampler);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxResampler, pmx_resampler_free)

/* The next decoded frame, pts in the time base given. */
gboolean pmx_resampler_push(PmxResampler *resampler, const AVFrame *frame, GError **error);

/* The end of the track: gives out what is held back. */
gboolean pmx_resampler_finish(PmxResampler *resampler, GError **error);

/* Frames passed over, because audio of their kind cannot be resampled; `*why` says why the first one
 * was (borrowed; NULL: there are none). */
guint pmx_resampler_refused(const PmxResampler *resampler, const char **why);
