/* SPDX-License-Identifier: MIT */
/*
 * The flow: what happens to a stream's frames before they are given sizes, the same for all
 * renditions that share a decode. Pure.
 *
 *     decoder ─► deinterlaced (PmxScan) ─► paced (PmxPaceKind) ─► the sizes of ladder.h
 *
 * Pace. With Fps, and where a source of constant rate is faster than MaxFps, frames go onto a grid
 * of the wanted rate: each slot of the grid takes the last frame whose time, rounded to the grid,
 * is not later (what libavfilter's `fps` does with round=near). Nothing drifts: a slot is worked
 * out of the film's own time line, never out of the slot before. A source of variable rate that is
 * faster than MaxFps keeps its frames' times, and of each slot the first frame only.
 *
 * Scan. auto deinterlaces what is flagged interlaced, frame by frame; progressive all of a stream
 * that begins so; interlaced, and by default an interlaced source, stays interlaced where the codec
 * can: H.264, but for the Baseline profile.
 */
#pragma once

#include "job/job.h"
#include "plan/facts.h"
#include "plan/task.h"

typedef struct {
    int pace;            /* PmxPaceKind */
    PmxRatio slots;      /* of the grid, a second; unknown: no grid */
    PmxRatio rate;       /* frames a second that come out, on average; unknown: nobody knows */
    gboolean constant;   /* each lasts as long */
    int deinterlace;     /* PmxDeinterlace */
    gboolean interlaced; /* coded so */
    int pixels;          /* PmxPixels, where colours depend on it; else those of 8 bits */
    gboolean border;     /* cropped by the film's border */
} PmxFlow;

/* What `output` wants of `video` in the size of `rendition`. `*warning` says what could not be followed (caller frees), else
 * NULL. FALSE with `error` when it cannot be had. */
gboolean pmx_flow_choose(const PmxOutput *output, const PmxStream *video,
                         const PmxRendition *rendition, PmxFlow *flow, char **warning,
                         GError **error);

/* The stream as it flows on: a copy with borrowed members for whatever counts output frames. */
PmxStream pmx_flow_stream(const PmxFlow *flow, const PmxStream *video);

/* Fills the task's part of it, clocks included. */
void pmx_flow_task(const PmxFlow *flow, const PmxStream *video, PmxVideoTask *task);

/* Fills the border task of a stream. */
void pmx_flow_border(const PmxStream *video, PmxBorderTask *task);

gboolean pmx_flow_equal(const PmxFlow *a, const PmxFlow *b);

/* A rate written as a decimal number: 23.976 and 29.97 mean the ones of 1001. */
PmxRatio pmx_flow_rate(double fps);
