/* SPDX-License-Identifier: MIT */
/* One output's audio tracks: Audio, Audios and the template put together (see build.h). Pure. */
#include <string.h>

#include "job/aac-limits.h"
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

static void check_rate(PmxBuildOutput *building, const Written *written, const PmxAudio *audio)
{
    static const char *const keys[] = {"Bitrate", "Profile", "Samplerate", "Channels", NULL};
    const char *channels[] = {"1 or 2 channels", "1 channel", "2 channels"};
    gint64 min = 0, max = 0;
    if (!pmx_aac_bitrate_range(audio->profile, audio->samplerate, audio->channels, &min, &max) ||
        (audio->bitrate >= min && audio->bitrate <= max))
        return;
    pmx_build_report(building, PMX_CODE_OUT_OF_RANGE, blame(building, written, keys),
                     g_strdup_printf("%s at %" G_GINT64_FORMAT " Hz with %s takes %" G_GINT64_FORMAT
                                     " to %" G_GINT64_FORMAT " kbit/s, not %" G_GINT64_FORMAT,
                                     pmx_aac_profile_names[audio->profile], audio->samplerate,
                                     channels[audio->channels], min, max, audio->bitrate));
}

static void check_encoder(PmxBuildOutput *building, const Written *written, const PmxAudio *audio)
{
    static const char *const profile[] = {"Profile", NULL};
    static const char *const channels[] = {"Channels", "Profile", NULL};
    static const char *const codec[] = {"Codec", NULL};
    static const char *const kept[] = {"Codec",    "InputRef", "Remove", "LanguageControl",
                                       "Language", "Default",  "Title",  NULL};
    const char *name = pmx_aac_profile_names[audio->profile];
    if (audio->codec == PMX_AUDIO_COPY) {
        pmx_build_check_copied(building, written->path, written->json, kept);
        return;
    }
    if (audio->codec != PMX_AUDIO_AAC) {
        pmx_build_report(building, PMX_CODE_NOT_SUPPORTED, blame(building, written, codec),
                         g_strdup_printf("%s is not supported by this version of Polymux; it must "
                                         "be AAC or copy",
                                         pmx_audio_codec_names[audio->codec]));
        return;
    }
    if (audio->profile != PMX_AAC_LOW && !building->build->options->have_fdk_aac)
        pmx_build_report(
            building, PMX_CODE_NOT_SUPPORTED, blame(building, written, profile),
            g_strdup_printf("%s needs libfdk-aac, which this Polymux was built without: install "
                            "libfdk-aac-dev (in Debian's non-free component) and build it again, "
                            "or set Profile to aac_low",
                            name));
    if (audio->profile == PMX_AAC_HE_V2 && audio->channels == 1)
        pmx_build_report(building, PMX_CODE_INVALID, blame(building, written, channels),
                         g_strdup_printf("%s needs 2 channels, not 1", name));
    else
        check_rate(building, written, audio);
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
    if (building->template_known && pmx_problems_count(known) == 0 && !audio->remove)
        check_encoder(building, written, audio);
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
    output->audios_given = pmx_build_given(building->over, "Audios");
    if (output->audios_given) {
        add_tracks(building);
        return;
    }
    /* Nobody chose how its tag is made, so the source's is not to be lost. */
    output->audio.language_control = PMX_LANGUAGE_INPUT_FIRST;
    const Written written = {NULL, output->audio.path};
    if (clean && !output->audio.remove)
        check_encoder(building, &written, &output->audio);
}
