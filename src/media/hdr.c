/* SPDX-License-Identifier: MIT */
/* See hdr.h. */
#include "media/hdr.h"

#include <math.h>
#include <stdio.h>

#include <libavutil/mastering_display_metadata.h>

enum { PRIMARY_UNITS = 50000, LIGHT_UNITS = 10000 };

static unsigned units(AVRational value, int scale)
{
    double scaled = value.den ? av_q2d(value) * scale : 0;
    return (unsigned)CLAMP(llround(scaled), 0, G_MAXUINT32);
}

static unsigned primary(AVRational value)
{
    return MIN(units(value, PRIMARY_UNITS), PRIMARY_UNITS);
}

char *pmx_hdr_mastering(const AVFrame *frame, gint64 *peak)
{
    const AVFrameSideData *data =
        av_frame_get_side_data(frame, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA);
    const AVMasteringDisplayMetadata *made =
        data ? (const AVMasteringDisplayMetadata *)data->data : NULL;
    if (!made || !made->has_primaries || !made->has_luminance)
        return NULL;
    const AVRational(*rgb)[2] = made->display_primaries;
    *peak = units(made->max_luminance, 1);
    return g_strdup_printf("G(%u,%u)B(%u,%u)R(%u,%u)WP(%u,%u)L(%u,%u)", primary(rgb[1][0]),
                           primary(rgb[1][1]), primary(rgb[2][0]), primary(rgb[2][1]),
                           primary(rgb[0][0]), primary(rgb[0][1]), primary(made->white_point[0]),
                           primary(made->white_point[1]), units(made->max_luminance, LIGHT_UNITS),
                           units(made->min_luminance, LIGHT_UNITS));
}

void pmx_hdr_light(const AVFrame *frame, gint64 *most, gint64 *average)
{
    const AVFrameSideData *data = av_frame_get_side_data(frame, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL);
    if (!data)
        return;
    const AVContentLightMetadata *light = (const AVContentLightMetadata *)data->data;
    *most = light->MaxCLL;
    *average = light->MaxFALL;
}

static AVRational fraction(unsigned value, int scale)
{
    return (AVRational){(int)MIN(value, G_MAXINT32), scale};
}

static gboolean parse(const char *text, AVMasteringDisplayMetadata *out)
{
    unsigned v[10];
    if (sscanf(text, "G(%u,%u)B(%u,%u)R(%u,%u)WP(%u,%u)L(%u,%u)", &v[0], &v[1], &v[2], &v[3], &v[4],
               &v[5], &v[6], &v[7], &v[8], &v[9]) != 10)
        return FALSE;
    for (int axis = 0; axis < 2; axis++) {
        out->display_primaries[1][axis] = fraction(v[axis], PRIMARY_UNITS);
        out->display_primaries[2][axis] = fraction(v[2 + axis], PRIMARY_UNITS);
        out->display_primaries[0][axis] = fraction(v[4 + axis], PRIMARY_UNITS);
        out->white_point[axis] = fraction(v[6 + axis], PRIMARY_UNITS);
    }
    out->max_luminance = fraction(v[8], LIGHT_UNITS);
    out->min_luminance = fraction(v[9], LIGHT_UNITS);
    out->has_primaries = out->has_luminance = 1;
    return TRUE;
}

static int give(AVStream *stream, enum AVPacketSideDataType type, const void *data, size_t size)
{
    guint8 *copy = av_memdup(data, size);
    int status = copy ? av_stream_add_side_data(stream, type, copy, size) : AVERROR(ENOMEM);
    if (status < 0)
        av_free(copy);
    return status;
}

int pmx_hdr_to_stream(const PmxArtifactHead *head, AVStream *stream)
{
    size_t size = 0;
    int status = 0;
    AVMasteringDisplayMetadata *made = av_mastering_display_metadata_alloc();
    AVContentLightMetadata *light = av_content_light_metadata_alloc(&size);
    if (!made || !light)
        status = AVERROR(ENOMEM);
    if (status >= 0 && head->mastering && parse(head->mastering, made))
        status = give(stream, AV_PKT_DATA_MASTERING_DISPLAY_METADATA, made, sizeof *made);
    if (status >= 0 && head->light_max > 0) {
        light->MaxCLL = (unsigned)head->light_max;
        light->MaxFALL = (unsigned)head->light_average;
        status = give(stream, AV_PKT_DATA_CONTENT_LIGHT_LEVEL, light, size);
    }
    av_free(made);
    av_free(light);
    return status;
}
