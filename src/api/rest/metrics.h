/* SPDX-License-Identifier: MIT */
/* The server's figures in Prometheus' text format 0.0.4. Pure. */
#pragma once

#include "api/http.h"
#include "service/service.h"

/* `state` NULL: the store does not answer; `http` NULL: not known. Caller frees. */
char *pmx_metrics_text(const PmxServiceState *state, const PmxHttpCounts *http);
