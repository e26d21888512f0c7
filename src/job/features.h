/* SPDX-License-Identifier: MIT */
/* Features of an output: field tables. Pure; for the job room and for whoever prints the
 * reference. */
#pragma once

#include "job/watermarks.h"

typedef struct {
    GPtrArray *watermarks; /* of PmxWatermark *, or NULL */
} PmxFeatures;

extern const PmxObject pmx_features_object;
