/* SPDX-License-Identifier: MIT */
/*
 * A decoder: one stream of a source, as frames in presentation order.
 *
 * Damaged packets are counted and passed over, as a player would. Frame timestamps are in the
 * stream's ticks, as in the file. One thread at a time.
 */
#pragma once

#include "media/source.h"

typedef struct PmxDecoder PmxDecoder;

typedef enum { PMX_NEXT_ERROR = -1, PMX_NEXT_END, PMX_NEXT_FRAME } PmxNext;

/* Opens a decoder for stream `index` of `source` (borrowed; must outlive the decoder). All other
 * streams are discarded. */
PmxDecoder *pmx_decoder_open(PmxSource *source, int index, GError **error);
void pmx_decoder_free(PmxDecoder *decoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxDecoder, pmx_decoder_free)

AVStream *pmx_decoder_stream(const PmxDecoder *decoder);

/* Makes the next frame one at or before `ticks`, as far as the file has one: seeks to a keyframe
 * from which everything at `ticks` decodes. Of what lies before, a video may leave out pictures. */
gboolean pmx_decoder_seek(PmxDecoder *decoder, gint64 ticks, GError **error);

/* From now on every picture before what is sought decodes, however long before. */
void pmx_decoder_keep_all(PmxDecoder *decoder);

/* From now on pictures good enough to be compared, not to be seen: cheaper by the loop filter. */
void pmx_decoder_coarse(PmxDecoder *decoder);

/* Whether pictures that no other one refers to may be left out from now on. */
void pmx_decoder_set_sparse(PmxDecoder *decoder, gboolean sparse);

/* The next frame into `frame` (unreferenced first); its pts is set. */
PmxNext pmx_decoder_next(PmxDecoder *decoder, AVFrame *frame, GError **error);

/* Packets that did not decode. */
guint pmx_decoder_damaged(const PmxDecoder *decoder);
