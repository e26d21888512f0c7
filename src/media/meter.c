/* SPDX-License-Identifier: MIT */
/* See meter.h. */
#include "media/meter.h"

#include <ebur128.h>
#include <libavutil/channel_layout.h>
#include <math.h>

#include "media/loudness.h"
#include "media/true_peak.h"

struct PmxMeter {
    ebur128_state *state;
    PmxTruePeak *peaks;
    double peak;
    guint channels;
    gsize step, filled; /* samples in a step; of the current one */
    GArray *steps;      /* of double */
};

/* BS.1770-4, table 3: what comes from between 60 and 120 degrees weighs 1.41, LFE nothing. With no
 * sides of their own, the backs of a layout stand at 110 degrees (BS.775-3). */
static int place_of(const AVChannelLayout *layout, enum AVChannel channel)
{
    gboolean sides = av_channel_layout_index_from_channel(layout, AV_CHAN_SIDE_LEFT) >= 0;
    switch (channel) {
    case AV_CHAN_FRONT_RIGHT:
        return EBUR128_RIGHT;
    case AV_CHAN_FRONT_CENTER:
        return EBUR128_CENTER;
    case AV_CHAN_LOW_FREQUENCY:
        return EBUR128_UNUSED;
    case AV_CHAN_BACK_LEFT:
        return sides ? EBUR128_Mp135 : EBUR128_LEFT_SURROUND;
    case AV_CHAN_BACK_RIGHT:
        return sides ? EBUR128_Mm135 : EBUR128_RIGHT_SURROUND;
    case AV_CHAN_SIDE_LEFT:
        return EBUR128_Mp090;
    case AV_CHAN_SIDE_RIGHT:
        return EBUR128_Mm090;
    case AV_CHAN_BACK_CENTER:
        return EBUR128_Mp180;
    default:
        return EBUR128_LEFT;
    }
}

static void place_channels(PmxMeter *meter, const AVChannelLayout *layout)
{
    for (guint i = 0; i < meter->channels; i++)
        ebur128_set_channel(meter->state, i,
                            place_of(layout, av_channel_layout_channel_from_index(layout, i)));
}

PmxMeter *pmx_meter_new(const char *name, int rate, GError **error)
{
    AVChannelLayout layout = {0};
    g_autoptr(PmxMeter) meter = g_new0(PmxMeter, 1);
    meter->steps = g_array_new(FALSE, FALSE, sizeof(double));
    meter->step = (gsize)(rate / PMX_LOUDNESS_STEPS);
    if (av_channel_layout_from_string(&layout, name) >= 0) {
        meter->channels = (guint)layout.nb_channels;
        meter->state = ebur128_init(meter->channels, (unsigned long)rate,
                                    EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_HISTOGRAM);
    }
    if (meter->state)
        place_channels(meter, &layout);
    av_channel_layout_uninit(&layout);
    if (!meter->state) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                    "the loudness of this audio cannot be measured");
        return NULL;
    }
    meter->peaks = pmx_true_peak_new((int)meter->channels);
    return g_steal_pointer(&meter);
}

void pmx_meter_free(PmxMeter *meter)
{
    if (!meter)
        return;
    if (meter->state)
        ebur128_destroy(&meter->state);
    pmx_true_peak_free(meter->peaks);
    g_array_unref(meter->steps);
    g_free(meter);
}

static void end_step(PmxMeter *meter)
{
    double loudness = -HUGE_VAL;
    ebur128_loudness_window(meter->state, 1000 / PMX_LOUDNESS_STEPS, &loudness);
    loudness = MAX(loudness, -200);
    g_array_append_val(meter->steps, loudness);
    meter->filled = 0;
}

gboolean pmx_meter_push(const float *samples, gsize count, gpointer data, GError **error)
{
    PmxMeter *meter = data;
    for (gsize i = 0; i < count; i++)
        meter->peak =
            MAX(meter->peak, pmx_true_peak_next(meter->peaks, samples + i * meter->channels));
    while (count > 0) {
        gsize part = MIN(count, meter->step - meter->filled);
        if (ebur128_add_frames_float(meter->state, samples, part) != EBUR128_SUCCESS) {
            g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "no memory to measure the loudness");
            return FALSE;
        }
        samples += part * meter->channels;
        count -= part;
        meter->filled += part;
        if (meter->filled == meter->step)
            end_step(meter);
    }
    return TRUE;
}

double pmx_meter_integrated(const PmxMeter *meter)
{
    double loudness = -HUGE_VAL;
    ebur128_loudness_global(meter->state, &loudness);
    return MAX(loudness, PMX_LOUDNESS_SILENCE);
}

double pmx_meter_range(const PmxMeter *meter)
{
    double range = 0;
    ebur128_loudness_range(meter->state, &range);
    return range;
}

double pmx_meter_true_peak(const PmxMeter *meter)
{
    return meter->peak > 0 ? MAX(20 * log10(meter->peak), -200) : -200;
}

const GArray *pmx_meter_steps(const PmxMeter *meter)
{
    return meter->steps;
}
