/* SPDX-License-Identifier: MIT */
/* See shape.h. Pure. */
#include "plan/shape.h"

#include <math.h>

#include "job/job.h"

typedef struct {
    gint64 width, height;
} Size;

/* 4:2:0 pictures have whole chroma samples only when both sides are even. */
static gint64 even(double pixels)
{
    return MAX(2, 2 * (gint64)llround(pixels / 2));
}

/* The wanted sides, long and short edge already put upright; 0 where none is wanted. */
static Size wanted(const PmxShape *shape, Size source)
{
    gboolean swap = shape->long_short && source.height > source.width;
    return swap ? (Size){shape->height, shape->width} : (Size){shape->width, shape->height};
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

static gboolean choose_size(const PmxShape *shape, Size source, Size *want, GError **error)
{
    *want = wanted(shape, source);
    if (!enlarges(source, *want))
        return TRUE;
    if (shape->fail) {
        g_set_error(error, PMX_ERROR, PMX_CODE_OUT_OF_RANGE,
                    "the source is %" G_GINT64_FORMAT "x%" G_GINT64_FORMAT
                    ", smaller than the wanted size, and TransConfig.IsCheckResoFail is set",
                    source.width, source.height);
        return FALSE;
    }
    if (shape->keep)
        *want = (Size){0, 0};
    return TRUE;
}

/* --- AdjDarMethod --- */

/* How wide a picture of square samples is that shows the source `height` lines high. */
static double across(Size source, PmxRatio sar, gint64 height)
{
    return (double)height * (double)source.width * (double)sar.num /
           ((double)source.height * (double)sar.den);
}

/* The source's shape in square samples, as large as fits in `box`, or as small as fills it. */
static Size fitted(Size source, PmxRatio sar, Size box, gboolean fill)
{
    double width = across(source, sar, box.height);
    double height = (double)box.width * (double)box.height / width;
    gboolean by_height = fill == (width >= (double)box.width);
    Size size = {by_height ? even(width) : box.width, by_height ? box.height : even(height)};
    if (fill)
        return (Size){MAX(size.width, box.width), MAX(size.height, box.height)};
    return (Size){MIN(size.width, box.width), MIN(size.height, box.height)};
}

static gint64 middle(gint64 outer, gint64 inner)
{
    return (outer - inner) / 4 * 2;
}

static gboolean is_huge(Size size, Size want, GError **error)
{
    enum { MOST = 16384 };
    if (size.width <= MOST && size.height <= MOST)
        return FALSE;
    g_set_error(error, PMX_ERROR, PMX_CODE_OUT_OF_RANGE,
                "a picture that fills %" G_GINT64_FORMAT "x%" G_GINT64_FORMAT
                " would have to be scaled to %" G_GINT64_FORMAT "x%" G_GINT64_FORMAT
                "; choose sides nearer to the source's shape, or AdjDarMethod pad",
                want.width, want.height, size.width, size.height);
    return TRUE;
}

static gboolean adjust(const PmxShape *shape, Size source, Size want, PmxRendition *out,
                       GError **error)
{
    Size size = want;
    if (shape->method != PMX_ADJUST_RESCALE)
        size = fitted(source, out->sar, want, shape->method == PMX_ADJUST_CROP);
    if (is_huge(size, want, error))
        return FALSE;
    if (size.width != want.width || size.height != want.height)
        out->scaled = (PmxBox){.width = size.width, .height = size.height};
    if (shape->method == PMX_ADJUST_CROP && out->scaled.width)
        out->cut = (PmxBox){.width = want.width,
                            .height = want.height,
                            .left = middle(size.width, want.width),
                            .top = middle(size.height, want.height)};
    if (shape->method == PMX_ADJUST_PAD) {
        out->left = middle(want.width, size.width);
        out->top = middle(want.height, size.height);
    }
    out->sar = (PmxRatio){1, 1};
    return TRUE;
}

/* --- Pad --- */

static gboolean pad(const PmxShape *shape, PmxRendition *out, GError **error)
{
    const PmxBox *canvas = &shape->pad;
    if (out->width + canvas->left > canvas->width || out->height + canvas->top > canvas->height) {
        g_set_error(error, PMX_ERROR, PMX_CODE_OUT_OF_RANGE,
                    "Video.Pad is %" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT
                    ":%" G_GINT64_FORMAT ", but the picture is %" G_GINT64_FORMAT
                    "x%" G_GINT64_FORMAT " and does not fit there; make it larger, or Width and "
                    "Height smaller",
                    canvas->width, canvas->height, canvas->left, canvas->top, out->width,
                    out->height);
        return FALSE;
    }
    if (!out->scaled.width)
        out->scaled = (PmxBox){.width = out->width, .height = out->height};
    out->left += canvas->left;
    out->top += canvas->top;
    out->width = canvas->width;
    out->height = canvas->height;
    return TRUE;
}

/* --- the whole --- */

gboolean pmx_shape_resolve(const PmxShape *shape, gint64 width, gint64 height, PmxRendition *out,
                           GError **error)
{
    Size source = {width, height}, want;
    if (!choose_size(shape, source, &want, error))
        return FALSE;
    Size size = scaled(source, want);
    gboolean both = want.width && want.height;
    if (!pmx_ratio_known(out->sar))
        out->sar = (PmxRatio){1, 1};
    out->scaled = out->cut = (PmxBox){0};
    out->left = out->top = 0;
    out->width = size.width;
    out->height = size.height;
    if (both && shape->method != PMX_ADJUST_NONE) {
        if (!adjust(shape, source, want, out, error))
            return FALSE;
    } else if (both) {
        /* The shape of the picture on screen stays. Rounding to even sides is too small to
         * matter. */
        out->sar = pmx_ratio(out->sar.num * source.width * size.height,
                             out->sar.den * source.height * size.width);
    }
    return !shape->pad.width || pad(shape, out, error);
}

gboolean pmx_shape_resolve_found(PmxRendition *rendition, const PmxBox *found, gint64 width,
                                 gint64 height, GError **error)
{
    rendition->crop = *found;
    if (found->width)
        return pmx_shape_resolve(&rendition->shape, found->width, found->height, rendition, error);
    return pmx_shape_resolve(&rendition->shape, width, height, rendition, error);
}

gboolean pmx_shape_is_moved(const PmxRendition *rendition)
{
    return rendition->crop.width || rendition->crop.found || rendition->scaled.width;
}
