/* SPDX-License-Identifier: MIT */
/* See volume.h. */
#include "media/volume.h"

#include <math.h>

#include "job/job.h"

enum { SHORT_TERM = 3 * PMX_LOUDNESS_STEPS, ROUNDS = 16 };

/* More would bring up what is better left quiet. */
static const double RIDE_MAX = 15;
/* Within this of its target a track is left alone by method auto. */
static const double NEAR = 1;

void pmx_volume_free(PmxVolumePlan *plan)
{
    if (!plan)
        return;
    g_free(plan->db);
    g_free(plan);
}

/* --- the range --- */

static double short_term(const PmxLoudness *loudness, guint i)
{
    guint from = i > SHORT_TERM / 2 ? i - SHORT_TERM / 2 : 0;
    guint to = MIN(loudness->count, i + SHORT_TERM / 2);
    double sum = 0;
    for (guint k = from; k < to; k++)
        sum += loudness->power[k];
    return pmx_loudness_lufs(sum / (to - from));
}

/* Turns by `share` of how far the short-term loudness is from the whole. */
static void ride(const PmxLoudness *loudness, const double *local, double share, double *db)
{
    double gate = MAX(loudness->integrated - 20, PMX_LOUDNESS_SILENCE), last = 0;
    for (guint i = 0; i < loudness->count; i++) {
        if (local[i] > gate)
            last = CLAMP(-share * (local[i] - loudness->integrated), -RIDE_MAX, RIDE_MAX);
        db[i] = last;
    }
}

/* Halves its way to the smallest share that reaches the range. */
static void compress(PmxVolumePlan *plan, const PmxLoudness *loudness, double range)
{
    double low = 0, high = 1;
    g_autofree double *local = g_new(double, loudness->count + 1);
    for (guint i = 0; i < loudness->count; i++)
        local[i] = short_term(loudness, i);
    plan->db = g_new0(double, loudness->count + 1);
    plan->count = loudness->count;
    for (int round = 0; round < ROUNDS; round++) {
        double share = (low + high) / 2;
        ride(loudness, local, share, plan->db);
        if (pmx_loudness_range(loudness, plan->db) > range)
            low = share;
        else
            high = share;
    }
    ride(loudness, local, high, plan->db);
}

/* --- the whole --- */

static gboolean silent(const PmxLoudness *loudness)
{
    return loudness->integrated <= PMX_LOUDNESS_SILENCE;
}

static gboolean needs_change(const PmxAudioTask *task, const PmxLoudness *loudness)
{
    return fabs(loudness->integrated - task->integrated) > NEAR ||
           loudness->range > task->range + NEAR || loudness->true_peak > task->true_peak;
}

static double highest(const PmxVolumePlan *plan)
{
    double high = 0;
    for (guint i = 0; i < plan->count; i++)
        high = MAX(high, plan->db[i]);
    return high;
}

static void aim(PmxVolumePlan *plan, const PmxAudioTask *task, const PmxLoudness *own,
                double target)
{
    plan->target = target;
    plan->offset = target - pmx_loudness_integrated(own, plan->db);
    plan->ceiling = (PmxCeiling){pow(10, task->true_peak / 20), TRUE};
    plan->peak = own->true_peak + highest(plan) + plan->offset;
}

/* What the first track comes out at. Made louder, it was listened to with its gain. */
static double goal(const PmxAudioTask *task, const PmxLoudness *first)
{
    if (task->volume == PMX_TASK_VOLUME_LINEAR)
        return first->integrated + MIN(0, task->level);
    if (task->volume == PMX_TASK_VOLUME_DYNAMIC ||
        (task->volume == PMX_TASK_VOLUME_AUTO && needs_change(task, first)))
        return task->integrated;
    return first->integrated;
}

static void plan_match(PmxVolumePlan *plan, const PmxAudioTask *task, const PmxLoudness *own,
                       const PmxLoudness *first)
{
    gboolean ranged = task->volume == PMX_TASK_VOLUME_DYNAMIC ||
                      (task->volume == PMX_TASK_VOLUME_AUTO && needs_change(task, first));
    if (silent(own) || silent(first))
        return;
    if (ranged && own->range > task->range)
        compress(plan, own, task->range);
    aim(plan, task, own, goal(task, first));
}

static void plan_dynamic(PmxVolumePlan *plan, const PmxAudioTask *task, const PmxLoudness *own)
{
    if (silent(own) || (task->volume == PMX_TASK_VOLUME_AUTO && !needs_change(task, own)))
        return;
    if (own->range > task->range)
        compress(plan, own, task->range);
    aim(plan, task, own, task->integrated);
}

PmxVolumePlan *pmx_volume_plan(const PmxAudioTask *task, const PmxLoudness *own,
                               const PmxLoudness *reference)
{
    PmxVolumePlan *plan = g_new0(PmxVolumePlan, 1);
    plan->ceiling = (PmxCeiling){1, FALSE};
    plan->target = HUGE_VAL;
    if (own && reference)
        plan_match(plan, task, own, reference);
    else if (own)
        plan_dynamic(plan, task, own);
    else if (task->volume == PMX_TASK_VOLUME_LINEAR)
        plan->offset = task->level;
    return plan;
}

/* --- applying it --- */

/* Between the middles of steps the gain goes straight from one to the next. */
static double gain_at(const PmxVolumePlan *plan, double step)
{
    double place = CLAMP(step - 0.5, 0, (double)plan->count - 1);
    guint i = (guint)place, next = MIN(i + 1, plan->count - 1);
    double part = place - i;
    return pow(10, (plan->offset + plan->db[i] * (1 - part) + plan->db[next] * part) / 20);
}

static void apply_steady(const PmxVolumePlan *plan, const float *from, float *to, gsize values)
{
    double gain = pow(10, plan->offset / 20);
    for (gsize i = 0; i < values; i++)
        to[i] = plan->offset == 0 ? from[i] : (float)((double)from[i] * gain);
}

void pmx_volume_apply(const PmxVolumePlan *plan, gint64 at, int rate, int channels,
                      const float *from, float *to, gsize count)
{
    if (plan->count == 0) {
        apply_steady(plan, from, to, count * (gsize)channels);
        return;
    }
    for (gsize i = 0; i < count; i++) {
        double gain = gain_at(plan, (double)(at + (gint64)i) * PMX_LOUDNESS_STEPS / rate);
        for (int c = 0; c < channels; c++)
            *to++ = (float)((double)*from++ * gain);
    }
}
