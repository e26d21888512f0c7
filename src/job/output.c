/* SPDX-License-Identifier: MIT */
/* One output of the job: its address and its parameters (see build.h). Pure. */
#include <string.h>

#include "base/suggest.h"
#include "job/build.h"
#include "job/containers.h"
#include "job/output-address.h"
#include "job/placeholders.h"

/* --- where the user wrote it --- */

static char *join(const char *path, const char *a, const char *b)
{
    return b ? g_strjoin(".", path, a, b, NULL) : g_strjoin(".", path, a, NULL);
}

char *pmx_build_blame(const PmxBuildOutput *building, const char *section, const char *const *keys)
{
    const PmxOutput *output = building->output;
    const json_t *json = json_object_get(building->over, section);
    for (; *keys; keys++)
        if (pmx_build_given(json, *keys))
            return join(output->params_path, section, *keys);
    return output->template_id ? join(output->path, "TemplateId", NULL)
                               : g_strdup(output->params_path);
}

void pmx_build_report(PmxBuildOutput *building, PmxCode code, char *path, char *message)
{
    const GPtrArray *problems = building->build->problems->items;
    gboolean known = FALSE;
    for (guint i = building->first; i < problems->len && !known; i++) {
        const PmxProblem *problem = g_ptr_array_index(problems, i);
        known = strcmp(problem->path, path) == 0 && strcmp(problem->message, message) == 0;
    }
    if (!known)
        pmx_problems_add(building->build->problems, code, path, "%s", message);
    g_free(path);
    g_free(message);
}

/* --- names that InputRef may have --- */

static void add_names(const PmxInput *input, gboolean selectors, GPtrArray *names)
{
    if (input->name)
        g_ptr_array_add(names, input->name);
    for (guint i = 0; selectors && input->selectors && i < input->selectors->len; i++) {
        const PmxAudioSelector *selector = g_ptr_array_index(input->selectors, i);
        if (selector->name)
            g_ptr_array_add(names, selector->name);
    }
}

static const char *name_at(gconstpointer names, guint i)
{
    const GPtrArray *list = names;
    return i < list->len ? g_ptr_array_index(list, i) : NULL;
}

static void report_unknown_ref(const PmxBuild *build, const char *ref, const char *path,
                               gboolean selectors)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < build->job->inputs->len; i++)
        add_names(g_ptr_array_index(build->job->inputs, i), selectors, names);
    const char *near = pmx_suggest(ref, name_at, names);
    pmx_problems_add(build->problems, PMX_CODE_INVALID, path, "no input%s is named \"%s\"%s%s%s",
                     selectors ? " or audio selector" : "", ref, near ? "; did you mean \"" : "",
                     near ? near : "", near ? "\"?" : "");
}

void pmx_build_check_ref(const PmxBuild *build, const char *ref, const char *path,
                         gboolean selectors)
{
    guint input = 0;
    const PmxAudioSelector *selector = NULL;
    if (!pmx_job_find_ref(build->job, ref, &input, &selector)) {
        report_unknown_ref(build, ref, path, selectors);
    } else if (selector && !selectors) {
        const PmxInput *owner = g_ptr_array_index(build->job->inputs, input);
        if (g_strcmp0(owner->name, ref) != 0)
            pmx_problems_add(build->problems, PMX_CODE_INVALID, path,
                             "\"%s\" is an audio selector of Inputs[%u]; name the input itself",
                             ref, input);
    }
}

/* --- the file --- */

/* The file's name as the request has it, and the key it stands under; NULL when there is none, or
 * none that is worth comparing. */
static const char *file_of(const PmxOutputPlace *place, const char **key)
{
    const PmxOutputRequest *request = place->request;
    const char *name = request->place.media;
    *key = "OutputFile.Media";
    if (place->group) {
        name = request->file_name ? request->file_name : request->file;
        *key = request->file_name ? "OutputFileName" : "OutputFile";
    }
    return name && *name ? name : NULL;
}

static const char *extension_of(const PmxBuild *build, const PmxOutputPlace *place)
{
    return pmx_container_info(pmx_build_container(build, place))->extension;
}

/* With its placeholders filled in; NULL with a problem at `path`. Caller frees. */
static char *filled(const PmxBuild *build, const PmxOutputPlace *place, const char *text,
                    const char *what, const char *path)
{
    const PmxPlaceholders values = {build->options->job_id, build->job->name, place->request->name,
                                    extension_of(build, place)};
    g_autofree char *why = NULL;
    char *done = pmx_placeholders_fill(&values, text, &why);
    if (!done)
        pmx_problems_add(build->problems, PMX_CODE_INVALID, path, "%s%s", what, why);
    return done;
}

/* What was put in may have made something of it that it may not be. */
static gboolean check_filled(const PmxBuild *build, const PmxOutputPlace *place, const char *name,
                             const char *path)
{
    g_autofree char *why =
        place->group ? pmx_check_output_name(name) : pmx_check_output_address(name);
    if (why)
        pmx_problems_add(build->problems, PMX_CODE_INVALID, path, "%s", why);
    return !why;
}

static char *address_of(const PmxBuild *build, const PmxOutputPlace *place, const char *name)
{
    const char *given = build->options->output_base;
    if (!place->group)
        return given ? pmx_output_address_rebase(given, name) : g_strdup(name);
    if (given)
        return pmx_output_address_join(given, name);
    const char *written = place->group->config.base.media;
    g_autofree char *base =
        written && *written ? filled(build, place, written, "OutputFileBase ", place->path) : NULL;
    return base ? pmx_output_address_join(base, name) : NULL;
}

static void check_file_keys(const PmxBuild *build, const PmxOutputPlace *place)
{
    gboolean name = pmx_build_given(place->json, "OutputFileName");
    gboolean file = pmx_build_given(place->json, "OutputFile");
    g_autofree char *path = join(place->path, name ? "OutputFile" : "OutputFileName", NULL);
    if (!place->group || !json_is_object(place->json))
        return;
    if (name && file)
        pmx_problems_add(build->problems, PMX_CODE_INVALID, path,
                         "says the same as OutputFileName; leave one of them out");
    if (!name && !file)
        pmx_problems_add(build->problems, PMX_CODE_MISSING_PARAMETER, path, "is required");
}

/* Takes `path`. */
static void claim_file(const PmxBuild *build, const char *address, char *path)
{
    char *key = pmx_output_address_key(address);
    const char *first = g_hash_table_lookup(build->files, key);
    if (!first) {
        g_hash_table_insert(build->files, key, path);
        return;
    }
    pmx_problems_add(build->problems, PMX_CODE_INVALID, path,
                     "\"%s\" is the same file as %s; give it another name", address, first);
    g_free(key);
    g_free(path);
}

static void set_address(const PmxBuild *build, const PmxOutputPlace *place, PmxOutput *output)
{
    const char *key = NULL, *written = file_of(place, &key);
    g_autofree char *path = join(place->path, key, NULL);
    check_file_keys(build, place);
    g_autofree char *name = written ? filled(build, place, written, "", path) : NULL;
    g_autofree char *address =
        name && (strcmp(name, written) == 0 || check_filled(build, place, name, path))
            ? address_of(build, place, name)
            : NULL;
    if (!address)
        return;
    g_autofree char *extension = g_strconcat(".", extension_of(build, place), NULL);
    output->address = pmx_output_address_complete(address, extension);
    claim_file(build, output->address, g_steal_pointer(&path));
}

/* --- the template --- */

/* A template of the user's own may be older than this version's rules. */
static void check_template(const PmxBuildOutput *building, const json_t *template, const char *path)
{
    g_autoptr(PmxProblems) inside = pmx_problems_new();
    PmxParams params;
    pmx_object_parse(&pmx_params_object, template, "", &params, inside);
    for (guint i = 0; i < pmx_problems_count(inside); i++) {
        const PmxProblem *problem = g_ptr_array_index(inside->items, i);
        pmx_problems_add(building->build->problems, problem->code, path,
                         "the template \"%s\" cannot be used: %s %s", building->output->template_id,
                         problem->path, problem->message);
    }
    pmx_object_clear(&pmx_params_object, &params);
}

static void report_unknown_template(const PmxBuildOutput *building, const char *path)
{
    const char *id = building->output->template_id;
    const char *near = pmx_suggest(id, pmx_templates_id_at, building->build->templates);
    pmx_problems_add(building->build->problems, PMX_CODE_RESOURCE_NOT_FOUND, path,
                     "no template has the id \"%s\"%s%s%s", id, near ? "; did you mean \"" : "",
                     near ? near : "", near ? "\"?" : "");
}

static gboolean merged_flag(const PmxBuildOutput *building, const char *key)
{
    const json_t *value = json_object_get(building->merged, key);
    const char *text = json_string_value(value);
    return json_is_true(value) || (text && g_ascii_strcasecmp(text, "true") == 0);
}

static void apply_template(PmxBuildOutput *building, const json_t *request)
{
    const char *id = building->output->template_id;
    const json_t *template = id && *id ? pmx_templates_get(building->build->templates, id) : NULL;
    g_autofree char *path = join(building->output->path, "TemplateId", NULL);
    if (template)
        check_template(building, template, path);
    else if (id && *id)
        report_unknown_template(building, path);
    building->template_known = template || !pmx_build_given(request, "TemplateId");
    building->merged = pmx_template_merge(template, building->over);
    building->output->remux = merged_flag(building, "Remux");
    pmx_build_imply(building);
}

/* --- the parameters --- */

gboolean pmx_build_section(const PmxBuildOutput *building, const char *name,
                           const PmxObject *object, void *out)
{
    const json_t *json = json_object_get(building->merged, name);
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    if (json)
        pmx_object_parse(object, json, "", out, problems);
    else
        pmx_object_init(object, out);
    return building->template_known && pmx_problems_count(problems) == 0;
}

/* Not what a template says, which may be for outputs with a video too. */
static void check_no_video(PmxBuildOutput *building, const char *section, const char *trans)
{
    static const char *const kept[] = {"InputRef", "Remove", NULL};
    static const char *const sound[] = {"IsCheckAudioBitrate", "IsCheckAudioBitrateFail", NULL};
    static const char what[] = "an output without video";
    pmx_build_check_copied(building, section, json_object_get(building->over, "Video"), kept, what);
    pmx_build_check_copied(building, trans, json_object_get(building->over, "TransConfig"), sound,
                           what);
}

static void check_video(PmxBuildOutput *building)
{
    static const char *const profile[] = {"Profile", NULL};
    static const char *const edges[] = {"Width", "Height", "LongShortMode", NULL};
    static const char *const kept[] = {"Codec", "InputRef", "Remove", NULL};
    static const char *const shape[] = {"Codec",    "InputRef", "Remove",        "Width",
                                        "Height",   "Fps",      "LongShortMode", "MaxFps",
                                        "ScanMode", "Crop",     "Pad",           NULL};
    static const char *const sound[] = {"IsCheckAudioBitrate", "IsCheckAudioBitrateFail", NULL};
    static const char *const sizes[] = {"IsCheckReso", "IsCheckResoFail", "AdjDarMethod", NULL};
    const PmxVideo *video = &building->output->video;
    g_autofree char *section = join(building->output->params_path, "Video", NULL);
    g_autofree char *trans = join(building->output->params_path, "TransConfig", NULL);
    if (video->remove)
        check_no_video(building, section, trans);
    if (video->codec == PMX_CODEC_COPY && !video->remove && !building->output->remux) {
        pmx_build_check_copied(building, section, json_object_get(building->over, "Video"), kept,
                               "what is copied");
        pmx_build_check_copied(building, trans, json_object_get(building->over, "TransConfig"),
                               sound, "a video that is copied");
    }
    if ((video->codec == PMX_CODEC_GIF || video->codec == PMX_CODEC_WEBP) && !video->remove) {
        const char *name = pmx_codec_spelling(pmx_video_codec_name(video->codec));
        pmx_build_check_copied(building, section, json_object_get(building->over, "Video"), shape,
                               name);
        pmx_build_check_copied(building, trans, json_object_get(building->over, "TransConfig"),
                               sizes, name);
    }
    if ((video->codec == PMX_CODEC_H265 || video->codec == PMX_CODEC_AV1) &&
        pmx_build_given(json_object_get(building->over, "Video"), "Profile"))
        pmx_build_report(building, PMX_CODE_INVALID, pmx_build_blame(building, "Video", profile),
                         g_strdup_printf("is for H.264 only; leave it out for %s",
                                         video->codec == PMX_CODEC_H265 ? "H.265" : "AV1"));
    if (video->long_short && video->height > 0 && video->width > 0 && video->width < video->height)
        pmx_build_report(building, PMX_CODE_INVALID, pmx_build_blame(building, "Video", edges),
                         g_strdup_printf("with LongShortMode Width is the long edge, but %" //
                                         G_GINT64_FORMAT " is less than Height, %" G_GINT64_FORMAT,
                                         video->width, video->height));
}

static void build_video(PmxBuildOutput *building)
{
    PmxVideo *video = &building->output->video;
    const char *ref = building->written.video.input_ref;
    if (pmx_build_section(building, "Video", &pmx_video_object, video)) {
        check_video(building);
        pmx_build_picture(building);
    }
    g_autofree char *path = join(building->output->params_path, "Video", "InputRef");
    if (ref && *ref)
        pmx_build_check_ref(building->build, ref, path, FALSE);
    char *preset = g_ascii_strdown(video->preset, -1); /* as the encoders spell it */
    g_free(video->preset);
    video->preset = preset;
}

static void build_trans_config(const PmxBuildOutput *building)
{
    PmxTransConfig trans;
    pmx_build_section(building, "TransConfig", &pmx_trans_config_object, &trans);
    building->output->check_resolution = trans.check_resolution;
    building->output->adjust = trans.adjust;
    building->output->check_resolution_fail = trans.check_resolution_fail;
    building->output->check_audio_bitrate =
        pmx_build_given(json_object_get(building->merged, "TransConfig"), "IsCheckAudioBitrate")
            ? trans.check_audio_bitrate
            : -1;
    building->output->check_audio_bitrate_fail = trans.check_audio_bitrate_fail;
}

static void check_anything_left(PmxBuildOutput *building)
{
    static const char *const remove[] = {"Remove", NULL};
    const PmxOutput *output = building->output;
    gboolean audio = output->audios_given ? !building->written.audios || output->audios->len > 0
                                          : !output->audio.remove;
    if (output->video.remove && !audio)
        pmx_build_report(building, PMX_CODE_INVALID, pmx_build_blame(building, "Video", remove),
                         g_strdup("the video and every audio track are removed; nothing is left"));
}

/* --- the whole --- */

static void read_params(PmxBuildOutput *building, const json_t *params)
{
    PmxOutput *output = building->output;
    building->over = json_is_object(params) ? params : NULL;
    if (params)
        pmx_object_parse(&pmx_params_object, params, output->params_path, &building->written,
                         building->build->problems);
    else
        pmx_object_init(&pmx_params_object, &building->written);
}

static PmxOutput *start_output(const PmxBuild *build, const PmxOutputPlace *place)
{
    PmxOutput *output = pmx_build_output_new(build->job);
    output->name = g_strdup(place->request->name);
    output->path = g_strdup(place->path);
    output->params_path = join(place->path, "OverrideParams", NULL);
    output->group = place->group ? g_strdup(place->group->name) : NULL;
    output->template_id = g_strdup(place->request->template_id);
    output->priority = place->request->priority;
    output->container = pmx_build_container(build, place);
    return output;
}

void pmx_build_output(PmxBuild *build, const PmxOutputPlace *place)
{
    PmxBuildOutput building = {.build = build, .first = pmx_problems_count(build->problems)};
    building.output = start_output(build, place);
    set_address(build, place, building.output);
    read_params(&building, place->request->params);
    apply_template(&building, place->json);
    build_video(&building);
    pmx_build_tracks(&building);
    build_trans_config(&building);
    pmx_build_rate(&building);
    if (building.output->remux)
        pmx_build_remux(&building);
    else
        check_anything_left(&building);
    pmx_build_fit(&building);
    pmx_build_features(&building, place);
    pmx_build_watermarks(&building, place);
    json_decref(building.merged);
    pmx_object_clear(&pmx_params_object, &building.written);
}
