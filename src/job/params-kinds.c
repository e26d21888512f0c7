/* SPDX-License-Identifier: MIT */
/* Text forms of parameters: see params-kinds.h. Pure. */
#include "job/params-kinds.h"

#include "base/ratio.h"

#include <math.h>

#include "job/job.h"

/* --- GOP --- */

enum { GOP_FRAMES_MAX = 100000, GOP_SECONDS_MAX = 3600 };

static gboolean parse_gop(const char *text, void *out)
{
    PmxGop gop = {0};
    char *end = NULL;
    if (g_ascii_string_to_signed(text, 10, 1, GOP_FRAMES_MAX, &gop.frames, NULL)) {
        *(PmxGop *)out = gop;
        return TRUE;
    }
    gop.seconds = g_ascii_strtod(text, &end);
    if (end == text || g_ascii_strcasecmp(end, "s") != 0 || !isfinite(gop.seconds) ||
        gop.seconds <= 0 || gop.seconds > GOP_SECONDS_MAX)
        return FALSE;
    *(PmxGop *)out = (PmxGop){.seconds = gop.seconds};
    return TRUE;
}

static char *format_gop(const void *value)
{
    const PmxGop *gop = value;
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    if (gop->frames > 0)
        return g_strdup_printf("%" G_GINT64_FORMAT, gop->frames);
    return g_strconcat(g_ascii_dtostr(number, sizeof number, gop->seconds), "s", NULL);
}

const PmxTextKind pmx_gop_kind = {"a duration such as 10s or a number of frames from 1 to 100000",
                                  parse_gop, format_gop};

/* --- numbers out of a list --- */

static gboolean parse_listed(const char *text, const gint64 *list, gsize length, void *out)
{
    gint64 number = 0;
    if (!g_ascii_string_to_signed(text, 10, 0, G_MAXINT64, &number, NULL))
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (list[i] == number) {
            *(gint64 *)out = number;
            return TRUE;
        }
    }
    return FALSE;
}

static char *format_number(const void *value)
{
    return g_strdup_printf("%" G_GINT64_FORMAT, *(const gint64 *)value);
}

/* What is not given is 0, which nobody can ask for. */
static gboolean parse_video_bitrate(const char *text, void *out)
{
    enum { LEAST = 10, MOST = 50000 };
    gint64 rate = 0;
    if (!g_ascii_string_to_signed(text, 10, -1, MOST, &rate, NULL) || (rate >= 0 && rate < LEAST))
        return FALSE;
    *(gint64 *)out = rate;
    return TRUE;
}

const PmxTextKind pmx_video_bitrate_kind = {"kbit/s from 10 to 50000, or -1 (as the source)",
                                            parse_video_bitrate, format_number};

static gboolean parse_samplerate(const char *text, void *out)
{
    static const gint64 list[] = {22050, 32000, 44100, 48000, 96000};
    return parse_listed(text, list, G_N_ELEMENTS(list), out);
}

static gboolean parse_channels(const char *text, void *out)
{
    static const gint64 list[] = {0, 1, 2, 4, 5, 6, 8};
    return parse_listed(text, list, G_N_ELEMENTS(list), out);
}

const PmxTextKind pmx_samplerate_kind = {"one of 22050, 32000, 44100, 48000, 96000",
                                         parse_samplerate, format_number};
const PmxTextKind pmx_channels_kind = {"0 (as the source), 1, 2, 4, 5, 6 or 8", parse_channels,
                                       format_number};

/* --- tempo --- */

static gboolean parse_tempo(const char *text, void *out)
{
    PmxRatio *ratio = out;
    if (g_ascii_strcasecmp(text, "auto") == 0) {
        *ratio = (PmxRatio){-1, 1};
        return TRUE;
    }
    return pmx_ratio_kind.parse(text, ratio) && ratio->num <= G_MAXINT32 &&
           ratio->den <= G_MAXINT32 && 2 * ratio->num >= ratio->den && ratio->num <= 2 * ratio->den;
}

static char *format_tempo(const void *value)
{
    const PmxRatio *ratio = value;
    return ratio->num < 0 ? g_strdup("auto") : pmx_ratio_kind.format(value);
}

const PmxTextKind pmx_tempo_kind = {"auto or a fraction from 1/2 to 2, such as 960/1001",
                                    parse_tempo, format_tempo};

/* --- the one value that there is so far --- */

#define ONLY(name, spelling)                                                                       \
    static gboolean parse_##name(const char *text, G_GNUC_UNUSED void *out)                        \
    {                                                                                              \
        return g_ascii_strcasecmp(text, spelling) == 0;                                            \
    }                                                                                              \
    static char *format_##name(G_GNUC_UNUSED const void *value)                                    \
    {                                                                                              \
        return g_strdup(spelling);                                                                 \
    }                                                                                              \
    const PmxTextKind pmx_only_##name##_kind = {spelling, parse_##name, format_##name};

ONLY(file, "File")
