/* SPDX-License-Identifier: MIT */
/* The field tables of what a probe found (see facts.h). Pure. */
#include "plan/facts.h"

#define AT(member) .offset = offsetof(PmxStream, member)

static const char *const kinds[] = {"video", "audio", "subtitle", "data", "attachment", NULL};

static const PmxField stream_fields[] = {
    {"index", PMX_FIELD_INT, AT(index), PMX_FIELD_REQUIRED, .fallback = "-1",
     .doc = "position in the file, from 0"},
    {"id", PMX_FIELD_INT, AT(id), .doc = "the container's own number"},
    {"kind", PMX_FIELD_ENUM, AT(kind), PMX_FIELD_REQUIRED, .choices = kinds, .fallback = "data",
     .doc = "what it carries"},
    {"codec", PMX_FIELD_STRING, AT(codec), .doc = "codec name"},
    {"codec_long", PMX_FIELD_STRING, AT(codec_long), .doc = "codec name for people"},
    {"tag", PMX_FIELD_INT, AT(tag), .doc = "the container's four-character code, little endian"},
    {"profile", PMX_FIELD_STRING, AT(profile), .doc = "codec profile"},
    {"level", PMX_FIELD_INT, AT(level), .doc = "codec level"},
    {"language", PMX_FIELD_STRING, AT(language), .doc = "language tag as in the file"},
    {"title", PMX_FIELD_STRING, AT(title), .doc = "title"},
    {"default", PMX_FIELD_BOOL, AT(is_default), .doc = "flagged default or enabled"},
    {"cover", PMX_FIELD_BOOL, AT(cover), .doc = "an attached picture"},
    {"encrypted", PMX_FIELD_BOOL, AT(encrypted), .doc = "unreadable without a key"},
    {"decodable", PMX_FIELD_BOOL, AT(decodable), .doc = "a first frame was decoded"},
    {"problem", PMX_FIELD_STRING, AT(problem), .doc = "why nothing was decoded"},
    {"time_base", PMX_FIELD_TEXT, AT(time_base), .kind = &pmx_ratio_kind, .fallback = "0",
     .doc = "seconds a tick"},
    {"start", PMX_FIELD_INT, AT(start), .doc = "first frame, ticks"},
    {"end", PMX_FIELD_INT, AT(end), .doc = "end of the last packet, ticks"},
    {"bit_rate", PMX_FIELD_INT, AT(bit_rate), .doc = "bit/s"},
    {"frames", PMX_FIELD_INT, AT(frames), .doc = "frames that the container counts"},
    {"width", PMX_FIELD_INT, AT(width), .doc = "pixels, as stored"},
    {"height", PMX_FIELD_INT, AT(height), .doc = "pixels, as stored"},
    {"sar", PMX_FIELD_TEXT, AT(sar), .kind = &pmx_ratio_kind, .fallback = "0",
     .doc = "sample aspect ratio"},
    {"rotation", PMX_FIELD_INT, AT(rotation), .doc = "degrees clockwise to show it upright"},
    {"frame_rate", PMX_FIELD_TEXT, AT(frame_rate), .kind = &pmx_ratio_kind, .fallback = "0",
     .doc = "frames a second"},
    {"constant_rate", PMX_FIELD_BOOL, AT(constant_rate), .doc = "every frame lasts as long"},
    {"bits", PMX_FIELD_INT, AT(bits), .doc = "bits of a luma sample"},
    {"pix_fmt", PMX_FIELD_STRING, AT(pix_fmt), .doc = "pixel format"},
    {"reordering", PMX_FIELD_INT, AT(reordering), .doc = "frames held back for order"},
    {"interlaced", PMX_FIELD_BOOL, AT(interlaced), .doc = "its first frame is interlaced"},
    {"range", PMX_FIELD_STRING, AT(range), .doc = "colour range"},
    {"matrix", PMX_FIELD_STRING, AT(matrix), .doc = "colour matrix"},
    {"primaries", PMX_FIELD_STRING, AT(primaries), .doc = "colour primaries"},
    {"transfer", PMX_FIELD_STRING, AT(transfer), .doc = "transfer characteristics"},
    {"chroma", PMX_FIELD_STRING, AT(chroma), .doc = "chroma sample location"},
    {"sequential", PMX_FIELD_BOOL, AT(sequential),
     .doc = "times are missing or start again: read from the beginning only"},
    {"mastering", PMX_FIELD_STRING, AT(mastering), .doc = "mastering display"},
    {"mastering_peak", PMX_FIELD_INT, AT(mastering_peak), .doc = "cd/m² of it"},
    {"light_max", PMX_FIELD_INT, AT(light_max), .doc = "MaxCLL, cd/m²"},
    {"light_average", PMX_FIELD_INT, AT(light_average), .doc = "MaxFALL, cd/m²"},
    {"keyframes", PMX_FIELD_INT, AT(keyframes), .doc = "keyframes seen"},
    {"keyframe_spacing", PMX_FIELD_DOUBLE, AT(keyframe_spacing),
     .doc = "largest gap between keyframes, seconds"},
    {"sample_rate", PMX_FIELD_INT, AT(sample_rate), .doc = "Hz"},
    {"channels", PMX_FIELD_INT, AT(channels), .doc = "channels"},
    {"layout", PMX_FIELD_STRING, AT(layout), .doc = "channel layout"},
    {"sample_fmt", PMX_FIELD_STRING, AT(sample_fmt), .doc = "sample format"},
    {0},
};
#undef AT

const PmxObject pmx_stream_object = {"Stream", sizeof(PmxStream), stream_fields,
                                     "One stream of a file."};

static const PmxField note_fields[] = {
    {"text", PMX_FIELD_STRING, offsetof(PmxNote, text), .doc = "one line"},
    {0},
};

const PmxObject pmx_note_object = {"Note", sizeof(PmxNote), note_fields, "A line of text."};

#define AT(member) .offset = offsetof(PmxFacts, member)

static const PmxField facts_fields[] = {
    {"format", PMX_FIELD_STRING, AT(format), .doc = "container format"},
    {"duration", PMX_FIELD_DOUBLE, AT(duration), .doc = "seconds"},
    {"start", PMX_FIELD_DOUBLE, AT(start), .doc = "seconds"},
    {"size", PMX_FIELD_INT, AT(size), .doc = "bytes"},
    {"bit_rate", PMX_FIELD_INT, AT(bit_rate), .doc = "bit/s"},
    {"streams", PMX_FIELD_ARRAY, AT(streams), .object = &pmx_stream_object, .doc = "the streams"},
    {"table", PMX_FIELD_ARRAY, AT(table), .object = &pmx_note_object,
     .doc = "the stream table for people"},
    {"warnings", PMX_FIELD_ARRAY, AT(warnings), .object = &pmx_note_object,
     .doc = "what is odd about it"},
    {"versions", PMX_FIELD_STRING, AT(versions), .doc = "versions of the libraries that looked"},
    {0},
};
#undef AT

const PmxObject pmx_facts_object = {"Facts", sizeof(PmxFacts), facts_fields,
                                    "What is inside a file."};

void pmx_facts_free(PmxFacts *facts)
{
    pmx_object_free(&pmx_facts_object, facts);
}

const PmxStream *pmx_facts_stream(const PmxFacts *facts, gint64 index)
{
    for (guint i = 0; facts->streams && i < facts->streams->len; i++) {
        const PmxStream *stream = g_ptr_array_index(facts->streams, i);
        if (stream->index == index)
            return stream;
    }
    return NULL;
}

const PmxStream *pmx_facts_video(const PmxFacts *facts)
{
    for (guint i = 0; facts->streams && i < facts->streams->len; i++) {
        const PmxStream *stream = g_ptr_array_index(facts->streams, i);
        if (stream->kind == PMX_STREAM_VIDEO && !stream->cover && stream->decodable)
            return stream;
    }
    return NULL;
}

const PmxStream *pmx_facts_unreadable(const PmxFacts *facts)
{
    for (guint i = 0; facts->streams && i < facts->streams->len; i++) {
        const PmxStream *stream = g_ptr_array_index(facts->streams, i);
        if (stream->kind == PMX_STREAM_VIDEO && !stream->cover && stream->problem)
            return stream;
    }
    return NULL;
}

gint64 pmx_stream_us(const PmxStream *stream, gint64 ticks)
{
    return pmx_rescale(ticks, stream->time_base, (PmxRatio){1, G_USEC_PER_SEC});
}

gint64 pmx_facts_origin(const PmxFacts *facts)
{
    const PmxStream *video = pmx_facts_video(facts);
    if (video)
        return pmx_stream_us(video, video->start);
    gint64 origin = G_MAXINT64;
    for (guint i = 0; facts->streams && i < facts->streams->len; i++) {
        const PmxStream *stream = g_ptr_array_index(facts->streams, i);
        if (stream->kind == PMX_STREAM_AUDIO && stream->decodable)
            origin = MIN(origin, pmx_stream_us(stream, stream->start));
    }
    return origin == G_MAXINT64 ? 0 : origin;
}
