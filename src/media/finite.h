/* SPDX-License-Identifier: MIT */
/*
 * Samples that are no numbers: floating-point sources hold NaN and infinities where a program has
 * gone wrong, and one of them would spoil everything behind it that adds samples up.
 */
#pragma once

#include "media/avptr.h"

/* Puts silence where a sample of the frame is no number, or larger than any sound is. TRUE when one
 * was; then the frame's samples are its own. Frames of integers are left alone. */
gboolean pmx_finite_mend(AVFrame *frame);
