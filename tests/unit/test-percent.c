/* SPDX-License-Identifier: MIT */
/* Percent encoding: base/percent. */
#include "base/percent.h"

#include <string.h>

/* RFC 3986's unreserved characters alone stay; checked against its text, byte by byte. */
static void test_encode(void)
{
    static const char *const unreserved =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (int byte = 1; byte < 256; byte++) {
        const char text[] = {(char)byte, '\0'};
        g_autofree char *encoded = pmx_percent_encode(text);
        g_autofree char *escape = g_strdup_printf("%%%02X", byte);
        g_assert_cmpstr(encoded, ==, strchr(unreserved, byte) ? text : escape);
    }
    g_autofree char *text = pmx_percent_encode("in dir/文件 (1)*~'!+.mp4");
    g_assert_cmpstr(text, ==, "in%20dir%2F%E6%96%87%E4%BB%B6%20%281%29%2A~%27%21%2B.mp4");
    g_autofree char *path = pmx_percent_encode_path("/in dir/文件 (1)*~'!+.mp4");
    g_assert_cmpstr(path, ==, "/in%20dir/%E6%96%87%E4%BB%B6%20%281%29%2A~%27%21%2B.mp4");
}

static void test_decode(void)
{
    g_autofree char *spaced = pmx_percent_decode("a+b%2bc%2Bd", 11, TRUE, NULL);
    g_assert_cmpstr(spaced, ==, "a b+c+d");
    g_autofree char *literal = pmx_percent_decode("a+b%20c", 7, FALSE, NULL);
    g_assert_cmpstr(literal, ==, "a+b c");
    g_autofree char *part = pmx_percent_decode("a%20b", 3, FALSE, NULL);
    g_assert_null(part);
}

static void test_round_trip(void)
{
    for (int round = 0; round < 1000; round++) {
        g_autoptr(GString) text = g_string_new(NULL);
        for (int i = g_test_rand_int_range(0, 20); i > 0; i--) {
            gunichar c = (gunichar)g_test_rand_int_range(1, 0x10ffff);
            if (g_unichar_validate(c))
                g_string_append_unichar(text, c);
        }
        g_autofree char *encoded = pmx_percent_encode(text->str);
        g_autofree char *decoded =
            pmx_percent_decode(encoded, strlen(encoded), g_test_rand_bit(), NULL);
        g_assert_cmpstr(decoded, ==, text->str);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/percent/encode", test_encode);
    g_test_add_func("/percent/decode", test_decode);
    g_test_add_func("/percent/round-trip", test_round_trip);
    return g_test_run();
}
