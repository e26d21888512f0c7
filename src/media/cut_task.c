/* SPDX-License-Identifier: MIT */
/*
 * The cut task: where in a window of the film two segments are to meet (the rule is in
 * plan/segments.h).
 *
 *     decoder ─► 160x90, grey ─► scene detector ─► a scene cut ─► "0.pmx"
 *
 * The detector is libavfilter's scdet; on
 * pictures this small it agrees with x264 and x265 about where a scene ends, and costs next to
 * nothing beside the decoding. So the first look is at those pictures only that others refer to;
 * where two of them are of different scenes, a second one looks at every picture between. The
 * answer is the time of a frame, so both neighbours agree on it exactly.
 */
#include "media/averror.h"
#include "media/cut.h"
#include "media/decoder.h"
#include "media/filter.h"
#include "media/finding.h"
#include "plan/task.h"

/* scdet's score is 0..100; 8 is where x264's own decisions lie. */
static const char *const DETECTOR =
    "scale=160:90:flags=area+accurate_rnd+bitexact,format=gray,scdet=threshold=8";

static gboolean is_scene_cut(PmxFilter *detector, const AVFrame *frame, gboolean *cut,
                             GError **error)
{
    g_autoptr(AVFrame) judged = av_frame_alloc();
    int status = pmx_filter_one(detector, frame, judged);
    if (status < 0)
        return pmx_av_fail(error, PMX_CODE_INTERNAL, status, "the scene detector does not work");
    *cut = av_dict_get(judged->metadata, "lavfi.scd.time", NULL, 0) != NULL;
    return TRUE;
}

/* What a look has found. */
typedef struct {
    gboolean any;          /* a frame at all */
    gint64 first;          /* ticks of the first frame */
    gboolean cut;          /* a scene ends */
    gint64 before, behind; /* ticks of the frames on both sides */
} Found;

/* Looks at the frames in [start, end) up to the first cut. Whether the first of them begins a scene
 * need not be known, and so nothing before is looked at. */
static gboolean look(PmxRun *run, PmxDecoder *decoder, gint64 start, gint64 end, gboolean sparse,
                     Found *found, GError **error)
{
    g_autoptr(AVFrame) frame = av_frame_alloc();
    g_autoptr(PmxFilter) detector = pmx_filter_new(DETECTOR);
    PmxNext next;
    gboolean ok = TRUE;
    *found = (Found){0};
    while (ok && !found->cut &&
           (next = pmx_decoder_next(decoder, frame, error)) == PMX_NEXT_FRAME && frame->pts < end) {
        if (pmx_run_due(run))
            pmx_run_progress(run, json_object());
        if (frame->pts < start)
            continue;
        gint64 at = frame->pts;
        ok = is_scene_cut(detector, frame, &found->cut, error);
        found->before = found->any ? found->behind : at;
        found->behind = at;
        found->first = found->any ? found->first : at;
        found->any = TRUE;
        pmx_decoder_set_sparse(decoder, sparse);
    }
    return ok && (found->cut || next != PMX_NEXT_ERROR);
}

/* Who looks, and where. */
typedef struct {
    PmxRun *run;
    PmxDecoder *decoder;
    const PmxCutTask *task;
} Search;

static gboolean look_from(const Search *search, gint64 start, gint64 end, gboolean sparse,
                          Found *found, GError **error)
{
    pmx_decoder_set_sparse(search->decoder, FALSE);
    return pmx_decoder_seek(search->decoder, start, error) &&
           look(search->run, search->decoder, start, end, sparse, found, error);
}

/* Which of the scene cuts in [start, end), if there is one, and the first frame there. */
typedef struct {
    gboolean cut, any;
    gint64 tick, first;
} Scene;

/* Two pictures far apart may differ within a scene too: then the search goes on behind them. */
static gboolean find_scene(const Search *search, gint64 start, gint64 end, gboolean last,
                           Scene *scene, GError **error)
{
    Found wide, close;
    *scene = (Scene){0};
    for (gboolean first = TRUE;; first = FALSE) {
        if (!look_from(search, start, end, TRUE, &wide, error))
            return FALSE;
        if (first) {
            scene->any = wide.any;
            scene->first = wide.first;
        }
        /* Times that step back lead nowhere. */
        if (!wide.cut || wide.behind <= start)
            return TRUE;
        if (!look_from(search, wide.before, wide.behind + 1, FALSE, &close, error))
            return FALSE;
        if (close.cut) {
            scene->cut = TRUE;
            scene->tick = close.behind;
            if (!last)
                return TRUE;
        }
        start = wide.behind;
    }
}

static gboolean choose(const Search *search, gint64 *tick, GError **error)
{
    const PmxCutTask *task = search->task;
    Scene ahead, back;
    if (!find_scene(search, task->point, task->end, FALSE, &ahead, error))
        return FALSE;
    *tick = ahead.cut ? ahead.tick : ahead.any ? ahead.first : task->point;
    if (ahead.cut)
        return TRUE;
    if (!find_scene(search, task->start, task->point, TRUE, &back, error))
        return FALSE;
    if (back.cut)
        *tick = back.tick;
    return TRUE;
}

gboolean pmx_cut_read(PmxRun *run, guint n, gint64 *tick, GError **error)
{
    enum { MOST = 256 };
    json_t *json = pmx_finding_read(run, n, MOST);
    const json_t *value = json_object_get(json, "tick");
    gboolean ok = json_is_integer(value);
    *tick = json_integer_value(value);
    json_decref(json);
    return ok || pmx_finding_damaged(run, n, "a kept cut", error);
}

static gboolean find_cut(PmxRun *run, const PmxCutTask *task, GError **error)
{
    PmxSourceRef ref;
    gint64 tick = 0;
    if (!pmx_run_source(run, 0, &ref, error))
        return FALSE;
    g_autoptr(PmxSource) source = pmx_source_open(&ref, error);
    g_autoptr(PmxDecoder) decoder =
        source ? pmx_decoder_open(source, (int)task->stream, error) : NULL;
    if (!decoder)
        return FALSE;
    pmx_decoder_coarse(decoder);
    return choose(&(Search){run, decoder, task}, &tick, error) &&
           pmx_finding_write(run, json_pack("{s:I}", "tick", (json_int_t)tick), error);
}

json_t *pmx_cut_run(PmxRun *run, GError **error)
{
    PmxCutTask *task = pmx_object_read(&pmx_cut_task_object, run->order->body, error);
    gboolean ok = task && find_cut(run, task, error);
    pmx_object_free(&pmx_cut_task_object, task);
    return ok ? json_object() : NULL;
}
