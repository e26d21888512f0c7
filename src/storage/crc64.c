/* SPDX-License-Identifier: MIT */
/*
 * See crc64.h. Eight bytes at a time by eight tables (M. Kounavis and F. Berry, "A Systematic
 * Approach to Building High Performance Software-based CRC Generators", 2005); sums are joined by
 * multiplying polynomials, as zlib does it for CRC-32.
 */
#include "storage/crc64.h"

#include <string.h>

/* The polynomial, bits reversed. */
#define POLYNOMIAL G_GUINT64_CONSTANT(0xC96C5795D7870F42)
/* x to the powers 0 and 8: the highest bit is the lowest power. */
#define ONE (G_GUINT64_CONSTANT(1) << 63)
#define X_TO_8 (ONE >> 8)

static guint64 times_x(guint64 value)
{
    return (value >> 1) ^ ((value & 1) ? POLYNOMIAL : 0);
}

void pmx_crc64_begin(PmxCrc64 *crc)
{
    for (guint byte = 0; byte < 256; byte++) {
        guint64 value = byte;
        for (guint bit = 0; bit < 8; bit++)
            value = times_x(value);
        crc->table[0][byte] = value;
    }
    for (guint k = 1; k < G_N_ELEMENTS(crc->table); k++)
        for (guint byte = 0; byte < 256; byte++) {
            guint64 value = crc->table[k - 1][byte];
            crc->table[k][byte] = (value >> 8) ^ crc->table[0][value & 255];
        }
    crc->value = G_MAXUINT64;
}

void pmx_crc64_add(PmxCrc64 *crc, const guint8 *bytes, gsize length)
{
    guint64 value = crc->value, word;
    for (; length >= sizeof word; bytes += sizeof word, length -= sizeof word) {
        memcpy(&word, bytes, sizeof word);
        word = GUINT64_FROM_LE(word) ^ value;
        value = 0;
        for (guint k = 0; k < sizeof word; k++)
            value ^= crc->table[7 - k][(word >> (8 * k)) & 255];
    }
    for (; length > 0; bytes++, length--)
        value = (value >> 8) ^ crc->table[0][(value ^ *bytes) & 255];
    crc->value = value;
}

guint64 pmx_crc64_value(const PmxCrc64 *crc)
{
    return ~crc->value;
}

static guint64 multiply(guint64 a, guint64 b)
{
    guint64 product = 0;
    for (guint64 bit = ONE; bit; bit >>= 1, b = times_x(b))
        product ^= (a & bit) ? b : 0;
    return product;
}

guint64 pmx_crc64_join(guint64 first, guint64 second, guint64 second_length)
{
    guint64 shift = ONE;
    for (guint64 square = X_TO_8, left = second_length; left; left >>= 1) {
        if (left & 1)
            shift = multiply(shift, square);
        square = multiply(square, square);
    }
    return multiply(shift, first) ^ second;
}
