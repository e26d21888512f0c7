/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with an answer of an object storage, and what follows from it.
 *
 * Of the server's own words only its code is passed on ("SlowDown"): its sentences repeat access keys
 * and signatures. Pure.
 */
#pragma once

#include "base/problem.h"
#include "net/client.h"
#include "storage/retry.h"

typedef struct {
    char *server; /* the server's code; or NULL */
    char *words;  /* the end of a sentence */
    PmxCode code; /* of the error that it is, if it stays */
    PmxAgain again;
} PmxTrouble;

void pmx_trouble_clear(PmxTrouble *trouble);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PmxTrouble, pmx_trouble_clear)

/* FALSE: it is a whole answer of success. */
gboolean pmx_trouble_of(const PmxClientReply *reply, PmxTrouble *trouble);

/* Of an answer of success that has an <Error> for its body; FALSE: it has none. */
gboolean pmx_trouble_inside(const PmxClientReply *reply, PmxTrouble *trouble);

/* What a caller found himself. FALSE. */
gboolean pmx_trouble_found(PmxTrouble *trouble, PmxCode code, PmxAgain again, const char *format,
                           ...) G_GNUC_PRINTF(4, 5);
