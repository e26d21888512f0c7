/* SPDX-License-Identifier: MIT */
/* Sizes as people write them. Pure; every room may use it. */
#pragma once

#include "base/problem.h"

/* Reads a number of bytes with an optional K, M, G or T (powers of 1024) into `bytes`. */
gboolean pmx_size_from_text(const char *text, guint64 *bytes, GError **error);
