/* SPDX-License-Identifier: MIT */
/* An input behind the data socket, opened as a container: see source.h. */
#include "media/source.h"

#include <errno.h>
#include <libavutil/display.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/wire.h"
#include "media/averror.h"

/* Large enough that a question costs nothing next to the bytes, small enough for a seeking
 * demuxer. */
enum { BUFFER_SIZE = 256 * 1024 };

static gint64 read_file(int fd, gint64 offset, void *buffer, gsize length)
{
    ssize_t n;
    do
        n = pread(fd, buffer, length, (off_t)offset);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

gint64 pmx_source_read_at(const PmxSourceRef *ref, gint64 offset, void *buffer, gsize length)
{
    if (ref->file)
        return read_file(ref->fd, offset, buffer, length);
    PmxWireQuestion question = {ref->input, (guint32)MIN(length, PMX_WIRE_MAX), (guint64)offset};
    PmxWireAnswer answer;
    if (!pmx_wire_write(ref->fd, &question, sizeof question) ||
        !pmx_wire_read(ref->fd, &answer, sizeof answer))
        return -EPIPE;
    if (answer.length > (gint64)question.length)
        return -EPROTO;
    if (answer.length > 0 && !pmx_wire_read(ref->fd, buffer, (size_t)answer.length))
        return -EPIPE;
    return answer.length;
}

static int read_packet(void *opaque, uint8_t *buffer, int length)
{
    PmxSource *source = opaque;
    gint64 n = pmx_source_read_at(&source->ref, source->position, buffer, (gsize)length);
    if (n == 0)
        return AVERROR_EOF;
    if (n < 0) {
        source->failed = (int)-n;
        return AVERROR((int)-n);
    }
    source->position += n;
    return (int)n;
}

/* A demuxer that fails this often in a row will not find back. */
enum { RETRIES_MAX = 16 };

static int read_on(PmxSource *source, AVPacket *packet)
{
    int status = AVERROR_INVALIDDATA;
    for (guint i = 0; i < RETRIES_MAX && status == AVERROR_INVALIDDATA && !source->failed; i++)
        status = av_read_frame(source->format, packet);
    return status;
}

/* Where one Ogg stream follows another (RFC 3533, 4), libavformat gives the headers of the second for
 * packets; as sound they would last two seconds. */
static gboolean is_header(const PmxSource *source, const AVPacket *packet)
{
    const AVStream *stream = source->format->streams[packet->stream_index];
    return stream->codecpar->codec_id == AV_CODEC_ID_OPUS && packet->size >= 8 &&
           (memcmp(packet->data, "OpusHead", 8) == 0 || memcmp(packet->data, "OpusTags", 8) == 0);
}

int pmx_source_next(PmxSource *source, AVPacket *packet)
{
    int status = read_on(source, packet);
    while (status >= 0 && is_header(source, packet)) {
        av_packet_unref(packet);
        status = read_on(source, packet);
    }
    if (status >= 0 && source->unwrap)
        pmx_unwrap_packet(source->unwrap, source->format->streams[packet->stream_index], packet);
    return status;
}

void pmx_source_unwrap(PmxSource *source)
{
    pmx_unwrap_free(source->unwrap);
    source->unwrap = pmx_unwrap_new();
}

gboolean pmx_source_check(const PmxSource *source, GError **error)
{
    if (!source->failed)
        return TRUE;
    g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD,
                "the input cannot be read at byte %" G_GINT64_FORMAT ": %s", source->position,
                g_strerror(source->failed));
    return FALSE;
}

static int64_t seek(void *opaque, int64_t offset, int whence)
{
    PmxSource *source = opaque;
    switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
        return source->ref.size;
    case SEEK_CUR:
        offset += source->position;
        break;
    case SEEK_END:
        offset += source->ref.size;
        break;
    default:
        break;
    }
    if (offset < 0)
        return AVERROR(EINVAL);
    source->position = offset;
    return offset;
}

/* A playlist or a reference track may not make the demuxer open anything else. */
static int refuse_open(AVFormatContext *context, AVIOContext **io, const char *url, int flags,
                       AVDictionary **options)
{
    (void)context, (void)io, (void)url, (void)flags, (void)options;
    return AVERROR(EPERM);
}

static void close_format(PmxSource *source)
{
    avformat_close_input(&source->format);
    if (source->io)
        av_freep(&source->io->buffer);
    avio_context_free(&source->io);
}

static gboolean make_io(PmxSource *source, GError **error)
{
    uint8_t *buffer = av_malloc(BUFFER_SIZE);
    source->format = avformat_alloc_context();
    if (buffer && source->format)
        source->io = avio_alloc_context(buffer, BUFFER_SIZE, 0, source, read_packet, NULL, seek);
    if (!source->io) {
        av_free(buffer);
        return pmx_av_fail(error, PMX_CODE_INTERNAL, AVERROR(ENOMEM), "cannot open the input");
    }
    source->format->pb = source->io;
    source->format->io_open = refuse_open;
    source->format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
    return TRUE;
}

/* It decodes pictures, too, where headers do not tell enough. Streams that a format without headers
 * tells of later only get no limit here; of those the runner's memory is one (exec/sandbox.h). */
static int find_streams(AVFormatContext *format)
{
    guint count = format->nb_streams;
    g_autofree AVDictionary **options = g_new0(AVDictionary *, count + 1);
    for (guint i = 0; i < count; i++)
        av_dict_set_int(&options[i], "max_pixels", PMX_PIXELS_MAX, 0);
    int status = avformat_find_stream_info(format, options);
    for (guint i = 0; i < count; i++)
        av_dict_free(&options[i]);
    return status;
}

static gboolean read_headers(PmxSource *source, gboolean simple_edits, GError **error)
{
    g_autoptr(AVDictionary) options = NULL;
    av_dict_set(&options, "protocol_whitelist", "none", 0);
    if (simple_edits)
        av_dict_set(&options, "advanced_editlist", "0", 0);
    int status = avformat_open_input(&source->format, source->ref.name, NULL, &options);
    return status >= 0 || pmx_av_fail(error, PMX_CODE_RESOURCE_BAD, status,
                                      "the file is damaged or not a media file");
}

/* Frames there are, and an edit list shows none of them. */
static gboolean all_hidden(AVStream *stream)
{
    enum AVMediaType type = stream->codecpar->codec_type;
    gboolean media = type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO;
    int count = avformat_index_get_entries_count(stream);
    for (int i = 0; i < count; i++)
        if (!(avformat_index_get_entry(stream, i)->flags & AVINDEX_DISCARD_FRAME))
            return FALSE;
    return media && stream->nb_frames > 0;
}

static gboolean any_hidden(const AVFormatContext *format)
{
    for (guint i = 0; strstr(format->iformat->name, "mov") && i < format->nb_streams; i++)
        if (all_hidden(format->streams[i]))
            return TRUE;
    return FALSE;
}

/* Its edit begins behind its end. */
static gboolean any_behind(const AVFormatContext *format)
{
    for (guint i = 0; i < format->nb_streams; i++) {
        AVStream *stream = format->streams[i];
        int count = avformat_index_get_entries_count(stream);
        if (count > 0 && avformat_index_get_entry(stream, count - 1)->timestamp < 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean open_again(PmxSource *source, gboolean simple_edits, GError **error)
{
    close_format(source);
    source->position = 0;
    return make_io(source, error) && read_headers(source, simple_edits, error);
}

/* An edit of no duration lasts to the end of its track for players (ISO/IEC 14496-12 leaves it open),
 * and for libavformat not at all, unless it only looks at where an edit begins. */
static gboolean open_format(PmxSource *source, GError **error)
{
    if (!read_headers(source, FALSE, error))
        return FALSE;
    if (any_hidden(source->format) &&
        (!open_again(source, TRUE, error) ||
         (any_behind(source->format) && !open_again(source, FALSE, error))))
        return FALSE;
    int status = find_streams(source->format);
    if (status < 0)
        return pmx_av_fail(error, PMX_CODE_RESOURCE_BAD, status, "no streams can be read");
    return TRUE;
}

PmxSource *pmx_source_open(const PmxSourceRef *ref, GError **error)
{
    if (ref->size == 0) {
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD, "the file is empty");
        return NULL;
    }
    g_autoptr(PmxSource) source = g_new0(PmxSource, 1);
    source->ref = *ref;
    if (!make_io(source, error) || !open_format(source, error))
        return NULL;
    return g_steal_pointer(&source);
}

void pmx_source_free(PmxSource *source)
{
    if (!source)
        return;
    close_format(source);
    pmx_unwrap_free(source->unwrap);
    g_free(source);
}

PmxRatio pmx_source_ratio(AVRational value)
{
    return value.num > 0 && value.den > 0 ? pmx_ratio(value.num, value.den) : (PmxRatio){0, 1};
}

gint64 pmx_source_rotation(const AVStream *stream)
{
    const uint8_t *matrix = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, NULL);
    double angle = matrix ? -av_display_rotation_get((const int32_t *)matrix) : 0;
    if (isnan(angle))
        return 0;
    gint64 quarter = llround(angle / 90);
    return ((quarter % 4) + 4) % 4 * 90;
}
