/* SPDX-License-Identifier: MIT */
/* The sound encoders (media/sound_encoder) against the table of what they can (job/audio-codecs):
 * all that it allows can be encoded, and sound comes back out of libavcodec's decoders where it was.
 */
#include "media/sound_encoder.h"

#include <math.h>

#include "job/audio-codecs.h"

enum { COUNT = 12345, CLICK = 7000 };

static const gint64 rates[] = {22050, 32000, 44100, 48000, 96000};
static const gint64 channels[] = {1, 2, 4, 5, 6, 8};

typedef struct {
    GPtrArray *packets; /* of AVPacket * */
    gint64 end;         /* of the last one, samples */
} Made;

static void packet_free(gpointer data)
{
    AVPacket *packet = data;
    av_packet_free(&packet);
}

static gboolean take(AVPacket *packet, gpointer data, G_GNUC_UNUSED GError **error)
{
    Made *made = data;
    AVPacket *copy = av_packet_alloc();
    g_assert_cmpint(packet->size, >, 0);
    if (made->packets->len > 0)
        g_assert_cmpint(packet->pts, ==, made->end);
    g_assert_cmpint(av_new_packet(copy, packet->size), >=, 0);
    memcpy(copy->data, packet->data, (gsize)packet->size);
    copy->pts = packet->pts;
    made->end = packet->pts + packet->duration;
    g_ptr_array_add(made->packets, copy);
    return TRUE;
}

/* A click of a few samples in faint noise, in all channels. */
static float *samples_new(int count)
{
    float *samples = g_new0(float, (gsize)COUNT *(gsize)count);
    GRand *random = g_rand_new_with_seed(5);
    for (int i = 0; i < COUNT; i++) {
        double x = (i - CLICK) / 30.0, click = 0.8 * exp(-x * x) * cos(x * 2);
        for (int c = 0; c < count; c++)
            samples[i * count + c] = (float)(click + g_rand_double_range(random, -0.002, 0.002));
    }
    g_rand_free(random);
    return samples;
}

static Made encode(const PmxSoundSettings *settings, PmxArtifactHead *head)
{
    g_autoptr(GError) error = NULL;
    g_autofree float *samples = samples_new(settings->channels);
    Made made = {g_ptr_array_new_with_free_func(packet_free), 0};
    g_autoptr(PmxSound) sound = pmx_sound_new(settings, &error);
    g_assert_no_error(error);
    for (int at = 0; at < COUNT; at += 700)
        g_assert_true(pmx_sound_encode(sound, samples + (gsize)(at * settings->channels),
                                       (gsize)MIN(700, COUNT - at), take, &made, &error));
    g_assert_true(pmx_sound_encode(sound, NULL, 0, take, &made, &error));
    g_assert_no_error(error);
    pmx_sound_describe(sound, head);
    return made;
}

static void check(int codec, int profile, gint64 rate, gint64 count, gint64 bitrate)
{
    const PmxSoundSettings settings = {codec,     profile,    (int)bitrate * 1000,
                                       (int)rate, (int)count, 16};
    PmxArtifactHead head = {0};
    g_test_message("%s %d: %d Hz, %d channels, %d kbit/s", pmx_audio_codec_lav_name(codec), profile,
                   (int)rate, (int)count, (int)bitrate);
    Made made = encode(&settings, &head);
    g_assert_cmpint(made.end, >=, COUNT);
    g_assert_cmpint(head.channels, ==, count);
    g_free(head.extradata);
    g_ptr_array_unref(made.packets);
}

/* The lowest and the highest bit rate of every combination. */
static void test_table(void)
{
    for (int codec = 0; codec < PMX_AUDIO_CODECS; codec++)
        for (guint r = 0; r < G_N_ELEMENTS(rates); r++)
            for (guint c = 0; c < G_N_ELEMENTS(channels); c++) {
                PmxAudio audio = {.codec = codec, .samplerate = rates[r], .channels = channels[c]};
                char *message = NULL;
                audio.bitrate = pmx_audio_codec_bitrate(codec, 0, rates[r], channels[c], 1);
                if (codec == PMX_AUDIO_AAC)
                    continue;
                PmxAudioFault fault = pmx_audio_codec_check(&audio, &message);
                g_free(message);
                if (fault != PMX_AUDIO_FINE)
                    continue;
                check(codec, 0, rates[r], channels[c], audio.bitrate);
                if (!pmx_audio_codec_lossless(codec))
                    check(codec, 0, rates[r], channels[c],
                          pmx_audio_codec_bitrate(codec, 0, rates[r], channels[c], 1000));
            }
}

static void test_aac_table(void)
{
    if (!PMX_HAVE_FDK_AAC) {
        g_test_skip("built without libfdk-aac");
        return;
    }
    for (int profile = 0; profile < PMX_AAC_PROFILES; profile++)
        for (guint r = 0; r < G_N_ELEMENTS(rates); r++)
            for (guint c = 0; c < G_N_ELEMENTS(channels); c++)
                for (gint64 wanted = 1; wanted <= 1000; wanted += 999) {
                    gint64 rate = pmx_audio_codec_bitrate(PMX_AUDIO_AAC, profile, rates[r],
                                                          channels[c], wanted);
                    if (rate > 0)
                        check(PMX_AUDIO_AAC, profile, rates[r], channels[c], rate);
                }
}

/* --- where the sound is --- */

static AVCodecContext *decoder_for(const PmxArtifactHead *head)
{
    const AVCodecDescriptor *descriptor = avcodec_descriptor_get_by_name(head->codec);
    AVCodecContext *context = avcodec_alloc_context3(avcodec_find_decoder(descriptor->id));
    gsize length = 0;
    g_autofree guint8 *extradata =
        head->extradata ? g_base64_decode(head->extradata, &length) : NULL;
    context->sample_rate = (int)head->sample_rate;
    context->bit_rate = head->bit_rate;
    context->block_align = (int)head->block_align;
    context->request_sample_fmt = AV_SAMPLE_FMT_FLTP;
    g_assert_cmpint(av_channel_layout_from_string(&context->ch_layout, head->layout), >=, 0);
    if (length > 0) {
        context->extradata = av_mallocz(length + AV_INPUT_BUFFER_PADDING_SIZE);
        memcpy(context->extradata, extradata, length);
        context->extradata_size = (int)length;
    }
    g_assert_cmpint(avcodec_open2(context, NULL, NULL), >=, 0);
    return context;
}

static double value(const AVFrame *frame, int i)
{
    switch (frame->format) {
    case AV_SAMPLE_FMT_FLTP:
    case AV_SAMPLE_FMT_FLT:
        return (double)((const float *)(void *)frame->data[0])[i];
    case AV_SAMPLE_FMT_S16P:
    case AV_SAMPLE_FMT_S16:
        return ((const gint16 *)(void *)frame->data[0])[i] / 32768.0;
    case AV_SAMPLE_FMT_S32P:
    case AV_SAMPLE_FMT_S32:
        return ((const gint32 *)(void *)frame->data[0])[i] / 2147483648.0;
    default:
        g_assert_not_reached();
    }
}

/* Where the click is among the decoded samples of mono sound. */
static int find_click(AVCodecContext *context, const Made *made)
{
    g_autoptr(AVFrame) frame = av_frame_alloc();
    int at = 0, best = 0;
    double high = 0;
    for (guint i = 0; i <= made->packets->len; i++) {
        AVPacket *packet = i < made->packets->len ? g_ptr_array_index(made->packets, i) : NULL;
        g_assert_cmpint(avcodec_send_packet(context, packet), >=, 0);
        while (avcodec_receive_frame(context, frame) >= 0)
            for (int k = 0; k < frame->nb_samples; k++, at++)
                if (fabs(value(frame, k)) > high) {
                    high = fabs(value(frame, k));
                    best = at;
                }
    }
    g_assert_cmpfloat(high, >, 0.3);
    return best;
}

/* What libavcodec's decoders take off the start by themselves. Of WMA it is a frame more than the
 * encoder has put there. */
static int cut_by_decoder(int codec, const PmxArtifactHead *head)
{
    switch (codec) {
    case PMX_AUDIO_OPUS:
    case PMX_AUDIO_VORBIS:
        return (int)head->padding;
    case PMX_AUDIO_WMAV1:
    case PMX_AUDIO_WMAV2:
        return 2 * (int)head->padding;
    default:
        return 0;
    }
}

static void test_place(gconstpointer data)
{
    int codec = GPOINTER_TO_INT(data);
    gint64 rate = 48000;
    const PmxSoundSettings settings = {
        codec, 0, (int)pmx_audio_codec_bitrate(codec, 0, rate, 1, 192) * 1000, (int)rate, 1, 16};
    PmxArtifactHead head = {0};
    Made made = encode(&settings, &head);
    AVCodecContext *context = decoder_for(&head);
    const AVPacket *first = g_ptr_array_index(made.packets, 0);
    g_assert_cmpint(first->pts, ==, -head.padding);
    int off = find_click(context, &made) + (int)first->pts + cut_by_decoder(codec, &head) - CLICK;
    g_test_message("off by %d, priming %d", off, (int)head.padding);
    g_assert_cmpint(ABS(off), <=, 3);
    avcodec_free_context(&context);
    g_free(head.extradata);
    g_ptr_array_unref(made.packets);
}

/* libvorbis loses what it has set up when it then refuses a rate, which this asks of it on purpose. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:vorbis_encode_setup_init\n";
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    av_log_set_level(AV_LOG_ERROR);
    g_test_add_func("/sound/table", test_table);
    g_test_add_func("/sound/aac-table", test_aac_table);
    for (int codec = PMX_AUDIO_AC3; codec < PMX_AUDIO_CODECS; codec++) {
        g_autofree char *path = g_strconcat("/sound/place/", pmx_audio_codec_lav_name(codec), NULL);
        g_test_add_data_func(path, GINT_TO_POINTER(codec), test_place);
    }
    return g_test_run();
}
