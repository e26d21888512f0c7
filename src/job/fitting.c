/* SPDX-License-Identifier: MIT */
/*
 * What an output's container asks of the rest of it: see build.h.
 *
 * An audio format (mp3) means that there is no video and a picture format (gif) that there is no
 * sound: what a template says of them is left out, what the job itself says of them is a mistake. A
 * format that carries one codec only needs nobody to name it. Everything else is as it was said, or
 * refused. Pure.
 */
#include <string.h>

#include "job/build.h"
#include "job/containers.h"
#include "job/track-language.h"

/* --- which one --- */

static gboolean named(const json_t *params, int *container)
{
    const json_t *format = json_object_get(json_object_get(params, "Container"), "Format");
    const char *text = json_string_value(format);
    for (int i = 0; text && pmx_container_names[i]; i++) {
        if (g_ascii_strcasecmp(pmx_container_names[i], text) == 0) {
            *container = i;
            return TRUE;
        }
    }
    return FALSE;
}

int pmx_build_container(const PmxBuild *build, const PmxOutputPlace *place)
{
    int container = PMX_CONTAINER_MP4;
    const char *id = place->request->template_id;
    if (!named(place->request->params, &container) && id && *id)
        named(pmx_templates_get(build->templates, id), &container);
    return container;
}

/* --- what it implies --- */

static const PmxContainerInfo *info_of(const PmxBuildOutput *building)
{
    return pmx_container_info(building->output->container);
}

/* `key` of the merged section `name` becomes `value` (taken). */
static void imply(const PmxBuildOutput *building, const char *name, const char *key, json_t *value)
{
    json_t *section = json_copy(json_object_get(building->merged, name));
    section = section ? section : json_object();
    json_object_set_new(section, key, value);
    json_object_set_new(building->merged, name, section);
}

static void imply_codec(const PmxBuildOutput *building, const char *name, const char *const *list)
{
    const json_t *section = json_object_get(building->merged, name);
    if (list[0] && !list[1] && !pmx_build_given(section, "Codec"))
        imply(building, name, "Codec", json_string(pmx_codec_spelling(list[0])));
}

/* Only what the job itself says of `name` is left for the checks to find. */
static void imply_none(const PmxBuildOutput *building, const char *name, const char *const *list)
{
    if (!*list && !pmx_build_given(building->over, name)) {
        json_object_del(building->merged, name);
        imply(building, name, "Remove", json_true());
    }
}

/* MXF's sound goes with its frames, which only 48 kHz does at every rate (SMPTE ST 382). */
static void imply_samplerate(const PmxBuildOutput *building)
{
    if (building->output->container == PMX_CONTAINER_MXF &&
        !pmx_build_given(json_object_get(building->merged, "Audio"), "Samplerate"))
        imply(building, "Audio", "Samplerate", json_integer(48000));
}

void pmx_build_imply(PmxBuildOutput *building)
{
    if (building->output->remux)
        return;
    imply_samplerate(building);
    const PmxContainerInfo *info = info_of(building);
    imply_none(building, "Video", info->video);
    if (!pmx_build_given(building->over, "Audios"))
        imply_none(building, "Audio", info->audio);
    imply_codec(building, "Video", info->video);
    imply_codec(building, "Audio", info->audio);
}

/* --- what it refuses --- */

static char *over_path(const PmxBuildOutput *building, const char *key)
{
    return g_strjoin(".", building->output->params_path, key, NULL);
}

static void refuse_codec(PmxBuildOutput *building, char *path, const char *codec,
                         const char *const *list, const char *what)
{
    g_autofree char *offer = pmx_container_offer(list, what);
    pmx_build_report(building, PMX_CODE_NOT_SUPPORTED, path,
                     g_strdup_printf("%s files carry %s, not %s; choose another codec or another "
                                     "Container.Format",
                                     info_of(building)->name, offer, pmx_codec_spelling(codec)));
}

static void check_video(PmxBuildOutput *building)
{
    static const char *const codec[] = {"Codec", NULL};
    const PmxVideo *video = &building->output->video;
    const PmxContainerInfo *info = info_of(building);
    const char *name = pmx_video_codec_name(video->codec);
    if (video->remove)
        return;
    if (!*info->video)
        pmx_build_report(building, PMX_CODE_NOT_SUPPORTED, over_path(building, "Video"),
                         g_strdup_printf("%s files have no video; leave Video out, or choose "
                                         "another Container.Format",
                                         info->name));
    else if (name && !pmx_codecs_have(info->video, name))
        refuse_codec(building, pmx_build_blame(building, "Video", codec), name, info->video,
                     "video");
}

static char *track_path(PmxBuildOutput *building, const PmxAudio *audio, const char *key)
{
    const char *const keys[] = {key, NULL};
    return building->output->audios_given ? g_strjoin(".", audio->path, key, NULL)
                                          : pmx_build_blame(building, "Audio", keys);
}

/* What the container's own form of AAC has no room for. */
static void check_aac(PmxBuildOutput *building, const PmxAudio *audio)
{
    int container = building->output->container;
    gint64 most = pmx_container_channels(container, audio->codec);
    if (audio->codec != PMX_AUDIO_AAC)
        return;
    if (!pmx_container_aac(container, audio->profile))
        pmx_build_report(building, PMX_CODE_NOT_SUPPORTED, track_path(building, audio, "Profile"),
                         g_strdup_printf("%s files carry AAC of the profiles aac_low, aac_he and "
                                         "aac_he_v2, not %s; choose another profile or another "
                                         "Container.Format",
                                         info_of(building)->name,
                                         pmx_aac_profile_names[audio->profile]));
    if (audio->channels > most)
        pmx_build_report(building, PMX_CODE_NOT_SUPPORTED, track_path(building, audio, "Channels"),
                         g_strdup_printf("%s files carry AAC of up to %" G_GINT64_FORMAT
                                         " channels, not %" G_GINT64_FORMAT
                                         "; choose fewer, another codec or another "
                                         "Container.Format",
                                         info_of(building)->name, most, audio->channels));
}

static void check_tags(PmxBuildOutput *building, const char *path, gboolean language,
                       const char *title)
{
    const PmxContainerInfo *info = info_of(building);
    if (info->tags)
        return;
    if (language)
        pmx_build_report(building, PMX_CODE_NOT_SUPPORTED,
                         g_strconcat(path, ".LanguageControl", NULL),
                         g_strdup_printf("%s files keep no language; leave it out", info->name));
    if (title)
        pmx_build_report(
            building, PMX_CODE_NOT_SUPPORTED, g_strconcat(path, ".Title", NULL),
            g_strdup_printf("%s files keep no title of a track; leave it out", info->name));
}

/* FLV's header of sound knows 44.1 kHz and its halves; MP3 of 48 kHz goes under 44.1's mark. */
static void check_mp3(PmxBuildOutput *building, const PmxAudio *audio)
{
    if (building->output->container == PMX_CONTAINER_FLV && audio->codec == PMX_AUDIO_MP3 &&
        audio->samplerate == 32000)
        pmx_build_report(building, PMX_CODE_NOT_SUPPORTED,
                         track_path(building, audio, "Samplerate"),
                         g_strdup("flv files carry MP3 of 22050, 44100 and 48000 Hz, not 32000; "
                                  "choose another rate or another Container.Format"));
}

static void check_track(PmxBuildOutput *building, const PmxAudio *audio)
{
    const PmxContainerInfo *info = info_of(building);
    const char *name = pmx_audio_codec_name(audio->codec);
    if (*info->audio && name && !pmx_codecs_have(info->audio, name))
        refuse_codec(building, track_path(building, audio, "Codec"), name, info->audio, "audio");
    else
        check_aac(building, audio);
    check_mp3(building, audio);
    if (building->output->container == PMX_CONTAINER_MXF && name && audio->samplerate != 48000)
        pmx_build_report(building, PMX_CODE_NOT_SUPPORTED, track_path(building, audio, "Codec"),
                         g_strdup_printf("mxf files have sound of 48000 Hz, not %" G_GINT64_FORMAT
                                         "; set Samplerate",
                                         audio->samplerate));
    if (building->output->audios_given)
        check_tags(building, audio->path, audio->language_control != PMX_LANGUAGE_NONE,
                   audio->title);
}

static void check_tracks(PmxBuildOutput *building)
{
    const PmxOutput *output = building->output;
    const PmxContainerInfo *info = info_of(building);
    gboolean any = output->audios_given ? output->audios->len > 0 : !output->audio.remove;
    if (any && !*info->audio)
        pmx_build_report(building, PMX_CODE_NOT_SUPPORTED,
                         over_path(building, output->audios_given ? "Audios" : "Audio"),
                         g_strdup_printf("%s files have no sound; leave it out, or choose another "
                                         "Container.Format",
                                         info->name));
    else if (output->audios->len > 1 && !info->several)
        pmx_build_report(building, PMX_CODE_NOT_SUPPORTED, over_path(building, "Audios"),
                         g_strdup_printf("%s files have one audio track, not %u; make an output "
                                         "for each, or choose another Container.Format",
                                         info->name, output->audios->len));
    for (guint i = 0; i < output->audios->len; i++)
        check_track(building, g_ptr_array_index(output->audios, i));
    if (!output->audios_given && !output->audio.remove)
        check_track(building, &output->audio);
}

/* --- subtitles --- */

static int first_codec(const PmxContainerInfo *info)
{
    for (int codec = PMX_SUBTITLE_MOV_TEXT; codec <= PMX_SUBTITLE_SRT; codec++)
        if (g_strcmp0(pmx_subtitle_codec_name(codec), info->subtitles[0]) == 0)
            return codec;
    return PMX_SUBTITLE_AUTO;
}

static void check_subtitle_language(PmxBuildOutput *building, const PmxSubtitle *subtitle)
{
    gboolean given = subtitle->language != NULL;
    char *path = g_strconcat(subtitle->path, ".Language", NULL);
    if (!given && subtitle->language_control == PMX_LANGUAGE_CONFIGURED)
        pmx_build_report(building, PMX_CODE_MISSING_PARAMETER, path,
                         g_strdup("is required with LanguageControl Configured"));
    else if (given && subtitle->language_control == PMX_LANGUAGE_NONE)
        pmx_build_report(building, PMX_CODE_INVALID, path,
                         g_strdup("has no effect with LanguageControl None; leave one of the two "
                                  "out"));
    else
        g_free(path);
}

static void finish_subtitle(PmxBuildOutput *building, PmxSubtitle *subtitle)
{
    const PmxContainerInfo *info = info_of(building);
    g_autofree char *ref = g_strconcat(subtitle->path, ".InputRef", NULL);
    if (subtitle->input_ref && *subtitle->input_ref)
        pmx_build_check_ref(building->build, subtitle->input_ref, ref, FALSE);
    check_subtitle_language(building, subtitle);
    if (subtitle->codec == PMX_SUBTITLE_AUTO)
        subtitle->codec = first_codec(info);
    const char *name = pmx_subtitle_codec_name(subtitle->codec);
    if (!*info->subtitles)
        pmx_build_report(building, PMX_CODE_NOT_SUPPORTED, over_path(building, "Subtitles"),
                         g_strdup_printf("%s files carry no subtitle track that Polymux makes; "
                                         "leave Subtitles out, or choose another Container.Format",
                                         info->name));
    else if (!pmx_codecs_have(info->subtitles, name))
        refuse_codec(building, g_strconcat(subtitle->path, ".Codec", NULL), name, info->subtitles,
                     "subtitles");
    subtitle->tag = pmx_track_language_split(&subtitle->language);
}

static void subtitle_free(gpointer data)
{
    PmxSubtitle *subtitle = data;
    g_free(subtitle->path);
    g_free(subtitle->tag);
    pmx_object_clear(&pmx_subtitle_object, subtitle);
    g_free(subtitle);
}

/* Like Audios, they are the job's own business: a template names no inputs. */
static void build_subtitles(PmxBuildOutput *building)
{
    GPtrArray *list = g_steal_pointer(&building->written.subtitles);
    if (!list)
        return;
    g_ptr_array_set_free_func(list, subtitle_free);
    for (guint i = 0; i < list->len; i++) {
        PmxSubtitle *subtitle = g_ptr_array_index(list, i);
        subtitle->path = g_strdup_printf("%s.Subtitles[%u]", building->output->params_path, i);
        finish_subtitle(building, subtitle);
    }
    building->output->subtitles = list;
}

void pmx_build_fit(PmxBuildOutput *building)
{
    build_subtitles(building);
    if (!building->template_known || building->output->remux)
        return;
    check_video(building);
    check_tracks(building);
}

/* --- copying --- */

void pmx_build_check_copied(PmxBuildOutput *building, const char *path, const json_t *json,
                            const char *const *kept, const char *what)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)json, key, value)
        if (!json_is_null(value) && !g_strv_contains(kept, key))
            pmx_build_report(building, PMX_CODE_INVALID, g_strjoin(".", path, key, NULL),
                             g_strdup_printf("has no effect on %s; leave it out", what));
}

static gboolean copies_anything(const PmxOutput *output)
{
    gboolean any =
        output->remux || (!output->video.remove && output->video.codec == PMX_CODEC_COPY);
    if (!output->audios_given)
        any |= !output->audio.remove && output->audio.codec == PMX_AUDIO_COPY;
    for (guint i = 0; i < output->audios->len; i++)
        any |= ((const PmxAudio *)g_ptr_array_index(output->audios, i))->codec == PMX_AUDIO_COPY;
    return any;
}

/* Packets cannot be cut at a frame that is no keyframe, nor at a sample. */
static void check_clip(PmxBuildOutput *building, const char *path)
{
    const PmxTimeSpan *clip = &building->output->clip;
    if (!clip->seek && !clip->duration && !clip->end)
        return;
    if (copies_anything(building->output))
        pmx_build_report(building, PMX_CODE_NOT_SUPPORTED, g_strdup(path),
                         g_strdup("cannot cut what is copied, which can only be cut at keyframes; "
                                  "let it be encoded, or leave Clip out"));
}

void pmx_build_features(PmxBuildOutput *building, const PmxOutputPlace *place)
{
    const PmxFeatures *features = &place->request->features;
    g_autofree char *span = g_strconcat(place->path, ".Features.Clip.TimeSpan", NULL);
    g_autofree char *metadata = g_strconcat(place->path, ".Features.Metadata", NULL);
    building->output->clip = features->clip.span;
    pmx_features_check_span(&features->clip.span, span, building->build->problems);
    check_clip(building, span);
    building->output->metadata = pmx_features_metadata(
        features->metadata, building->output->container, metadata, building->build->problems);
}

void pmx_build_remux(PmxBuildOutput *building)
{
    static const char *const sections[] = {"Video", "Audio", "Audios", "Subtitles", "TransConfig"};
    for (guint i = 0; i < G_N_ELEMENTS(sections); i++)
        if (pmx_build_given(building->over, sections[i]))
            pmx_build_report(building, PMX_CODE_INVALID, over_path(building, sections[i]),
                             g_strdup("has no effect with Remux, which copies every stream; leave "
                                      "one of the two out"));
    building->output->video.codec = PMX_CODEC_COPY;
    building->output->audio.codec = PMX_AUDIO_COPY;
}
