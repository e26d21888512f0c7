/* SPDX-License-Identifier: MIT */
/* The field table of Video: see params.h. Pure. */
#include "job/params-kinds.h"
#include "job/params.h"

/* The same names in x264 (x264_preset_names) and x265 (x265_preset_names). */
static const char *const presets[] = {"ultrafast", "superfast", "veryfast", "faster",
                                      "fast",      "medium",    "slow",     "slower",
                                      "veryslow",  "placebo",   NULL};

enum { AV1_PRESET_MAX = 13 };

static char *check_preset(const char *text)
{
    for (guint i = 0; presets[i]; i++)
        if (g_ascii_strcasecmp(presets[i], text) == 0)
            return NULL;
    gint64 number = 0; /* SVT-AV1 numbers them */
    if (g_ascii_string_to_signed(text, 10, 0, AV1_PRESET_MAX, &number, NULL))
        return NULL;
    g_autofree char *list = g_strjoinv(", ", (char **)presets);
    return g_strdup_printf("must be one of %s, or for AV1 a number from 0 to 13, not \"%s\"", list,
                           text);
}

static const char *const codecs[] = {"H.264", "H.265", "AV1", "GIF", "WEBP", "copy", NULL};
static const char *const h264_profiles[] = {"baseline", "main", "high", NULL};
static const char *const pixel_formats[] = {"yuv420p", "yuv420p10le", NULL};
static const char *const other_pixel_formats[] = {
    "yuv422p", "yuv444p", "yuv422p10le", "yuv444p10le", "yuvj420p", "nv12", "gray", NULL};

static const char *const scan_modes[] = {"source", "auto", "progressive", "interlaced", NULL};

#define FPS_MIN 0.01
#define FPS_MAX 60

#define AT(member) offsetof(PmxVideo, member)

static const PmxField video_fields[] = {
    {"InputRef", PMX_FIELD_STRING, AT(input_ref), PMX_FIELD_EXTENSION | PMX_FIELD_NON_EMPTY,
     .doc = "The name of the input whose video is used; by default the first that has one."},
    {"Remove", PMX_FIELD_BOOL, AT(remove), .fallback = "false",
     .doc = "Leaves the video out: the output has audio only."},
    {"Codec", PMX_FIELD_ENUM, AT(codec), .fallback = "H.264", .choices = codecs,
     .doc = "The video codec. H.265 is tagged hvc1. copy (an extension) takes the source's packets "
            "as they are."},
    {"Profile", PMX_FIELD_ENUM, AT(profile), .fallback = "high", .choices = h264_profiles,
     .doc = "The profile, for H.264 only, where high with 10 bits is High 10; H.265 is Main or "
            "Main 10, AV1 is Main."},
    {"Width", PMX_FIELD_INT, AT(width), .min = 128, .max = 4096, .multiple = 2,
     .doc = "Width in pixels, or the long edge with LongShortMode; without Height the aspect is "
            "kept, and without both the size."},
    {"Height", PMX_FIELD_INT, AT(height), .min = 128, .max = 4096, .multiple = 2,
     .doc = "Height in pixels, or the short edge with LongShortMode."},
    {"LongShortMode", PMX_FIELD_BOOL, AT(long_short), .fallback = "false",
     .doc = "Width is the long edge and Height the short one, whichever way the picture stands."},
    {"Crf", PMX_FIELD_DOUBLE, AT(crf), .fallback = "-1", .min = 0, .max = 51,
     .doc =
         "Constant rate factor, smaller is better; by default 23 for H.264, 26 for H.265, 32 for "
         "AV1, which takes whole numbers."},
    {"Qscale", PMX_FIELD_INT, AT(qscale), .fallback = "-1", .min = 0, .max = 51,
     .doc = "A constant quantiser instead of Crf: every picture is as coarse as any other of its "
            "kind, whatever is in it."},
    {"Bitrate", PMX_FIELD_TEXT, AT(bitrate), .kind = &pmx_video_bitrate_kind,
     .doc =
         "The average bit rate of the whole video, kbit/s, instead of Crf; -1: as the source has. "
         "How: rate.md."},
    {"Maxrate", PMX_FIELD_INT, AT(maxrate), .min = 10, .max = 50000,
     .doc = "The highest bit rate in kbit/s, averaged over Bufsize; by default there is none."},
    {"Bufsize", PMX_FIELD_INT, AT(bufsize), .fallback = "6000", .min = 1000, .max = 128000,
     .doc = "The buffer in kbit over which Maxrate holds."},
    {"Gop", PMX_FIELD_TEXT, AT(gop), .fallback = "10s", .kind = &pmx_gop_kind,
     .doc = "The longest distance of two keyframes."},
    {"Preset", PMX_FIELD_STRING, AT(preset), .fallback = "medium", .check = check_preset,
     .doc = "The encoder's preset, from ultrafast to placebo; for AV1 also SVT-AV1's own from 13 "
            "(fast) to 0."},
    {"PixFmt", PMX_FIELD_ENUM, AT(pixels), .fallback = "yuv420p", .choices = pixel_formats,
     .refused = other_pixel_formats, .doc = "The pixel format: 4:2:0 with 8 or 10 bits."},
    {"Fps", PMX_FIELD_DOUBLE, AT(fps), .min = FPS_MIN, .max = FPS_MAX,
     .doc = "Frames a second, each lasting as long; 23.976, 29.97 and 59.94 mean 24000/1001 and so "
            "on. By default the source's frames at the source's times."},
    {"MaxFps", PMX_FIELD_DOUBLE, AT(max_fps), .fallback = "60", .min = FPS_MIN, .max = FPS_MAX,
     .doc = "A faster source is slowed down to this; without effect beside Fps."},
    {"ScanMode", PMX_FIELD_ENUM, AT(scan_mode), .fallback = "source", .choices = scan_modes,
     .doc = "auto: frames flagged interlaced are deinterlaced, one frame out of each; progressive: "
            "all are, when the source begins so; interlaced: pictures stay interlaced, which H.264 "
            "can above Baseline; source: as the source is, where that can be."},
    {"Crop", PMX_FIELD_TEXT, AT(crop), .fallback = "", .kind = &pmx_crop_kind,
     .doc = "The part of the upright source that is used, before it is scaled; border: all but the "
            "black bars around it, the same for the whole film."},
    {"Pad", PMX_FIELD_TEXT, AT(pad), .fallback = "", .kind = &pmx_pad_kind,
     .doc = "A black picture w by h onto which the scaled one is put at left and top."},
    {0},
};
#undef AT

const PmxObject pmx_video_object = {"Video", sizeof(PmxVideo), video_fields,
                                    "How the video is encoded."};
