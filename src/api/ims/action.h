/* SPDX-License-Identifier: MIT */
/*
 * An action of the IMS dialect, as the front sees it and as its file defines it.
 *
 *     parameters (strings) ─► the action's table ─► struct ─► run() ─► pmx_service_…() ─► view
 *
 * One action is one row in actions.c and one short file. The table says what parameters there are;
 * the front has read and checked them before run() is called, and frees them afterwards. run() gives
 * the answer without RequestId, or NULL after it has added problems. Any thread; it may block for a
 * commit.
 */
#pragma once

#include "service/service.h"

typedef struct {
    PmxService *service;
    const char *request; /* RequestId */
    const json_t *given; /* the parameters as they came, for those whose absence means something */
} PmxImsCall;

typedef struct {
    const char *name;
    const PmxObject *parameters; /* its `doc` is the action's in the reference */
    json_t *(*run)(const PmxImsCall *call, const void *parameters, PmxProblems *problems);
} PmxImsAction;

/* The table of actions without parameters. */
extern const PmxField pmx_ims_no_fields[];

/* Whether the request has the parameter `name` with a value. */
gboolean pmx_ims_given(const PmxImsCall *call, const char *name);

/* --- parameters that several actions have; not freed, the table knows --- */

enum {
    PMX_IMS_ID_BYTES = 128,
    PMX_IMS_NAME_BYTES = 128,
    PMX_IMS_USER_DATA_BYTES = 2048, /* the cloud's own limit is stated as 1024: ours is wider */
    PMX_IMS_PAGE_SIZE = 100
};

typedef struct {
    char *id;
} PmxImsId;

/* A table of one required id. */
#define PMX_IMS_ID_FIELDS(name_, doc_)                                                             \
    {                                                                                              \
        {name_,                                                                                    \
         PMX_FIELD_STRING,                                                                         \
         offsetof(PmxImsId, id),                                                                   \
         PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY,                                                 \
         .max = PMX_IMS_ID_BYTES,                                                                  \
         .doc = doc_},                                                                             \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

/* The object that the parameter `name` holds as JSON text. NULL with a problem that tells line and
 * column, or with none when `text` is NULL. New reference. */
json_t *pmx_ims_json(const char *name, const char *text, PmxProblems *problems);

/* {"Success": true} or, when `done` is FALSE, NULL. */
json_t *pmx_ims_success(gboolean done);

/* {`key`: view}; NULL when there is no view. Takes it. */
json_t *pmx_ims_single(const char *key, json_t *view);
