/* SPDX-License-Identifier: MIT */
/*
 * Field tables: one table per struct says how it looks as JSON.
 *
 * A PmxObject names a C struct and lists its fields (name, type, where it lies, range, default, one
 * sentence). From that one table come: reading JSON into the struct with every check and every
 * problem named by its JSON path, writing it back, freeing it, and the reference page. Numbers and
 * booleans may come as JSON strings, as the job API's clients send them. What no row names is
 * reported as unknown, with the nearest known name.
 *
 * Storage by type: STRING char *; INT gint64; DOUBLE double; BOOL gboolean; ENUM int (index into
 * choices); TEXT whatever its PmxTextKind says; OBJECT the struct itself, embedded; ARRAY GPtrArray
 * * of heap structs; JSON json_t *.
 *
 * Pure; every room may use it. Tables are const; the functions are safe from any thread on distinct
 * structs.
 */
#pragma once

#include "base/problem.h"

typedef enum {
    PMX_FIELD_STRING,
    PMX_FIELD_INT,
    PMX_FIELD_DOUBLE,
    PMX_FIELD_BOOL,
    PMX_FIELD_ENUM,
    PMX_FIELD_TEXT,
    PMX_FIELD_OBJECT,
    PMX_FIELD_ARRAY,
    PMX_FIELD_JSON,
} PmxFieldType;

typedef enum {
    PMX_FIELD_REQUIRED = 1 << 0,    /* absent or null: a problem; always written */
    PMX_FIELD_EXTENSION = 1 << 1,   /* ours, not the job API's: marked so in the reference */
    PMX_FIELD_UNSUPPORTED = 1 << 2, /* the job API's, not done here: no storage; given, it is a
                                       problem, unless it asks for nothing: {}, [], "" or the
                                       fallback */
    PMX_FIELD_JSON_TEXT = 1 << 3,   /* OBJECT, ARRAY or JSON that may also come as a string holding
                                       its JSON */
    PMX_FIELD_NON_EMPTY = 1 << 4,   /* STRING: "" is a problem; ARRAY: [] is one */
    PMX_FIELD_HIDDEN = 1 << 5,      /* kept and read, never shown: left out of what is written */
    PMX_FIELD_FIXED = 1 << 6,       /* of a stored row: set when it is added, never changed */
} PmxFieldFlags;

/* A value with a text form of its own, such as "10s" or "30000/1001". */
typedef struct {
    const char
        *form; /* for messages and the reference: "a duration such as 10s or a number of frames" */
    gboolean (*parse)(const char *text, void *out);
    char *(*format)(const void *value); /* caller frees */
} PmxTextKind;

typedef struct PmxObject PmxObject;

typedef struct {
    const char *name;
    PmxFieldType type;
    size_t offset;
    unsigned flags;
    const char *fallback; /* the default, in text form; NULL: zero, NULL or empty */
    double min, max; /* numbers: the range, when min < max; STRING: at most max bytes, ARRAY: at
                        most max elements, when max > 0 */
    gint64 multiple; /* INT: must be a multiple of it, when above zero */
    const char *const *choices; /* ENUM: spellings, NULL at the end */
    const char *const *refused; /* spellings the job API knows and we do not do; NULL at end */
    const PmxTextKind *kind;    /* TEXT */
    const PmxObject *object;    /* OBJECT, ARRAY */
    char *(*check)(const char *text); /* STRING: NULL when fine, else a sentence (caller frees) */
    const char *doc;                  /* one sentence for the reference */
} PmxField;

struct PmxObject {
    const char *name;       /* for the reference */
    size_t size;            /* of the C struct */
    const PmxField *fields; /* the last has name NULL */
    const char *doc;
    GDestroyNotify destroy; /* frees a heap struct, for lists of them; NULL: there are no lists */
};

/* Sets every field of the zeroed or uninitialised struct `out` to its default. */
void pmx_object_init(const PmxObject *object, void *out);

/* Reads `json` into `out` (initialised here). Every mistake is added to `problems` under its path,
 * and reading goes on; afterwards `out` is whole and must be cleared, whatever was found. */
void pmx_object_parse(const PmxObject *object, const json_t *json, const char *path, void *out,
                      PmxProblems *problems);

/* As above for trusted JSON of our own making: a heap struct, or NULL with the first problem as
 * `error`. */
void *pmx_object_read(const PmxObject *object, const json_t *json, GError **error);

/* The struct as JSON; defaults, absent strings and what is hidden are left out. New reference. */
json_t *pmx_object_dump(const PmxObject *object, const void *value);

/* Frees what the fields own, then zeroes the struct; the second also frees it (NULL is fine). */
void pmx_object_clear(const PmxObject *object, void *value);
void pmx_object_free(const PmxObject *object, void *value);

/* An element appended to an ARRAY field's list, initialised; the list is created when NULL. Owned
 * by the list. */
void *pmx_array_add(const PmxObject *object, GPtrArray **list);
