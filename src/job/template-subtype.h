/* SPDX-License-Identifier: MIT */
/*
 * Subtypes of transcoding templates: what the job API says beside a template's parameters, put into
 * the parameters, so that nothing after it has to know. Pure.
 */
#pragma once

#include "base/problem.h"

#include <jansson.h>

typedef enum {
    PMX_SUBTYPE_NORMAL = 1,
    PMX_SUBTYPE_AUDIO = 2, /* AudioTranscode: sound only */
    PMX_SUBTYPE_REMUX = 3, /* every stream is copied */
} PmxTemplateSubtype;

/* Adds what a template of `subtype` must not say to `problems`, under TemplateConfig. */
void pmx_template_check_subtype(const json_t *config, gint64 subtype, PmxProblems *problems);

/* The parameters that a template of `subtype` with `config` stands for. New reference. */
json_t *pmx_template_of_subtype(const json_t *config, gint64 subtype);
