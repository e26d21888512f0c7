/* SPDX-License-Identifier: MIT */
/*
 * Rows of video segments: which renditions share a decode, and the cuts, borders, measures and video
 * tasks that make them (see planning.h). Pure.
 */
#include <string.h>

#include "plan/clip.h"
#include "plan/colour.h"
#include "plan/key.h"
#include "plan/ladder.h"
#include "plan/overlay.h"
#include "plan/planning.h"

void pmx_row_free(gpointer data)
{
    PmxRow *row = data;
    for (guint i = 0; i < row->renditions->len; i++)
        pmx_object_free(&pmx_rendition_object, g_ptr_array_index(row->renditions, i));
    g_ptr_array_unref(row->renditions);
    g_ptr_array_unref(row->cuts);
    g_ptr_array_unref(row->tasks);
    pmx_rated_free(row->rated);
    g_free(row);
}

static gboolean same(const PmxObject *object, const void *a, const void *b)
{
    json_t *left = pmx_object_dump(object, a), *right = pmx_object_dump(object, b);
    gboolean equal = json_equal(left, right);
    json_decref(left);
    json_decref(right);
    return equal;
}

/* One file may stand under two names: what counts is the content. */
static gboolean is_film(const PmxPlanning *planning, const PmxRow *row, guint source,
                        const PmxStream *stream)
{
    return strcmp(planning->inputs[row->source].identity, planning->inputs[source].identity) == 0 &&
           row->stream->index == stream->index && row->stream->start == stream->start &&
           row->stream->end == stream->end;
}

/* Renditions of a rate wait for all measures, and so have a row of their own. */
PmxRow *pmx_row_for(PmxPlanning *planning, guint source, const PmxStream *stream,
                    const PmxGrid *grid, const PmxFlow *flow, const PmxRendition *rendition)
{
    for (guint i = 0; i < planning->rows->len; i++) {
        PmxRow *row = g_ptr_array_index(planning->rows, i);
        if (is_film(planning, row, source, stream) && row->grid.frames == grid->frames &&
            pmx_flow_equal(&row->flow, flow) &&
            pmx_rated_is(g_ptr_array_index(row->renditions, 0)) == pmx_rated_is(rendition))
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
guint pmx_row_add(PmxRow *row, PmxRendition *rendition)
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
    body->sequential = stream->sequential;
    pmx_flow_task(&row->flow, stream, body);
    body->border = row->border ? g_strdup(g_ptr_array_index(row->border->makes, 0)) : NULL;
    body->rotation = stream->rotation;
    pmx_ladder_upright(stream, &body->width, &body->height);
    pmx_colour_task(stream, row->flow.pixels, body);
    return body;
}

static char *segment_key(const PmxPlanning *planning, const PmxRow *row, const PmxVideoTask *body,
                         const PmxRendition *rendition)
{
    const PmxPlanInput *input = &planning->inputs[row->source];
    json_t *parameters = pmx_object_dump(&pmx_video_task_object, body);
    json_object_del(parameters, "renditions");
    json_object_del(parameters, "images");
    json_object_set_new(parameters, "rendition", pmx_object_dump(&pmx_rendition_object, rendition));
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

/* Rows that differ in what becomes of the frames may be cut alike, and share what looks for that. */
static PmxTask *known_task(const PmxPlanning *planning, PmxTaskKind kind, const char *key)
{
    for (guint i = 0; i < planning->plan->tasks->len; i++) {
        PmxTask *task = g_ptr_array_index(planning->plan->tasks, i);
        if (task->kind == kind && strcmp(g_ptr_array_index(task->makes, 0), key) == 0)
            return task;
    }
    return NULL;
}

static void add_cut(PmxPlanning *planning, PmxRow *row, char *id, guint i)
{
    const PmxPlanInput *input = &planning->inputs[row->source];
    PmxCutTask *body = pmx_planning_body(&pmx_cut_task_object);
    body->stream = row->stream->index;
    PmxGridWindow window = pmx_grid_window(&row->grid, i);
    body->start = window.start;
    body->point = window.point;
    body->end = window.end;
    json_t *parameters = pmx_object_dump(&pmx_cut_task_object, body);
    g_autofree char *key = pmx_key_new("cut", input->identity, input->facts->versions, parameters);
    json_decref(parameters);
    PmxTask *task = known_task(planning, PMX_TASK_CUT, key);
    if (task) {
        g_ptr_array_add(row->cuts, task);
        pmx_object_free(&pmx_cut_task_object, body);
        g_free(id);
        return;
    }
    task = pmx_task_new(PMX_TASK_CUT, id, body);
    task->source = row->source;
    task->seconds = (double)(body->end - body->start) * pmx_ratio_value(row->stream->time_base);
    g_ptr_array_add(task->makes, g_steal_pointer(&key));
    g_ptr_array_add(row->cuts, task);
    g_ptr_array_add(planning->plan->tasks, task);
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
    row->border = known_task(planning, PMX_TASK_BORDER, key);
    if (row->border) {
        pmx_object_free(&pmx_border_task_object, body);
        return;
    }
    row->border = pmx_task_new(PMX_TASK_BORDER, g_strdup_printf("border-%u", r), body);
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

static void add_segment(PmxPlanning *planning, PmxRow *row, char *id, guint i)
{
    PmxVideoTask *body = segment_body(planning, row, i);
    PmxTask *task = pmx_task_new(PMX_TASK_VIDEO, id, body);
    task->source = row->source;
    task->seconds = segment_seconds(row, i);
    pmx_planning_need(task, body->begin);
    pmx_planning_need(task, body->end);
    pmx_planning_need(task, body->border);
    for (guint r = 0; r < row->renditions->len; r++) {
        copy_rendition(body, g_ptr_array_index(row->renditions, r));
        pmx_overlay_read(planning->inputs, planning->job->inputs->len,
                         g_ptr_array_index(row->renditions, r), task);
        if (row->rated)
            pmx_rated_use(row->rated, i, r, task);
        g_ptr_array_add(task->makes,
                        segment_key(planning, row, body, g_ptr_array_index(body->renditions, r)));
    }
    g_ptr_array_add(row->tasks, task);
    g_ptr_array_add(planning->plan->tasks, task);
}

static void add_measure(PmxPlanning *planning, PmxRow *row, char *id, guint i)
{
    PmxVideoTask *body = segment_body(planning, row, i);
    PmxTask *task = pmx_task_new(PMX_TASK_MEASURE, id, body);
    task->source = row->source;
    task->seconds = segment_seconds(row, i);
    pmx_planning_need(task, body->begin);
    pmx_planning_need(task, body->end);
    pmx_planning_need(task, body->border);
    pmx_rated_add_measure(row->rated, &planning->inputs[row->source], task);
    for (guint r = 0; r < row->renditions->len; r++)
        pmx_overlay_read(planning->inputs, planning->job->inputs->len,
                         g_ptr_array_index(row->renditions, r), task);
    g_ptr_array_add(planning->plan->tasks, task);
}

/* All segments are measured before the first is encoded. */
static void add_measures(PmxPlanning *planning, PmxRow *row, guint r)
{
    row->rated = pmx_rated_new(row->renditions, row->flow.interlaced);
    for (guint i = 0; i < row->grid.count; i++) {
        if (i + 1 < row->grid.count)
            add_cut(planning, row, g_strdup_printf("cut-%u-%04u", r, i + 1), i + 1);
        add_measure(planning, row, g_strdup_printf("measure-%u-%04u", r, i), i);
    }
    pmx_rated_add_budgets(row->rated, r, row->source, planning->plan);
}

void pmx_rows_plan(PmxPlanning *planning)
{
    for (guint r = 0; r < planning->rows->len; r++) {
        PmxRow *row = g_ptr_array_index(planning->rows, r);
        gboolean rated = pmx_rated_is(g_ptr_array_index(row->renditions, 0));
        if (row->flow.border)
            add_border(planning, row, r);
        if (rated)
            add_measures(planning, row, r);
        /* A segment's end has to be known with its beginning, so each cut stands before the segment
         * it ends. */
        for (guint i = 0; i < row->grid.count; i++) {
            if (i + 1 < row->grid.count && !rated)
                add_cut(planning, row, g_strdup_printf("cut-%u-%04u", r, i + 1), i + 1);
            add_segment(planning, row, g_strdup_printf("video-%u-%04u", r, i), i);
        }
    }
}
