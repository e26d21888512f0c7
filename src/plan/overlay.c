/* SPDX-License-Identifier: MIT */
/* See overlay.h. Pure. */
#include "plan/overlay.h"

#include <math.h>
#include <string.h>

#include "plan/colour.h"

gint64 pmx_overlay_pixels(double length, gint64 side)
{
    return llround(length < 1 ? length * (double)side : length);
}

/* What PQ and HLG make of a watermark's colours is not what they are on other displays. */
static gboolean refuse_hdr(GError **error)
{
    g_set_error(error, PMX_ERROR, PMX_CODE_NOT_SUPPORTED,
                "Features.Watermarks cannot be put onto HDR that stays HDR; set Video.PixFmt to "
                "yuv420p, or leave them out");
    return FALSE;
}

static gboolean check_place(const PmxWatermark *watermark, guint i, const PmxRendition *rendition,
                            GError **error)
{
    if (pmx_overlay_pixels(watermark->x, rendition->width) < rendition->width &&
        pmx_overlay_pixels(watermark->y, rendition->height) < rendition->height)
        return TRUE;
    g_set_error(error, PMX_ERROR, PMX_CODE_OUT_OF_RANGE,
                "Features.Watermarks[%u] begins outside of the picture, which is %" G_GINT64_FORMAT
                "x%" G_GINT64_FORMAT "; make X and Y smaller",
                i, rendition->width, rendition->height);
    return FALSE;
}

static void set_text(const PmxWatermark *from, PmxOverlay *to)
{
    to->text = g_strdup(from->content);
    to->font = from->font;
    to->font_file = g_strdup(from->font_file);
    to->font_size = from->font_size;
    to->color = g_strdup(from->font_color);
    to->alpha = from->font_alpha;
    to->border_width = from->border_width;
    to->border_color = g_strdup(from->border_color);
}

static gboolean set_image(const PmxWatermark *from, const PmxPlanInput *input, PmxOverlay *to,
                          GError **error)
{
    const PmxStream *stream = pmx_facts_video(input->facts);
    if (!stream) {
        const PmxStream *bad = pmx_facts_unreadable(input->facts);
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD,
                    "the watermark \"%s\" is no picture that can be read%s%s", from->content,
                    bad ? ": " : "", bad ? bad->problem : "");
        return FALSE;
    }
    to->image = g_strdup(input->identity);
    to->stream = stream->index;
    to->width = from->width;
    to->height = from->height;
    return TRUE;
}

gboolean pmx_overlay_add_all(const PmxOutput *output, const PmxPlanInput *inputs,
                             const PmxStream *video, PmxRendition *rendition, GError **error)
{
    guint count = output->watermarks ? output->watermarks->len : 0;
    if (count && rendition->pix_fmt != PMX_PIXELS_8 && pmx_colour_is_hdr(video))
        return refuse_hdr(error);
    for (guint i = 0; i < count; i++) {
        const PmxWatermark *from = g_ptr_array_index(output->watermarks, i);
        if (!check_place(from, i, rendition, error))
            return FALSE;
        PmxOverlay *to = pmx_array_add(&pmx_overlay_object, &rendition->overlays);
        to->x = from->x;
        to->y = from->y;
        if (from->type == PMX_WATERMARK_TEXT)
            set_text(from, to);
        else if (!set_image(from, &inputs[from->input], to, error))
            return FALSE;
    }
    return TRUE;
}

void pmx_overlay_copy_all(const PmxRendition *from, PmxRendition *to)
{
    to->overlays = NULL;
    for (guint i = 0; from->overlays && i < from->overlays->len; i++) {
        const PmxOverlay *overlay = g_ptr_array_index(from->overlays, i);
        PmxOverlay *copy = pmx_array_add(&pmx_overlay_object, &to->overlays);
        g_free(copy->color);
        g_free(copy->border_color);
        *copy = *overlay;
        copy->text = g_strdup(overlay->text);
        copy->font_file = g_strdup(overlay->font_file);
        copy->image = g_strdup(overlay->image);
        copy->color = g_strdup(overlay->color);
        copy->border_color = g_strdup(overlay->border_color);
    }
}

/* --- what the task reads --- */

static gboolean is_read(const PmxVideoTask *body, const char *identity)
{
    for (guint i = 0; body->images && i < body->images->len; i++)
        if (strcmp(((const PmxImage *)g_ptr_array_index(body->images, i))->identity, identity) == 0)
            return TRUE;
    return FALSE;
}

void pmx_overlay_read(const PmxPlanInput *inputs, guint count, const PmxRendition *rendition,
                      PmxTask *task)
{
    for (guint i = 0; rendition->overlays && i < rendition->overlays->len; i++) {
        const PmxOverlay *overlay = g_ptr_array_index(rendition->overlays, i);
        guint input = 0;
        if (!overlay->image || is_read(task->video, overlay->image))
            continue;
        while (input < count && strcmp(inputs[input].identity, overlay->image) != 0)
            input++;
        PmxImage *image = pmx_array_add(&pmx_image_object, &task->video->images);
        image->identity = g_strdup(overlay->image);
        if (!task->also)
            task->also = g_array_new(FALSE, FALSE, sizeof(guint));
        g_array_append_val(task->also, input);
    }
}
