/* SPDX-License-Identifier: MIT */
/* The field table of TransConfig: see params.h. Pure. */
#include "job/params.h"

const char *const pmx_trans_mode_names[] = {"CBR", "onepass", "twopass", "fixCRF", NULL};

static const char *const methods[] = {"none", "rescale", "crop", "pad", NULL};

#define AT(member) offsetof(PmxTransConfig, member)

static const PmxField trans_config_fields[] = {
    {"TransMode", PMX_FIELD_ENUM, AT(mode), .fallback = "fixCRF", .choices = pmx_trans_mode_names,
     .doc =
         "Rate control: CBR, onepass and twopass go with Video.Bitrate, fixCRF with Video.Crf. By "
         "default onepass with Video.Bitrate; onepass without one is fixCRF."},
    {"IsCheckReso", PMX_FIELD_BOOL, AT(check_resolution), .fallback = "false",
     .doc = "A source smaller than the wanted size keeps its size."},
    {"IsCheckResoFail", PMX_FIELD_BOOL, AT(check_resolution_fail), .fallback = "false",
     .doc = "A source smaller than the wanted size fails the output; goes before IsCheckReso."},
    {"AdjDarMethod", PMX_FIELD_ENUM, AT(adjust), .fallback = "none", .choices = methods,
     .doc = "Where Width and Height are both given and the source has another shape. none: scaled "
            "to them, and the sample aspect ratio keeps the shape on screen; rescale: stretched; "
            "crop: fills them, what juts out is cut off; pad: fits in, the rest is black."},
    {"IsCheckVideoBitrate", PMX_FIELD_BOOL, AT(check_video_bitrate), .fallback = "false",
     .doc = "A source whose video has a lower rate than Video.Bitrate keeps its rate."},
    {"IsCheckVideoBitrateFail", PMX_FIELD_BOOL, AT(check_video_bitrate_fail), .fallback = "false",
     .doc =
         "A source whose video has a lower rate than Video.Bitrate fails the output; goes before "
         "IsCheckVideoBitrate."},
    {"IsCheckAudioBitrate", PMX_FIELD_BOOL, AT(check_audio_bitrate), .fallback = "false",
     .doc =
         "A source with a lower audio bit rate than the wanted one keeps its rate, as near as the "
         "codec has it; not given, this is done where the codec stays the same."},
    {"IsCheckAudioBitrateFail", PMX_FIELD_BOOL, AT(check_audio_bitrate_fail), .fallback = "false",
     .doc =
         "A source with a lower audio bit rate than the wanted one fails the output; goes before "
         "IsCheckAudioBitrate."},
    {0},
};
#undef AT

const PmxObject pmx_trans_config_object = {"TransConfig", sizeof(PmxTransConfig),
                                           trans_config_fields,
                                           "What to do when the source is not as expected."};
