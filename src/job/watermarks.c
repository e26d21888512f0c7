/* SPDX-License-Identifier: MIT */
/* See watermarks.h; how an output gets them is in build.h. Pure. */
#include "job/watermarks.h"

#include <string.h>

#include "job/build.h"
#include "job/containers.h"
#include "job/output-address.h"

enum { CONTENT_BYTES = 2048, SIDE_MAX = 8192 };

static const char *const types[] = {"Text", "Image", NULL};

static char *check_color(const char *text)
{
    static const char *const names[] = {"black", "white",   "red",  "green",  "blue", "yellow",
                                        "cyan",  "magenta", "gray", "orange", "pink"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_ascii_strcasecmp(names[i], text) == 0)
            return NULL;
    gboolean number = text[0] == '#' && strlen(text) == 7;
    if (number && strspn(text + 1, "0123456789abcdefABCDEF") == 6)
        return NULL;
    return g_strdup_printf(
        "must be #RRGGBB, black, white, red, green, blue, yellow, cyan, magenta, "
        "gray, orange or pink, not \"%s\"",
        text);
}

#define AT(member) offsetof(PmxWatermark, member)
#define PART "; below 1 a part of the output's "

static const PmxField watermark_fields[] = {
    {"Type", PMX_FIELD_ENUM, AT(type), PMX_FIELD_REQUIRED, .choices = types,
     .doc = "Whether it is written or a picture."},
    {"Content", PMX_FIELD_STRING, AT(content), PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY,
     .max = CONTENT_BYTES, .check = pmx_check_plain_text,
     .doc = "The text, or the address of the picture, as an input's."},
    {"X", PMX_FIELD_DOUBLE, AT(x), .min = 0, .max = SIDE_MAX,
     .doc = "Pixels from the left" PART "width."},
    {"Y", PMX_FIELD_DOUBLE, AT(y), .min = 0, .max = SIDE_MAX,
     .doc = "Pixels from the top" PART "height."},
    {"Width", PMX_FIELD_DOUBLE, AT(width), .min = 0.001, .max = SIDE_MAX,
     .doc = "Of an Image: pixels" PART "width. Without Height the aspect is kept; without both it "
            "is 0.12."},
    {"Height", PMX_FIELD_DOUBLE, AT(height), .min = 0.001, .max = SIDE_MAX,
     .doc = "Of an Image: pixels" PART "height."},
    {"FontName", PMX_FIELD_ENUM, AT(font), .fallback = "DejaVu Sans", .choices = pmx_font_names,
     .doc =
         "Of a Text. Where it is left out and DejaVu Sans lacks a character, the first installed "
         "one that has them all of WenQuanYi Zen Hei, Noto Sans CJK and Symbola. SimSun is drawn "
         "as WenQuanYi Zen Hei."},
    {"FontSize", PMX_FIELD_DOUBLE, AT(font_size), .fallback = "0.05", .min = 0.01, .max = 1024,
     .doc = "Of a Text: pixels" PART "height."},
    {"FontColor", PMX_FIELD_STRING, AT(font_color), .fallback = "white", .check = check_color,
     .doc = "Of a Text: a name or #RRGGBB."},
    {"FontAlpha", PMX_FIELD_DOUBLE, AT(font_alpha), .fallback = "1", .min = 0.01, .max = 1,
     .doc = "Of a Text: 1 covers the picture."},
    {"BorderWidth", PMX_FIELD_INT, AT(border_width), .fallback = "0", .min = 0, .max = 64,
     .doc = "Of a Text: pixels around its letters."},
    {"BorderColor", PMX_FIELD_STRING, AT(border_color), .fallback = "black", .check = check_color,
     .doc = "Of a Text: a name or #RRGGBB."},
    {0},
};
#undef AT

const PmxObject pmx_watermark_object = {"Watermarks[]", sizeof(PmxWatermark), watermark_fields,
                                        "Something put onto the picture."};

PmxWatermark *pmx_watermark_copy(const PmxWatermark *watermark)
{
    PmxWatermark *copy = g_new(PmxWatermark, 1);
    *copy = *watermark;
    copy->content = g_strdup(watermark->content);
    copy->font_color = g_strdup(watermark->font_color);
    copy->border_color = g_strdup(watermark->border_color);
    copy->font_file = g_strdup(watermark->font_file);
    return copy;
}

void pmx_watermark_free(gpointer watermark)
{
    g_free(((PmxWatermark *)watermark)->font_file);
    pmx_object_free(&pmx_watermark_object, watermark);
}

/* --- an output's --- */

/* Every picture is an input of the job behind those that the job names, once. */
static guint image_input(PmxBuild *build, const char *address, const char *path)
{
    GPtrArray *inputs = build->job->inputs;
    for (guint i = 0; i < inputs->len; i++) {
        const PmxInput *input = g_ptr_array_index(inputs, i);
        if (input->image && strcmp(input->file.media, address) == 0)
            return i;
    }
    PmxInput *input = g_new0(PmxInput, 1);
    input->image = g_strdup(path);
    input->file.media = g_strdup(address);
    g_ptr_array_add(inputs, input);
    char *key = pmx_output_address_key(address);
    const char *first = g_hash_table_lookup(build->files, key);
    if (first && !g_str_has_prefix(first, "Inputs["))
        pmx_problems_add(build->problems, PMX_CODE_INVALID, path,
                         "\"%s\" is the same file as %s; give that another name", address, first);
    if (first)
        g_free(key);
    else
        g_hash_table_insert(build->files, key, g_strdup(path));
    return inputs->len - 1;
}

static void check_keys(const PmxBuild *build, const PmxWatermark *watermark, const json_t *json,
                       const char *path)
{
    static const char *const of_text[] = {"FontName",    "FontSize",    "FontColor", "FontAlpha",
                                          "BorderWidth", "BorderColor", NULL};
    static const char *const of_image[] = {"Width", "Height", NULL};
    gboolean image = watermark->type == PMX_WATERMARK_IMAGE;
    for (const char *const *key = image ? of_text : of_image; *key; key++) {
        g_autofree char *at = g_strconcat(path, ".", *key, NULL);
        if (pmx_build_given(json, *key))
            pmx_problems_add(build->problems, PMX_CODE_INVALID, at,
                             "has no effect with Type %s; leave it out", types[watermark->type]);
    }
}

/* Features may have come as a string. New reference. */
static json_t *features_of(const json_t *request)
{
    json_t *features = json_object_get(request, "Features");
    if (json_is_string(features))
        return json_loads(json_string_value(features), 0, NULL);
    return json_incref(features);
}

/* --- fonts --- */

static char *spelled(gunichar character)
{
    char text[7] = "";
    g_unichar_to_utf8(character, text);
    return g_strdup_printf("\"%s\" (U+%04X)", text, character);
}

/* What has Chinese characters, or symbols. */
static const int others[] = {PMX_FONT_ZENHEI, PMX_FONT_NOTO_CJK, PMX_FONT_SYMBOLA};

static PmxBuildFont *look_at_font(const PmxBuild *build, int n)
{
    PmxBuildFont *font = &build->fonts[n];
    if (!font->looked)
        font->file = build->options->read_font(n);
    font->looked = TRUE;
    return font;
}

/* TRUE when the font has all of the text: then it is the watermark's. */
static gboolean take_font(const PmxBuild *build, int n, PmxWatermark *watermark, gunichar *lacks)
{
    PmxBuildFont *font = look_at_font(build, n);
    *lacks = font->file ? pmx_font_lacks(font->file, watermark->content) : 0;
    if (!font->file || *lacks)
        return FALSE;
    if (!font->sum)
        font->sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, font->file);
    watermark->font = n;
    watermark->font_file = g_strdup(font->sum);
    return TRUE;
}

static gboolean take_other_font(const PmxBuild *build, PmxWatermark *watermark)
{
    gunichar lacks;
    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        if (take_font(build, others[i], watermark, &lacks))
            return TRUE;
    return FALSE;
}

/* `lacks`: 0 when it is not installed; `instead`: one that would do, or NULL. */
static void refuse_font(const PmxBuild *build, int font, gunichar lacks, const char *instead,
                        const char *path)
{
    g_autofree char *at = g_strconcat(path, ".FontName", NULL), *character = spelled(lacks);
    const char *name = pmx_font_names[font];
    if (!lacks)
        pmx_problems_add(
            build->problems, PMX_CODE_NOT_SUPPORTED, at,
            "the font %s is not installed here; install the package %s, or name another", name,
            pmx_font_places[font].package);
    else if (instead)
        pmx_problems_add(build->problems, PMX_CODE_NOT_SUPPORTED, at,
                         "the font %s has no %s; %s has all of Content", name, character, instead);
    else
        pmx_problems_add(
            build->problems, PMX_CODE_NOT_SUPPORTED, at,
            "the font %s has no %s, and no font that is installed here has all of "
            "Content; install the package fonts-wqy-zenhei (Chinese, Japanese, Korean) "
            "or fonts-symbola (symbols), or write it without",
            name, character);
}

/* A font that is named is taken or refused; else one is looked for. */
static void choose_font(const PmxBuild *build, PmxWatermark *watermark, gboolean named,
                        const char *path)
{
    gunichar lacks = 0;
    int font = watermark->font;
    if (!build->options->read_font || take_font(build, font, watermark, &lacks))
        return;
    gboolean other = take_other_font(build, watermark);
    if (!other || named)
        refuse_font(build, font, lacks, other ? pmx_font_names[watermark->font] : NULL, path);
}

/* --- the whole --- */

/* What is not encoded gets nothing put on. */
static void check_encoded(const PmxBuildOutput *building, const PmxOutputPlace *place)
{
    const PmxOutput *output = building->output;
    const PmxContainerInfo *info = pmx_container_info(output->container);
    g_autofree char *path = g_strconcat(place->path, ".Features.Watermarks", NULL);
    const char *why = output->remux                           ? "every stream is copied (Remux)"
                      : output->video.remove                  ? "Video.Remove is true"
                      : output->video.codec == PMX_CODEC_COPY ? "Video.Codec is copy"
                                                              : NULL;
    if (output->watermarks->len == 0)
        return;
    if (!*info->video)
        pmx_problems_add(building->build->problems, PMX_CODE_INVALID, path,
                         "has no effect in %s files, which have no video; leave it out",
                         info->name);
    else if (why)
        pmx_problems_add(building->build->problems, PMX_CODE_INVALID, path,
                         "has no effect where %s; leave one of them out", why);
}

void pmx_build_watermarks(PmxBuildOutput *building, const PmxOutputPlace *place)
{
    const GPtrArray *given = place->request->features.watermarks;
    PmxOutput *output = building->output;
    json_t *features = features_of(place->json);
    const json_t *list = json_object_get(features, "Watermarks");
    for (guint i = 0; given && i < given->len; i++) {
        const PmxWatermark *watermark = g_ptr_array_index(given, i);
        g_autofree char *path = g_strdup_printf("%s.Features.Watermarks[%u]", place->path, i);
        g_autofree char *content = g_strconcat(path, ".Content", NULL);
        check_keys(building->build, watermark, json_array_get(list, i), path);
        PmxWatermark *copy = pmx_watermark_copy(watermark);
        g_ptr_array_add(output->watermarks, copy);
        if (copy->type == PMX_WATERMARK_IMAGE && copy->content && *copy->content)
            copy->input = image_input(building->build, copy->content, content);
        if (copy->type == PMX_WATERMARK_TEXT && copy->content)
            choose_font(building->build, copy, pmx_build_given(json_array_get(list, i), "FontName"),
                        path);
    }
    check_encoded(building, place);
    json_decref(features);
}
