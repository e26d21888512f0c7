/* SPDX-License-Identifier: MIT */
/* Copied streams: see planning.h. Pure. */
#include "job/containers.h"
#include "job/language.h"
#include "job/track-language.h"
#include "plan/damage.h"
#include "plan/planning.h"

static gboolean is_picture(const PmxStream *stream)
{
    return stream->kind == PMX_STREAM_VIDEO && !stream->cover;
}

/* The file's zero, also where nothing has a decoder: its video's beginning, else its earliest
 * sound's. Microseconds. */
static gint64 origin_of(const PmxFacts *facts)
{
    gint64 origin = G_MAXINT64;
    for (guint i = 0; facts->streams && i < facts->streams->len; i++) {
        const PmxStream *stream = g_ptr_array_index(facts->streams, i);
        if (is_picture(stream))
            return pmx_stream_us(stream, stream->start);
        if (stream->kind == PMX_STREAM_AUDIO)
            origin = MIN(origin, pmx_stream_us(stream, stream->start));
    }
    return origin == G_MAXINT64 ? 0 : origin;
}

/* AAC of a kind that the container's own form of it has no room for. */
static gboolean is_odd_aac(const PmxOutput *output, const PmxStream *stream)
{
    int profile = g_strcmp0(stream->profile, "LD") == 0    ? PMX_AAC_LD
                  : g_strcmp0(stream->profile, "ELD") == 0 ? PMX_AAC_ELD
                                                           : PMX_AAC_LOW;
    return g_strcmp0(stream->codec, "aac") == 0 && !pmx_container_aac(output->container, profile);
}

static gboolean check_codec(const PmxPlanning *planning, const PmxOutput *output,
                            const PmxStream *stream, const char *path)
{
    const PmxContainerInfo *info = pmx_container_info(output->container);
    gboolean odd = is_odd_aac(output, stream);
    if (pmx_container_copies(output->container, stream->codec) && !odd)
        return TRUE;
    pmx_problems_add(planning->problems, PMX_CODE_NOT_SUPPORTED, path,
                     "stream %" G_GINT64_FORMAT " is %s%s%s, which cannot be copied into %s files; "
                     "choose another Container.Format, or let it be encoded",
                     stream->index, pmx_codec_spelling(stream->codec), odd ? "-" : "",
                     odd ? stream->profile : "", info->name);
    return FALSE;
}

gboolean pmx_copy_plan(PmxPlanning *planning, const PmxOutput *output, guint source,
                       const PmxStream *stream, const char *path, const char **key)
{
    if (stream->encrypted) {
        pmx_problems_add(planning->problems, PMX_CODE_RESOURCE_BAD, path,
                         "stream %" G_GINT64_FORMAT " is encrypted and cannot be copied",
                         stream->index);
        return FALSE;
    }
    if (!check_codec(planning, output, stream, path))
        return FALSE;
    PmxCopyTask *body = pmx_planning_body(&pmx_copy_task_object);
    body->stream = stream->index;
    body->origin = origin_of(planning->inputs[source].facts);
    if (stream->kind == PMX_STREAM_VIDEO || stream->kind == PMX_STREAM_AUDIO)
        body->limit = pmx_stream_us(stream, stream->end) - body->origin;
    body->sequential = stream->sequential;
    PmxTask *task = pmx_planning_track(planning, PMX_TASK_COPY, source, body);
    task->seconds = MAX(task->seconds, (double)pmx_stream_us(stream, stream->end - stream->start) /
                                           G_USEC_PER_SEC);
    *key = pmx_planning_key(task);
    return TRUE;
}

/* --- everything of a file --- */

static void leave_out(PmxPlanOutput *planned, const PmxStream *stream, const char *why)
{
    g_ptr_array_add(planned->warnings,
                    g_strdup_printf("stream %" G_GINT64_FORMAT " (%s) is left out: %s",
                                    stream->index, stream->codec ? stream->codec : "unknown", why));
}

static void add_entry(const PmxOutput *output, const PmxStream *stream, const char *key,
                      GPtrArray **list)
{
    gboolean tags = pmx_container_info(output->container)->tags;
    PmxPackageTrack *entry = pmx_array_add(&pmx_package_track_object, list);
    entry->language = tags ? pmx_language_to_639_2t(stream->language) : NULL;
    entry->tag = tags ? pmx_track_language_tag(stream->language) : NULL;
    entry->title = tags ? g_strdup(stream->title) : NULL;
    entry->enabled = stream->is_default;
    entry->key = g_strdup(key);
}

/* What a container never carries is left out with a warning; a codec that does not fit into one
 * that carries its like is an error, because then the copy is not what was asked for. */
static const char *reason_to_leave(const PmxOutput *output, const PmxStream *stream,
                                   const PmxPlanChoice *choice)
{
    const PmxContainerInfo *info = pmx_container_info(output->container);
    switch ((PmxStreamKind)stream->kind) {
    case PMX_STREAM_VIDEO:
        return stream->cover                      ? "it is a cover picture"
               : !*info->video                    ? "the container has no video"
               : choice->copied && !info->several ? "the container has one video"
                                                  : NULL;
    case PMX_STREAM_AUDIO:
        return !*info->audio ? "the container has no sound" : NULL;
    case PMX_STREAM_SUBTITLE:
        return pmx_container_copies(output->container, stream->codec)
                   ? NULL
                   : "the container has no such subtitles";
    default:
        return "it is neither video nor sound nor subtitles";
    }
}

static void plan_stream(PmxPlanning *planning, const PmxOutput *output, const PmxStream *stream,
                        PmxPlanOutput *planned, PmxPlanChoice *choice)
{
    const char *key = NULL, *why = reason_to_leave(output, stream, choice);
    if (why) {
        leave_out(planned, stream, why);
        return;
    }
    if (!pmx_copy_plan(planning, output, 0, stream, output->path, &key))
        return;
    double seconds = (double)pmx_stream_us(stream, stream->end - stream->start) / G_USEC_PER_SEC;
    planned->seconds = MAX(planned->seconds, seconds);
    if (stream->kind == PMX_STREAM_VIDEO && !choice->copied)
        choice->copied = g_strdup(key);
    else
        add_entry(output, stream, key,
                  stream->kind == PMX_STREAM_AUDIO ? &choice->tracks : &choice->more);
}

void pmx_copy_plan_all(PmxPlanning *planning, const PmxOutput *output, PmxPlanOutput *planned,
                       PmxPlanChoice *choice)
{
    const PmxContainerInfo *info = pmx_container_info(output->container);
    const PmxFacts *facts = planning->inputs[0].facts;
    pmx_damage_tell(planning->inputs, 0, planned->warnings);
    for (guint i = 0; facts->streams && i < facts->streams->len; i++)
        plan_stream(planning, output, g_ptr_array_index(facts->streams, i), planned, choice);
    if (choice->tracks && choice->tracks->len > 1 && !info->several)
        pmx_problems_add(planning->problems, PMX_CODE_NOT_SUPPORTED, output->path,
                         "the input has %u audio tracks and %s files have one; choose another "
                         "Container.Format",
                         choice->tracks->len, info->name);
}
