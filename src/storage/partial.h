/* SPDX-License-Identifier: MIT */
/*
 * A range that comes in several answers: what one brought before it broke off stays, and the next request is
 * for what is missing.
 *
 *     Range: 0-99 ─► 206, 0-99, but after 40 bytes silence ─► Range: 40-99 ─► 206, 40-99 ─► 0-99
 *
 * That all answers are of one object is the caller's to see to, by If-Match.
 */
#pragma once

#include "net/client.h"

typedef struct {
    guint64 first;   /* offset of the first byte of the range, and */
    gsize length;    /* how many were asked for; the object may end before */
    GByteArray *got; /* NULL: nothing yet */
} PmxPartial;

void pmx_partial_clear(PmxPartial *partial);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PmxPartial, pmx_partial_clear)

/* What is to be asked for next. */
guint64 pmx_partial_next(const PmxPartial *partial);
gsize pmx_partial_missing(const PmxPartial *partial);

/* Keeps what an answer that broke off has brought. One that contradicts itself, or has all that it
 * promised and yet broke off, has brought nothing. How many bytes. */
gsize pmx_partial_keep(PmxPartial *partial, const PmxClientReply *reply);

/* What was kept, and the rest behind it. */
GBytes *pmx_partial_whole(const PmxPartial *partial, GBytes *rest);

/* So much in an attempt, and a source that breaks off is not one that is away. */
enum { PMX_PARTIAL_WORTH = 64 * 1024 };
