/* SPDX-License-Identifier: MIT */
/* The seccomp filter: see syscall-filter.h. Touches the process's system calls and nothing else. */
#define _GNU_SOURCE 1 /* CLONE_THREAD, F_SETSIG */

#include "exec/syscall-filter.h"

#include "base/problem.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

G_DEFINE_AUTO_CLEANUP_FREE_FUNC(scmp_filter_ctx, seccomp_release, NULL)

/* Refused whatever the arguments. */
/* clang-format off */
static const int refused[] = {
    /* network: no new socket, and no address for one that is inherited */
    SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen),
    SCMP_SYS(accept), SCMP_SYS(accept4),

    /* other programs */
    SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(uselib),

    /* other processes: their memory, descriptors, signals, priority and place in the session */
    SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
    SCMP_SYS(process_madvise), SCMP_SYS(process_mrelease), SCMP_SYS(kcmp), SCMP_SYS(migrate_pages),
    SCMP_SYS(move_pages), SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_getfd), SCMP_SYS(pidfd_send_signal),
    SCMP_SYS(tkill), SCMP_SYS(ioprio_set), SCMP_SYS(setpgid), SCMP_SYS(setsid),

    /* shared objects that outlive the process and are found by number or name */
    SCMP_SYS(shmget), SCMP_SYS(shmat), SCMP_SYS(shmctl), SCMP_SYS(semget), SCMP_SYS(semop),
    SCMP_SYS(semtimedop), SCMP_SYS(semctl), SCMP_SYS(msgget), SCMP_SYS(msgsnd), SCMP_SYS(msgrcv),
    SCMP_SYS(msgctl), SCMP_SYS(mq_open), SCMP_SYS(mq_unlink),

    /* identity and privileges */
    SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(setreuid), SCMP_SYS(setregid), SCMP_SYS(setresuid),
    SCMP_SYS(setresgid), SCMP_SYS(setfsuid), SCMP_SYS(setfsgid), SCMP_SYS(setgroups),
    SCMP_SYS(capset), SCMP_SYS(personality), SCMP_SYS(add_key), SCMP_SYS(request_key),
    SCMP_SYS(keyctl),

    /* namespaces, roots and mounts */
    SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(chroot), SCMP_SYS(pivot_root), SCMP_SYS(mount),
    SCMP_SYS(umount), SCMP_SYS(umount2), SCMP_SYS(move_mount), SCMP_SYS(open_tree),
    SCMP_SYS(mount_setattr), SCMP_SYS(fsopen), SCMP_SYS(fsconfig), SCMP_SYS(fsmount),
    SCMP_SYS(fspick),

    /* files by handle, past every check of the path */
    SCMP_SYS(name_to_handle_at), SCMP_SYS(open_by_handle_at),

    /*
     * What Landlock (or its ABI 2, in Debian 12) does not hold to the scratch folder, by path. The
     * forms that take a descriptor stay: it was opened for writing, or the parent gave it.
     */
    SCMP_SYS(truncate), SCMP_SYS(chmod), SCMP_SYS(fchmodat), SCMP_SYS(chown), SCMP_SYS(lchown),
    SCMP_SYS(fchownat), SCMP_SYS(setxattr), SCMP_SYS(lsetxattr), SCMP_SYS(removexattr),
    SCMP_SYS(lremovexattr), SCMP_SYS(utime), SCMP_SYS(utimes), SCMP_SYS(futimesat), SCMP_SYS(mknod),
    SCMP_SYS(mknodat), SCMP_SYS(inotify_add_watch), SCMP_SYS(fanotify_init),

    /* kernel interfaces with a long record of holes, of no use here */
    SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register), SCMP_SYS(memfd_secret),
    SCMP_SYS(modify_ldt), SCMP_SYS(lookup_dcookie),

    /* the machine */
    SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load), SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff),
    SCMP_SYS(acct), SCMP_SYS(quotactl), SCMP_SYS(quotactl_fd), SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname), SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(adjtimex),
    SCMP_SYS(clock_adjtime), SCMP_SYS(syslog), SCMP_SYS(vhangup), SCMP_SYS(iopl), SCMP_SYS(ioperm),

    /*
     * Newer than libseccomp 2.5, so without a name there. Since 403 a call has the same number on
     * every architecture (the kernel's scripts/syscall.tbl).
     */
    452 /* fchmodat2 */, 463 /* setxattrat */, 466 /* removexattrat */, 467 /* open_tree_attr */,
    469 /* file_setattr */,
};
/* clang-format on */

typedef struct {
    int call;
    struct scmp_arg_cmp when; /* argument number, comparison, value (or mask and value) */
} Condition;

/*
 * The kernel looks at the low half of these arguments, so the high half must not hide a value. A
 * comparison for "not equal" needs no such care: a hidden value is refused.
 */
#define LOW_HALF G_MAXUINT32

static bool refuse(scmp_filter_ctx filter, int error_number, int call, guint n,
                   const struct scmp_arg_cmp *when, GError **error)
{
    int status = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((guint)error_number), call, n, when);
    if (status == 0)
        return true;
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                "The system call filter cannot refuse call %d: %s.", call, g_strerror(-status));
    return false;
}

/* Calls that a task needs in one form and must not have in another. */
static bool refuse_forms(scmp_filter_ctx filter, GError **error)
{
    guint64 self = (guint64)getpid();
    const Condition conditions[] = {
        /* A thread, not a process. (Threads cannot be given namespaces of their own.) */
        {SCMP_SYS(clone), {0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0}},
        /* abort() and raise(), but no signal for anybody else, nor one that a descriptor sends */
        {SCMP_SYS(kill), {0, SCMP_CMP_NE, self, 0}},
        {SCMP_SYS(tgkill), {0, SCMP_CMP_NE, self, 0}},
        {SCMP_SYS(rt_sigqueueinfo), {0, SCMP_CMP_NE, self, 0}},
        {SCMP_SYS(rt_tgsigqueueinfo), {0, SCMP_CMP_NE, self, 0}},
        {SCMP_SYS(fcntl), {1, SCMP_CMP_MASKED_EQ, LOW_HALF, F_SETOWN}},
        {SCMP_SYS(fcntl), {1, SCMP_CMP_MASKED_EQ, LOW_HALF, F_SETOWN_EX}},
        {SCMP_SYS(fcntl), {1, SCMP_CMP_MASKED_EQ, LOW_HALF, F_SETSIG}},
        {SCMP_SYS(ioctl), {1, SCMP_CMP_MASKED_EQ, LOW_HALF, FIOSETOWN}},
        {SCMP_SYS(ioctl), {1, SCMP_CMP_MASKED_EQ, LOW_HALF, SIOCSPGRP}},
        /* typing into the terminal that stderr may be */
        {SCMP_SYS(ioctl), {1, SCMP_CMP_MASKED_EQ, LOW_HALF, TIOCSTI}},
        {SCMP_SYS(ioctl), {1, SCMP_CMP_MASKED_EQ, LOW_HALF, TIOCLINUX}},
        /* outliving the parent */
        {SCMP_SYS(prctl), {0, SCMP_CMP_MASKED_EQ, LOW_HALF, PR_SET_PDEATHSIG}},
        /* limits and priorities of oneself (0) only */
        {SCMP_SYS(prlimit64), {0, SCMP_CMP_NE, 0, 0}},
        {SCMP_SYS(setpriority), {0, SCMP_CMP_NE, PRIO_PROCESS, 0}},
        {SCMP_SYS(setpriority), {1, SCMP_CMP_NE, 0, 0}},
        {SCMP_SYS(sched_setaffinity), {0, SCMP_CMP_NE, 0, 0}},
        {SCMP_SYS(sched_setscheduler), {0, SCMP_CMP_NE, 0, 0}},
        {SCMP_SYS(sched_setparam), {0, SCMP_CMP_NE, 0, 0}},
        {SCMP_SYS(sched_setattr), {0, SCMP_CMP_NE, 0, 0}},
        /* send() is sendto() without an address */
        {SCMP_SYS(sendto), {4, SCMP_CMP_NE, 0, 0}},
        /* futimens() is utimensat() without a path */
        {SCMP_SYS(utimensat), {1, SCMP_CMP_NE, 0, 0}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(conditions); i++)
        if (!refuse(filter, EPERM, conditions[i].call, 1, &conditions[i].when, error))
            return false;
    return true;
}

static bool add_rules(scmp_filter_ctx filter, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(refused); i++)
        if (!refuse(filter, EPERM, refused[i], 0, NULL, error))
            return false;
    /*
     * clone3 keeps its flags in memory, where a filter cannot see whether a thread or a process is
     * meant. "No such call" makes the C library fall back to clone.
     */
    return refuse(filter, ENOSYS, SCMP_SYS(clone3), 0, NULL, error) && refuse_forms(filter, error);
}

static bool set_attributes(scmp_filter_ctx filter, GError **error)
{
    /*
     * Best effort: before Linux 5.16 a filter brings the mitigation of speculative store bypass
     * with it, which slows the encoders and protects secrets that this process does not have.
     */
    seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
    /* libseccomp's default kills one thread, and the others would wait for it for ever. */
    int status = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (status == 0)
        status = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (status != 0)
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                    "The system call filter cannot be set up: %s.", g_strerror(-status));
    return status == 0;
}

bool pmx_syscall_filter_available(void)
{
    /* seccomp_api_get(3): 2 is TSYNC, 3 is KILL_PROCESS. */
    return seccomp_api_get() >= 3;
}

bool pmx_syscall_filter_load(GError **error)
{
    if (!pmx_syscall_filter_available()) {
        g_set_error_literal(error, PMX_ERROR, PMX_CODE_INTERNAL,
                            "This kernel cannot filter system calls; Polymux needs Linux 4.14 or "
                            "newer with CONFIG_SECCOMP_FILTER.");
        return false;
    }
    g_auto(scmp_filter_ctx) filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter) {
        g_set_error_literal(error, PMX_ERROR, PMX_CODE_INTERNAL,
                            "There is no memory for the system call filter.");
        return false;
    }
    if (!set_attributes(filter, error) || !add_rules(filter, error))
        return false;
    int status = seccomp_load(filter);
    if (status != 0)
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                    "The kernel does not accept the system call filter: %s.", g_strerror(-status));
    return status == 0;
}
