/* SPDX-License-Identifier: MIT */
/* Templates as JSON: see views.h. Pure. */
#include "api/ims/views.h"

/* By Type; what has no subtypes has no names for them. */
static const struct {
    const char *name;
    const char *subtypes[6];
} types[] = {
    [1] = {"TranscodeTemplate",
           {NULL, "Normal", "AudioTranscode", "Remux", "NarrowBandV1", "NarrowBandV2"}},
    [2] = {"SnapshotTemplate", {NULL, "Normal", "Sprite", "WebVtt"}},
    [3] = {"AnimationTemplate", {NULL}},
    [4] = {"ImageWatermarkTemplate", {NULL}},
    [5] = {"TextWatermarkTemplate", {NULL}},
    [6] = {"SubtitleTemplate", {NULL}},
};

static const char *type_name(const PmxTemplateRecord *record)
{
    return record->type > 0 && record->type < (gint64)G_N_ELEMENTS(types) ? types[record->type].name
                                                                          : NULL;
}

static const char *subtype_name(const PmxTemplateRecord *record)
{
    gint64 subtype = record->subtype;
    if (!type_name(record) || subtype < 0 || subtype >= (gint64)G_N_ELEMENTS(types[0].subtypes))
        return NULL;
    return types[record->type].subtypes[subtype];
}

static json_t *template_view(const PmxTemplateRecord *record)
{
    json_t *view = json_object();
    pmx_ims_set_text(view, "TemplateId", record->id);
    pmx_ims_set_text(view, "TemplateName", record->name);
    json_object_set_new(view, "Type", json_integer(record->type));
    pmx_ims_set_text(view, "TypeName", type_name(record));
    pmx_ims_set_text(view, "Status", "Normal");
    pmx_ims_set_json(view, "TemplateConfig", record->config);
    return view;
}

static void set_subtype(json_t *view, const PmxTemplateRecord *record)
{
    json_object_set_new(view, "Subtype", json_integer(record->subtype));
    pmx_ims_set_text(view, "SubtypeName", subtype_name(record));
}

json_t *pmx_ims_custom_template_view(const PmxTemplateRecord *record, PmxImsSubtype subtype)
{
    json_t *view = template_view(record);
    if (subtype == PMX_IMS_SUBTYPE_NAME)
        pmx_ims_set_text(view, "Subtype", subtype_name(record));
    else
        set_subtype(view, record);
    json_object_set_new(view, "IsDefault", json_boolean(record->is_default));
    pmx_ims_set_moment(view, "CreateTime", record->created);
    pmx_ims_set_moment(view, "ModifiedTime", record->modified);
    return view;
}

json_t *pmx_ims_system_template_view(const PmxTemplateRecord *record)
{
    json_t *view = template_view(record);
    set_subtype(view, record);
    return view;
}
