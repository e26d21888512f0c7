/* SPDX-License-Identifier: MIT */
/*
 * See audio-codecs.h. Pure.
 *
 * AAC's and Vorbis's lowest rates were measured: each whole kbit/s from 8 to 1000 was set, the
 * encoder (libfdk-aac 2.0.2, libvorbis 1.3.7) initialised and given noise, and the rate read back;
 * the tables have the range that came back unchanged. AAC's upper ends are ISO/IEC 14496-3's 6144
 * bits per channel and frame (4.5.3.3; LFE not counted) at the core coder's sample rate, which SBR
 * halves. The lists are ISO/IEC 11172-3, 2.4.2.3 and 13818-3 (MP2, MP3) and ATSC A/52 table 5.18.
 */
#include "job/audio-codecs.h"

#include <string.h>

#include "job/params.h"

enum { RATES = 5, COUNTS = 6, RATE_MAX = 1000 };

static const gint64 rates[RATES] = {22050, 32000, 44100, 48000, 96000};
static const gint64 counts[COUNTS] = {1, 2, 4, 5, 6, 8};

typedef struct {
    gint64 min, max;    /* kbit/s */
    const gint64 *list; /* the only ones, 0 at the end; NULL: all between */
} Range;

/* --- AAC --- */

typedef struct {
    gint64 min[RATES][COUNTS]; /* kbit/s; 0: cannot be had */
    gint64 bits;               /* a sample of a channel, at most */
} AacLimits;

static const AacLimits aac_limits[] = {
    [PMX_AAC_LOW] = {{{8, 8, 8, 9, 10, 12},
                      {8, 9, 12, 13, 14, 17},
                      {11, 13, 16, 18, 20, 23},
                      {12, 14, 18, 20, 21, 25},
                      {24, 27, 35, 39, 42, 50}},
                     6},
    [PMX_AAC_HE] = {{{8, 16, 40, 44, 46, 62},
                     {8, 16, 40, 44, 46, 62},
                     {12, 16, 40, 44, 48, 64},
                     {12, 16, 40, 44, 48, 64},
                     {32, 36, 80, 96, 96, 128}},
                    3},
    [PMX_AAC_HE_V2] = {{{0, 8}, {0, 8}, {0, 12}, {0, 12}, {0, 32}}, 0},
    [PMX_AAC_LD] = {{{11, 16, 32, 40, 40, 56},
                     {16, 18, 32, 40, 40, 56},
                     {22, 25, 32, 40, 40, 56},
                     {24, 27, 35, 40, 42, 56},
                     {47, 54, 69, 77, 84, 99}},
                    12},
    [PMX_AAC_ELD] = {{{11, 16, 32, 40, 40, 56},
                      {16, 18, 32, 40, 40, 56},
                      {22, 25, 32, 40, 40, 56},
                      {24, 27, 35, 40, 42, 56},
                      {47, 54, 69, 77, 84, 99}},
                     12},
};

static gboolean aac_range(int profile, int rate, int count, Range *range)
{
    static const gint64 he_v2_max[RATES] = {66, 96, 132, 144, 288};
    const AacLimits *limits = &aac_limits[profile];
    gint64 main_channels = counts[count] > 5 ? counts[count] - 1 : counts[count];
    range->min = limits->min[rate][count];
    range->max = MIN(RATE_MAX, limits->bits * rates[rate] * main_channels / 1000);
    if (profile == PMX_AAC_HE_V2)
        range->max = he_v2_max[rate];
    else if (limits->bits == 12) /* libfdk-aac's own bound, which matters at 96 kHz */
        range->max = MIN(range->max, 614 * main_channels);
    return range->min > 0;
}

/* --- the others --- */

static const gint64 mpeg2_lsf[] = {8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0};
static const gint64 mp2_mono[] = {32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 0};
static const gint64 mp2_stereo[] = {64, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0};
static const gint64 mp3[] = {32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0};
static const gint64 ac3_few[] = {32,  40,  48,  56,  64,  80,  96,  112, 128, 160,
                                 192, 224, 256, 320, 384, 448, 512, 576, 640, 0};
static const gint64 ac3_many[] = {128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640, 0};

static void set_list(Range *range, const gint64 *list)
{
    *range = (Range){list[0], list[0], list};
    for (; *list; list++)
        range->max = *list;
}

static gboolean mpeg_range(int codec, int rate, int count, Range *range)
{
    if (rates[rate] == 22050)
        set_list(range, mpeg2_lsf);
    else if (codec == PMX_AUDIO_MP3)
        set_list(range, mp3);
    else
        set_list(range, count == 0 ? mp2_mono : mp2_stereo);
    return TRUE;
}

/* Per channel beyond two, measured; the rate's row, mono and stereo. */
static gboolean vorbis_range(int rate, int count, Range *range)
{
    static const Range few[RATES - 1][2] = {
        {{16, 90, NULL}, {30, 180, NULL}},
        {{30, 190, NULL}, {36, 380, NULL}},
        {{32, 240, NULL}, {45, 500, NULL}},
        {{32, 240, NULL}, {45, 500, NULL}},
    };
    const Range *mono = &few[rate][0];
    const gint64 channels = counts[count];
    *range = channels <= 2
                 ? few[rate][channels - 1]
                 : (Range){channels * mono->min, MIN(RATE_MAX, channels * mono->max), NULL};
    /* libvorbis couples 5.1 at these two rates. */
    if (channels == 6 && (rates[rate] == 44100 || rates[rate] == 48000))
        range->min = 84;
    return TRUE;
}

static gboolean other_range(int codec, int rate, int count, Range *range)
{
    gint64 channels = counts[count];
    switch ((PmxAudioCodec)codec) {
    case PMX_AUDIO_AC3:
        set_list(range, channels > 2 ? ac3_many : ac3_few);
        return TRUE;
    case PMX_AUDIO_EAC3:
        *range = (Range){channels > 2 ? 96 : 32, RATE_MAX, NULL};
        return TRUE;
    case PMX_AUDIO_MP2:
    case PMX_AUDIO_MP3:
        return mpeg_range(codec, rate, count, range);
    case PMX_AUDIO_OPUS: /* RFC 6716, 2.1.1: from 6 kbit/s; libopus takes 256 a channel */
        *range = (Range){MAX(8, 6 * channels), MIN(RATE_MAX, 256 * channels), NULL};
        return TRUE;
    case PMX_AUDIO_VORBIS:
        return vorbis_range(rate, count, range);
    case PMX_AUDIO_WMAV1:
    case PMX_AUDIO_WMAV2:
        *range = (Range){24, 320, NULL};
        return TRUE;
    default:
        return FALSE;
    }
}

/* --- the table --- */

typedef struct {
    const char *lav_name;
    gint64 rate_min, rate_max; /* Hz */
    gint64 channels_max;
    gint64 default_rate;
    gboolean lossless;
    const char *four; /* the layout of four channels */
} Codec;

static const Codec codecs[PMX_AUDIO_CODECS] = {
    [PMX_AUDIO_AAC] = {"aac", 22050, 96000, 8, 44100, FALSE, "4.0"},
    [PMX_AUDIO_AC3] = {"ac3", 32000, 48000, 6, 44100, FALSE, "quad"},
    [PMX_AUDIO_EAC3] = {"eac3", 32000, 48000, 6, 44100, FALSE, "quad"},
    [PMX_AUDIO_MP2] = {"mp2", 22050, 48000, 2, 44100, FALSE, NULL},
    [PMX_AUDIO_MP3] = {"mp3", 22050, 48000, 2, 44100, FALSE, NULL},
    [PMX_AUDIO_FLAC] = {"flac", 22050, 96000, 8, 44100, TRUE, "quad"},
    [PMX_AUDIO_OPUS] = {"opus", 48000, 48000, 8, 48000, FALSE, "quad"},
    [PMX_AUDIO_VORBIS] = {"vorbis", 22050, 48000, /* libvorbis knows bit rates up to here */
                          8, 44100, FALSE, "quad"},
    [PMX_AUDIO_WMAV1] = {"wmav1", 22050, 48000, 2, 44100, FALSE, NULL},
    [PMX_AUDIO_WMAV2] = {"wmav2", 22050, 48000, 2, 44100, FALSE, NULL},
    [PMX_AUDIO_PCM_S16LE] = {"pcm_s16le", 22050, 96000, 8, 44100, TRUE, "quad"},
};

const char *pmx_audio_codec_lav_name(int codec)
{
    return codecs[codec].lav_name;
}

gboolean pmx_audio_codec_lossless(int codec)
{
    return codecs[codec].lossless;
}

gint64 pmx_audio_codec_default_rate(int codec)
{
    return codecs[codec].default_rate;
}

const char *pmx_audio_codec_layout(int codec, gint64 channels)
{
    switch (channels) {
    case 1:
        return "mono";
    case 4:
        return codecs[codec].four;
    case 5:
        return "5.0";
    case 6:
        return "5.1";
    case 8:
        return "7.1";
    default:
        return "stereo";
    }
}

static int index_of(const gint64 *list, int length, gint64 value)
{
    int i = 0;
    while (i < length && list[i] != value)
        i++;
    return i < length ? i : -1;
}

static gboolean rate_fits(int codec, gint64 rate)
{
    return rate >= codecs[codec].rate_min && rate <= codecs[codec].rate_max;
}

static gboolean channels_fit(int codec, int profile, gint64 channels)
{
    if (codec == PMX_AUDIO_AAC) /* at any sample rate or none */
        return aac_limits[profile].min[0][index_of(counts, COUNTS, channels)] > 0;
    return channels <= codecs[codec].channels_max;
}

gint64 pmx_audio_codec_channels(int codec, int profile, gint64 source)
{
    gint64 best = 0;
    for (int i = 0; i < COUNTS; i++)
        if (channels_fit(codec, profile, counts[i]) && (counts[i] <= source || best == 0))
            best = counts[i];
    return best;
}

static gboolean find_range(int codec, int profile, gint64 samplerate, gint64 channels, Range *range)
{
    int rate = index_of(rates, RATES, samplerate), count = index_of(counts, COUNTS, channels);
    *range = (Range){0, 0, NULL};
    if (rate < 0 || count < 0 || !rate_fits(codec, samplerate) ||
        !channels_fit(codec, profile, channels))
        return FALSE;
    return codec == PMX_AUDIO_AAC ? aac_range(profile, rate, count, range)
                                  : other_range(codec, rate, count, range);
}

gint64 pmx_audio_codec_bitrate(int codec, int profile, gint64 samplerate, gint64 channels,
                               gint64 wanted)
{
    Range range;
    if (!find_range(codec, profile, samplerate, channels, &range))
        return 0;
    if (!range.list)
        return CLAMP(wanted, range.min, range.max);
    const gint64 *at = range.list;
    while (at[1] && *at < wanted)
        at++;
    return *at;
}

/* --- what to say --- */

/* "1, 2 or 4": those of `list` that `fits` has TRUE for. */
static char *choices(const gint64 *list, const gboolean *fits, int length)
{
    GString *text = g_string_new(NULL);
    int last = -1;
    for (int i = 0; i < length; i++)
        last = fits[i] ? i : last;
    for (int i = 0; i < length; i++)
        if (fits[i])
            g_string_append_printf(text, "%s%" G_GINT64_FORMAT,
                                   text->len == 0 ? ""
                                   : i == last    ? " or "
                                                  : ", ",
                                   list[i]);
    return g_string_free(text, FALSE);
}

static char *rates_text(const Range *range)
{
    gboolean all[32] = {FALSE};
    int length = 0;
    if (!range->list)
        return g_strdup_printf("%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, range->min, range->max);
    for (; range->list[length]; length++)
        all[length] = TRUE;
    return choices(range->list, all, length);
}

static const char *name_of(const PmxAudio *audio)
{
    return audio->codec == PMX_AUDIO_AAC ? pmx_aac_profile_names[audio->profile]
                                         : pmx_audio_codec_names[audio->codec];
}

static char *rate_message(const PmxAudio *audio)
{
    gboolean fits[RATES];
    for (int i = 0; i < RATES; i++)
        fits[i] = rate_fits(audio->codec, rates[i]);
    g_autofree char *list = choices(rates, fits, RATES);
    return g_strdup_printf("%s takes %s Hz, not %" G_GINT64_FORMAT, name_of(audio), list,
                           audio->samplerate);
}

static char *channels_message(const PmxAudio *audio)
{
    gboolean fits[COUNTS];
    for (int i = 0; i < COUNTS; i++)
        fits[i] = channels_fit(audio->codec, audio->profile, counts[i]);
    g_autofree char *list = choices(counts, fits, COUNTS);
    return g_strdup_printf("%s takes %s channels, not %" G_GINT64_FORMAT, name_of(audio), list,
                           audio->channels);
}

static char *bitrate_message(const PmxAudio *audio, gint64 channels)
{
    Range range;
    find_range(audio->codec, audio->profile, audio->samplerate, channels, &range);
    g_autofree char *list = rates_text(&range);
    return g_strdup_printf("%s at %" G_GINT64_FORMAT " Hz with %" G_GINT64_FORMAT
                           " channel%s takes %s kbit/s, not %" G_GINT64_FORMAT,
                           name_of(audio), audio->samplerate, channels, channels == 1 ? "" : "s",
                           list, audio->bitrate);
}

static gboolean bitrate_fits(const PmxAudio *audio, gint64 channels)
{
    return pmx_audio_codec_lossless(audio->codec) ||
           pmx_audio_codec_bitrate(audio->codec, audio->profile, audio->samplerate, channels,
                                   audio->bitrate) == audio->bitrate;
}

/* Channels as the source: only a bit rate that suits no number of them is wrong already. */
static gboolean any_fits(const PmxAudio *audio)
{
    for (int i = 0; i < COUNTS; i++)
        if (channels_fit(audio->codec, audio->profile, counts[i]) && bitrate_fits(audio, counts[i]))
            return TRUE;
    return FALSE;
}

PmxAudioFault pmx_audio_codec_check(const PmxAudio *audio, char **message)
{
    *message = NULL;
    if (!rate_fits(audio->codec, audio->samplerate)) {
        *message = rate_message(audio);
        return PMX_AUDIO_BAD_RATE;
    }
    if (audio->channels > 0 && !channels_fit(audio->codec, audio->profile, audio->channels)) {
        *message = channels_message(audio);
        return PMX_AUDIO_BAD_CHANNELS;
    }
    if (audio->channels > 0 ? bitrate_fits(audio, audio->channels) : any_fits(audio))
        return PMX_AUDIO_FINE;
    *message = bitrate_message(audio, audio->channels > 0 ? audio->channels : 2);
    return PMX_AUDIO_BAD_BITRATE;
}
