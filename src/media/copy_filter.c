/* SPDX-License-Identifier: MIT */
/* See copy_filter.h. */
#include "media/copy_filter.h"

#include <libavcodec/bsf.h>
#include <libavutil/intreadwrite.h>

/* Packets in a row that bring another configuration: a stream that has changed, and no damage. */
enum { CHANGED = 16 };

struct PmxCopyFilter {
    AVStream *stream;
    AVBSFContext *adts; /* or NULL: the packets have no such header, or none has come yet */
    guint16 shape;      /* of the first ADTS header: profile, rate and channels */
    guint others;       /* packets in a row of another shape */
    guint taken;        /* packets whose header was taken off */
};

PmxCopyFilter *pmx_copy_filter_new(AVStream *stream)
{
    PmxCopyFilter *filter = g_new0(PmxCopyFilter, 1);
    filter->stream = stream;
    return filter;
}

void pmx_copy_filter_free(PmxCopyFilter *filter)
{
    if (!filter)
        return;
    av_bsf_free(&filter->adts);
    g_free(filter);
}

/* --- ADTS --- */

/* The header that each AAC packet of a transport stream has (ISO/IEC 13818-7, 6.2); containers want
 * to be told once. */
static gboolean has_header(const AVPacket *packet)
{
    return packet->size > 7 && (AV_RB16(packet->data) & 0xfff6) == 0xfff0;
}

/* profile: 2 bits, sampling_frequency_index: 4, private_bit, channel_configuration: 3. */
static guint16 shape_of(const AVPacket *packet)
{
    return AV_RB16(packet->data + 2) & 0xfdc0;
}

static int start(PmxCopyFilter *filter)
{
    int status = av_bsf_alloc(av_bsf_get_by_name("aac_adtstoasc"), &filter->adts);
    if (status >= 0)
        status = avcodec_parameters_copy(filter->adts->par_in, filter->stream->codecpar);
    if (status >= 0) {
        filter->adts->time_base_in = filter->stream->time_base;
        status = av_bsf_init(filter->adts);
    }
    if (status < 0) /* one that is not ready must not be given packets */
        av_bsf_free(&filter->adts);
    return status;
}

/* The first packet brings what the headers had in common (AudioSpecificConfig). */
static int take_config(const PmxCopyFilter *filter, const AVPacket *packet)
{
    size_t size = 0;
    const uint8_t *config = av_packet_get_side_data(packet, AV_PKT_DATA_NEW_EXTRADATA, &size);
    AVCodecParameters *parameters = filter->stream->codecpar;
    if (!config || size == 0 || parameters->extradata_size > 0)
        return 0;
    parameters->extradata = av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!parameters->extradata)
        return AVERROR(ENOMEM);
    memcpy(parameters->extradata, config, size);
    parameters->extradata_size = (int)size;
    return 0;
}

/* What began the stream was no packet of it, though it looked like one: the next tells anew. */
static void begin_anew(PmxCopyFilter *filter)
{
    AVCodecParameters *parameters = filter->stream->codecpar;
    av_bsf_free(&filter->adts);
    av_freep(&parameters->extradata);
    parameters->extradata_size = 0;
}

static gboolean is_adts(const PmxCopyFilter *filter)
{
    const AVCodecParameters *parameters = filter->stream->codecpar;
    return filter->adts ||
           (parameters->codec_id == AV_CODEC_ID_AAC && parameters->extradata_size == 0);
}

static int take_header_off(PmxCopyFilter *filter, AVPacket *packet)
{
    int status = 0;
    if (!filter->adts) {
        filter->shape = shape_of(packet);
        status = start(filter);
    }
    if (status >= 0)
        status = av_bsf_send_packet(filter->adts, packet);
    if (status >= 0)
        status = av_bsf_receive_packet(filter->adts, packet);
    if (status >= 0)
        status = take_config(filter, packet);
    filter->taken += status >= 0;
    if (filter->stream->codecpar->extradata_size == 0)
        begin_anew(filter);
    return status;
}

/* Whether the packet has another configuration than those before. Where these were few, it is they
 * that were damaged. */
static gboolean is_other(PmxCopyFilter *filter, const AVPacket *packet)
{
    if (!filter->adts || shape_of(packet) == filter->shape) {
        filter->others = 0;
        return FALSE;
    }
    if (++filter->others < CHANGED || filter->taken >= CHANGED)
        return TRUE;
    begin_anew(filter);
    filter->others = 0;
    return FALSE;
}

/* --- the whole --- */

static gboolean refuse(const PmxCopyFilter *filter, const char *why, GError **error)
{
    g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD, "the stream %d %s", filter->stream->index,
                why);
    return FALSE;
}

/* Containers are told a stream's parameters once. */
static gboolean changes(const PmxCopyFilter *filter, const AVPacket *packet)
{
    size_t size = 0;
    const uint8_t *fresh = av_packet_get_side_data(packet, AV_PKT_DATA_NEW_EXTRADATA, &size);
    const AVCodecParameters *parameters = filter->stream->codecpar;
    return fresh && size > 0 && parameters->extradata_size > 0 &&
           ((size_t)parameters->extradata_size != size ||
            memcmp(fresh, parameters->extradata, size) != 0);
}

gboolean pmx_copy_filter_take(PmxCopyFilter *filter, AVPacket *packet, gboolean *left_out,
                              GError **error)
{
    static const char changed[] = "changes its parameters within it and cannot be copied; let it "
                                  "be encoded";
    *left_out = FALSE;
    if (av_packet_get_side_data(packet, AV_PKT_DATA_ENCRYPTION_INFO, NULL))
        return refuse(filter, "is encrypted", error);
    if (changes(filter, packet))
        return refuse(filter, changed, error);
    if (!is_adts(filter))
        return TRUE;
    if (!has_header(packet)) {
        *left_out = TRUE;
        return TRUE;
    }
    if (is_other(filter, packet)) {
        *left_out = TRUE;
        return filter->others < CHANGED || refuse(filter, changed, error);
    }
    *left_out = take_header_off(filter, packet) < 0;
    return TRUE;
}
