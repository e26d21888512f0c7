/* SPDX-License-Identifier: MIT */
/*
 * The sound line: a track of the source as it is to be heard.
 *
 *     [seek] ─► decoder ─► resampler ─► [tempo] ─► cut ─► [gain] ─► limiter ─► taker
 *
 * Can be run more than once, the same each time: a gain is found by listening first. One thread;
 * used by the audio and the loudness task.
 */
#pragma once

#include "media/run.h"
#include "media/volume.h"

typedef struct {
    PmxRun *run;
    const PmxAudioTask *task;
    const PmxVolumePlan *volume; /* NULL: as it is, and nothing is limited */
    gboolean quiet;              /* tells nobody how far it is: a run before the one that counts */
    /* what came of it */
    gint64 given;  /* samples a channel */
    guint damaged; /* packets and frames that did not come out whole */
} PmxSoundLine;

/* Runs the line to its end; fails when nothing of the track decodes. What decodes and lies before
 * the task's zero gives no samples. */
gboolean pmx_sound_line_run(PmxSoundLine *line, PmxSamplesFunc take, gpointer data, GError **error);

/* The layout of what comes out, as libavutil spells it. */
const char *pmx_sound_line_layout(const PmxAudioTask *task);

/* Microseconds in samples of what comes out. */
gint64 pmx_sound_line_samples(const PmxAudioTask *task, gint64 us);
