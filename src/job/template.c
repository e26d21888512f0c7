/* SPDX-License-Identifier: MIT */
/* Templates and their merging: see template.h. Pure. */
#include "job/template.h"

#include <string.h>

typedef struct {
    char *id;
    json_t *config;
} Template;

struct PmxTemplates {
    GPtrArray *list; /* of Template * */
};

/* --- the built-in ones --- */

/* The source document's sizes: the long edge of a 16:9 picture of that many lines. */
static const struct {
    const char *name;
    int long_edge;
} sizes[] = {{"360P", 640}, {"540P", 960}, {"720P", 1280}, {"1080P", 1920}};

static const struct {
    const char *suffix, *codec;
} codecs[] = {{"", "H.264"}, {"-H265", "H.265"}};

static json_t *built_in(const char *codec, int long_edge)
{
    return json_pack("{s:{s:s}, s:{s:s, s:i, s:b, s:s, s:s}, s:{s:s, s:s, s:i, s:i, s:i}, s:{s:b}}",
                     "Container", "Format", "mp4",                         //
                     "Video", "Codec", codec, "Width", long_edge,          //
                     "LongShortMode", 1, "Gop", "10s", "Preset", "medium", //
                     "Audio", "Codec", "AAC", "Profile", "aac_he",         //
                     "Bitrate", 64, "Samplerate", 48000, "Channels", 2,    //
                     "TransConfig", "IsCheckReso", 1);
}

/* Alibaba Cloud's own that programs name by their ids; what is known of them is the codec and the
 * rates, and so the picture keeps its size. */
static const struct {
    const char *id, *codec;
    int bitrate; /* kbit/s */
} of_the_api[] = {
    {"S00000001-100021", "H.264", 750},  {"S00000001-100031", "H.264", 1200},
    {"S00000001-100041", "H.264", 2000}, {"S00000001-110021", "H.265", 500},
    {"S00000001-110031", "H.265", 800},  {"S00000001-110041", "H.265", 1350},
};

static json_t *with_rate(const char *codec, int bitrate)
{
    return json_pack("{s:{s:s}, s:{s:s, s:i}, s:{s:s, s:i}, s:{s:s}}", "Container", "Format", "mp4",
                     "Video", "Codec", codec, "Bitrate", bitrate, //
                     "Audio", "Codec", "AAC", "Bitrate", 64,      //
                     "TransConfig", "TransMode", "onepass");
}

static void template_free(gpointer data)
{
    Template *template = data;
    g_free(template->id);
    json_decref(template->config);
    g_free(template);
}

static void add(PmxTemplates *templates, char *id, json_t *config)
{
    Template *template = g_new0(Template, 1);
    template->id = id;
    template->config = config;
    g_ptr_array_add(templates->list, template);
}

PmxTemplates *pmx_templates_new(void)
{
    PmxTemplates *templates = g_new0(PmxTemplates, 1);
    templates->list = g_ptr_array_new_with_free_func(template_free);
    for (guint c = 0; c < G_N_ELEMENTS(codecs); c++)
        for (guint s = 0; s < G_N_ELEMENTS(sizes); s++)
            add(templates, g_strconcat("Video-", sizes[s].name, codecs[c].suffix, NULL),
                built_in(codecs[c].codec, sizes[s].long_edge));
    for (guint i = 0; i < G_N_ELEMENTS(of_the_api); i++)
        add(templates, g_strdup(of_the_api[i].id),
            with_rate(of_the_api[i].codec, of_the_api[i].bitrate));
    return templates;
}

void pmx_templates_free(PmxTemplates *templates)
{
    if (!templates)
        return;
    g_ptr_array_unref(templates->list);
    g_free(templates);
}

/* --- asking --- */

const char *pmx_templates_id_at(gconstpointer templates, guint i)
{
    const GPtrArray *list = ((const PmxTemplates *)templates)->list;
    return i < list->len ? ((const Template *)g_ptr_array_index(list, i))->id : NULL;
}

static Template *find(const PmxTemplates *templates, const char *id)
{
    for (guint i = 0; i < templates->list->len; i++) {
        Template *template = g_ptr_array_index(templates->list, i);
        if (strcmp(template->id, id) == 0)
            return template;
    }
    return NULL;
}

void pmx_templates_add(PmxTemplates *templates, const char *id, const json_t *config)
{
    Template *known = find(templates, id);
    if (known)
        g_ptr_array_remove(templates->list, known);
    add(templates, g_strdup(id), json_deep_copy(config));
}

const json_t *pmx_templates_get(const PmxTemplates *templates, const char *id)
{
    const Template *template = find(templates, id);
    return template ? template->config : NULL;
}

/* --- merging --- */

static json_t *merged_member(const json_t *base, json_t *over)
{
    return json_is_object(over) ? pmx_template_merge(base, over) : json_incref(over);
}

json_t *pmx_template_merge(const json_t *base, const json_t *over)
{
    json_t *merged = json_is_object(base) ? json_copy((json_t *)base) : json_object();
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)over, key, value)
        if (!json_is_null(value))
            json_object_set_new(merged, key, merged_member(json_object_get(base, key), value));
    return merged;
}
