/* SPDX-License-Identifier: MIT */
/* Sizes and settings of a rendition: see ladder.h. Pure. */
#include "plan/ladder.h"

#include "plan/shape.h"

/* What the encoders choose when a job names no CRF (the job API's defaults). */
static const double default_crf[] = {
    [PMX_CODEC_H264] = 23, [PMX_CODEC_H265] = 26, [PMX_CODEC_AV1] = 32, [PMX_CODEC_WEBP] = 0};

static gboolean is_turned(const PmxStream *video)
{
    return video->rotation == 90 || video->rotation == 270;
}

void pmx_ladder_upright(const PmxStream *video, gint64 *width, gint64 *height)
{
    gboolean turned = is_turned(video);
    *width = turned ? video->height : video->width;
    *height = turned ? video->width : video->height;
}

static PmxRatio upright_sar(const PmxStream *video)
{
    PmxRatio sar = pmx_ratio_known(video->sar) ? video->sar : (PmxRatio){1, 1};
    return is_turned(video) ? pmx_ratio(sar.den, sar.num) : sar;
}

/* --- the shape --- */

static PmxShape shape_of(const PmxOutput *output)
{
    const PmxVideo *params = &output->video;
    return (PmxShape){.width = params->width,
                      .height = params->height,
                      .long_short = params->long_short,
                      .keep = output->check_resolution,
                      .fail = output->check_resolution_fail,
                      .method = output->adjust,
                      .pad = params->pad};
}

static gboolean check_crop(const PmxBox *crop, gint64 width, gint64 height, GError **error)
{
    if (crop->left + crop->width <= width && crop->top + crop->height <= height)
        return TRUE;
    g_set_error(error, PMX_ERROR, PMX_CODE_OUT_OF_RANGE,
                "Video.Crop is %" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT
                ":%" G_GINT64_FORMAT ", which lies outside of the source's upright picture, "
                "%" G_GINT64_FORMAT "x%" G_GINT64_FORMAT,
                crop->width, crop->height, crop->left, crop->top, width, height);
    return FALSE;
}

/* What the border task is going to find is not known yet: the sides are those without it, and what
 * is wanted goes along. */
static gboolean choose_shape(const PmxOutput *output, const PmxStream *video, PmxRendition *out,
                             GError **error)
{
    PmxShape shape = shape_of(output);
    gint64 width, height;
    pmx_ladder_upright(video, &width, &height);
    out->crop = output->video.crop;
    out->sar = upright_sar(video);
    if (out->crop.width) {
        if (!check_crop(&out->crop, width, height, error))
            return FALSE;
        width = out->crop.width;
        height = out->crop.height;
    }
    if (!pmx_shape_resolve(&shape, width, height, out, error))
        return FALSE;
    if (out->crop.found) {
        out->shape = shape;
        out->sar = upright_sar(video);
        out->scaled = out->cut = (PmxBox){0};
        out->left = out->top = 0;
    }
    return TRUE;
}

/* --- the whole --- */

gboolean pmx_ladder_rendition(const PmxOutput *output, const PmxStream *video, PmxRendition *out,
                              GError **error)
{
    const PmxVideo *params = &output->video;
    out->codec = params->codec;
    out->profile = params->codec == PMX_CODEC_H264 ? params->profile : 0;
    out->preset = g_strdup(params->preset);
    out->pix_fmt = params->pixels;
    out->qp = output->rate == PMX_RATE_QP ? params->qscale : -1;
    if (output->rate == PMX_RATE_CRF)
        out->crf = params->crf >= 0 ? params->crf : default_crf[params->codec];
    out->maxrate = params->maxrate;
    out->bufsize = params->maxrate ? params->bufsize : 0;
    return choose_shape(output, video, out, error);
}
