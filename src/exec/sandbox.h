/* SPDX-License-Identifier: MIT */
/*
 * The sandbox of polymux-runner: what a process that parses hostile bytes gives up beforehand.
 *
 * The runner calls pmx_sandbox_enter() once, after start-up and before it touches any input. From
 * then on a decoder that was taken over can compute, talk over the descriptors that are already
 * open and write below the scratch folder, and nothing else. The layers, each useful alone:
 *
 *   rlimits    memory, file size, CPU time, open files, no core file
 *   process    dies with its parent, gains no privileges, holds no capability, cannot be traced
 *   seccomp    no network, no other process, no kernel interface that a codec has no use for
 *   landlock   no file but those below the scratch folder, where the kernel has it (Linux 5.13)
 *
 * Without Landlock the file system stays visible with the user's own rights: that is reported by
 * pmx_sandbox_describe(), not an error. The kernel cannot hide with any layer whether a path
 * exists and what stat() says of it.
 *
 * What the caller has to see to:
 *   - Load first, enter then: libraries, locale, time zone, everything read from a file. Later an
 *     open() elsewhere fails with EACCES (dlopen, iconv's modules, /dev/urandom, /etc/localtime).
 *   - Descriptors that are open stay usable, so inherit no others. The one to the parent is a
 *     SOCK_STREAM or SOCK_SEQPACKET pair: sendmsg() on a SOCK_DGRAM one could name another address.
 *   - PR_SET_PDEATHSIG fires when the *thread* that forked the runner ends, so the parent starts
 *     runners from a thread that lives as long as they do (not from a thread pool).
 *   - The scratch folder belongs to the runner's user: root has no capability left to override.
 *   - A log on stderr that is a regular file falls under max_file_bytes; a pipe does not.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct {
    const char *scratch;      /* absolute folder, exists; NULL: nothing may be written (Landlock) */
    guint64 max_memory_bytes; /* heap, stacks and private mappings together; 0: no limit */
    guint64 max_file_bytes;   /* of each file; a longer write gets EFBIG; 0: no limit */
    guint max_cpu_seconds;    /* of all threads together, then SIGXCPU; 0: no limit */
    pid_t parent;             /* the process that started this one; 0: whoever it is now */
} PmxSandboxLimits;

/*
 * Puts up every layer, for good: there is no way back and no second call. `limits` is borrowed.
 *
 * Call it from the main thread while it is the only one (Landlock binds just the calling thread
 * and those it starts later). Afterwards threads may be started; processes may not. Side effects:
 * SIGXFSZ is ignored and SIGXCPU has its default action. A limit is only ever lowered: one that
 * was inherited and is lower stays.
 *
 * False with `error` in PMX_ERROR when a layer that the kernel should have cannot be put up, the
 * scratch folder is no folder or the parent is gone. Some layers may be up then: exit.
 */
bool pmx_sandbox_enter(const PmxSandboxLimits *limits, GError **error);

/*
 * The layers that pmx_sandbox_enter() puts up with this build on this kernel, in one line for logs
 * and version output: "rlimits+seccomp+landlock(abi 7)". May be called before and after entering,
 * and by processes that never enter. Caller frees. Any thread.
 */
char *pmx_sandbox_describe(void);
