/* SPDX-License-Identifier: MIT */
/* Where the description of the tracks is found, in files made by hand. */
#include <glib/gstdio.h>
#include <string.h>

#include "media/mux_patch.h"

static void put(GByteArray *file, const char *bytes, gsize length)
{
    g_byte_array_append(file, (const guint8 *)bytes, (guint)length);
}

static void put_zeros(GByteArray *file, guint count)
{
    guint at = file->len;
    g_byte_array_set_size(file, at + count);
    memset(file->data + at, 0, count);
}

/* What is wrong with patching "Stimme"/"zh-Hans" into `file` (freed); NULL: nothing, and the tag is in. */
static char *patched(GByteArray *file, PmxLongForm form)
{
    g_autofree char *path = NULL, *made = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new(), tags = g_ptr_array_new();
    gsize length = 0;
    g_ptr_array_add(names, (char *)"Stimme");
    g_ptr_array_add(tags, (char *)"zh-Hans");
    int fd = g_file_open_tmp("patch-XXXXXX", &path, &error);
    g_assert_no_error(error);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(path, (char *)file->data, file->len, NULL));
    gboolean ok = pmx_mux_patch(path, form, names, tags, &error);
    g_assert_true(g_file_get_contents(path, &made, &length, NULL));
    g_assert_cmpuint(length, ==, file->len);
    g_assert_true(!ok || memmem(made, length, "zh-Hans", 7));
    g_unlink(path);
    g_byte_array_unref(file);
    return ok ? NULL : g_strdup(error->message);
}

/* --- Matroska --- */

static GByteArray *matroska(guint before, gboolean tracks)
{
    static const char segment[] = "\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff";
    g_autofree char *name = pmx_long_name(PMX_LONG_MATROSKA, "Stimme", "zh-Hans");
    GByteArray *file = g_byte_array_new();
    put(file, "\x1A\x45\xDF\xA3\x84\0\0\0\0", 9);
    put(file, segment, sizeof segment - 1);
    put(file, "\xEC\x10", 2); /* Void of `before` bytes */
    const char size[] = {(char)(before >> 16), (char)(before >> 8), (char)before};
    file->data[file->len - 1] = (guint8)(0x10 | before >> 24);
    put(file, size, 3);
    put_zeros(file, before);
    const char track[] = {0x16,
                          0x54,
                          (char)0xAE,
                          0x6B,
                          (char)(0x80 | (strlen(name) + 3)),
                          0x53,
                          0x6E,
                          (char)(0x80 | strlen(name))};
    if (tracks) {
        put(file, track, sizeof track);
        put(file, name, strlen(name));
    }
    return file;
}

static void test_matroska(void)
{
    g_assert_null(patched(matroska(10, TRUE), PMX_LONG_MATROSKA));
    g_assert_null(patched(matroska(1 << 20, TRUE), PMX_LONG_MATROSKA)); /* a megabyte before it */
    g_autofree char *wrong = patched(matroska(10, FALSE), PMX_LONG_MATROSKA);
    g_assert_nonnull(
        strstr(wrong, "language tags cannot be put into the finished file: it has no Tracks"));
}

/* --- MP4 --- */

static GByteArray *mp4(gboolean large, gboolean moov)
{
    g_autofree char *name = pmx_long_name(PMX_LONG_MP4, "Stimme", "zh-Hans");
    const char hdlr[] = {0, 0, 0, (char)(32 + strlen(name) + 1), 'h', 'd', 'l', 'r'};
    const char box[] = {0, 0, 0, (char)(8 + hdlr[3]), 'm', 'o', 'o', 'v'};
    GByteArray *file = g_byte_array_new();
    if (large) { /* 64 bits of size before it, as where moov stands behind */
        put(file, "\0\0\0\1mdat\0\0\0\0\0\0\0\x20", 16);
        put_zeros(file, 16);
    }
    if (moov) {
        put(file, box, sizeof box);
        put(file, hdlr, sizeof hdlr);
        put_zeros(file, 24);
        put(file, name, strlen(name) + 1);
    }
    return file;
}

static void test_mp4(void)
{
    g_assert_null(patched(mp4(FALSE, TRUE), PMX_LONG_MP4));
    g_assert_null(patched(mp4(TRUE, TRUE), PMX_LONG_MP4));
    g_autofree char *wrong = patched(mp4(TRUE, FALSE), PMX_LONG_MP4);
    g_assert_nonnull(strstr(wrong, "it has no moov box"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mux-patch/matroska", test_matroska);
    g_test_add_func("/mux-patch/mp4", test_mp4);
    return g_test_run();
}
