/* SPDX-License-Identifier: MIT */
/* What a copied packet's bytes have to become before any container takes them. For copy_task.c only. */
#pragma once

#include "base/problem.h"
#include "media/avptr.h"

typedef struct PmxCopyFilter PmxCopyFilter;

/* For the packets of `stream`, whose extradata is set when the packets bring it. */
PmxCopyFilter *pmx_copy_filter_new(AVStream *stream);
void pmx_copy_filter_free(PmxCopyFilter *filter);

/* Changes `packet` in place. `left_out` becomes TRUE when it is damaged and cannot be used. FALSE with
 * ResourceContentBad when the whole stream cannot be copied. */
gboolean pmx_copy_filter_take(PmxCopyFilter *filter, AVPacket *packet, gboolean *left_out,
                              GError **error);
