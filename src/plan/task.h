/* SPDX-License-Identifier: MIT */
/*
 * Tasks: the kinds of work, as the runner is told to do them. Plain data with field tables, sent as
 * JSON.
 *
 *   cut      a stretch of the source where two segments are to meet; its artifact is the tick
 *            where they do
 *   border   the film; its artifact is the part of the picture that is not black bars
 *   measure  as video, but only how many bits each rendition takes there at one quality, and the
 *            encoder's notes for a second pass; one artifact per rendition
 *   budget   the measures of a rendition's segments; its artifact says how many bits each may take
 *   video    source, the cuts it lies between, and the renditions wanted: one decode feeds every
 *            encoder; one artifact per rendition
 *   audio    one source track and encoder settings; one artifact, whole length
 *   copy     one source stream's packets as they are; one artifact, nothing is decoded
 *   subtitle one source subtitle track into another form of text; one artifact
 *   loudness an audio track, before any gain but a linear one; its artifact says how loud it is (media/loudness.h)
 *   package  an output's artifacts into its container; the only kind that writes what a user sees
 *
 * Everything in a task's struct is part of the key of what it makes; nothing else is. `source` and
 * `inputs` name what the parent serves to the runner by number; the parent knows what stands behind
 * a number.
 */
#pragma once

#include "base/ratio.h"
#include "job/box.h"

typedef enum {
    PMX_TASK_CUT,
    PMX_TASK_BORDER,
    PMX_TASK_MEASURE,
    PMX_TASK_BUDGET,
    PMX_TASK_VIDEO,
    PMX_TASK_LOUDNESS,
    PMX_TASK_AUDIO,
    PMX_TASK_COPY,
    PMX_TASK_SUBTITLE,
    PMX_TASK_PACKAGE,
    PMX_TASK_KINDS,
} PmxTaskKind;

typedef enum {
    PMX_TASK_VOLUME_NONE,
    PMX_TASK_VOLUME_LINEAR,
    PMX_TASK_VOLUME_DYNAMIC,
    PMX_TASK_VOLUME_AUTO,
} PmxTaskVolume;

typedef struct {
    gint64 stream;            /* index in the source */
    gint64 start, point, end; /* PmxGridWindow of plan/segments.h, in the source's ticks */
} PmxCutTask;

typedef struct {
    gint64 stream;     /* index in the source */
    gint64 start, end; /* of the film, ticks */
    gint64 rotation;   /* degrees clockwise */
} PmxBorderTask;

/* Which frames of the source come out, and when: see flow.h. */
typedef enum { PMX_PACE_SOURCE, PMX_PACE_FILL, PMX_PACE_LIMIT } PmxPaceKind;
typedef enum { PMX_DEINTERLACE_NONE, PMX_DEINTERLACE_FLAGGED, PMX_DEINTERLACE_ALL } PmxDeinterlace;

/* What an output wants of the picture's shape: see shape.h. */
typedef struct {
    gint64 width, height; /* pixels; 0: not given */
    gboolean long_short, keep, fail;
    int method; /* PmxAdjust of job/job.h */
    PmxBox pad;
} PmxShape;

/* Something put onto the finished picture. Lengths as PmxWatermark of job/watermarks.h has them. */
typedef struct {
    char *text;    /* NULL: an image */
    char *image;   /* identity of the picture's file */
    gint64 stream; /* in it */
    double x, y, width, height;
    int font;        /* index into pmx_font_names */
    char *font_file; /* what tells it from others; NULL: nobody has looked */
    double font_size, alpha;
    char *color, *border_color;
    gint64 border_width;
} PmxOverlay;

typedef struct {
    char *identity;
} PmxImage;

typedef struct {
    int codec;   /* PmxVideoCodec of job/job.h */
    int profile; /* H.264: index into baseline, main, high */
    char *preset;
    double crf;
    gint64 qp;               /* the quantiser instead of a rate factor; -1: none */
    int pix_fmt;             /* PmxPixels of job/job.h: what the scaler is to deliver */
    int mode;                /* PmxRateMode of job/job.h */
    gint64 bitrate;          /* kbit/s: the whole film's average; 0: none */
    gint64 maxrate, bufsize; /* kbit/s, kbit; 0: none */
    gint64 gop;              /* frames between keyframes at most */
    gint64 width, height;    /* pixels */
    PmxRatio sar;            /* sample aspect ratio to write; unknown: none */
    char *measure, *budget;  /* onepass, twopass: keys of the segment's measure and of the budget */
    gint64 segment;          /* the segment's number in the budget */

    PmxBox crop;         /* of the upright source; none: all of it */
    PmxShape shape;      /* where crop is still to be found: what is wanted of what is */
    PmxBox scaled;       /* to these sides; none: width and height */
    PmxBox cut;          /* of what is scaled; none: all of it */
    gint64 left, top;    /* where it stands on the output's picture */
    GPtrArray *overlays; /* of PmxOverlay *, the lowest first; NULL: none */
} PmxRendition;

typedef struct {
    gint64 bitrate, maxrate, bufsize; /* kbit/s, kbit/s, kbit; maxrate 0: none */
    GPtrArray *measures;              /* of PmxPackagePart *: keys, in the segments' order */
} PmxBudgetTask;

typedef struct {
    gint64 stream;        /* index in the source */
    char *begin, *end;    /* keys of the cuts it lies between, of which the first belongs to it;
                             NULL: where the film begins or ends */
    gint64 origin;        /* the source tick that becomes zero */
    gint64 film_end;      /* where the film is said to end; 0 in segments that end before */
    gboolean seeks;       /* it begins at `from`, not where the film does */
    gboolean stops;       /* it ends before `to`, not where the film does */
    gint64 from, to;      /* ticks */
    PmxRatio time_base;   /* of what is made, seconds a tick */
    PmxRatio frame_rate;  /* frames a second, for rate control and durations */
    gboolean sequential;  /* read from the beginning, on one clock (media/unwrap.h) */
    gboolean snap;        /* put timestamps that are a rounding away from the frame grid onto it */
    gint64 rotation;      /* degrees clockwise */
    gint64 width, height; /* pixels of the source after rotation */
    char *range, *matrix, *primaries, *transfer, *chroma; /* to be carried over */
    gboolean rgb; /* the source is: its samples become those of `matrix` */
    char *hdr_transfer, *hdr_primaries, *hdr_matrix; /* the source's, when tones are mapped */
    gint64 hdr_peak;                                 /* cd/m² */
    char *mastering;                                 /* see media/hdr.h; to be carried over */
    gint64 light_max, light_average;                 /* cd/m², likewise */
    int pace;                                        /* PmxPaceKind */
    PmxRatio slots;                                  /* a second; where pace is not the source's */
    PmxRatio source_rate; /* frames a second, where the output's are on a grid of their own */
    int deinterlace;      /* PmxDeinterlace */
    gboolean interlaced;  /* pictures stay so */
    char *border;         /* key of the border, for renditions that crop by it; NULL: none does */
    GPtrArray *images; /* of PmxImage *: what else is read, behind the cuts and the border; for all
                          renditions together, so no part of their keys; NULL: nothing */
    GPtrArray *renditions; /* of PmxRendition * */
} PmxVideoTask;

/* Of a loudness task: what makes the line, and nothing of encoder and gain. */
typedef struct {
    gint64 stream;     /* index in the source */
    gint64 origin;     /* microseconds: the source time that becomes zero */
    int codec;         /* PmxAudioCodec of job/job.h */
    int profile;       /* PmxAacProfile likewise; AAC only */
    gint64 bitrate;    /* kbit/s; 0: the codec has none */
    gint64 samplerate; /* Hz */
    gint64 channels;
    gint64 bits;         /* of a sample: 24 when a lossless codec is to keep them; 0: 16 */
    gint64 pad_to;       /* microseconds: silence up to here, 0: none */
    gint64 cut_at;       /* microseconds: nothing beyond, 0: no cut */
    gboolean sequential; /* as in a video task */
    gint64 limit;        /* microseconds: where the source track ends; a timestamp beyond it is not
                      believed */
    PmxRatio tempo;      /* above 1 faster; unknown: as it is */
    int volume;   /* PmxTaskVolume: of the track, or with a reference of the output's first */
    double level; /* dB; linear */
    double integrated, range, true_peak; /* LUFS, LU, dBTP: where to bring it */
    char *loudness;                      /* key of its own loudness, when that has to be known */
    char *reference; /* key of the loudness of the output's first track, to be brought to what that
                         becomes; NULL: goes by itself */
} PmxAudioTask;

typedef struct {
    gint64 stream;       /* index in the source */
    gint64 origin;       /* microseconds: the source time that becomes zero */
    gint64 limit;        /* microseconds: as in an audio task; 0: none */
    gboolean sequential; /* as in a video task */
} PmxCopyTask;

typedef struct {
    gint64 stream; /* index in the source */
    int codec;     /* PmxSubtitleCodec of job/job.h */
    gint64 origin; /* microseconds: the source time that becomes zero */
    gint64 cut_at; /* microseconds: nothing beyond, 0: no cut */
} PmxSubtitleTask;

typedef struct {
    char *language; /* ISO 639-2/T, or NULL */
    char *tag;      /* BCP 47 where that says more, or NULL */
    char *title;
    gboolean enabled;
    char *key; /* the artifact */
} PmxPackageTrack;

typedef struct {
    char *key, *value;
} PmxPackagePair;

typedef struct {
    char *key;
} PmxPackagePart;

typedef struct {
    GPtrArray *video; /* of PmxPackagePart *: one rendition's segments in order; NULL: no video */
    GPtrArray *audio; /* of PmxPackageTrack *, in track order; NULL: none */
    GPtrArray *more;  /* of PmxPackageTrack *: subtitles, and what else is copied; NULL: none */
    GPtrArray *text;  /* of PmxPackagePair *: about the file; NULL: none */
    int container;    /* PmxContainer of job/job.h */
} PmxPackageTask;

extern const PmxObject pmx_cut_task_object;
extern const PmxObject pmx_border_task_object;
extern const PmxObject pmx_overlay_object;
extern const PmxObject pmx_image_object;
extern const PmxObject pmx_rendition_object;
extern const PmxObject pmx_budget_task_object;
extern const PmxObject pmx_video_task_object;
extern const PmxObject pmx_audio_task_object;
extern const PmxObject pmx_copy_task_object;
extern const PmxObject pmx_subtitle_task_object;
extern const PmxObject pmx_package_task_object;
extern const PmxObject pmx_package_part_object;
extern const PmxObject pmx_package_track_object;
extern const PmxObject pmx_package_pair_object;

/* Whether its struct is a PmxVideoTask, which makes one artifact a rendition. */
gboolean pmx_task_has_renditions(PmxTaskKind kind);

/* The field table of a kind's struct. */
const PmxObject *pmx_task_object(PmxTaskKind kind);
