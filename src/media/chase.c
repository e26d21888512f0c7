/* SPDX-License-Identifier: MIT */
/* See chase.h. */
#include "media/chase.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>

#include "job/job.h"
#include "media/measure.h"
#include "plan/rated.h"
#include "plan/vbv.h"

enum { TRIES = 5, AV1_TRIES = 8 };

/* How far off, as a part of what was wanted, is near enough. */
static const double NEAR = 0.012, NEAR_CBR = 0.03;
/* One that has to leave the buffer as it finds it may take no bit more than comes in: it aims lower. */
static const double CBR_AIM = 0.985, NEAR_CBR_AIM = 0.015;
/* A rendition whose buffer does not hold is worse than any that is off. */
static const double BROKEN = 100;
/* A step of SVT-AV1's quality takes this part of the bits, about. */
static const double AV1_STEP = 0.04, AV1_FIRST_STEP = 0.07, AV1_GRAIN = 0.25;
enum { AV1_CRF_MAX = 63 };

/* What came of a try. */
typedef struct {
    double knob; /* rises as bits fall: the quality, or the logarithm of what was asked for */
    double bits;
} Try;

typedef struct {
    const PmxRendition *rendition;
    PmxEncodeHow how;
    char *notes;
    double wanted; /* bits; 0: what it takes */
    double leaves; /* of the buffer, at least, 0..1 */
    guint tries;
    gboolean settled;
    double score;         /* of the best so far: smaller is better */
    Try tried[AV1_TRIES]; /* those so far */
} Goal;

struct PmxChase {
    PmxRun *run;
    const PmxVideoTask *task;
    gboolean measures;
    GArray *goals; /* of Goal, one a rendition */
};

static Goal *goal_of(const PmxChase *chase, guint i)
{
    return &g_array_index(chase->goals, Goal, i);
}

/* --- before the first try --- */

static gboolean is_av1(const Goal *goal)
{
    return goal->rendition->codec == PMX_CODEC_AV1;
}

/* From what it took when it was measured. */
static double first_av1_quality(const PmxMeasured *measured, double wanted)
{
    enum { MEASURED_WITH = 40 };
    double took = MAX(1, measured->texture);
    return CLAMP(round(MEASURED_WITH + log(took / wanted) / AV1_FIRST_STEP), 1, AV1_CRF_MAX);
}

static gboolean read_aims(PmxChase *chase, Goal *goal, GError **error)
{
    guint n = 0;
    PmxMeasured measured;
    PmxShare share;
    const PmxRendition *rendition = goal->rendition;
    const char *second = pmx_encoder_notes(rendition);
    if (!pmx_run_find(chase->run, rendition->budget, &n, error) ||
        !pmx_budget_read(chase->run, n, rendition->segment, &share, error) ||
        !pmx_run_find(chase->run, rendition->measure, &n, error) ||
        !pmx_measure_unpack(chase->run, n, goal->notes, second, &measured, error))
        return FALSE;
    goal->wanted = share.bits;
    goal->how.start = share.start;
    goal->leaves = share.end;
    if (is_av1(goal))
        goal->how.crf = first_av1_quality(&measured, goal->wanted);
    else
        goal->how.bitrate = goal->wanted / MAX(measured.seconds, 0.001) / 1000;
    goal->how.notes = second ? goal->notes : NULL;
    return TRUE;
}

static gboolean set_goal(PmxChase *chase, guint i, GError **error)
{
    Goal *goal = goal_of(chase, i);
    goal->rendition = g_ptr_array_index(chase->task->renditions, i);
    goal->score = INFINITY;
    g_autofree char *name = g_strdup_printf("notes-%u", i);
    goal->notes = pmx_run_file(chase->run, name);
    goal->how.crf = goal->rendition->crf;
    goal->how.measures = chase->measures;
    goal->how.start = chase->task->begin ? pmx_vbv_joint : pmx_vbv_start;
    goal->leaves = chase->task->end ? pmx_vbv_joint : 0;
    if (chase->measures)
        goal->how.notes = pmx_encoder_notes(goal->rendition) ? goal->notes : NULL;
    else if (pmx_rated_is(goal->rendition))
        return read_aims(chase, goal, error);
    else if (goal->rendition->mode == PMX_RATE_CBR)
        goal->how.bitrate = (double)goal->rendition->bitrate;
    return TRUE;
}

PmxChase *pmx_chase_new(PmxRun *run, const PmxVideoTask *task, gboolean measures, GError **error)
{
    g_autoptr(PmxChase) chase = g_new0(PmxChase, 1);
    guint count = task->renditions ? task->renditions->len : 0;
    chase->run = run;
    chase->task = task;
    chase->measures = measures;
    chase->goals = g_array_sized_new(FALSE, TRUE, sizeof(Goal), count);
    g_array_set_size(chase->goals, count);
    for (guint i = 0; i < count; i++)
        if (!set_goal(chase, i, error))
            return NULL;
    return g_steal_pointer(&chase);
}

void pmx_chase_free(PmxChase *chase)
{
    if (!chase)
        return;
    for (guint i = 0; i < chase->goals->len; i++)
        g_free(goal_of(chase, i)->notes);
    g_array_unref(chase->goals);
    g_free(chase);
}

gboolean pmx_chase_wants(const PmxChase *chase, guint i)
{
    return !goal_of(chase, i)->settled;
}

const PmxEncodeHow *pmx_chase_how(const PmxChase *chase, guint i)
{
    return &goal_of(chase, i)->how;
}

char *pmx_chase_file(const PmxChase *chase, guint i)
{
    g_autofree char *name = g_strdup_printf("try-%u", i);
    return chase->measures ? NULL : pmx_run_file(chase->run, name);
}

/* --- after a try --- */

static double seconds_of(const PmxChase *chase, const PmxEncoded *made)
{
    double frame = 1 / MAX(pmx_ratio_value(chase->task->frame_rate), 0.001);
    double span = (double)(made->last - made->first) * pmx_ratio_value(chase->task->time_base);
    return made->sizes->len > 0 ? span + frame : 0;
}

/* Bits too many for the buffer, in the segment or behind it. */
static double excess(const PmxChase *chase, const Goal *goal, const PmxEncoded *made)
{
    const PmxRendition *rendition = goal->rendition;
    const PmxVbv vbv = {(double)rendition->maxrate * 1000, (double)rendition->bufsize * 1000};
    if (rendition->maxrate <= 0 || made->sizes->len == 0)
        return 0;
    PmxVbvRun run =
        pmx_vbv_run(&vbv, vbv.size * goal->how.start, (const guint32 *)(void *)made->sizes->data,
                    made->sizes->len, seconds_of(chase, made) / made->sizes->len);
    double joint = vbv.size * goal->leaves;
    return MAX(0, MAX(-run.least, joint - run.end));
}

static gboolean keep(const PmxChase *chase, guint i, gboolean better, GError **error)
{
    g_autofree char *made = pmx_chase_file(chase, i);
    g_autofree char *name = g_strdup_printf("%u.pmx", i), *path = pmx_run_file(chase->run, name);
    if ((better ? g_rename(made, path) : g_unlink(made)) == 0)
        return TRUE;
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "cannot write to the scratch folder: %s",
                g_strerror(errno));
    return FALSE;
}

/* Bits that the encoder was told to take; where it went by quality, those that it took. */
static double asked(const Goal *goal, const PmxEncoded *made, double seconds)
{
    double told = goal->how.bitrate * 1000 * seconds;
    return told > 0 ? told : MAX(made->bits, 1);
}

/* Whether telling it otherwise changes nothing any more: it is at its finest or coarsest. */
static gboolean stuck(const Goal *goal)
{
    if (goal->tries < 2)
        return FALSE;
    const Try *last = &goal->tried[goal->tries - 1], *before = last - 1;
    double turned = fabs(last->knob - before->knob), came = fabs(log(last->bits / before->bits));
    return turned > 0.02 && came < 0.15 * turned;
}

/* The tries nearest to what is wanted from above and from below; -1: none. */
static void find_bracket(const Goal *goal, int *more, int *less)
{
    *more = *less = -1;
    for (int i = 0; i < (int)goal->tries; i++) {
        const Try *try = &goal->tried[i];
        if (try->bits > goal->wanted && (*more < 0 || try->knob > goal->tried[*more].knob))
            *more = i;
        if (try->bits <= goal->wanted && (*less < 0 || try->knob < goal->tried[*less].knob))
            *less = i;
    }
}

/* The logarithm of the bits is nearly straight in the quality. */
static double between(const Goal *goal, const Try *more, const Try *less)
{
    double part = log(more->bits / goal->wanted) / log(more->bits / less->bits);
    /* Twice from the same side: the line is bent. */
    const Try *last = &goal->tried[goal->tries - 1];
    gboolean bent =
        goal->tries > 2 && (last->bits > goal->wanted) == ((last - 1)->bits > goal->wanted);
    return more->knob + (less->knob - more->knob) * (bent ? 0.5 : part);
}

/* How strongly the bits have followed what was told, as an exponent. */
static double response(const Goal *goal)
{
    if (goal->tries < 2)
        return 1;
    const Try *last = &goal->tried[goal->tries - 1], *before = last - 1;
    double turned = before->knob - last->knob, came = log(last->bits / before->bits);
    return fabs(turned) > 0.005 ? CLAMP(came / turned, 0.4, 2) : 1;
}

/* What to tell x264 or x265 next. What is too many for the buffer may be a small part of the segment,
 * which gives only its share of what is taken away: so more is, each time. */
static void tell_rate(Goal *goal, double seconds, double over)
{
    int more, less;
    const Try *last = &goal->tried[goal->tries - 1];
    double factor = goal->wanted > 0 ? goal->wanted / last->bits : 1;
    double surplus = over * (0.15 + goal->tries);
    find_bracket(goal, &more, &less);
    double next = exp(-last->knob) * pow(factor, 1 / response(goal));
    if (over > 0)
        next = exp(-last->knob) * MIN(factor, MAX(0.3, (last->bits - surplus) / last->bits));
    else if (goal->wanted > 0 && more >= 0 && less >= 0)
        next = exp(-between(goal, &goal->tried[more], &goal->tried[less]));
    goal->settled = stuck(goal);
    goal->how.bitrate = MAX(1, next / seconds / 1000);
}

static double beyond(const Goal *goal)
{
    enum { FAR = 12 };
    const Try *last = &goal->tried[goal->tries - 1], *before = last - (goal->tries > 1);
    double step = AV1_STEP;
    if (last->knob != before->knob)
        step = CLAMP(log(before->bits / last->bits) / (last->knob - before->knob), AV1_STEP / 4, 1);
    return last->knob + CLAMP(log(last->bits / goal->wanted) / step, -FAR, FAR);
}

/* The next quality for SVT-AV1; settled when it has been tried. */
static void tell_quality(Goal *goal)
{
    int more, less;
    find_bracket(goal, &more, &less);
    double next = beyond(goal);
    if (more >= 0 && less >= 0)
        next = CLAMP(between(goal, &goal->tried[more], &goal->tried[less]),
                     goal->tried[more].knob + AV1_GRAIN, goal->tried[less].knob - AV1_GRAIN);
    goal->how.crf = CLAMP(round(next / AV1_GRAIN) * AV1_GRAIN, 1, AV1_CRF_MAX);
    for (guint i = 0; i < goal->tries; i++)
        goal->settled |= goal->tried[i].knob == goal->how.crf;
}

static double near_enough(const Goal *goal)
{
    double of_constant = goal->leaves > 0 ? NEAR_CBR_AIM : NEAR_CBR;
    return goal->rendition->mode == PMX_RATE_CBR ? of_constant : NEAR;
}

static gboolean judge(PmxChase *chase, guint i, const PmxEncoded *made, GError **error)
{
    Goal *goal = goal_of(chase, i);
    double over = excess(chase, goal, made), seconds = seconds_of(chase, made);
    if (goal->rendition->mode == PMX_RATE_CBR)
        goal->wanted =
            (double)goal->rendition->bitrate * 1000 * seconds * (goal->leaves > 0 ? CBR_AIM : 1);
    /* What a segment that takes little is off by matters little to the film. */
    double share = MAX(goal->wanted, (double)goal->rendition->bitrate * 500 * seconds);
    double miss = goal->wanted > 0 ? fabs(made->bits - goal->wanted) / share : 0;
    double score = over > 0 ? BROKEN + over : miss;
    gboolean better = score < goal->score;
    if (!keep(chase, i, better, error))
        return FALSE;
    goal->score = MIN(goal->score, score);
    double knob = is_av1(goal) ? goal->how.crf : -log(asked(goal, made, seconds));
    goal->tried[goal->tries] = (Try){knob, MAX(made->bits, 1)};
    goal->tries++;
    goal->settled = goal->score <= near_enough(goal) || seconds <= 0 ||
                    goal->tries >= (is_av1(goal) ? AV1_TRIES : TRIES);
    if (!goal->settled && is_av1(goal))
        tell_quality(goal);
    else if (!goal->settled)
        tell_rate(goal, seconds, over);
    return TRUE;
}

static gboolean write_measure(const PmxChase *chase, guint i, const PmxEncoded *made,
                              GError **error)
{
    const Goal *goal = goal_of(chase, i);
    g_autofree char *name = g_strdup_printf("%u.pmx", i), *path = pmx_run_file(chase->run, name);
    PmxMeasured measured = {.seconds = seconds_of(chase, made)};
    if (!goal->how.notes)
        measured.texture = made->bits;
    else if (!pmx_measure_notes(goal->how.notes, &measured, error))
        return FALSE;
    return pmx_measure_write(path, &measured, goal->how.notes, pmx_encoder_notes(goal->rendition),
                             error);
}

gboolean pmx_chase_take(PmxChase *chase, guint i, const PmxEncoded *made, GError **error)
{
    if (!chase->measures)
        return judge(chase, i, made, error);
    goal_of(chase, i)->settled = TRUE;
    return write_measure(chase, i, made, error);
}
