/* SPDX-License-Identifier: MIT */
/* The reference page of a request, from its field tables. Pure; for the documentation. */
#pragma once

#include "base/fields.h"

/* Markdown: a section for `root` and for each object below it, once each, in the order in which the
 * tables name them. What is not supported is listed below a section's table. Caller frees. */
char *pmx_reference_markdown(const PmxObject *root);

/* As above for several objects (NULL at the end), each once, without the column that marks
 * extensions. Those in `known` (NULL at the end) are described elsewhere. Caller frees. */
char *pmx_reference_sections(const PmxObject *const *roots, const PmxObject *const *known);
