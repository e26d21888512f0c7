/* SPDX-License-Identifier: MIT */
/* Values with text forms of their own, for the tables in job/params-*.c and job/config.c. Pure. */
#pragma once

#include "base/fields.h"

extern const PmxTextKind pmx_gop_kind;        /* PmxGop: "10s" or frames */
extern const PmxTextKind pmx_samplerate_kind; /* gint64, one of the API's list */
extern const PmxTextKind pmx_channels_kind;   /* gint64, 0 to 2 */

/* Keys that have one value so far: checked, and stored nowhere. */
extern const PmxTextKind pmx_only_mp4_kind;
extern const PmxTextKind pmx_only_aac_kind;
extern const PmxTextKind pmx_only_yuv420p_kind;
extern const PmxTextKind pmx_only_file_kind;
extern const PmxTextKind pmx_only_crf_kind; /* TransMode, which means the same as onepass here */
