/* SPDX-License-Identifier: MIT */
/*
 * Bit rates of AAC: see aac-limits.h. Pure.
 *
 * Measured with libfdk-aac 2.0.2: each whole kbit/s from 8 to 1000 was set as AACENC_BITRATE, the
 * encoder initialised and given noise, and the rate read back; the table has the range that came
 * back unchanged. The upper ends are ISO/IEC 14496-3's 6144 bits per channel and frame of 1024
 * samples at the core coder's sample rate, which SBR halves. Parametric stereo (aac_he_v2) is
 * refused for mono.
 */
#include "job/aac-limits.h"

typedef struct {
    gint64 min, max;
} Range;

static const struct {
    gint64 samplerate;
    Range low[2], he[2], he_v2; /* mono, stereo; he_v2 has stereo only */
} rows[] = {
    {22050, {{8, 132}, {8, 264}}, {{8, 66}, {16, 132}}, {8, 66}},
    {32000, {{8, 192}, {9, 384}}, {{8, 96}, {16, 192}}, {8, 96}},
    {44100, {{11, 264}, {13, 529}}, {{12, 132}, {16, 264}}, {12, 132}},
    {48000, {{12, 288}, {14, 576}}, {{12, 144}, {16, 288}}, {12, 144}},
    {96000, {{24, 576}, {27, 1000}}, {{32, 288}, {36, 576}}, {32, 288}},
};

static gboolean choose(const Range pair[2], gint64 channels, Range *out)
{
    if (channels > 2 || channels < 0)
        return FALSE;
    *out = channels == 0 ? (Range){MAX(pair[0].min, pair[1].min), MIN(pair[0].max, pair[1].max)}
                         : pair[channels - 1];
    return TRUE;
}

static gboolean find(guint row, int profile, gint64 channels, Range *out)
{
    switch ((PmxAacProfile)profile) {
    case PMX_AAC_LOW:
        return choose(rows[row].low, channels, out);
    case PMX_AAC_HE:
        return choose(rows[row].he, channels, out);
    case PMX_AAC_HE_V2:
        *out = rows[row].he_v2; /* a mono source becomes stereo when channels are left open */
        return channels == 2 || channels == 0;
    }
    return FALSE;
}

gboolean pmx_aac_bitrate_range(int profile, gint64 samplerate, gint64 channels, gint64 *min,
                               gint64 *max)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Range range;
        if (rows[i].samplerate != samplerate || !find(i, profile, channels, &range))
            continue;
        *min = range.min;
        *max = range.max;
        return TRUE;
    }
    return FALSE;
}
