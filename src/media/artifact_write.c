/* SPDX-License-Identifier: MIT */
/* Writing artifacts: see artifact.h. Called by encoders in the runner. */
#include "media/artifact.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <libavutil/crc.h>
#include <libavutil/intreadwrite.h>
#include <string.h>

#include "media/artifact_format.h"
#include "media/packet_times.h"

#define AT(member) .offset = offsetof(PmxArtifactHead, member)
static const PmxField head_fields[] = {
    {"codec", PMX_FIELD_STRING, AT(codec), .doc = "codec name"},
    {"time_base", PMX_FIELD_TEXT, AT(time_base), .kind = &pmx_ratio_kind, .fallback = "0",
     .doc = "seconds a tick"},
    {"frame_rate", PMX_FIELD_TEXT, AT(frame_rate), .kind = &pmx_ratio_kind, .fallback = "0",
     .doc = "frames a second"},
    {"width", PMX_FIELD_INT, AT(width), .doc = "pixels"},
    {"height", PMX_FIELD_INT, AT(height), .doc = "pixels"},
    {"sar", PMX_FIELD_TEXT, AT(sar), .kind = &pmx_ratio_kind, .fallback = "0",
     .doc = "sample aspect ratio"},
    {"range", PMX_FIELD_STRING, AT(range), .doc = "colour range"},
    {"matrix", PMX_FIELD_STRING, AT(matrix), .doc = "colour matrix"},
    {"primaries", PMX_FIELD_STRING, AT(primaries), .doc = "colour primaries"},
    {"transfer", PMX_FIELD_STRING, AT(transfer), .doc = "transfer characteristics"},
    {"chroma", PMX_FIELD_STRING, AT(chroma), .doc = "chroma sample location"},
    {"mastering", PMX_FIELD_STRING, AT(mastering), .doc = "mastering display"},
    {"light_max", PMX_FIELD_INT, AT(light_max), .doc = "MaxCLL, cd/m²"},
    {"light_average", PMX_FIELD_INT, AT(light_average), .doc = "MaxFALL, cd/m²"},
    {"profile", PMX_FIELD_INT, AT(profile), .fallback = "-99", .doc = "codec profile"},
    {"level", PMX_FIELD_INT, AT(level), .fallback = "-99", .doc = "codec level"},
    {"sample_rate", PMX_FIELD_INT, AT(sample_rate), .doc = "Hz"},
    {"channels", PMX_FIELD_INT, AT(channels), .doc = "channels"},
    {"frame_size", PMX_FIELD_INT, AT(frame_size), .doc = "samples a packet"},
    {"layout", PMX_FIELD_STRING, AT(layout), .doc = "channel layout"},
    {"padding", PMX_FIELD_INT, AT(padding), .doc = "priming, samples"},
    {"bits", PMX_FIELD_INT, AT(bits), .doc = "bits of a sample"},
    {"block_align", PMX_FIELD_INT, AT(block_align), .doc = "bytes"},
    {"bit_rate", PMX_FIELD_INT, AT(bit_rate), .doc = "bit/s"},
    {"copied", PMX_FIELD_BOOL, AT(copied), .doc = "packets of the source"},
    {"format", PMX_FIELD_STRING, AT(format), .doc = "pixel or sample format"},
    {"rotation", PMX_FIELD_INT, AT(rotation), .doc = "degrees clockwise"},
    {"reorder", PMX_FIELD_INT, AT(reorder), .doc = "reordering depth, packets"},
    {"extradata", PMX_FIELD_STRING, AT(extradata), .doc = "base64"},
    {"damaged", PMX_FIELD_INT, AT(damaged), .doc = "source packets that did not decode"},
    {0},
};
#undef AT

const PmxObject pmx_artifact_head_object = {"ArtifactHead", sizeof(PmxArtifactHead), head_fields,
                                            "One track."};

struct PmxArtifactWriter {
    FILE *file;
    GArray *rows; /* of PmxArtifactPacket */
    guint64 written;
    guint32 crc;
};

static gboolean fail(GError **error)
{
    int code = errno;
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "cannot write to the scratch folder: %s",
                g_strerror(code));
    return FALSE;
}

static gboolean put(PmxArtifactWriter *writer, const void *bytes, gsize length, GError **error)
{
    if (fwrite(bytes, 1, length, writer->file) != length)
        return fail(error);
    writer->crc = av_crc(av_crc_get_table(AV_CRC_32_IEEE_LE), writer->crc, bytes, length);
    writer->written += length;
    return TRUE;
}

PmxArtifactWriter *pmx_artifact_create(const char *path, GError **error)
{
    int fd = g_open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        fail(error);
        return NULL;
    }
    g_autoptr(PmxArtifactWriter) writer = g_new0(PmxArtifactWriter, 1);
    writer->file = fdopen(fd, "wb");
    writer->rows = g_array_new(FALSE, TRUE, sizeof(PmxArtifactPacket));
    if (!put(writer, PMX_ARTIFACT_MAGIC, PMX_ARTIFACT_MAGIC_SIZE, error))
        return NULL;
    return g_steal_pointer(&writer);
}

void pmx_artifact_writer_free(PmxArtifactWriter *writer)
{
    if (!writer)
        return;
    if (writer->file)
        fclose(writer->file);
    g_array_unref(writer->rows);
    g_free(writer);
}

gboolean pmx_artifact_add(PmxArtifactWriter *writer, const AVPacket *packet, GError **error)
{
    PmxArtifactPacket row = {
        .pts = packet->pts,
        .size = (guint32)packet->size,
        .duration = (guint32)CLAMP(packet->duration, 0, G_MAXUINT32),
        .key = (packet->flags & AV_PKT_FLAG_KEY) != 0,
    };
    g_array_append_val(writer->rows, row);
    return put(writer, packet->data, (gsize)packet->size, error);
}

void pmx_artifact_settle(PmxArtifactWriter *writer)
{
    pmx_packet_times_settle(writer->rows);
}

static gboolean put_rows(PmxArtifactWriter *writer, GError **error)
{
    for (guint i = 0; i < writer->rows->len; i++) {
        const PmxArtifactPacket *row = &g_array_index(writer->rows, PmxArtifactPacket, i);
        guint8 bytes[PMX_ARTIFACT_ROW_SIZE] = {0};
        AV_WL64(bytes, (guint64)row->pts);
        AV_WL32(bytes + 8, row->size);
        AV_WL32(bytes + 12, row->duration);
        AV_WL32(bytes + 16, row->key);
        if (!put(writer, bytes, sizeof bytes, error))
            return FALSE;
    }
    return TRUE;
}

gboolean pmx_artifact_finish(PmxArtifactWriter *writer, PmxArtifactHead *head, GError **error)
{
    guint8 trailer[PMX_ARTIFACT_TRAILER_SIZE] = {0};
    head->reorder = pmx_packet_times_reorder(writer->rows);
    json_t *json = pmx_object_dump(&pmx_artifact_head_object, head);
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(json);
    AV_WL64(trailer, writer->written);
    AV_WL64(trailer + 8, writer->rows->len);
    AV_WL64(trailer + 16, strlen(text));
    gboolean ok = put_rows(writer, error) && put(writer, text, strlen(text), error);
    free(text);
    AV_WL32(trailer + 24, writer->crc);
    memcpy(trailer + 32, PMX_ARTIFACT_END, 8);
    if (!ok || !put(writer, trailer, sizeof trailer, error))
        return FALSE;
    int status = fclose(writer->file);
    writer->file = NULL;
    return status == 0 || fail(error);
}
