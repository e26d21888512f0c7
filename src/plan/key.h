/* SPDX-License-Identifier: MIT */
/*
 * Keys: the name of an artifact is the hash of everything that went into it.
 *
 * The task's parameters, the identity of its input, the versions of the libraries that do the work
 * and the version of our own engine. Same key, same bytes. Pure.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/* To be raised whenever the runner begins to make other bytes from the same task. */
#define PMX_ENGINE_VERSION 2

/* SHA-256 (FIPS 180-4), 64 hex digits, of the canonical JSON of all arguments. `parameters` is
 * borrowed. Caller frees. */
char *pmx_key_new(const char *kind, const char *identity, const char *versions, json_t *parameters);
