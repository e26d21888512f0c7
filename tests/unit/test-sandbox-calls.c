/* SPDX-License-Identifier: MIT */
/* The sandbox and system calls: no network, no other program, no other process. */
#define _GNU_SOURCE 1

#include "sandbox-child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

/* Calls that are refused before the kernel looks at their (nonsensical) arguments. */
#define CALL(name)                                                                                 \
    {                                                                                              \
#name, SYS_##name                                                                          \
    }
/* clang-format off */
static const struct {
    const char *name;
    long number;
} calls[] = {
    CALL(socket), CALL(socketpair), CALL(connect), CALL(bind), CALL(listen), CALL(accept),
    CALL(accept4), CALL(execve), CALL(execveat), CALL(ptrace), CALL(process_vm_readv),
    CALL(process_vm_writev), CALL(kcmp), CALL(migrate_pages), CALL(move_pages),
    CALL(pidfd_open), CALL(pidfd_getfd), CALL(pidfd_send_signal), CALL(tkill), CALL(ioprio_set),
    CALL(setpgid), CALL(shmget), CALL(semget), CALL(msgget), CALL(mq_open), CALL(setuid),
    CALL(setgid), CALL(setresuid), CALL(setresgid), CALL(setgroups), CALL(capset),
    CALL(add_key), CALL(request_key), CALL(keyctl), CALL(unshare), CALL(setns), CALL(chroot),
    CALL(pivot_root), CALL(mount), CALL(umount2), CALL(move_mount), CALL(open_tree),
    CALL(fsopen), CALL(fsconfig), CALL(fsmount), CALL(fspick), CALL(name_to_handle_at),
    CALL(open_by_handle_at), CALL(fchownat), CALL(lsetxattr), CALL(removexattr),
    CALL(inotify_add_watch), CALL(fanotify_init), CALL(bpf), CALL(perf_event_open),
    CALL(userfaultfd), CALL(io_uring_setup), CALL(io_uring_enter), CALL(io_uring_register),
    CALL(init_module), CALL(finit_module), CALL(delete_module), CALL(kexec_load), CALL(reboot),
    CALL(swapon), CALL(swapoff), CALL(acct), CALL(quotactl), CALL(sethostname),
    CALL(clock_settime), CALL(adjtimex), CALL(syslog),
};
/* clang-format on */

static int refused_calls(const Place *place)
{
    (void)place;
    int status = EPERM;
    for (guint i = 0; i < G_N_ELEMENTS(calls); i++) {
        int got = outcome(syscall(calls[i].number, -1, -1, -1, -1, -1, -1));
        if (got != EPERM) {
            g_printerr("# %s: %s\n", calls[i].name, g_strerror(got));
            status = got;
        }
    }
    return status;
}

static int make_socket(const Place *place)
{
    (void)place;
    return outcome(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int make_process(const Place *place)
{
    (void)place;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return outcome(child);
}

static int spawn_program(const Place *place)
{
    (void)place;
    char *argv[] = {(char *)"true", NULL};
    pid_t child;
    return posix_spawn(&child, "/bin/true", NULL, NULL, argv, NULL);
}

static int execute_program(const Place *place)
{
    (void)place;
    return outcome(execl("/bin/true", "true", (char *)NULL));
}

static int call_clone3(const Place *place)
{
    (void)place;
    return outcome(syscall(SYS_clone3, NULL, 0));
}

static int signal_parent(const Place *place)
{
    return outcome(kill(place->limits.parent, 0));
}

static int signal_parents_thread(const Place *place)
{
    return outcome(syscall(SYS_tgkill, place->limits.parent, place->limits.parent, 0));
}

static int signal_group(const Place *place)
{
    (void)place;
    return outcome(kill(0, 0));
}

static int signal_by_descriptor(const Place *place)
{
    return outcome(fcntl(STDERR_FILENO, F_SETOWN, place->limits.parent));
}

static int signal_self(const Place *place)
{
    (void)place;
    signal(SIGUSR1, SIG_IGN);
    return outcome(raise(SIGUSR1)) | outcome(kill(getpid(), SIGUSR1));
}

static int trace_parent(const Place *place)
{
    return outcome(ptrace(PTRACE_ATTACH, place->limits.parent, NULL, NULL));
}

static int limit_parent(const Place *place)
{
    struct rlimit limit = {1, 1};
    return outcome(prlimit(place->limits.parent, RLIMIT_NOFILE, NULL, &limit));
}

static int slow_parent(const Place *place)
{
    return outcome(setpriority(PRIO_PROCESS, (id_t)place->limits.parent, 19));
}

static int slow_user(const Place *place)
{
    (void)place;
    return outcome(setpriority(PRIO_USER, 0, 19));
}

static int slow_self(const Place *place)
{
    (void)place;
    return outcome(setpriority(PRIO_PROCESS, 0, 19));
}

static int outlive_parent(const Place *place)
{
    (void)place;
    return outcome(prctl(PR_SET_PDEATHSIG, 0));
}

static int type_into_terminal(const Place *place)
{
    (void)place;
    return outcome(ioctl(STDERR_FILENO, TIOCSTI, "x"));
}

/* The kernel ignores the upper half of the request, and so must the filter. */
static int type_into_terminal_slyly(const Place *place)
{
    (void)place;
    return outcome(syscall(SYS_ioctl, STDERR_FILENO, (1ULL << 32) | TIOCSTI, "x"));
}

static int send_to_address(const Place *place)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
    return outcome(sendto(place->fd, "x", 1, 0, (struct sockaddr *)&address, sizeof address));
}

static const Case cases[] = {
    {"calls", refused_calls, EPERM, 0, false},
    {"socket", make_socket, EPERM, 0, false},
    {"fork", make_process, EPERM, 0, false},
    {"spawn", spawn_program, EPERM, 0, false},
    {"execve", execute_program, EPERM, 0, false},
    {"clone3", call_clone3, ENOSYS, 0, false},
    {"signal-parent", signal_parent, EPERM, 0, false},
    {"signal-parents-thread", signal_parents_thread, EPERM, 0, false},
    {"signal-group", signal_group, EPERM, 0, false},
    {"signal-by-descriptor", signal_by_descriptor, EPERM, 0, false},
    {"signal-self", signal_self, 0, 0, false},
    {"trace-parent", trace_parent, EPERM, 0, false},
    {"limit-parent", limit_parent, EPERM, 0, false},
    {"slow-parent", slow_parent, EPERM, 0, false},
    {"slow-user", slow_user, EPERM, 0, false},
    {"slow-self", slow_self, 0, 0, false},
    {"outlive-parent", outlive_parent, EPERM, 0, false},
    {"terminal", type_into_terminal, EPERM, 0, false},
    {"terminal-slyly", type_into_terminal_slyly, EPERM, 0, false},
    {"send-to-address", send_to_address, EPERM, 0, false},
};

static int call_foreign(const Place *place)
{
    (void)place;
#ifdef __x86_64__
    return outcome(syscall(0x40000000L | SYS_getpid)); /* x32 */
#else
    return 0;
#endif
}

static void test_foreign(void)
{
#ifdef __x86_64__
    g_autoptr(Place) place = place_new();
    assert_signal(run_child(call_foreign, place, true), SIGSYS);
#else
    (void)call_foreign;
    g_test_skip("only x86_64 has a second set of calls that can be tried");
#endif
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_cases("calls", cases, G_N_ELEMENTS(cases));
    g_test_add_func("/sandbox/calls/foreign", test_foreign);
    return g_test_run();
}
