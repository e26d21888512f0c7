/* SPDX-License-Identifier: MIT */
/*
 * A request's parameters as the JSON that an action's table reads. Pure.
 *
 *     Action=…&PageSize=10&Input.Media=…  ─►  {"PageSize": "10", "Input": {"Media": "…"}}
 */
#pragma once

#include "api/query.h"
#include "base/fields.h"

/* Without what belongs to the protocol itself (Action, Version, the signature's parameters, …), and
 * without empty values where only text may be empty: clients send them for what is not given. What
 * the table does not know stays in, to be reported. Too many parameters are a problem. New
 * reference. */
json_t *pmx_ims_parameters_json(const PmxParameters *parameters, const PmxObject *object,
                                PmxProblems *problems);
