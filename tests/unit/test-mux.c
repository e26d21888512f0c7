/* SPDX-License-Identifier: MIT */
/* WAV files and what RIFF has no room for (media/mux). */
#include "media/mux.h"

#include <glib/gstdio.h>
#include <libavutil/intreadwrite.h>

enum { PACKET = 16 << 20, HEAD = 128 };

static void write_packet(PmxMux *mux, gint64 at)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AVPacket) packet = av_packet_alloc();
    g_assert_cmpint(av_new_packet(packet, PACKET), ==, 0);
    memset(packet->data, 0, PACKET);
    packet->pts = packet->dts = at / 4;
    packet->duration = PACKET / 4;
    g_assert_true(pmx_mux_write(mux, 0, packet, NULL, &error));
}

/* Writes `bytes` of stereo where `expected` were announced; `head` gets the file's beginning. */
static void write_wav(gint64 bytes, gint64 expected, guint8 *head)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("pmx-mux-XXXXXX", &error);
    g_autofree char *path = g_build_filename(folder, "out", NULL);
    const PmxArtifactHead track = {.codec = (char *)"pcm_s16le",
                                   .time_base = {1, 48000},
                                   .sample_rate = 48000,
                                   .channels = 2,
                                   .bits = 16,
                                   .block_align = 4};
    const PmxMuxTrack plain = {.enabled = TRUE};
    g_autoptr(PmxMux) mux = pmx_mux_create(path, PMX_CONTAINER_WAV, &error);
    g_assert_no_error(error);
    g_assert_cmpint(pmx_mux_add(mux, &track, &plain, &error), ==, 0);
    pmx_mux_expect(mux, expected);
    g_assert_true(pmx_mux_begin(mux, &error));
    for (gint64 at = 0; at < bytes; at += PACKET)
        write_packet(mux, at);
    g_assert_true(pmx_mux_end(mux, &error));
    FILE *file = g_fopen(path, "rb");
    g_assert_cmpuint(fread(head, 1, HEAD, file), ==, HEAD);
    fclose(file);
    g_unlink(path);
    g_rmdir(folder);
}

/* Room for the long form is left only where it may be needed. */
static void test_riff(void)
{
    guint8 head[HEAD];
    write_wav(PACKET, PACKET, head);
    g_assert_cmpmem(head, 4, "RIFF", 4);
    g_assert_cmpmem(head + 12, 4, "fmt ", 4);
    write_wav(PACKET, (gint64)5 << 30, head);
    g_assert_cmpmem(head, 4, "RIFF", 4);
    g_assert_cmpmem(head + 12, 4, "JUNK", 4);
}

/* EBU Tech 3306: the size of the data in 64 bits. */
static void test_rf64(void)
{
    guint8 head[HEAD];
    const gint64 bytes = (gint64)1 << 32;
    if (!g_getenv("POLYMUX_TEST_LONG")) {
        g_test_skip("writes 4 GiB: set POLYMUX_TEST_LONG=1");
        return;
    }
    write_wav(bytes, bytes, head);
    g_assert_cmpmem(head, 4, "RF64", 4);
    g_assert_cmpmem(head + 12, 4, "ds64", 4);
    g_assert_cmpint((gint64)AV_RL64(head + 28), ==, bytes);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mux/riff", test_riff);
    g_test_add_func("/mux/rf64", test_rf64);
    return g_test_run();
}
