/* SPDX-License-Identifier: MIT */
/*
 * Field tables as the schemas of an OpenAPI 3.0 document. Pure.
 *
 * Schemas say what should be sent. The server takes more: numbers and booleans as strings, words in
 * any letter case.
 */
#pragma once

#include "base/fields.h"

/* {"$ref": "#/components/schemas/NAME"} for `object`, after adding it, and what it refers to, to
 * `schemas` when it is not there. New reference. */
json_t *pmx_schema_ref(json_t *schemas, const PmxObject *object);

/* One field's schema; objects it refers to are added to `schemas`. New reference. */
json_t *pmx_schema_field(json_t *schemas, const PmxField *field);
