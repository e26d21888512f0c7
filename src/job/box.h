/* SPDX-License-Identifier: MIT */
/* A rectangle of pixels, written "w:h:left:top". Pure. */
#pragma once

#include "base/fields.h"

typedef struct {
    gint64 width, height, left, top; /* width 0: no rectangle */
    gboolean found;                  /* Crop `border`: to be found in the film */
} PmxBox;

extern const PmxTextKind pmx_box_kind;  /* of any sides; "" is none */
extern const PmxTextKind pmx_crop_kind; /* even, or `border` */
extern const PmxTextKind pmx_pad_kind;  /* even */
