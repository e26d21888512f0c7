/* SPDX-License-Identifier: MIT */
/* The field table of Container: see params.h. Pure. */
#include "job/params-kinds.h"
#include "job/params.h"

static const char *const other_formats[] = {"m4a",  "m3u8", "hls-fmp4", "mpd", "cmaf", "flv",
                                            "ts",   "mxf",  "mp3",      "ogg", "flac", "gif",
                                            "webp", "mkv",  "webm",     "mov", "wav",  NULL};

static const PmxField container_fields[] = {
    {"Format", PMX_FIELD_TEXT, .fallback = "mp4", .kind = &pmx_only_mp4_kind,
     .refused = other_formats, .doc = "The file format; its extension is added to the file name."},
    {0},
};

const PmxObject pmx_container_object = {"Container", 0, container_fields, "The file format."};
