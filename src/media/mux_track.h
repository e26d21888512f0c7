/* SPDX-License-Identifier: MIT */
/* A track's parameters for libavformat, out of its artifact's head. For mux.c only. */
#pragma once

#include "media/long_languages.h"
#include "media/mux.h"

/* The name under which the track's long language stands in the file, see long_languages.h; NULL when
 * it has none, or `container` has no place for it. Caller frees. */
char *pmx_mux_track_long_name(int container, const PmxArtifactHead *head, const PmxMuxTrack *track);

/* The form in which `container` has long languages. */
PmxLongForm pmx_mux_long_form(int container);

/* Fills `stream` as `head` and `track` say, the way `container` has it; FALSE when the codec is
 * unknown or memory is short. */
gboolean pmx_mux_track_set(AVStream *stream, int container, const PmxArtifactHead *head,
                           const PmxMuxTrack *track, GError **error);
