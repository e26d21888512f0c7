/* SPDX-License-Identifier: MIT */
/* See decode_order.h. */
#include "media/decode_order.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;
    return (left > right) - (left < right);
}

void pmx_decode_order_init(PmxDecodeOrder *order, gint64 *times, gsize count, gint64 reorder,
                           gint64 frame)
{
    *order = (PmxDecodeOrder){
        .sorted = times, .count = count, .reorder = reorder, .frame = MAX(1, frame)};
    if (count > 0)
        qsort(times, count, sizeof *times, compare);
}

void pmx_decode_order_clear(PmxDecodeOrder *order)
{
    g_clear_pointer(&order->sorted, g_free);
}

void pmx_decode_order_lead(PmxDecodeOrder *order, gint64 lead)
{
    order->shift = MAX(0, lead - order->reorder * order->frame);
}

gint64 pmx_decode_order_next(PmxDecodeOrder *order)
{
    gint64 n = (gint64)order->next++, shown = n - order->reorder;
    if (order->count == 0 || shown >= (gint64)order->count)
        return 0;
    gint64 time = shown >= 0 ? order->sorted[shown] : order->sorted[0] + shown * order->frame;
    return time - order->shift;
}

gint64 pmx_decode_order_duration(const PmxDecodeOrder *order, gint64 pts)
{
    const gint64 *at =
        order->count ? bsearch(&pts, order->sorted, order->count, sizeof pts, compare) : NULL;
    if (!at || at + 1 >= order->sorted + order->count)
        return order->frame;
    return MAX(1, at[1] - at[0]);
}
