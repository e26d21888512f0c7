/* SPDX-License-Identifier: MIT */
/*
 * Renditions that are to have a bit rate, and what is planned before they are encoded.
 *
 *     a measure a segment ─► a budget a rendition ─► video tasks, each with its measure and the budget
 *
 * Renditions that differ in their rates only are measured once. Pure.
 */
#pragma once

#include "plan/plan.h"

typedef struct PmxRated PmxRated;

/* Whether a rendition's rate is shared out by need: its segments are measured first. */
gboolean pmx_rated_is(const PmxRendition *rendition);

/* For the renditions of a row of segments, all of them rated; borrowed. `interlaced`: their pictures
 * stay so. Caller frees. */
PmxRated *pmx_rated_new(const GPtrArray *renditions, gboolean interlaced);
void pmx_rated_free(PmxRated *rated);

/* Fills in `task`, which measures the next segment: its body, whose renditions are still missing,
 * and its keys. Borrows it. */
void pmx_rated_add_measure(PmxRated *rated, const PmxPlanInput *input, PmxTask *task);

/* Adds the tasks that share out the bits, named after `row`, when all measures are there. */
void pmx_rated_add_budgets(PmxRated *rated, guint row, guint source, PmxPlan *plan);

/* Has the `r`-th rendition of `task`, which encodes segment `segment`, take what it may. */
void pmx_rated_use(const PmxRated *rated, guint segment, guint r, PmxTask *task);
