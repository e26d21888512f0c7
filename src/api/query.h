/* SPDX-License-Identifier: MIT */
/*
 * Parameters: the name/value pairs of a query string or of a form body.
 *
 *     "Action=A&Config=%7B%7D" ─► pmx_parameters_parse() ─► PmxParameters ─► pmx_parameters_find()
 *                                                               │
 *                                  query and form together ◄─ pmx_parameters_merge()
 *
 * Names and values are decoded text: valid UTF-8 without NUL. Order is the wire's. A name stands
 * once: a repeated one could mean one thing to the signature and another to the action, so it is a
 * mistake, within one text as well as between the query and the form. What is wrong goes into the
 * caller's problems, each with the parameter's name as its path; the rest is read all the same.
 *
 * Pure. A list belongs to one thread.
 */
#pragma once

#include "base/problem.h"

typedef struct {
    char *name, *value; /* never NULL */
} PmxParameter;

typedef struct {
    GPtrArray *items;    /* of PmxParameter *, in the order of the wire */
    GHashTable *by_name; /* name → its PmxParameter, borrowed from items */
} PmxParameters;

PmxParameters *pmx_parameters_new(void);
void pmx_parameters_free(PmxParameters *parameters);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxParameters, pmx_parameters_free)

/* Reads `length` bytes of a raw query string or form body ("+" is a space in both; a name without
 * "=" has the value ""; empty pieces between "&" are nothing). Never NULL; caller frees. Bad
 * percent escapes, what is no UTF-8, NUL, empty and repeated names, and more than 256 of them are
 * problems and left out. */
PmxParameters *pmx_parameters_parse(const char *text, gsize length, PmxProblems *problems);

/* Adds copies of `more`'s parameters to `parameters`; a name that is in both is a problem. */
void pmx_parameters_merge(PmxParameters *parameters, const PmxParameters *more,
                          PmxProblems *problems);

/* Adds a pair (copied). FALSE when the name is there already. */
gboolean pmx_parameters_add(PmxParameters *parameters, const char *name, const char *value);

/* The value, borrowed, or NULL. Names are case-sensitive. */
const char *pmx_parameters_find(const PmxParameters *parameters, const char *name);

/* Whether a Content-Type (may be NULL) says application/x-www-form-urlencoded. */
gboolean pmx_is_form(const char *content_type);
