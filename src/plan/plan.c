/* SPDX-License-Identifier: MIT */
/*
 * Job and facts to a graph of tasks (see plan.h): each output's tracks and rendition are resolved,
 * equal ones are merged by key, and what is needed is written down as tasks. Pure.
 */
#include "plan/plan.h"

#include <string.h>

#include "plan/audio.h"
#include "plan/clip.h"
#include "plan/colour.h"
#include "plan/flow.h"
#include "plan/key.h"
#include "plan/ladder.h"
#include "plan/overlay.h"
#include "plan/planning.h"
#include "plan/sound.h"

/* --- memory --- */

static void task_free(gpointer data)
{
    PmxTask *task = data;
    pmx_object_free(pmx_task_object(task->kind), task->video);
    g_ptr_array_unref(task->makes);
    g_ptr_array_unref(task->needs);
    if (task->also)
        g_array_unref(task->also);
    g_free(task->id);
    g_free(task);
}

static void output_free(gpointer data)
{
    PmxPlanOutput *output = data;
    g_free(output->name);
    g_free(output->path);
    g_free(output->address);
    g_ptr_array_unref(output->warnings);
    g_free(output);
}

static void row_free(gpointer data)
{
    PmxRow *row = data;
    for (guint i = 0; i < row->renditions->len; i++)
        pmx_object_free(&pmx_rendition_object, g_ptr_array_index(row->renditions, i));
    g_ptr_array_unref(row->renditions);
    g_ptr_array_unref(row->cuts);
    g_ptr_array_unref(row->tasks);
    g_free(row);
}

void pmx_plan_free(PmxPlan *plan)
{
    if (!plan)
        return;
    g_ptr_array_unref(plan->tasks);
    g_ptr_array_unref(plan->outputs);
    g_free(plan);
}

static PmxTask *task_new(PmxTaskKind kind, char *id, void *body)
{
    PmxTask *task = g_new0(PmxTask, 1);
    task->kind = kind;
    task->id = id;
    task->makes = g_ptr_array_new_with_free_func(g_free);
    task->needs = g_ptr_array_new_with_free_func(g_free);
    task->video = body; /* the members of the union share the pointer */
    return task;
}

void *pmx_planning_body(const PmxObject *object)
{
    void *body = g_malloc(object->size);
    pmx_object_init(object, body);
    return body;
}

/* --- video --- */

static gboolean same(const PmxObject *object, const void *a, const void *b)
{
    json_t *left = pmx_object_dump(object, a), *right = pmx_object_dump(object, b);
    gboolean equal = json_equal(left, right);
    json_decref(left);
    json_decref(right);
    return equal;
}

/* One file may stand under two names: what counts is the content. */
static PmxRow *row_for(PmxPlanning *planning, guint source, const PmxStream *stream,
                       const PmxGrid *grid, const PmxFlow *flow)
{
    for (guint i = 0; i < planning->rows->len; i++) {
        PmxRow *row = g_ptr_array_index(planning->rows, i);
        const char *identity = planning->inputs[row->source].identity;
        if (strcmp(identity, planning->inputs[source].identity) == 0 &&
            row->stream->index == stream->index && row->grid.frames == grid->frames &&
            row->stream->start == stream->start && row->stream->end == stream->end &&
            pmx_flow_equal(&row->flow, flow))
            return row;
    }
    PmxRow *row = g_new0(PmxRow, 1);
    *row = (PmxRow){.source = source,
                    .stream = stream,
                    .grid = *grid,
                    .flow = *flow,
                    .renditions = g_ptr_array_new(),
                    .cuts = g_ptr_array_new(),
                    .tasks = g_ptr_array_new()};
    g_ptr_array_add(planning->rows, row);
    return row;
}

/* The index of `rendition` in the row; takes ownership of it. */
static guint row_add(PmxRow *row, PmxRendition *rendition)
{
    for (guint i = 0; i < row->renditions->len; i++) {
        if (same(&pmx_rendition_object, g_ptr_array_index(row->renditions, i), rendition)) {
            pmx_object_free(&pmx_rendition_object, rendition);
            return i;
        }
    }
    g_ptr_array_add(row->renditions, rendition);
    return row->renditions->len - 1;
}

/* Where segment `i` begins; NULL at the film's own ends. Borrowed. */
static const char *cut_key(const PmxRow *row, guint i)
{
    const PmxTask *cut = i > 0 && i < row->grid.count ? g_ptr_array_index(row->cuts, i - 1) : NULL;
    return cut ? g_ptr_array_index(cut->makes, 0) : NULL;
}

/* A segment at an end of a clip that is no end of the film begins or ends with a time in place of a
 * cut. */
static void clip_segment(const PmxPlanning *planning, const PmxRow *row, PmxVideoTask *body)
{
    const PmxStream *whole =
        pmx_facts_stream(planning->inputs[row->source].facts, row->stream->index);
    gint64 tolerance = pmx_clip_tolerance(whole);
    body->seeks = !body->begin && row->stream->start > whole->start;
    body->stops = !body->end && row->stream->end < whole->end;
    body->from = body->seeks ? row->stream->start - tolerance : 0;
    body->to = body->stops ? row->stream->end - tolerance : 0;
}

static PmxVideoTask *segment_body(const PmxPlanning *planning, const PmxRow *row, guint i)
{
    const PmxStream *stream = row->stream;
    PmxVideoTask *body = pmx_planning_body(&pmx_video_task_object);
    body->stream = stream->index;
    body->begin = g_strdup(cut_key(row, i));
    body->end = g_strdup(cut_key(row, i + 1));
    body->origin = stream->start;
    body->film_end = body->end ? 0 : stream->end;
    clip_segment(planning, row, body);
    body->frame_rate = row->grid.rate;
    pmx_flow_task(&row->flow, stream, body);
    body->border = row->border ? g_strdup(g_ptr_array_index(row->border->makes, 0)) : NULL;
    body->rotation = stream->rotation;
    pmx_ladder_upright(stream, &body->width, &body->height);
    pmx_colour_task(stream, row->flow.pixels, body);
    return body;
}

static char *segment_key(const PmxPlanning *planning, const PmxRow *row, const PmxVideoTask *body,
                         guint r)
{
    const PmxPlanInput *input = &planning->inputs[row->source];
    json_t *parameters = pmx_object_dump(&pmx_video_task_object, body);
    json_object_del(parameters, "renditions");
    json_object_del(parameters, "images");
    json_object_set_new(
        parameters, "rendition",
        pmx_object_dump(&pmx_rendition_object, g_ptr_array_index(row->renditions, r)));
    char *key = pmx_key_new("video", input->identity, input->facts->versions, parameters);
    json_decref(parameters);
    return key;
}

static void copy_rendition(PmxVideoTask *body, const PmxRendition *from)
{
    PmxRendition *to = pmx_array_add(&pmx_rendition_object, &body->renditions);
    *to = *from;
    to->preset = g_strdup(from->preset);
    pmx_overlay_copy_all(from, to);
}

static void add_cut(PmxPlanning *planning, PmxRow *row, char *id, guint i)
{
    const PmxPlanInput *input = &planning->inputs[row->source];
    PmxCutTask *body = pmx_planning_body(&pmx_cut_task_object);
    body->stream = row->stream->index;
    PmxGridWindow window = pmx_grid_window(&row->grid, i);
    body->scene = window.scene;
    body->start = window.start;
    body->point = window.point;
    body->end = window.end;
    body->due = window.due;
    PmxTask *task = task_new(PMX_TASK_CUT, id, body);
    task->source = row->source;
    task->seconds = (double)(body->end - body->start) * pmx_ratio_value(row->stream->time_base);
    json_t *parameters = pmx_object_dump(&pmx_cut_task_object, body);
    g_ptr_array_add(task->makes,
                    pmx_key_new("cut", input->identity, input->facts->versions, parameters));
    json_decref(parameters);
    g_ptr_array_add(row->cuts, task);
    g_ptr_array_add(planning->plan->tasks, task);
}

static PmxTask *border_task(PmxPlanning *planning, const char *key)
{
    for (guint i = 0; i < planning->plan->tasks->len; i++) {
        PmxTask *task = g_ptr_array_index(planning->plan->tasks, i);
        if (task->kind == PMX_TASK_BORDER && strcmp(g_ptr_array_index(task->makes, 0), key) == 0)
            return task;
    }
    return NULL;
}

/* One for a film, however many rows crop by it. */
static void add_border(PmxPlanning *planning, PmxRow *row, guint r)
{
    const PmxPlanInput *input = &planning->inputs[row->source];
    PmxBorderTask *body = pmx_planning_body(&pmx_border_task_object);
    pmx_flow_border(row->stream, body);
    json_t *parameters = pmx_object_dump(&pmx_border_task_object, body);
    g_autofree char *key =
        pmx_key_new("border", input->identity, input->facts->versions, parameters);
    json_decref(parameters);
    row->border = border_task(planning, key);
    if (row->border) {
        pmx_object_free(&pmx_border_task_object, body);
        return;
    }
    row->border = task_new(PMX_TASK_BORDER, g_strdup_printf("border-%u", r), body);
    row->border->source = row->source;
    row->border->seconds =
        (double)(body->end - body->start) * pmx_ratio_value(row->stream->time_base);
    g_ptr_array_add(row->border->makes, g_steal_pointer(&key));
    g_ptr_array_add(planning->plan->tasks, row->border);
}

static double segment_seconds(const PmxRow *row, guint i)
{
    gint64 begin = pmx_grid_point(&row->grid, i);
    gint64 end =
        i + 1 < row->grid.count ? pmx_grid_point(&row->grid, i + 1) : MAX(begin, row->stream->end);
    return (double)(end - begin) * pmx_ratio_value(row->stream->time_base);
}

static void need(PmxTask *task, const char *key)
{
    if (key)
        g_ptr_array_add(task->needs, g_strdup(key));
}

static void add_segment(PmxPlanning *planning, PmxRow *row, char *id, guint i)
{
    PmxVideoTask *body = segment_body(planning, row, i);
    PmxTask *task = task_new(PMX_TASK_VIDEO, id, body);
    task->source = row->source;
    task->seconds = segment_seconds(row, i);
    need(task, body->begin);
    need(task, body->end);
    need(task, body->border);
    for (guint r = 0; r < row->renditions->len; r++) {
        g_ptr_array_add(task->makes, segment_key(planning, row, body, r));
        copy_rendition(body, g_ptr_array_index(row->renditions, r));
        pmx_overlay_read(planning->inputs, planning->job->inputs->len,
                         g_ptr_array_index(row->renditions, r), task);
    }
    g_ptr_array_add(row->tasks, task);
    g_ptr_array_add(planning->plan->tasks, task);
}

static void add_rows(PmxPlanning *planning)
{
    for (guint r = 0; r < planning->rows->len; r++) {
        PmxRow *row = g_ptr_array_index(planning->rows, r);
        if (row->flow.border)
            add_border(planning, row, r);
        /* A segment's end has to be known with its beginning, so each cut stands before the segment
         * it ends. */
        for (guint i = 0; i < row->grid.count; i++) {
            if (i + 1 < row->grid.count)
                add_cut(planning, row, g_strdup_printf("cut-%u-%04u", r, i + 1), i + 1);
            add_segment(planning, row, g_strdup_printf("video-%u-%04u", r, i), i);
        }
    }
}

static gboolean find_video_source(const PmxPlanning *planning, const PmxOutput *output,
                                  guint *source)
{
    if (output->video.input_ref) {
        const PmxAudioSelector *selector = NULL;
        return pmx_job_find_ref(planning->job, output->video.input_ref, source, &selector) &&
               pmx_facts_video(planning->inputs[*source].facts);
    }
    for (*source = 0; *source < planning->job->inputs->len; (*source)++) {
        const PmxInput *input = g_ptr_array_index(planning->job->inputs, *source);
        if (!input->image && pmx_facts_video(planning->inputs[*source].facts))
            return TRUE;
    }
    return FALSE;
}

/* A video that is there but cannot be read, among all inputs; NULL when there is none. */
static const PmxStream *unreadable_video(const PmxPlanning *planning)
{
    for (guint i = 0; i < planning->job->inputs->len; i++) {
        const GPtrArray *streams = planning->inputs[i].facts->streams;
        for (guint k = 0; streams && k < streams->len; k++) {
            const PmxStream *stream = g_ptr_array_index(streams, k);
            if (stream->kind == PMX_STREAM_VIDEO && !stream->cover && stream->problem)
                return stream;
        }
    }
    return NULL;
}

static void report_no_video(PmxPlanning *planning, const PmxOutput *output)
{
    const PmxStream *bad = unreadable_video(planning);
    g_autofree char *why =
        bad ? g_strdup_printf(" that can be read (stream %" G_GINT64_FORMAT ": %s)", bad->index,
                              bad->problem)
            : g_strdup("");
    if (output->video.input_ref) {
        g_autofree char *path = g_strconcat(output->params_path, ".Video.InputRef", NULL);
        pmx_problems_add(planning->problems, PMX_CODE_RESOURCE_BAD, path,
                         "the input \"%s\" has no video%s", output->video.input_ref, why);
    } else {
        pmx_problems_add(planning->problems, PMX_CODE_RESOURCE_BAD, output->path,
                         "no input has a video%s; set Video.Remove for a file of audio only", why);
    }
}

/* --- one output --- */

static void copy_video(PmxPlanning *planning, const PmxOutput *output, guint source,
                       const PmxStream *stream, PmxPlanChoice *choice)
{
    const char *key = NULL;
    g_autofree char *path = g_strconcat(output->params_path, ".Video.Codec", NULL);
    if (pmx_copy_plan(planning, output, source, stream, path, &key))
        choice->copied = g_strdup(key);
}

/* GIF and WebP tell of each picture what is new since the one before, in one stream. */
static gboolean is_animation(const PmxOutput *output)
{
    return output->video.codec == PMX_CODEC_GIF || output->video.codec == PMX_CODEC_WEBP;
}

static const double WHOLE_FILM = 1e6; /* seconds */

static void choose_video(PmxPlanning *planning, const PmxOutput *output, guint source,
                         const PmxStream *stream, GPtrArray *warnings, PmxPlanChoice *choice)
{
    g_autoptr(GError) error = NULL;
    if (output->video.codec == PMX_CODEC_COPY) {
        copy_video(planning, output, source, stream, choice);
        return;
    }
    PmxFlow flow;
    char *warning = NULL;
    PmxRendition *rendition = pmx_planning_body(&pmx_rendition_object);
    if (!pmx_ladder_rendition(output, stream, rendition, &error) ||
        !pmx_overlay_add_all(output, planning->inputs, stream, rendition, &error) ||
        !pmx_flow_choose(output, stream, rendition, &flow, &warning, &error)) {
        pmx_problems_add_error(planning->problems, output->params_path, error);
        pmx_object_free(&pmx_rendition_object, rendition);
        return;
    }
    if (warning)
        g_ptr_array_add(warnings, warning);
    PmxStream flowing = pmx_flow_stream(&flow, stream);
    PmxGrid grid = pmx_grid_new(&flowing, output->video.gop,
                                is_animation(output) ? WHOLE_FILM : planning->segment_seconds);
    rendition->gop = grid.gop;
    choice->row = row_for(planning, source, stream, &grid, &flow);
    choice->rendition = row_add(choice->row, rendition);
}

PmxTask *pmx_planning_track(PmxPlanning *planning, PmxTaskKind kind, guint source, void *body)
{
    static const char *const names[] = {[PMX_TASK_AUDIO] = "audio",
                                        [PMX_TASK_COPY] = "copy",
                                        [PMX_TASK_SUBTITLE] = "subtitle",
                                        [PMX_TASK_LOUDNESS] = "loudness"};
    const PmxPlanInput *input = &planning->inputs[source];
    const PmxObject *object = pmx_task_object(kind);
    json_t *parameters = pmx_object_dump(object, body);
    char *key = pmx_key_new(names[kind], input->identity, input->facts->versions, parameters);
    json_decref(parameters);
    PmxTask *task = g_hash_table_lookup(planning->tracks, key);
    if (task) {
        g_free(key);
        pmx_object_free(object, body);
        return task;
    }
    char *id = g_strdup_printf("%s-%02u", names[kind], g_hash_table_size(planning->tracks));
    task = task_new(kind, id, body);
    task->source = source;
    if (kind == PMX_TASK_AUDIO) {
        need(task, task->audio->loudness);
        need(task, task->audio->reference);
    }
    g_ptr_array_add(task->makes, key);
    g_ptr_array_add(planning->plan->tasks, task);
    g_hash_table_insert(planning->tracks, key, task);
    return task;
}

const char *pmx_planning_key(const PmxTask *task)
{
    return g_ptr_array_index(task->makes, 0);
}

/* The key of the loudness of a track; borrowed. */
static const char *measure(PmxPlanning *planning, guint source, const PmxAudioTask *track,
                           double seconds)
{
    PmxTask *task =
        pmx_planning_track(planning, PMX_TASK_LOUDNESS, source, pmx_sound_loudness_task(track));
    task->seconds = MAX(task->seconds, seconds);
    return g_ptr_array_index(task->makes, 0);
}

/* What the track has to know of its loudness, and of the first one's when it is to match that. */
static void set_loudness(PmxPlanning *planning, const PmxTrackWish *wish,
                         const PmxPlanChoice *choice, const PmxTrackChoice *track)
{
    PmxAudioTask *task = track->task;
    gboolean match = wish->audio->volume.match && choice->first;
    if (match) {
        const char *reference =
            measure(planning, choice->first->source, choice->first->audio, choice->first->seconds);
        task->reference = g_strdup(reference);
        pmx_sound_set_volume(task, choice->volume);
    }
    if (match || pmx_sound_needs_loudness(task))
        task->loudness = g_strdup(measure(planning, wish->source, task, track->seconds));
    if (match && strcmp(task->loudness, task->reference) == 0) { /* the very same sound */
        g_clear_pointer(&task->reference, g_free);
        pmx_sound_set_volume(task, choice->volume);
        if (!pmx_sound_needs_loudness(task))
            g_clear_pointer(&task->loudness, g_free);
    }
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
    set_loudness(planning, wish, choice, track);
    PmxTask *task =
        pmx_planning_track(planning, PMX_TASK_AUDIO, wish->source, g_steal_pointer(&track->task));
    if (!choice->first) {
        choice->first = task;
        choice->volume = &wish->audio->volume;
    }
    task->seconds = MAX(task->seconds, track->seconds);
    return pmx_planning_key(task);
}

static void choose_track(PmxPlanning *planning, const PmxTrackWish *wish, const PmxOutput *output,
                         PmxPlanOutput *planned, PmxPlanChoice *choice)
{
    PmxTrackChoice track = {0};
    if (!pmx_audio_choose(&planning->inputs[wish->source], wish, &track, planned->warnings,
                          planning->problems))
        return;
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
static void enable_tracks(GPtrArray *tracks)
{
    gboolean any = FALSE;
    for (guint i = 0; tracks && i < tracks->len; i++)
        any |= ((PmxPackageTrack *)g_ptr_array_index(tracks, i))->enabled;
    for (guint i = 0; tracks && !any && i < tracks->len; i++)
        ((PmxPackageTrack *)g_ptr_array_index(tracks, i))->enabled = TRUE;
}

/* Without Audios the video keeps its own default track, when it has one. */
static void choose_tracks(PmxPlanning *planning, const PmxOutput *output, guint video_source,
                          gint64 video_us, const PmxClipRange *range, PmxPlanOutput *planned,
                          PmxPlanChoice *choice)
{
    PmxTrackWish wish = {.video_us = video_us, .clip = *range, .output = output};
    if (video_us > 0)
        wish.video_rate = pmx_facts_video(planning->inputs[video_source].facts)->frame_rate;
    for (guint i = 0; output->audios_given && i < output->audios->len; i++) {
        wish.audio = g_ptr_array_index(output->audios, i);
        if (pmx_job_find_ref(planning->job, wish.audio->input_ref, &wish.source, &wish.selector))
            choose_track(planning, &wish, output, planned, choice);
    }
    if (!output->audios_given && !output->audio.remove &&
        pmx_audio_default(planning->inputs[video_source].facts)) {
        wish.audio = &output->audio;
        wish.source = video_source;
        choose_track(planning, &wish, output, planned, choice);
    }
    enable_tracks(choice->tracks);
}

static PmxPlanOutput *output_new(const PmxOutput *output)
{
    PmxPlanOutput *planned = g_new0(PmxPlanOutput, 1);
    planned->name = output->name ? g_strdup(output->name) : g_path_get_basename(output->address);
    planned->path = g_strdup(output->path);
    planned->address = g_strdup(output->address);
    planned->priority = output->priority;
    planned->warnings = g_ptr_array_new_with_free_func(g_free);
    return planned;
}

/* How long the whole film is, of which Clip speaks: the video, else the first track. */
static gint64 film_length(const PmxPlanning *planning, const PmxOutput *output,
                          const PmxStream *video, guint source)
{
    const PmxAudioSelector *selector = NULL;
    if (!video && output->audios_given && output->audios->len > 0)
        pmx_job_find_ref(planning->job,
                         ((const PmxAudio *)g_ptr_array_index(output->audios, 0))->input_ref,
                         &source, &selector);
    const PmxFacts *facts = planning->inputs[source].facts;
    const PmxStream *stream = video ? video : pmx_audio_find(facts, selector);
    return stream ? pmx_stream_us(stream, stream->end - (video ? stream->start : 0)) -
                        (video ? 0 : pmx_facts_origin(facts))
                  : 0;
}

/* The part of the film that is wanted, and the stream's facts with these ends. */
static gboolean clip_output(PmxPlanning *planning, const PmxOutput *output, guint source,
                            const PmxStream **video, PmxClipRange *range)
{
    g_autofree char *path = g_strconcat(output->path, ".Features.Clip.TimeSpan", NULL);
    gint64 film = film_length(planning, output, *video, source);
    if (!pmx_clip_resolve(&output->clip, *video, film, path, range, planning->problems))
        return FALSE;
    if (range->clipped && *video) {
        PmxStream *clip = pmx_clip_stream(*video, range);
        g_ptr_array_add(planning->clips, clip);
        *video = clip;
    }
    return TRUE;
}

static void check_anything(PmxPlanning *planning, const PmxOutput *output,
                           const PmxPlanChoice *choice)
{
    if (!choice->row && !choice->copied && !choice->tracks && !choice->more &&
        pmx_problems_count(planning->problems) == 0)
        pmx_problems_add(
            planning->problems, PMX_CODE_NO_AUDIO_STREAM, output->path,
            "nothing is left to put into this file: its video is removed and there is no audio");
}

static void plan_tracks(PmxPlanning *planning, const PmxOutput *output, guint source,
                        const PmxStream *video, PmxPlanOutput *planned, PmxPlanChoice *choice)
{
    gint64 video_us = 0;
    PmxClipRange range = {0};
    if (!clip_output(planning, output, source, &video, &range))
        return;
    if (video) {
        video_us = pmx_stream_us(video, video->end - video->start);
        planned->seconds = (double)video_us / G_USEC_PER_SEC;
        choose_video(planning, output, source, video, planned->warnings, choice);
    }
    choose_tracks(planning, output, source, video_us, &range, planned, choice);
    pmx_subtitle_plan(planning, output, &range, video ? video_us : range.length, planned, choice);
}

static PmxPlanChoice plan_output(PmxPlanning *planning, const PmxOutput *output)
{
    PmxPlanChoice choice = {0};
    guint source = 0;
    PmxPlanOutput *planned = output_new(output);
    g_ptr_array_add(planning->plan->outputs, planned);
    if (output->remux) {
        pmx_copy_plan_all(planning, output, planned, &choice);
        enable_tracks(choice.tracks);
        check_anything(planning, output, &choice);
        return choice;
    }
    gboolean have_video = find_video_source(planning, output, &source);
    if (!have_video && !output->video.remove) {
        report_no_video(planning, output);
        return choice;
    }
    source = have_video ? source : 0;
    plan_tracks(planning, output, source,
                output->video.remove ? NULL : pmx_facts_video(planning->inputs[source].facts),
                planned, &choice);
    check_anything(planning, output, &choice);
    return choice;
}

/* --- packages --- */

static void add_video_parts(const PmxPlanChoice *choice, PmxTask *task)
{
    for (guint i = 0; i < choice->row->tasks->len; i++) {
        const PmxTask *segment = g_ptr_array_index(choice->row->tasks, i);
        const char *key = g_ptr_array_index(segment->makes, choice->rendition);
        PmxPackagePart *part = pmx_array_add(&pmx_package_part_object, &task->package->video);
        part->key = g_strdup(key);
        g_ptr_array_add(task->needs, g_strdup(key));
    }
}

static void add_copied_video(PmxPlanChoice *choice, PmxTask *task)
{
    PmxPackagePart *part = pmx_array_add(&pmx_package_part_object, &task->package->video);
    g_ptr_array_add(task->needs, g_strdup(choice->copied));
    part->key = g_steal_pointer(&choice->copied);
}

static void need_tracks(PmxTask *task, const GPtrArray *tracks)
{
    for (guint i = 0; tracks && i < tracks->len; i++)
        need(task, ((const PmxPackageTrack *)g_ptr_array_index(tracks, i))->key);
}

static void add_text(PmxPackageTask *body, const GPtrArray *metadata)
{
    for (guint i = 0; metadata && i < metadata->len; i++) {
        const PmxPair *pair = g_ptr_array_index(metadata, i);
        PmxPackagePair *entry = pmx_array_add(&pmx_package_pair_object, &body->text);
        entry->key = g_strdup(pair->key);
        entry->value = g_strdup(pair->value);
    }
}

static void add_package(PmxPlanning *planning, guint output, PmxPlanChoice *choice)
{
    const PmxOutput *wanted = g_ptr_array_index(planning->job->outputs, output);
    PmxPackageTask *body = pmx_planning_body(&pmx_package_task_object);
    PmxTask *task = task_new(PMX_TASK_PACKAGE, g_strdup_printf("package-%02u", output), body);
    const PmxPlanOutput *planned = g_ptr_array_index(planning->plan->outputs, output);
    task->output = output;
    task->seconds = planned->seconds;
    if (choice->row)
        add_video_parts(choice, task);
    if (choice->copied)
        add_copied_video(choice, task);
    body->container = wanted->container;
    body->audio = g_steal_pointer(&choice->tracks);
    body->more = g_steal_pointer(&choice->more);
    need_tracks(task, body->audio);
    need_tracks(task, body->more);
    add_text(body, wanted->metadata);
    g_ptr_array_add(planning->plan->tasks, task);
}

PmxPlan *pmx_plan_new(const PmxJob *job, const PmxPlanInput *inputs, double segment_seconds,
                      PmxProblems *problems)
{
    g_autoptr(PmxPlan) plan = g_new0(PmxPlan, 1);
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(row_free);
    g_autoptr(GHashTable) tracks = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) clips = g_ptr_array_new_with_free_func(g_free);
    g_autofree PmxPlanChoice *choices = g_new0(PmxPlanChoice, job->outputs->len);
    plan->tasks = g_ptr_array_new_with_free_func(task_free);
    plan->outputs = g_ptr_array_new_with_free_func(output_free);
    PmxPlanning planning = {
        job,      inputs, segment_seconds > 0 ? segment_seconds : PMX_SEGMENT_SECONDS,
        problems, plan,   rows,
        tracks,   clips};
    for (guint i = 0; i < job->outputs->len; i++)
        choices[i] = plan_output(&planning, g_ptr_array_index(job->outputs, i));
    add_rows(&planning);
    for (guint i = 0; i < job->outputs->len; i++)
        add_package(&planning, i, &choices[i]);
    return pmx_problems_count(problems) == 0 ? g_steal_pointer(&plan) : NULL;
}
