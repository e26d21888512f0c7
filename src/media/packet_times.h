/* SPDX-License-Identifier: MIT */
/*
 * Presentation times of a whole track's packets, in decoding order, put right. Pure; used by the
 * artifact writer.
 */
#pragma once

#include <glib.h>

/* The most packets that come before one they are presented after: what a decoder must hold back. */
gint64 pmx_packet_times_reorder(const GArray *rows);

/* `rows` of PmxArtifactPacket. A picture without a time (AV_NOPTS_VALUE) gets one in the middle of the
 * widest hole that those around it leave; then no two share a time, one that would goes a tick
 * further. At least one row has a time. */
void pmx_packet_times_settle(GArray *rows);
