/* SPDX-License-Identifier: MIT */
/* The files of installed fonts. */
#pragma once

#include "job/fonts.h"

/* A PmxFontRead. */
GBytes *pmx_font_file_read(int font);
