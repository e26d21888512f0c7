/* SPDX-License-Identifier: MIT */
/*
 * What is beneath a folder, and nothing else: no spelling of a path and no link leads out of it
 * (openat2(2), RESOLVE_BENEATH).
 *
 * Paths are below the folder, which is a descriptor; "" is the folder itself. Functions return a
 * descriptor for the caller to close, or -1 with errno, EXDEV for what would lead out. Safe from any
 * thread.
 */
#pragma once

#include "base/problem.h"

int pmx_beneath_open(int folder, const char *path, int flags);

/* A folder, as a place for others (O_PATH). */
int pmx_beneath_open_folder(int folder, const char *path);

/* The same, with what is missing of it made. */
int pmx_beneath_make_folder(int folder, const char *path);

/* A regular file, for reading; also a named pipe without a writer does not make it wait. */
int pmx_beneath_open_file(int folder, const char *path);

/* What errno of these functions means, as a code and in words. */
PmxCode pmx_beneath_code(int number);
const char *pmx_beneath_words(int number);

/* The folder that a path is in, for the caller to free; and its name there, borrowed. */
char *pmx_path_above(const char *path);
const char *pmx_path_last(const char *path);
