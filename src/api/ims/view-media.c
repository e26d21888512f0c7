/* SPDX-License-Identifier: MIT */
/* A file's facts as JSON: see views.h. All values are strings. Pure. */
#include <string.h>

#include "api/ims/views.h"
#include "plan/facts.h"

/* --- forms --- */

static void set_number(json_t *view, const char *key, gint64 number)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);
    pmx_ims_set_text(view, key, text);
}

/* Numbers for which 0 means that nobody knows. */
static void set_known(json_t *view, const char *key, gint64 number)
{
    if (number > 0)
        set_number(view, key, number);
}

static void set_decimal(json_t *view, const char *key, const char *format, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    pmx_ims_set_text(view, key, g_ascii_formatd(text, sizeof text, format, value));
}

static void set_kilobits(json_t *view, const char *key, gint64 bits)
{
    if (bits > 0)
        set_decimal(view, key, "%.3f", (double)bits / 1000);
}

/* 25.0, 29.97003: at least one digit behind the point. */
static void set_rate(json_t *view, const char *key, PmxRatio rate)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (!pmx_ratio_known(rate))
        return;
    g_ascii_formatd(text, sizeof text, "%.6f", pmx_ratio_value(rate));
    size_t end = strlen(text);
    while (text[end - 1] == '0' && text[end - 2] != '.')
        text[--end] = '\0';
    pmx_ims_set_text(view, key, text);
}

static void set_ratio(json_t *view, const char *key, PmxRatio ratio, char separator)
{
    g_autofree char *text =
        g_strdup_printf("%" G_GINT64_FORMAT "%c%" G_GINT64_FORMAT, ratio.num, separator, ratio.den);
    if (pmx_ratio_known(ratio))
        pmx_ims_set_text(view, key, text);
}

static double seconds(const PmxStream *stream, gint64 ticks)
{
    return (double)ticks * pmx_ratio_value(stream->time_base);
}

/* Bytes that are no letter or digit in brackets, as ffprobe does it. */
static char *tag_text(gint64 tag)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < 4; i++) {
        char byte = (char)(tag >> (8 * i) & 0xff);
        if (g_ascii_isalnum(byte) || (byte && strchr(" -_.", byte)))
            g_string_append_c(text, byte);
        else
            g_string_append_printf(text, "[%d]", (guchar)byte);
    }
    return g_string_free(text, FALSE);
}

/* --- streams --- */

/* The lists of video and of audio streams spell the same facts differently. */
typedef struct {
    const char *codec, *codec_long, *tag, *tag_text, *bit_rate, *start, *time_base;
} Spelling;

static const Spelling video_spelling = {
    "Codec_name", "Codec_long_name", "Codec_tag", "Codec_tag_string",
    "Bit_rate",   "Start_time",      "Time_base",
};
static const Spelling audio_spelling = {
    "CodecName", "CodecLongName", "CodecTag", "CodecTagString", "Bitrate", "StartTime", "Timebase",
};

static void set_tag(json_t *view, const PmxStream *stream, const Spelling *spelling)
{
    g_autofree char *number = g_strdup_printf("0x%04x", (guint)stream->tag);
    g_autofree char *text = tag_text(stream->tag);
    if (stream->tag == 0)
        return;
    pmx_ims_set_text(view, spelling->tag, number);
    pmx_ims_set_text(view, spelling->tag_text, text);
}

static json_t *stream_view(const PmxStream *stream, const Spelling *spelling)
{
    json_t *view = json_object();
    set_number(view, "Index", stream->index);
    pmx_ims_set_text(view, spelling->codec, stream->codec);
    pmx_ims_set_text(view, spelling->codec_long, stream->codec_long);
    set_tag(view, stream, spelling);
    set_kilobits(view, spelling->bit_rate, stream->bit_rate);
    if (pmx_ratio_known(stream->time_base)) {
        set_decimal(view, spelling->start, "%.6f", seconds(stream, stream->start));
        if (stream->end > stream->start)
            set_decimal(view, "Duration", "%.6f", seconds(stream, stream->end - stream->start));
        set_ratio(view, spelling->time_base, stream->time_base, '/');
    }
    pmx_ims_set_text(view, "Lang", stream->language);
    return view;
}

static PmxRatio display_ratio(const PmxStream *stream)
{
    if (!pmx_ratio_known(stream->sar) || stream->width <= 0 || stream->height <= 0)
        return (PmxRatio){0, 1};
    return pmx_ratio(stream->width * stream->sar.num, stream->height * stream->sar.den);
}

static json_t *video_view(const PmxStream *stream)
{
    json_t *view = stream_view(stream, &video_spelling);
    pmx_ims_set_text(view, "Profile", stream->profile);
    set_known(view, "Level", stream->level);
    set_known(view, "Width", stream->width);
    set_known(view, "Height", stream->height);
    pmx_ims_set_text(view, "PixFmt", stream->pix_fmt);
    set_rate(view, "Fps", stream->frame_rate);
    set_rate(view, "Avg_fps", stream->frame_rate);
    set_number(view, "Has_b_frames", stream->reordering);
    set_known(view, "NumFrames", stream->frames);
    set_ratio(view, "Sar", stream->sar, ':');
    set_ratio(view, "Dar", display_ratio(stream), ':');
    set_number(view, "Rotate", stream->rotation);
    return view;
}

static json_t *audio_view(const PmxStream *stream)
{
    json_t *view = stream_view(stream, &audio_spelling);
    set_known(view, "Channels", stream->channels);
    pmx_ims_set_text(view, "ChannelLayout", stream->layout);
    set_known(view, "SampleRate", stream->sample_rate);
    pmx_ims_set_text(view, "SampleFmt", stream->sample_fmt);
    return view;
}

static json_t *streams_of(const PmxFacts *facts, int kind, json_t *(*show)(const PmxStream *))
{
    json_t *list = json_array();
    for (guint i = 0; facts->streams && i < facts->streams->len; i++) {
        const PmxStream *stream = g_ptr_array_index(facts->streams, i);
        if (stream->kind == kind && !stream->cover)
            json_array_append_new(list, show(stream));
    }
    return list;
}

/* --- files --- */

static json_t *basic_view(const PmxFacts *facts, const char *address, const char *type)
{
    json_t *view = json_object();
    const char *slash = address ? strrchr(address, '/') : NULL;
    const PmxStream *video = pmx_facts_video(facts);
    pmx_ims_set_text(view, "FileName", slash ? slash + 1 : address);
    set_number(view, "FileSize", facts->size);
    pmx_ims_set_text(view, "FileStatus", "Normal");
    pmx_ims_set_text(view, "FileType", type);
    pmx_ims_set_text(view, "FileUrl", address);
    pmx_ims_set_text(view, "FormatName", facts->format);
    if (facts->duration > 0)
        set_decimal(view, "Duration", "%.6f", facts->duration);
    set_kilobits(view, "Bitrate", facts->bit_rate);
    if (video) {
        set_known(view, "Width", video->width);
        set_known(view, "Height", video->height);
    }
    return view;
}

json_t *pmx_ims_media_view(const json_t *facts, const char *address, const char *type)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxFacts) read = facts ? pmx_object_read(&pmx_facts_object, facts, &error) : NULL;
    if (error)
        g_warning("facts of a file cannot be read back: %s", error->message);
    if (!read)
        return NULL;
    return json_pack("{s:o, s:o, s:o}", "FileBasicInfo", basic_view(read, address, type),
                     "VideoStreamInfoList", streams_of(read, PMX_STREAM_VIDEO, video_view),
                     "AudioStreamInfoList", streams_of(read, PMX_STREAM_AUDIO, audio_view));
}

/* The job API knows no state between the submit and the end. */
static const char *info_status(int state)
{
    if (state == PMX_JOB_COMPLETE)
        return "Success";
    return state == PMX_JOB_ERROR || state == PMX_JOB_CANCELLED ? "Fail" : "Init";
}

json_t *pmx_ims_media_info_view(const PmxMediaInfoRecord *info)
{
    json_t *view = json_object();
    pmx_ims_set_text(view, "JobId", info->id);
    pmx_ims_set_text(view, "Name", info->name);
    pmx_ims_set_text(view, "Status", info_status(info->state));
    pmx_ims_set_text(view, "Code", info->code);
    pmx_ims_set_text(view, "Message", info->message);
    json_t *input = json_pack("{s:s}", "Type", "OSS");
    pmx_ims_set_text(input, "Media", info->input);
    json_object_set_new(view, "Input", input);
    pmx_ims_set_text(view, "UserData", info->user_data);
    pmx_ims_set_text(view, "TriggerSource", "API");
    pmx_ims_set_moment(view, "SubmitTime", info->created);
    pmx_ims_set_moment(view, "FinishTime", info->finished);
    json_t *media = pmx_ims_media_view(info->facts, info->input, "source_file");
    if (media)
        json_object_set_new(view, "MediaInfoProperty", media);
    return view;
}
