/* SPDX-License-Identifier: MIT */
/* See features.h. Pure. */
#include "job/features.h"

static const PmxField features_fields[] = {
    {"Watermarks", PMX_FIELD_ARRAY, offsetof(PmxFeatures, watermarks), .max = 4,
     .object = &pmx_watermark_object, .doc = "What is put onto the picture, in this order."},
    {"Clip", PMX_FIELD_OBJECT, .flags = PMX_FIELD_UNSUPPORTED},
    {"Metadata", PMX_FIELD_OBJECT, .flags = PMX_FIELD_UNSUPPORTED},
    {0},
};

const PmxObject pmx_features_object = {"Features", sizeof(PmxFeatures), features_fields,
                                       "Further processing of an output."};
