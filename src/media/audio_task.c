/* SPDX-License-Identifier: MIT */
/*
 * The audio task: one track, whole, into its codec.
 *
 *     decoder ─► resampler ─► encoder ─► one artifact, "0.pmx"
 *
 * Times in the artifact are in samples of the AAC core, which for HE-AAC runs at half the rate that
 * is heard: players (libavcodec among them) double what an edit list cuts when they find SBR, so
 * the track's clock has to be the core's. The priming stands before zero; the last packet's
 * duration ends the track on the exact sample.
 */
#include "job/job.h"
#include "media/artifact.h"
#include "media/decoder.h"
#include "media/resampler.h"
#include "media/run.h"
#include "media/sound_encoder.h"

enum { SILENCE = 4096 };

typedef struct {
    PmxRun *run;
    const PmxAudioTask *task;
    PmxDecoder *decoder;
    PmxSound *sound;
    PmxArtifactWriter *writer;
    gint64 given; /* samples given to the encoder */
    gint64 cut;   /* samples: no more than these */
    gboolean ended;
} Track;

static gint64 to_samples(const PmxAudioTask *task, gint64 us)
{
    return pmx_rescale(us, (PmxRatio){1, G_USEC_PER_SEC}, pmx_ratio(1, task->samplerate));
}

/* What an encoder puts after the last sample is for players without edit lists; a packet of nothing
 * else is left out. */
static gboolean write_packet(AVPacket *packet, gpointer data, GError **error)
{
    Track *track = data;
    int scale = pmx_sound_samples_a_tick(track->sound);
    gint64 end = (track->given + scale - 1) / scale;
    packet->pts /= scale;
    packet->duration /= scale;
    if (track->ended && packet->pts >= end)
        return TRUE;
    if (track->ended)
        packet->duration = MIN(packet->duration, end - packet->pts);
    return pmx_artifact_add(track->writer, packet, error);
}

static gboolean encode(const float *samples, gsize count, gpointer data, GError **error)
{
    Track *track = data;
    gsize room = (gsize)MAX(0, track->cut - track->given);
    count = MIN(count, room);
    if (count == 0)
        return TRUE;
    track->given += (gint64)count;
    return pmx_sound_encode(track->sound, samples, count, write_packet, track, error);
}

static gboolean decode_all(Track *track, PmxResampler *resampler, GError **error)
{
    g_autoptr(AVFrame) frame = av_frame_alloc();
    PmxNext next = PMX_NEXT_FRAME;
    while (track->given < track->cut &&
           (next = pmx_decoder_next(track->decoder, frame, error)) == PMX_NEXT_FRAME) {
        if (!pmx_resampler_push(resampler, frame, error))
            return FALSE;
        if (pmx_run_due(track->run))
            pmx_run_progress(track->run,
                             json_pack("{s:f}", "seconds",
                                       (double)track->given / (double)track->task->samplerate));
    }
    return next != PMX_NEXT_ERROR && pmx_resampler_finish(resampler, error);
}

/* A track that ends before the film stalls players; silence carries it to the end. */
static gboolean pad(Track *track, GError **error)
{
    gint64 missing = to_samples(track->task, track->task->pad_to) - track->given;
    g_autofree float *silence = g_new0(float, SILENCE *(gsize)track->task->channels);
    for (; missing > 0; missing -= SILENCE)
        if (!encode(silence, (gsize)MIN(missing, SILENCE), track, error))
            return FALSE;
    return TRUE;
}

static gboolean finish(Track *track, GError **error)
{
    PmxArtifactHead head = {.damaged = pmx_decoder_damaged(track->decoder)};
    track->ended = TRUE;
    if (!pmx_sound_encode(track->sound, NULL, 0, write_packet, track, error))
        return FALSE;
    pmx_sound_describe(track->sound, &head);
    g_autofree char *extradata = head.extradata;
    return pmx_artifact_finish(track->writer, &head, error);
}

static json_t *run_track(Track *track, GError **error)
{
    AVRational tick = pmx_decoder_stream(track->decoder)->time_base;
    g_autoptr(PmxResampler) resampler =
        pmx_resampler_new(track->task, (PmxRatio){tick.num, tick.den}, encode, track);
    if (!decode_all(track, resampler, error))
        return NULL;
    if (track->given == 0) {
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD, "nothing of the audio track decodes");
        return NULL;
    }
    if (!pad(track, error) || !finish(track, error))
        return NULL;
    return json_pack("{s:f, s:i}", "seconds",
                     (double)track->given / (double)track->task->samplerate, "damaged",
                     (int)pmx_decoder_damaged(track->decoder));
}

static PmxSoundSettings settings_of(const PmxAudioTask *task)
{
    return (PmxSoundSettings){.codec = task->codec,
                              .profile = task->profile,
                              .bitrate = (int)task->bitrate * 1000,
                              .rate = (int)task->samplerate,
                              .channels = (int)task->channels,
                              .bits = task->bits > 0 ? (int)task->bits : 16};
}

static json_t *with_decoder(PmxRun *run, const PmxAudioTask *task, PmxDecoder *decoder,
                            GError **error)
{
    const PmxSoundSettings settings = settings_of(task);
    g_autofree char *path = pmx_run_file(run, "0.pmx");
    g_autoptr(PmxSound) sound = pmx_sound_new(&settings, error);
    g_autoptr(PmxArtifactWriter) writer = sound ? pmx_artifact_create(path, error) : NULL;
    if (!writer)
        return NULL;
    Track track = {.run = run, .task = task, .decoder = decoder, .sound = sound, .writer = writer};
    track.cut = task->cut_at > 0 ? to_samples(task, task->cut_at) : G_MAXINT64;
    return run_track(&track, error);
}

json_t *pmx_audio_run(PmxRun *run, GError **error)
{
    PmxSourceRef ref;
    PmxAudioTask *task = pmx_object_read(&pmx_audio_task_object, run->order->body, error);
    json_t *result = NULL;
    if (task && pmx_run_source(run, 0, &ref, error)) {
        g_autoptr(PmxSource) source = pmx_source_open(&ref, error);
        if (source && task->sequential)
            pmx_source_unwrap(source);
        g_autoptr(PmxDecoder) decoder =
            source ? pmx_decoder_open(source, (int)task->stream, error) : NULL;
        if (decoder)
            result = with_decoder(run, task, decoder, error);
    }
    pmx_object_free(&pmx_audio_task_object, task);
    return result;
}
