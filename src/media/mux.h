/* SPDX-License-Identifier: MIT */
/*
 * The container of an output, written through libavformat. Used by the package task; one thread.
 *
 *     mux.c          the file: header, packets, trailer
 *     mux_format.c   what each container is called and told (see job/containers.h for what it
 *                    carries)
 *     mux_track.c    a track's parameters, from its artifact's head
 *
 * Tracks are added, then pmx_mux_begin(), packets in the order of their decoding times,
 * pmx_mux_end(). In MP4 and its relatives the index stands in front of the media (faststart);
 * nothing in a file tells time, machine or library version, and no id in it is random.
 */
#pragma once

#include "media/artifact.h"
#include "media/mux_format.h"

typedef struct PmxMux PmxMux;

/* How a track is described besides what its artifact tells. */
typedef struct {
    const char *language; /* ISO 639-2/T or NULL */
    const char *tag;      /* BCP 47 where that says more, or NULL */
    const char *title;    /* or NULL */
    gboolean enabled;
    gint64 priming; /* ticks of the head's time base at its beginning that are not to be heard */
} PmxMuxTrack;

/* Creates the file `path`; `container` is a PmxContainer. */
PmxMux *pmx_mux_create(const char *path, int container, GError **error);
void pmx_mux_free(PmxMux *mux);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxMux, pmx_mux_free)

/* Text about the file as a whole. Before pmx_mux_begin(). */
void pmx_mux_describe(PmxMux *mux, const char *key, const char *value);

/* Adds a track like `head` says; its number, or -1. */
int pmx_mux_add(PmxMux *mux, const PmxArtifactHead *head, const PmxMuxTrack *track, GError **error);

/* Makes every time later by so many ticks of 1/90000 s: for containers that know none below
 * zero. */
void pmx_mux_delay(PmxMux *mux, gint64 ticks);

/* About how many bytes will be written. Before pmx_mux_begin(). */
void pmx_mux_expect(PmxMux *mux, gint64 bytes);

gboolean pmx_mux_begin(PmxMux *mux, GError **error);

/* Writes `packet` (times in ticks of the track's head) into track `number`; the packet is
 * unreferenced. With `refused` a packet whose bytes the container cannot make its own is no error:
 * then it becomes TRUE and nothing is written. */
gboolean pmx_mux_write(PmxMux *mux, int number, AVPacket *packet, gboolean *refused,
                       GError **error);

gboolean pmx_mux_end(PmxMux *mux, GError **error);
