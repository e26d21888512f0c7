/* SPDX-License-Identifier: MIT */
/*
 * Decoding times for a video put together from segments.
 *
 * Packets come in decoding order with presentation times only. The n-th packet is decoded when the
 * picture is shown that stands `reorder` places earlier in presentation order; so decoding times
 * strictly rise and no picture is shown before it is decoded, whatever the frame rate does and
 * wherever segments meet. (H.264 C.4.5.3 and H.265 C.5.2 bound the reordering; the artifacts tell
 * it.) Pure arithmetic, used by the package task.
 */
#pragma once

#include <glib.h>

typedef struct {
    gint64 *sorted; /* presentation times, rising */
    gsize count, next;
    gint64 reorder;
    gint64 frame; /* ticks a frame lasts, nominally: before the first picture and after the last */
    gint64 shift; /* ticks everything is decoded earlier than it has to be */
} PmxDecodeOrder;

/* `times` (taken; g_free'd later) in any order, `count` of them. */
void pmx_decode_order_init(PmxDecodeOrder *order, gint64 *times, gsize count, gint64 reorder,
                           gint64 frame);
void pmx_decode_order_clear(PmxDecodeOrder *order);

/* Makes the first picture be shown at least `lead` ticks after it is decoded. */
void pmx_decode_order_lead(PmxDecodeOrder *order, gint64 lead);

/* The decoding time of the next packet. */
gint64 pmx_decode_order_next(PmxDecodeOrder *order);

/* How long the picture at presentation time `pts` is shown. */
gint64 pmx_decode_order_duration(const PmxDecodeOrder *order, gint64 pts);
