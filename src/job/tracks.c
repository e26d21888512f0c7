/* SPDX-License-Identifier: MIT */
/* One output's audio tracks: Audio, Audios and the template put together (see build.h). Pure. */
#include <string.h>

#include "job/audio-codecs.h"
#include "job/build.h"
#include "job/track-language.h"

/* One element of Audios, or Audio itself with `json` NULL. */
typedef struct {
    const json_t *json; /* as written */
    const char *path;
} Written;

/* The place to name for a problem with the settings `keys` together: the track's own, or where the
 * ones it inherits come from. Caller frees. */
static char *blame(const PmxBuildOutput *building, const Written *written, const char *const *keys)
{
    for (guint i = 0; keys[i]; i++)
        if (pmx_build_given(written->json, keys[i]))
            return g_strjoin(".", written->path, keys[i], NULL);
    return pmx_build_blame(building, "Audio", keys);
}

/* --- what the encoder can do --- */

static gboolean is_aac(const PmxAudio *audio)
{
    return audio->codec == PMX_AUDIO_AAC;
}

static void check_fdk_aac(PmxBuildOutput *building, const Written *written, const PmxAudio *audio)
{
    static const char *const profile[] = {"Profile", "Codec", NULL};
    if (!is_aac(audio) || building->build->options->have_fdk_aac)
        return;
    pmx_build_report(
        building, PMX_CODE_NOT_SUPPORTED, blame(building, written, profile),
        g_strdup_printf("%s needs libfdk-aac, which this Polymux was built without: install "
                        "libfdk-aac-dev (in Debian's non-free component) and build it again, "
                        "or choose another Audio.Codec",
                        pmx_aac_profile_names[audio->profile]));
}

/* TRUE when `key` was written beside the codec, or for this track: not when a track that chose
 * another codec inherits it, nor out of a template. */
static gboolean meant(const PmxBuildOutput *building, const Written *written, const char *key)
{
    return pmx_build_given(written->json, key) ||
           (!pmx_build_given(written->json, "Codec") &&
            pmx_build_given(json_object_get(building->over, "Audio"), key));
}

/* Settings that the codec has no use for. */
static void check_idle(PmxBuildOutput *building, const Written *written, const PmxAudio *audio)
{
    static const char *const profile[] = {"Profile", NULL}, *const bitrate[] = {"Bitrate", NULL};
    const char *name = pmx_audio_codec_names[audio->codec];
    if (!is_aac(audio) && meant(building, written, "Profile"))
        pmx_build_report(building, PMX_CODE_INVALID, blame(building, written, profile),
                         g_strdup_printf("is for AAC only; leave it out for %s", name));
    if (pmx_audio_codec_lossless(audio->codec) && meant(building, written, "Bitrate"))
        pmx_build_report(
            building, PMX_CODE_INVALID, blame(building, written, bitrate),
            g_strdup_printf("%s loses nothing and has no bit rate; leave it out", name));
}

/* --- volume --- */

static void report_volume(PmxBuildOutput *building, const char *base, const char *key,
                          char *message)
{
    pmx_build_report(building, PMX_CODE_INVALID, g_strjoin(".", base, "Volume", key, NULL),
                     message);
}

/* Each Volume as it was written: what does not go with the method has no effect. */
static void check_volume(PmxBuildOutput *building, const json_t *json, const char *base,
                         const PmxVolume *volume)
{
    static const char *const targets[] = {"IntegratedLoudnessTarget", "LoudnessRangeTarget",
                                          "TruePeak"};
    const json_t *given = json_object_get(json, "Volume");
    gboolean linear = volume->method == PMX_VOLUME_LINEAR;
    if (!linear && pmx_build_given(given, "Level"))
        report_volume(building, base, "Level",
                      g_strdup("is for Method linear; set Method to linear, or leave it out"));
    for (guint i = 0; linear && i < G_N_ELEMENTS(targets); i++)
        if (pmx_build_given(given, targets[i]) && !(volume->match && i == 2))
            report_volume(building, base, targets[i],
                          g_strdup("is for Method dynamic and auto; set Method, or leave it out"));
}

/* A track that follows the first one's loudness has no say in how loud it is. */
static void check_match(PmxBuildOutput *building, const Written *written, const PmxAudio *audio)
{
    const json_t *given = json_object_get(written->json, "Volume");
    const char *key;
    json_t *value;
    if (!audio->volume.match || building->output->audios->len == 0)
        return;
    json_object_foreach ((json_t *)given, key, value)
        if (!json_is_null(value) && strcmp(key, "Match") != 0)
            report_volume(building, written->path, key,
                          g_strdup("has no effect with Match, which brings the track to the "
                                   "loudness of the first one; leave one of the two out"));
}

/* TRUE when Volume asks for more than to match. */
static gboolean volume_changes(const json_t *volume)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)volume, key, value)
        if (!json_is_null(value) && strcmp(key, "Match") != 0)
            return TRUE;
    return FALSE;
}

static void check_encoder(PmxBuildOutput *building, const Written *written, const PmxAudio *audio)
{
    static const char *const kept[] = {"Codec",    "InputRef", "Remove", "LanguageControl",
                                       "Language", "Default",  "Title",  NULL};
    static const char *const bitrate[] = {"Bitrate",  "Profile", "Samplerate",
                                          "Channels", "Codec",   NULL};
    static const char *const rate[] = {"Samplerate", "Codec", NULL};
    static const char *const channels[] = {"Channels", "Profile", "Codec", NULL};
    static const char *const *const keys[] = {[PMX_AUDIO_BAD_RATE] = rate,
                                              [PMX_AUDIO_BAD_CHANNELS] = channels,
                                              [PMX_AUDIO_BAD_BITRATE] = bitrate};
    char *message = NULL;
    if (audio->codec == PMX_AUDIO_COPY) {
        pmx_build_check_copied(building, written->path, written->json, kept, "what is copied");
        return;
    }
    check_fdk_aac(building, written, audio);
    check_idle(building, written, audio);
    PmxAudioFault fault = pmx_audio_codec_check(audio, &message);
    if (fault != PMX_AUDIO_FINE)
        pmx_build_report(building,
                         fault == PMX_AUDIO_BAD_BITRATE ? PMX_CODE_OUT_OF_RANGE : PMX_CODE_INVALID,
                         blame(building, written, keys[fault]), message);
}

/* What is meant by what was not given, where that is the codec's to say. */
static void settle(PmxAudio *audio, const json_t *settings)
{
    if (audio->codec == PMX_AUDIO_COPY)
        return;
    if (!pmx_build_given(settings, "Samplerate"))
        audio->samplerate = pmx_audio_codec_default_rate(audio->codec);
    audio->volume.change = volume_changes(json_object_get(settings, "Volume"));
    if (!is_aac(audio))
        audio->profile = PMX_AAC_LOW;
    if (pmx_audio_codec_lossless(audio->codec))
        audio->bitrate = 0;
}

/* --- languages --- */

/* TRUE when LanguageControl is what its author wrote, not a default in place of a mistake. */
static gboolean control_is_right(const PmxAudio *audio, const json_t *json)
{
    const json_t *value = json_object_get(json, "LanguageControl");
    const char *text = json_string_value(value);
    return !value || json_is_null(value) ||
           (text && !g_ascii_strcasecmp(text, pmx_language_control_names[audio->language_control]));
}

static void check_language(PmxBuildOutput *building, const Written *written, const PmxAudio *audio)
{
    gboolean given = pmx_build_given(written->json, "Language");
    char *path = g_strconcat(written->path, ".Language", NULL);
    if (!control_is_right(audio, written->json))
        g_free(path);
    else if (!given && audio->language_control == PMX_LANGUAGE_CONFIGURED)
        pmx_build_report(building, PMX_CODE_MISSING_PARAMETER, path,
                         g_strdup("is required with LanguageControl Configured"));
    else if (given && audio->language_control == PMX_LANGUAGE_NONE)
        pmx_build_report(building, PMX_CODE_INVALID, path,
                         g_strdup("has no effect with LanguageControl None, which is the default; "
                                  "set LanguageControl to Configured or InputFirst, or leave "
                                  "Language out"));
    else
        g_free(path);
}

/* --- tracks --- */

/* Audio's settings as a track inherits them. Audio.Remove speaks of the whole audio and is not
 * among them. New reference. */
static json_t *inherited(const PmxBuildOutput *building)
{
    json_t *common = pmx_template_merge(json_object_get(building->merged, "Audio"), NULL);
    json_object_del(common, "Remove");
    return common;
}

static PmxAudio *build_track(PmxBuildOutput *building, const Written *written, json_t *settings)
{
    PmxAudio *audio = g_new0(PmxAudio, 1);
    g_autoptr(PmxProblems) known = pmx_problems_new(); /* they are reported already */
    pmx_object_parse(&pmx_audio_track_object, settings, "", audio, known);
    audio->path = g_strdup(written->path);
    settle(audio, settings);
    if (building->template_known && pmx_problems_count(known) == 0 && !audio->remove)
        check_encoder(building, written, audio);
    check_volume(building, written->json, written->path, &audio->volume);
    check_match(building, written, audio);
    /* MP4 has the T codes only, so "chi" becomes "zho" here and nowhere later. */
    audio->tag = pmx_track_language_split(&audio->language);
    return audio;
}

static void add_track(PmxBuildOutput *building, guint i, const json_t *common)
{
    const PmxAudio *own = g_ptr_array_index(building->written.audios, i);
    g_autofree char *path = g_strdup_printf("%s.Audios[%u]", building->output->params_path, i);
    const Written written = {json_array_get(json_object_get(building->over, "Audios"), i), path};
    if (!json_is_object(written.json))
        return;
    g_autofree char *ref_path = g_strconcat(path, ".InputRef", NULL);
    if (own->input_ref && *own->input_ref)
        pmx_build_check_ref(building->build, own->input_ref, ref_path, TRUE);
    check_language(building, &written, own);
    json_t *settings = pmx_template_merge(common, written.json);
    PmxAudio *audio = build_track(building, &written, settings);
    json_decref(settings);
    if (audio->remove)
        pmx_build_audio_free(audio);
    else
        g_ptr_array_add(building->output->audios, audio);
}

static gboolean is_copy(const PmxAudio *audio)
{
    return audio->codec == PMX_AUDIO_COPY;
}

static gboolean all_copied(const PmxOutput *output)
{
    gboolean all = output->audios_given ? output->audios->len > 0
                                        : !output->audio.remove && is_copy(&output->audio);
    for (guint i = 0; i < output->audios->len; i++)
        all = all && is_copy(g_ptr_array_index(output->audios, i));
    return all;
}

/* A template whose own Audio contradicts itself. */
static void check_copied_template(PmxBuildOutput *building, const char *const *kept)
{
    const char *id = building->output->template_id;
    const json_t *template = id ? pmx_templates_get(building->build->templates, id) : NULL;
    const json_t *audio = json_object_get(template, "Audio");
    const char *key, *codec = json_string_value(json_object_get(audio, "Codec"));
    json_t *value;
    if (!codec || g_ascii_strcasecmp(codec, pmx_audio_codec_names[PMX_AUDIO_COPY]) != 0)
        return;
    json_object_foreach ((json_t *)audio, key, value)
        if (!json_is_null(value) && !g_strv_contains(kept, key))
            pmx_build_report(
                building, PMX_CODE_INVALID,
                g_strconcat(building->output->path, ".TemplateId", NULL),
                g_strdup_printf("the template \"%s\" cannot be used: its Audio.%s has no effect on "
                                "what is copied; leave it out of the template",
                                id, key));
}

/* Settings that no track is left for. Those of a template for another codec are passed over. */
static void check_common(PmxBuildOutput *building)
{
    static const char *const kept[] = {"Codec", "Remove", NULL};
    g_autofree char *path = g_strconcat(building->output->params_path, ".Audio", NULL);
    if (!building->template_known || building->output->remux || !all_copied(building->output))
        return;
    pmx_build_check_copied(building, path, json_object_get(building->over, "Audio"), kept,
                           "what is copied");
    check_copied_template(building, kept);
}

static void check_defaults(PmxBuildOutput *building)
{
    const PmxAudio *first = NULL;
    for (guint i = 0; i < building->output->audios->len; i++) {
        const PmxAudio *audio = g_ptr_array_index(building->output->audios, i);
        if (first && audio->is_default)
            pmx_build_report(
                building, PMX_CODE_INVALID, g_strconcat(audio->path, ".Default", NULL),
                g_strdup_printf("only one track can be the default; %s is", first->path));
        else if (audio->is_default)
            first = audio;
    }
}

static void check_removal(PmxBuildOutput *building)
{
    const PmxOutput *output = building->output;
    if (building->written.audio.remove && output->audios->len > 0)
        pmx_build_report(building, PMX_CODE_INVALID,
                         g_strconcat(output->params_path, ".Audio.Remove", NULL),
                         g_strdup("removes the audio, but Audios lists tracks; leave one of the "
                                  "two out"));
}

/* Not what a template says, which may be for outputs with audio too. */
static void check_no_audio(PmxBuildOutput *building)
{
    static const char *const kept[] = {"Remove", NULL};
    const PmxOutput *output = building->output;
    if (output->audio.remove && !output->audios_given)
        pmx_build_check_copied(building, output->audio.path,
                               json_object_get(building->over, "Audio"), kept,
                               "an output without audio");
}

static void add_tracks(PmxBuildOutput *building)
{
    const GPtrArray *own = building->written.audios;
    json_t *common = inherited(building);
    for (guint i = 0; own && i < own->len; i++)
        add_track(building, i, common);
    json_decref(common);
    check_defaults(building);
    check_removal(building);
}

void pmx_build_tracks(PmxBuildOutput *building)
{
    PmxOutput *output = building->output;
    gboolean clean = pmx_build_section(building, "Audio", &pmx_audio_object, &output->audio);
    output->audio.path = g_strconcat(output->params_path, ".Audio", NULL);
    g_autofree char *base = g_strconcat(output->params_path, ".Audio", NULL);
    check_volume(building, json_object_get(building->over, "Audio"), base, &output->audio.volume);
    output->audios_given = pmx_build_given(building->over, "Audios");
    if (output->audios_given) {
        add_tracks(building);
        check_common(building);
        return;
    }
    /* Nobody chose how its tag is made, so the source's is not to be lost. */
    output->audio.language_control = PMX_LANGUAGE_INPUT_FIRST;
    const Written written = {NULL, output->audio.path};
    settle(&output->audio, json_object_get(building->merged, "Audio"));
    if (clean && !output->audio.remove)
        check_encoder(building, &written, &output->audio);
    if (clean) {
        check_common(building);
        check_no_audio(building);
    }
}
