/* SPDX-License-Identifier: MIT */
/*
 * AMR speech in MP4 and 3GP: a sample holds several frames of 20 ms (ETSI TS 126 244, 6.5), of which
 * libavcodec's decoders take the first and drop the rest. So they are given one at a time.
 */
#pragma once

#include "media/avptr.h"

/* The size of what `packet` begins with, a frame of each channel, when the codec is AMR and more
 * follows; else 0. */
int pmx_amr_first(const AVCodecContext *context, const AVPacket *packet);

/* Moves the first `size` bytes of `whole` into `frame`; what is left of `whole` begins 20 ms later. */
int pmx_amr_split(AVPacket *whole, AVPacket *frame, int size, AVRational time_base);
