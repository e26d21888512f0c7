/* SPDX-License-Identifier: MIT */
/*
 * Artifacts: encoded packets of one track, or of one segment of a track, kept between tasks.
 *
 *     "PMXPKT1\n" | packets, back to back | index: 24 bytes a packet | head: JSON | trailer: 40
 * bytes
 *
 * The index gives each packet's presentation time, size and flags; the head the codec's name,
 * parameter sets, time base and the rest that a container writes once. Decoding times are not kept:
 * they depend on what stands before a segment and are worked out when packaging. The trailer comes
 * last, so a file cut short is never taken for a whole one, and holds a CRC-32 (IEEE 802.3) of all
 * before it. Integers are little-endian. Same packets, same bytes.
 *
 * Written by the video and audio tasks, read by the package task. A writer or reader belongs to one
 * thread.
 */
#pragma once

#include "base/ratio.h"
#include "media/avptr.h"
#include "media/source.h"

typedef struct {
    gint64 pts; /* ticks of the head's time base */
    guint32 size;
    guint32 duration; /* ticks; 0: up to the next packet in presentation order */
    guint32 key;      /* 1: a keyframe */
} PmxArtifactPacket;

typedef struct {
    char *codec; /* libavcodec's name */
    PmxRatio time_base;
    PmxRatio frame_rate;  /* video */
    gint64 width, height; /* video */
    PmxRatio sar;
    char *range, *matrix, *primaries, *transfer, *chroma; /* video */
    char *mastering;                                      /* HDR10, see hdr.h */
    gint64 light_max, light_average;                      /* likewise */
    gint64 profile, level;
    gint64 sample_rate, channels, frame_size; /* audio; sample_rate is the time base's for HE-AAC */
    char *layout;       /* audio: channels as libavutil spells them; NULL: the usual of so many */
    gint64 padding;     /* audio: the encoder's priming, samples */
    gint64 bits;        /* audio: of a sample; 0: the codec has none */
    gint64 block_align; /* audio: bytes */
    gint64 bit_rate;    /* bit/s, when the encoder was told one */
    gboolean copied;    /* packets of the source, not of an encoder */
    char *
        format; /* of a picture (yuv420p when NULL) or of a copied track's samples; libavutil's name */
    gint64 rotation; /* copied video: degrees clockwise that show it upright */
    gint64 reorder;  /* how many packets a picture can come too early, at most */
    char *extradata; /* base64 */
    gint64 damaged;  /* source packets that did not decode */
} PmxArtifactHead;

extern const PmxObject pmx_artifact_head_object;

typedef struct PmxArtifactWriter PmxArtifactWriter;

/* Creates the file `path`, which must not exist. */
PmxArtifactWriter *pmx_artifact_create(const char *path, GError **error);
gboolean pmx_artifact_add(PmxArtifactWriter *writer, const AVPacket *packet, GError **error);

/* Puts the times of a video right whose packets came without times (AV_NOPTS_VALUE), or several with
 * one: see packet_times.h. */
void pmx_artifact_settle(PmxArtifactWriter *writer);

/* Writes index, head and trailer; `head->reorder` is worked out here. The writer still has to be
 * freed. */
gboolean pmx_artifact_finish(PmxArtifactWriter *writer, PmxArtifactHead *head, GError **error);

/* Frees; an unfinished file is left as it is, recognisably incomplete. */
void pmx_artifact_writer_free(PmxArtifactWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxArtifactWriter, pmx_artifact_writer_free)

typedef struct {
    PmxArtifactHead *head;
    PmxArtifactPacket *packets;
    gsize count;
    /* private to artifact_read.c */
    PmxSourceRef ref;
    gint64 position; /* of the next packet's bytes */
    guint8 *ahead;   /* bytes read ahead, up to `ahead_end` of the file */
    gint64 ahead_at, ahead_end;
    gsize next;
    guint32 crc;
    guint32 wanted_crc;
} PmxArtifact;

/* Opens an artifact served as input `ref` and reads its head and index. */
PmxArtifact *pmx_artifact_open(const PmxSourceRef *ref, GError **error);
void pmx_artifact_free(PmxArtifact *artifact);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxArtifact, pmx_artifact_free)

/* The next packet's bytes into `packet` (unreferenced first), pts, duration and flags set; call
 * `count` times. After the last one the checksum is compared. */
gboolean pmx_artifact_next(PmxArtifact *artifact, AVPacket *packet, GError **error);
