/* SPDX-License-Identifier: MIT */
/*
 * Problems: what is wrong with a request, said so that its author can mend it.
 *
 * A check never stops at the first mistake: it adds a PmxProblem to the caller's list and goes on,
 * so that one answer names everything. Every problem carries a code of the job API, the JSON path
 * it is about and a sentence. Failures at run time are GErrors in PMX_ERROR whose code is the same
 * PmxCode, so that both kinds are reported in one shape.
 *
 * Pure; every room uses it. Not thread-safe: a list belongs to one thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/* Codes of the job API's reference. The order is free; names are in problem.c. */
typedef enum {
    PMX_CODE_INVALID,            /* InvalidParameter */
    PMX_CODE_NULL_VALUE,         /* InvalidParameter.NullValue */
    PMX_CODE_EMPTY_VALUE,        /* InvalidParameter.EmptyValue */
    PMX_CODE_OUT_OF_RANGE,       /* InvalidParameter.OutOfRange */
    PMX_CODE_NOT_SUPPORTED,      /* InvalidParameter.NotSupported */
    PMX_CODE_RESOURCE_NOT_FOUND, /* InvalidParameter.ResourceNotFound */
    PMX_CODE_RESOURCE_BAD,       /* InvalidParameter.ResourceContentBad */
    PMX_CODE_NO_AUDIO_STREAM,    /* InvalidParameter.NoAudioStream */
    PMX_CODE_MISSING_PARAMETER,  /* MissingParameter */
    PMX_CODE_ACCESS_DENIED,      /* PermissionDenied.ResourceAccess */
    PMX_CODE_INTERNAL,           /* InternalError */
    /* What callers tell apart and the reference does not. */
    PMX_CODE_RESOURCE_REPLACED, /* as RESOURCE_BAD: it is another than when the job began */
    PMX_CODE_NO_RANGES,         /* as NOT_SUPPORTED: it can be read from its beginning only */
    PMX_CODE_UNAVAILABLE,       /* as INTERNAL: trying again later may help */
} PmxCode;

#define PMX_ERROR (pmx_error_quark())
GQuark pmx_error_quark(void);

/* The API's spelling of a code; never NULL, static. */
const char *pmx_code_name(PmxCode code);

/* The code behind an API spelling; PMX_CODE_INTERNAL for one that is unknown. */
PmxCode pmx_code_from_name(const char *name);

/* The code of `error` when it is a PMX_ERROR, else PMX_CODE_INTERNAL. */
PmxCode pmx_error_code(const GError *error);

/* After a call that has nothing to give without an error too: hands `failure` (taken; or NULL) on to
 * `error` (or NULL). Whether there was none. */
gboolean pmx_error_none(GError *failure, GError **error);

typedef struct {
    PmxCode code;
    char *path; /* JSON path ("Inputs[0].InputFile.Media"); "" for the whole document */
    char *message;
} PmxProblem;

typedef struct {
    GPtrArray *items; /* of PmxProblem *, in the order found */
} PmxProblems;

PmxProblems *pmx_problems_new(void);
void pmx_problems_free(PmxProblems *problems);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxProblems, pmx_problems_free)

/* Adds a problem; `path` and the formatted message are copied. */
void pmx_problems_add(PmxProblems *problems, PmxCode code, const char *path, const char *format,
                      ...) G_GNUC_PRINTF(4, 5);

/* Adds `error` (borrowed) under `path`, with its PmxCode. */
void pmx_problems_add_error(PmxProblems *problems, const char *path, const GError *error);

guint pmx_problems_count(const PmxProblems *problems);

/* One line a problem, "path: message", for people. Caller frees. */
char *pmx_problems_to_text(const PmxProblems *problems);

/* [{"Code", "Path", "Message"}], for programs. Caller owns the reference. */
json_t *pmx_problems_to_json(const PmxProblems *problems);
