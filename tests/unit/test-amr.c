/* SPDX-License-Identifier: MIT */
/* Where a frame of AMR speech ends (media/amr) and samples that are no numbers (media/finite). */
#include "media/amr.h"

#include <math.h>

#include "media/finite.h"

typedef struct {
    enum AVCodecID codec;
    int channels;
    guint8 types[4]; /* of the frames in the packet, in order; 15 is one byte */
    int count;
    int first; /* wanted */
} Row;

/* The sizes are RFC 4867's: narrow band, type 0: 13 bytes, type 7: 32; wide band, type 8: 61. */
static const Row rows[] = {
    {AV_CODEC_ID_AMR_NB, 1, {7, 7}, 2, 32}, {AV_CODEC_ID_AMR_NB, 1, {7}, 1, 0},
    {AV_CODEC_ID_AMR_NB, 2, {7, 0}, 2, 0},  {AV_CODEC_ID_AMR_NB, 2, {7, 0, 7, 7}, 4, 45},
    {AV_CODEC_ID_AMR_WB, 2, {8, 8}, 2, 0},  {AV_CODEC_ID_AMR_WB, 2, {8, 15, 8, 8}, 4, 62},
    {AV_CODEC_ID_AMR_WB, 2, {8}, 1, 0},     {AV_CODEC_ID_AMR_NB, 1, {9, 7}, 2, 0},
    {AV_CODEC_ID_AAC, 1, {7, 7}, 2, 0},
};

static int size_of(enum AVCodecID codec, guint8 type)
{
    return type == 15 ? 1 : type == 0 ? 13 : codec == AV_CODEC_ID_AMR_WB ? 61 : 32;
}

static void test_first(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Row *row = &rows[i];
        guint8 bytes[256] = {0};
        AVPacket packet = {.data = bytes};
        g_autoptr(AVCodecContext) context = avcodec_alloc_context3(NULL);
        context->codec_id = row->codec;
        av_channel_layout_default(&context->ch_layout, row->channels);
        for (int k = 0; k < row->count; k++) {
            bytes[packet.size] = (guint8)(row->types[k] << 3 | 4);
            packet.size += size_of(row->codec, row->types[k]);
        }
        g_test_message("row %u", i);
        g_assert_cmpint(pmx_amr_first(context, &packet), ==, row->first);
    }
}

static AVFrame *frame_of(enum AVSampleFormat format)
{
    AVFrame *frame = av_frame_alloc();
    frame->format = format;
    frame->nb_samples = 100;
    av_channel_layout_default(&frame->ch_layout, 2);
    g_assert_cmpint(av_frame_get_buffer(frame, 0), ==, 0);
    for (int i = 0; i < 100 * (av_sample_fmt_is_planar(format) ? 1 : 2); i++)
        ((float *)(void *)frame->extended_data[0])[i] = (float)i;
    return frame;
}

/* What another holds of the same samples stays. */
static void test_mend(void)
{
    g_autoptr(AVFrame) frame = frame_of(AV_SAMPLE_FMT_FLT);
    g_assert_false(pmx_finite_mend(frame));
    float *samples = (float *)(void *)frame->extended_data[0];
    samples[0] = NAN;
    samples[1] = -INFINITY;
    samples[199] = 3e38F;
    g_autoptr(AVFrame) other = av_frame_clone(frame);
    g_assert_true(pmx_finite_mend(frame));
    const float *mended = (const float *)(const void *)frame->extended_data[0];
    for (int i = 0; i < 200; i++)
        g_assert_cmpfloat((double)mended[i], ==, i < 2 || i == 199 ? 0 : i);
    g_assert_true(isnan(((float *)(void *)other->extended_data[0])[0]));
    g_autoptr(AVFrame) whole = frame_of(AV_SAMPLE_FMT_S32);
    ((float *)(void *)whole->extended_data[0])[0] = NAN;
    g_assert_false(pmx_finite_mend(whole));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/amr/first", test_first);
    g_test_add_func("/amr/mend", test_mend);
    return g_test_run();
}
