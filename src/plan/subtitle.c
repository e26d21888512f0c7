/* SPDX-License-Identifier: MIT */
/* Subtitle tracks: see planning.h. Pure. */
#include "job/language.h"
#include "job/track-language.h"
#include "plan/clip.h"
#include "plan/planning.h"

static const PmxStream *nth(const PmxFacts *facts, gint64 n, gint64 *count)
{
    const PmxStream *found = NULL;
    *count = 0;
    for (guint i = 0; facts->streams && i < facts->streams->len; i++) {
        const PmxStream *stream = g_ptr_array_index(facts->streams, i);
        if (stream->kind == PMX_STREAM_SUBTITLE && (*count)++ == n)
            found = stream;
    }
    return found;
}

static void report_missing(PmxPlanning *planning, const PmxSubtitle *wanted, gint64 count)
{
    g_autofree char *path = g_strconcat(wanted->path, count > 0 ? ".Index" : ".InputRef", NULL);
    if (count == 0)
        pmx_problems_add(planning->problems, PMX_CODE_RESOURCE_BAD, path,
                         "the input \"%s\" has no subtitles", wanted->input_ref);
    else
        pmx_problems_add(planning->problems, PMX_CODE_RESOURCE_BAD, path,
                         "the input \"%s\" has %" G_GINT64_FORMAT
                         " subtitle tracks, so this is at most %" G_GINT64_FORMAT,
                         wanted->input_ref, count, count - 1);
}

/* Text that libavcodec reads; what is pictures cannot become text. */
static gboolean is_text(const PmxStream *stream)
{
    static const char *const pictures[] = {
        "hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle", "xsub", "dvb_teletext", NULL};
    return stream->codec && !g_strv_contains(pictures, stream->codec);
}

static void set_language(const PmxSubtitle *wanted, const PmxStream *stream, PmxPackageTrack *entry,
                         GPtrArray *warnings)
{
    if (wanted->language_control == PMX_LANGUAGE_NONE)
        return;
    gboolean first = wanted->language_control == PMX_LANGUAGE_INPUT_FIRST;
    entry->language = first ? pmx_language_to_639_2t(stream->language) : NULL;
    entry->tag = entry->language ? pmx_track_language_tag(stream->language) : NULL;
    if (!entry->language) {
        entry->language = g_strdup(wanted->language);
        entry->tag = g_strdup(wanted->tag);
    }
    if (!entry->language)
        g_ptr_array_add(warnings, g_strdup_printf("%s: the input has no language tag that is known "
                                                  "and no Language is given; the track stays "
                                                  "untagged",
                                                  wanted->path));
}

static PmxSubtitleTask *task_for(const PmxFacts *facts, const PmxStream *stream,
                                 const PmxSubtitle *wanted, const PmxClipRange *range, gint64 end)
{
    PmxSubtitleTask *body = pmx_planning_body(&pmx_subtitle_task_object);
    body->stream = stream->index;
    body->codec = wanted->codec;
    body->origin = pmx_facts_origin(facts) + range->start;
    body->cut_at = end;
    return body;
}

static void plan_one(PmxPlanning *planning, const PmxSubtitle *wanted, const PmxClipRange *range,
                     gint64 end, PmxPlanOutput *planned, PmxPlanChoice *choice)
{
    guint source = 0;
    gint64 count = 0;
    const PmxAudioSelector *selector = NULL;
    if (!pmx_job_find_ref(planning->job, wanted->input_ref, &source, &selector))
        return;
    const PmxFacts *facts = planning->inputs[source].facts;
    const PmxStream *stream = nth(facts, wanted->index, &count);
    if (!stream) {
        report_missing(planning, wanted, count);
        return;
    }
    if (!is_text(stream)) {
        pmx_problems_add(planning->problems, PMX_CODE_NOT_SUPPORTED, wanted->path,
                         "the subtitles are pictures (%s) and cannot become text", stream->codec);
        return;
    }
    PmxTask *task = pmx_planning_track(planning, PMX_TASK_SUBTITLE, source,
                                       task_for(facts, stream, wanted, range, end));
    task->seconds = MAX(task->seconds, 0.1);
    PmxPackageTrack *entry = pmx_array_add(&pmx_package_track_object, &choice->more);
    set_language(wanted, stream, entry, planned->warnings);
    entry->title = g_strdup(wanted->title);
    entry->enabled = wanted->is_default;
    entry->key = g_strdup(pmx_planning_key(task));
}

void pmx_subtitle_plan(PmxPlanning *planning, const PmxOutput *output, const PmxClipRange *range,
                       gint64 end, PmxPlanOutput *planned, PmxPlanChoice *choice)
{
    for (guint i = 0; output->subtitles && i < output->subtitles->len; i++)
        plan_one(planning, g_ptr_array_index(output->subtitles, i), range, end, planned, choice);
}
