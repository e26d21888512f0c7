/* SPDX-License-Identifier: MIT */
/* Artifacts: written, served, read back; and every way in which a file can be damaged. */
#include "media/artifact.h"

#include <glib/gstdio.h>
#include <string.h>

#include "served.h"

enum { PACKETS = 7 };

static const struct {
    gint64 pts;
    int size;
    gint64 duration;
    int flags;
} packets[PACKETS] = {
    {-2048, 5, 0, AV_PKT_FLAG_KEY},
    {2048, 1, 512, 0},
    {0, 0, 0, 0},
    {1024, 300, 1, 0},
    {G_GINT64_CONSTANT(1) << 40, 17, G_MAXUINT32, AV_PKT_FLAG_KEY},
    {G_MININT64 / 4, 2, -1, 0},
    {-1, 64, 512, AV_PKT_FLAG_KEY | AV_PKT_FLAG_CORRUPT},
};

static guint8 byte_at(guint packet, int i)
{
    return (guint8)(packet * 37 + (guint)i * 11);
}

static void add_packet(PmxArtifactWriter *writer, guint n)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AVPacket) packet = av_packet_alloc();
    g_assert_cmpint(av_new_packet(packet, packets[n].size), ==, 0);
    for (int i = 0; i < packets[n].size; i++)
        packet->data[i] = byte_at(n, i);
    packet->pts = packets[n].pts;
    packet->duration = packets[n].duration;
    packet->flags = packets[n].flags;
    g_assert_true(pmx_artifact_add(writer, packet, &error));
    g_assert_no_error(error);
}

static const PmxArtifactHead sample = {
    .codec = (char *)"h264",
    .time_base = {1, 12800},
    .frame_rate = {30000, 1001},
    .width = 640,
    .height = 360,
    .sar = {64, 45},
    .range = (char *)"tv",
    .matrix = (char *)"bt709",
    .profile = 100,
    .level = 31,
    .sample_rate = 24000,
    .channels = 2,
    .frame_size = 1024,
    .bit_rate = 64000,
    .extradata = (char *)"AWQAH//hAA==",
    .damaged = 3,
};

static char *write_artifact(const char *folder, const char *name, guint count)
{
    g_autoptr(GError) error = NULL;
    PmxArtifactHead head = sample;
    char *path = g_build_filename(folder, name, NULL);
    g_autoptr(PmxArtifactWriter) writer = pmx_artifact_create(path, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < count; i++)
        add_packet(writer, i);
    g_assert_true(pmx_artifact_finish(writer, &head, &error));
    g_assert_no_error(error);
    return path;
}

static void assert_head(const PmxArtifactHead *head)
{
    json_t *wanted = pmx_object_dump(&pmx_artifact_head_object, &sample);
    json_t *read = pmx_object_dump(&pmx_artifact_head_object, head);
    json_object_del(read, "reorder");
    g_assert_true(json_equal(wanted, read));
    json_decref(wanted);
    json_decref(read);
}

static void assert_packet(const PmxArtifact *artifact, const AVPacket *packet, guint n)
{
    gint64 duration = CLAMP(packets[n].duration, 0, G_MAXUINT32);
    g_assert_cmpint(packet->pts, ==, packets[n].pts);
    g_assert_cmpint(packet->size, ==, packets[n].size);
    g_assert_cmpint(packet->duration, ==, duration);
    g_assert_cmpint(packet->flags, ==, packets[n].flags & AV_PKT_FLAG_KEY);
    g_assert_cmpint(artifact->packets[n].pts, ==, packets[n].pts);
    for (int i = 0; i < packet->size; i++)
        g_assert_cmpuint(packet->data[i], ==, byte_at(n, i));
}

static void test_round_trip(void)
{
    g_autofree char *folder = g_dir_make_tmp("pmx-XXXXXX", NULL);
    for (guint count = 0; count <= PACKETS; count++) {
        Serving serving;
        g_autoptr(GError) error = NULL;
        g_autofree char *path = write_artifact(folder, "0.pmx", count);
        PmxSourceRef ref = serving_start(&serving, path);
        g_autoptr(PmxArtifact) artifact = pmx_artifact_open(&ref, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(artifact->count, ==, count);
        assert_head(artifact->head);
        g_autoptr(AVPacket) packet = av_packet_alloc();
        for (guint n = 0; n < count; n++) {
            g_assert_true(pmx_artifact_next(artifact, packet, &error));
            assert_packet(artifact, packet, n);
        }
        g_assert_false(pmx_artifact_next(artifact, packet, &error)); /* no more */
        serving_stop(&serving);
        g_unlink(path);
    }
    g_rmdir(folder);
}

/* Same packets, same bytes; a file that exists is never written over. */
static void test_same(void)
{
    g_autofree char *folder = g_dir_make_tmp("pmx-XXXXXX", NULL);
    g_autofree char *one = write_artifact(folder, "0.pmx", PACKETS);
    g_autofree char *two = write_artifact(folder, "1.pmx", PACKETS);
    g_autofree char *left = NULL, *right = NULL;
    gsize left_size, right_size;
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_get_contents(one, &left, &left_size, NULL));
    g_assert_true(g_file_get_contents(two, &right, &right_size, NULL));
    g_assert_cmpmem(left, left_size, right, right_size);
    g_assert_null(pmx_artifact_create(one, &error));
    g_assert_error(error, PMX_ERROR, (int)PMX_CODE_INTERNAL);
    g_unlink(one);
    g_unlink(two);
    g_rmdir(folder);
}

/* The depth that decode_order works with. */
static void test_reorder(void)
{
    static const struct {
        gint64 pts[9];
        gint64 depth;
    } rows[] = {{{0, 1, 2, 3, 4, 5, 6, 7, 8}, 0},
                {{0, 2, 1, 4, 3, 6, 5, 8, 7}, 1},
                {{0, 4, 2, 1, 3, 8, 6, 5, 7}, 2},
                {{0, 8, 4, 2, 1, 3, 6, 5, 7}, 3}};
    g_autofree char *folder = g_dir_make_tmp("pmx-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "0.pmx", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        PmxArtifactHead head = {.codec = (char *)"h264", .time_base = {1, 25}};
        g_autoptr(AVPacket) packet = av_packet_alloc();
        PmxArtifactWriter *writer = pmx_artifact_create(path, NULL);
        g_assert_cmpint(av_new_packet(packet, 1), ==, 0);
        packet->data[0] = 0;
        for (guint k = 0; k < 9; k++) {
            packet->pts = rows[i].pts[k];
            g_assert_true(pmx_artifact_add(writer, packet, NULL));
        }
        g_assert_true(pmx_artifact_finish(writer, &head, NULL));
        pmx_artifact_writer_free(writer);
        g_assert_cmpint(head.reorder, ==, rows[i].depth);
        g_unlink(path);
    }
    g_rmdir(folder);
}

/* --- damage --- */

static void write_all(const char *path, const char *bytes, gsize length)
{
    FILE *file = g_fopen(path, "wb");
    g_assert_nonnull(file);
    g_assert_cmpuint(fwrite(bytes, 1, length, file), ==, length);
    g_assert_cmpint(fclose(file), ==, 0);
}

/* TRUE when everything of the file is read as good. */
static gboolean reads_well(const char *path)
{
    Serving serving;
    g_autoptr(GError) error = NULL;
    PmxSourceRef ref = serving_start(&serving, path);
    PmxArtifact *artifact = pmx_artifact_open(&ref, &error);
    g_autoptr(AVPacket) packet = av_packet_alloc();
    gboolean ok = artifact != NULL;
    for (gsize n = 0; ok && n < artifact->count; n++)
        ok = pmx_artifact_next(artifact, packet, &error);
    g_assert_cmpint(ok, ==, error == NULL);
    if (error && error->domain != PMX_ERROR)
        g_error("%s", error->message);
    pmx_artifact_free(artifact);
    serving_stop(&serving);
    return ok;
}

typedef struct {
    char *folder, *path, *bytes;
    gsize length;
} Sample;

static Sample sample_new(guint count)
{
    Sample file = {.folder = g_dir_make_tmp("pmx-XXXXXX", NULL)};
    file.path = write_artifact(file.folder, "0.pmx", count);
    g_assert_true(g_file_get_contents(file.path, &file.bytes, &file.length, NULL));
    g_assert_true(reads_well(file.path));
    return file;
}

static void sample_clear(Sample *file)
{
    g_unlink(file->path);
    g_rmdir(file->folder);
    g_free(file->folder);
    g_free(file->path);
    g_free(file->bytes);
}

static void test_truncated(void)
{
    Sample file = sample_new(PACKETS);
    for (gsize length = 0; length < file.length; length++) {
        write_all(file.path, file.bytes, length);
        if (reads_well(file.path))
            g_error("the first %zu of %zu bytes are taken for a whole file", length, file.length);
    }
    sample_clear(&file);
}

/* Every byte, changed in several ways, is noticed. */
static void test_flipped(gconstpointer count)
{
    static const guint8 masks[] = {0x01, 0x80};
    Sample file = sample_new(GPOINTER_TO_UINT(count));
    guint unseen = 0;
    for (gsize at = 0; at < file.length; at++)
        for (guint m = 0; m < G_N_ELEMENTS(masks); m++) {
            file.bytes[at] = (char)(file.bytes[at] ^ masks[m]);
            write_all(file.path, file.bytes, file.length);
            file.bytes[at] = (char)(file.bytes[at] ^ masks[m]);
            if (!reads_well(file.path))
                continue;
            g_test_message("byte %zu of %zu ^ %02x is not noticed", at, file.length, masks[m]);
            unseen++;
        }
    g_assert_cmpuint(unseen, ==, 0);
    sample_clear(&file);
}

/* A file with something behind it, or two files in one, is none of ours. */
static void test_appended(void)
{
    Sample file = sample_new(PACKETS);
    g_autoptr(GByteArray) both = g_byte_array_new();
    g_byte_array_append(both, (const guint8 *)file.bytes, (guint)file.length);
    g_byte_array_append(both, (const guint8 *)file.bytes, 1);
    write_all(file.path, (const char *)both->data, both->len);
    g_assert_false(reads_well(file.path));
    g_byte_array_append(both, (const guint8 *)file.bytes + 1, (guint)file.length - 1);
    write_all(file.path, (const char *)both->data, both->len);
    g_assert_false(reads_well(file.path));
    sample_clear(&file);
}

/* Random damage in many places at once: any answer but a crash. */
static void test_noise(void)
{
    Sample file = sample_new(PACKETS);
    for (guint round = 0; round < 300; round++) {
        g_autofree char *bytes = g_memdup2(file.bytes, file.length);
        guint hits = (guint)g_test_rand_int_range(1, 40);
        for (guint i = 0; i < hits; i++)
            bytes[g_test_rand_int_range(0, (gint32)file.length)] = (char)g_test_rand_int();
        write_all(file.path, bytes, file.length);
        reads_well(file.path);
    }
    sample_clear(&file);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/artifact/round-trip", test_round_trip);
    g_test_add_func("/artifact/same", test_same);
    g_test_add_func("/artifact/reorder", test_reorder);
    g_test_add_func("/artifact/truncated", test_truncated);
    g_test_add_data_func("/artifact/flipped/packets", GUINT_TO_POINTER(PACKETS), test_flipped);
    g_test_add_data_func("/artifact/flipped/empty", GUINT_TO_POINTER(0), test_flipped);
    g_test_add_func("/artifact/appended", test_appended);
    g_test_add_func("/artifact/noise", test_noise);
    return g_test_run();
}
