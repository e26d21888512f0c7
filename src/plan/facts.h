/* SPDX-License-Identifier: MIT */
/*
 * Facts: what a look into a media file found. Plain data, no libav types.
 *
 * Made by the probe in the runner, sent to the parent as JSON (one field table serves both ends),
 * read by the plan and shown by `polymux probe` and by reports. Times are in ticks of the stream's
 * own time base, as in the file, so that nothing is lost to rounding; pictures are described
 * upright or as stored where the field says so.
 */
#pragma once

#include "base/ratio.h"

typedef enum {
    PMX_STREAM_VIDEO,
    PMX_STREAM_AUDIO,
    PMX_STREAM_SUBTITLE,
    PMX_STREAM_DATA,
    PMX_STREAM_ATTACHMENT,
} PmxStreamKind;

typedef struct {
    gint64 index;     /* position in the file, from 0 */
    gint64 id;        /* the container's own number (MP4 track id, TS pid) */
    int kind;         /* PmxStreamKind */
    char *codec;      /* libavcodec's name: h264, aac */
    char *codec_long; /* the same for people; NULL when it has none */
    gint64 tag;       /* the container's four-character code, 0 when none */
    char *profile;    /* High, HE-AAC; NULL when unknown */
    gint64 level;     /* as libavcodec numbers it, 0 unknown */
    char *language;   /* the tag as the file has it; NULL when none */
    char *title;
    gboolean is_default;
    gboolean cover;     /* an attached picture, not a video */
    gboolean encrypted; /* its samples cannot be read without a key */
    gboolean decodable; /* a first frame was decoded */
    char *problem;      /* why not, when it was not */

    PmxRatio time_base; /* seconds a tick */
    gint64 start;       /* ticks: the first frame that decodes */
    gint64 end;         /* ticks: the end of the last packet; equals start when unknown */
    gint64 bit_rate;    /* bit/s, 0 unknown */
    gint64 frames;      /* as the container counts them, 0 unknown */

    gint64 width, height;   /* pixels as stored */
    PmxRatio sar;           /* sample aspect ratio, 0/1 unknown */
    gint64 rotation;        /* degrees clockwise that show it upright: 0, 90, 180, 270 */
    PmxRatio frame_rate;    /* average frames a second */
    gboolean constant_rate; /* every frame lasts as long, as far as the headers tell */
    gint64 bits;            /* of a luma sample */
    char *pix_fmt;
    gint64 reordering; /* frames that the decoder holds back for order: 0 without B-frames */
    gboolean interlaced;
    char *range, *matrix, *primaries, *transfer, *chroma; /* libavutil's names; NULL unknown */
    char *mastering;       /* the mastering display, as media/hdr.h writes it; NULL unknown */
    gint64 mastering_peak; /* cd/m² of it */
    gint64 light_max, light_average; /* MaxCLL and MaxFALL, cd/m²; 0 unknown */
    gboolean sequential;     /* its times can only be told by reading the file from its beginning */
    gint64 keyframes;        /* how many the container's index or the scanned head lists */
    double keyframe_spacing; /* seconds between them, the largest */

    gint64 sample_rate; /* Hz */
    gint64 channels;
    char *layout;
    char *sample_fmt; /* of the decoded samples */
} PmxStream;

typedef struct {
    char *text;
} PmxNote;

typedef struct {
    char *format;        /* libavformat's name */
    double duration;     /* seconds, 0 unknown */
    double start;        /* seconds */
    gint64 size;         /* bytes */
    gint64 bit_rate;     /* bit/s */
    GPtrArray *streams;  /* of PmxStream *, or NULL */
    GPtrArray *table;    /* of PmxNote *: the stream table, a line each */
    GPtrArray *warnings; /* of PmxNote * */
    char *versions;      /* of the libraries that looked: part of every key */
} PmxFacts;

extern const PmxObject pmx_facts_object;
extern const PmxObject pmx_stream_object;
extern const PmxObject pmx_note_object;

void pmx_facts_free(PmxFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxFacts, pmx_facts_free)

/* The stream with this index, borrowed, or NULL. */
const PmxStream *pmx_facts_stream(const PmxFacts *facts, gint64 index);

/* The first video that is not a cover and has pictures, borrowed, or NULL. */
const PmxStream *pmx_facts_video(const PmxFacts *facts);

/* The first video that cannot be read, whose `problem` says why; NULL when there is none. Borrowed. */
const PmxStream *pmx_facts_unreadable(const PmxFacts *facts);

/* The file's zero for its audio: its video's first frame, or without a video its earliest audio;
 * microseconds. */
gint64 pmx_facts_origin(const PmxFacts *facts);

/* `ticks` of the stream in microseconds. */
gint64 pmx_stream_us(const PmxStream *stream, gint64 ticks);
