/* SPDX-License-Identifier: MIT */
/* Track selection and language control: see audio.h. Pure. */
#include "plan/audio.h"

#include <string.h>

#include "job/audio-codecs.h"
#include "job/containers.h"
#include "job/language.h"
#include "job/track-language.h"
#include "plan/sound.h"

static void task_free(PmxAudioTask *task)
{
    pmx_object_free(&pmx_audio_task_object, task);
}

static gboolean is_audio(const PmxStream *stream)
{
    return stream->kind == PMX_STREAM_AUDIO;
}

/* One that can be read before one that cannot, a default before others, then the first. */
const PmxStream *pmx_audio_default(const PmxFacts *facts)
{
    const PmxStream *best = NULL;
    int best_rank = -1;
    for (guint i = 0; facts->streams && i < facts->streams->len; i++) {
        const PmxStream *stream = g_ptr_array_index(facts->streams, i);
        int rank = (stream->decodable ? 2 : 0) + (stream->is_default ? 1 : 0);
        if (is_audio(stream) && rank > best_rank) {
            best = stream;
            best_rank = rank;
        }
    }
    return best;
}

static const PmxStream *nth_audio(const PmxFacts *facts, gint64 n)
{
    for (guint i = 0; facts->streams && i < facts->streams->len; i++) {
        const PmxStream *stream = g_ptr_array_index(facts->streams, i);
        if (is_audio(stream) && n-- == 0)
            return stream;
    }
    return NULL;
}

static const PmxStream *audio_with_id(const PmxFacts *facts, gint64 id)
{
    for (guint i = 0; facts->streams && i < facts->streams->len; i++) {
        const PmxStream *stream = g_ptr_array_index(facts->streams, i);
        if (is_audio(stream) && stream->id == id)
            return stream;
    }
    return NULL;
}

/* The best match wins; among equals a default track, then the first. */
static const PmxStream *audio_tagged(const PmxFacts *facts, const char *language)
{
    const PmxStream *best = NULL;
    int best_rank = 0;
    for (guint i = 0; facts->streams && i < facts->streams->len; i++) {
        const PmxStream *stream = g_ptr_array_index(facts->streams, i);
        int rank = is_audio(stream)
                       ? pmx_language_match(language, stream->language ? stream->language : "und")
                       : 0;
        rank = rank > 0 ? rank * 2 + (stream->is_default ? 1 : 0) : 0;
        if (rank > best_rank) {
            best = stream;
            best_rank = rank;
        }
    }
    return best;
}

const PmxStream *pmx_audio_find(const PmxFacts *facts, const PmxAudioSelector *selector)
{
    if (!selector)
        return pmx_audio_default(facts);
    switch ((PmxSelectRule)selector->rule) {
    case PMX_RULE_INDEX:
        return nth_audio(facts, selector->index);
    case PMX_RULE_TRACK:
        return audio_with_id(facts, selector->track);
    case PMX_RULE_TAG:
        break;
    }
    return audio_tagged(facts, selector->tag.language);
}

/* What there is to choose from, for a message: "0 (eng), 1 (no language)". */
static char *tracks_on_offer(const PmxFacts *facts)
{
    GString *text = g_string_new(NULL);
    guint n = 0;
    for (guint i = 0; facts->streams && i < facts->streams->len; i++) {
        const PmxStream *stream = g_ptr_array_index(facts->streams, i);
        if (is_audio(stream))
            g_string_append_printf(text, "%s%u (%s)", n ? ", " : "", n,
                                   stream->language ? stream->language : "no language"),
                n++;
    }
    return g_string_free(text, FALSE);
}

static void report_missing(const PmxPlanInput *input, const PmxTrackWish *wish,
                           PmxProblems *problems)
{
    const char *ref = wish->audio->input_ref;
    g_autofree char *path =
        ref ? g_strconcat(wish->audio->path, ".InputRef", NULL) : g_strdup(wish->audio->path);
    g_autofree char *offer = tracks_on_offer(input->facts);
    if (!*offer)
        pmx_problems_add(problems, PMX_CODE_NO_AUDIO_STREAM, path,
                         "the input behind \"%s\" has no audio track", ref ? ref : "");
    else
        pmx_problems_add(problems, PMX_CODE_NO_AUDIO_STREAM, path,
                         "no audio track of the input fits the selector \"%s\"; it has: %s",
                         ref ? ref : "", offer);
}

static gboolean check_track(const PmxStream *stream, const PmxTrackWish *wish,
                            PmxProblems *problems)
{
    if (stream->decodable || wish->audio->codec == PMX_AUDIO_COPY)
        return TRUE;
    pmx_problems_add(problems, PMX_CODE_RESOURCE_BAD, wish->audio->path,
                     "the audio track %" G_GINT64_FORMAT " cannot be read: %s", stream->index,
                     stream->problem ? stream->problem : "nothing in it decodes");
    return FALSE;
}

static void warn(GPtrArray *warnings, const PmxAudio *audio, const char *what)
{
    g_ptr_array_add(warnings, g_strdup_printf("%s: %s", audio->path, what));
}

/* The source document: InputFirst takes the input's tag, Language only where the input has none. */
static char *inherited_language(const PmxStream *stream, const PmxAudio *audio, gboolean asked,
                                GPtrArray *warnings)
{
    char *own = pmx_language_to_639_2t(stream->language);
    if (own || audio->language) {
        if (!own && stream->language && g_strcmp0(stream->language, "und") != 0)
            warn(warnings, audio, "the input's language tag is unknown; Language is used instead");
        return own ? own : g_strdup(audio->language);
    }
    if (asked)
        warn(
            warnings, audio,
            "the input has no language tag that is known and no Language is given; the track stays "
            "untagged");
    return NULL;
}

static char *choose_language(const PmxStream *stream, const PmxTrackWish *wish, GPtrArray *warnings)
{
    const PmxAudio *audio = wish->audio;
    switch ((PmxLanguageControl)audio->language_control) {
    case PMX_LANGUAGE_INPUT_FIRST:
        return inherited_language(stream, audio, wish->output->audios_given, warnings);
    case PMX_LANGUAGE_CONFIGURED:
        return g_strdup(audio->language);
    case PMX_LANGUAGE_NONE:
        break;
    }
    return NULL;
}

/* What BCP 47 says beyond the code that was chosen, from where that came. */
static char *choose_tag(const PmxStream *stream, const PmxAudio *audio, const char *language)
{
    gboolean inherited = audio->language_control == PMX_LANGUAGE_INPUT_FIRST;
    g_autofree char *own = inherited ? pmx_language_to_639_2t(stream->language) : NULL;
    if (!language)
        return NULL;
    return own ? pmx_track_language_tag(stream->language) : g_strdup(audio->tag);
}

/* As many of the source's as the codec can have, and have in this container. */
static gint64 choose_channels(const PmxStream *stream, const PmxTrackWish *wish)
{
    const PmxAudio *audio = wish->audio;
    gint64 most =
        wish->output ? pmx_container_channels(wish->output->container, audio->codec) : G_MAXINT64;
    return audio->channels > 0 ? audio->channels
                               : pmx_audio_codec_channels(audio->codec, audio->profile,
                                                          MIN(stream->channels, most));
}

/* A lossless codec keeps what a source has beyond 16 bits. Lossy ones decode to floating point and
 * have no such thing. */
static gint64 choose_bits(const PmxStream *stream, const PmxAudio *audio)
{
    const char *codec = stream->codec ? stream->codec : "", *format = stream->sample_fmt;
    gboolean exact = g_str_has_prefix(codec, "pcm_") || strcmp(codec, "flac") == 0 ||
                     strcmp(codec, "alac") == 0 || strcmp(codec, "truehd") == 0 ||
                     strcmp(codec, "wavpack") == 0 || strcmp(codec, "tta") == 0;
    gboolean fine = format && !g_str_has_prefix(format, "s16") && !g_str_has_prefix(format, "u8");
    return audio->codec == PMX_AUDIO_FLAC && exact && fine ? 24 : 0;
}

/* Nothing is heard beyond the clip. */
static void clip_task(PmxAudioTask *task, gint64 length)
{
    if (length > 0 && (task->cut_at == 0 || task->cut_at > length))
        task->cut_at = length;
}

static PmxAudioTask *task_for(const PmxPlanInput *input, const PmxStream *stream,
                              const PmxTrackWish *wish)
{
    const PmxAudio *audio = wish->audio;
    PmxAudioTask *task = g_malloc(sizeof *task);
    pmx_object_init(&pmx_audio_task_object, task);
    task->stream = stream->index;
    task->origin = pmx_facts_origin(input->facts) + wish->clip.start;
    task->sequential = stream->sequential;
    task->codec = audio->codec;
    task->profile = audio->profile;
    task->bitrate = audio->bitrate;
    task->samplerate = audio->samplerate;
    task->channels = choose_channels(stream, wish);
    task->bits = choose_bits(stream, audio);
    task->limit = pmx_stream_us(stream, stream->end) - task->origin;
    task->pad_to = audio->duration == PMX_DURATION_KEEP ? 0 : wish->video_us;
    task->cut_at = audio->duration == PMX_DURATION_MATCH ? wish->video_us : 0;
    clip_task(task, wish->clip.length);
    return task;
}

/* A dub may have ended before the clip begins. One that is not filled up fails. */
static void warn_of_silence(const PmxStream *stream, const PmxTrackWish *wish,
                            const PmxAudioTask *task, GPtrArray *warnings)
{
    if (stream->end > stream->start && task->limit <= 0 && (task->pad_to > 0 || task->cut_at > 0))
        warn(warnings, wish->audio,
             wish->clip.length > 0 ? "the track ends before the clip begins; it is silence"
                                   : "the track ends before its video begins; it is silence");
}

/* Channels as the source are known only now, and so is what bit rate they take. */
static gboolean check_settings(const PmxAudioTask *task, const PmxTrackWish *wish,
                               PmxProblems *problems)
{
    PmxAudio audio = *wish->audio;
    char *message = NULL;
    audio.channels = task->channels;
    gboolean bad = pmx_audio_codec_check(&audio, &message) == PMX_AUDIO_BAD_BITRATE;
    if (bad)
        pmx_problems_add(problems, PMX_CODE_OUT_OF_RANGE, wish->audio->path,
                         "for channels as in its source: %s", message);
    g_free(message);
    return !bad;
}

gboolean pmx_audio_choose(const PmxPlanInput *input, const PmxTrackWish *wish,
                          PmxTrackChoice *choice, GPtrArray *warnings, PmxProblems *problems)
{
    const PmxStream *stream = pmx_audio_find(input->facts, wish->selector);
    if (!stream) {
        report_missing(input, wish, problems);
        return FALSE;
    }
    if (!check_track(stream, wish, problems))
        return FALSE;
    choice->stream = stream;
    choice->task = wish->audio->codec == PMX_AUDIO_COPY ? NULL : task_for(input, stream, wish);
    if (choice->task && (!check_settings(choice->task, wish, problems) ||
                         !pmx_sound_check_bitrate(wish, stream, choice->task, problems))) {
        g_clear_pointer(&choice->task, task_free);
        return FALSE;
    }
    if (choice->task) {
        pmx_sound_set_tempo(wish, input, stream, choice->task, warnings);
        warn_of_silence(stream, wish, choice->task, warnings);
        pmx_sound_set_volume(choice->task, &wish->audio->volume);
    }
    choice->language = choose_language(stream, wish, warnings);
    choice->tag = choose_tag(stream, wish->audio, choice->language);
    choice->seconds = (double)pmx_stream_us(stream, stream->end - stream->start) / G_USEC_PER_SEC;
    return TRUE;
}
