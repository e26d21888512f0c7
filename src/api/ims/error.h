/* SPDX-License-Identifier: MIT */
/*
 * Errors of the IMS dialect: {"RequestId", "HostId", "Code", "Message", "Recommend"} and a status
 * that fits the code. Pure.
 */
#pragma once

#include "base/problem.h"

/* What an answer's body is when nothing was done. Caller frees. */
char *pmx_ims_error_body(const char *request, const char *host, const char *code,
                         const char *message);

/* The HTTP status of an error with this code: 400 for one that is not known. */
guint pmx_ims_error_status(const char *code);

/* The code of an error that HTTP alone caused. Static. */
const char *pmx_ims_error_code(guint status);

/* All problems, a line each, up to a number that a person would still read; the rest is counted.
 * Caller frees. */
char *pmx_ims_problems_text(const PmxProblems *problems);

/* "1B2E…": upper case, as the job API's are. Caller frees. */
char *pmx_ims_request_id(void);
