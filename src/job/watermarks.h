/* SPDX-License-Identifier: MIT */
/* Watermarks of an output. Pure. */
#pragma once

#include "base/fields.h"
#include "job/fonts.h"

typedef enum { PMX_WATERMARK_TEXT, PMX_WATERMARK_IMAGE } PmxWatermarkType;

/* A length above 0 and below 1 is a part of the output's side, from 1 on pixels. */
typedef struct {
    int type; /* PmxWatermarkType */
    char *content;
    double x, y;
    double width, height; /* Image; 0: not given */
    int font;             /* Text; index into pmx_font_names */
    double font_size;     /* Text */
    char *font_color, *border_color;
    double font_alpha;
    gint64 border_width; /* pixels */
    guint input;         /* Image: index of the job's input, once the output is built */
    char
        *font_file; /* Text: what tells the font's file from others, once the output is built; NULL:
                            nobody has looked. Owned by copies */
} PmxWatermark;

extern const PmxObject pmx_watermark_object;

/* A copy in heap, for lists that free by pmx_watermark_free(). */
PmxWatermark *pmx_watermark_copy(const PmxWatermark *watermark);
void pmx_watermark_free(gpointer watermark);
