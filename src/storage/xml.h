/* SPDX-License-Identifier: MIT */
/*
 * The small XML documents that object storages answer with, which all have one shape:
 *
 *     <Root><Field>text</Field> … <Record><Field>text</Field> … </Record> … </Root>
 *
 * What is deeper is left out, as are attributes and the prefixes of names. A document is a
 * stranger's: its size, its depth and the number and length of what is kept are limited. Pure.
 */
#pragma once

#include "base/problem.h"

enum { PMX_XML_MOST_BYTES = 8 << 20 };

typedef struct {
    char *name;
    GHashTable *fields; /* name → text, the first of a name */
} PmxXmlRecord;

typedef struct {
    PmxXmlRecord *root;
    GPtrArray *records; /* of PmxXmlRecord *, in their order */
} PmxXml;

/* NULL for what is no such document, with PMX_CODE_RESOURCE_BAD and the end of a sentence that
 * begins with "the answer". */
PmxXml *pmx_xml_parse(const char *text, gsize length, GError **error);
void pmx_xml_free(PmxXml *xml);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxXml, pmx_xml_free)

/* A field's text, borrowed; "" when there is none. */
const char *pmx_xml_field(const PmxXmlRecord *record, const char *name);
