/* SPDX-License-Identifier: MIT */
/* See palette.h. */
#include "media/palette.h"

#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>

#include "media/averror.h"

struct PmxPalette {
    AVFilterGraph *graph;
    AVFilterContext *in, *out;
};

static int make(PmxPalette *palette, int width, int height, AVRational time_base)
{
    AVFilterInOut *inputs = NULL, *outputs = NULL;
    g_autofree char *text =
        g_strdup_printf("buffer@in=video_size=%dx%d:pix_fmt=yuv420p:time_base=%d/%d,"
                        "scale=flags=bicubic+accurate_rnd+bitexact,format=rgb24,split[a][b];"
                        "[a]palettegen=stats_mode=single[p];"
                        "[b][p]paletteuse=new=1:dither=bayer:bayer_scale=3,buffersink@out",
                        width, height, time_base.num, time_base.den);
    palette->graph = avfilter_graph_alloc();
    if (!palette->graph)
        return AVERROR(ENOMEM);
    palette->graph->nb_threads = 1;
    int status = avfilter_graph_parse2(palette->graph, text, &inputs, &outputs);
    avfilter_inout_free(&inputs);
    avfilter_inout_free(&outputs);
    return status < 0 ? status : avfilter_graph_config(palette->graph, NULL);
}

PmxPalette *pmx_palette_new(int width, int height, AVRational time_base, GError **error)
{
    g_autoptr(PmxPalette) palette = g_new0(PmxPalette, 1);
    int status = make(palette, width, height, time_base);
    if (status >= 0) {
        palette->in = avfilter_graph_get_filter(palette->graph, "buffer@in");
        palette->out = avfilter_graph_get_filter(palette->graph, "buffersink@out");
    }
    if (palette->in && palette->out)
        return g_steal_pointer(&palette);
    pmx_av_fail(error, PMX_CODE_INTERNAL, status < 0 ? status : AVERROR_FILTER_NOT_FOUND,
                "palettes cannot be made");
    return NULL;
}

void pmx_palette_free(PmxPalette *palette)
{
    if (!palette)
        return;
    avfilter_graph_free(&palette->graph);
    g_free(palette);
}

gboolean pmx_palette_apply(PmxPalette *palette, const AVFrame *frame, AVFrame *out, GError **error)
{
    av_frame_unref(out);
    int status = av_buffersrc_write_frame(palette->in, frame);
    if (status >= 0)
        status = av_buffersink_get_frame(palette->out, out);
    return status >= 0 ||
           pmx_av_fail(error, PMX_CODE_INTERNAL, status, "a picture gets no palette");
}
