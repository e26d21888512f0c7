/* SPDX-License-Identifier: MIT */
/* Bytes into JSON: paths may be anything, JSON is UTF-8. Pure; every room may use it. */
#pragma once

#include <jansson.h>

/* `bytes` as a JSON string, what is no UTF-8 replaced by U+FFFD; null for NULL. New reference. */
json_t *pmx_json_text(const char *bytes);
