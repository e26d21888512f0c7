/* SPDX-License-Identifier: MIT */
/*
 * A source: one input of the task, opened as a container.
 *
 * The bytes come from the parent by range over the data socket; the runner itself opens nothing but
 * what it has made.
 * Used by the probe, the decoder and tests. One thread at a time; all sources of a process share
 * the one data socket.
 */
#pragma once

#include "base/problem.h"
#include "base/ratio.h"
#include "media/unwrap.h"

/* Pictures of more samples are not decoded, so that a header that lies does not cost gigabytes. 8K,
 * and twice that height for both eyes, is well below. */
enum { PMX_PIXELS_MAX = 8192 * 8192 };

typedef struct {
    guint input;   /* the number the parent knows it by */
    gint64 size;   /* bytes */
    char *name;    /* file name without its folder: helps to recognise the format; owned */
    int fd;        /* the data socket; borrowed */
    gboolean file; /* `fd` is the file itself: one that this runner has made */
} PmxSourceRef;

typedef struct {
    AVFormatContext *format;
    AVIOContext *io;
    PmxSourceRef ref;  /* name borrowed from the caller's */
    gint64 position;   /* of the next read */
    int failed;        /* errno of the last read that failed; 0: none did */
    PmxUnwrap *unwrap; /* NULL: times are as in the file */
} PmxSource;

/* Opens the input and finds its streams. NULL with ResourceContentBad when it is empty or no
 * media. */
PmxSource *pmx_source_open(const PmxSourceRef *ref, GError **error);
void pmx_source_free(PmxSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxSource, pmx_source_free)

/* The next packet: 0, or a libav error code at the end. Goes on behind what a demuxer cannot read, as
 * players do. */
int pmx_source_next(PmxSource *source, AVPacket *packet);

/* From now on one clock for all packets, which have to be read from the first on, of all streams (see
 * unwrap.h). */
void pmx_source_unwrap(PmxSource *source);

/* FALSE when bytes could not be read: then the end a demuxer has found is none. */
gboolean pmx_source_check(const PmxSource *source, GError **error);

/* Reads up to `length` bytes of an input at `offset`: the bytes read, 0 at the end, -errno. No
 * container needed. */
gint64 pmx_source_read_at(const PmxSourceRef *ref, gint64 offset, void *buffer, gsize length);

/* What headers say: 0/1 where they say nothing, or nonsense. */
PmxRatio pmx_source_ratio(AVRational value);

/* Clockwise degrees from the display matrix (ISO/IEC 14496-12, 6.2.2), rounded to quarter turns. */
gint64 pmx_source_rotation(const AVStream *stream);
