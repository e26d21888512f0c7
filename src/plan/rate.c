/* SPDX-License-Identifier: MIT */
/* See rate.h. Pure. */
#include "plan/rate.h"

/* The job API's limits of a rate, kbit/s. */
enum { LEAST = 10, MOST = 50000 };

gint64 pmx_rate_of_source(const PmxFacts *facts, const PmxStream *video)
{
    gint64 rest = facts->bit_rate;
    if (video->bit_rate > 0)
        return MAX(1, video->bit_rate / 1000);
    for (guint i = 0; facts->streams && i < facts->streams->len; i++) {
        const PmxStream *stream = g_ptr_array_index(facts->streams, i);
        rest -= stream->index == video->index ? 0 : MAX(0, stream->bit_rate);
    }
    return facts->bit_rate > 0 ? MAX(1, rest / 1000) : 0;
}

static gboolean fail_unknown(GError **error)
{
    g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD,
                "the source does not tell the bit rate of its video, which Video.Bitrate -1 and "
                "TransConfig.IsCheckVideoBitrate compare with; give Video.Bitrate in kbit/s and "
                "leave those out");
    return FALSE;
}

/* What the source says about the target, in kbit/s; 0 with `error`. */
static gint64 settle(const PmxOutput *output, gint64 source, GError **error)
{
    gint64 wanted = output->video.bitrate;
    gboolean lower = wanted > 0 && source < wanted;
    if (lower && output->check_bitrate_fail) {
        g_set_error(error, PMX_ERROR, PMX_CODE_OUT_OF_RANGE,
                    "the source's video has %" G_GINT64_FORMAT
                    " kbit/s, less than Video.Bitrate, %" G_GINT64_FORMAT
                    ", and TransConfig.IsCheckVideoBitrateFail is set",
                    source, wanted);
        return 0;
    }
    if (wanted < 0 || (lower && output->check_bitrate))
        wanted = CLAMP(source, LEAST, MOST);
    return wanted;
}

gboolean pmx_rate_choose(const PmxOutput *output, const PmxFacts *facts, const PmxStream *video,
                         PmxRendition *out, GError **error)
{
    gint64 wanted = output->video.bitrate;
    gboolean compares = wanted < 0 || output->check_bitrate || output->check_bitrate_fail;
    out->mode = output->rate;
    if (output->rate == PMX_RATE_CRF || output->rate == PMX_RATE_QP)
        return TRUE;
    if (compares) {
        gint64 source = pmx_rate_of_source(facts, video);
        if (source <= 0)
            return fail_unknown(error);
        wanted = settle(output, source, error);
    }
    out->bitrate = out->maxrate > 0 ? MIN(wanted, out->maxrate) : wanted;
    if (output->rate == PMX_RATE_CBR) {
        out->maxrate = out->bitrate;
        out->bufsize = output->video.bufsize;
    }
    return wanted > 0;
}
