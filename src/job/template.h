/* SPDX-License-Identifier: MIT */
/*
 * Templates: named sets of output parameters that a job's outputs begin from.
 *
 * A template is JSON in the job API's TemplateConfig shape (Container, Video, Audio, TransConfig,
 * MuxConfig). The eight of the source document are built in, and six of the job API's own. Merging is RFC 7396 (JSON Merge Patch)
 * with one difference: null leaves the template's value alone. Pure.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct PmxTemplates PmxTemplates;

/* The built-in templates. Caller frees. */
PmxTemplates *pmx_templates_new(void);
void pmx_templates_free(PmxTemplates *templates);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxTemplates, pmx_templates_free)

/* Adds a custom one, in the place of one with the same id; `config` is borrowed. */
void pmx_templates_add(PmxTemplates *templates, const char *id, const json_t *config);

/* The template's config, borrowed, or NULL. */
const json_t *pmx_templates_get(const PmxTemplates *templates, const char *id);

/* The i-th id, in listing order, or NULL at the end; borrowed. Fits PmxNameAt of base/suggest.h. */
const char *pmx_templates_id_at(gconstpointer templates, guint i);

/* `over` laid over `base`; both borrowed and unchanged; NULL counts as an empty object. New
 * reference. */
json_t *pmx_template_merge(const json_t *base, const json_t *over);
