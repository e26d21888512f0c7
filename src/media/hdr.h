/* SPDX-License-Identifier: MIT */
/*
 * What HDR10 says of the display a film was made on (SMPTE ST 2086) and of its light (CTA-861.3):
 * between libav's structs and the text form that x265 takes, G(x,y)B(x,y)R(x,y)WP(x,y)L(max,min) in
 * units of 0.00002 and of 0.0001 cd/m².
 */
#pragma once

#include "media/artifact.h"
#include "media/avptr.h"

/* Of a decoded frame: the text (caller frees; NULL when it says none), the display's peak in cd/m²,
 * and the film's MaxCLL and MaxFALL; 0 where it does not say. */
char *pmx_hdr_mastering(const AVFrame *frame, gint64 *peak);
void pmx_hdr_light(const AVFrame *frame, gint64 *most, gint64 *average);

/* Gives a stream that is to be written what the head says. */
int pmx_hdr_to_stream(const PmxArtifactHead *head, AVStream *stream);
