/* SPDX-License-Identifier: MIT */
/* The field table of TransConfig: see params.h. Pure. */
#include "job/params-kinds.h"
#include "job/params.h"

static const char *const other_modes[] = {"CBR", "twopass", NULL};

#define AT(member) offsetof(PmxTransConfig, member)

static const PmxField trans_config_fields[] = {
    {"TransMode", PMX_FIELD_TEXT, .fallback = "fixCRF", .kind = &pmx_only_crf_kind,
     .refused = other_modes, .doc = "Rate control; onepass without a bit rate is fixCRF too."},
    {"IsCheckReso", PMX_FIELD_BOOL, AT(check_resolution), .fallback = "false",
     .doc = "A source smaller than the wanted size keeps its size."},
    {"IsCheckResoFail", PMX_FIELD_BOOL, AT(check_resolution_fail), .fallback = "false",
     .doc = "A source smaller than the wanted size fails the output; goes before IsCheckReso."},
    {"AdjDarMethod", PMX_FIELD_STRING, .flags = PMX_FIELD_UNSUPPORTED, .fallback = "none"},
    {"IsCheckVideoBitrate", PMX_FIELD_BOOL, .flags = PMX_FIELD_UNSUPPORTED, .fallback = "false"},
    {"IsCheckVideoBitrateFail", PMX_FIELD_BOOL, .flags = PMX_FIELD_UNSUPPORTED,
     .fallback = "false"},
    {"IsCheckAudioBitrate", PMX_FIELD_BOOL, .flags = PMX_FIELD_UNSUPPORTED, .fallback = "false"},
    {"IsCheckAudioBitrateFail", PMX_FIELD_BOOL, .flags = PMX_FIELD_UNSUPPORTED,
     .fallback = "false"},
    {0},
};
#undef AT

const PmxObject pmx_trans_config_object = {"TransConfig", sizeof(PmxTransConfig),
                                           trans_config_fields,
                                           "What to do when the source is not as expected."};
