/* SPDX-License-Identifier: MIT */
/* What the first start prints: the new key pair, once, and how to begin. */
#pragma once

#include "api/credentials.h"

typedef struct {
    const char *data;     /* the data folder */
    const char *endpoint; /* http://127.0.0.1:8080 */
    const PmxKeyPair *pair;
    gboolean to_log; /* the output is kept by a log: the secret must not be in it */
} PmxWelcome;

void pmx_welcome_print(const PmxWelcome *welcome);
