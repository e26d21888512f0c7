/* SPDX-License-Identifier: MIT */
/* See mux_format.h. */
#include "media/mux_format.h"

static const PmxMuxFormat formats[] = {
    [PMX_CONTAINER_MP4] = {"mp4", PMX_TIMES_EDITS, FALSE},
    [PMX_CONTAINER_MOV] = {"mov", PMX_TIMES_EDITS, FALSE},
    [PMX_CONTAINER_M4A] = {"ipod", PMX_TIMES_EDITS, FALSE},
    [PMX_CONTAINER_MKV] = {"matroska", PMX_TIMES_DELAY, FALSE},
    [PMX_CONTAINER_WEBM] = {"webm", PMX_TIMES_DELAY, FALSE},
    [PMX_CONTAINER_TS] = {"mpegts", PMX_TIMES_LATER, FALSE},
    [PMX_CONTAINER_FLV] = {"flv", PMX_TIMES_LATER, FALSE},
    [PMX_CONTAINER_MP3] = {"mp3", PMX_TIMES_ALONE, FALSE},
    [PMX_CONTAINER_OGG] = {"ogg", PMX_TIMES_ALONE, FALSE},
    [PMX_CONTAINER_FLAC] = {"flac", PMX_TIMES_ALONE, FALSE},
    [PMX_CONTAINER_WAV] = {"wav", PMX_TIMES_ALONE, FALSE},
    [PMX_CONTAINER_MXF] = {"mxf", PMX_TIMES_LATER, TRUE, TRUE},
    [PMX_CONTAINER_GIF] = {"gif", PMX_TIMES_ALONE, FALSE},
    [PMX_CONTAINER_WEBP] = {"webp", PMX_TIMES_ALONE, FALSE},
};

const PmxMuxFormat *pmx_mux_format(int container)
{
    return &formats[container];
}

/* libavformat writes these into iTunes' list (movenc.c's own names). */
static const char *const itunes[] = {
    "title",     "artist",   "album_artist", "composer",    "album",    "date", "comment", "genre",
    "copyright", "grouping", "lyrics",       "description", "synopsis", "show", NULL};

/* QuickTime's own are fewer. */
static const char *const quicktime[] = {"title",   "artist", "album",     "date",
                                        "comment", "genre",  "copyright", NULL};

gboolean pmx_mux_spells_names(int container, const AVDictionary *metadata)
{
    const char *const *known = container == PMX_CONTAINER_MOV ? quicktime : itunes;
    const AVDictionaryEntry *entry = NULL;
    while ((entry = av_dict_get(metadata, "", entry, AV_DICT_IGNORE_SUFFIX)))
        if (!g_strv_contains(known, entry->key))
            return TRUE;
    return FALSE;
}

/* RIFF counts bytes in 32 bits; a longer file becomes an RF64 (EBU Tech 3306), for which room has to
 * be left in front. Shorter ones are without it, as they always were. */
static const gint64 RIFF_MAX = (gint64)G_MAXUINT32 - (64 << 20);

void pmx_mux_options(int container, gint64 clock, gint64 size, AVDictionary **options)
{
    if (pmx_mux_format(container)->times == PMX_TIMES_EDITS) {
        av_dict_set(options, "movflags", "faststart", 0);
        av_dict_set_int(options, "movie_timescale", clock, 0);
    }
    if (container == PMX_CONTAINER_WAV && size > RIFF_MAX)
        av_dict_set(options, "rf64", "auto", 0);
    /* What more players know than version 4. */
    if (container == PMX_CONTAINER_MP3)
        av_dict_set(options, "id3v2_version", "3", 0);
    if (container == PMX_CONTAINER_GIF || container == PMX_CONTAINER_WEBP)
        av_dict_set(options, "loop", "0", 0);
}
