/* SPDX-License-Identifier: MIT */
/* See packet_times.h. */
#include "media/packet_times.h"

#include "media/artifact.h"

/* How far from its place in decoding order a picture's neighbours on the screen are looked for. */
enum { AROUND = 8 };

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

/* The rows in presentation order; those without a time come first. */
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

/* The first place in `sorted` whose time is at least `time`. */
static guint place_of(const GPtrArray *sorted, gint64 time)
{
    guint low = 0, high = sorted->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (time_at(sorted, middle) < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static gint64 hole_near(const GArray *rows, const GPtrArray *sorted, guint i)
{
    gint64 low = G_MAXINT64, high = AV_NOPTS_VALUE, widest = 0, hole;
    for (guint k = i > AROUND ? i - AROUND : 0; k <= i + AROUND && k < rows->len; k++)
        if (row_at(rows, k)->pts != AV_NOPTS_VALUE) {
            low = MIN(low, row_at(rows, k)->pts);
            high = MAX(high, row_at(rows, k)->pts);
        }
    if (high == AV_NOPTS_VALUE)
        return time_at(sorted, sorted->len - 1);
    hole = high;
    for (guint k = place_of(sorted, low); k + 1 < sorted->len && time_at(sorted, k) < high; k++)
        if (time_at(sorted, k + 1) - time_at(sorted, k) > widest) {
            widest = time_at(sorted, k + 1) - time_at(sorted, k);
            hole = time_at(sorted, k) + widest / 2;
        }
    return hole;
}

static void fill(const GArray *rows, GPtrArray *sorted)
{
    while (sorted->len > 0 && time_at(sorted, 0) == AV_NOPTS_VALUE) {
        PmxArtifactPacket *row = g_ptr_array_index(sorted, 0);
        row->pts = hole_near(rows, sorted, (guint)(row - row_at(rows, 0)));
        g_ptr_array_remove_index(sorted, 0);
        g_ptr_array_insert(sorted, (gint)place_of(sorted, row->pts), row);
    }
}

void pmx_packet_times_settle(GArray *rows)
{
    GPtrArray *sorted = by_time(rows);
    fill(rows, sorted);
    for (guint i = 1; i < sorted->len; i++) {
        PmxArtifactPacket *row = g_ptr_array_index(sorted, i);
        row->pts = MAX(row->pts, time_at(sorted, i - 1) + 1);
    }
    g_ptr_array_unref(sorted);
}
