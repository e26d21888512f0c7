/* SPDX-License-Identifier: MIT */
/* Sizes and settings of a rendition: see ladder.h. Pure. */
#include "plan/ladder.h"

#include <math.h>

typedef struct {
    gint64 width, height;
} Size;

/* What the encoders choose when a job names no CRF (the job API's defaults). */
static const double default_crf[] = {
    [PMX_CODEC_H264] = 23, [PMX_CODEC_H265] = 26, [PMX_CODEC_AV1] = 32};

/* 4:2:0 pictures have whole chroma samples only when both sides are even. */
static gint64 even(double pixels)
{
    return MAX(2, 2 * (gint64)llround(pixels / 2));
}

void pmx_ladder_upright(const PmxStream *video, gint64 *width, gint64 *height)
{
    gboolean turned = video->rotation == 90 || video->rotation == 270;
    *width = turned ? video->height : video->width;
    *height = turned ? video->width : video->height;
}

/* The wanted sides, long and short edge already put upright; 0 where none is wanted. */
static Size wanted(const PmxVideo *params, Size source)
{
    gboolean swap = params->long_short && source.height > source.width;
    return swap ? (Size){params->height, params->width} : (Size){params->width, params->height};
}

static Size scaled(Size source, Size want)
{
    if (want.width && want.height)
        return want;
    if (want.width)
        return (Size){want.width,
                      even((double)source.height * (double)want.width / (double)source.width)};
    if (want.height)
        return (Size){even((double)source.width * (double)want.height / (double)source.height),
                      want.height};
    return (Size){even((double)source.width), even((double)source.height)};
}

static gboolean enlarges(Size source, Size want)
{
    return want.width > source.width || want.height > source.height;
}

static gboolean choose_size(const PmxOutput *output, Size source, Size *size, GError **error)
{
    Size want = wanted(&output->video, source);
    if (enlarges(source, want) && output->check_resolution_fail) {
        g_set_error(error, PMX_ERROR, PMX_CODE_OUT_OF_RANGE,
                    "the source is %" G_GINT64_FORMAT "x%" G_GINT64_FORMAT
                    ", smaller than the wanted size, and TransConfig.IsCheckResoFail is set",
                    source.width, source.height);
        return FALSE;
    }
    gboolean keep = enlarges(source, want) && output->check_resolution;
    Size none = {0, 0};
    *size = scaled(source, keep ? none : want);
    return TRUE;
}

/* The shape of the picture on screen stays: rounding to even sides is too small to matter, two
 * given sides are not. */
static PmxRatio carried_sar(const PmxVideo *params, const PmxStream *video, Size source, Size size)
{
    gboolean turned = video->rotation == 90 || video->rotation == 270;
    PmxRatio sar = pmx_ratio_known(video->sar) ? video->sar : (PmxRatio){1, 1};
    if (turned)
        sar = pmx_ratio(sar.den, sar.num);
    if (params->width && params->height)
        return pmx_ratio(sar.num * source.width * size.height,
                         sar.den * source.height * size.width);
    return sar;
}

gboolean pmx_ladder_rendition(const PmxOutput *output, const PmxStream *video, PmxRendition *out,
                              GError **error)
{
    const PmxVideo *params = &output->video;
    Size source, size;
    pmx_ladder_upright(video, &source.width, &source.height);
    if (!choose_size(output, source, &size, error))
        return FALSE;
    out->codec = params->codec;
    out->profile = params->codec == PMX_CODEC_H264 ? params->profile : 0;
    out->preset = g_strdup(params->preset);
    out->pix_fmt = params->pixels;
    out->qp = output->rate == PMX_RATE_QP ? params->qscale : -1;
    if (output->rate == PMX_RATE_CRF)
        out->crf = params->crf >= 0 ? params->crf : default_crf[params->codec];
    out->maxrate = params->maxrate;
    out->bufsize = params->maxrate ? params->bufsize : 0;
    out->width = size.width;
    out->height = size.height;
    out->sar = carried_sar(params, video, source, size);
    return TRUE;
}
