/* SPDX-License-Identifier: MIT */
/*
 * The probe: facts about one media file (plan/facts.h).
 *
 *     container's headers ─► first frames, really decoded ─► the file's tail ─► facts
 *
 * Headers are believed only where nothing better is at hand: the start of a track is its first
 * frame that decodes, the end is that of its last packet. Containers with an index (MP4) tell
 * keyframes and the end at once; others are read near their end. Runs in the sandbox like any task.
 */
#include <libavutil/pixdesc.h>
#include <math.h>

#include "base/wire.h"
#include "media/ends.h"
#include "media/first_frames.h"
#include "media/hdr.h"
#include "media/run.h"
#include "media/table.h"
#include "media/versions.h"
#include "plan/facts.h"

static char *tag(const AVDictionary *metadata, const char *key)
{
    const AVDictionaryEntry *entry = av_dict_get(metadata, key, NULL, 0);
    return entry && *entry->value ? pmx_table_printable(entry->value) : NULL;
}

static PmxStreamKind kind_of(const AVStream *stream)
{
    switch (stream->codecpar->codec_type) {
    case AVMEDIA_TYPE_VIDEO:
        return PMX_STREAM_VIDEO;
    case AVMEDIA_TYPE_AUDIO:
        return PMX_STREAM_AUDIO;
    case AVMEDIA_TYPE_SUBTITLE:
        return PMX_STREAM_SUBTITLE;
    case AVMEDIA_TYPE_ATTACHMENT:
        return PMX_STREAM_ATTACHMENT;
    default:
        return PMX_STREAM_DATA;
    }
}

/* Headers tell an average and a base rate; where both agree every frame lasts as long. */
static void set_rate(PmxStream *out, const AVStream *stream)
{
    AVRational average = stream->avg_frame_rate, base = stream->r_frame_rate;
    double a = av_q2d(average), b = av_q2d(base);
    gboolean have_average = average.num > 0 && average.den > 0,
             have_base = base.num > 0 && base.den > 0;
    out->constant_rate = have_average && have_base && fabs(a - b) <= b / 1000 && b <= 1000;
    out->frame_rate = out->constant_rate ? pmx_source_ratio(base)
                      : have_average     ? pmx_source_ratio(average)
                                         : (PmxRatio){0, 1};
    if (!have_average && have_base && b <= 240)
        out->frame_rate = pmx_source_ratio(base);
}

static char *name_or_null(const char *name, gboolean specified)
{
    return specified && name ? g_strdup(name) : NULL;
}

static void set_colours(PmxStream *out, const AVFrame *frame)
{
    out->range = name_or_null(av_color_range_name(frame->color_range),
                              frame->color_range != AVCOL_RANGE_UNSPECIFIED);
    out->matrix = name_or_null(av_color_space_name(frame->colorspace),
                               frame->colorspace != AVCOL_SPC_UNSPECIFIED);
    out->primaries = name_or_null(av_color_primaries_name(frame->color_primaries),
                                  frame->color_primaries != AVCOL_PRI_UNSPECIFIED);
    out->transfer = name_or_null(av_color_transfer_name(frame->color_trc),
                                 frame->color_trc != AVCOL_TRC_UNSPECIFIED);
    out->chroma = name_or_null(av_chroma_location_name(frame->chroma_location),
                               frame->chroma_location != AVCHROMA_LOC_UNSPECIFIED);
}

static void set_video_frame(PmxStream *out, const AVFrame *frame)
{
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(frame->format);
    out->width = frame->width;
    out->height = frame->height;
    out->pix_fmt = format ? g_strdup(format->name) : NULL;
    out->bits = format ? format->comp[0].depth : 0;
    out->interlaced = frame->interlaced_frame;
    /* RGB has no matrix of YCbCr and no chroma; what is made of it is BT.601 or BT.709 by the
     * scaler's own rule. */
    if (format && !(format->flags & AV_PIX_FMT_FLAG_RGB))
        set_colours(out, frame);
    out->mastering = pmx_hdr_mastering(frame, &out->mastering_peak);
    pmx_hdr_light(frame, &out->light_max, &out->light_average);
}

static void set_audio_frame(PmxStream *out, const AVFrame *frame)
{
    char layout[128] = "";
    out->sample_rate = frame->sample_rate;
    out->channels = frame->ch_layout.nb_channels;
    if (av_channel_layout_describe(&frame->ch_layout, layout, sizeof layout) > 0)
        out->layout = g_strdup(layout);
    out->sample_fmt = g_strdup(av_get_sample_fmt_name(frame->format));
}

/* Why nothing came out of it. Caller frees. A single picture tells its size only when it decodes. */
static char *problem_of(const PmxStream *out, const PmxFirstFrame *first)
{
    enum { MILLION = 1000000 };
    if (out->width > 0 && out->height > PMX_PIXELS_MAX / out->width)
        return g_strdup_printf("its pictures have %" G_GINT64_FORMAT "x%" G_GINT64_FORMAT
                               " pixels; those of more than %d million are not decoded",
                               out->width, out->height, PMX_PIXELS_MAX / MILLION);
    if (out->kind == PMX_STREAM_VIDEO && out->width == 0 && first->refused)
        return g_strdup_printf("%s; it is damaged, or has more than %d million pixels",
                               first->problem, PMX_PIXELS_MAX / MILLION);
    return g_strdup(first->problem);
}

static void set_first(PmxStream *out, const PmxFirstFrame *first)
{
    out->encrypted = first->encrypted;
    out->decodable = first->frame != NULL;
    out->problem = first->frame ? NULL : problem_of(out, first);
    if (!first->frame)
        return;
    if (first->frame->pts != AV_NOPTS_VALUE)
        out->start = out->end = first->frame->pts;
    if (out->kind == PMX_STREAM_VIDEO)
        set_video_frame(out, first->frame);
    else
        set_audio_frame(out, first->frame);
}

static void set_codec(PmxStream *out, const AVCodecParameters *parameters)
{
    const AVCodecDescriptor *codec = avcodec_descriptor_get(parameters->codec_id);
    out->codec = g_strdup(avcodec_get_name(parameters->codec_id));
    out->codec_long = codec ? g_strdup(codec->long_name) : NULL;
    out->tag = parameters->codec_tag;
    out->profile = g_strdup(avcodec_profile_name(parameters->codec_id, parameters->profile));
    out->level = MAX(0, parameters->level);
    out->bit_rate = parameters->bit_rate;
}

static void set_headers(PmxStream *out, AVFormatContext *format, AVStream *stream)
{
    const AVCodecParameters *parameters = stream->codecpar;
    out->index = stream->index;
    out->id = stream->id;
    out->kind = (int)kind_of(stream);
    set_codec(out, parameters);
    out->language = tag(stream->metadata, "language");
    out->title = tag(stream->metadata, "title");
    out->is_default = (stream->disposition & AV_DISPOSITION_DEFAULT) != 0;
    out->cover = (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
    out->time_base = pmx_source_ratio(stream->time_base);
    out->start = out->end = stream->start_time == AV_NOPTS_VALUE ? 0 : stream->start_time;
    out->frames = MAX(0, stream->nb_frames);
    if (out->kind == PMX_STREAM_VIDEO) {
        out->reordering = parameters->video_delay;
        out->width = parameters->width;
        out->height = parameters->height;
        out->sar = pmx_source_ratio(av_guess_sample_aspect_ratio(format, stream, NULL));
        out->rotation = pmx_source_rotation(stream);
        set_rate(out, stream);
    } else if (out->kind == PMX_STREAM_AUDIO) {
        out->sample_rate = parameters->sample_rate;
        out->channels = parameters->ch_layout.nb_channels;
    }
}

/* --- keyframes --- */

static void set_keyframes(PmxStream *out, const AVFormatContext *format, AVStream *stream)
{
    gint64 last = AV_NOPTS_VALUE, widest = 0;
    int count = avformat_index_get_entries_count(stream);
    for (int i = 0; i < count; i++) {
        const AVIndexEntry *entry = avformat_index_get_entry(stream, i);
        if (!(entry->flags & AVINDEX_KEYFRAME))
            continue;
        if (last != AV_NOPTS_VALUE)
            widest = MAX(widest, av_sat_sub64(entry->timestamp, last));
        last = entry->timestamp;
        out->keyframes++;
    }
    if (pmx_ends_tabled(format) && last != AV_NOPTS_VALUE)
        widest = MAX(widest, av_sat_sub64(out->end, last));
    out->keyframe_spacing = (double)widest * av_q2d(stream->time_base);
}

/* --- the file --- */

static gboolean look_inside(PmxFacts *facts, PmxSource *source, GError **error)
{
    AVFormatContext *format = source->format;
    if (format->nb_streams == 0) {
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD,
                    "the file is damaged: it has no track that can be read");
        return FALSE;
    }
    g_autoptr(PmxFirstFrames) first = pmx_first_frames_new(source);
    for (guint i = 0, count = format->nb_streams; i < count; i++) {
        PmxStream *stream = pmx_array_add(&pmx_stream_object, &facts->streams);
        set_headers(stream, format, format->streams[i]);
        if (stream->kind == PMX_STREAM_VIDEO || stream->kind == PMX_STREAM_AUDIO)
            set_first(stream, pmx_first_frames_get(first, i));
    }
    pmx_ends_find(facts, source);
    /* Matroska's index is only read when something is sought for, which looking for the end has
     * done. */
    for (guint i = 0; i < facts->streams->len; i++)
        set_keyframes(g_ptr_array_index(facts->streams, i), format, format->streams[i]);
    return pmx_source_check(source, error);
}

static void set_file(PmxFacts *facts, const PmxSource *source)
{
    const AVFormatContext *format = source->format;
    facts->format = g_strdup(format->iformat->name);
    facts->size = source->ref.size;
    facts->duration = format->duration > 0 ? (double)format->duration / AV_TIME_BASE : 0;
    facts->start =
        format->start_time == AV_NOPTS_VALUE ? 0 : (double)format->start_time / AV_TIME_BASE;
    facts->bit_rate = MAX(0, format->bit_rate);
    facts->versions = pmx_versions();
}

static void set_table(PmxFacts *facts, AVFormatContext *format)
{
    g_auto(GStrv) lines = pmx_table_lines(format);
    for (guint i = 0; lines[i]; i++)
        ((PmxNote *)pmx_array_add(&pmx_note_object, &facts->table))->text =
            g_steal_pointer(&lines[i]);
}

json_t *pmx_probe_facts(const PmxSourceRef *ref, GError **error)
{
    g_autoptr(PmxSource) source = pmx_source_open(ref, error);
    if (!source)
        return NULL;
    PmxFacts *facts = g_malloc(sizeof *facts);
    pmx_object_init(&pmx_facts_object, facts);
    set_file(facts, source);
    set_table(facts, source->format);
    json_t *json = NULL;
    if (look_inside(facts, source, error))
        json = pmx_object_dump(&pmx_facts_object, facts);
    pmx_facts_free(facts);
    return json;
}

json_t *pmx_probe_run(PmxRun *run, GError **error)
{
    PmxSourceRef ref;
    return pmx_run_source(run, 0, &ref, error) ? pmx_probe_facts(&ref, error) : NULL;
}
