/* SPDX-License-Identifier: MIT */
/* The field table of Video: see params.h. Pure. */
#include "job/params-kinds.h"
#include "job/params.h"

/* The same names in x264 (x264_preset_names) and x265 (x265_preset_names). */
static const char *const presets[] = {"ultrafast", "superfast", "veryfast", "faster",
                                      "fast",      "medium",    "slow",     "slower",
                                      "veryslow",  "placebo",   NULL};

static char *check_preset(const char *text)
{
    for (guint i = 0; presets[i]; i++)
        if (g_ascii_strcasecmp(presets[i], text) == 0)
            return NULL;
    g_autofree char *list = g_strjoinv(", ", (char **)presets);
    return g_strdup_printf("must be one of %s, not \"%s\"", list, text);
}

static const char *const codecs[] = {"H.264", "H.265", NULL};
static const char *const other_codecs[] = {"AV1", "GIF", "WEBP", NULL};
static const char *const h264_profiles[] = {"baseline", "main", "high", NULL};
static const char *const other_pixel_formats[] = {"yuv422p",     "yuv444p",     "yuv420p10le",
                                                  "yuv422p10le", "yuv444p10le", "yuvj420p",
                                                  "nv12",        "gray",        NULL};

#define AT(member) offsetof(PmxVideo, member)

static const PmxField video_fields[] = {
    {"InputRef", PMX_FIELD_STRING, AT(input_ref), PMX_FIELD_EXTENSION | PMX_FIELD_NON_EMPTY,
     .doc = "The name of the input whose video is used; by default the first that has one."},
    {"Remove", PMX_FIELD_BOOL, AT(remove), .fallback = "false",
     .doc = "Leaves the video out: the output has audio only."},
    {"Codec", PMX_FIELD_ENUM, AT(codec), .fallback = "H.264", .choices = codecs,
     .refused = other_codecs, .doc = "The video codec. H.265 is tagged hvc1."},
    {"Profile", PMX_FIELD_ENUM, AT(profile), .fallback = "high", .choices = h264_profiles,
     .doc = "The profile, for H.264 only; H.265 is always Main."},
    {"Width", PMX_FIELD_INT, AT(width), .min = 128, .max = 4096, .multiple = 2,
     .doc = "Width in pixels, or the long edge with LongShortMode; without Height the aspect is "
            "kept, and without both the size."},
    {"Height", PMX_FIELD_INT, AT(height), .min = 128, .max = 4096, .multiple = 2,
     .doc = "Height in pixels, or the short edge with LongShortMode."},
    {"LongShortMode", PMX_FIELD_BOOL, AT(long_short), .fallback = "false",
     .doc = "Width is the long edge and Height the short one, whichever way the picture stands."},
    {"Crf", PMX_FIELD_DOUBLE, AT(crf), .fallback = "-1", .min = 0, .max = 51,
     .doc = "Constant rate factor, smaller is better; by default 23 for H.264, 26 for H.265."},
    {"Maxrate", PMX_FIELD_INT, AT(maxrate), .min = 10, .max = 50000,
     .doc = "The highest bit rate in kbit/s, averaged over Bufsize; by default there is none."},
    {"Bufsize", PMX_FIELD_INT, AT(bufsize), .fallback = "6000", .min = 1000, .max = 128000,
     .doc = "The buffer in kbit over which Maxrate holds."},
    {"Gop", PMX_FIELD_TEXT, AT(gop), .fallback = "10s", .kind = &pmx_gop_kind,
     .doc = "The longest distance of two keyframes."},
    {"Preset", PMX_FIELD_STRING, AT(preset), .fallback = "medium", .check = check_preset,
     .doc = "The encoder's preset, from ultrafast to placebo."},
    {"PixFmt", PMX_FIELD_TEXT, .fallback = "yuv420p", .kind = &pmx_only_yuv420p_kind,
     .refused = other_pixel_formats, .doc = "The pixel format; 8 bits, 4:2:0."},
    {"Fps", PMX_FIELD_DOUBLE, .flags = PMX_FIELD_UNSUPPORTED},
    {"MaxFps", PMX_FIELD_DOUBLE, .flags = PMX_FIELD_UNSUPPORTED},
    {"Bitrate", PMX_FIELD_INT, .flags = PMX_FIELD_UNSUPPORTED},
    {"Qscale", PMX_FIELD_DOUBLE, .flags = PMX_FIELD_UNSUPPORTED},
    {"ScanMode", PMX_FIELD_STRING, .flags = PMX_FIELD_UNSUPPORTED},
    {"Crop", PMX_FIELD_STRING, .flags = PMX_FIELD_UNSUPPORTED},
    {"Pad", PMX_FIELD_STRING, .flags = PMX_FIELD_UNSUPPORTED},
    {0},
};
#undef AT

const PmxObject pmx_video_object = {"Video", sizeof(PmxVideo), video_fields,
                                    "How the video is encoded."};
