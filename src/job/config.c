/* SPDX-License-Identifier: MIT */
/*
 * Field tables of Config: see config.h. Names and ranges are the job API's; the largest numbers of
 * elements are ours, far above what anybody needs. Pure.
 */
#include "job/config.h"

#include "job/output-address.h"
#include "job/params-kinds.h"
#include "job/params.h"

/* JOB_NAME_BYTES is the API's; the others are ours. */
enum { JOB_NAME_BYTES = 64, NAME_BYTES = 255, ADDRESS_BYTES = 4096 };
enum { INPUTS_MAX = 200, SELECTORS_MAX = 100, GROUPS_MAX = 100, OUTPUTS_MAX = 200 };

/* --- addresses --- */

static char *check_media_type(const char *text)
{
    if (g_ascii_strcasecmp(text, "OSS") == 0 || g_ascii_strcasecmp(text, "Media") == 0)
        return NULL;
    return g_strdup_printf("must be OSS or Media, not \"%s\"", text);
}

#define AT(member) offsetof(PmxMediaRef, member)

#define MEDIA_FIELDS(check_address)                                                                  \
    {                                                                                                \
        {"Type", PMX_FIELD_STRING, AT(type), .check = check_media_type,                              \
         .doc = "OSS or Media; the address itself says what it is."},                                \
            {"Media",                                                                                \
             PMX_FIELD_STRING,                                                                       \
             AT(media),                                                                              \
             PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY,                                               \
             .max = ADDRESS_BYTES,                                                                   \
             .check = check_address,                                                                 \
             .doc = "The address: oss://BUCKET/KEY, s3://BUCKET/KEY, https://…, file:///PATH, or " \
                    "a path, relative to the job file."},                                            \
        {                                                                                            \
            0                                                                                        \
        }                                                                                            \
    }

static const PmxField media_fields[] = MEDIA_FIELDS(pmx_check_plain_text);
static const PmxField file_fields[] = MEDIA_FIELDS(pmx_check_output_address);
#undef AT

static const PmxObject input_file_object = {"InputFile", sizeof(PmxMediaRef), media_fields,
                                            "Where an input is."};
static const PmxObject base_object = {"OutputFileBase", sizeof(PmxMediaRef), media_fields,
                                      "The folder that a group's outputs go into. "
                                      "Placeholders are filled in."};
static const PmxObject file_object = {"OutputFile", sizeof(PmxMediaRef), file_fields,
                                      "Where an output goes."};

/* --- inputs --- */

const char *const pmx_select_rule_names[] = {"tag", "index", "track", NULL};

static const PmxField tag_config_fields[] = {
    {"language", PMX_FIELD_STRING, offsetof(PmxTagConfig, language),
     PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY, .max = NAME_BYTES, .check = pmx_check_plain_text,
     .doc = "The language of the wanted track, in any of its codes: ISO 639-1, 639-2, 639-3 or "
            "BCP 47."},
    {0},
};

static const PmxObject tag_config_object = {"TagConfig", sizeof(PmxTagConfig), tag_config_fields,
                                            "What Rule tag looks for."};

#define AT(member) offsetof(PmxAudioSelector, member)

static const PmxField selector_fields[] = {
    {"Name", PMX_FIELD_STRING, AT(name), PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY,
     .max = NAME_BYTES, .check = pmx_check_plain_text, .doc = "The name for InputRef."},
    {"Rule", PMX_FIELD_ENUM, AT(rule), PMX_FIELD_REQUIRED, .choices = pmx_select_rule_names,
     .doc = "How the track is found: by its language tag, or, as extensions, by its place among "
            "the audio tracks (index) or by its stream id (track)."},
    {"TagConfig", PMX_FIELD_OBJECT, AT(tag), .object = &tag_config_object,
     .doc = "With Rule tag: the language."},
    {"Index", PMX_FIELD_INT, AT(index), PMX_FIELD_EXTENSION, .min = 0, .max = 999,
     .doc = "With Rule index: which audio track, from 0."},
    {"Track", PMX_FIELD_INT, AT(track), PMX_FIELD_EXTENSION, .min = 0, .max = G_MAXUINT32,
     .doc = "With Rule track: the stream's id as its file numbers it."},
    {0},
};
#undef AT

static const PmxObject selector_object = {"AudioSelector[]", sizeof(PmxAudioSelector),
                                          selector_fields, "A named audio track of the input."};

#define AT(member) offsetof(PmxInput, member)

static const PmxField input_fields[] = {
    {"Name", PMX_FIELD_STRING, AT(name), PMX_FIELD_NON_EMPTY, .max = NAME_BYTES,
     .check = pmx_check_plain_text, .doc = "The name for InputRef."},
    {"InputFile", PMX_FIELD_OBJECT, AT(file), PMX_FIELD_REQUIRED, .object = &input_file_object,
     .doc = "Where the media is."},
    {"AudioSelector", PMX_FIELD_ARRAY, AT(selectors), .max = SELECTORS_MAX,
     .object = &selector_object, .doc = "Audio tracks of it, by name."},
    {0},
};
#undef AT

const PmxObject pmx_input_object = {"Inputs[]", sizeof(PmxInput), input_fields, "A source."};

/* --- outputs --- */

#define AT(member) offsetof(PmxOutputRequest, member)

/* What an output has in both forms. */
#define OUTPUT_SETTINGS                                                                            \
    {"TemplateId", PMX_FIELD_STRING, AT(template_id), PMX_FIELD_NON_EMPTY,                         \
     .doc = "The template whose parameters the output begins from; `polymux template list` shows " \
            "them."},                                                                              \
        {"OverrideParams",                                                                         \
         PMX_FIELD_JSON,                                                                           \
         AT(params),                                                                               \
         PMX_FIELD_JSON_TEXT,                                                                      \
         .object = &pmx_params_object,                                                             \
         .doc = "Parameters that go before the template's."},                                      \
        {"Features",                                                                               \
         PMX_FIELD_OBJECT,                                                                         \
         AT(features),                                                                             \
         PMX_FIELD_JSON_TEXT,                                                                      \
         .object = &pmx_features_object,                                                           \
         .doc = "Further processing."},                                                            \
    {                                                                                              \
        "Priority", PMX_FIELD_INT, AT(priority),                                                   \
            .fallback = "6", .min = 1, .max = 10,                                                  \
            .doc = "Outputs of higher priority are made first."                                    \
    }

#define OUTPUT_NAME                                                                                \
    {                                                                                              \
        "Name", PMX_FIELD_STRING, AT(name), PMX_FIELD_NON_EMPTY,                                   \
            .max = NAME_BYTES, .check = pmx_check_plain_text,                                      \
            .doc = "The output's name in reports."                                                 \
    }

static const PmxField group_output_fields[] = {
    OUTPUT_NAME,
    {"OutputFileName", PMX_FIELD_STRING, AT(file_name), PMX_FIELD_NON_EMPTY, .max = ADDRESS_BYTES,
     .check = pmx_check_output_name,
     .doc = "The file below OutputFileBase; the container's extension is added when it lacks it. "
            "Placeholders are filled in."},
    {"OutputFile", PMX_FIELD_STRING, AT(file), PMX_FIELD_NON_EMPTY, .max = ADDRESS_BYTES,
     .check = pmx_check_output_name, .doc = "Another spelling of OutputFileName."},
    OUTPUT_SETTINGS,
    {"HlsGroupConfig", PMX_FIELD_OBJECT, .flags = PMX_FIELD_UNSUPPORTED},
    {0},
};

static const PmxObject group_output_object = {"OutputGroups[].Outputs[]", sizeof(PmxOutputRequest),
                                              group_output_fields, "A file of the group."};

static const PmxField output_fields[] = {
    OUTPUT_NAME,
    {"OutputFile", PMX_FIELD_OBJECT, AT(place), PMX_FIELD_REQUIRED, .object = &file_object,
     .doc = "Where the file goes; the container's extension is added when it lacks it. "
            "Placeholders are filled in."},
    OUTPUT_SETTINGS,
    {0},
};
#undef AT

static const PmxObject output_object = {"Outputs[]", sizeof(PmxOutputRequest), output_fields,
                                        "An output on its own."};

static const char *const other_types[] = {"Hls", "Dash", NULL};

static const PmxField group_config_fields[] = {
    {"Type", PMX_FIELD_TEXT, .flags = PMX_FIELD_REQUIRED, .kind = &pmx_only_file_kind,
     .refused = other_types, .doc = "File: each output is one file."},
    {"OutputFileBase", PMX_FIELD_OBJECT, offsetof(PmxGroupConfig, base), .object = &base_object,
     .doc = "The folder of the group's outputs; required unless the caller gives one."},
    {"ManifestName", PMX_FIELD_STRING, .flags = PMX_FIELD_UNSUPPORTED},
    {"ManifestExtend", PMX_FIELD_OBJECT, .flags = PMX_FIELD_UNSUPPORTED},
    {0},
};

static const PmxObject group_config_object = {"GroupConfig", sizeof(PmxGroupConfig),
                                              group_config_fields, "What the group is."};

#define AT(member) offsetof(PmxGroupRequest, member)

static const PmxField group_fields[] = {
    {"Name", PMX_FIELD_STRING, AT(name), PMX_FIELD_NON_EMPTY, .max = NAME_BYTES,
     .check = pmx_check_plain_text, .doc = "The group's name in reports."},
    {"GroupConfig", PMX_FIELD_OBJECT, AT(config), PMX_FIELD_REQUIRED,
     .object = &group_config_object, .doc = "What the group is and where it goes."},
    {"Outputs", PMX_FIELD_ARRAY, AT(outputs), PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY,
     .max = OUTPUTS_MAX, .object = &group_output_object, .doc = "The group's files."},
    {0},
};
#undef AT

static const PmxObject group_object = {"OutputGroups[]", sizeof(PmxGroupRequest), group_fields,
                                       "Outputs that belong together."};

/* --- the whole --- */

#define AT(member) offsetof(PmxConfig, member)

static const PmxField config_fields[] = {
    {"JobName", PMX_FIELD_STRING, AT(name), .max = JOB_NAME_BYTES, .check = pmx_check_plain_text,
     .doc = "A name for people."},
    {"Inputs", PMX_FIELD_ARRAY, AT(inputs), PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY,
     .max = INPUTS_MAX, .object = &pmx_input_object, .doc = "The sources."},
    {"OutputGroups", PMX_FIELD_ARRAY, AT(groups), .max = GROUPS_MAX, .object = &group_object,
     .doc = "What is to be made, in groups with a folder each."},
    {"Outputs", PMX_FIELD_ARRAY, AT(outputs), .max = OUTPUTS_MAX, .object = &output_object,
     .doc = "What is to be made, each with its own address."},
    {0},
};
#undef AT

const PmxObject pmx_config_object = {"Config", sizeof(PmxConfig), config_fields,
                                     "A job: sources, and what is to be made of them."};
