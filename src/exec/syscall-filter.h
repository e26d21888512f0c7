/* SPDX-License-Identifier: MIT */
/*
 * The sandbox's seccomp filter: which system calls a media task may make.
 *
 * A part of sandbox.c, which alone calls this; the only file that includes seccomp.h.
 *
 * What is not listed is allowed, because nobody can list what every version of a dozen codec
 * libraries and of the C library calls. What is listed gets an error rather than death: a library
 * that asks politely (does this machine have NUMA? may I raise my priority?) takes the refusal and
 * goes on, and one that was taken over gains nothing by it. Only calls of another architecture
 * kill: no honest library makes them, and the list would not apply to them.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Whether the kernel has all that pmx_syscall_filter_load() needs (Linux 4.14). */
bool pmx_syscall_filter_available(void);

/*
 * Loads the filter into every thread of the process, for good. PR_SET_NO_NEW_PRIVS must be set.
 * False with `error` in PMX_ERROR when the kernel has no seccomp filters or refuses this one.
 */
bool pmx_syscall_filter_load(GError **error);
