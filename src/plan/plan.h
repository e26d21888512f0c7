/* SPDX-License-Identifier: MIT */
/*
 * The plan: a job and the facts about its inputs become a graph of tasks.
 *
 *     PmxJob + facts ─► PmxPlan { tasks: cuts, borders, video segments, audio tracks, packages }
 *
 * A pure function: no I/O, no clock, no libav. The same job and facts give the same plan, byte for
 * byte in its JSON form. What two outputs share (a rendition, an audio track) is one task's result,
 * named by its key; an edge of the graph is a key that one task makes and another needs. What is
 * already kept in the store is none of the plan's business.
 */
#pragma once

#include "job/job.h"
#include "plan/facts.h"
#include "plan/task.h"

typedef struct {
    const PmxFacts *facts; /* borrowed; outlives the plan */
    const char *identity;  /* borrowed: what tells this content from any other (address, size, time
                              or ETag) */
} PmxPlanInput;

typedef struct {
    char *id; /* "video-0003", "audio-01", "package-00" */
    PmxTaskKind kind;
    guint source;   /* index of the job's input that is read; all but packages */
    double seconds; /* of media covered: its weight in progress and ETA */
    GPtrArray
        *makes;   /* of char *: keys of the artifacts, for video one a rendition, in their order */
    GArray *also; /* of guint: further inputs of the job that are read, behind what it needs; NULL:
                        none */
    GPtrArray *needs; /* of char *: keys of the artifacts that must be there first */
    guint output;     /* index into the plan's outputs; package only */
    union {
        PmxCutTask *cut;
        PmxBorderTask *border;
        PmxVideoTask *video;
        PmxAudioTask *audio; /* and loudness */
        PmxCopyTask *copy;
        PmxSubtitleTask *subtitle;
        PmxPackageTask *package;
    };
} PmxTask;

typedef struct {
    char *name; /* for people: the output's name, else its file name */
    char *path; /* JSON path */
    char *address;
    gint64 priority;
    double seconds;      /* of the output's video, or its longest audio */
    GPtrArray *warnings; /* of char * */
} PmxPlanOutput;

typedef struct {
    GPtrArray *tasks;   /* of PmxTask *: audio, cuts and video in time order, packages */
    GPtrArray *outputs; /* of PmxPlanOutput *, as in the job */
} PmxPlan;

/* The length segments aim at: the smallest multiple of the GOP that reaches it. */
#define PMX_SEGMENT_SECONDS 10.0

/* Plans `job`; `inputs` has one entry an input of the job. `segment_seconds` 0 means
 * PMX_SEGMENT_SECONDS. Returns the plan (caller frees) or NULL with everything that is wrong in
 * `problems`. */
PmxPlan *pmx_plan_new(const PmxJob *job, const PmxPlanInput *inputs, double segment_seconds,
                      PmxProblems *problems);

void pmx_plan_free(PmxPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxPlan, pmx_plan_free)

/* The task's body (its kind's struct) as JSON. New reference. */
json_t *pmx_task_body(const PmxTask *task);

/* The whole graph: as JSON (new reference), or as Graphviz text (caller frees). */
json_t *pmx_plan_to_json(const PmxPlan *plan, const PmxJob *job);
char *pmx_plan_to_dot(const PmxPlan *plan);
