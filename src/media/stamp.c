/* SPDX-License-Identifier: MIT */
/* See stamp.h. */
#include "media/stamp.h"

#include <math.h>
#include <string.h>

#include <libavfilter/buffersrc.h>

#include "media/averror.h"
#include "media/decoder.h"
#include "plan/overlay.h"

/* The width of an image whose job names no side. */
static const double USUAL_WIDTH = 0.12;

typedef struct {
    AVFilterContext *source;
    AVFrame *frame; /* borrowed from the stamps' images */
} Feed;

struct PmxStamps {
    const PmxVideoTask *task;
    GPtrArray *images; /* of AVFrame *, as in the task */
    char *fonts[PMX_FONTS];
    char *scratch;
    GArray *feeds; /* of Feed */
};

static void free_frame(gpointer data)
{
    AVFrame *frame = data;
    av_frame_free(&frame);
}

void pmx_stamps_free(PmxStamps *stamps)
{
    if (!stamps)
        return;
    g_ptr_array_unref(stamps->images);
    for (int i = 0; i < PMX_FONTS; i++)
        g_free(stamps->fonts[i]);
    g_free(stamps->scratch);
    g_array_unref(stamps->feeds);
    g_free(stamps);
}

/* --- reading --- */

static int stream_of(const PmxVideoTask *task, const char *identity)
{
    for (guint i = 0; i < task->renditions->len; i++) {
        const PmxRendition *rendition = g_ptr_array_index(task->renditions, i);
        for (guint k = 0; rendition->overlays && k < rendition->overlays->len; k++) {
            const PmxOverlay *overlay = g_ptr_array_index(rendition->overlays, k);
            if (g_strcmp0(overlay->image, identity) == 0)
                return (int)overlay->stream;
        }
    }
    return -1;
}

static AVFrame *read_image(PmxRun *run, guint input, int stream, GError **error)
{
    PmxSourceRef ref;
    g_autoptr(AVFrame) frame = av_frame_alloc();
    if (!pmx_run_source(run, input, &ref, error))
        return NULL;
    g_autoptr(PmxSource) source = pmx_source_open(&ref, error);
    g_autoptr(PmxDecoder) decoder = source ? pmx_decoder_open(source, stream, error) : NULL;
    if (!decoder)
        return NULL;
    PmxNext next = pmx_decoder_next(decoder, frame, error);
    if (next == PMX_NEXT_FRAME)
        return g_steal_pointer(&frame);
    if (next == PMX_NEXT_END)
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD, "a watermark's picture is damaged");
    return NULL;
}

/* Images that only renditions of other runners have are not read. */
static gboolean read_images(PmxStamps *stamps, PmxRun *run, guint first, GError **error)
{
    const GPtrArray *images = stamps->task->images;
    for (guint i = 0; images && i < images->len; i++) {
        const PmxImage *image = g_ptr_array_index(images, i);
        int stream = stream_of(stamps->task, image->identity);
        AVFrame *frame = stream >= 0 ? read_image(run, first + i, stream, error) : NULL;
        if (stream >= 0 && !frame)
            return FALSE;
        g_ptr_array_add(stamps->images, frame);
    }
    return TRUE;
}

/* Texts go through files: nothing in them means anything to libavfilter. */
static char *text_path(const PmxStamps *stamps, const PmxOverlay *overlay)
{
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, overlay->text, -1);
    g_autofree char *name = g_strconcat("text-", sum, NULL);
    return g_build_filename(stamps->scratch, name, NULL);
}

static gboolean read_text(PmxStamps *stamps, const PmxRun *run, const PmxOverlay *overlay,
                          GError **error)
{
    g_autofree char *path = text_path(stamps, overlay);
    if (!stamps->fonts[overlay->font])
        stamps->fonts[overlay->font] =
            pmx_fonts_path(&run->fonts, overlay->font, stamps->scratch, error);
    return stamps->fonts[overlay->font] && g_file_set_contents(path, overlay->text, -1, error);
}

static gboolean read_texts(PmxStamps *stamps, const PmxRun *run, GError **error)
{
    for (guint i = 0; i < stamps->task->renditions->len; i++) {
        const PmxRendition *rendition = g_ptr_array_index(stamps->task->renditions, i);
        for (guint k = 0; rendition->overlays && k < rendition->overlays->len; k++) {
            const PmxOverlay *overlay = g_ptr_array_index(rendition->overlays, k);
            if (overlay->text && !read_text(stamps, run, overlay, error))
                return FALSE;
        }
    }
    return TRUE;
}

PmxStamps *pmx_stamps_new(PmxRun *run, const PmxVideoTask *task, guint first, GError **error)
{
    g_autoptr(PmxStamps) stamps = g_new0(PmxStamps, 1);
    stamps->task = task;
    stamps->images = g_ptr_array_new_with_free_func(free_frame);
    stamps->feeds = g_array_new(FALSE, FALSE, sizeof(Feed));
    stamps->scratch = g_strdup(run->order->scratch);
    if (!read_images(stamps, run, first, error) || !read_texts(stamps, run, error))
        return NULL;
    return g_steal_pointer(&stamps);
}

/* --- filters --- */

static AVFrame *image_of(const PmxStamps *stamps, const PmxOverlay *overlay)
{
    for (guint i = 0; i < stamps->images->len; i++) {
        const PmxImage *image = g_ptr_array_index(stamps->task->images, i);
        if (g_strcmp0(image->identity, overlay->image) == 0)
            return g_ptr_array_index(stamps->images, i);
    }
    return NULL;
}

static void image_size(const PmxOverlay *overlay, const PmxRendition *rendition,
                       const AVFrame *image, gint64 *width, gint64 *height)
{
    double aspect = (double)image->width / image->height;
    double wide = overlay->width > 0 || overlay->height > 0 ? overlay->width : USUAL_WIDTH;
    *width = pmx_overlay_pixels(wide, rendition->width);
    *height = pmx_overlay_pixels(overlay->height, rendition->height);
    if (wide <= 0)
        *width = llround((double)*height * aspect);
    if (overlay->height <= 0)
        *height = llround((double)*width / aspect);
    *width = CLAMP(*width, 1, 16384);
    *height = CLAMP(*height, 1, 16384);
}

/* What a watermark's RGB becomes, to be among the film's colours. */
static const char *matrix_of(const PmxVideoTask *task)
{
    if (g_strcmp0(task->matrix, "bt709") == 0)
        return "bt709";
    if (task->matrix && g_str_has_prefix(task->matrix, "bt2020"))
        return "bt2020";
    return task->matrix || task->height < 720 ? "smpte170m" : "bt709";
}

static gboolean is_full(const PmxVideoTask *task)
{
    return g_strcmp0(task->range, "pc") == 0;
}

static void describe_image(const PmxStamps *stamps, const PmxOverlay *overlay,
                           const PmxRendition *rendition, const char *label, const char *from,
                           gboolean ten, GString *text)
{
    gint64 width, height;
    image_size(overlay, rendition, image_of(stamps, overlay), &width, &height);
    g_string_append_printf(text,
                           ";[w%s]scale=%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT
                           ":flags=bicubic+accurate_rnd+bitexact:out_color_matrix=%s:out_range=%s,"
                           "format=%s[i%s];[%s][i%s]overlay=x=%" G_GINT64_FORMAT
                           ":y=%" G_GINT64_FORMAT ":format=%s:eval=init",
                           label, width, height, matrix_of(stamps->task),
                           is_full(stamps->task) ? "pc" : "tv", ten ? "yuva420p10le" : "yuva420p",
                           label, from, label, pmx_overlay_pixels(overlay->x, rendition->width),
                           pmx_overlay_pixels(overlay->y, rendition->height),
                           ten ? "yuv420p10" : "yuv420");
}

/* Names that do not begin with # are libavutil's too. */
static void add_color(GString *text, const char *name, const char *color, double alpha)
{
    char value[G_ASCII_DTOSTR_BUF_SIZE];
    gboolean number = color[0] == '#';
    g_ascii_formatd(value, sizeof value, "%.3f", alpha);
    g_string_append_printf(text, ":%s=%s%s@%s", name, number ? "0x" : "", color + (number ? 1 : 0),
                           value);
}

/* A path within quotes, for a graph's description: see av_get_token(). */
static char *quoted(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "'", -1);
    g_autofree char *inner = g_strjoinv("'\\\\\\''", parts);
    return g_strconcat("'", inner, "'", NULL);
}

static void describe_text(const PmxStamps *stamps, const PmxOverlay *overlay,
                          const PmxRendition *rendition, const char *from, GString *text)
{
    g_autofree char *path = text_path(stamps, overlay);
    g_autofree char *words = quoted(path);
    g_autofree char *font = quoted(stamps->fonts[overlay->font]);
    g_string_append_printf(
        text,
        ";[%s]drawtext=fontfile=%s:textfile=%s:expansion=none:fontsize=%" G_GINT64_FORMAT
        ":x=%" G_GINT64_FORMAT ":y=%" G_GINT64_FORMAT ":borderw=%" G_GINT64_FORMAT,
        from, font, words, MAX(4, pmx_overlay_pixels(overlay->font_size, rendition->height)),
        pmx_overlay_pixels(overlay->x, rendition->width),
        pmx_overlay_pixels(overlay->y, rendition->height), overlay->border_width);
    add_color(text, "fontcolor", overlay->color, overlay->alpha);
    add_color(text, "bordercolor", overlay->border_color, overlay->alpha);
}

void pmx_stamps_describe(const PmxStamps *stamps, const PmxRendition *rendition, guint branch,
                         const char *format, GString *text)
{
    g_autofree char *from = g_strdup_printf("p%u", branch);
    for (guint k = 0; k < rendition->overlays->len; k++) {
        const PmxOverlay *overlay = g_ptr_array_index(rendition->overlays, k);
        g_autofree char *label = g_strdup_printf("%u_%u", branch, k);
        if (overlay->text)
            describe_text(stamps, overlay, rendition, from, text);
        else
            describe_image(stamps, overlay, rendition, label, from,
                           g_str_has_suffix(format, "10le"), text);
        g_free(from);
        from = g_strdup_printf("p%s", label);
        g_string_append_printf(text, "[%s]", from);
    }
    g_string_append_printf(text, ";[%s]format=%s[out%u]", from, format, branch);
}

/* --- the images' sources --- */

static int add_source(PmxStamps *stamps, AVFrame *frame, const char *name, AVFilterGraph *graph,
                      AVFilterInOut **outputs)
{
    Feed feed = {.frame = frame};
    PmxRatio tb = stamps->task->time_base;
    g_autofree char *arguments =
        g_strdup_printf("video_size=%dx%d:pix_fmt=%d:time_base=%" G_GINT64_FORMAT
                        "/%" G_GINT64_FORMAT ":pixel_aspect=1/1",
                        frame->width, frame->height, frame->format, tb.num, tb.den);
    int status = avfilter_graph_create_filter(&feed.source, avfilter_get_by_name("buffer"), name,
                                              arguments, NULL, graph);
    if (status < 0)
        return status;
    AVFilterInOut *end = avfilter_inout_alloc();
    *end = (AVFilterInOut){.name = av_strdup(name), .filter_ctx = feed.source, .next = *outputs};
    *outputs = end;
    g_array_append_val(stamps->feeds, feed);
    return 0;
}

int pmx_stamps_add_sources(PmxStamps *stamps, const PmxRendition *rendition, guint branch,
                           AVFilterGraph *graph, AVFilterInOut **outputs)
{
    int status = 0;
    for (guint k = 0; status >= 0 && k < rendition->overlays->len; k++) {
        const PmxOverlay *overlay = g_ptr_array_index(rendition->overlays, k);
        g_autofree char *name = g_strdup_printf("w%u_%u", branch, k);
        if (!overlay->text)
            status = add_source(stamps, image_of(stamps, overlay), name, graph, outputs);
    }
    return status;
}

int pmx_stamps_feed(PmxStamps *stamps)
{
    int status = 0;
    for (guint i = 0; status >= 0 && i < stamps->feeds->len; i++) {
        Feed *feed = &g_array_index(stamps->feeds, Feed, i);
        feed->frame->pts = 0;
        status =
            av_buffersrc_add_frame_flags(feed->source, feed->frame, AV_BUFFERSRC_FLAG_KEEP_REF);
        if (status >= 0)
            status = av_buffersrc_close(feed->source, 0, 0);
    }
    g_array_set_size(stamps->feeds, 0);
    return status;
}
