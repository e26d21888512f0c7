/* SPDX-License-Identifier: MIT */
/*
 * Landlock, the sandbox's view of the file system: one folder, the rest is refused.
 *
 * A part of sandbox.c, which alone calls this. Raw system calls, because the C library has no
 * wrappers; facts from the kernel's Documentation/userspace-api/landlock.rst.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The version of the kernel's Landlock interface; 0: none, or switched off, or out of reach. */
guint pmx_landlock_abi(void);

/*
 * Confines the calling thread, and those it starts later, to the files below `scratch` (NULL: to
 * none) with every restriction the kernel knows of those that are known here. Files may be read,
 * written, made, truncated, removed and renamed there; links, devices and sockets may not be made
 * and nothing may be executed. Descriptors that are open keep their rights.
 *
 * PR_SET_NO_NEW_PRIVS must be set. True without effect when pmx_landlock_abi() is 0. False with
 * `error` in PMX_ERROR when `scratch` cannot be opened or the kernel refuses.
 */
bool pmx_landlock_confine(const char *scratch, GError **error);
