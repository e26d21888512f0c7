/* SPDX-License-Identifier: MIT */
/* OSS's checksum: storage/crc64. */
#include "storage/crc64.h"

#include <string.h>

static guint64 sum(const char *text, gsize length)
{
    PmxCrc64 crc;
    pmx_crc64_begin(&crc);
    pmx_crc64_add(&crc, (const guint8 *)text, length);
    return pmx_crc64_value(&crc);
}

/* From `xz --check=crc64` and `xz --list -vvv`; the last is the check value. */
static void test_values(void)
{
    static const struct {
        const char *text;
        guint64 value;
    } cases[] = {
        {"", 0},
        {"a", G_GUINT64_CONSTANT(0x330284772e652b05)},
        {"hello world", G_GUINT64_CONSTANT(0x53037ecdef2352da)},
        {"Sphinx of black quartz, judge my vow.", G_GUINT64_CONSTANT(0x84d5f028c2e13d6e)},
        {"The same text, again and again. The same text, again and again.",
         G_GUINT64_CONSTANT(0x209e90223a04237a)},
        {"123456789", G_GUINT64_CONSTANT(0x995DC9BBDF1939FA)},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpuint(sum(cases[i].text, strlen(cases[i].text)), ==, cases[i].value);
}

/* However the bytes are cut, and joined. */
static void test_pieces(void)
{
    char text[1000];
    for (gsize i = 0; i < sizeof text; i++)
        text[i] = (char)g_test_rand_int_range(0, 256);
    guint64 whole = sum(text, sizeof text);
    for (gsize cut = 0; cut <= sizeof text; cut += 7) {
        PmxCrc64 crc;
        pmx_crc64_begin(&crc);
        pmx_crc64_add(&crc, (const guint8 *)text, cut);
        guint64 first = pmx_crc64_value(&crc);
        pmx_crc64_add(&crc, (const guint8 *)text + cut, sizeof text - cut);
        g_assert_cmpuint(pmx_crc64_value(&crc), ==, whole);
        guint64 second = sum(text + cut, sizeof text - cut);
        g_assert_cmpuint(pmx_crc64_join(first, second, sizeof text - cut), ==, whole);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/crc64/values", test_values);
    g_test_add_func("/crc64/pieces", test_pieces);
    return g_test_run();
}
