/* SPDX-License-Identifier: MIT */
/*
 * What Volume asks for as a gain over time, from what the loudness task measured.
 *
 * Below a range target, the gain follows the short-term loudness (3 s, 10 values a second): what is
 * louder than the whole is turned down and what is quieter up, in proportion, as much as brings the
 * range to its target; quiet passages below the gate keep the gain they follow. One thread.
 */
#pragma once

#include "media/limiter.h"
#include "media/loudness.h"
#include "plan/task.h"

typedef struct {
    guint count;
    double *db;         /* of each step of 100 ms; NULL: the same always */
    double offset;      /* dB, on top of it */
    PmxCeiling ceiling; /* for the limiter */
    double target;      /* LUFS to come out at; HUGE_VAL: wherever it comes out */
    double peak;        /* dBTP that may come out without a limiter, at most */
} PmxVolumePlan;

/* `own` and `reference` (of the output's first track) may be NULL where the task does not need
 * them. */
PmxVolumePlan *pmx_volume_plan(const PmxAudioTask *task, const PmxLoudness *own,
                               const PmxLoudness *reference);
void pmx_volume_free(PmxVolumePlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxVolumePlan, pmx_volume_free)

/* Applies it to `count` samples a channel, interleaved, of which the first is number `at` of the
 * track. */
void pmx_volume_apply(const PmxVolumePlan *plan, gint64 at, int rate, int channels,
                      const float *from, float *to, gsize count);
