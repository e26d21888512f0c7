/* SPDX-License-Identifier: MIT */
/* See rated.h. Pure. */
#include "plan/rated.h"

#include <string.h>

#include "plan/key.h"
#include "plan/overlay.h"

struct PmxRated {
    const GPtrArray *renditions; /* of PmxRendition * */
    GPtrArray *measured;         /* of PmxRendition *: as they are measured, distinct */
    GArray *which;               /* of guint: for each rendition, the one of `measured` */
    GPtrArray *measures;         /* of PmxTask *, a segment each; the plan's */
    GPtrArray *budgets;          /* of PmxTask *, a rendition each; the plan's */
};

gboolean pmx_rated_is(const PmxRendition *rendition)
{
    return rendition->mode == PMX_RATE_ONEPASS || rendition->mode == PMX_RATE_TWOPASS;
}

/* --- what is measured --- */

/* The quality all segments are measured with: about what rates in use come to, where a measure
 * foretells best. */
static const double measure_crf[] = {
    [PMX_CODEC_H264] = 26, [PMX_CODEC_H265] = 29, [PMX_CODEC_AV1] = 40};

static gint64 half(gint64 side)
{
    return side / 4 * 2;
}

static PmxBox half_box(PmxBox box)
{
    return (PmxBox){.width = half(box.width),
                    .height = half(box.height),
                    .left = half(box.left),
                    .top = half(box.top)};
}

/* Of a watermark; below 1 it is a part of the picture anyway. */
static double half_length(double length)
{
    return length < 1 ? length : MAX(1, length / 2);
}

static void halve_overlays(const PmxRendition *rendition)
{
    for (guint i = 0; rendition->overlays && i < rendition->overlays->len; i++) {
        PmxOverlay *overlay = g_ptr_array_index(rendition->overlays, i);
        double *const lengths[] = {&overlay->x, &overlay->y, &overlay->width, &overlay->height,
                                   &overlay->font_size};
        for (guint k = 0; k < G_N_ELEMENTS(lengths); k++)
            *lengths[k] = half_length(*lengths[k]);
        overlay->border_width /= 2;
    }
}

/* The same picture at half its sides, bars and watermarks included: the notes tell of places. */
static void halve(PmxRendition *rendition)
{
    rendition->width = half(rendition->width);
    rendition->height = half(rendition->height);
    rendition->scaled = half_box(rendition->scaled);
    rendition->cut = half_box(rendition->cut);
    rendition->left = half(rendition->left);
    rendition->top = half(rendition->top);
    halve_overlays(rendition);
}

/* The shorter side of what is not bars. */
static gint64 shorter_side(const PmxRendition *rendition)
{
    const PmxBox *box = rendition->cut.width ? &rendition->cut : &rendition->scaled;
    return box->width ? MIN(box->width, box->height) : MIN(rendition->width, rendition->height);
}

/* Fields stay whole lines only at full size, of small pictures a quarter foretells badly, and what is
 * inside of bars that are still to be found is worked out from the full size. */
static gboolean may_be_small(const PmxRendition *rendition, gboolean interlaced)
{
    enum { LEAST = 128 };
    return !interlaced && !rendition->crop.found && rendition->mode == PMX_RATE_ONEPASS &&
           rendition->codec != PMX_CODEC_H265 && half(shorter_side(rendition)) >= LEAST;
}

/*
 * As cheap as its use allows. x264 scales the notes of a first pass to another size, so that onepass
 * can do with a quarter of the picture; x265 cannot. SVT-AV1's rate control takes no notes from us,
 * only the sizes are of use.
 */
static PmxRendition *measured_rendition(const PmxRendition *from, gboolean interlaced)
{
    PmxRendition *to = g_malloc(sizeof *to);
    pmx_object_init(&pmx_rendition_object, to);
    to->codec = from->codec;
    to->profile = from->profile;
    to->preset = g_strdup(from->codec == PMX_CODEC_AV1 ? "12" : from->preset);
    to->crf = measure_crf[from->codec];
    to->mode = from->mode;
    to->pix_fmt = from->pix_fmt;
    to->gop = from->gop;
    to->crop = from->crop;
    to->shape = from->shape;
    to->scaled = from->scaled;
    to->cut = from->cut;
    to->left = from->left;
    to->top = from->top;
    to->width = from->width;
    to->height = from->height;
    pmx_overlay_copy_all(from, to);
    if (may_be_small(from, interlaced))
        halve(to);
    return to;
}

static gboolean same(const PmxRendition *a, const PmxRendition *b)
{
    json_t *left = pmx_object_dump(&pmx_rendition_object, a);
    json_t *right = pmx_object_dump(&pmx_rendition_object, b);
    gboolean equal = json_equal(left, right);
    json_decref(left);
    json_decref(right);
    return equal;
}

static void rendition_free(gpointer rendition)
{
    pmx_object_free(&pmx_rendition_object, rendition);
}

static guint measured_as(PmxRated *rated, const PmxRendition *rendition, gboolean interlaced)
{
    PmxRendition *wanted = measured_rendition(rendition, interlaced);
    guint i = 0;
    while (i < rated->measured->len && !same(g_ptr_array_index(rated->measured, i), wanted))
        i++;
    if (i < rated->measured->len)
        rendition_free(wanted);
    else
        g_ptr_array_add(rated->measured, wanted);
    return i;
}

PmxRated *pmx_rated_new(const GPtrArray *renditions, gboolean interlaced)
{
    PmxRated *rated = g_new0(PmxRated, 1);
    rated->renditions = renditions;
    rated->measured = g_ptr_array_new_with_free_func(rendition_free);
    rated->which = g_array_new(FALSE, FALSE, sizeof(guint));
    rated->measures = g_ptr_array_new();
    rated->budgets = g_ptr_array_new();
    for (guint i = 0; i < renditions->len; i++) {
        guint which = measured_as(rated, g_ptr_array_index(renditions, i), interlaced);
        g_array_append_val(rated->which, which);
    }
    return rated;
}

void pmx_rated_free(PmxRated *rated)
{
    if (!rated)
        return;
    g_ptr_array_unref(rated->measured);
    g_array_unref(rated->which);
    g_ptr_array_unref(rated->measures);
    g_ptr_array_unref(rated->budgets);
    g_free(rated);
}

/* --- tasks --- */

static char *measure_key(const PmxPlanInput *input, const PmxTask *task,
                         const PmxRendition *rendition)
{
    json_t *parameters = pmx_object_dump(&pmx_video_task_object, task->video);
    json_object_del(parameters, "renditions");
    json_object_set_new(parameters, "rendition", pmx_object_dump(&pmx_rendition_object, rendition));
    char *key = pmx_key_new("measure", input->identity, input->facts->versions, parameters);
    json_decref(parameters);
    return key;
}

void pmx_rated_add_measure(PmxRated *rated, const PmxPlanInput *input, PmxTask *task)
{
    for (guint i = 0; i < rated->measured->len; i++) {
        const PmxRendition *from = g_ptr_array_index(rated->measured, i);
        g_ptr_array_add(task->makes, measure_key(input, task, from));
        PmxRendition *to = pmx_array_add(&pmx_rendition_object, &task->video->renditions);
        g_free(to->preset);
        *to = *from;
        to->preset = g_strdup(from->preset);
        pmx_overlay_copy_all(from, to);
    }
    g_ptr_array_add(rated->measures, task);
}

static const char *measure_of(const PmxRated *rated, guint segment, guint r)
{
    const PmxTask *task = g_ptr_array_index(rated->measures, segment);
    return g_ptr_array_index(task->makes, g_array_index(rated->which, guint, r));
}

/* Its measures' keys have the source and the libraries in them. */
static PmxTask *budget_new(const PmxRated *rated, guint row, guint r)
{
    const PmxRendition *rendition = g_ptr_array_index(rated->renditions, r);
    PmxBudgetTask *body = g_malloc(sizeof *body);
    pmx_object_init(&pmx_budget_task_object, body);
    PmxTask *task = pmx_task_new(PMX_TASK_BUDGET, g_strdup_printf("budget-%u-%02u", row, r), body);
    body->bitrate = rendition->bitrate;
    body->maxrate = rendition->maxrate;
    body->bufsize = rendition->bufsize;
    for (guint i = 0; i < rated->measures->len; i++) {
        const char *key = measure_of(rated, i, r);
        ((PmxPackagePart *)pmx_array_add(&pmx_package_part_object, &body->measures))->key =
            g_strdup(key);
        g_ptr_array_add(task->needs, g_strdup(key));
    }
    json_t *parameters = pmx_object_dump(&pmx_budget_task_object, body);
    g_ptr_array_add(task->makes, pmx_key_new("budget", "", NULL, parameters));
    json_decref(parameters);
    return task;
}

/* Renditions that are measured alike and want the same rate (two presets' worth of AV1) have one. */
static PmxTask *budget_there(const PmxRated *rated, const PmxTask *task)
{
    for (guint i = 0; i < rated->budgets->len; i++) {
        PmxTask *other = g_ptr_array_index(rated->budgets, i);
        if (strcmp(g_ptr_array_index(other->makes, 0), g_ptr_array_index(task->makes, 0)) == 0)
            return other;
    }
    return NULL;
}

void pmx_rated_add_budgets(PmxRated *rated, guint row, guint source, PmxPlan *plan)
{
    for (guint r = 0; r < rated->renditions->len; r++) {
        PmxTask *task = budget_new(rated, row, r), *there = budget_there(rated, task);
        task->source = source;
        if (there)
            pmx_task_free(task);
        else
            g_ptr_array_add(plan->tasks, task);
        g_ptr_array_add(rated->budgets, there ? there : task);
    }
}

static void need(PmxTask *task, const char *key)
{
    if (!g_ptr_array_find_with_equal_func(task->needs, key, g_str_equal, NULL))
        g_ptr_array_add(task->needs, g_strdup(key));
}

void pmx_rated_use(const PmxRated *rated, guint segment, guint r, PmxTask *task)
{
    PmxRendition *rendition = g_ptr_array_index(task->video->renditions, r);
    const PmxTask *budget = g_ptr_array_index(rated->budgets, r);
    rendition->measure = g_strdup(measure_of(rated, segment, r));
    rendition->budget = g_strdup(g_ptr_array_index(budget->makes, 0));
    rendition->segment = segment;
    need(task, rendition->measure);
    need(task, rendition->budget);
}
