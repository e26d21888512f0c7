/* SPDX-License-Identifier: MIT */
/* See ends.h. */
#include "media/ends.h"

#include <libavutil/intreadwrite.h>
#include <math.h>

/* Seconds before the end where a container without an index is read to find its tracks' ends. */
enum { TAIL_SECONDS = 10 };

/* Files up to this many bytes are read whole where that tells more; in longer transport streams this
 * many places are looked at, each for this many packets. */
enum { WHOLE_MAX = 64 << 20, SAMPLES = 64, PACKETS_NEAR = 200 };

/* Ticks where a stream's packets end. */
typedef struct {
    gint64 last;   /* the last of them; INT64_MIN: none was seen */
    gint64 before; /* all but one that is doubted; INT64_MIN: none is */
    guint since;   /* packets since that one */
} Ends;

typedef struct {
    PmxFacts *facts;
    PmxSource *source;
    AVFormatContext *format;
    gint64 size; /* bytes */
    guint count; /* streams when the probe began: more may be added while reading */
    Ends *ends;  /* of each stream */
} Search;

static void note(PmxFacts *facts, char *text)
{
    PmxNote *entry = pmx_array_add(&pmx_note_object, &facts->warnings);
    entry->text = text;
}

static gint64 packet_duration(const AVStream *stream, const AVPacket *packet)
{
    AVRational rate =
        stream->avg_frame_rate.num > 0 ? stream->avg_frame_rate : stream->r_frame_rate;
    if (packet->duration > 0 || rate.num <= 0 || rate.den <= 0)
        return MAX(0, packet->duration);
    return av_rescale_q(1, av_inv_q(rate), stream->time_base);
}

gboolean pmx_ends_tabled(const AVFormatContext *format)
{
    return strstr(format->iformat->name, "mov") != NULL;
}

static double seconds(const AVStream *stream, gint64 ticks)
{
    return (double)ticks * av_q2d(stream->time_base);
}

/* --- what is missing --- */

/* An index that points beyond the end of the file: the rest of it is missing. */
static gint64 missing_of_index(const Search *search)
{
    gint64 furthest = 0;
    for (guint i = 0; pmx_ends_tabled(search->format) && i < search->count; i++) {
        AVStream *stream = search->format->streams[i];
        int count = avformat_index_get_entries_count(stream);
        for (int k = 0; k < count; k++) {
            const AVIndexEntry *entry = avformat_index_get_entry(stream, k);
            furthest = MAX(furthest, av_sat_add64(entry->pos, entry->size));
        }
    }
    return MAX(0, furthest - search->size);
}

/* The length that a RIFF or an AIFF file's first chunk tells of the whole (EA IFF 85; 0 and all ones
 * are what a writer leaves that could not go back). */
static gint64 missing_of_chunk(const Search *search)
{
    guint8 head[8];
    if (pmx_source_read_at(&search->source->ref, 0, head, sizeof head) != sizeof head)
        return 0;
    gboolean riff = memcmp(head, "RIFF", 4) == 0, form = memcmp(head, "FORM", 4) == 0;
    guint32 length = riff ? AV_RL32(head + 4) : form ? AV_RB32(head + 4) : 0;
    return length == G_MAXUINT32 ? 0 : MAX(0, (gint64)length + 8 - search->size);
}

/* How many bytes the EBML number at `at` takes (RFC 8794, 4), and the number; 0: there is none. */
static gsize ebml_number(const guint8 *at, gsize room, guint64 *number)
{
    gsize length = 1;
    while (length <= 8 && !(room > 0 && at[0] & 0x100 >> length))
        length++;
    if (length > MIN(room, 8))
        return 0;
    *number = at[0] & ((0x100U >> length) - 1);
    for (gsize i = 1; i < length; i++)
        *number = *number << 8 | at[i];
    return length;
}

/* The length that Matroska's Segment tells, the element behind the EBML header (all ones are what a
 * writer leaves that could not go back). */
static gint64 missing_of_segment(const Search *search)
{
    enum { EBML = 0x1A45DFA3, SEGMENT = 0x18538067, ID = 4 };
    guint8 head[256];
    guint64 length = 0;
    gint64 got = pmx_source_read_at(&search->source->ref, 0, head, sizeof head);
    if (got < ID || AV_RB32(head) != EBML)
        return 0;
    gsize room = (gsize)got, at = ID, digits = ebml_number(head + at, room - at, &length);
    if (digits == 0 || length > room || (at += digits + (gsize)length) + ID > room ||
        AV_RB32(head + at) != SEGMENT)
        return 0;
    at += ID;
    digits = ebml_number(head + at, room - at, &length);
    if (digits == 0 || length >= (1ULL << 7 * digits) - 1)
        return 0;
    return MAX(0, (gint64)(at + digits + length) - search->size);
}

/* The last sample of the stream that is there whole, in its index; NULL without one. */
static const AVIndexEntry *last_whole(const Search *search, AVStream *stream)
{
    const AVIndexEntry *last = NULL;
    int count = avformat_index_get_entries_count(stream);
    for (int k = 0; k < count; k++) {
        const AVIndexEntry *entry = avformat_index_get_entry(stream, k);
        if (av_sat_add64(entry->pos, entry->size) <= search->size)
            last = entry;
    }
    return last;
}

/* --- the tail --- */

static gint64 file_start(const AVFormatContext *format)
{
    return format->start_time == AV_NOPTS_VALUE ? 0 : format->start_time;
}

/* Where reading for the ends begins, in AV_TIME_BASE: some seconds before the end, or before the
 * first track's last sample where samples are missing. */
static gint64 tail_begins(const Search *search, gboolean missing)
{
    double end = ((double)file_start(search->format) + (double)MAX(0, search->format->duration)) /
                 AV_TIME_BASE;
    for (guint i = 0; missing && i < search->count; i++) {
        AVStream *stream = search->format->streams[i];
        const AVIndexEntry *last = last_whole(search, stream);
        if (last && pmx_facts_stream(search->facts, i)->decodable)
            end = MIN(end, seconds(stream, last->timestamp));
    }
    double begin = CLAMP((end - TAIL_SECONDS) * AV_TIME_BASE, -1e18, 1e18);
    return MAX(file_start(search->format), (gint64)begin);
}

/* Of packets without any time, one follows the other. */
static gint64 begin_of(const AVPacket *packet, gint64 end)
{
    if (packet->pts != AV_NOPTS_VALUE)
        return packet->pts;
    return packet->dts != AV_NOPTS_VALUE ? packet->dts : MAX(0, end);
}

/* Notes where a packet of the stream ends. One far behind all that came before is damaged when more
 * packets than can be out of order end before it again. */
static void note_time(Ends *ends, const AVStream *stream, gint64 end)
{
    guint enough = 2 + 2 * (guint)MAX(0, stream->codecpar->video_delay);
    if (end > ends->last) {
        gboolean far =
            ends->last != INT64_MIN && seconds(stream, av_sat_sub64(end, ends->last)) > 1;
        if (far && ends->before == INT64_MIN)
            ends->before = ends->last;
        ends->last = end;
        ends->since = 0;
    } else if (ends->before != INT64_MIN) {
        ends->before = MAX(ends->before, end);
        ends->since++;
    }
    if (ends->before == INT64_MIN || ends->since < enough)
        return;
    ends->last = ends->before;
    ends->before = INT64_MIN;
}

static void note_end(Search *search, const AVPacket *packet)
{
    const AVStream *stream = search->format->streams[packet->stream_index];
    Ends *ends = &search->ends[packet->stream_index];
    gint64 begin = begin_of(packet, ends->last);
    note_time(ends, stream, av_sat_add64(begin, packet_duration(stream, packet)));
}

static void read_on(Search *search, PmxSource *source)
{
    g_autoptr(AVPacket) packet = av_packet_alloc();
    while (pmx_source_next(source, packet) >= 0) {
        if ((guint)packet->stream_index < search->count)
            note_end(search, packet);
        av_packet_unref(packet);
    }
}

static gboolean any_end(const Search *search)
{
    for (guint i = 0; i < search->count; i++)
        if (search->ends[i].last != INT64_MIN)
            return TRUE;
    return FALSE;
}

/* A track that decodes, and of which nothing was seen. */
static gboolean missed(const Search *search)
{
    for (guint i = 0; i < search->count; i++) {
        const PmxStream *stream = pmx_facts_stream(search->facts, i);
        if (stream->decodable && !stream->cover && search->ends[i].last == INT64_MIN)
            return TRUE;
    }
    return FALSE;
}

/* A track that is not in the tail ended before it, where no header tells. A seek to the start lands
 * at the first keyframe of the video, which may be behind that, so the file is opened again. */
static void read_missed(Search *search)
{
    if (search->size > WHOLE_MAX || !missed(search))
        return;
    g_autoptr(PmxSource) again = pmx_source_open(&search->source->ref, NULL);
    if (!again)
        return;
    read_on(search, again);
    if (again->failed) {
        search->source->failed = again->failed;
        search->source->position = again->position;
    }
}

/* A header that promises what is not there leads nowhere: then all of the file is read. */
static void read_tail(Search *search, gboolean missing)
{
    AVFormatContext *format = search->format;
    gint64 target = tail_begins(search, missing);
    if (format->duration <= 0 || av_seek_frame(format, -1, target, AVSEEK_FLAG_BACKWARD) >= 0)
        read_on(search, search->source);
    if (!any_end(search) &&
        avformat_seek_file(format, -1, INT64_MIN, file_start(format), INT64_MAX, 0) >= 0)
        read_on(search, search->source);
    read_missed(search);
}

/* --- files whose times cannot be told from the middle --- */

static gboolean untimed(const Search *search)
{
    for (guint i = 0; i < search->count; i++) {
        const PmxStream *stream = pmx_facts_stream(search->facts, i);
        if (stream->kind == PMX_STREAM_VIDEO && !stream->cover && stream->decodable &&
            (search->format->iformat->flags & AVFMT_NOTIMESTAMPS ||
             search->format->streams[i]->start_time == AV_NOPTS_VALUE))
            return TRUE;
    }
    return FALSE;
}

/* The time at a byte position, microseconds; AV_NOPTS_VALUE when there is none near. */
static gint64 time_at(const Search *search, gint64 position)
{
    g_autoptr(AVPacket) packet = av_packet_alloc();
    gint64 time = AV_NOPTS_VALUE;
    if (av_seek_frame(search->format, -1, position, AVSEEK_FLAG_BYTE) < 0)
        return time;
    for (guint i = 0;
         i < PACKETS_NEAR && time == AV_NOPTS_VALUE && pmx_source_next(search->source, packet) >= 0;
         i++) {
        const AVStream *stream = search->format->streams[packet->stream_index];
        if (packet->dts != AV_NOPTS_VALUE)
            time = av_rescale_q(packet->dts, stream->time_base, AV_TIME_BASE_Q);
        av_packet_unref(packet);
    }
    return time;
}

/* A look at some places of a long file: times that fall, or rise by ten times of what is usual. */
static gboolean looks_uneven(const Search *search)
{
    gint64 first = AV_NOPTS_VALUE, last = AV_NOPTS_VALUE, widest = 0;
    for (guint i = 0; i < SAMPLES; i++) {
        gint64 time = time_at(search, search->size / SAMPLES * i);
        if (time == AV_NOPTS_VALUE)
            continue;
        if (last != AV_NOPTS_VALUE && time < last)
            return TRUE;
        first = first == AV_NOPTS_VALUE ? time : first;
        widest = last == AV_NOPTS_VALUE ? 0 : MAX(widest, av_sat_sub64(time, last));
        last = time;
    }
    return widest > 10 * (gint64)G_USEC_PER_SEC &&
           widest > av_sat_sub64(last, first) / SAMPLES * 10;
}

/* Reads all of it on one clock. */
static void read_whole(Search *search)
{
    pmx_source_unwrap(search->source);
    if (av_seek_frame(search->format, -1, 0, AVSEEK_FLAG_BYTE) >= 0)
        read_on(search, search->source);
}

/* TRUE when that has found the ends. */
static gboolean read_sequential(Search *search)
{
    gboolean without = untimed(search),
             may_jump = (search->format->iformat->flags & AVFMT_TS_DISCONT) != 0;
    if (!without && (!may_jump || (search->size > WHOLE_MAX && !looks_uneven(search))))
        return FALSE;
    read_whole(search);
    gboolean jumped = pmx_unwrap_jumped(search->source->unwrap);
    for (guint i = 0; i < search->count; i++)
        ((PmxStream *)g_ptr_array_index(search->facts->streams, i))->sequential = without || jumped;
    if (jumped)
        note(search->facts,
             g_strdup("its clock jumps; what is behind a jump follows what is before"));
    return any_end(search);
}

/* --- the ends --- */

static gint64 header_end(const AVFormatContext *format, const AVStream *stream)
{
    gint64 start = stream->start_time == AV_NOPTS_VALUE ? 0 : stream->start_time;
    if (stream->duration > 0)
        return av_sat_add64(start, stream->duration);
    return av_sat_add64(start,
                        av_rescale_q(MAX(0, format->duration), AV_TIME_BASE_Q, stream->time_base));
}

/* The index reaches to within a second (or a hundredth) of where the header says the stream
 * ends, and no further than a second behind it. */
static gboolean index_reaches_end(AVStream *stream)
{
    int count = avformat_index_get_entries_count(stream);
    if (count == 0 || stream->duration <= 0)
        return FALSE;
    gint64 last = avformat_index_get_entry(stream, count - 1)->timestamp;
    gint64 start = stream->start_time == AV_NOPTS_VALUE ? 0 : stream->start_time;
    double missing = seconds(stream, av_sat_sub64(av_sat_add64(start, stream->duration), last));
    return missing > -1 && missing <= 1 + seconds(stream, stream->duration) / 100;
}

/* MP4's sample tables are exact: durations, edit lists applied. A fragmented file tells only what
 * it has read so far. */
static gboolean tables_tell_ends(const Search *search)
{
    for (guint i = 0; i < search->count; i++)
        if (pmx_facts_stream(search->facts, i)->decodable &&
            !index_reaches_end(search->format->streams[i]))
            return FALSE;
    return pmx_ends_tabled(search->format);
}

static double latest(const Search *search)
{
    double last = 0;
    for (guint i = 0; i < search->count; i++)
        if (search->ends[i].last != INT64_MIN)
            last = MAX(last, seconds(search->format->streams[i], search->ends[i].last));
    return last;
}

/* A header that promises more than there is: the file is not all there. What a bit rate made
 * libavformat guess is no promise, and a fragmented MP4's header promises what it likes. */
static void check_promise(const Search *search)
{
    const AVFormatContext *format = search->format;
    /* Some containers count the duration from zero, others from the start: the milder reading. */
    double promised = (double)format->duration / AV_TIME_BASE, there = latest(search);
    if (!pmx_ends_tabled(format) && format->duration > 0 &&
        format->duration_estimation_method == AVFMT_DURATION_FROM_STREAM &&
        there < promised - 1 - promised / 100)
        note(search->facts,
             g_strdup_printf("the file is cut off: it should last %.1f s and ends at "
                             "%.1f s; what is there is used",
                             promised, there));
}

static void note_missing(const Search *search, gint64 missing)
{
    note(search->facts,
         g_strdup_printf("the file is cut off: %" G_GINT64_FORMAT
                         " bytes (%.0f %%) are missing at its end; what is there is used",
                         missing, 100.0 * (double)missing / (double)(search->size + missing)));
}

static gint64 end_of(const Search *search, const PmxStream *stream, gboolean missing)
{
    guint i = (guint)stream->index;
    if (search->ends[i].last != INT64_MIN)
        return search->ends[i].last;
    return missing ? stream->start : header_end(search->format, search->format->streams[i]);
}

void pmx_ends_find(PmxFacts *facts, PmxSource *source)
{
    Search search = {.facts = facts,
                     .source = source,
                     .format = source->format,
                     .size = source->ref.size,
                     .count = facts->streams ? facts->streams->len : 0};
    g_autofree Ends *ends = search.ends = g_new(Ends, search.count + 1);
    for (guint i = 0; i < search.count; i++)
        ends[i] = (Ends){INT64_MIN, INT64_MIN, 0};
    gint64 of_index = missing_of_index(&search),
           of_header = MAX(missing_of_chunk(&search), missing_of_segment(&search)),
           missing = MAX(of_index, of_header);
    gboolean exact = missing == 0 && tables_tell_ends(&search);
    if (!exact && !read_sequential(&search))
        read_tail(&search, of_index > 0);
    for (guint i = 0; i < search.count; i++) {
        PmxStream *stream = g_ptr_array_index(facts->streams, i);
        stream->end = MAX(stream->start, end_of(&search, stream, of_index > 0));
    }
    if (missing > 0)
        note_missing(&search, missing);
    else if (!exact)
        check_promise(&search);
}
