/* SPDX-License-Identifier: MIT */
/*
 * A plan in the making, inside the room: what plan.c shares with the files that plan one kind of
 * track each.
 *
 *     plan.c      outputs and their packages
 *     planning.c  tasks
 *     rows.c      segments of a film, for all renditions that share a decode
 *     tracks.c    audio tracks
 *     audio.c     which audio track, which language
 *     clip.c      the part of the film that is wanted
 *     copy.c      what is copied
 *     subtitle.c  subtitle tracks
 */
#pragma once

#include "plan/flow.h"
#include "plan/plan.h"
#include "plan/rated.h"
#include "plan/segments.h"

/* One row of video tasks: all renditions of one stream that are cut on the same grid. */
typedef struct {
    guint source;
    const PmxStream *stream; /* what is wanted of it: see PmxPlanning.clips */
    PmxGrid grid;
    PmxFlow flow;
    GPtrArray *renditions; /* of PmxRendition *, distinct */
    GPtrArray *cuts;       /* of PmxTask *: between the segments; borrowed from the plan */
    PmxTask *border;       /* NULL: nothing is cropped by it; borrowed likewise */
    GPtrArray *tasks;      /* of PmxTask *: the segments, in time order; borrowed likewise */
    PmxRated *rated;       /* its renditions are to have a rate; NULL: they are not */
} PmxRow;

typedef struct {
    const PmxJob *job;
    const PmxPlanInput *inputs;
    double segment_seconds;
    PmxProblems *problems;
    PmxPlan *plan;
    GPtrArray *rows;
    GHashTable *tracks; /* key -> PmxTask * of a track already planned */
    GPtrArray *clips;   /* of PmxStream *: copies of a stream's facts with other ends; their strings
                           are the facts' */
} PmxPlanning;

/* What one output is put together from. */
typedef struct {
    PmxRow *row; /* NULL: no video that is encoded */
    guint rendition;
    char *copied;            /* key of the video that is copied; NULL: none. Owned */
    GPtrArray *tracks;       /* of PmxPackageTrack * */
    const PmxTask *first;    /* the first of them, when it is encoded; borrowed from the plan */
    const PmxVolume *volume; /* what was asked of it */
    GPtrArray *more;         /* of PmxPackageTrack * */
} PmxPlanChoice;

/* A struct of the kind, as its table's defaults. */
void *pmx_planning_body(const PmxObject *object);

/* The task of `kind` that makes one artifact out of `source` as `body` (taken) says; the one that is
 * planned already when there is one. Borrowed. */
PmxTask *pmx_planning_track(PmxPlanning *planning, PmxTaskKind kind, guint source, void *body);

/* The key of a task that makes one artifact. Borrowed. */
const char *pmx_planning_key(const PmxTask *task);

/* `task` needs what has this key; NULL is nothing. */
void pmx_planning_need(PmxTask *task, const char *key);

/* --- rows.c --- */

/* The row that a rendition of `stream` belongs to, made when there is none; borrowed. */
PmxRow *pmx_row_for(PmxPlanning *planning, guint source, const PmxStream *stream,
                    const PmxGrid *grid, const PmxFlow *flow, const PmxRendition *rendition);
void pmx_row_free(gpointer row);

/* The index of `rendition` (taken) in the row. */
guint pmx_row_add(PmxRow *row, PmxRendition *rendition);

/* Plans the tasks of all rows. */
void pmx_rows_plan(PmxPlanning *planning);

/* --- tracks.c --- */

/* Plans the output's audio tracks; without Audios the default track of `video_source`, when it has
 * one. `video_us` is the length of the output's video, 0 without one. */
struct PmxClipRange;
void pmx_tracks_plan(PmxPlanning *planning, const PmxOutput *output, guint video_source,
                     gint64 video_us, const struct PmxClipRange *range, PmxPlanOutput *planned,
                     PmxPlanChoice *choice);

/* Enables all of `tracks` (of PmxPackageTrack *; NULL: none) unless one of them is the default. */
void pmx_tracks_enable(GPtrArray *tracks);

/* --- copy.c --- */

/* Plans the copy of `stream`; FALSE with a problem at `path` when the output's container cannot
 * carry it. `key` is borrowed. */
gboolean pmx_copy_plan(PmxPlanning *planning, const PmxOutput *output, guint source,
                       const PmxStream *stream, const char *path, const char **key);

/* Plans all of an output that copies every stream of the job's first input. */
void pmx_copy_plan_all(PmxPlanning *planning, const PmxOutput *output, PmxPlanOutput *planned,
                       PmxPlanChoice *choice);

/* --- subtitle.c --- */

/* Plans the output's subtitle tracks; `range` is the part that is wanted, `end` (microseconds from
 * its beginning; 0: none) where nothing is shown any more. */
void pmx_subtitle_plan(PmxPlanning *planning, const PmxOutput *output,
                       const struct PmxClipRange *range, gint64 end, PmxPlanOutput *planned,
                       PmxPlanChoice *choice);
