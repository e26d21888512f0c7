/* SPDX-License-Identifier: MIT */
/*
 * Features of an output: the field tables, and the checks of Clip and Metadata. Pure; for the job
 * room and for whoever prints the reference.
 */
#pragma once

#include "job/job.h"
#include "job/watermarks.h"

typedef struct {
    PmxTimeSpan span;
} PmxClip;

typedef struct {
    GPtrArray *watermarks; /* of PmxWatermark *, or NULL */
    PmxClip clip;
    json_t *metadata; /* as given; or NULL */
} PmxFeatures;

extern const PmxObject pmx_features_object;

/* The pairs of `metadata` (of PmxPair *; NULL: none); what is wrong with them is added under
 * `path`. `container` is a PmxContainer. */
GPtrArray *pmx_features_metadata(const json_t *metadata, int container, const char *path,
                                 PmxProblems *problems);

/* Checks the span's keys together. */
void pmx_features_check_span(const PmxTimeSpan *span, const char *path, PmxProblems *problems);
