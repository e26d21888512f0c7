/* SPDX-License-Identifier: MIT */
/*
 * One running clock for a file whose own starts again.
 *
 * Recordings put behind one another, and recorders that lost their source, leave transport streams in
 * which times jump. Where the decoding time of a picture's or a sound's packet is not near where the
 * one before it ended, all streams together are moved so that it is. All packets of the file have to
 * come by, from its first on, so that whoever reads one stream of it gets the same clock as who reads
 * another.
 */
#pragma once

#include "media/avptr.h"

typedef struct PmxUnwrap PmxUnwrap;

PmxUnwrap *pmx_unwrap_new(void);
void pmx_unwrap_free(PmxUnwrap *unwrap);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxUnwrap, pmx_unwrap_free)

/* Puts the times of the next packet of `stream` onto the clock. */
void pmx_unwrap_packet(PmxUnwrap *unwrap, const AVStream *stream, AVPacket *packet);

/* TRUE when a time has jumped so far. */
gboolean pmx_unwrap_jumped(const PmxUnwrap *unwrap);
