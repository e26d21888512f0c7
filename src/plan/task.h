/* SPDX-License-Identifier: MIT */
/*
 * Tasks: the kinds of work, as the runner is told to do them. Plain data with field tables, sent as
 * JSON.
 *
 *   cut      a stretch of the source where two segments are to meet; its artifact is the tick
 *            where they do
 *   video    source, the cuts it lies between, and the renditions wanted: one decode feeds every
 *            encoder; one artifact per rendition
 *   audio    one source track and encoder settings; one artifact, whole length
 *   package  an output's artifacts into its container; the only kind that writes what a user sees
 *
 * Everything in a task's struct is part of the key of what it makes; nothing else is. `source` and
 * `inputs` name what the parent serves to the runner by number; the parent knows what stands behind
 * a number.
 */
#pragma once

#include "base/ratio.h"

typedef enum {
    PMX_TASK_CUT,
    PMX_TASK_VIDEO,
    PMX_TASK_AUDIO,
    PMX_TASK_PACKAGE,
    PMX_TASK_KINDS,
} PmxTaskKind;

typedef struct {
    gint64 stream;            /* index in the source */
    gint64 start, point, end; /* PmxGridWindow of plan/segments.h, in the source's ticks */
} PmxCutTask;

typedef struct {
    int codec;   /* PmxVideoCodec of job/job.h */
    int profile; /* H.264: index into baseline, main, high */
    char *preset;
    double crf;
    gint64 maxrate, bufsize; /* kbit/s, kbit; 0: none */
    gint64 gop;              /* frames between keyframes at most */
    gint64 width, height;    /* pixels */
    PmxRatio sar;            /* sample aspect ratio to write; unknown: none */
} PmxRendition;

typedef struct {
    gint64 stream;        /* index in the source */
    char *begin, *end;    /* keys of the cuts it lies between, of which the first belongs to it;
                             NULL: where the film begins or ends */
    gint64 origin;        /* the source tick that becomes zero */
    gint64 film_end;      /* where the film is said to end; 0 in segments that end before */
    PmxRatio time_base;   /* of what is made, seconds a tick */
    PmxRatio frame_rate;  /* frames a second, for rate control and durations */
    gboolean snap;        /* put timestamps that are a rounding away from the frame grid onto it */
    gint64 rotation;      /* degrees clockwise */
    gint64 width, height; /* pixels of the source after rotation */
    char *range, *matrix, *primaries, *transfer, *chroma; /* to be carried over */
    GPtrArray *renditions;                                /* of PmxRendition * */
} PmxVideoTask;

typedef struct {
    gint64 stream;     /* index in the source */
    gint64 origin;     /* microseconds: the source time that becomes zero */
    int profile;       /* PmxAacProfile of job/job.h */
    gint64 bitrate;    /* kbit/s */
    gint64 samplerate; /* Hz */
    gint64 channels;
    gint64 pad_to; /* microseconds: silence up to here, 0: none */
    gint64 cut_at; /* microseconds: nothing beyond, 0: no cut */
    gint64 limit;  /* microseconds: where the source track ends; a timestamp beyond it is not
                      believed */
} PmxAudioTask;

typedef struct {
    char *language; /* ISO 639-2/T, or NULL */
    char *title;
    gboolean enabled;
    char *key; /* the artifact */
} PmxPackageTrack;

typedef struct {
    char *key;
} PmxPackagePart;

typedef struct {
    GPtrArray *video; /* of PmxPackagePart *: one rendition's segments in order; NULL: no video */
    GPtrArray *audio; /* of PmxPackageTrack *, in track order; NULL: none */
} PmxPackageTask;

extern const PmxObject pmx_cut_task_object;
extern const PmxObject pmx_rendition_object;
extern const PmxObject pmx_video_task_object;
extern const PmxObject pmx_audio_task_object;
extern const PmxObject pmx_package_task_object;
extern const PmxObject pmx_package_part_object;
extern const PmxObject pmx_package_track_object;

/* The field table of a kind's struct. */
const PmxObject *pmx_task_object(PmxTaskKind kind);
