/* SPDX-License-Identifier: MIT */
/*
 * The audio task: one track, whole, into AAC.
 *
 *     decoder ─► resampler ─► AAC encoder ─► one artifact, "0.pmx"
 *
 * Times in the artifact are in samples of the AAC core, which for HE-AAC runs at half the rate that
 * is heard: players (libavcodec among them) double what an edit list cuts when they find SBR, so
 * the track's clock has to be the core's. The priming stands before zero; the last packet's
 * duration ends the track on the exact sample.
 */
#include "job/job.h"
#include "media/aac.h"
#include "media/artifact.h"
#include "media/decoder.h"
#include "media/resampler.h"
#include "media/run.h"

typedef struct {
    PmxRun *run;
    const PmxAudioTask *task;
    PmxDecoder *decoder;
    PmxAac *aac;
    PmxArtifactWriter *writer;
    AVPacket *packet;
    gint64 given; /* samples given to the encoder */
    gint64 cut;   /* samples: no more than these */
    gint64 units; /* access units written */
    guint damaged;
    gboolean ended;
} Track;

static gint64 to_samples(const PmxAudioTask *task, gint64 us)
{
    return pmx_rescale(us, (PmxRatio){1, G_USEC_PER_SEC}, pmx_ratio(1, task->samplerate));
}

/* Samples heard for each tick of the track's clock. */
static int samples_a_tick(const PmxAudioTask *task)
{
    return task->profile == PMX_AAC_LOW ? 1 : 2;
}

static gboolean write_unit(const guint8 *bytes, gsize length, gpointer data, GError **error)
{
    Track *track = data;
    int scale = samples_a_tick(track->task), frame = pmx_aac_frame_length(track->aac) / scale;
    gint64 end = (track->given + scale - 1) / scale;
    AVPacket *packet = track->packet;
    packet->data = (guint8 *)bytes;
    packet->size = (int)length;
    packet->flags = AV_PKT_FLAG_KEY;
    packet->pts = track->units++ * frame - pmx_aac_priming(track->aac) / scale;
    packet->duration = track->ended ? CLAMP(end - packet->pts, 1, frame) : frame;
    return pmx_artifact_add(track->writer, packet, error);
}

static gboolean encode(const gint16 *samples, gsize count, gpointer data, GError **error)
{
    Track *track = data;
    gsize room = (gsize)MAX(0, track->cut - track->given);
    count = MIN(count, room);
    if (count == 0)
        return TRUE;
    track->given += (gint64)count;
    return pmx_aac_encode(track->aac, samples, count, write_unit, track, error);
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
    static const gint16 silence[4096 * 2];
    gint64 missing = to_samples(track->task, track->task->pad_to) - track->given;
    for (; missing > 0; missing -= 4096)
        if (!encode(silence, (gsize)MIN(missing, 4096), track, error))
            return FALSE;
    return TRUE;
}

static gboolean finish(Track *track, GError **error)
{
    gsize length;
    const guint8 *config = pmx_aac_config(track->aac, &length);
    g_autofree char *extradata = g_base64_encode(config, length);
    int scale = samples_a_tick(track->task);
    track->ended = TRUE;
    if (!pmx_aac_encode(track->aac, NULL, 0, write_unit, track, error))
        return FALSE;
    PmxArtifactHead head = {
        .codec = "aac",
        .time_base = pmx_ratio(1, track->task->samplerate / scale),
        .profile = FF_PROFILE_UNKNOWN,
        .level = FF_LEVEL_UNKNOWN,
        .sample_rate = track->task->samplerate / scale,
        .channels = track->task->channels,
        .frame_size = pmx_aac_frame_length(track->aac) / scale,
        .bit_rate = track->task->bitrate * 1000,
        .extradata = extradata,
        .damaged = track->damaged,
    };
    return pmx_artifact_finish(track->writer, &head, error);
}

static json_t *run_track(Track *track, GError **error)
{
    AVRational tick = pmx_decoder_stream(track->decoder)->time_base;
    g_autoptr(PmxResampler) resampler =
        pmx_resampler_new(track->task, (PmxRatio){tick.num, tick.den}, encode, track);
    if (!decode_all(track, resampler, error))
        return NULL;
    guint refused = pmx_resampler_refused(resampler);
    track->damaged = pmx_decoder_damaged(track->decoder) + refused;
    if (track->given == 0) {
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD,
                    refused ? "the audio track's rate, format or channels cannot be resampled"
                            : "nothing of the audio track decodes");
        return NULL;
    }
    if (!pad(track, error) || !finish(track, error))
        return NULL;
    return json_pack("{s:f, s:i}", "seconds",
                     (double)track->given / (double)track->task->samplerate, "damaged",
                     (int)track->damaged);
}

static json_t *with_decoder(PmxRun *run, const PmxAudioTask *task, PmxDecoder *decoder,
                            GError **error)
{
    PmxAacSettings settings = {task->profile, (int)task->bitrate * 1000, (int)task->samplerate,
                               (int)task->channels};
    g_autofree char *path = pmx_run_file(run, "0.pmx");
    g_autoptr(PmxAac) aac = pmx_aac_new(&settings, error);
    g_autoptr(PmxArtifactWriter) writer = aac ? pmx_artifact_create(path, error) : NULL;
    g_autoptr(AVPacket) packet = av_packet_alloc();
    if (!writer)
        return NULL;
    Track track = {.run = run,
                   .task = task,
                   .decoder = decoder,
                   .aac = aac,
                   .writer = writer,
                   .packet = packet};
    track.cut = task->cut_at > 0 ? to_samples(task, task->cut_at) : G_MAXINT64;
    json_t *result = run_track(&track, error);
    packet->data = NULL; /* it never owned its bytes */
    packet->size = 0;
    return result;
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
