/* SPDX-License-Identifier: MIT */
/*
 * How pmx_job_parse() goes about it, inside the room.
 *
 *     job.c      the job's own making and freeing
 *     parse.c    reads Config, checks the names of inputs, walks the outputs
 *     output.c   one output: its address, its template, its parameters, merged
 *     rate.c     one output's rate control
 *     picture.c  checks of one output's picture
 *     tracks.c   one output's audio tracks
 *     fitting.c  what its container asks of the rest; subtitles, features, copying
 *
 * A problem is reported where its author wrote the cause, so what was written (`over`) is kept
 * apart from what comes out of the merge (`merged`): keys are read and range-checked in `over`,
 * values are taken from `merged`, and checks over several keys ask pmx_build_blame() for the place.
 * Pure.
 */
#pragma once

#include "job/config.h"
#include "job/params.h"

/* A font that a text has asked for. */
typedef struct {
    gboolean looked;
    GBytes *file; /* NULL: it is not installed */
    char *sum;    /* SHA-256 of the file; NULL: nobody has asked */
} PmxBuildFont;

/* One job being built. */
typedef struct {
    const PmxTemplates *templates;
    const PmxJobOptions *options;
    PmxJob *job; /* its inputs are complete before the first output is built */
    GHashTable
        *files; /* pmx_output_address_key() of an input's or output's file → JSON path of it */
    PmxProblems *problems;
    PmxBuildFont *fonts; /* PMX_FONTS of them; large, so each is read once a job */
} PmxBuild;

/* Where an output is in Config. */
typedef struct {
    const PmxGroupRequest *group; /* NULL: on its own */
    const PmxOutputRequest *request;
    const json_t *json; /* the request as written */
    const char *path;
} PmxOutputPlace;

/* One of its outputs being built. */
typedef struct {
    PmxBuild *build;
    PmxOutput *output;
    const json_t *over;      /* OverrideParams as written; NULL when there is no such object */
    PmxParams written;       /* the same, read; what was wrong in it is reported already */
    json_t *merged;          /* the template with `over` laid on it */
    gboolean template_known; /* FALSE: what the merge gives is not what was meant */
    guint first;             /* the build's problems before this output */
} PmxBuildOutput;

/* Adds the output to the job. */
void pmx_build_output(PmxBuild *build, const PmxOutputPlace *place);

/* Checks what is said of rate control and fills the output's `rate`; of what a template says only
 * what goes with OverrideParams is left. Call when `video` is filled. */
void pmx_build_rate(PmxBuildOutput *building);
/* Checks what the output's video wants of the picture. */
void pmx_build_picture(PmxBuildOutput *building);
/* The PmxContainer that the output or its template names; the default when neither does rightly. */
int pmx_build_container(const PmxBuild *build, const PmxOutputPlace *place);

/* Lays what the container implies into `merged`. */
void pmx_build_imply(PmxBuildOutput *building);

/* Builds the subtitles, and refuses what the container cannot carry. */
void pmx_build_fit(PmxBuildOutput *building);

/* Fills the output's watermarks; their pictures become inputs of the job. */
void pmx_build_watermarks(PmxBuildOutput *building, const PmxOutputPlace *place);

/* Takes Clip and Metadata. */
void pmx_build_features(PmxBuildOutput *building, const PmxOutputPlace *place);

/* With Remux, in place of video and tracks. */
void pmx_build_remux(PmxBuildOutput *building);

/* Reports every key of `json`, found at `path`, but for those in `kept` (NULL at the end): a copied
 * track has no other settings, and `what` says what it is ("what is copied"). */
void pmx_build_check_copied(PmxBuildOutput *building, const char *path, const json_t *json,
                            const char *const *kept, const char *what);

/* Fills the output's audio, audios and audios_given. */
void pmx_build_tracks(PmxBuildOutput *building);

/* Reads the merged section `name` into `out`; what was wrong in it is reported already. FALSE when
 * something was, so that checks over several keys say nothing that only follows from it. */
gboolean pmx_build_section(const PmxBuildOutput *building, const char *name,
                           const PmxObject *object, void *out);

/* TRUE when `object` is a JSON object that has the key, and not null. */
gboolean pmx_build_given(const json_t *object, const char *key);

/* The path of the first of `keys` (NULL at the end) that OverrideParams has in the section of that
 * name, else of the template's id, else of OverrideParams. Caller frees. */
char *pmx_build_blame(const PmxBuildOutput *building, const char *section, const char *const *keys);

/* Adds a problem, unless this output has the very same one; takes `path` and `message`. */
void pmx_build_report(PmxBuildOutput *building, PmxCode code, char *path, char *message);

/* Checks that `ref`, found at `path`, names an input or, when that is allowed, an audio
 * selector. */
void pmx_build_check_ref(const PmxBuild *build, const char *ref, const char *path,
                         gboolean selectors);

/* A job with the name and inputs of `request`, which it takes over; an output appended to it, with
 * no more than its list of tracks. */
PmxJob *pmx_build_job_new(PmxConfig *request);
PmxOutput *pmx_build_output_new(PmxJob *job);

/* Frees a track. */
void pmx_build_audio_free(gpointer audio);
