/* SPDX-License-Identifier: MIT */
/*
 * MP4: the container of an output, written through libavformat. Used by the package task; one
 * thread.
 *
 * Tracks are added, then pmx_mp4_begin(), packets in the order of their decoding times,
 * pmx_mp4_end(). The index stands in front of the media (faststart); nothing in the file tells
 * time, machine or library version.
 */
#pragma once

#include "media/artifact.h"

typedef struct PmxMp4 PmxMp4;

/* How a track is described besides what its artifact tells. */
typedef struct {
    const char *language; /* ISO 639-2/T or NULL */
    const char *title;    /* or NULL */
    gboolean enabled;
} PmxMp4Track;

PmxMp4 *pmx_mp4_create(const char *path, GError **error);
void pmx_mp4_free(PmxMp4 *mp4);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxMp4, pmx_mp4_free)

/* Adds a track like `head` says; its number, or -1. */
int pmx_mp4_add(PmxMp4 *mp4, const PmxArtifactHead *head, const PmxMp4Track *track, GError **error);

gboolean pmx_mp4_begin(PmxMp4 *mp4, GError **error);

/* Writes `packet` (times in ticks of the track's head) into track `number`; the packet is
 * unreferenced. */
gboolean pmx_mp4_write(PmxMp4 *mp4, int number, AVPacket *packet, GError **error);

gboolean pmx_mp4_end(PmxMp4 *mp4, GError **error);
