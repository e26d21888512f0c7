/* SPDX-License-Identifier: MIT */
/*
 * One run of the runner: the order it got and its way to talk to the parent. Handed to each task
 * body.
 *
 * Only the main thread of the runner uses it.
 */
#pragma once

#include "media/font.h"
#include "media/source.h"
#include "plan/order.h"

typedef struct {
    PmxOrder *order;
    int control, data; /* sockets */
    gint64 reported;   /* monotonic microseconds of the last progress line */
    PmxFonts fonts;    /* for a video's texts */
    int bad_input; /* the input whose artifact is damaged, for the parent to make again; -1: none */
} PmxRun;

/* The task bodies: each returns its result (new reference), or NULL with `error`. */
json_t *pmx_probe_run(PmxRun *run, GError **error);
json_t *pmx_cut_run(PmxRun *run, GError **error);
json_t *pmx_border_run(PmxRun *run, GError **error);
json_t *pmx_video_run(PmxRun *run, GError **error);
json_t *pmx_audio_run(PmxRun *run, GError **error);
json_t *pmx_copy_run(PmxRun *run, GError **error);
json_t *pmx_subtitle_run(PmxRun *run, GError **error);
json_t *pmx_loudness_run(PmxRun *run, GError **error);
json_t *pmx_package_run(PmxRun *run, GError **error);

/* Facts about the container behind `ref`, as JSON (new reference): what the probe answers. */
json_t *pmx_probe_facts(const PmxSourceRef *ref, GError **error);

/* Sets up libav for the order: process-wide, once, before the task body. */
void pmx_run_setup(const PmxRun *run);

/* How the n-th input of the order is reached; FALSE when the order has none. */
gboolean pmx_run_source(const PmxRun *run, guint n, PmxSourceRef *ref, GError **error);

/* "SCRATCH/NAME"; caller frees. */
char *pmx_run_file(const PmxRun *run, const char *name);

/* TRUE a few times a second: time to say how far the work is. */
gboolean pmx_run_due(PmxRun *run);

/* Sends {"progress": `progress`}; takes the reference. */
void pmx_run_progress(PmxRun *run, json_t *progress);
