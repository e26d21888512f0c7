/* SPDX-License-Identifier: MIT */
/* See template-subtype.h. Pure. */
#include "job/template-subtype.h"

static void refuse(const json_t *config, const char *const *keys, const char *why,
                   PmxProblems *problems)
{
    for (; *keys; keys++) {
        g_autofree char *path = g_strconcat("TemplateConfig.", *keys, NULL);
        const json_t *value = json_object_get(config, *keys);
        if (value && !json_is_null(value) && json_object_size(value) + json_array_size(value) > 0)
            pmx_problems_add(problems, PMX_CODE_INVALID, path, "%s", why);
    }
}

void pmx_template_check_subtype(const json_t *config, gint64 subtype, PmxProblems *problems)
{
    static const char *const video[] = {"Video", NULL};
    static const char *const all[] = {"Video", "Audio", "Audios", "TransConfig", NULL};
    if (subtype == PMX_SUBTYPE_AUDIO)
        refuse(config, video,
               "has no effect in a template of Subtype 2 (AudioTranscode), which has "
               "no video; leave it out",
               problems);
    if (subtype == PMX_SUBTYPE_REMUX)
        refuse(config, all,
               "has no effect in a template of Subtype 3 (Remux), which copies every "
               "stream; leave it out",
               problems);
}

json_t *pmx_template_of_subtype(const json_t *config, gint64 subtype)
{
    json_t *made = json_deep_copy(config);
    if (subtype == PMX_SUBTYPE_AUDIO)
        json_object_set_new(made, "Video", json_pack("{s:b}", "Remove", 1));
    if (subtype == PMX_SUBTYPE_REMUX)
        json_object_set_new(made, "Remux", json_true());
    return made;
}
