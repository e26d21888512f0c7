/* SPDX-License-Identifier: MIT */
/*
 * The package task: an output's artifacts into its file, "out" in the scratch folder.
 *
 *     segments of one rendition, in order ─┐
 *     audio tracks, subtitles ─────────────┴─► merged by decoding time ─► container ─► facts
 *
 * Nothing is decoded or encoded, but the first frames when the finished file is read back: the
 * facts told of it are what it holds, not what was ordered. Inputs of the order are the artifacts: the segments first, then
 * the tracks.
 *
 * A player that ignores MP4's edit lists shows the film late by the encoder's reordering and plays
 * the sound late by the encoder's priming; the video is given as much lead as the first track has
 * priming, so that even there both stay together. Containers without edit lists are told the priming
 * in their own way, or everything moves later together (media/mux_format.h).
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <libavutil/intreadwrite.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/averror.h"
#include "media/decode_order.h"
#include "media/mux.h"
#include "media/run.h"
#include "plan/task.h"

/* One stream of the file: artifacts one after the other. */
typedef struct {
    GPtrArray *parts; /* of PmxArtifact * */
    guint part;
    gsize read; /* packets of the current part */
    gboolean video;
    PmxDecodeOrder order; /* video only */
    AVPacket *packet;     /* the next to write */
    gboolean have;
    int number;
    gint64 written, refused; /* packets that the container took and did not take */
} Lane;

typedef struct {
    PmxRun *run;
    const PmxPackageTask *task;
    PmxMux *mux;
    const PmxMuxFormat *format;
    GPtrArray *lanes; /* of Lane * */
} Package;

static void artifact_free(gpointer data)
{
    pmx_artifact_free(data);
}

static void lane_free(gpointer data)
{
    Lane *lane = data;
    g_ptr_array_unref(lane->parts);
    pmx_decode_order_clear(&lane->order);
    av_packet_free(&lane->packet);
    g_free(lane);
}

static const PmxArtifactHead *lane_head(const Lane *lane)
{
    const PmxArtifact *first = g_ptr_array_index(lane->parts, 0);
    return first->head;
}

static Lane *open_lane(Package *package, guint first, guint count, GError **error)
{
    Lane *lane = g_new0(Lane, 1);
    lane->parts = g_ptr_array_new_with_free_func(artifact_free);
    lane->packet = av_packet_alloc();
    g_ptr_array_add(package->lanes, lane);
    for (guint i = 0; i < count; i++) {
        PmxSourceRef ref;
        PmxArtifact *artifact = pmx_run_source(package->run, first + i, &ref, error)
                                    ? pmx_artifact_open(&ref, error)
                                    : NULL;
        if (!artifact) {
            package->run->bad_input = (int)(first + i);
            return NULL;
        }
        g_ptr_array_add(lane->parts, artifact);
    }
    return lane;
}

/* Segments are put behind one another as they are; that is only right while they agree on the
 * parameter sets. */
static gboolean check_segments(const Lane *lane, GError **error)
{
    const PmxArtifactHead *head = lane_head(lane);
    for (guint i = 1; i < lane->parts->len; i++) {
        const PmxArtifact *part = g_ptr_array_index(lane->parts, i);
        if (g_strcmp0(part->head->extradata, head->extradata) == 0)
            continue;
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                    "segment %u has other parameter sets than the first", i);
        return FALSE;
    }
    return TRUE;
}

static void order_video(Lane *lane)
{
    gsize count = 0, n = 0;
    gint64 reorder = 0;
    for (guint i = 0; i < lane->parts->len; i++) {
        const PmxArtifact *part = g_ptr_array_index(lane->parts, i);
        count += part->count;
        reorder = MAX(reorder, part->head->reorder);
    }
    gint64 *times = g_new(gint64, count + 1);
    for (guint i = 0; i < lane->parts->len; i++) {
        const PmxArtifact *part = g_ptr_array_index(lane->parts, i);
        for (gsize k = 0; k < part->count; k++)
            times[n++] = part->packets[k].pts;
    }
    const PmxArtifactHead *head = lane_head(lane);
    gint64 frame =
        pmx_rescale(1, pmx_ratio(head->frame_rate.den, head->frame_rate.num), head->time_base);
    pmx_decode_order_init(&lane->order, times, count, reorder, frame);
}

static gboolean open_video(Package *package, GError **error)
{
    if (!package->task->video)
        return TRUE;
    Lane *lane = open_lane(package, 0, package->task->video->len, error);
    if (!lane || !check_segments(lane, error))
        return FALSE;
    lane->video = TRUE;
    order_video(lane);
    PmxMuxTrack track = {.enabled = TRUE};
    lane->number = pmx_mux_add(package->mux, lane_head(lane), &track, error);
    return lane->number >= 0;
}

/* Ticks of the lane's clock at its beginning that are not to be heard. */
static gint64 priming_of(const Lane *lane)
{
    const PmxArtifact *artifact = g_ptr_array_index(lane->parts, 0);
    const PmxArtifactHead *head = artifact->head;
    gint64 before = artifact->count > 0 ? MAX(0, av_sat_sub64(0, artifact->packets[0].pts)) : 0;
    return lane->video ? 0 : head->copied ? MIN(before, head->padding) : before;
}

static gboolean is_video(const Lane *lane)
{
    const AVCodecDescriptor *codec = avcodec_descriptor_get_by_name(lane_head(lane)->codec);
    return codec && codec->type == AVMEDIA_TYPE_VIDEO;
}

static gboolean open_track(Package *package, guint input, const PmxPackageTrack *wanted,
                           GError **error)
{
    Lane *lane = open_lane(package, input, 1, error);
    if (!lane)
        return FALSE;
    lane->video = is_video(lane);
    if (lane->video)
        order_video(lane);
    PmxMuxTrack track = {wanted->language, wanted->tag, wanted->title, wanted->enabled,
                         priming_of(lane)};
    lane->number = pmx_mux_add(package->mux, lane_head(lane), &track, error);
    return lane->number >= 0;
}

static gboolean open_tracks(Package *package, GError **error)
{
    const GPtrArray *lists[] = {package->task->audio, package->task->more};
    guint input = package->task->video ? package->task->video->len : 0;
    for (guint l = 0; l < G_N_ELEMENTS(lists); l++)
        for (guint i = 0; lists[l] && i < lists[l]->len; i++)
            if (!open_track(package, input++, g_ptr_array_index(lists[l], i), error))
                return FALSE;
    return TRUE;
}

static void lead_video(Package *package)
{
    if (!package->task->video || !package->task->audio || package->format->times != PMX_TIMES_EDITS)
        return;
    Lane *video = g_ptr_array_index(package->lanes, 0);
    const Lane *audio = g_ptr_array_index(package->lanes, 1);
    pmx_decode_order_lead(&video->order, pmx_rescale(priming_of(audio), lane_head(audio)->time_base,
                                                     lane_head(video)->time_base));
}

/* Formats whose last packet is as long as it says, so nothing of it is to be left out. */
static gboolean has_short_packets(const char *codec)
{
    return g_str_has_prefix(codec, "pcm_") || strcmp(codec, "flac") == 0 ||
           strcmp(codec, "vorbis") == 0 || strcmp(codec, "alac") == 0;
}

static gint64 padding_of(const Lane *lane)
{
    const PmxArtifactHead *head = lane_head(lane);
    const PmxArtifact *part = g_ptr_array_index(lane->parts, lane->part);
    if (lane->read < part->count || lane->packet->duration <= 0 || has_short_packets(head->codec))
        return 0;
    return MAX(0, head->frame_size - lane->packet->duration);
}

/* Which samples of the first and the last packet are not to be heard, for containers that have a
 * place for it but keep no durations of sound. */
static gboolean tell_skips(const Lane *lane, GError **error)
{
    gint64 start = lane->read == 1 ? priming_of(lane) : 0, end = padding_of(lane);
    if (lane->video || lane_head(lane)->sample_rate <= 0 || (start <= 0 && end <= 0))
        return TRUE;
    uint8_t *data = av_packet_new_side_data(lane->packet, AV_PKT_DATA_SKIP_SAMPLES, 10);
    if (!data)
        return pmx_av_fail(error, PMX_CODE_INTERNAL, AVERROR(ENOMEM), "a packet cannot be written");
    memset(data, 0, 10);
    AV_WL32(data, (guint32)start);
    AV_WL32(data + 4, (guint32)end);
    return TRUE;
}

/* The lane's next packet, timed; `have` is FALSE at its end. */
static gboolean advance(const Package *package, Lane *lane, GError **error)
{
    lane->have = FALSE;
    PmxArtifact *part = g_ptr_array_index(lane->parts, lane->part);
    while (lane->read >= part->count) {
        if (++lane->part >= lane->parts->len)
            return TRUE;
        part = g_ptr_array_index(lane->parts, lane->part);
        lane->read = 0;
    }
    if (!pmx_artifact_next(part, lane->packet, error)) {
        package->run->bad_input = (int)part->ref.input;
        return FALSE;
    }
    lane->read++;
    lane->have = TRUE;
    AVPacket *packet = lane->packet;
    packet->dts = packet->pts;
    if (lane->video) {
        packet->dts = pmx_decode_order_next(&lane->order);
        packet->duration = pmx_decode_order_duration(&lane->order, packet->pts);
    }
    return tell_skips(lane, error);
}

static gboolean earlier(const Lane *a, const Lane *b)
{
    PmxRatio left = lane_head(a)->time_base, right = lane_head(b)->time_base;
    return av_compare_ts(a->packet->dts, (AVRational){(int)left.num, (int)left.den}, b->packet->dts,
                         (AVRational){(int)right.num, (int)right.den}) < 0;
}

static Lane *next_lane(const Package *package)
{
    Lane *best = NULL;
    for (guint i = 0; i < package->lanes->len; i++) {
        Lane *lane = g_ptr_array_index(package->lanes, i);
        if (lane->have && (!best || earlier(lane, best)))
            best = lane;
    }
    return best;
}

static double seconds(const Lane *lane)
{
    return (double)lane->packet->pts * pmx_ratio_value(lane_head(lane)->time_base);
}

/* Whether Matroska's CodecDelay is believed by every reader: that of Opus, whose header says the same.
 * Of other codecs some take no notice, so their priming is let sound before the picture begins. */
static gboolean tells_priming(const Lane *lane)
{
    return strcmp(lane_head(lane)->codec, "opus") == 0;
}

/* Where the lane's first packet lies, in 1/90000 s: as the container counts. */
static gint64 first_time(const Package *package, const Lane *lane)
{
    PmxRatio tick = lane_head(lane)->time_base;
    gint64 first = lane->packet->pts;
    if (package->format->times == PMX_TIMES_LATER)
        first = MIN(first, lane->packet->dts);
    else if (package->format->times == PMX_TIMES_ALONE || tells_priming(lane))
        first = av_sat_add64(first, priming_of(lane));
    return pmx_rescale(first, tick, (PmxRatio){1, 90000});
}

/* Containers that know no time below zero get all tracks later alike; a track on its own begins at
 * zero. */
static gint64 delay_of(const Package *package)
{
    gint64 first = G_MAXINT64;
    if (package->format->times == PMX_TIMES_EDITS)
        return 0;
    for (guint i = 0; i < package->lanes->len; i++) {
        const Lane *lane = g_ptr_array_index(package->lanes, i);
        if (lane->have)
            first = MIN(first, first_time(package, lane));
    }
    if (first == G_MAXINT64 || (first > 0 && package->format->times != PMX_TIMES_ALONE))
        return 0;
    return av_sat_sub64(0, first);
}

/* What is copied is as good as the source was: a damaged packet that a container cannot make its own is
 * left out. */
static gboolean write_packet(const Package *package, Lane *lane, GError **error)
{
    gboolean refused = FALSE, copied = lane_head(lane)->copied;
    if (!pmx_mux_write(package->mux, lane->number, lane->packet, copied ? &refused : NULL, error))
        return FALSE;
    lane->refused += refused;
    lane->written += !refused;
    return TRUE;
}

/* Where most packets are left out, what is there is no copy. */
static gboolean check_refused(const Package *package, GError **error)
{
    for (guint i = 0; i < package->lanes->len; i++) {
        const Lane *lane = g_ptr_array_index(package->lanes, i);
        if (lane->refused <= lane->written)
            continue;
        g_set_error(
            error, PMX_ERROR, PMX_CODE_RESOURCE_BAD,
            "%" G_GINT64_FORMAT " of the %" G_GINT64_FORMAT " packets of %s are damaged, so "
            "that it cannot be copied into %s files; choose another Container.Format, or "
            "let it be encoded",
            lane->refused, lane->refused + lane->written, lane->video ? "the video" : "a track",
            pmx_container_info(package->task->container)->name);
        return FALSE;
    }
    return TRUE;
}

static gboolean write_all(Package *package, GError **error)
{
    Lane *lane;
    for (guint i = 0; i < package->lanes->len; i++)
        if (!advance(package, g_ptr_array_index(package->lanes, i), error))
            return FALSE;
    pmx_mux_delay(package->mux, delay_of(package));
    while ((lane = next_lane(package))) {
        if (pmx_run_due(package->run))
            pmx_run_progress(package->run, json_pack("{s:f}", "seconds", seconds(lane)));
        if (package->format->times == PMX_TIMES_DELAY && tells_priming(lane))
            lane->packet->pts = lane->packet->dts =
                av_sat_add64(lane->packet->pts, priming_of(lane));
        if (!write_packet(package, lane, error) || !advance(package, lane, error))
            return FALSE;
    }
    return TRUE;
}

static gint64 damaged(const Package *package)
{
    gint64 sum = 0;
    for (guint i = 0; i < package->lanes->len; i++) {
        const Lane *lane = g_ptr_array_index(package->lanes, i);
        sum += lane->refused;
        for (guint k = 0; k < lane->parts->len; k++)
            sum += ((const PmxArtifact *)g_ptr_array_index(lane->parts, k))->head->damaged;
    }
    return sum;
}

static gint64 size_of(const Package *package)
{
    gint64 sum = 0;
    for (guint i = 0; i < package->lanes->len; i++) {
        const Lane *lane = g_ptr_array_index(package->lanes, i);
        for (guint k = 0; k < lane->parts->len; k++)
            sum += ((const PmxArtifact *)g_ptr_array_index(lane->parts, k))->ref.size;
    }
    return sum;
}

static gboolean run_package(Package *package, GError **error)
{
    const GPtrArray *text = package->task->text;
    if (!open_video(package, error) || !open_tracks(package, error))
        return FALSE;
    lead_video(package);
    for (guint i = 0; text && i < text->len; i++) {
        const PmxPackagePair *pair = g_ptr_array_index(text, i);
        pmx_mux_describe(package->mux, pair->key, pair->value);
    }
    pmx_mux_expect(package->mux, size_of(package));
    return pmx_mux_begin(package->mux, error) && write_all(package, error) &&
           check_refused(package, error) && pmx_mux_end(package->mux, error);
}

/* --- the file as it is --- */

static json_t *read_back(const Package *package, const char *path, GError **error)
{
    struct stat info;
    json_t *facts = NULL;
    g_autofree char *name =
        g_strconcat("out.", pmx_container_info(package->task->container)->extension, NULL);
    int fd = g_open(path, O_RDONLY | O_CLOEXEC, 0);
    if (fd >= 0 && fstat(fd, &info) == 0) {
        const PmxSourceRef ref = {.size = info.st_size, .name = name, .fd = fd, .file = TRUE};
        facts = pmx_probe_facts(&ref, error);
    } else {
        pmx_av_fail(error, PMX_CODE_INTERNAL, AVERROR(errno), "it cannot be opened");
    }
    if (fd >= 0)
        close(fd);
    if (!facts)
        g_prefix_error(error, "the finished file cannot be read back: ");
    return facts;
}

static json_t *result_of(const Package *package, const char *path, GError **error)
{
    json_t *facts = read_back(package, path, error);
    return facts ? json_pack("{s:I, s:o}", "damaged", (json_int_t)damaged(package), "facts", facts)
                 : NULL;
}

json_t *pmx_package_run(PmxRun *run, GError **error)
{
    json_t *result = NULL;
    PmxPackageTask *task = pmx_object_read(&pmx_package_task_object, run->order->body, error);
    g_autofree char *path = pmx_run_file(run, "out");
    g_autoptr(PmxMux) mux = task ? pmx_mux_create(path, task->container, error) : NULL;
    if (mux) {
        Package package = {run, task, mux, pmx_mux_format(task->container),
                           g_ptr_array_new_with_free_func(lane_free)};
        if (run_package(&package, error))
            result = result_of(&package, path, error);
        g_ptr_array_unref(package.lanes);
    }
    pmx_object_free(&pmx_package_task_object, task);
    return result;
}
