/* SPDX-License-Identifier: MIT */
/* See measure.h. */
#include "media/measure.h"

#include <gio/gio.h>
#include <string.h>

/* A segment of a minute at 8K leaves less; the bound keeps a damaged size from being an
 * allocation. */
static const gint64 SIZE_MAX_MEASURE = (gint64)1 << 30;

gboolean pmx_run_find(const PmxRun *run, const char *key, guint *n, GError **error)
{
    for (*n = 0; run->order->inputs && *n < run->order->inputs->len; (*n)++) {
        const PmxOrderInput *input = g_ptr_array_index(run->order->inputs, *n);
        if (g_strcmp0(input->name, key) == 0)
            return TRUE;
    }
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "the order has no artifact %s", key);
    return FALSE;
}

/* --- bytes --- */

static GBytes *convert(GConverter *converter, const void *data, gsize length, GError **error)
{
    g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
    g_autoptr(GOutputStream) stream = g_converter_output_stream_new(memory, converter);
    if (!g_output_stream_write_all(stream, data, length, NULL, NULL, error) ||
        !g_output_stream_close(stream, NULL, error))
        return NULL;
    return g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(memory));
}

static gboolean append_file(GByteArray *to, json_t *sizes, const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    if (!g_file_get_contents(path, &text, &length, error))
        return FALSE;
    g_autoptr(GZlibCompressor) zlib = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_RAW, 6);
    g_autoptr(GBytes) packed = convert(G_CONVERTER(zlib), text, length, error);
    if (!packed)
        return FALSE;
    json_array_append_new(sizes, json_integer((json_int_t)g_bytes_get_size(packed)));
    g_byte_array_append(to, g_bytes_get_data(packed, NULL), (guint)g_bytes_get_size(packed));
    return TRUE;
}

static gboolean damaged(PmxRun *run, guint n, GError **error)
{
    run->bad_input = (int)n;
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "a kept measure is damaged");
    return FALSE;
}

/* The whole artifact; NULL with `error`. */
static GByteArray *read_input(PmxRun *run, guint n, gint64 most, GError **error)
{
    PmxSourceRef ref;
    if (!pmx_run_source(run, n, &ref, error))
        return NULL;
    gint64 size = MIN(ref.size, most), at = 0;
    if (size <= 0 || size > SIZE_MAX_MEASURE) {
        damaged(run, n, error);
        return NULL;
    }
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_set_size(bytes, (guint)size);
    while (at < size) {
        gint64 got = pmx_source_read_at(&ref, at, bytes->data + at, (gsize)(size - at));
        if (got <= 0) {
            damaged(run, n, error);
            return NULL;
        }
        at += got;
    }
    return g_steal_pointer(&bytes);
}

/* --- measures --- */

gboolean pmx_measure_write(const char *path, const PmxMeasured *measured, const char *notes,
                           const char *second, GError **error)
{
    g_autoptr(GByteArray) packed = g_byte_array_new();
    json_t *sizes = json_array();
    g_autofree char *other = notes ? g_strconcat(notes, second, NULL) : NULL;
    gboolean ok = TRUE;
    if (notes)
        ok = append_file(packed, sizes, notes, error);
    /* Without the tree of macroblocks (preset ultrafast) there is no second file. */
    if (ok && other && g_file_test(other, G_FILE_TEST_EXISTS))
        ok = append_file(packed, sizes, other, error);
    g_autofree char *sum =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, packed->data, packed->len);
    json_t *head = json_pack("{s:f, s:f, s:f, s:f, s:o, s:s}", "seconds", measured->seconds,
                             "texture", measured->texture, "motion", measured->motion, "rest",
                             measured->rest, "notes", sizes, "check", sum);
    char *line = json_dumps(head, JSON_COMPACT | JSON_SORT_KEYS);
    g_autoptr(GByteArray) all = g_byte_array_new();
    g_byte_array_append(all, (const guint8 *)line, (guint)strlen(line));
    g_byte_array_append(all, (const guint8 *)"\n", 1);
    g_byte_array_append(all, packed->data, packed->len);
    ok = ok && g_file_set_contents(path, (const char *)all->data, all->len, error);
    free(line);
    json_decref(head);
    return ok;
}

/* The head line, and where it ends; NULL when there is none. */
static json_t *read_head(const GByteArray *bytes, gsize *end)
{
    const guint8 *newline = memchr(bytes->data, '\n', bytes->len);
    if (!newline)
        return NULL;
    *end = (gsize)(newline - bytes->data) + 1;
    return json_loadb((const char *)bytes->data, *end - 1, 0, NULL);
}

static gboolean take_measured(const json_t *head, PmxMeasured *measured)
{
    const json_t *seconds = json_object_get(head, "seconds");
    *measured = (PmxMeasured){json_number_value(seconds),
                              json_number_value(json_object_get(head, "texture")),
                              json_number_value(json_object_get(head, "motion")),
                              json_number_value(json_object_get(head, "rest"))};
    return json_is_number(seconds) && measured->seconds >= 0;
}

gboolean pmx_measure_read(PmxRun *run, guint n, PmxMeasured *measured, GError **error)
{
    enum { HEAD_MAX = 4096 };
    gsize end = 0;
    g_autoptr(GByteArray) bytes = read_input(run, n, HEAD_MAX, error);
    if (!bytes)
        return FALSE;
    json_t *head = read_head(bytes, &end);
    gboolean ok = take_measured(head, measured);
    json_decref(head);
    return ok || damaged(run, n, error);
}

static gboolean unpack_file(const guint8 *data, gsize length, const char *path, GError **error)
{
    g_autoptr(GZlibDecompressor) zlib = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_RAW);
    g_autoptr(GBytes) text = convert(G_CONVERTER(zlib), data, length, error);
    return text && g_file_set_contents(path, g_bytes_get_data(text, NULL),
                                       (gssize)g_bytes_get_size(text), error);
}

static gboolean unpack(const GByteArray *bytes, gsize at, const json_t *head, const char *notes,
                       const char *second)
{
    const json_t *sizes = json_object_get(head, "notes");
    const char *check = json_string_value(json_object_get(head, "check"));
    g_autofree char *sum =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes->data + at, bytes->len - at);
    gboolean ok = g_strcmp0(check, sum) == 0;
    for (gsize i = 0; ok && i < json_array_size(sizes); i++) {
        gsize length = (gsize)json_integer_value(json_array_get(sizes, i));
        g_autofree char *path = g_strconcat(notes, i > 0 ? second : NULL, NULL);
        ok = length <= bytes->len - at && unpack_file(bytes->data + at, length, path, NULL);
        at += length;
    }
    return ok;
}

gboolean pmx_measure_unpack(PmxRun *run, guint n, const char *notes, const char *second,
                            PmxMeasured *measured, GError **error)
{
    gsize end = 0;
    g_autoptr(GByteArray) bytes = read_input(run, n, SIZE_MAX_MEASURE, error);
    if (!bytes)
        return FALSE;
    json_t *head = read_head(bytes, &end);
    gboolean ok = take_measured(head, measured) && unpack(bytes, end, head, notes, second);
    json_decref(head);
    return ok || damaged(run, n, error);
}

/* --- the encoders' notes --- */

static double number_after(const char *line, const char *word)
{
    const char *at = strstr(line, word);
    return at ? g_ascii_strtod(at + strlen(word), NULL) : 0;
}

gboolean pmx_measure_notes(const char *path, PmxMeasured *measured, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error))
        return FALSE;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        if (!g_str_has_prefix(*line, "in:"))
            continue;
        measured->texture += number_after(*line, " tex:");
        measured->motion += number_after(*line, " mv:");
        measured->rest += number_after(*line, " misc:");
    }
    return TRUE;
}

/* --- budgets --- */

gboolean pmx_budget_write(const char *path, const PmxShare *shares, guint count, GError **error)
{
    json_t *list = json_array();
    for (guint i = 0; i < count; i++)
        json_array_append_new(list, json_pack("[I, f, f]", (json_int_t)shares[i].bits,
                                              shares[i].start, shares[i].end));
    json_t *head = json_pack("{s:o}", "shares", list);
    char *line = json_dumps(head, JSON_COMPACT);
    g_autofree char *text = g_strconcat(line, "\n", NULL);
    gboolean ok = g_file_set_contents(path, text, -1, error);
    free(line);
    json_decref(head);
    return ok;
}

gboolean pmx_budget_read(PmxRun *run, guint n, gint64 segment, PmxShare *share, GError **error)
{
    gsize end = 0;
    g_autoptr(GByteArray) bytes = read_input(run, n, SIZE_MAX_MEASURE, error);
    if (!bytes)
        return FALSE;
    json_t *head = read_head(bytes, &end);
    json_t *value = json_array_get(json_object_get(head, "shares"), (gsize)segment);
    gboolean ok = json_unpack(value, "[F, F, F]", &share->bits, &share->start, &share->end) == 0;
    json_decref(head);
    return ok || damaged(run, n, error);
}
