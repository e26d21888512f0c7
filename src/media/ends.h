/* SPDX-License-Identifier: MIT */
/*
 * Where each stream of a file ends, and whether the file is all there. Part of the probe.
 *
 * What a file that was cut off still has is shown, as a player would; that the rest is missing is
 * noted with the facts.
 */
#pragma once

#include "media/source.h"
#include "plan/facts.h"

/* Sets `end` of each of the facts' streams, whose `start` and `decodable` are known, and adds to the
 * facts' warnings. Reads on in the file: nothing can be read from where it stood before. */
void pmx_ends_find(PmxFacts *facts, PmxSource *source);

/* TRUE when the container has tables of all samples (ISO/IEC 14496-12). */
gboolean pmx_ends_tabled(const AVFormatContext *format);
