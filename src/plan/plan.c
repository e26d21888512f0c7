/* SPDX-License-Identifier: MIT */
/*
 * Job and facts to a graph of tasks (see plan.h): each output's tracks and rendition are resolved,
 * equal ones are merged by key, and what is needed is written down as tasks. Pure.
 */
#include "plan/plan.h"

#include <string.h>

#include "plan/audio.h"
#include "plan/key.h"
#include "plan/ladder.h"
#include "plan/segments.h"

/* One row of video tasks: all renditions of one stream that are cut on the same grid. */
typedef struct {
    guint source;
    const PmxStream *stream;
    PmxGrid grid;
    GPtrArray *renditions; /* of PmxRendition *, distinct */
    GPtrArray *cuts;       /* of PmxTask *: between the segments; borrowed from the plan */
    GPtrArray *tasks;      /* of PmxTask *: the segments, in time order; borrowed likewise */
} Row;

typedef struct {
    const PmxJob *job;
    const PmxPlanInput *inputs;
    double segment_seconds;
    PmxProblems *problems;
    PmxPlan *plan;
    GPtrArray *rows;
    GHashTable *tracks; /* key -> PmxTask * of an audio track already planned */
} Planning;

/* --- memory --- */

static void task_free(gpointer data)
{
    PmxTask *task = data;
    pmx_object_free(pmx_task_object(task->kind), task->video);
    g_ptr_array_unref(task->makes);
    g_ptr_array_unref(task->needs);
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
    Row *row = data;
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

static void *body_new(const PmxObject *object)
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
static Row *row_for(Planning *planning, guint source, const PmxStream *stream, const PmxGrid *grid)
{
    for (guint i = 0; i < planning->rows->len; i++) {
        Row *row = g_ptr_array_index(planning->rows, i);
        const char *identity = planning->inputs[row->source].identity;
        if (strcmp(identity, planning->inputs[source].identity) == 0 &&
            row->stream->index == stream->index && row->grid.frames == grid->frames)
            return row;
    }
    Row *row = g_new0(Row, 1);
    *row = (Row){source, stream, *grid, g_ptr_array_new(), g_ptr_array_new(), g_ptr_array_new()};
    g_ptr_array_add(planning->rows, row);
    return row;
}

/* The index of `rendition` in the row; takes ownership of it. */
static guint row_add(Row *row, PmxRendition *rendition)
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

static gint64 time_base_den(gint64 rate)
{
    /* A whole number of ticks a frame, and fine enough for audio players: the rule MP4 writers
     * follow. */
    while (rate < 10000)
        rate *= 2;
    return rate;
}

/* Where segment `i` begins; NULL at the film's own ends. Borrowed. */
static const char *cut_key(const Row *row, guint i)
{
    const PmxTask *cut = i > 0 && i < row->grid.count ? g_ptr_array_index(row->cuts, i - 1) : NULL;
    return cut ? g_ptr_array_index(cut->makes, 0) : NULL;
}

static PmxVideoTask *segment_body(const Row *row, guint i)
{
    const PmxStream *stream = row->stream;
    PmxVideoTask *body = body_new(&pmx_video_task_object);
    body->stream = stream->index;
    body->begin = g_strdup(cut_key(row, i));
    body->end = g_strdup(cut_key(row, i + 1));
    body->origin = stream->start;
    body->film_end = body->end ? 0 : stream->end;
    body->frame_rate = row->grid.rate;
    body->snap = stream->constant_rate;
    body->time_base =
        stream->constant_rate ? pmx_ratio(1, time_base_den(row->grid.rate.num)) : stream->time_base;
    body->rotation = stream->rotation;
    pmx_ladder_upright(stream, &body->width, &body->height);
    body->range = g_strdup(stream->range);
    body->matrix = g_strdup(stream->matrix);
    body->primaries = g_strdup(stream->primaries);
    body->transfer = g_strdup(stream->transfer);
    body->chroma = g_strdup(stream->chroma);
    return body;
}

static char *segment_key(const Planning *planning, const Row *row, const PmxVideoTask *body,
                         guint r)
{
    const PmxPlanInput *input = &planning->inputs[row->source];
    json_t *parameters = pmx_object_dump(&pmx_video_task_object, body);
    json_object_del(parameters, "renditions");
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
}

static void add_cut(Planning *planning, Row *row, char *id, guint i)
{
    const PmxPlanInput *input = &planning->inputs[row->source];
    PmxCutTask *body = body_new(&pmx_cut_task_object);
    body->stream = row->stream->index;
    PmxGridWindow window = pmx_grid_window(&row->grid, i);
    body->start = window.start;
    body->point = window.point;
    body->end = window.end;
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

static double segment_seconds(const Row *row, guint i)
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

static void add_segment(Planning *planning, Row *row, char *id, guint i)
{
    PmxVideoTask *body = segment_body(row, i);
    PmxTask *task = task_new(PMX_TASK_VIDEO, id, body);
    task->source = row->source;
    task->seconds = segment_seconds(row, i);
    need(task, body->begin);
    need(task, body->end);
    for (guint r = 0; r < row->renditions->len; r++) {
        g_ptr_array_add(task->makes, segment_key(planning, row, body, r));
        copy_rendition(body, g_ptr_array_index(row->renditions, r));
    }
    g_ptr_array_add(row->tasks, task);
    g_ptr_array_add(planning->plan->tasks, task);
}

static void add_rows(Planning *planning)
{
    for (guint r = 0; r < planning->rows->len; r++) {
        Row *row = g_ptr_array_index(planning->rows, r);
        /* A segment's end has to be known with its beginning, so each cut stands before the segment
         * it ends. */
        for (guint i = 0; i < row->grid.count; i++) {
            if (i + 1 < row->grid.count)
                add_cut(planning, row, g_strdup_printf("cut-%u-%04u", r, i + 1), i + 1);
            add_segment(planning, row, g_strdup_printf("video-%u-%04u", r, i), i);
        }
    }
}

static gboolean find_video_source(const Planning *planning, const PmxOutput *output, guint *source)
{
    if (output->video.input_ref) {
        const PmxAudioSelector *selector = NULL;
        return pmx_job_find_ref(planning->job, output->video.input_ref, source, &selector) &&
               pmx_facts_video(planning->inputs[*source].facts);
    }
    for (*source = 0; *source < planning->job->inputs->len; (*source)++)
        if (pmx_facts_video(planning->inputs[*source].facts))
            return TRUE;
    return FALSE;
}

/* A video that is there but cannot be read, among all inputs; NULL when there is none. */
static const PmxStream *unreadable_video(const Planning *planning)
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

static void report_no_video(Planning *planning, const PmxOutput *output)
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

typedef struct {
    Row *row; /* NULL: no video */
    guint rendition;
    GPtrArray *tracks; /* of PmxPackageTrack * */
} Choice;

static void choose_video(Planning *planning, const PmxOutput *output, guint source, Choice *choice)
{
    g_autoptr(GError) error = NULL;
    const PmxStream *stream = pmx_facts_video(planning->inputs[source].facts);
    PmxGrid grid = pmx_grid_new(stream, output->video.gop, planning->segment_seconds);
    PmxRendition *rendition = body_new(&pmx_rendition_object);
    if (!pmx_ladder_rendition(output, stream, grid.gop, rendition, &error)) {
        pmx_problems_add_error(planning->problems, output->params_path, error);
        pmx_object_free(&pmx_rendition_object, rendition);
        return;
    }
    choice->row = row_for(planning, source, stream, &grid);
    choice->rendition = row_add(choice->row, rendition);
}

static PmxTask *track_task(Planning *planning, guint source, PmxAudioTask *body)
{
    const PmxPlanInput *input = &planning->inputs[source];
    json_t *parameters = pmx_object_dump(&pmx_audio_task_object, body);
    char *key = pmx_key_new("audio", input->identity, input->facts->versions, parameters);
    json_decref(parameters);
    PmxTask *task = g_hash_table_lookup(planning->tracks, key);
    if (task) {
        g_free(key);
        pmx_object_free(&pmx_audio_task_object, body);
        return task;
    }
    char *id = g_strdup_printf("audio-%02u", g_hash_table_size(planning->tracks));
    task = task_new(PMX_TASK_AUDIO, id, body);
    task->source = source;
    g_ptr_array_add(task->makes, key);
    g_ptr_array_add(planning->plan->tasks, task);
    g_hash_table_insert(planning->tracks, key, task);
    return task;
}

static void choose_track(Planning *planning, const PmxTrackWish *wish, PmxPlanOutput *output,
                         Choice *choice)
{
    PmxTrackChoice track = {0};
    if (!pmx_audio_choose(&planning->inputs[wish->source], wish, &track, output->warnings,
                          planning->problems))
        return;
    PmxTask *task = track_task(planning, wish->source, track.task);
    task->seconds = MAX(task->seconds, track.seconds);
    output->seconds = MAX(output->seconds, track.seconds);
    PmxPackageTrack *entry = pmx_array_add(&pmx_package_track_object, &choice->tracks);
    entry->language = track.language;
    entry->title = g_strdup(wish->audio->title);
    entry->enabled = wish->audio->is_default;
    entry->key = g_strdup(g_ptr_array_index(task->makes, 0));
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
static void choose_tracks(Planning *planning, const PmxOutput *output, guint video_source,
                          gint64 video_us, PmxPlanOutput *planned, Choice *choice)
{
    PmxTrackWish wish = {.video_us = video_us};
    for (guint i = 0; output->audios_given && i < output->audios->len; i++) {
        wish.audio = g_ptr_array_index(output->audios, i);
        if (pmx_job_find_ref(planning->job, wish.audio->input_ref, &wish.source, &wish.selector))
            choose_track(planning, &wish, planned, choice);
    }
    if (!output->audios_given && !output->audio.remove &&
        pmx_audio_default(planning->inputs[video_source].facts)) {
        wish.audio = &output->audio;
        wish.source = video_source;
        choose_track(planning, &wish, planned, choice);
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

static Choice plan_output(Planning *planning, const PmxOutput *output)
{
    Choice choice = {0};
    guint source = 0;
    gint64 video_us = 0;
    PmxPlanOutput *planned = output_new(output);
    g_ptr_array_add(planning->plan->outputs, planned);
    gboolean have_video = find_video_source(planning, output, &source);
    if (!have_video && !output->video.remove) {
        report_no_video(planning, output);
        return choice;
    }
    if (have_video && !output->video.remove) {
        const PmxStream *stream = pmx_facts_video(planning->inputs[source].facts);
        video_us = pmx_stream_us(stream, stream->end - stream->start);
        planned->seconds = (double)video_us / G_USEC_PER_SEC;
        choose_video(planning, output, source, &choice);
    }
    choose_tracks(planning, output, have_video ? source : 0, video_us, planned, &choice);
    if (!choice.row && !choice.tracks && pmx_problems_count(planning->problems) == 0)
        pmx_problems_add(
            planning->problems, PMX_CODE_NO_AUDIO_STREAM, output->path,
            "nothing is left to put into this file: its video is removed and there is no audio");
    return choice;
}

/* --- packages --- */

static void add_video_parts(const Choice *choice, PmxTask *task)
{
    for (guint i = 0; i < choice->row->tasks->len; i++) {
        const PmxTask *segment = g_ptr_array_index(choice->row->tasks, i);
        const char *key = g_ptr_array_index(segment->makes, choice->rendition);
        PmxPackagePart *part = pmx_array_add(&pmx_package_part_object, &task->package->video);
        part->key = g_strdup(key);
        g_ptr_array_add(task->needs, g_strdup(key));
    }
}

static void add_package(Planning *planning, guint output, Choice *choice)
{
    PmxPackageTask *body = body_new(&pmx_package_task_object);
    PmxTask *task = task_new(PMX_TASK_PACKAGE, g_strdup_printf("package-%02u", output), body);
    const PmxPlanOutput *planned = g_ptr_array_index(planning->plan->outputs, output);
    task->output = output;
    task->seconds = planned->seconds;
    if (choice->row)
        add_video_parts(choice, task);
    body->audio = g_steal_pointer(&choice->tracks);
    for (guint i = 0; body->audio && i < body->audio->len; i++)
        g_ptr_array_add(task->needs,
                        g_strdup(((PmxPackageTrack *)g_ptr_array_index(body->audio, i))->key));
    g_ptr_array_add(planning->plan->tasks, task);
}

PmxPlan *pmx_plan_new(const PmxJob *job, const PmxPlanInput *inputs, double segment_seconds,
                      PmxProblems *problems)
{
    g_autoptr(PmxPlan) plan = g_new0(PmxPlan, 1);
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(row_free);
    g_autoptr(GHashTable) tracks = g_hash_table_new(g_str_hash, g_str_equal);
    g_autofree Choice *choices = g_new0(Choice, job->outputs->len);
    plan->tasks = g_ptr_array_new_with_free_func(task_free);
    plan->outputs = g_ptr_array_new_with_free_func(output_free);
    Planning planning = {
        job,  inputs, segment_seconds > 0 ? segment_seconds : PMX_SEGMENT_SECONDS, problems, plan,
        rows, tracks};
    for (guint i = 0; i < job->outputs->len; i++)
        choices[i] = plan_output(&planning, g_ptr_array_index(job->outputs, i));
    add_rows(&planning);
    for (guint i = 0; i < job->outputs->len; i++)
        add_package(&planning, i, &choices[i]);
    return pmx_problems_count(problems) == 0 ? g_steal_pointer(&plan) : NULL;
}
