/* SPDX-License-Identifier: MIT */
/*
 * Job and facts to a graph of tasks (see plan.h): each output's tracks and rendition are resolved,
 * equal ones are merged by key, and what is needed is written down as tasks. Pure.
 */
#include "plan/plan.h"

#include "plan/audio.h"
#include "plan/clip.h"
#include "plan/damage.h"
#include "plan/flow.h"
#include "plan/ladder.h"
#include "plan/overlay.h"
#include "plan/planning.h"
#include "plan/rate.h"
#include "plan/rated.h"

/* --- memory --- */

static void output_free(gpointer data)
{
    PmxPlanOutput *output = data;
    g_free(output->name);
    g_free(output->path);
    g_free(output->address);
    g_ptr_array_unref(output->warnings);
    g_free(output);
}

void pmx_plan_free(PmxPlan *plan)
{
    if (!plan)
        return;
    g_ptr_array_unref(plan->tasks);
    g_ptr_array_unref(plan->outputs);
    g_free(plan);
}

/* --- video --- */

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
        const PmxStream *stream = pmx_facts_unreadable(planning->inputs[i].facts);
        if (stream)
            return stream;
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
        pmx_problems_add(
            planning->problems, PMX_CODE_RESOURCE_BAD, output->path,
            "no input has a video%s; for a file of sound only set OverrideParams.Video.Remove "
            "to true, or choose a Container.Format of sound such as m4a or mp3",
            why);
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
        !pmx_rate_choose(output, planning->inputs[source].facts, stream, rendition, &error) ||
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
    choice->row = pmx_row_for(planning, source, stream, &grid, &flow, rendition);
    choice->rendition = pmx_row_add(choice->row, rendition);
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
        pmx_damage_tell(planning->inputs, source, planned->warnings);
    }
    pmx_tracks_plan(planning, output, source, video_us, &range, planned, choice);
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
        pmx_tracks_enable(choice.tracks);
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
        pmx_planning_need(task, ((const PmxPackageTrack *)g_ptr_array_index(tracks, i))->key);
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
    PmxTask *task = pmx_task_new(PMX_TASK_PACKAGE, g_strdup_printf("package-%02u", output), body);
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
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(pmx_row_free);
    g_autoptr(GHashTable) tracks = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) clips = g_ptr_array_new_with_free_func(g_free);
    g_autofree PmxPlanChoice *choices = g_new0(PmxPlanChoice, job->outputs->len);
    plan->tasks = g_ptr_array_new_with_free_func(pmx_task_free);
    plan->outputs = g_ptr_array_new_with_free_func(output_free);
    PmxPlanning planning = {
        job,      inputs, segment_seconds > 0 ? segment_seconds : PMX_SEGMENT_SECONDS,
        problems, plan,   rows,
        tracks,   clips};
    for (guint i = 0; i < job->outputs->len; i++)
        choices[i] = plan_output(&planning, g_ptr_array_index(job->outputs, i));
    pmx_rows_plan(&planning);
    for (guint i = 0; i < job->outputs->len; i++)
        add_package(&planning, i, &choices[i]);
    return pmx_problems_count(problems) == 0 ? g_steal_pointer(&plan) : NULL;
}
