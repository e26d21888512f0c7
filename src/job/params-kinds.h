/* SPDX-License-Identifier: MIT */
/* Values with text forms of their own, for the tables in job/params-*.c and job/config.c. Pure. */
#pragma once

#include "base/fields.h"

extern const PmxTextKind pmx_gop_kind;        /* PmxGop: "10s" or frames */
extern const PmxTextKind pmx_samplerate_kind; /* gint64, one of the API's list */
extern const PmxTextKind pmx_tempo_kind;      /* PmxRatio: -1/1 for auto */
extern const PmxTextKind pmx_channels_kind;   /* gint64, likewise */

/* Keys that have one value so far: checked, and stored nowhere. */
extern const PmxTextKind pmx_only_file_kind;
