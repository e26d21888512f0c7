/* SPDX-License-Identifier: MIT */
/* A job's files by what they are, and not by how they are spelt. Safe from any thread. */
#pragma once

#include "job/job.h"
#include "storage/places.h"

/* Adds a problem for each output that would be written over an input or over another output; the job has
 * been checked for those that are spelt alike. FALSE: there is one. */
gboolean pmx_job_files_check(const PmxPlaces *places, const PmxJob *job, PmxProblems *problems);
