/* SPDX-License-Identifier: MIT */
/* The field table of an order: see order.h. Pure. */
#include "plan/order.h"

static const char *const kinds[] = {"probe", "cut",      "border",  "video",    "audio",
                                    "copy",  "subtitle", "package", "loudness", NULL};

static const PmxField input_fields[] = {
    {"name", PMX_FIELD_STRING, offsetof(PmxOrderInput, name), .doc = "file name"},
    {"size", PMX_FIELD_INT, offsetof(PmxOrderInput, size), .doc = "bytes"},
    {0},
};

const PmxObject pmx_order_input_object = {"OrderInput", sizeof(PmxOrderInput), input_fields,
                                          "One input."};

#define AT(member) .offset = offsetof(PmxOrder, member)
static const PmxField order_fields[] = {
    {"kind", PMX_FIELD_ENUM, AT(kind), .choices = kinds, .doc = "what to do"},
    {"scratch", PMX_FIELD_STRING, AT(scratch), .doc = "where to write"},
    {"inputs", PMX_FIELD_ARRAY, AT(inputs), .object = &pmx_order_input_object,
     .doc = "what may be read"},
    {"body", PMX_FIELD_JSON, AT(body), .doc = "the task"},
    {0},
};
#undef AT

const PmxObject pmx_order_object = {"Order", sizeof(PmxOrder), order_fields,
                                    "One task for a runner."};
