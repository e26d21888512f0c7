/* SPDX-License-Identifier: MIT */
/*
 * A job: what somebody wants made, as pure data.
 *
 *     request JSON ─► [templates merged in] ─► PmxJob ─► plan
 *
 * pmx_job_parse() reads the document's `Config` (Inputs, OutputGroups and the flat Outputs), merges
 * each output's template and OverrideParams, checks everything that can be checked without opening
 * an input, and names every problem by its JSON path. Nothing after this step knows that templates
 * or the two output forms exist. The structs below are also what the field tables in job/config.c
 * fill; addresses stay as written, later rooms open them.
 *
 * Pure: no I/O, no clock. A PmxJob is immutable after parsing and may be read from any thread.
 */
#pragma once

#include "base/fields.h"
#include "base/ratio.h"
#include "job/box.h"
#include "job/template.h"
#include "job/watermarks.h"

/* --- inputs --- */

typedef enum { PMX_RULE_TAG, PMX_RULE_INDEX, PMX_RULE_TRACK } PmxSelectRule;

typedef struct {
    char *language;
} PmxTagConfig;

typedef struct {
    char *name;
    int rule; /* PmxSelectRule */
    PmxTagConfig tag;
    gint64 index; /* rule index: n-th audio track, from 0 */
    gint64 track; /* rule track: stream id as the container numbers it */
} PmxAudioSelector;

typedef struct {
    char *type;  /* OSS, Media, or absent */
    char *media; /* address, as written */
} PmxMediaRef;

typedef struct {
    char *name; /* NULL: unnamed */
    PmxMediaRef file;
    GPtrArray *selectors; /* of PmxAudioSelector *, or NULL */
    char *image;          /* the JSON path of the watermark that it is the picture of; NULL: none */
} PmxInput;

/* --- what an output is made of --- */

typedef enum {
    PMX_CODEC_H264,
    PMX_CODEC_H265,
    PMX_CODEC_AV1,
    PMX_CODEC_GIF,
    PMX_CODEC_WEBP,
    PMX_CODEC_COPY, /* extension: the source's packets as they are */
} PmxVideoCodec;
typedef enum { PMX_PIXELS_8, PMX_PIXELS_10 } PmxPixels; /* bits of a sample; 4:2:0 */
/* What the encoder is told: a quality, a quantiser, or a rate and how to come by it. */
typedef enum {
    PMX_RATE_CRF,
    PMX_RATE_QP,
    PMX_RATE_ONEPASS,
    PMX_RATE_TWOPASS,
    PMX_RATE_CBR
} PmxRateMode;
typedef enum { PMX_ADJUST_NONE, PMX_ADJUST_RESCALE, PMX_ADJUST_CROP, PMX_ADJUST_PAD } PmxAdjust;
typedef enum {
    PMX_SCAN_SOURCE,
    PMX_SCAN_AUTO,
    PMX_SCAN_PROGRESSIVE,
    PMX_SCAN_INTERLACED
} PmxScanMode;
typedef enum {
    PMX_AUDIO_AAC,
    PMX_AUDIO_AC3,
    PMX_AUDIO_EAC3,
    PMX_AUDIO_MP2,
    PMX_AUDIO_MP3,
    PMX_AUDIO_FLAC,
    PMX_AUDIO_OPUS,
    PMX_AUDIO_VORBIS,
    PMX_AUDIO_WMAV1,
    PMX_AUDIO_WMAV2,
    PMX_AUDIO_PCM_S16LE,
    PMX_AUDIO_CODECS,
    PMX_AUDIO_COPY = PMX_AUDIO_CODECS, /* extension: the source's packets as they are */
} PmxAudioCodec;
typedef enum {
    PMX_SUBTITLE_AUTO, /* the container's first */
    PMX_SUBTITLE_MOV_TEXT,
    PMX_SUBTITLE_VTT,
    PMX_SUBTITLE_ASS,
    PMX_SUBTITLE_SRT,
} PmxSubtitleCodec;
typedef enum {
    PMX_CONTAINER_MP4,
    PMX_CONTAINER_MOV,
    PMX_CONTAINER_M4A,
    PMX_CONTAINER_MKV,
    PMX_CONTAINER_WEBM,
    PMX_CONTAINER_TS,
    PMX_CONTAINER_FLV,
    PMX_CONTAINER_MP3,
    PMX_CONTAINER_OGG,
    PMX_CONTAINER_FLAC,
    PMX_CONTAINER_WAV,
    PMX_CONTAINER_MXF,
    PMX_CONTAINER_GIF,
    PMX_CONTAINER_WEBP,
} PmxContainer;
typedef enum {
    PMX_AAC_LOW,
    PMX_AAC_HE,
    PMX_AAC_HE_V2,
    PMX_AAC_LD,
    PMX_AAC_ELD,
    PMX_AAC_PROFILES,
} PmxAacProfile;
typedef enum { PMX_VOLUME_DYNAMIC, PMX_VOLUME_LINEAR, PMX_VOLUME_AUTO } PmxVolumeMethod;
typedef enum {
    PMX_LANGUAGE_NONE,
    PMX_LANGUAGE_INPUT_FIRST,
    PMX_LANGUAGE_CONFIGURED
} PmxLanguageControl;
typedef enum { PMX_DURATION_PAD, PMX_DURATION_KEEP, PMX_DURATION_MATCH } PmxDurationRule;

/* "10s" or a number of frames: exactly one of the two is above zero. */
typedef struct {
    double seconds;
    gint64 frames;
} PmxGop;

typedef struct {
    char *input_ref; /* extension; NULL: the first input that has a video */
    gboolean remove;
    int codec;               /* PmxVideoCodec */
    int profile;             /* index into baseline, main, high; H.264 only */
    gint64 width, height;    /* pixels; 0: not given */
    gboolean long_short;     /* width is the long edge, height the short one */
    double crf;              /* < 0: the codec's default (23, 26, 32) */
    gint64 bitrate;          /* kbit/s; -1: as the source, 0: not given */
    gint64 qscale;           /* the quantiser; < 0: not given */
    int pixels;              /* PmxPixels */
    gint64 maxrate, bufsize; /* kbit/s, kbit; maxrate 0: no limit */
    PmxGop gop;
    char *preset;

    /* the picture */
    double fps;     /* frames a second; 0: as the source */
    double max_fps; /* at most */
    int scan_mode;  /* PmxScanMode */
    PmxBox crop, pad;
} PmxVideo;

typedef struct {
    gboolean change;                     /* Method, or what belongs to it, is given */
    gboolean match;                      /* extension: as loud as the output's first track */
    int method;                          /* PmxVolumeMethod */
    double level;                        /* dB; linear */
    double integrated, range, true_peak; /* LUFS, LU, dBTP; dynamic and auto */
} PmxVolume;

typedef struct {
    char *path; /* JSON path of the track, for later problems */
    char *input_ref;
    int language_control; /* PmxLanguageControl */
    char *language;       /* as written; ISO 639-2 by validation */
    char *tag; /* BCP 47, where Language says more than ISO 639-2 can; NULL: it does not */
    gboolean remove;
    int codec;           /* PmxAudioCodec */
    int profile;         /* PmxAacProfile; AAC only */
    gint64 bitrate;      /* kbit/s; 0: the codec has none */
    gint64 samplerate;   /* Hz */
    gint64 channels;     /* 0: as the source, as far as the codec goes */
    gboolean is_default; /* extension */
    char *title;         /* extension */
    int duration;        /* extension; PmxDurationRule */
    PmxRatio tempo;      /* extension; above 1 faster; 0: as it is, below: to be found */
    PmxVolume volume;
} PmxAudio;

/* Features.Clip.TimeSpan, microseconds; what is not given is 0. */
typedef struct {
    gint64 seek;     /* from the beginning */
    gint64 duration; /* from there */
    gint64 end;      /* cut off at the end; the job API's meaning of End */
} PmxTimeSpan;

typedef struct {
    char *key, *value;
} PmxPair;

typedef struct {
    char *path; /* JSON path of the track, for later problems */
    char *input_ref;
    gint64 index; /* which subtitle track of the input, from 0 */
    int codec;    /* PmxSubtitleCodec; never PMX_SUBTITLE_AUTO in a parsed job */
    int language_control;
    char *language, *tag, *title; /* as a PmxAudio's */
    gboolean is_default;
} PmxSubtitle;

typedef struct {
    char *name;                /* NULL when not given */
    char *path;                /* JSON path of the output, for later problems */
    char *params_path;         /* JSON path of its OverrideParams */
    char *group;               /* OutputGroups[].Name, or NULL */
    char *template_id;         /* or NULL */
    char *address;             /* base joined with the file name and the container's extension */
    gint64 priority;           /* 1..10 */
    gboolean check_resolution; /* TransConfig.IsCheckReso: keep a smaller source's size */
    gboolean check_resolution_fail; /* TransConfig.IsCheckResoFail: refuse a smaller source */
    int adjust;                     /* PmxAdjust: TransConfig.AdjDarMethod */
    int check_audio_bitrate; /* TransConfig.IsCheckAudioBitrate: FALSE, TRUE, or -1 for where the
                                codec stays: keep a source's lower rate */
    gboolean check_audio_bitrate_fail; /* refuse a source with a lower rate */
    PmxVideo video;
    int rate;                    /* PmxRateMode */
    gboolean check_bitrate;      /* TransConfig.IsCheckVideoBitrate: at most the source's rate */
    gboolean check_bitrate_fail; /* IsCheckVideoBitrateFail: refuse a source of a lower rate */
    GPtrArray *watermarks;       /* of PmxWatermark *; never NULL */
    gboolean audios_given; /* FALSE: the video input's default audio track, with `audio` below */
    GPtrArray *audios;     /* of PmxAudio *, in track order, Remove'd ones left out; never NULL */
    PmxAudio audio;        /* the output's general audio settings */
    int container;         /* PmxContainer */
    gboolean remux;        /* all streams are copied; video, audio and subtitles say nothing */
    PmxTimeSpan clip;      /* Features.Clip */
    GPtrArray *metadata;   /* of PmxPair *: Features.Metadata; NULL: none */
    GPtrArray *subtitles;  /* of PmxSubtitle *, or NULL */
} PmxOutput;

typedef struct {
    char *name;         /* JobName, or NULL */
    GPtrArray *inputs;  /* of PmxInput * */
    GPtrArray *outputs; /* of PmxOutput *, groups first, in the document's order */
} PmxJob;

typedef struct {
    const char *output_base; /* overrides every output's folder (run -o), or NULL */
    const char *job_id;      /* what {JobId} in names of outputs stands for; NULL: for nothing */
    gboolean have_fdk_aac;   /* FALSE: HE-AAC is refused, saying what to install */
    PmxFontRead read_font;   /* NULL: no text of a watermark is looked up in its font */
} PmxJobOptions;

/* Parses and checks `config` (borrowed). Returns the job (caller frees), or NULL when there is any
 * problem; then `problems` holds all of them. */
PmxJob *pmx_job_parse(const json_t *config, const PmxTemplates *templates,
                      const PmxJobOptions *options, PmxProblems *problems);

void pmx_job_free(PmxJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxJob, pmx_job_free)

/* The JSON path of an input's address. Caller frees. */
char *pmx_job_input_path(const PmxJob *job, guint input);

/* What an InputRef names: the input's index and, for a selector's name, the selector; FALSE when
 * nothing has that name. A selector's name goes before an input's of the same name. */
gboolean pmx_job_find_ref(const PmxJob *job, const char *ref, guint *input,
                          const PmxAudioSelector **selector);
