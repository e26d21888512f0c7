/* SPDX-License-Identifier: MIT */
/*
 * Font files for the texts of watermarks. The runner may open no file once it is locked in, so they
 * are opened before, and copied into the scratch folder when one is used.
 */
#pragma once

#include "job/fonts.h"
#include "plan/order.h"

typedef struct {
    int files[PMX_FONTS]; /* descriptors, by index into pmx_font_names; -1: not opened */
} PmxFonts;

/* Opens the fonts that the order's texts have, as far as they are installed. */
void pmx_fonts_open(PmxFonts *fonts, const PmxOrder *order);

/* A path to the font within `scratch` (caller frees); NULL with `error` that names its package. */
char *pmx_fonts_path(const PmxFonts *fonts, int font, const char *scratch, GError **error);
