/* SPDX-License-Identifier: MIT */
/* See mux.h. */
#include "media/mux.h"

#include <libavcodec/bsf.h>

#include "job/language.h"
#include "media/averror.h"
#include "media/mux_patch.h"
#include "media/mux_track.h"

struct PmxMux {
    AVFormatContext *format;
    int container;
    char *path;
    GPtrArray *names, *tags; /* of char *: tracks with a long language, see long_languages.h */
    GPtrArray *filters;      /* of AVBSFContext *, one a track; NULL: none */
    GArray *ticks;           /* of AVRational: each track's clock as its packets come in */
    AVDictionary *text;      /* about the whole file */
    gint64 delay;            /* 1/90000 s */
    gint64 size;             /* bytes that are expected */
};

PmxMux *pmx_mux_create(const char *path, int container, GError **error)
{
    g_autoptr(PmxMux) mux = g_new0(PmxMux, 1);
    mux->container = container;
    mux->filters = g_ptr_array_new();
    mux->path = g_strdup(path);
    mux->names = g_ptr_array_new_with_free_func(g_free);
    mux->tags = g_ptr_array_new_with_free_func(g_free);
    mux->ticks = g_array_new(FALSE, FALSE, sizeof(AVRational));
    const char *muxer = pmx_mux_format(container)->muxer;
    int status = avformat_alloc_output_context2(&mux->format, NULL, muxer, path);
    if (status >= 0)
        status = avio_open(&mux->format->pb, path, AVIO_FLAG_WRITE);
    if (status < 0) {
        pmx_av_fail(error, PMX_CODE_INTERNAL, status, "cannot write to the scratch folder");
        return NULL;
    }
    mux->format->flags |= AVFMT_FLAG_BITEXACT;
    /* libavformat 59 calls FLAC in MP4 an experiment; its specification has been settled since. */
    mux->format->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
    mux->format->avoid_negative_ts = 0; /* pmx_mux_delay() does, for all tracks alike */
    mux->format->max_delay = 700000;    /* MPEG-TS: how far its clock runs ahead, as usual */
    return g_steal_pointer(&mux);
}

void pmx_mux_free(PmxMux *mux)
{
    if (!mux)
        return;
    if (mux->format)
        avio_closep(&mux->format->pb);
    avformat_free_context(mux->format);
    for (guint i = 0; i < mux->filters->len; i++) {
        AVBSFContext *filter = g_ptr_array_index(mux->filters, i);
        av_bsf_free(&filter);
    }
    g_ptr_array_unref(mux->filters);
    g_ptr_array_unref(mux->names);
    g_ptr_array_unref(mux->tags);
    g_free(mux->path);
    av_dict_free(&mux->text);
    g_array_unref(mux->ticks);
    g_free(mux);
}

void pmx_mux_describe(PmxMux *mux, const char *key, const char *value)
{
    av_dict_set(&mux->text, key, value, 0);
}

/* Formats of one track tell its language and title of the file. */
static void describe_alone(PmxMux *mux, const PmxMuxTrack *track)
{
    if (pmx_mux_format(mux->container)->times != PMX_TIMES_ALONE)
        return;
    if (track->language)
        av_dict_set(&mux->text, "language", track->language, AV_DICT_DONT_OVERWRITE);
    if (track->title)
        av_dict_set(&mux->text, "title", track->title, AV_DICT_DONT_OVERWRITE);
}

/* Parameter sets before each keyframe, in the form with start codes (H.264 Annex B), for containers
 * that keep them nowhere else. */
static int add_filter(PmxMux *mux, const AVStream *stream)
{
    AVBSFContext *filter = NULL;
    const AVCodecParameters *parameters = stream->codecpar;
    gboolean lengths = parameters->extradata_size > 0 && parameters->extradata[0] == 1;
    int status = 0;
    if (pmx_mux_format(mux->container)->repeats && parameters->codec_id == AV_CODEC_ID_H264) {
        status = av_bsf_list_parse_str(lengths ? "h264_mp4toannexb" : "dump_extra=freq=keyframe",
                                       &filter);
        if (status >= 0)
            status = avcodec_parameters_copy(filter->par_in, parameters);
        if (status >= 0)
            status = av_bsf_init(filter);
    }
    g_ptr_array_add(mux->filters, filter);
    return status;
}

static int add(PmxMux *mux, const PmxArtifactHead *head, const PmxMuxTrack *track, GError **error)
{
    AVStream *stream = avformat_new_stream(mux->format, NULL);
    if (!stream || !pmx_mux_track_set(stream, mux->container, head, track, error))
        return -1;
    g_array_append_val(mux->ticks, stream->time_base);
    /* MXF counts frames, and libavformat takes the clock for their rate. */
    if (pmx_mux_format(mux->container)->repeats && stream->avg_frame_rate.num > 0)
        stream->time_base = av_inv_q(stream->avg_frame_rate);
    describe_alone(mux, track);
    char *name = pmx_mux_track_long_name(mux->container, head, track);
    if (name) {
        g_ptr_array_add(mux->names, name);
        g_ptr_array_add(mux->tags, g_strdup(track->tag));
    }
    int status = add_filter(mux, stream);
    if (status >= 0)
        return stream->index;
    pmx_av_fail(error, PMX_CODE_INTERNAL, status, "a track cannot be added");
    return -1;
}

/* QuickTime's own list of languages is short and has the B codes (QuickTime File Format, Language Code
 * Values); the extended tag says what it cannot. */
static int add_quicktime(PmxMux *mux, const PmxArtifactHead *head, const PmxMuxTrack *track,
                         GError **error)
{
    /* But for French, in libavformat's copy of the list. */
    gboolean french = g_strcmp0(track->language, "fra") == 0;
    g_autofree char *code = french ? g_strdup("fra") : pmx_language_to_639_2b(track->language);
    g_autofree char *tag =
        track->tag ? g_strdup(track->tag) : pmx_language_to_bcp47(track->language);
    PmxMuxTrack own = *track;
    own.language = code;
    own.tag = tag;
    return add(mux, head, &own, error);
}

int pmx_mux_add(PmxMux *mux, const PmxArtifactHead *head, const PmxMuxTrack *track, GError **error)
{
    return mux->container == PMX_CONTAINER_MOV ? add_quicktime(mux, head, track, error)
                                               : add(mux, head, track, error);
}

void pmx_mux_delay(PmxMux *mux, gint64 ticks)
{
    mux->delay = ticks;
}

void pmx_mux_expect(PmxMux *mux, gint64 bytes)
{
    mux->size = bytes;
}

/* A movie clock that all tracks' clocks divide, so that edits end on the exact sample; MP4's own
 * default, 1/1000 s, cuts up to a millisecond off every track's end. Beyond the limit a two-hour
 * film would need 64-bit headers. */
static gint64 movie_timescale(const PmxMux *mux)
{
    enum { LIMIT = 600000, USUAL = 90000 };
    gint64 scale = 1;
    for (guint i = 0; i < mux->ticks->len; i++) {
        gint64 den = g_array_index(mux->ticks, AVRational, i).den;
        scale = scale / av_gcd(scale, den) * den;
        if (scale > LIMIT)
            return USUAL;
    }
    return MAX(scale, 1000);
}

/* Ogg keeps comments with the stream. */
static AVDictionary **place_of_text(const PmxMux *mux)
{
    gboolean ogg = mux->container == PMX_CONTAINER_OGG && mux->format->nb_streams > 0;
    return ogg ? &mux->format->streams[0]->metadata : &mux->format->metadata;
}

gboolean pmx_mux_begin(PmxMux *mux, GError **error)
{
    g_autoptr(AVDictionary) options = NULL;
    pmx_mux_options(mux->container, movie_timescale(mux), mux->size, &options);
    if (pmx_mux_format(mux->container)->times == PMX_TIMES_EDITS &&
        pmx_mux_spells_names(mux->container, mux->text))
        av_dict_set(&options, "movflags", "+use_metadata_tags", AV_DICT_APPEND);
    /* What is put in afterwards would not be in the checksum. */
    if (mux->names->len > 0 && pmx_mux_long_form(mux->container) == PMX_LONG_MATROSKA)
        av_dict_set(&options, "write_crc32", "0", 0);
    av_dict_copy(place_of_text(mux), mux->text, 0);
    int status = avformat_write_header(mux->format, &options);
    return status >= 0 ||
           pmx_av_fail(error, PMX_CODE_INTERNAL, status, "the %s file cannot be begun",
                       pmx_container_info(mux->container)->name);
}

static int put(const PmxMux *mux, AVPacket *packet)
{
    AVBSFContext *filter = g_ptr_array_index(mux->filters, (guint)packet->stream_index);
    int index = packet->stream_index, status = filter ? av_bsf_send_packet(filter, packet) : 0;
    if (status >= 0 && filter)
        status = av_bsf_receive_packet(filter, packet);
    if (status < 0)
        return status;
    packet->stream_index = index;
    if (pmx_mux_format(mux->container)->interleaves)
        return av_interleaved_write_frame(mux->format, packet);
    return av_write_frame(mux->format, packet);
}

gboolean pmx_mux_write(PmxMux *mux, int number, AVPacket *packet, gboolean *refused, GError **error)
{
    AVStream *stream = mux->format->streams[number];
    AVRational ticks = g_array_index(mux->ticks, AVRational, number);
    gint64 delay = av_rescale_q(mux->delay, (AVRational){1, 90000}, ticks);
    packet->stream_index = number;
    packet->pts = av_sat_add64(packet->pts, delay);
    packet->dts = av_sat_add64(packet->dts, delay);
    av_packet_rescale_ts(packet, ticks, stream->time_base);
    int status = put(mux, packet);
    av_packet_unref(packet);
    if (refused)
        *refused = status == AVERROR_INVALIDDATA;
    return status >= 0 || (refused && *refused) ||
           pmx_av_fail(error, PMX_CODE_INTERNAL, status, "the %s file cannot be written",
                       pmx_container_info(mux->container)->name);
}

gboolean pmx_mux_end(PmxMux *mux, GError **error)
{
    PmxLongForm form = pmx_mux_long_form(mux->container);
    int status = av_write_trailer(mux->format);
    if (status >= 0)
        status = avio_closep(&mux->format->pb);
    if (status < 0)
        return pmx_av_fail(error, PMX_CODE_INTERNAL, status, "the %s file cannot be finished",
                           pmx_container_info(mux->container)->name);
    return mux->names->len == 0 || pmx_mux_patch(mux->path, form, mux->names, mux->tags, error);
}
