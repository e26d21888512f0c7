/* SPDX-License-Identifier: MIT */
/* See watermarks.h; how an output gets them is in build.h. Pure. */
#include "job/watermarks.h"

#include <string.h>

#include "job/build.h"
#include "job/containers.h"
#include "job/output-address.h"

enum { CONTENT_BYTES = 2048, SIDE_MAX = 8192 };

static const char *const types[] = {"Text", "Image", NULL};

const char *const pmx_font_names[] = {
    "DejaVu Sans",  "DejaVu Sans Bold",  "DejaVu Sans Mono",  "DejaVu Sans Mono Bold",
    "DejaVu Serif", "DejaVu Serif Bold", "WenQuanYi Zen Hei", NULL};

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
     .doc = "Of a Text. WenQuanYi Zen Hei has Chinese characters; its package need not be "
            "installed."},
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
    return copy;
}

void pmx_watermark_free(gpointer watermark)
{
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

/* They need a picture that is made anew. */
static void check_picture(const PmxBuildOutput *building, const char *path)
{
    const PmxOutput *output = building->output;
    const PmxContainerInfo *info = pmx_container_info(output->container);
    g_autofree char *at = g_strconcat(path, ".Features.Watermarks", NULL);
    if (output->remux || (!output->video.remove && output->video.codec == PMX_CODEC_COPY))
        pmx_problems_add(
            building->build->problems, PMX_CODE_NOT_SUPPORTED, at,
            "cannot be put onto a picture that is copied; let the video be encoded, or "
            "leave Watermarks out");
    else if (!*info->video)
        pmx_problems_add(building->build->problems, PMX_CODE_INVALID, at,
                         "has no effect in %s files, which have no video; leave it out",
                         info->name);
    else if (output->video.remove)
        pmx_problems_add(building->build->problems, PMX_CODE_INVALID, at,
                         "has no effect where Video.Remove is true; leave one of the two out");
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
    }
    if (output->watermarks->len > 0)
        check_picture(building, place->path);
    json_decref(features);
}
