/* SPDX-License-Identifier: MIT */
/* See colour.h. Pure. */
#include "plan/colour.h"

#include "job/job.h"

/* ST 2084 and ARIB STD-B67 (both in BT.2100), as libavutil names them. */
gboolean pmx_colour_is_hdr(const PmxStream *video)
{
    return g_strcmp0(video->transfer, "smpte2084") == 0 ||
           g_strcmp0(video->transfer, "arib-std-b67") == 0;
}

static gboolean is_rgb(const PmxStream *video)
{
    static const char *const starts[] = {"rgb",  "bgr",   "gbr",   "argb", "abgr",   "0rgb",
                                         "0bgr", "x2rgb", "x2bgr", "pal8", "bayer_", "xyz"};
    for (guint i = 0; video->pix_fmt && i < G_N_ELEMENTS(starts); i++)
        if (g_str_has_prefix(video->pix_fmt, starts[i]))
            return TRUE;
    return FALSE;
}

static gboolean is_full(const PmxStream *video)
{
    return g_strcmp0(video->range, "pc") == 0;
}

gboolean pmx_colour_depends(const PmxStream *video)
{
    return pmx_colour_is_hdr(video) || is_full(video);
}

/* Nits that the brightest places have: of the film, else of the display it was made on, else of the
 * displays that most are made on. */
static gint64 peak_of(const PmxStream *video)
{
    enum { USUAL = 1000, LEAST = 200, MOST = 10000 };
    gint64 peak = video->light_max ? video->light_max : video->mastering_peak;
    return CLAMP(peak ? peak : USUAL, LEAST, MOST);
}

static void replace(char **member, const char *value)
{
    g_free(*member);
    *member = g_strdup(value);
}

static void map_tones(const PmxStream *video, PmxVideoTask *task)
{
    task->hdr_transfer = g_strdup(video->transfer);
    task->hdr_primaries = g_strdup(video->primaries ? video->primaries : "bt2020");
    task->hdr_matrix = g_strdup(video->matrix ? video->matrix : "bt2020nc");
    task->hdr_peak = peak_of(video);
    replace(&task->range, "tv");
    replace(&task->matrix, "bt709");
    replace(&task->primaries, "bt709");
    replace(&task->transfer, "bt709");
}

void pmx_colour_task(const PmxStream *video, int pixels, PmxVideoTask *task)
{
    enum { HIGH_DEFINITION = 720 };
    task->range = g_strdup(video->range);
    task->matrix = g_strdup(video->matrix);
    task->primaries = g_strdup(video->primaries);
    task->transfer = g_strdup(video->transfer);
    task->chroma = g_strdup(video->chroma);
    if (pixels == PMX_PIXELS_8 && pmx_colour_is_hdr(video)) {
        map_tones(video, task);
    } else if (is_rgb(video)) {
        task->rgb = TRUE;
        replace(&task->range, "tv");
        replace(&task->matrix, task->height >= HIGH_DEFINITION ? "bt709" : "smpte170m");
    } else if (pixels == PMX_PIXELS_10 && is_full(video)) {
        replace(&task->range, "tv");
    }
    if (pixels == PMX_PIXELS_10 && pmx_colour_is_hdr(video)) {
        task->mastering = g_strdup(video->mastering);
        task->light_max = video->light_max;
        task->light_average = video->light_average;
    }
}
