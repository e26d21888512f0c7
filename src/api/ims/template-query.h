/* SPDX-License-Identifier: MIT */
/*
 * What the two lists of templates are asked for, and templates picked by it.
 *
 * Type may name several types with commas between them, as the job API has it; the store filters by
 * one, so custom templates of several types are picked here, from all of them.
 */
#pragma once

#include "api/ims/action.h"

enum { PMX_IMS_TYPE_MAX = 9, PMX_IMS_SUBTYPE_MAX = 9, PMX_IMS_PAGES = 1000000 };

/* A gint64 whose bit n stands for the type n. */
extern const PmxTextKind pmx_ims_types_kind;

typedef struct {
    gint64 types;   /* bits; 0: any */
    gint64 subtype; /* 0: any */
    char *name, *id;
    gint64 number, size;
    int order, status;
} PmxImsTemplateQuery;

/* The fields that both lists have. */
#define PMX_IMS_TEMPLATE_QUERY_FIELDS                                                                \
    {"Type", PMX_FIELD_TEXT, offsetof(PmxImsTemplateQuery, types), .kind = &pmx_ims_types_kind,      \
     .doc = "Only templates of these types."},                                                       \
        {"Subtype",                                                                                  \
         PMX_FIELD_INT,                                                                              \
         offsetof(PmxImsTemplateQuery, subtype),                                                     \
         .min = 0,                                                                                   \
         .max = PMX_IMS_SUBTYPE_MAX,                                                                 \
         .doc = "Only templates of this subtype."},                                                  \
        {"Name", PMX_FIELD_STRING, offsetof(PmxImsTemplateQuery, name), .max = PMX_IMS_NAME_BYTES,   \
         .doc = "Only templates with this in their name."},                                          \
        {"TemplateId", PMX_FIELD_STRING, offsetof(PmxImsTemplateQuery, id),                          \
         .max = PMX_IMS_ID_BYTES, .doc = "Only this template."},                                     \
        {"PageNumber", PMX_FIELD_INT,        offsetof(PmxImsTemplateQuery, number), .fallback = "1", \
         .min = 1,     .max = PMX_IMS_PAGES, .doc = "Which page, from 1."},                          \
    {                                                                                                \
        "PageSize", PMX_FIELD_INT, offsetof(PmxImsTemplateQuery, size),                              \
            .fallback = "20", .min = 1, .max = PMX_IMS_PAGE_SIZE,                                    \
            .doc = "Templates in the answer, at most."                                               \
    }

/* Appends to `list` what `show` makes of those on the page asked for, of PmxTemplateRecord * that
 * fit; how many fit. */
gint64 pmx_ims_pick_templates(const GPtrArray *records, const PmxImsTemplateQuery *query,
                              json_t *(*show)(const PmxTemplateRecord *), json_t *list);

/* `subtype` as given, or what a template of `type` is without it. */
gint64 pmx_ims_subtype_of(const PmxImsCall *call, gint64 type, gint64 subtype);
