/* SPDX-License-Identifier: MIT */
/* See packet_times.h. */
#include "media/packet_times.h"

#include "media/artifact.h"

/* How far from its place in decoding order a picture's neighbours on the screen are looked for, and
 * from there what is shown between them: no decoder reorders by more (H.264 A.3.1, H.265 A.4.2: 16). */
enum { AROUND = 8, BETWEEN = AROUND + 16 };

static PmxArtifactPacket *row_at(const GArray *rows, guint i)
{
    return &g_array_index(rows, PmxArtifactPacket, i);
}

static gint compare(gconstpointer a, gconstpointer b)
{
    const PmxArtifactPacket *left = *(PmxArtifactPacket *const *)a;
    const PmxArtifactPacket *right = *(PmxArtifactPacket *const *)b;
    if (left->pts != right->pts)
        return left->pts < right->pts ? -1 : 1;
    return (left > right) - (left < right);
}

/* The rows in presentation order. */
static GPtrArray *by_time(const GArray *rows)
{
    GPtrArray *sorted = g_ptr_array_sized_new(rows->len);
    for (guint i = 0; i < rows->len; i++)
        g_ptr_array_add(sorted, row_at(rows, i));
    g_ptr_array_sort(sorted, compare);
    return sorted;
}

static gint64 time_at(const GPtrArray *sorted, guint i)
{
    return ((const PmxArtifactPacket *)g_ptr_array_index(sorted, i))->pts;
}

gint64 pmx_packet_times_reorder(const GArray *rows)
{
    gint64 depth = 0;
    GPtrArray *sorted = by_time(rows);
    for (guint shown = 0; shown < sorted->len; shown++) {
        const PmxArtifactPacket *row = g_ptr_array_index(sorted, shown);
        depth = MAX(depth, row - row_at(rows, 0) - (gint64)shown);
    }
    g_ptr_array_unref(sorted);
    return depth;
}

typedef struct {
    gint64 times[2 * BETWEEN + 1]; /* that are known, near a row */
    guint count;
} Known;

static gint compare_times(gconstpointer a, gconstpointer b)
{
    gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;
    return (left > right) - (left < right);
}

/* Of `count` times those within `far` places of `i` that are from `low` to `high`, in order. */
static Known known_near(const gint64 *times, guint count, guint i, guint far, gint64 low,
                        gint64 high)
{
    Known known = {.count = 0};
    for (guint k = i > far ? i - far : 0; k <= i + far && k < count; k++)
        if (times[k] != AV_NOPTS_VALUE && times[k] >= low && times[k] <= high)
            known.times[known.count++] = times[k];
    qsort(known.times, known.count, sizeof *known.times, compare_times);
    return known;
}

/* The neighbours that came with a time say between which it is looked for, those that were given one
 * here only what is taken: else one wrong guess would draw all that follow after it. `latest` where
 * nothing near has a time. */
static gint64 hole_near(const gint64 *given, const gint64 *times, guint count, guint i,
                        gint64 latest)
{
    Known known = known_near(given, count, i, AROUND, G_MININT64, G_MAXINT64);
    if (known.count == 0)
        known = known_near(times, count, i, AROUND, G_MININT64, G_MAXINT64);
    if (known.count == 0)
        return latest;
    gint64 high = known.times[known.count - 1], widest = 0, hole = high;
    known = known_near(times, count, i, BETWEEN, known.times[0], high);
    for (guint k = 0; k + 1 < known.count; k++)
        if (known.times[k + 1] - known.times[k] > widest) {
            widest = known.times[k + 1] - known.times[k];
            hole = known.times[k] + widest / 2;
        }
    return hole;
}

static void fill(const GArray *rows)
{
    gint64 latest = AV_NOPTS_VALUE;
    g_autofree gint64 *given = g_new(gint64, rows->len);
    for (guint i = 0; i < rows->len; i++) {
        given[i] = row_at(rows, i)->pts;
        latest = MAX(latest, given[i]);
    }
    g_autofree gint64 *times = g_memdup2(given, rows->len * sizeof *given);
    for (guint i = 0; i < rows->len; i++)
        if (given[i] == AV_NOPTS_VALUE)
            row_at(rows, i)->pts = times[i] = hole_near(given, times, rows->len, i, latest);
}

void pmx_packet_times_settle(GArray *rows)
{
    fill(rows);
    GPtrArray *sorted = by_time(rows);
    for (guint i = 1; i < sorted->len; i++) {
        PmxArtifactPacket *row = g_ptr_array_index(sorted, i);
        row->pts = MAX(row->pts, time_at(sorted, i - 1) + 1);
    }
    g_ptr_array_unref(sorted);
}
