/* SPDX-License-Identifier: MIT */
/*
 * What libavformat is told for each container, and how each one treats time. Used by mux.c and the
 * package task.
 */
#pragma once

#include "job/containers.h"
#include "media/avptr.h"

/* What a container does with what lies before a track's zero: the encoder's priming, and the
 * decoding times that pictures out of order need. */
typedef enum {
    PMX_TIMES_EDITS, /* MP4 and relatives: an edit list cuts it off */
    PMX_TIMES_DELAY, /* Matroska: presentation times only; Opus tells its priming (CodecDelay, which
                        its times count in), that of others sounds before the picture begins */
    PMX_TIMES_LATER, /* MPEG-TS, FLV, MXF: none; everything moves later together, so the priming
                         sounds before the picture begins */
    PMX_TIMES_ALONE, /* one track without a clock: the format itself tells priming and padding
                         (MP3's LAME tag, Ogg's granule positions), or there is none (FLAC, WAV) */
} PmxTimes;

typedef struct {
    const char *muxer; /* libavformat's name */
    PmxTimes times;
    gboolean interleaves; /* the muxer wants to order packets itself */
    gboolean repeats;     /* frames are counted, and each keyframe brings its parameter sets */
} PmxMuxFormat;

const PmxMuxFormat *pmx_mux_format(int container);

/* Options for avformat_write_header(). `clock`: ticks a second that all tracks' clocks divide, as far
 * as MP4 has room for it. `size`: bytes that the file will have, about. */
void pmx_mux_options(int container, gint64 clock, gint64 size, AVDictionary **options);

/* Not all names in `metadata` are ones that players look for in MP4 (iTunes' list) or QuickTime, so the
 * file has to spell them out. */
gboolean pmx_mux_spells_names(int container, const AVDictionary *metadata);
