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
#include "job/template.h"

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
} PmxInput;

/* --- what an output is made of --- */

typedef enum { PMX_CODEC_H264, PMX_CODEC_H265, PMX_CODEC_AV1 } PmxVideoCodec;
typedef enum { PMX_PIXELS_8, PMX_PIXELS_10 } PmxPixels; /* bits of a sample; 4:2:0 */
/* What the encoder is told: a quality, a quantiser, or a rate and how to come by it. */
typedef enum {
    PMX_RATE_CRF,
    PMX_RATE_QP,
    PMX_RATE_ONEPASS,
    PMX_RATE_TWOPASS,
    PMX_RATE_CBR
} PmxRateMode;
typedef enum { PMX_AAC_LOW, PMX_AAC_HE, PMX_AAC_HE_V2 } PmxAacProfile;
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
} PmxVideo;

typedef struct {
    char *path; /* JSON path of the track, for later problems */
    char *input_ref;
    int language_control; /* PmxLanguageControl */
    char *language;       /* as written; ISO 639-2 by validation */
    gboolean remove;
    int profile;         /* PmxAacProfile */
    gint64 bitrate;      /* kbit/s */
    gint64 samplerate;   /* Hz */
    gint64 channels;     /* 0: as the source (at most 2 in this version's AAC) */
    gboolean is_default; /* extension */
    char *title;         /* extension */
    int duration;        /* extension; PmxDurationRule */
} PmxAudio;

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
    PmxVideo video;
    int rate;                    /* PmxRateMode */
    gboolean check_bitrate;      /* TransConfig.IsCheckVideoBitrate: at most the source's rate */
    gboolean check_bitrate_fail; /* IsCheckVideoBitrateFail: refuse a source of a lower rate */
    gboolean audios_given; /* FALSE: the video input's default audio track, with `audio` below */
    GPtrArray *audios;     /* of PmxAudio *, in track order, Remove'd ones left out; never NULL */
    PmxAudio audio;        /* the output's general audio settings */
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
} PmxJobOptions;

/* Parses and checks `config` (borrowed). Returns the job (caller frees), or NULL when there is any
 * problem; then `problems` holds all of them. */
PmxJob *pmx_job_parse(const json_t *config, const PmxTemplates *templates,
                      const PmxJobOptions *options, PmxProblems *problems);

void pmx_job_free(PmxJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxJob, pmx_job_free)

/* What an InputRef names: the input's index and, for a selector's name, the selector; FALSE when
 * nothing has that name. A selector's name goes before an input's of the same name. */
gboolean pmx_job_find_ref(const PmxJob *job, const char *ref, guint *input,
                          const PmxAudioSelector **selector);
