/* SPDX-License-Identifier: MIT */
/* An output's audio tracks as tasks: encoded or copied, and how loud (see planning.h). Pure. */
#include "plan/audio.h"
#include "plan/damage.h"
#include "plan/planning.h"
#include "plan/sound.h"

/* The key of what listens to a track as `body` (taken) says; borrowed. */
static const char *measure(PmxPlanning *planning, guint source, PmxAudioTask *body, double seconds)
{
    PmxTask *task = pmx_planning_track(planning, PMX_TASK_LOUDNESS, source, body);
    task->seconds = MAX(task->seconds, seconds);
    return pmx_planning_key(task);
}

static gboolean same_sound(const PmxTask *first, guint source, const PmxAudioTask *track)
{
    PmxAudioTask *one = pmx_sound_loudness_task(first->audio),
                 *other = pmx_sound_loudness_task(track);
    json_t *left = pmx_object_dump(&pmx_audio_task_object, one),
           *right = pmx_object_dump(&pmx_audio_task_object, other);
    gboolean same = first->source == source && json_equal(left, right);
    json_decref(left);
    json_decref(right);
    pmx_object_free(&pmx_audio_task_object, one);
    pmx_object_free(&pmx_audio_task_object, other);
    return same;
}

/* What the track has to know of its loudness, and of the first one's when it is to match that. */
static void set_loudness(PmxPlanning *planning, const PmxTrackWish *wish,
                         const PmxPlanChoice *choice, const PmxTrackChoice *track)
{
    PmxAudioTask *task = track->task;
    const PmxTask *first = choice->first;
    gboolean match = wish->audio->volume.match && first;
    if (match && !same_sound(first, wish->source, task))
        task->reference = g_strdup(measure(planning, first->source,
                                           pmx_sound_reference_task(first->audio), first->seconds));
    if (match)
        pmx_sound_set_volume(task, choice->volume);
    if (task->reference || pmx_sound_needs_loudness(task))
        task->loudness = g_strdup(
            measure(planning, wish->source, pmx_sound_loudness_task(task), track->seconds));
}

/* The first track is a copy, which is as loud as it is, and nobody listens to it. */
static gboolean check_match(const PmxPlanning *planning, const PmxTrackWish *wish,
                            const PmxPlanChoice *choice)
{
    if (!wish->audio->volume.match || !choice->tracks || choice->first)
        return TRUE;
    g_autofree char *path = g_strconcat(wish->audio->path, ".Volume.Match", NULL);
    pmx_problems_add(planning->problems, PMX_CODE_NOT_SUPPORTED, path,
                     "the output's first track is copied; encode it, or leave Match out");
    return FALSE;
}

static PmxTask *encode_track(PmxPlanning *planning, const PmxTrackWish *wish, PmxPlanChoice *choice,
                             PmxTrackChoice *track)
{
    if (!check_match(planning, wish, choice))
        return NULL;
    set_loudness(planning, wish, choice, track);
    PmxTask *task =
        pmx_planning_track(planning, PMX_TASK_AUDIO, wish->source, g_steal_pointer(&track->task));
    task->seconds = MAX(task->seconds, track->seconds);
    if (!choice->tracks) {
        choice->first = task;
        choice->volume = &wish->audio->volume;
    }
    return task;
}

/* The key of the track that `wish` means, whether it is encoded or copied; NULL with a problem. */
static const char *track_key(PmxPlanning *planning, const PmxTrackWish *wish,
                             const PmxOutput *output, PmxPlanChoice *choice, PmxTrackChoice *track)
{
    const char *key = NULL;
    if (wish->audio->codec == PMX_AUDIO_COPY)
        return pmx_copy_plan(planning, output, wish->source, track->stream, wish->audio->path, &key)
                   ? key
                   : NULL;
    const PmxTask *task = encode_track(planning, wish, choice, track);
    return task ? pmx_planning_key(task) : NULL;
}

static void choose_track(PmxPlanning *planning, const PmxTrackWish *wish, const PmxOutput *output,
                         PmxPlanOutput *planned, PmxPlanChoice *choice)
{
    PmxTrackChoice track = {0};
    if (!pmx_audio_choose(&planning->inputs[wish->source], wish, &track, planned->warnings,
                          planning->problems))
        return;
    pmx_damage_tell(planning->inputs, wish->source, planned->warnings);
    const char *key = track_key(planning, wish, output, choice, &track);
    planned->seconds = MAX(planned->seconds, track.seconds);
    if (key) {
        PmxPackageTrack *entry = pmx_array_add(&pmx_package_track_object, &choice->tracks);
        entry->language = g_steal_pointer(&track.language);
        entry->tag = g_steal_pointer(&track.tag);
        entry->title = g_strdup(wish->audio->title);
        entry->enabled = wish->audio->is_default;
        entry->key = g_strdup(key);
    }
    pmx_object_free(&pmx_audio_task_object, track.task);
    g_free(track.language);
    g_free(track.tag);
}

/* All tracks are enabled, as in the source document's sample, unless one is named the default. */
void pmx_tracks_enable(GPtrArray *tracks)
{
    gboolean any = FALSE;
    for (guint i = 0; tracks && i < tracks->len; i++)
        any |= ((PmxPackageTrack *)g_ptr_array_index(tracks, i))->enabled;
    for (guint i = 0; tracks && !any && i < tracks->len; i++)
        ((PmxPackageTrack *)g_ptr_array_index(tracks, i))->enabled = TRUE;
}

/* Without Audios the video keeps its own default track, when it has one. */
void pmx_tracks_plan(PmxPlanning *planning, const PmxOutput *output, guint video_source,
                     gint64 video_us, const PmxClipRange *range, PmxPlanOutput *planned,
                     PmxPlanChoice *choice)
{
    PmxTrackWish wish = {.video_us = video_us, .clip = *range, .output = output};
    if (video_us > 0) {
        const PmxStream *film = pmx_facts_video(planning->inputs[video_source].facts);
        wish.video_rate = film->frame_rate;
        wish.film_us = pmx_stream_us(film, film->end - film->start);
    }
    for (guint i = 0; output->audios_given && i < output->audios->len; i++) {
        wish.audio = g_ptr_array_index(output->audios, i);
        if (pmx_job_find_ref(planning->job, wish.audio->input_ref, &wish.source, &wish.selector))
            choose_track(planning, &wish, output, planned, choice);
    }
    if (!output->audios_given && !output->audio.remove &&
        pmx_damage_audio(planning->inputs, video_source, planned->warnings)) {
        wish.audio = &output->audio;
        wish.source = video_source;
        choose_track(planning, &wish, output, planned, choice);
    }
    pmx_tracks_enable(choice->tracks);
}
