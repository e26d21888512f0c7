/* SPDX-License-Identifier: MIT */
/* One clock for files whose own starts again: media/unwrap. */
#include "media/unwrap.h"

enum { VIDEO, AUDIO, WORDS, STREAMS };

static AVFormatContext *streams_new(void)
{
    static const enum AVMediaType types[] = {AVMEDIA_TYPE_VIDEO, AVMEDIA_TYPE_AUDIO,
                                             AVMEDIA_TYPE_SUBTITLE};
    AVFormatContext *format = avformat_alloc_context();
    for (guint i = 0; i < STREAMS; i++) {
        AVStream *stream = avformat_new_stream(format, NULL);
        stream->codecpar->codec_type = types[i];
        stream->time_base = (AVRational){1, 90000};
    }
    return format;
}

/* The time that a packet comes out with, ticks. */
static gint64 put(PmxUnwrap *unwrap, const AVFormatContext *format, guint stream, gint64 dts,
                  gint64 duration)
{
    g_autoptr(AVPacket) packet = av_packet_alloc();
    packet->dts = dts;
    packet->pts = dts == AV_NOPTS_VALUE ? dts : dts + 7200;
    packet->duration = duration;
    pmx_unwrap_packet(unwrap, format->streams[stream], packet);
    if (dts != AV_NOPTS_VALUE)
        g_assert_cmpint(packet->pts - packet->dts, ==, 7200);
    return packet->dts;
}

static void test_even(void)
{
    AVFormatContext *format = streams_new();
    g_autoptr(PmxUnwrap) unwrap = pmx_unwrap_new();
    for (gint64 i = 0; i < 100; i++) {
        g_assert_cmpint(put(unwrap, format, VIDEO, 1000 + i * 3600, 3600), ==, 1000 + i * 3600);
        g_assert_cmpint(put(unwrap, format, AUDIO, 400 + i * 3600, 3600), ==, 400 + i * 3600);
    }
    g_assert_false(pmx_unwrap_jumped(unwrap));
    avformat_free_context(format);
}

/* Both streams move by as much as the first one that shows the jump. */
static void test_starts_again(void)
{
    AVFormatContext *format = streams_new();
    g_autoptr(PmxUnwrap) unwrap = pmx_unwrap_new();
    put(unwrap, format, VIDEO, 90000, 3600);
    put(unwrap, format, AUDIO, 89000, 1920);
    put(unwrap, format, VIDEO, 180000, 3600);
    put(unwrap, format, AUDIO, 179000, 1920);
    g_assert_cmpint(put(unwrap, format, VIDEO, 90000, 3600), ==, 183600);
    g_assert_cmpint(put(unwrap, format, AUDIO, 89000, 1920), ==, 182600);
    g_assert_true(pmx_unwrap_jumped(unwrap));
    avformat_free_context(format);
}

static void test_jumps_ahead(void)
{
    AVFormatContext *format = streams_new();
    g_autoptr(PmxUnwrap) unwrap = pmx_unwrap_new();
    put(unwrap, format, VIDEO, 0, 3600);
    g_assert_cmpint(put(unwrap, format, VIDEO, 9 * 90000, 3600), ==, 9 * 90000);
    g_assert_cmpint(put(unwrap, format, VIDEO, 3600 * 90000, 3600), ==, 9 * 90000 + 3600);
    avformat_free_context(format);
}

/* Subtitles come when they like, and what has no time is left alone. */
static void test_left_alone(void)
{
    AVFormatContext *format = streams_new();
    g_autoptr(PmxUnwrap) unwrap = pmx_unwrap_new();
    put(unwrap, format, VIDEO, 0, 3600);
    g_assert_cmpint(put(unwrap, format, WORDS, 5000000, 0), ==, 5000000);
    g_assert_cmpint(put(unwrap, format, WORDS, 100, 0), ==, 100);
    g_assert_cmpint(put(unwrap, format, VIDEO, AV_NOPTS_VALUE, 3600), ==, AV_NOPTS_VALUE);
    g_assert_false(pmx_unwrap_jumped(unwrap));
    avformat_free_context(format);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/unwrap/even", test_even);
    g_test_add_func("/unwrap/starts-again", test_starts_again);
    g_test_add_func("/unwrap/jumps-ahead", test_jumps_ahead);
    g_test_add_func("/unwrap/left-alone", test_left_alone);
    return g_test_run();
}
