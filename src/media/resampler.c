/* SPDX-License-Identifier: MIT */
/* See resampler.h. */
#include "media/resampler.h"

#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libavutil/samplefmt.h>

#include "job/audio-codecs.h"
#include "media/averror.h"
#include "media/downmix.h"

enum { SILENCE_BLOCK = 4096, WANDER_MS = 20 };

struct PmxResampler {
    const PmxAudioTask *task;
    PmxRatio time_base;
    PmxSamplesFunc take;
    gpointer data;
    SwrContext *swr;
    int rate, format;       /* of what goes in */
    AVChannelLayout layout; /* likewise */
    gint64 fed;             /* samples at `rate` since zero */
    guint refused;          /* frames of a kind that cannot be resampled */
    char *why;              /* the first of them; NULL: there is none */
    gboolean dropping;      /* the last frame lay wholly before where the line ends */
    AVFrame *doubted;       /* far ahead of where the line ends; NULL: there is none */
    GArray *out;            /* scratch for converted samples */
};

PmxResampler *pmx_resampler_new(const PmxAudioTask *task, PmxRatio time_base, PmxSamplesFunc take,
                                gpointer data)
{
    PmxResampler *resampler = g_new0(PmxResampler, 1);
    resampler->task = task;
    resampler->time_base = time_base;
    resampler->take = take;
    resampler->data = data;
    resampler->out = g_array_new(FALSE, FALSE, sizeof(float));
    return resampler;
}

void pmx_resampler_free(PmxResampler *resampler)
{
    if (!resampler)
        return;
    swr_free(&resampler->swr);
    av_frame_free(&resampler->doubted);
    av_channel_layout_uninit(&resampler->layout);
    g_array_unref(resampler->out);
    g_free(resampler->why);
    g_free(resampler);
}

/* Converts `count` samples a channel (NULL, 0: what is held back) and gives them on. */
static gboolean convert(PmxResampler *resampler, const guint8 *const *planes, int count,
                        GError **error)
{
    int room = swr_get_out_samples(resampler->swr, count);
    if (room < 0)
        return pmx_av_fail(error, PMX_CODE_INTERNAL, room, "the audio cannot be resampled");
    g_array_set_size(resampler->out, (guint)(room + 1) * (guint)resampler->task->channels);
    guint8 *out = (guint8 *)resampler->out->data;
    int made = swr_convert(resampler->swr, &out, room, (const guint8 **)planes, count);
    if (made < 0)
        return pmx_av_fail(error, PMX_CODE_INTERNAL, made, "the audio cannot be resampled");
    return made == 0 || resampler->take((const float *)(void *)resampler->out->data, (gsize)made,
                                        resampler->data, error);
}

static gboolean fits(const PmxResampler *resampler, const AVFrame *frame)
{
    return resampler->swr && resampler->rate == frame->sample_rate &&
           resampler->format == frame->format &&
           av_channel_layout_compare(&resampler->layout, &frame->ch_layout) == 0;
}

/* The layout of what goes in, with a guess where the file does not tell. */
static int layout_in(const AVFrame *frame, AVChannelLayout *in)
{
    if (frame->ch_layout.order != AV_CHANNEL_ORDER_UNSPEC)
        return av_channel_layout_copy(in, &frame->ch_layout);
    av_channel_layout_default(in, frame->ch_layout.nb_channels);
    return 0;
}

static int set_matrix(SwrContext *swr, const AVChannelLayout *in, const AVChannelLayout *out)
{
    if (in->nb_channels > PMX_CHANNELS_MAX)
        return AVERROR(EINVAL);
    g_autofree double *matrix = g_new(double, (gsize)(in->nb_channels * out->nb_channels));
    if (!pmx_downmix(in, out, matrix))
        return AVERROR(EINVAL);
    return swr_set_matrix(swr, matrix, in->nb_channels);
}

static int set_up(const PmxAudioTask *task, const AVFrame *frame, AVChannelLayout *in,
                  AVChannelLayout *out, SwrContext **swr)
{
    int status = swr_alloc_set_opts2(swr, out, AV_SAMPLE_FMT_FLT, (int)task->samplerate, in,
                                     frame->format, frame->sample_rate, 0, NULL);
    /* Double precision inside: the one that is fine enough and the same on every processor. */
    if (status >= 0)
        status = av_opt_set_sample_fmt(*swr, "internal_sample_fmt", AV_SAMPLE_FMT_DBLP, 0);
    if (status >= 0)
        status = set_matrix(*swr, in, out);
    return status < 0 ? status : swr_init(*swr);
}

static int open_swr(const PmxAudioTask *task, const AVFrame *frame, SwrContext **swr)
{
    AVChannelLayout in = {0}, out = {0};
    int status = layout_in(frame, &in);
    if (status >= 0)
        status = av_channel_layout_from_string(&out,
                                               pmx_audio_codec_layout(task->codec, task->channels));
    if (status >= 0)
        status = set_up(task, frame, &in, &out, swr);
    av_channel_layout_uninit(&in);
    av_channel_layout_uninit(&out);
    return status;
}

/* A stream may change its rate or layout; what went in before is finished first. */
static gboolean change_swr(PmxResampler *resampler, const AVFrame *frame, SwrContext *swr,
                           GError **error)
{
    gboolean ok = !resampler->swr || convert(resampler, NULL, 0, error);
    swr_free(&resampler->swr);
    resampler->swr = swr;
    if (resampler->rate)
        resampler->fed = pmx_rescale(resampler->fed, pmx_ratio(1, resampler->rate),
                                     pmx_ratio(1, frame->sample_rate));
    resampler->rate = frame->sample_rate;
    resampler->format = frame->format;
    av_channel_layout_uninit(&resampler->layout);
    av_channel_layout_copy(&resampler->layout, &frame->ch_layout);
    return ok;
}

static void refuse(PmxResampler *resampler, const AVFrame *frame)
{
    char name[128] = "";
    resampler->refused++;
    if (resampler->why)
        return;
    av_channel_layout_describe(&frame->ch_layout, name, sizeof name);
    resampler->why = g_strdup_printf(
        "the track has %d channels (%s), and where each of them belongs is not known",
        frame->ch_layout.nb_channels, name);
}

/* Damage may look like a frame of 22 channels; such a one is passed over, and the next that fits goes
 * on at its own time. */
static gboolean ensure_swr(PmxResampler *resampler, const AVFrame *frame, gboolean *usable,
                           GError **error)
{
    SwrContext *swr = NULL;
    *usable = fits(resampler, frame);
    if (*usable)
        return TRUE;
    *usable = open_swr(resampler->task, frame, &swr) >= 0;
    if (*usable)
        return change_swr(resampler, frame, swr, error);
    swr_free(&swr);
    refuse(resampler, frame);
    return TRUE;
}

static gboolean add_silence(PmxResampler *resampler, gint64 count, GError **error)
{
    guint8 *planes[AV_NUM_DATA_POINTERS * 8] = {0};
    int channels = resampler->layout.nb_channels;
    if (channels > (int)G_N_ELEMENTS(planes) ||
        av_samples_alloc(planes, NULL, channels, SILENCE_BLOCK, resampler->format, 0) < 0)
        return pmx_av_fail(error, PMX_CODE_INTERNAL, AVERROR(ENOMEM), "no memory for silence");
    av_samples_set_silence(planes, 0, SILENCE_BLOCK, channels, resampler->format);
    gboolean ok = TRUE;
    for (gint64 left = count; ok && left > 0; left -= SILENCE_BLOCK)
        ok =
            convert(resampler, (const guint8 *const *)planes, (int)MIN(left, SILENCE_BLOCK), error);
    av_freep(&planes[0]);
    resampler->fed += count;
    return ok;
}

static gint64 position(const PmxResampler *resampler, gint64 pts)
{
    PmxRatio sample = pmx_ratio(1, resampler->rate), microsecond = {1, G_USEC_PER_SEC};
    return pmx_rescale(pts, resampler->time_base, sample) -
           pmx_rescale(resampler->task->origin, microsecond, sample);
}

/* How far the frame stands from where the line ends: silence to add, or (negative) samples
 * to drop. */
static gint64 gap_before(const PmxResampler *resampler, const AVFrame *frame)
{
    if (frame->pts == AV_NOPTS_VALUE)
        return 0;
    gint64 at = position(resampler, frame->pts), gap = at - resampler->fed;
    gint64 limit = pmx_rescale(resampler->task->limit, (PmxRatio){1, G_USEC_PER_SEC},
                               pmx_ratio(1, resampler->rate));
    if (at > limit + resampler->rate)
        return 0;
    /* A step that has been begun is made whole. */
    if (resampler->fed > 0 && !resampler->dropping &&
        ABS(gap) < (gint64)resampler->rate * WANDER_MS / 1000)
        return 0;
    return gap;
}

static gboolean feed_frame(PmxResampler *resampler, const AVFrame *frame, gint64 skip,
                           GError **error)
{
    const guint8 *planes[AV_NUM_DATA_POINTERS * 8] = {0};
    gboolean planar = av_sample_fmt_is_planar(frame->format);
    int count = planar ? frame->ch_layout.nb_channels : 1;
    gint64 step =
        av_get_bytes_per_sample(frame->format) * (planar ? 1 : frame->ch_layout.nb_channels);
    resampler->dropping = skip >= frame->nb_samples;
    if (resampler->dropping || count > (int)G_N_ELEMENTS(planes))
        return TRUE;
    for (int i = 0; i < count; i++)
        planes[i] = frame->extended_data[i] + skip * step;
    resampler->fed += frame->nb_samples - skip;
    return convert(resampler, planes, frame->nb_samples - (int)skip, error);
}

static gboolean lay(PmxResampler *resampler, const AVFrame *frame, GError **error)
{
    gboolean usable;
    if (!ensure_swr(resampler, frame, &usable, error) || !usable)
        return !usable;
    gint64 gap = gap_before(resampler, frame);
    if (gap > 0 && !add_silence(resampler, gap, error))
        return FALSE;
    return feed_frame(resampler, frame, gap < 0 ? -gap : 0, error);
}

/* --- times that are not believed at once --- */

static gboolean far_ahead(const PmxResampler *resampler, const AVFrame *frame)
{
    return resampler->fed > 0 && fits(resampler, frame) &&
           gap_before(resampler, frame) > resampler->rate;
}

/* Lays the frame that was held back; `next` (NULL: there is none) tells whether its time is true. */
static gboolean settle_doubt(PmxResampler *resampler, const AVFrame *next, GError **error)
{
    g_autoptr(AVFrame) frame = g_steal_pointer(&resampler->doubted);
    if (!frame)
        return TRUE;
    if (next && next->pts != AV_NOPTS_VALUE && next->pts < frame->pts)
        frame->pts = AV_NOPTS_VALUE;
    return lay(resampler, frame, error);
}

/* Silence up to a damaged time would hide all the sound that belongs before it, so a frame far ahead
 * waits for the next one: when that steps back, the frame follows the one before. */
gboolean pmx_resampler_push(PmxResampler *resampler, const AVFrame *frame, GError **error)
{
    if (!settle_doubt(resampler, frame, error))
        return FALSE;
    if (!far_ahead(resampler, frame))
        return lay(resampler, frame, error);
    resampler->doubted = av_frame_clone(frame);
    return resampler->doubted != NULL ||
           pmx_av_fail(error, PMX_CODE_INTERNAL, AVERROR(ENOMEM), "no memory for a frame");
}

guint pmx_resampler_refused(const PmxResampler *resampler, const char **why)
{
    *why = resampler->why;
    return resampler->refused;
}

gboolean pmx_resampler_finish(PmxResampler *resampler, GError **error)
{
    return settle_doubt(resampler, NULL, error) &&
           (!resampler->swr || convert(resampler, NULL, 0, error));
}
