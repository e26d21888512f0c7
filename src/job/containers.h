/* SPDX-License-Identifier: MIT */
/*
 * Containers and what each can carry: the one table that parsing, checks, addresses, the package
 * task and the reference page go by.
 *
 * Codecs have libavcodec's names here, as facts about inputs do, so that one question serves what
 * is encoded and what is copied. What may be *made* for a container is what its own standard or
 * registration names and players expect; what may be *copied* into it is that and a few more. Pure.
 */
#pragma once

#include "job/job.h"

typedef enum {
    PMX_METADATA_NONE,    /* the format has no place for it */
    PMX_METADATA_LISTED,  /* names that the format knows, no others */
    PMX_METADATA_ANYTHING /* any names */
} PmxMetadataRoom;

typedef struct {
    const char *name;                                           /* Container.Format */
    const char *extension;                                      /* of files, without the dot */
    const char *const *video, *const *audio, *const *subtitles; /* made; NULL at the end */
    const char *const *copied; /* further codecs that may be copied into it; NULL at the end */
    gboolean several;          /* more than one audio track */
    gboolean tags;             /* keeps languages and titles of tracks */
    PmxMetadataRoom metadata;
    const char *const *keys; /* with PMX_METADATA_LISTED: the names; NULL at the end */
    gboolean plain_aac;      /* of AAC, only LC and HE of up to six channels */
} PmxContainerInfo;

/* The spellings of PmxContainer, NULL at the end, and the job API's that are for a later version. */
extern const char *const pmx_container_names[];
extern const char *const pmx_container_refused[];

const PmxContainerInfo *pmx_container_info(int container);

/* libavcodec's names of PmxVideoCodec, PmxAudioCodec and PmxSubtitleCodec. */
const char *pmx_video_codec_name(int codec);
const char *pmx_audio_codec_name(int codec);
const char *pmx_subtitle_codec_name(int codec);

/* The job's spelling of a codec that may be made ("hevc": "H.265"), else `name` itself. Borrowed. */
const char *pmx_codec_spelling(const char *name);

/* Whether `list` has the codec `name`. */
gboolean pmx_codecs_have(const char *const *list, const char *name);

/* Whether a stream of the codec `name` may be copied into the container. */
gboolean pmx_container_copies(int container, const char *name);

/* The most channels that the codec can have in the container. */
gint64 pmx_container_channels(int container, int codec);

/* Whether AAC of this PmxAacProfile can be made for the container. */
gboolean pmx_container_aac(int container, int profile);

/* "H.264, H.265 or AV1"; "no video" and the like when the list is empty (`what` is "video").
 * Caller frees. */
char *pmx_container_offer(const char *const *list, const char *what);

/* TRUE when `name` is a container's extension with its dot (".mp4") and nothing else. */
gboolean pmx_container_is_bare_extension(const char *name);

/* The table as Markdown, for the reference page. Caller frees. */
char *pmx_containers_markdown(void);
