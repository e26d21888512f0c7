/* SPDX-License-Identifier: MIT */
/* media/long_languages.h: the room becomes the element, and damaged files are left alone. */
#include "media/long_languages.h"

#include <string.h>

/* hdlr with a name of MP4 (a NUL behind it) or QuickTime (its length before it). */
static GByteArray *handler(gboolean pascal, const char *name)
{
    GByteArray *box = g_byte_array_new();
    guint8 size = (guint8)(32 + strlen(name) + 1), length = (guint8)strlen(name);
    const guint8 head[] = {0, 0, 0, size, 'h', 'd', 'l', 'r'}, rest[24] = {0};
    g_byte_array_append(box, head, sizeof head);
    g_byte_array_append(box, rest, sizeof rest);
    if (pascal)
        g_byte_array_append(box, &length, 1);
    g_byte_array_append(box, (const guint8 *)name, length);
    if (!pascal)
        g_byte_array_append(box, rest, 1);
    return box;
}

static void test_mp4(void)
{
    for (int pascal = 0; pascal < 2; pascal++) {
        PmxLongForm form = pascal ? PMX_LONG_MOV : PMX_LONG_MP4;
        g_autofree char *padded = pmx_long_name(form, "Sound", "zh-Hans");
        g_autoptr(GByteArray) box = handler(pascal, padded);
        gsize from = 0, whole = box->len, name = pascal ? 33 : 32;
        g_assert_true(pmx_long_set(form, box->data, whole, &from, "Sound", "zh-Hans"));
        g_assert_cmpuint(box->data[3], ==, 32 + 5 + 1);
        g_assert_cmpmem(box->data + name, 5, "Sound", 5);
        guint8 *elng = box->data + box->data[3];
        g_assert_cmpuint(elng[3], ==, 20);
        g_assert_cmpmem(elng + 4, 4, "elng", 4);
        g_assert_cmpstr((const char *)elng + 12, ==, "zh-Hans");
        g_assert_cmpuint(box->data[3] + elng[3], ==, whole);
        from = 0; /* the room is gone */
        g_assert_false(pmx_long_set(form, box->data, whole, &from, "Sound", "zh-Hans"));
    }
}

static void test_matroska(void)
{
    g_autofree char *padded = pmx_long_name(PMX_LONG_MATROSKA, "Name", "pt-BR");
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    const guint8 head[] = {0x53, 0x6E, (guint8)(0x80 | strlen(padded))};
    g_byte_array_append(bytes, head, sizeof head);
    g_byte_array_append(bytes, (const guint8 *)padded, (guint)strlen(padded));
    gsize from = 0, whole = bytes->len;
    g_assert_true(pmx_long_set(PMX_LONG_MATROSKA, bytes->data, whole, &from, "Name", "pt-BR"));
    const guint8 wanted[] = {0x53, 0x6E, 0x84, 'N', 'a', 'm', 'e', 0x22, 0xB5,
                             0x9D, 0x85, 'p',  't', '-', 'B', 'R', 0xEC, 0x82};
    g_assert_cmpmem(bytes->data, sizeof wanted, wanted, sizeof wanted);
    g_assert_cmpuint(whole, ==, sizeof wanted + 2);
}

/* A name may stand where no header is. */
static void test_strays(void)
{
    g_autofree char *padded = pmx_long_name(PMX_LONG_MP4, "Sound", "de-AT");
    gsize from = 0, length = strlen(padded);
    g_assert_false(pmx_long_set(PMX_LONG_MP4, (guint8 *)padded, length, &from, "Sound", "de-AT"));
    from = 0;
    g_assert_false(pmx_long_set(PMX_LONG_MATROSKA, (guint8 *)padded, length, &from, "", "de-AT"));
    from = 0;
    g_assert_false(pmx_long_set(PMX_LONG_MP4, (guint8 *)padded, 3, &from, "Sound", "de-AT"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/long-languages/mp4", test_mp4);
    g_test_add_func("/long-languages/matroska", test_matroska);
    g_test_add_func("/long-languages/strays", test_strays);
    return g_test_run();
}
