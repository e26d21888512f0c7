/* SPDX-License-Identifier: MIT */
/*
 * The job request as the API writes it: the structs and field tables of Config. From them come
 * parsing and the reference page. Pure; for the job room and for whoever prints the reference.
 */
#pragma once

#include "job/features.h"
#include "job/job.h"

/* An output, of a group or on its own: both forms have the same keys but for the file. */
typedef struct {
    char *name;
    char *file_name;   /* in a group: below the group's folder; NULL: not given */
    char *file;        /* in a group: the same, as the API's sample writes it */
    PmxMediaRef place; /* on its own: the whole address */
    char *template_id;
    json_t *params; /* OverrideParams as given, unwrapped when it came as a string; or NULL */
    PmxFeatures features;
    gint64 priority;
} PmxOutputRequest;

typedef struct {
    PmxMediaRef base; /* OutputFileBase: the folder; media NULL when not given */
} PmxGroupConfig;

typedef struct {
    char *name;
    PmxGroupConfig config;
    GPtrArray *outputs; /* of PmxOutputRequest *, or NULL */
} PmxGroupRequest;

typedef struct {
    char *name;
    GPtrArray *inputs;  /* of PmxInput *, or NULL */
    GPtrArray *groups;  /* of PmxGroupRequest *, or NULL */
    GPtrArray *outputs; /* of PmxOutputRequest *, or NULL */
} PmxConfig;

extern const PmxObject pmx_config_object;
extern const PmxObject pmx_input_object; /* PmxInput */

/* The spellings of PmxSelectRule, NULL at the end. */
extern const char *const pmx_select_rule_names[];
