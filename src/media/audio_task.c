/* SPDX-License-Identifier: MIT */
/*
 * The audio task: one track, whole, into its codec.
 *
 *     sound line ─► encoder ─► one artifact, "0.pmx"
 *
 * Times in the artifact are in samples of the AAC core, which for HE-AAC runs at half the rate that
 * is heard: players (libavcodec among them) double what an edit list cuts when they find SBR, so
 * the track's clock has to be the core's. The priming stands before zero; the last packet's
 * duration ends the track on the exact sample.
 */
#include <math.h>

#include "job/job.h"
#include "media/artifact.h"
#include "media/meter.h"
#include "media/run.h"
#include "media/sound_encoder.h"
#include "media/sound_line.h"

enum { SILENCE = 4096, TRIES = 5 };

typedef struct {
    PmxRun *run;
    const PmxAudioTask *task;
    PmxSound *sound;
    PmxArtifactWriter *writer;
    gint64 given; /* samples given to the encoder */
    gboolean ended;
} Track;

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
    track->given += (gint64)count;
    return pmx_sound_encode(track->sound, samples, count, write_packet, track, error);
}

/* A track that ends before the film stalls players; silence carries it to the end. One that ends
 * before a clip begins is silence, as long as the clip. */
static gboolean pad(Track *track, GError **error)
{
    const PmxAudioTask *task = track->task;
    gint64 end = track->given > 0 ? task->pad_to : MAX(task->pad_to, task->cut_at);
    gint64 missing = pmx_sound_line_samples(task, end) - track->given;
    g_autofree float *silence = g_new0(float, SILENCE *(gsize)task->channels);
    for (; missing > 0; missing -= SILENCE)
        if (!encode(silence, (gsize)MIN(missing, SILENCE), track, error))
            return FALSE;
    if (track->given > 0)
        return TRUE;
    g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD,
                "the whole audio track lies before the beginning of its file's video");
    return FALSE;
}

static gboolean finish(Track *track, guint damaged, GError **error)
{
    PmxArtifactHead head = {.damaged = damaged};
    track->ended = TRUE;
    if (!pmx_sound_encode(track->sound, NULL, 0, write_packet, track, error))
        return FALSE;
    pmx_sound_describe(track->sound, &head);
    g_autofree char *extradata = head.extradata;
    return pmx_artifact_finish(track->writer, &head, error);
}

/* --- the gain --- */

static gboolean read_loudness(PmxRun *run, const PmxAudioTask *task, PmxLoudness **own,
                              PmxLoudness **reference, GError **error)
{
    if (task->loudness && !(*own = pmx_loudness_read(run, 1, error)))
        return FALSE;
    return !task->reference || (*reference = pmx_loudness_read(run, 2, error));
}

/* How loud the track comes out, limiter and all. */
static gboolean listen(PmxRun *run, const PmxAudioTask *task, const PmxVolumePlan *volume,
                       double *loudness, GError **error)
{
    PmxSoundLine line = {.run = run, .task = task, .volume = volume, .quiet = TRUE};
    g_autoptr(PmxMeter) meter =
        pmx_meter_new(pmx_sound_line_layout(task), (int)task->samplerate, error);
    if (!meter || !pmx_sound_line_run(&line, pmx_meter_push, meter, error))
        return FALSE;
    *loudness = pmx_meter_integrated(meter);
    return TRUE;
}

/* Where the limiter has to work, it takes loudness away; that is made up for until the target is
 * met, or as far as is decent. How much of a decibel the limiter lets through is seen from two tries;
 * a short step of that slope lands where it aims, and nobody listens to it again. */
static gboolean settle(PmxRun *run, const PmxAudioTask *task, PmxVolumePlan *volume, GError **error)
{
    const double near = 0.1, sure = 0.5, extra_max = 12, first = volume->offset;
    double slope = 1, last_offset = 0, last_loudness = 0;
    if (volume->target == HUGE_VAL || pow(10, volume->peak / 20) <= volume->ceiling.ceiling)
        return TRUE;
    for (int i = 0; i < TRIES; i++) {
        double loudness = 0, offset = volume->offset;
        if (!listen(run, task, volume, &loudness, error))
            return FALSE;
        double miss = volume->target - loudness;
        if (i > 0)
            slope = CLAMP((loudness - last_loudness) / (offset - last_offset), 0.2, 1);
        volume->offset = CLAMP(offset + miss / slope, first - extra_max, first + extra_max);
        if (fabs(miss) < near || volume->offset == offset || (i > 0 && fabs(miss) < sure))
            return TRUE;
        last_offset = offset;
        last_loudness = loudness;
    }
    return TRUE;
}

static PmxVolumePlan *find_volume(PmxRun *run, const PmxAudioTask *task, GError **error)
{
    PmxLoudness *own = NULL, *reference = NULL;
    g_autoptr(PmxVolumePlan) volume = NULL;
    if (read_loudness(run, task, &own, &reference, error))
        volume = pmx_volume_plan(task, own, reference);
    pmx_loudness_free(own);
    pmx_loudness_free(reference);
    return volume && settle(run, task, volume, error) ? g_steal_pointer(&volume) : NULL;
}

/* --- the task --- */

static json_t *run_track(Track *track, const PmxVolumePlan *volume, GError **error)
{
    PmxSoundLine line = {.run = track->run, .task = track->task, .volume = volume};
    if (!pmx_sound_line_run(&line, encode, track, error) || !pad(track, error) ||
        !finish(track, line.damaged, error))
        return NULL;
    return json_pack("{s:f, s:i}", "seconds",
                     (double)track->given / (double)track->task->samplerate, "damaged",
                     (int)line.damaged);
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

static json_t *make(PmxRun *run, const PmxAudioTask *task, GError **error)
{
    const PmxSoundSettings settings = settings_of(task);
    g_autofree char *path = pmx_run_file(run, "0.pmx");
    g_autoptr(PmxVolumePlan) volume = find_volume(run, task, error);
    g_autoptr(PmxSound) sound = volume ? pmx_sound_new(&settings, error) : NULL;
    g_autoptr(PmxArtifactWriter) writer = sound ? pmx_artifact_create(path, error) : NULL;
    if (!writer)
        return NULL;
    Track track = {.run = run, .task = task, .sound = sound, .writer = writer};
    return run_track(&track, volume, error);
}

json_t *pmx_audio_run(PmxRun *run, GError **error)
{
    PmxAudioTask *task = pmx_object_read(&pmx_audio_task_object, run->order->body, error);
    json_t *result = task ? make(run, task, error) : NULL;
    pmx_object_free(&pmx_audio_task_object, task);
    return result;
}
