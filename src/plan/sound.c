/* SPDX-License-Identifier: MIT */
/* See sound.h. Pure. */
#include "plan/sound.h"

#include <math.h>
#include <string.h>

#include "job/audio-codecs.h"

/* --- bit rate --- */

/* HE-AAC and AAC-LC are told apart: what is enough for the one is not for the other. */
static gboolean codec_stays(const PmxStream *stream, const PmxAudioTask *task)
{
    static const char *const profiles[PMX_AAC_PROFILES] = {"LC", "HE-AAC", "HE-AACv2", "LD", "ELD"};
    if (g_strcmp0(stream->codec, pmx_audio_codec_lav_name(task->codec)) != 0)
        return FALSE;
    return task->codec != PMX_AUDIO_AAC || g_strcmp0(stream->profile, profiles[task->profile]) == 0;
}

gboolean pmx_sound_check_bitrate(const PmxTrackWish *wish, const PmxStream *stream,
                                 PmxAudioTask *task, PmxProblems *problems)
{
    const PmxOutput *output = wish->output;
    gint64 source = (stream->bit_rate + 999) / 1000;
    if (!output || source <= 0 || source >= task->bitrate)
        return TRUE;
    if (output->check_audio_bitrate_fail) {
        pmx_problems_add(problems, PMX_CODE_RESOURCE_BAD, wish->audio->path,
                         "the source's audio has %" G_GINT64_FORMAT
                         " kbit/s, less than the %" G_GINT64_FORMAT
                         " that are wanted, and IsCheckAudioBitrateFail is set",
                         source, task->bitrate);
        return FALSE;
    }
    if (output->check_audio_bitrate == TRUE ||
        (output->check_audio_bitrate < 0 && codec_stays(stream, task)))
        task->bitrate =
            MIN(task->bitrate, pmx_audio_codec_bitrate(task->codec, task->profile, task->samplerate,
                                                       task->channels, source));
    return TRUE;
}

/* --- tempo --- */

/* Frame rates that films are shown and dubbed at. */
static const PmxRatio film_rates[] = {{24000, 1001}, {24, 1}, {25, 1}};

/* The film rate that `rate` is, or one a fifth of a permille off; unknown when it is none. */
static PmxRatio film_rate(PmxRatio rate)
{
    for (guint i = 0; i < G_N_ELEMENTS(film_rates); i++)
        if (fabs(pmx_ratio_value(rate) / pmx_ratio_value(film_rates[i]) - 1) < 2e-4)
            return film_rates[i];
    return (PmxRatio){0, 1};
}

static PmxRatio quotient(PmxRatio a, PmxRatio b)
{
    return pmx_ratio(a.num * b.den, a.den * b.num);
}

/* How much longer the dub is than the film. */
static double excess(const PmxTrackWish *wish, const PmxPlanInput *input, const PmxStream *stream)
{
    const PmxStream *video = pmx_facts_video(input->facts);
    gint64 length = video ? pmx_stream_us(video, video->end - video->start)
                          : pmx_stream_us(stream, stream->end) - pmx_facts_origin(input->facts);
    return wish->film_us > 0 ? (double)length / (double)wish->film_us : 0;
}

/* A tempo near 1 has to be met more closely: dubs differ by seconds for other reasons too. */
static double misfit(double measured, PmxRatio tempo)
{
    double value = pmx_ratio_value(tempo), off = fabs(measured / value - 1);
    return off <= MIN(0.005, fabs(value - 1) / 4) ? off : HUGE_VAL;
}

/* The dub's own picture tells its frame rate; else lengths have to. */
static PmxRatio find_tempo(const PmxTrackWish *wish, const PmxPlanInput *input, double measured)
{
    const PmxStream *video = pmx_facts_video(input->facts);
    PmxRatio film = film_rate(wish->video_rate), best = {0, 1};
    double least = HUGE_VAL;
    for (guint i = 0; pmx_ratio_known(film) && i < G_N_ELEMENTS(film_rates); i++) {
        PmxRatio tempo = quotient(film, film_rates[i]), own = film_rates[i];
        if (video) {
            PmxRatio shown = film_rate(video->frame_rate);
            if (shown.num != own.num || shown.den != own.den)
                continue;
        }
        double off = tempo.num == tempo.den ? HUGE_VAL : misfit(measured, tempo);
        if (off < least) {
            least = off;
            best = tempo;
        }
    }
    return best;
}

static PmxRatio choose_tempo(const PmxTrackWish *wish, const PmxPlanInput *input,
                             const PmxStream *stream, GPtrArray *warnings)
{
    PmxRatio wanted = wish->audio->tempo;
    if (wanted.num >= 0)
        return wanted.num == wanted.den ? (PmxRatio){0, 1} : wanted;
    double measured = excess(wish, input, stream);
    PmxRatio found = find_tempo(wish, input, measured);
    if (!pmx_ratio_known(found) && fabs(measured - 1) > 0.01)
        g_ptr_array_add(
            warnings, g_strdup_printf("%s: no tempo between 24000/1001, 24 and 25 frames a second "
                                      "makes the dub as long as the film; it keeps its own",
                                      wish->audio->path));
    return found;
}

void pmx_sound_set_tempo(const PmxTrackWish *wish, const PmxPlanInput *input,
                         const PmxStream *stream, PmxAudioTask *task, GPtrArray *warnings)
{
    task->tempo = choose_tempo(wish, input, stream, warnings);
    if (!pmx_ratio_known(task->tempo))
        return;
    /* A clip is cut out of the film: the dub is so many times as far on where it begins. */
    gint64 further =
        pmx_rescale(wish->clip.start, task->tempo, (PmxRatio){1, 1}) - wish->clip.start;
    task->origin += further;
    task->limit -= further;
}

/* --- volume --- */

void pmx_sound_set_volume(PmxAudioTask *task, const PmxVolume *volume)
{
    static const PmxTaskVolume methods[] = {[PMX_VOLUME_DYNAMIC] = PMX_TASK_VOLUME_DYNAMIC,
                                            [PMX_VOLUME_LINEAR] = PMX_TASK_VOLUME_LINEAR,
                                            [PMX_VOLUME_AUTO] = PMX_TASK_VOLUME_AUTO};
    task->volume = volume->change ? (int)methods[volume->method] : PMX_TASK_VOLUME_NONE;
    gboolean linear = task->volume == PMX_TASK_VOLUME_LINEAR;
    gboolean none = task->volume == PMX_TASK_VOLUME_NONE;
    task->level = linear ? volume->level : 0;
    task->integrated = linear || none ? 0 : volume->integrated;
    task->range = linear || none ? 0 : volume->range;
    task->true_peak = (linear || none) && !task->reference ? 0 : volume->true_peak;
}

gboolean pmx_sound_needs_loudness(const PmxAudioTask *task)
{
    return task->volume == PMX_TASK_VOLUME_DYNAMIC || task->volume == PMX_TASK_VOLUME_AUTO;
}

PmxAudioTask *pmx_sound_loudness_task(const PmxAudioTask *track)
{
    PmxAudioTask *task = g_malloc(sizeof *task);
    pmx_object_init(&pmx_audio_task_object, task);
    task->stream = track->stream;
    task->origin = track->origin;
    task->codec = track->channels == 4 ? track->codec : 0; /* four channels differ by codec */
    task->samplerate = track->samplerate;
    task->channels = track->channels;
    task->cut_at = track->cut_at;
    task->limit = track->limit;
    task->sequential = track->sequential;
    task->tempo = track->tempo;
    return task;
}

PmxAudioTask *pmx_sound_reference_task(const PmxAudioTask *track)
{
    PmxAudioTask *task = pmx_sound_loudness_task(track);
    if (track->volume == PMX_TASK_VOLUME_LINEAR && track->level > 0) {
        task->volume = track->volume;
        task->level = track->level;
    }
    return task;
}
