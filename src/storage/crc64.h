/* SPDX-License-Identifier: MIT */
/*
 * CRC-64 as OSS tells it in x-oss-hash-crc64ecma: polynomial 42F0E1EBA9EA3693 of ECMA-182, least
 * significant bit first, all ones before and behind; elsewhere it is called CRC-64/XZ. The check
 * value of "123456789" is 995DC9BBDF1939FA. Pure; a sum belongs to one thread.
 */
#pragma once

#include <glib.h>

typedef struct {
    guint64 table[8][256];
    guint64 value;
} PmxCrc64;

void pmx_crc64_begin(PmxCrc64 *crc);
void pmx_crc64_add(PmxCrc64 *crc, const guint8 *bytes, gsize length);

/* Of the bytes so far. */
guint64 pmx_crc64_value(const PmxCrc64 *crc);

/* Of two texts put together, from the value of each and the second's length. */
guint64 pmx_crc64_join(guint64 first, guint64 second, guint64 second_length);
