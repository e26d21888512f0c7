/* SPDX-License-Identifier: MIT */
/* Exact fractions: see ratio.h. Pure. */
#include "base/ratio.h"

static gint64 gcd(gint64 a, gint64 b)
{
    while (b) {
        gint64 rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

PmxRatio pmx_ratio(gint64 num, gint64 den)
{
    gint64 common = gcd(num, den);
    if (den <= 0 || common == 0)
        return (PmxRatio){0, 1};
    return (PmxRatio){num / common, den / common};
}

gboolean pmx_ratio_known(PmxRatio ratio)
{
    return ratio.num > 0 && ratio.den > 0;
}

double pmx_ratio_value(PmxRatio ratio)
{
    return ratio.den ? (double)ratio.num / (double)ratio.den : 0;
}

gint64 pmx_rescale(gint64 ticks, PmxRatio from, PmxRatio to)
{
    __int128 num = (__int128)ticks * from.num * to.den;
    __int128 den = (__int128)from.den * to.num;
    if (den <= 0)
        return 0;
    __int128 half = num < 0 ? -(den / 2) : den / 2;
    return (gint64)((num + half) / den);
}

static gboolean parse(const char *text, void *out)
{
    char *end = NULL;
    gint64 num = g_ascii_strtoll(text, &end, 10), den = 1;
    if (end == text)
        return FALSE;
    if (*end == '/') {
        const char *rest = end + 1;
        den = g_ascii_strtoll(rest, &end, 10);
        if (end == rest)
            return FALSE;
    }
    if (*end || den <= 0 || num < 0)
        return FALSE;
    *(PmxRatio *)out = pmx_ratio(num, den);
    return TRUE;
}

static char *format(const void *value)
{
    const PmxRatio *ratio = value;
    if (ratio->den <= 0)
        return g_strdup("0");
    if (ratio->den == 1)
        return g_strdup_printf("%" G_GINT64_FORMAT, ratio->num);
    return g_strdup_printf("%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, ratio->num, ratio->den);
}

const PmxTextKind pmx_ratio_kind = {"a number or a fraction such as 30000/1001", parse, format};
