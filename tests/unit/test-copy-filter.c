/* SPDX-License-Identifier: MIT */
/* ADTS headers taken off, also where a stream begins with what only looks like one (media/copy_filter). */
#include "media/copy_filter.h"

enum { RATE_44100 = 4, RATE_48000 = 3, RATE_NONE = 15 };
enum { PAYLOAD = 100, HEAD = 7, GIVEN_UP = -1 };

typedef struct {
    AVFormatContext *format;
    PmxCopyFilter *filter;
} Fixture;

static void set_up(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture->format = avformat_alloc_context();
    AVStream *stream = avformat_new_stream(fixture->format, NULL);
    stream->codecpar->codec_type = AVMEDIA_TYPE_AUDIO;
    stream->codecpar->codec_id = AV_CODEC_ID_AAC;
    stream->time_base = (AVRational){1, 90000};
    fixture->filter = pmx_copy_filter_new(stream);
}

static void tear_down(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pmx_copy_filter_free(fixture->filter);
    avformat_free_context(fixture->format);
}

/* AAC-LC stereo of this sampling_frequency_index (ISO/IEC 13818-7, 6.2). */
static AVPacket *packet_of(guint rate)
{
    const guint size = HEAD + PAYLOAD;
    const guint8 head[HEAD] = {0xff,
                               0xf1,
                               (guint8)(1 << 6 | rate << 2),
                               (guint8)(2 << 6 | size >> 11),
                               (guint8)(size >> 3),
                               (guint8)(size << 5 | 0x1f),
                               0xfc};
    AVPacket *packet = av_packet_alloc();
    g_assert_cmpint(av_new_packet(packet, (int)size), ==, 0);
    memset(packet->data, 0x21, size);
    memcpy(packet->data, head, HEAD);
    return packet;
}

/* How many of `count` such packets are taken; GIVEN_UP when the stream is refused. */
static int put(const Fixture *fixture, guint rate, guint count)
{
    int taken = 0;
    for (guint i = 0; i < count; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(AVPacket) packet = packet_of(rate);
        gboolean left_out = FALSE;
        if (!pmx_copy_filter_take(fixture->filter, packet, &left_out, &error)) {
            g_assert_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD);
            return GIVEN_UP;
        }
        g_assert_true(left_out || packet->size == PAYLOAD);
        taken += !left_out;
    }
    return taken;
}

/* samplingFrequencyIndex of the AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1). */
static guint rate_told(const Fixture *fixture)
{
    const AVCodecParameters *parameters = fixture->format->streams[0]->codecpar;
    g_assert_cmpint(parameters->extradata_size, >=, 2);
    return (guint)(parameters->extradata[0] & 7) << 1 | parameters->extradata[1] >> 7;
}

static void test_plain(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(put(fixture, RATE_48000, 50), ==, 50);
    g_assert_cmpuint(rate_told(fixture), ==, RATE_48000);
}

/* A first packet that has no configuration costs nothing but itself. */
static void test_no_header(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(put(fixture, RATE_NONE, 1), ==, 0);
    g_assert_cmpint(put(fixture, RATE_48000, 50), ==, 50);
    g_assert_cmpuint(rate_told(fixture), ==, RATE_48000);
}

/* A first packet with a configuration that is nobody's is given up when the others agree. */
static void test_wrong_header(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(put(fixture, RATE_44100, 1), ==, 1);
    g_assert_cmpint(put(fixture, RATE_48000, 50), ==, 35);
    g_assert_cmpuint(rate_told(fixture), ==, RATE_48000);
}

static void test_damage_within(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(put(fixture, RATE_48000, 1), ==, 1);
    g_assert_cmpint(put(fixture, RATE_NONE, 15), ==, 0);
    g_assert_cmpint(put(fixture, RATE_48000, 20), ==, 20);
}

/* Also so much damage that the beginning is doubted. */
static void test_damage_early(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(put(fixture, RATE_48000, 1), ==, 1);
    g_assert_cmpint(put(fixture, RATE_NONE, 40), ==, 0);
    g_assert_cmpint(put(fixture, RATE_48000, 20), ==, 20);
    g_assert_cmpuint(rate_told(fixture), ==, RATE_48000);
}

static void test_changes(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(put(fixture, RATE_48000, 20), ==, 20);
    g_assert_cmpint(put(fixture, RATE_44100, 15), ==, 0);
    g_assert_cmpint(put(fixture, RATE_44100, 1), ==, GIVEN_UP);
}

/* One that never stays with one configuration is refused in the end. */
static void test_restless(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    int taken = 0;
    for (guint i = 0; i < 40 && taken != GIVEN_UP; i++)
        taken = put(fixture, i % 2 ? RATE_44100 : RATE_48000, 16);
    g_assert_cmpint(taken, ==, GIVEN_UP);
}

#define ADD(name, run) g_test_add("/copy-filter/" name, Fixture, NULL, set_up, run, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    av_log_set_level(AV_LOG_QUIET);
    ADD("plain", test_plain);
    ADD("no-header", test_no_header);
    ADD("wrong-header", test_wrong_header);
    ADD("damage-within", test_damage_within);
    ADD("damage-early", test_damage_early);
    ADD("changes", test_changes);
    ADD("restless", test_restless);
    return g_test_run();
}
