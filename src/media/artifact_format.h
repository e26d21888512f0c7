/* SPDX-License-Identifier: MIT */
/* The bytes of an artifact file, shared by its writer and reader only. See artifact.h. */
#pragma once

#include <glib.h>

#define PMX_ARTIFACT_MAGIC "PMXPKT1\n"
#define PMX_ARTIFACT_END "PMXEND1\n"

enum {
    PMX_ARTIFACT_MAGIC_SIZE = 8,
    PMX_ARTIFACT_ROW_SIZE = 24, /* i64 pts, u32 size, u32 duration, u32 flags, u32 zero */
    PMX_ARTIFACT_TRAILER_SIZE =
        40, /* u64 index offset, u64 packets, u64 head size, u32 crc, u32 zero, end magic */
};
