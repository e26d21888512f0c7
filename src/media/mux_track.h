/* SPDX-License-Identifier: MIT */
/* A track's parameters for libavformat, out of its artifact's head. For mux.c only. */
#pragma once

#include "media/mux.h"

/* Fills `stream` as `head` and `track` say, the way `container` has it; FALSE when the codec is
 * unknown or memory is short. */
gboolean pmx_mux_track_set(AVStream *stream, int container, const PmxArtifactHead *head,
                           const PmxMuxTrack *track, GError **error);
