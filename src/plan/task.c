/* SPDX-License-Identifier: MIT */
/* The field tables of the kinds of task (see task.h). Pure. */
#include "plan/task.h"

#include "job/containers.h"
#include "job/watermarks.h"

static const char *const codecs[] = {"h264", "h265", "av1", "gif", "webp", NULL};
static const char *const rate_modes[] = {"crf", "qp", "onepass", "twopass", "cbr", NULL};
static const char *const pixel_formats[] = {"yuv420p", "yuv420p10le", NULL};
static const char *const h264_profiles[] = {"baseline", "main", "high", NULL};
static const char *const subtitle_codecs[] = {"auto", "mov_text", "webvtt", "ass", "subrip", NULL};
static const char *const audio_codecs[] = {"aac",  "ac3",    "eac3",  "mp2",   "mp3",       "flac",
                                           "opus", "vorbis", "wmav1", "wmav2", "pcm_s16le", NULL};
static const char *const volumes[] = {"none", "linear", "dynamic", "auto", NULL};
static const char *const aac_profiles[] = {"aac_low", "aac_he",  "aac_he_v2",
                                           "aac_ld",  "aac_eld", NULL};

#define AT(member) .offset = offsetof(PmxCutTask, member)
static const PmxField cut_fields[] = {
    {"stream", PMX_FIELD_INT, AT(stream), .doc = "stream index"},
    {"start", PMX_FIELD_INT, AT(start), .doc = "first tick"},
    {"point", PMX_FIELD_INT, AT(point), .doc = "tick of the grid point"},
    {"end", PMX_FIELD_INT, AT(end), .doc = "first tick beyond"},
    {0},
};
#undef AT

const PmxObject pmx_cut_task_object = {"CutTask", sizeof(PmxCutTask), cut_fields,
                                       "Where two segments meet."};

#define AT(member) .offset = offsetof(PmxBorderTask, member)
static const PmxField border_fields[] = {
    {"stream", PMX_FIELD_INT, AT(stream), .doc = "stream index"},
    {"start", PMX_FIELD_INT, AT(start), .doc = "tick where the film begins"},
    {"end", PMX_FIELD_INT, AT(end), .doc = "tick where it ends"},
    {"rotation", PMX_FIELD_INT, AT(rotation), .doc = "degrees clockwise"},
    {0},
};
#undef AT

const PmxObject pmx_border_task_object = {"BorderTask", sizeof(PmxBorderTask), border_fields,
                                          "Where the picture has black bars."};

static const char *const methods[] = {"none", "rescale", "crop", "pad", NULL};

#define BOX .kind = &pmx_box_kind, .fallback = ""
#define AT(member) .offset = offsetof(PmxShape, member)
static const PmxField shape_fields[] = {
    {"width", PMX_FIELD_INT, AT(width), .doc = "pixels"},
    {"height", PMX_FIELD_INT, AT(height), .doc = "pixels"},
    {"long_short", PMX_FIELD_BOOL, AT(long_short), .doc = "they are the long and the short edge"},
    {"keep", PMX_FIELD_BOOL, AT(keep), .doc = "a smaller source keeps its size"},
    {"fail", PMX_FIELD_BOOL, AT(fail), .doc = "a smaller source is refused"},
    {"method", PMX_FIELD_ENUM, AT(method), .choices = methods, .fallback = "none",
     .doc = "what gives way to another shape"},
    {"pad", PMX_FIELD_TEXT, AT(pad), BOX, .doc = "the canvas"},
    {0},
};
#undef AT

static const PmxObject shape_object = {"Shape", sizeof(PmxShape), shape_fields,
                                       "What is wanted of the picture's shape."};

#define AT(member) .offset = offsetof(PmxOverlay, member)
static const PmxField overlay_fields[] = {
    {"text", PMX_FIELD_STRING, AT(text), .doc = "what is written"},
    {"image", PMX_FIELD_STRING, AT(image), .doc = "what is shown"},
    {"stream", PMX_FIELD_INT, AT(stream), .doc = "stream index in it"},
    {"x", PMX_FIELD_DOUBLE, AT(x), .doc = "pixels, or a part of the width"},
    {"y", PMX_FIELD_DOUBLE, AT(y), .doc = "pixels, or a part of the height"},
    {"width", PMX_FIELD_DOUBLE, AT(width), .doc = "likewise"},
    {"height", PMX_FIELD_DOUBLE, AT(height), .doc = "likewise"},
    {"font", PMX_FIELD_ENUM, AT(font), .choices = pmx_font_names, .doc = "font"},
    {"font_file", PMX_FIELD_STRING, AT(font_file), .doc = "its file's SHA-256"},
    {"font_size", PMX_FIELD_DOUBLE, AT(font_size), .doc = "pixels, or a part of the height"},
    {"alpha", PMX_FIELD_DOUBLE, AT(alpha), .doc = "how much it covers"},
    {"color", PMX_FIELD_STRING, AT(color), .doc = "of the text"},
    {"border_width", PMX_FIELD_INT, AT(border_width), .doc = "pixels"},
    {"border_color", PMX_FIELD_STRING, AT(border_color), .doc = "around the text"},
    {0},
};
#undef AT

const PmxObject pmx_overlay_object = {"Overlay", sizeof(PmxOverlay), overlay_fields,
                                      "Something put onto the picture."};

static const PmxField image_fields[] = {
    {"identity", PMX_FIELD_STRING, offsetof(PmxImage, identity), .doc = "which file"},
    {0},
};

const PmxObject pmx_image_object = {"Image", sizeof(PmxImage), image_fields,
                                    "A picture that is read."};

#define AT(member) .offset = offsetof(PmxRendition, member)
static const PmxField rendition_fields[] = {
    {"codec", PMX_FIELD_ENUM, AT(codec), .choices = codecs, .doc = "codec"},
    {"profile", PMX_FIELD_ENUM, AT(profile), .choices = h264_profiles, .doc = "H.264 profile"},
    {"preset", PMX_FIELD_STRING, AT(preset), .doc = "encoder preset"},
    {"crf", PMX_FIELD_DOUBLE, AT(crf), .doc = "constant rate factor"},
    {"qp", PMX_FIELD_INT, AT(qp), .fallback = "-1", .doc = "quantiser"},
    {"pix_fmt", PMX_FIELD_ENUM, AT(pix_fmt), .choices = pixel_formats, .doc = "pixel format"},
    {"mode", PMX_FIELD_ENUM, AT(mode), .choices = rate_modes, .doc = "rate control"},
    {"bitrate", PMX_FIELD_INT, AT(bitrate), .doc = "kbit/s"},
    {"maxrate", PMX_FIELD_INT, AT(maxrate), .doc = "kbit/s"},
    {"bufsize", PMX_FIELD_INT, AT(bufsize), .doc = "kbit"},
    {"gop", PMX_FIELD_INT, AT(gop), .doc = "frames"},
    {"width", PMX_FIELD_INT, AT(width), .doc = "pixels"},
    {"height", PMX_FIELD_INT, AT(height), .doc = "pixels"},
    {"sar", PMX_FIELD_TEXT, AT(sar), .kind = &pmx_ratio_kind, .fallback = "0",
     .doc = "sample aspect ratio"},
    {"crop", PMX_FIELD_TEXT, AT(crop), .kind = &pmx_crop_kind, .fallback = "",
     .doc = "part of the upright source"},
    {"shape", PMX_FIELD_OBJECT, AT(shape), .object = &shape_object,
     .doc = "what is wanted of a part still to be found"},
    {"scaled", PMX_FIELD_TEXT, AT(scaled), BOX, .doc = "pixels, where not width and height"},
    {"cut", PMX_FIELD_TEXT, AT(cut), BOX, .doc = "part of what is scaled"},
    {"left", PMX_FIELD_INT, AT(left), .doc = "pixels"},
    {"top", PMX_FIELD_INT, AT(top), .doc = "pixels"},
    {"overlays", PMX_FIELD_ARRAY, AT(overlays), .object = &pmx_overlay_object,
     .doc = "what is put onto it"},
    {"measure", PMX_FIELD_STRING, AT(measure), .doc = "measure of the segment"},
    {"budget", PMX_FIELD_STRING, AT(budget), .doc = "budget of the film"},
    {"segment", PMX_FIELD_INT, AT(segment), .doc = "number in the budget"},
    {0},
};
#undef AT

const PmxObject pmx_rendition_object = {"Rendition", sizeof(PmxRendition), rendition_fields,
                                        "One encode."};

static const char *const paces[] = {"source", "fill", "limit", NULL};
static const char *const deinterlacing[] = {"none", "flagged", "all", NULL};

#define AT(member) .offset = offsetof(PmxVideoTask, member)
static const PmxField video_fields[] = {
    {"stream", PMX_FIELD_INT, AT(stream), .doc = "stream index"},
    {"begin", PMX_FIELD_STRING, AT(begin), .doc = "cut it begins at"},
    {"end", PMX_FIELD_STRING, AT(end), .doc = "cut it ends before"},
    {"origin", PMX_FIELD_INT, AT(origin), .doc = "the tick that becomes zero"},
    {"film_end", PMX_FIELD_INT, AT(film_end), .doc = "tick where the film ends"},
    {"seeks", PMX_FIELD_BOOL, AT(seeks), .doc = "begins within the film"},
    {"stops", PMX_FIELD_BOOL, AT(stops), .doc = "ends within the film"},
    {"from", PMX_FIELD_INT, AT(from), .doc = "tick"},
    {"to", PMX_FIELD_INT, AT(to), .doc = "tick"},
    {"time_base", PMX_FIELD_TEXT, AT(time_base), .kind = &pmx_ratio_kind, .fallback = "0",
     .doc = "seconds a tick"},
    {"frame_rate", PMX_FIELD_TEXT, AT(frame_rate), .kind = &pmx_ratio_kind, .fallback = "0",
     .doc = "frames a second"},
    {"sequential", PMX_FIELD_BOOL, AT(sequential), .doc = "read from the beginning"},
    {"snap", PMX_FIELD_BOOL, AT(snap), .doc = "timestamps onto the frame grid"},
    {"rotation", PMX_FIELD_INT, AT(rotation), .doc = "degrees clockwise"},
    {"width", PMX_FIELD_INT, AT(width), .doc = "upright source, pixels"},
    {"height", PMX_FIELD_INT, AT(height), .doc = "upright source, pixels"},
    {"range", PMX_FIELD_STRING, AT(range), .doc = "colour range"},
    {"matrix", PMX_FIELD_STRING, AT(matrix), .doc = "colour matrix"},
    {"primaries", PMX_FIELD_STRING, AT(primaries), .doc = "colour primaries"},
    {"transfer", PMX_FIELD_STRING, AT(transfer), .doc = "transfer characteristics"},
    {"chroma", PMX_FIELD_STRING, AT(chroma), .doc = "chroma sample location"},
    {"rgb", PMX_FIELD_BOOL, AT(rgb), .doc = "the source is RGB"},
    {"hdr_transfer", PMX_FIELD_STRING, AT(hdr_transfer), .doc = "the source's, to be tone-mapped"},
    {"hdr_primaries", PMX_FIELD_STRING, AT(hdr_primaries), .doc = "likewise"},
    {"hdr_matrix", PMX_FIELD_STRING, AT(hdr_matrix), .doc = "likewise"},
    {"hdr_peak", PMX_FIELD_INT, AT(hdr_peak), .doc = "cd/m²"},
    {"mastering", PMX_FIELD_STRING, AT(mastering), .doc = "mastering display"},
    {"light_max", PMX_FIELD_INT, AT(light_max), .doc = "MaxCLL, cd/m²"},
    {"light_average", PMX_FIELD_INT, AT(light_average), .doc = "MaxFALL, cd/m²"},
    {"pace", PMX_FIELD_ENUM, AT(pace), .choices = paces, .fallback = "source",
     .doc = "which frames come out"},
    {"slots", PMX_FIELD_TEXT, AT(slots), .kind = &pmx_ratio_kind, .fallback = "0",
     .doc = "of the output's grid, a second"},
    {"source_rate", PMX_FIELD_TEXT, AT(source_rate), .kind = &pmx_ratio_kind, .fallback = "0",
     .doc = "frames of the source a second, where it is not frame_rate"},
    {"deinterlace", PMX_FIELD_ENUM, AT(deinterlace), .choices = deinterlacing, .fallback = "none",
     .doc = "which frames are"},
    {"interlaced", PMX_FIELD_BOOL, AT(interlaced), .doc = "pictures stay so"},
    {"border", PMX_FIELD_STRING, AT(border), .doc = "what to crop by"},
    {"images", PMX_FIELD_ARRAY, AT(images), .object = &pmx_image_object,
     .doc = "what else is read"},
    {"renditions", PMX_FIELD_ARRAY, AT(renditions), .object = &pmx_rendition_object,
     .doc = "what to make"},
    {0},
};
#undef AT

const PmxObject pmx_video_task_object = {"VideoTask", sizeof(PmxVideoTask), video_fields,
                                         "One segment."};

#define AT(member) .offset = offsetof(PmxAudioTask, member)
static const PmxField audio_fields[] = {
    {"stream", PMX_FIELD_INT, AT(stream), .doc = "stream index"},
    {"origin", PMX_FIELD_INT, AT(origin), .doc = "microseconds"},
    {"codec", PMX_FIELD_ENUM, AT(codec), .choices = audio_codecs, .doc = "codec"},
    {"profile", PMX_FIELD_ENUM, AT(profile), .choices = aac_profiles, .doc = "AAC profile"},
    {"bitrate", PMX_FIELD_INT, AT(bitrate), .doc = "kbit/s"},
    {"samplerate", PMX_FIELD_INT, AT(samplerate), .doc = "Hz"},
    {"channels", PMX_FIELD_INT, AT(channels), .doc = "channels"},
    {"bits", PMX_FIELD_INT, AT(bits), .doc = "bits of a sample"},
    {"pad_to", PMX_FIELD_INT, AT(pad_to), .doc = "microseconds"},
    {"cut_at", PMX_FIELD_INT, AT(cut_at), .doc = "microseconds"},
    {"sequential", PMX_FIELD_BOOL, AT(sequential), .doc = "read from the beginning"},
    {"limit", PMX_FIELD_INT, AT(limit), .doc = "microseconds"},
    {"tempo", PMX_FIELD_TEXT, AT(tempo), .kind = &pmx_ratio_kind, .fallback = "0", .doc = "speed"},
    {"volume", PMX_FIELD_ENUM, AT(volume), .choices = volumes, .doc = "method"},
    {"level", PMX_FIELD_DOUBLE, AT(level), .doc = "dB"},
    {"integrated", PMX_FIELD_DOUBLE, AT(integrated), .doc = "LUFS"},
    {"range", PMX_FIELD_DOUBLE, AT(range), .doc = "LU"},
    {"true_peak", PMX_FIELD_DOUBLE, AT(true_peak), .doc = "dBTP"},
    {"loudness", PMX_FIELD_STRING, AT(loudness), .doc = "artifact"},
    {"reference", PMX_FIELD_STRING, AT(reference), .doc = "artifact"},
    {0},
};
#undef AT

const PmxObject pmx_audio_task_object = {"AudioTask", sizeof(PmxAudioTask), audio_fields,
                                         "One audio track."};

#define AT(member) .offset = offsetof(PmxCopyTask, member)
static const PmxField copy_fields[] = {
    {"stream", PMX_FIELD_INT, AT(stream), .doc = "stream index"},
    {"origin", PMX_FIELD_INT, AT(origin), .doc = "microseconds"},
    {"limit", PMX_FIELD_INT, AT(limit), .doc = "microseconds"},
    {"sequential", PMX_FIELD_BOOL, AT(sequential), .doc = "read from the beginning"},
    {0},
};
#undef AT

const PmxObject pmx_copy_task_object = {"CopyTask", sizeof(PmxCopyTask), copy_fields,
                                        "One stream's packets."};

#define AT(member) .offset = offsetof(PmxSubtitleTask, member)
static const PmxField subtitle_fields[] = {
    {"stream", PMX_FIELD_INT, AT(stream), .doc = "stream index"},
    {"codec", PMX_FIELD_ENUM, AT(codec), .choices = subtitle_codecs, .doc = "codec"},
    {"origin", PMX_FIELD_INT, AT(origin), .doc = "microseconds"},
    {"cut_at", PMX_FIELD_INT, AT(cut_at), .doc = "microseconds"},
    {0},
};
#undef AT

const PmxObject pmx_subtitle_task_object = {"SubtitleTask", sizeof(PmxSubtitleTask),
                                            subtitle_fields, "One subtitle track."};

static const PmxField part_fields[] = {
    {"key", PMX_FIELD_STRING, offsetof(PmxPackagePart, key), .doc = "artifact"},
    {0},
};

const PmxObject pmx_package_part_object = {"Part", sizeof(PmxPackagePart), part_fields,
                                           "One segment of the video."};

#define AT(member) .offset = offsetof(PmxBudgetTask, member)
static const PmxField budget_fields[] = {
    {"bitrate", PMX_FIELD_INT, AT(bitrate), .doc = "kbit/s"},
    {"maxrate", PMX_FIELD_INT, AT(maxrate), .doc = "kbit/s"},
    {"bufsize", PMX_FIELD_INT, AT(bufsize), .doc = "kbit"},
    {"measures", PMX_FIELD_ARRAY, AT(measures), .object = &pmx_package_part_object,
     .doc = "segments as measured"},
    {0},
};
#undef AT

const PmxObject pmx_budget_task_object = {"BudgetTask", sizeof(PmxBudgetTask), budget_fields,
                                          "What each segment may take."};

#define AT(member) .offset = offsetof(PmxPackageTrack, member)
static const PmxField track_fields[] = {
    {"language", PMX_FIELD_STRING, AT(language), .doc = "ISO 639-2/T"},
    {"tag", PMX_FIELD_STRING, AT(tag), .doc = "BCP 47"},
    {"title", PMX_FIELD_STRING, AT(title), .doc = "title"},
    {"enabled", PMX_FIELD_BOOL, AT(enabled), .doc = "flagged enabled"},
    {"key", PMX_FIELD_STRING, AT(key), .doc = "artifact"},
    {0},
};
#undef AT

const PmxObject pmx_package_track_object = {"Track", sizeof(PmxPackageTrack), track_fields,
                                            "One audio track."};

static const PmxField pair_fields[] = {
    {"key", PMX_FIELD_STRING, offsetof(PmxPackagePair, key), .doc = "name"},
    {"value", PMX_FIELD_STRING, offsetof(PmxPackagePair, value), .doc = "text"},
    {0},
};

const PmxObject pmx_package_pair_object = {"Pair", sizeof(PmxPackagePair), pair_fields,
                                           "Text about the file."};

static const PmxField package_fields[] = {
    {"video", PMX_FIELD_ARRAY, offsetof(PmxPackageTask, video), .object = &pmx_package_part_object,
     .doc = "segments"},
    {"audio", PMX_FIELD_ARRAY, offsetof(PmxPackageTask, audio), .object = &pmx_package_track_object,
     .doc = "tracks"},
    {"more", PMX_FIELD_ARRAY, offsetof(PmxPackageTask, more), .object = &pmx_package_track_object,
     .doc = "further tracks"},
    {"text", PMX_FIELD_ARRAY, offsetof(PmxPackageTask, text), .object = &pmx_package_pair_object,
     .doc = "about the file"},
    {"container", PMX_FIELD_ENUM, offsetof(PmxPackageTask, container), .fallback = "mp4",
     .choices = pmx_container_names, .doc = "container"},
    {0},
};

const PmxObject pmx_package_task_object = {"PackageTask", sizeof(PmxPackageTask), package_fields,
                                           "One file."};

gboolean pmx_task_has_renditions(PmxTaskKind kind)
{
    return kind == PMX_TASK_VIDEO || kind == PMX_TASK_MEASURE;
}

const PmxObject *pmx_task_object(PmxTaskKind kind)
{
    static const PmxObject *const objects[] = {
        [PMX_TASK_CUT] = &pmx_cut_task_object,
        [PMX_TASK_BORDER] = &pmx_border_task_object,
        [PMX_TASK_MEASURE] = &pmx_video_task_object,
        [PMX_TASK_BUDGET] = &pmx_budget_task_object,
        [PMX_TASK_VIDEO] = &pmx_video_task_object,
        [PMX_TASK_LOUDNESS] = &pmx_audio_task_object,
        [PMX_TASK_AUDIO] = &pmx_audio_task_object,
        [PMX_TASK_COPY] = &pmx_copy_task_object,
        [PMX_TASK_SUBTITLE] = &pmx_subtitle_task_object,
        [PMX_TASK_PACKAGE] = &pmx_package_task_object,
    };
    return objects[kind];
}
