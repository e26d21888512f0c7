/* SPDX-License-Identifier: MIT */
/* See sound_line.h. */
#include "media/sound_line.h"

#include "job/audio-codecs.h"
#include "media/decoder.h"
#include "media/finite.h"
#include "media/limiter.h"
#include "media/stretch.h"

enum { BLOCK = 4096 };

typedef struct {
    PmxSoundLine *line;
    PmxSamplesFunc take;
    gpointer data;
    PmxStretch *stretch;
    PmxLimiter *limiter;
    float *scratch; /* BLOCK x channels */
    gboolean bare;  /* the source has no timestamps of its own */
    guint64 frames; /* that were decoded */
    guint mended;   /* of them, those with samples that are no numbers */
    gint64 heard;   /* samples past the cut */
    gint64 cut;     /* no more than these */
} Chain;

const char *pmx_sound_line_layout(const PmxAudioTask *task)
{
    return pmx_audio_codec_layout(task->codec, task->channels);
}

gint64 pmx_sound_line_samples(const PmxAudioTask *task, gint64 us)
{
    return pmx_rescale(us, (PmxRatio){1, G_USEC_PER_SEC}, pmx_ratio(1, task->samplerate));
}

static gboolean take_out(const float *samples, gsize count, gpointer data, GError **error)
{
    Chain *chain = data;
    chain->line->given += (gint64)count;
    return chain->take(samples, count, chain->data, error);
}

static gboolean shape(const float *samples, gsize count, gpointer data, GError **error)
{
    Chain *chain = data;
    const PmxAudioTask *task = chain->line->task;
    count = MIN(count, (gsize)MAX(0, chain->cut - chain->heard));
    if (!chain->limiter) {
        chain->heard += (gint64)count;
        return count == 0 || take_out(samples, count, chain, error);
    }
    while (count > 0) {
        gsize part = MIN(count, BLOCK);
        pmx_volume_apply(chain->line->volume, chain->heard, (int)task->samplerate,
                         (int)task->channels, samples, chain->scratch, part);
        if (!pmx_limiter_push(chain->limiter, chain->scratch, part, error))
            return FALSE;
        chain->heard += (gint64)part;
        samples += part * (gsize)task->channels;
        count -= part;
    }
    return TRUE;
}

static gboolean from_resampler(const float *samples, gsize count, gpointer data, GError **error)
{
    Chain *chain = data;
    return chain->stretch ? pmx_stretch_push(chain->stretch, samples, count, error)
                          : shape(samples, count, chain, error);
}

/* Elementary streams have no timestamps; libavformat counts frames by the first one's sample rate,
 * which is wrong from where an ADTS stream changes it. There, sound follows on sound. */
static gboolean is_bare(const PmxSource *source)
{
    static const char *const names[] = {"aac", "loas", "mp3", "ac3", "eac3", "dts", NULL};
    return g_strv_contains(names, source->format->iformat->name);
}

/* Whether what decodes behind a seek is to the sample what would have come there without: where no
 * packet leans on another one (lossy codecs have overlaps, reservoirs and noise that goes on), and
 * where times are whole samples that the container does not make up. */
static gboolean may_jump(const PmxSource *source, const AVStream *stream)
{
    enum { WANTED = AV_CODEC_PROP_INTRA_ONLY | AV_CODEC_PROP_LOSSLESS };
    const AVCodecDescriptor *codec = avcodec_descriptor_get(stream->codecpar->codec_id);
    int rate = stream->codecpar->sample_rate;
    return codec && (codec->props & (WANTED | AV_CODEC_PROP_LOSSY)) == WANTED && !source->unwrap &&
           !(source->format->iformat->flags & (AVFMT_TS_DISCONT | AVFMT_NOTIMESTAMPS)) &&
           rate > 0 && stream->time_base.num == 1 && stream->time_base.den % rate == 0;
}

/* What lies long before the zero of a clip need not be read. */
static gboolean jump(const PmxSoundLine *line, const PmxSource *source, PmxDecoder *decoder,
                     GError **error)
{
    const AVStream *stream = pmx_decoder_stream(decoder);
    AVRational microsecond = {1, G_USEC_PER_SEC};
    gint64 target = line->task->origin - G_USEC_PER_SEC;
    gint64 ticks = av_rescale_q(target, microsecond, stream->time_base);
    if (!may_jump(source, stream) || stream->start_time == AV_NOPTS_VALUE ||
        ticks <= stream->start_time)
        return TRUE;
    return pmx_decoder_seek(decoder, ticks, error);
}

static void say_progress(const PmxSoundLine *line)
{
    double seconds = (double)line->given / (double)line->task->samplerate;
    if (pmx_run_due(line->run))
        pmx_run_progress(line->run, json_pack("{s:f}", "seconds", line->quiet ? 0.0 : seconds));
}

static gboolean decode_all(Chain *chain, PmxDecoder *decoder, PmxResampler *resampler,
                           GError **error)
{
    g_autoptr(AVFrame) frame = av_frame_alloc();
    PmxNext next = PMX_NEXT_FRAME;
    while (chain->heard < chain->cut &&
           (next = pmx_decoder_next(decoder, frame, error)) == PMX_NEXT_FRAME) {
        if (chain->bare && chain->frames > 0)
            frame->pts = AV_NOPTS_VALUE;
        chain->frames++;
        chain->mended += pmx_finite_mend(frame);
        if (!pmx_resampler_push(resampler, frame, error))
            return FALSE;
        say_progress(chain->line);
    }
    return next != PMX_NEXT_ERROR && pmx_resampler_finish(resampler, error) &&
           (!chain->stretch || pmx_stretch_finish(chain->stretch, error)) &&
           (!chain->limiter || pmx_limiter_finish(chain->limiter, error));
}

static gboolean run_chain(Chain *chain, PmxDecoder *decoder, GError **error)
{
    AVRational tick = pmx_decoder_stream(decoder)->time_base;
    g_autoptr(PmxResampler) resampler =
        pmx_resampler_new(chain->line->task, (PmxRatio){tick.num, tick.den}, from_resampler, chain);
    if (!decode_all(chain, decoder, resampler, error))
        return FALSE;
    const char *why;
    guint refused = pmx_resampler_refused(resampler, &why);
    chain->line->damaged = pmx_decoder_damaged(decoder) + refused + chain->mended;
    /* All of it may lie before the zero of a clip: then nothing is heard, and nothing is wrong. */
    if (chain->line->given > 0 || chain->frames > refused)
        return TRUE;
    g_set_error(error, PMX_ERROR, why ? PMX_CODE_NOT_SUPPORTED : PMX_CODE_RESOURCE_BAD, "%s",
                why ? why : "nothing of the audio track decodes");
    return FALSE;
}

static gboolean with_decoder(PmxSoundLine *line, const PmxSource *source, PmxDecoder *decoder,
                             PmxSamplesFunc take, gpointer data, GError **error)
{
    const PmxAudioTask *task = line->task;
    int channels = (int)task->channels, rate = (int)task->samplerate;
    Chain chain = {.line = line, .take = take, .data = data, .cut = G_MAXINT64};
    g_autoptr(PmxStretch) stretch =
        pmx_ratio_known(task->tempo) ? pmx_stretch_new(channels, rate, task->tempo, shape, &chain)
                                     : NULL;
    g_autoptr(PmxLimiter) limiter =
        line->volume ? pmx_limiter_new(channels, rate, line->volume->ceiling, take_out, &chain)
                     : NULL;
    g_autofree float *scratch = g_new(float, BLOCK *(gsize)channels);
    chain.bare = is_bare(source);
    chain.stretch = stretch;
    chain.limiter = limiter;
    chain.scratch = scratch;
    if (task->cut_at > 0)
        chain.cut = pmx_sound_line_samples(task, task->cut_at);
    line->given = 0;
    return run_chain(&chain, decoder, error);
}

gboolean pmx_sound_line_run(PmxSoundLine *line, PmxSamplesFunc take, gpointer data, GError **error)
{
    PmxSourceRef ref;
    if (!pmx_run_source(line->run, 0, &ref, error))
        return FALSE;
    g_autoptr(PmxSource) source = pmx_source_open(&ref, error);
    if (source && line->task->sequential)
        pmx_source_unwrap(source);
    g_autoptr(PmxDecoder) decoder =
        source ? pmx_decoder_open(source, (int)line->task->stream, error) : NULL;
    return decoder && jump(line, source, decoder, error) &&
           with_decoder(line, source, decoder, take, data, error);
}
