/* SPDX-License-Identifier: MIT */
/* The field tables of the kinds of task (see task.h). Pure. */
#include "plan/task.h"

static const char *const codecs[] = {"h264", "h265", NULL};
static const char *const h264_profiles[] = {"baseline", "main", "high", NULL};
static const char *const aac_profiles[] = {"aac_low", "aac_he", "aac_he_v2", NULL};

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

#define AT(member) .offset = offsetof(PmxRendition, member)
static const PmxField rendition_fields[] = {
    {"codec", PMX_FIELD_ENUM, AT(codec), .choices = codecs, .doc = "codec"},
    {"profile", PMX_FIELD_ENUM, AT(profile), .choices = h264_profiles, .doc = "H.264 profile"},
    {"preset", PMX_FIELD_STRING, AT(preset), .doc = "encoder preset"},
    {"crf", PMX_FIELD_DOUBLE, AT(crf), .doc = "constant rate factor"},
    {"maxrate", PMX_FIELD_INT, AT(maxrate), .doc = "kbit/s"},
    {"bufsize", PMX_FIELD_INT, AT(bufsize), .doc = "kbit"},
    {"gop", PMX_FIELD_INT, AT(gop), .doc = "frames"},
    {"width", PMX_FIELD_INT, AT(width), .doc = "pixels"},
    {"height", PMX_FIELD_INT, AT(height), .doc = "pixels"},
    {"sar", PMX_FIELD_TEXT, AT(sar), .kind = &pmx_ratio_kind, .fallback = "0",
     .doc = "sample aspect ratio"},
    {0},
};
#undef AT

const PmxObject pmx_rendition_object = {"Rendition", sizeof(PmxRendition), rendition_fields,
                                        "One encode."};

#define AT(member) .offset = offsetof(PmxVideoTask, member)
static const PmxField video_fields[] = {
    {"stream", PMX_FIELD_INT, AT(stream), .doc = "stream index"},
    {"begin", PMX_FIELD_STRING, AT(begin), .doc = "cut it begins at"},
    {"end", PMX_FIELD_STRING, AT(end), .doc = "cut it ends before"},
    {"origin", PMX_FIELD_INT, AT(origin), .doc = "the tick that becomes zero"},
    {"film_end", PMX_FIELD_INT, AT(film_end), .doc = "tick where the film ends"},
    {"time_base", PMX_FIELD_TEXT, AT(time_base), .kind = &pmx_ratio_kind, .fallback = "0",
     .doc = "seconds a tick"},
    {"frame_rate", PMX_FIELD_TEXT, AT(frame_rate), .kind = &pmx_ratio_kind, .fallback = "0",
     .doc = "frames a second"},
    {"snap", PMX_FIELD_BOOL, AT(snap), .doc = "timestamps onto the frame grid"},
    {"rotation", PMX_FIELD_INT, AT(rotation), .doc = "degrees clockwise"},
    {"width", PMX_FIELD_INT, AT(width), .doc = "upright source, pixels"},
    {"height", PMX_FIELD_INT, AT(height), .doc = "upright source, pixels"},
    {"range", PMX_FIELD_STRING, AT(range), .doc = "colour range"},
    {"matrix", PMX_FIELD_STRING, AT(matrix), .doc = "colour matrix"},
    {"primaries", PMX_FIELD_STRING, AT(primaries), .doc = "colour primaries"},
    {"transfer", PMX_FIELD_STRING, AT(transfer), .doc = "transfer characteristics"},
    {"chroma", PMX_FIELD_STRING, AT(chroma), .doc = "chroma sample location"},
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
    {"profile", PMX_FIELD_ENUM, AT(profile), .choices = aac_profiles, .doc = "AAC profile"},
    {"bitrate", PMX_FIELD_INT, AT(bitrate), .doc = "kbit/s"},
    {"samplerate", PMX_FIELD_INT, AT(samplerate), .doc = "Hz"},
    {"channels", PMX_FIELD_INT, AT(channels), .doc = "channels"},
    {"pad_to", PMX_FIELD_INT, AT(pad_to), .doc = "microseconds"},
    {"cut_at", PMX_FIELD_INT, AT(cut_at), .doc = "microseconds"},
    {"limit", PMX_FIELD_INT, AT(limit), .doc = "microseconds"},
    {0},
};
#undef AT

const PmxObject pmx_audio_task_object = {"AudioTask", sizeof(PmxAudioTask), audio_fields,
                                         "One audio track."};

static const PmxField part_fields[] = {
    {"key", PMX_FIELD_STRING, offsetof(PmxPackagePart, key), .doc = "artifact"},
    {0},
};

const PmxObject pmx_package_part_object = {"Part", sizeof(PmxPackagePart), part_fields,
                                           "One segment of the video."};

#define AT(member) .offset = offsetof(PmxPackageTrack, member)
static const PmxField track_fields[] = {
    {"language", PMX_FIELD_STRING, AT(language), .doc = "ISO 639-2/T"},
    {"title", PMX_FIELD_STRING, AT(title), .doc = "title"},
    {"enabled", PMX_FIELD_BOOL, AT(enabled), .doc = "flagged enabled"},
    {"key", PMX_FIELD_STRING, AT(key), .doc = "artifact"},
    {0},
};
#undef AT

const PmxObject pmx_package_track_object = {"Track", sizeof(PmxPackageTrack), track_fields,
                                            "One audio track."};

static const PmxField package_fields[] = {
    {"video", PMX_FIELD_ARRAY, offsetof(PmxPackageTask, video), .object = &pmx_package_part_object,
     .doc = "segments"},
    {"audio", PMX_FIELD_ARRAY, offsetof(PmxPackageTask, audio), .object = &pmx_package_track_object,
     .doc = "tracks"},
    {0},
};

const PmxObject pmx_package_task_object = {"PackageTask", sizeof(PmxPackageTask), package_fields,
                                           "One file."};

const PmxObject *pmx_task_object(PmxTaskKind kind)
{
    static const PmxObject *const objects[] = {
        [PMX_TASK_CUT] = &pmx_cut_task_object,
        [PMX_TASK_VIDEO] = &pmx_video_task_object,
        [PMX_TASK_AUDIO] = &pmx_audio_task_object,
        [PMX_TASK_PACKAGE] = &pmx_package_task_object,
    };
    return objects[kind];
}
