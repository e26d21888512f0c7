/* SPDX-License-Identifier: MIT */
/* See loudness.h. */
#include "media/loudness.h"

#include <math.h>

#include "media/finding.h"

enum {
    MOMENTARY = 4,   /* steps: 400 ms, with an overlap of 75 % */
    SHORT_TERM = 30, /* steps: 3 s */
    TEXT_MAX = 64 << 20,
};

/* BS.1770-4, annex 1: -0.691 + 10 log10 of the weighted mean square. */
double pmx_loudness_lufs(double power)
{
    return power > 0 ? MAX(-0.691 + 10 * log10(power), -200) : -200;
}

double pmx_loudness_power(double lufs)
{
    return pow(10, (lufs + 0.691) / 10);
}

/* The steps' powers under the gain. Caller frees. */
static double *powers(const PmxLoudness *loudness, const double *gain)
{
    double *list = g_new(double, loudness->count + 1);
    for (guint i = 0; i < loudness->count; i++)
        list[i] = gain ? loudness->power[i] * pow(10, gain[i] / 10) : loudness->power[i];
    return list;
}

/* Mean powers of windows of `length` steps, one begun at each step. Caller frees. */
static GArray *windows(const PmxLoudness *loudness, const double *gain, guint length)
{
    g_autofree double *power = powers(loudness, gain);
    GArray *list = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint i = 0; i + length <= loudness->count; i++) {
        double sum = 0;
        for (guint k = 0; k < length; k++)
            sum += power[i + k];
        sum /= length;
        g_array_append_val(list, sum);
    }
    return list;
}

/* The mean of those above `gate`; 0 when none is. */
static double mean_above(const GArray *list, double gate)
{
    double sum = 0;
    guint count = 0;
    for (guint i = 0; i < list->len; i++) {
        double power = g_array_index(list, double, i);
        if (power <= gate)
            continue;
        sum += power;
        count++;
    }
    return count > 0 ? sum / count : 0;
}

double pmx_loudness_integrated(const PmxLoudness *loudness, const double *gain)
{
    g_autoptr(GArray) list = windows(loudness, gain, MOMENTARY);
    double absolute = pmx_loudness_power(PMX_LOUDNESS_SILENCE);
    double relative = mean_above(list, absolute) * 0.1; /* 10 LU below */
    double lufs = pmx_loudness_lufs(mean_above(list, MAX(absolute, relative)));
    return MAX(lufs, PMX_LOUDNESS_SILENCE);
}

static int compare(gconstpointer a, gconstpointer b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* EBU Tech 3342: from the 10th to the 95th percentile of what is above the gates. */
double pmx_loudness_range(const PmxLoudness *loudness, const double *gain)
{
    g_autoptr(GArray) list = windows(loudness, gain, SHORT_TERM);
    double absolute = pmx_loudness_power(PMX_LOUDNESS_SILENCE);
    double gate = MAX(absolute, mean_above(list, absolute) * 0.01); /* 20 LU below */
    g_array_sort(list, compare);
    guint first = 0;
    while (first < list->len && g_array_index(list, double, first) <= gate)
        first++;
    if (first >= list->len)
        return 0;
    guint last = list->len - 1 - first;
    double low = g_array_index(list, double, first + (guint)lrint(last * 0.10));
    double high = g_array_index(list, double, first + (guint)lrint(last * 0.95));
    return pmx_loudness_lufs(high) - pmx_loudness_lufs(low);
}

/* --- the artifact --- */

static PmxLoudness *from_json(const json_t *json)
{
    const json_t *steps = json_object_get(json, "steps");
    if (!json_is_array(steps))
        return NULL;
    PmxLoudness *loudness = g_new0(PmxLoudness, 1);
    loudness->count = (guint)json_array_size(steps);
    loudness->power = g_new0(double, loudness->count + 1);
    for (guint i = 0; i < loudness->count; i++) /* hundredths of LUFS */
        loudness->power[i] =
            pmx_loudness_power((double)json_integer_value(json_array_get(steps, i)) / 100);
    loudness->integrated = json_number_value(json_object_get(json, "integrated"));
    loudness->range = json_number_value(json_object_get(json, "range"));
    loudness->true_peak = json_number_value(json_object_get(json, "true_peak"));
    return loudness;
}

PmxLoudness *pmx_loudness_read(PmxRun *run, guint n, GError **error)
{
    json_t *json = pmx_finding_read(run, n, TEXT_MAX);
    PmxLoudness *loudness = from_json(json);
    json_decref(json);
    if (!loudness)
        pmx_finding_damaged(run, n, "a kept loudness", error);
    return loudness;
}

void pmx_loudness_free(PmxLoudness *loudness)
{
    if (!loudness)
        return;
    g_free(loudness->power);
    g_free(loudness);
}
