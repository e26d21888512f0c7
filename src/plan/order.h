/* SPDX-License-Identifier: MIT */
/*
 * An order: what the parent tells a runner to do, as the first line on the control socket (see
 * base/wire.h). Plain data; written by the exec room, read by the runner.
 */
#pragma once

#include "base/fields.h"

typedef enum {
    PMX_ORDER_PROBE,
    PMX_ORDER_CUT,
    PMX_ORDER_BORDER,
    PMX_ORDER_VIDEO,
    PMX_ORDER_AUDIO,
    PMX_ORDER_COPY,
    PMX_ORDER_SUBTITLE,
    PMX_ORDER_PACKAGE,
    PMX_ORDER_LOUDNESS,
} PmxOrderKind;

typedef struct {
    char *name;  /* file name without folders, "" for an artifact */
    gint64 size; /* bytes */
} PmxOrderInput;

typedef struct {
    int kind;          /* PmxOrderKind */
    char *scratch;     /* the folder the runner may write into; NULL: nowhere */
    GPtrArray *inputs; /* of PmxOrderInput *, by the number the runner asks for */
    json_t *body;      /* the task's struct; NULL for a probe */
} PmxOrder;

extern const PmxObject pmx_order_object;
extern const PmxObject pmx_order_input_object;
