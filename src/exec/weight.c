/* SPDX-License-Identifier: MIT */
/* See weight.h. */
#include "exec/weight.h"

/* CPU seconds for a million pixels at preset medium on the machine of docs/performance.md, per
 * codec. */
static const double per_megapixel[] = {0.022, 0.08, 0.1, 0.2, 0.2};
static const double audio_per_second = 0.02, cut_per_second = 0.1;
static const double measure_share = 0.4; /* of an encode */

double pmx_weight_frames(const PmxTask *task)
{
    return MAX(1, task->seconds * pmx_ratio_value(task->video->frame_rate));
}

double pmx_weight(const PmxTask *task, guint i)
{
    if (task->kind == PMX_TASK_BUDGET)
        return 0.01;
    if (task->kind == PMX_TASK_CUT || task->kind == PMX_TASK_BORDER)
        return MAX(0.01, task->seconds * cut_per_second);
    if (!pmx_task_has_renditions(task->kind))
        return MAX(0.01, task->seconds * audio_per_second);
    const PmxRendition *rendition = g_ptr_array_index(task->video->renditions, i);
    double pixels = (double)(rendition->width * rendition->height) / 1e6;
    double share = task->kind == PMX_TASK_MEASURE ? measure_share : 1;
    return pmx_weight_frames(task) * pixels * per_megapixel[rendition->codec] * share;
}

gint pmx_size_compare(const PmxTask *task, guint i, guint k)
{
    if (!pmx_task_has_renditions(task->kind))
        return 0;
    const PmxRendition *a = g_ptr_array_index(task->video->renditions, i),
                       *b = g_ptr_array_index(task->video->renditions, k);
    gint64 left = a->width * a->height, right = b->width * b->height;
    if (left == right) {
        left = a->width;
        right = b->width;
    }
    return (left > right) - (left < right);
}

guint64 pmx_memory(const PmxTask *task, guint i)
{
    /* Measured at preset medium, most of it look-ahead: a runner with both codecs at 1080P and 360P took
     * 1012 MiB, which these make 1011; 1080P alone x264 440 MB, x265 445 MB. */
    static const guint64 bytes_per_pixel[] = {205, 215, 500, 60, 100};
    if (!pmx_task_has_renditions(task->kind))
        return 0;
    const PmxRendition *rendition = g_ptr_array_index(task->video->renditions, i);
    return (guint64)(rendition->width * rendition->height) * bytes_per_pixel[rendition->codec];
}
