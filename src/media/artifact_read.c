/* SPDX-License-Identifier: MIT */
/* Reading artifacts: see artifact.h. Called by the package task. */
#include "media/artifact.h"

#include <libavutil/crc.h>
#include <libavutil/intreadwrite.h>
#include <string.h>

#include "media/artifact_format.h"

/* More would be a week of video; the bound keeps a damaged count from becoming an allocation. */
static const guint64 PACKETS_MAX = 1 << 26;
static const guint64 HEAD_MAX = 1 << 20;
/* Most packets are far smaller, and every question to the parent costs a round trip. Held only while
 * an artifact's packets are being read: a long film's segments are all open at once. */
enum { AHEAD_SIZE = 128 * 1024 };

static gboolean damaged(GError **error)
{
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "a kept artifact is damaged");
    return FALSE;
}

static gboolean read_exactly(const PmxSourceRef *ref, gint64 offset, void *buffer, gsize length)
{
    for (guint8 *at = buffer; length > 0;) {
        gint64 n = pmx_source_read_at(ref, offset, at, length);
        if (n <= 0)
            return FALSE;
        at += n;
        offset += n;
        length -= (gsize)n;
    }
    return TRUE;
}

/* The next `length` bytes in file order, by way of what was read ahead. */
static gboolean read_on(PmxArtifact *artifact, guint8 *buffer, gsize length)
{
    gint64 end = artifact->ref.size;
    if (length >= AHEAD_SIZE)
        return read_exactly(&artifact->ref, artifact->position, buffer, length);
    if (artifact->position < artifact->ahead_at ||
        artifact->position + (gint64)length > artifact->ahead_end) {
        gsize part = (gsize)CLAMP(end - artifact->position, 0, AHEAD_SIZE);
        if (!artifact->ahead)
            artifact->ahead = g_malloc(AHEAD_SIZE);
        if (part < length ||
            !read_exactly(&artifact->ref, artifact->position, artifact->ahead, part))
            return FALSE;
        artifact->ahead_at = artifact->position;
        artifact->ahead_end = artifact->position + (gint64)part;
    }
    memcpy(buffer, artifact->ahead + (artifact->position - artifact->ahead_at), length);
    return TRUE;
}

typedef struct {
    guint64 index, packets, head;
} Places;

static gboolean read_trailer(PmxArtifact *artifact, Places *places)
{
    guint8 trailer[PMX_ARTIFACT_TRAILER_SIZE], magic[PMX_ARTIFACT_MAGIC_SIZE];
    gint64 at = artifact->ref.size - PMX_ARTIFACT_TRAILER_SIZE;
    if (at < PMX_ARTIFACT_MAGIC_SIZE || !read_exactly(&artifact->ref, 0, magic, sizeof magic) ||
        !read_exactly(&artifact->ref, at, trailer, sizeof trailer))
        return FALSE;
    *places = (Places){AV_RL64(trailer), AV_RL64(trailer + 8), AV_RL64(trailer + 16)};
    artifact->wanted_crc = AV_RL32(trailer + 24);
    if (memcmp(magic, PMX_ARTIFACT_MAGIC, sizeof magic) != 0 || AV_RL32(trailer + 28) != 0 ||
        memcmp(trailer + 32, PMX_ARTIFACT_END, 8) != 0 || places->packets > PACKETS_MAX ||
        places->head > HEAD_MAX)
        return FALSE;
    guint64 rows = places->packets * PMX_ARTIFACT_ROW_SIZE;
    return places->index <= (guint64)at && places->index + rows + places->head == (guint64)at;
}

/* The sizes must add up to what stands before the index, or a damaged one would be an
 * allocation. */
static gboolean read_index(PmxArtifact *artifact, const Places *places, const guint8 *rows)
{
    guint64 bytes = PMX_ARTIFACT_MAGIC_SIZE;
    artifact->packets = g_new0(PmxArtifactPacket, artifact->count + 1);
    for (gsize i = 0; i < artifact->count; i++, rows += PMX_ARTIFACT_ROW_SIZE) {
        PmxArtifactPacket *packet = &artifact->packets[i];
        packet->pts = (gint64)AV_RL64(rows);
        packet->size = AV_RL32(rows + 8);
        packet->duration = AV_RL32(rows + 12);
        packet->key = AV_RL32(rows + 16);
        bytes += packet->size;
    }
    return bytes == places->index;
}

static gboolean read_tables(PmxArtifact *artifact, const Places *places, GError **error)
{
    gsize rows = places->packets * PMX_ARTIFACT_ROW_SIZE;
    g_autofree guint8 *bytes = g_malloc(rows + places->head + 1);
    if (!read_exactly(&artifact->ref, (gint64)places->index, bytes, rows + places->head))
        return damaged(error);
    artifact->count = places->packets;
    json_t *json = json_loadb((const char *)bytes + rows, places->head, 0, NULL);
    artifact->head = json ? pmx_object_read(&pmx_artifact_head_object, json, error) : NULL;
    json_decref(json);
    if (!artifact->head && error && *error)
        return FALSE;
    if (!artifact->head || !read_index(artifact, places, bytes))
        return damaged(error);
    return TRUE;
}

/* The rest of the file up to the trailer goes into the checksum too. */
static gboolean check(PmxArtifact *artifact, GError **error)
{
    guint8 bytes[4096];
    gint64 end = artifact->ref.size - PMX_ARTIFACT_TRAILER_SIZE;
    while (artifact->position < end) {
        gsize part = (gsize)MIN((gint64)sizeof bytes, end - artifact->position);
        if (!read_on(artifact, bytes, part))
            return damaged(error);
        artifact->crc = av_crc(av_crc_get_table(AV_CRC_32_IEEE_LE), artifact->crc, bytes, part);
        artifact->position += (gint64)part;
    }
    g_clear_pointer(&artifact->ahead, g_free);
    artifact->ahead_end = 0;
    return artifact->crc == artifact->wanted_crc || damaged(error);
}

PmxArtifact *pmx_artifact_open(const PmxSourceRef *ref, GError **error)
{
    Places places;
    g_autoptr(PmxArtifact) artifact = g_new0(PmxArtifact, 1);
    artifact->ref = *ref;
    artifact->position = PMX_ARTIFACT_MAGIC_SIZE;
    artifact->crc = av_crc(av_crc_get_table(AV_CRC_32_IEEE_LE), 0,
                           (const guint8 *)PMX_ARTIFACT_MAGIC, PMX_ARTIFACT_MAGIC_SIZE);
    if (!read_trailer(artifact, &places)) {
        damaged(error);
        return NULL;
    }
    if (!read_tables(artifact, &places, error) || (artifact->count == 0 && !check(artifact, error)))
        return NULL;
    return g_steal_pointer(&artifact);
}

void pmx_artifact_free(PmxArtifact *artifact)
{
    if (!artifact)
        return;
    pmx_object_free(&pmx_artifact_head_object, artifact->head);
    g_free(artifact->packets);
    g_free(artifact->ahead);
    g_free(artifact);
}

gboolean pmx_artifact_next(PmxArtifact *artifact, AVPacket *packet, GError **error)
{
    const PmxArtifactPacket *row = &artifact->packets[artifact->next];
    av_packet_unref(packet);
    if (artifact->next >= artifact->count ||
        av_new_packet(packet, (int)MIN(row->size, G_MAXINT32 / 2)) < 0)
        return damaged(error);
    if (!read_on(artifact, packet->data, row->size))
        return damaged(error);
    artifact->crc =
        av_crc(av_crc_get_table(AV_CRC_32_IEEE_LE), artifact->crc, packet->data, row->size);
    artifact->position += row->size;
    artifact->next++;
    packet->pts = row->pts;
    packet->duration = row->duration;
    packet->flags = row->key ? AV_PKT_FLAG_KEY : 0;
    return artifact->next < artifact->count || check(artifact, error);
}
