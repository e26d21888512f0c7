/* SPDX-License-Identifier: MIT */
/* The sandbox itself: its limits, its tie to the parent, and what must go on working inside. */
#define _GNU_SOURCE 1

#include "sandbox-child.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

static int raise_limit(const Place *place)
{
    (void)place;
    struct rlimit limit = {4096, 4096};
    return outcome(setrlimit(RLIMIT_NOFILE, &limit));
}

static int open_many(const Place *place)
{
    (void)place;
    for (int i = 0; i < 64; i++)
        if (fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0) < 0)
            return errno;
    return 0;
}

static int write_long(const Place *place)
{
    g_autofree char *path = g_build_filename(place->scratch, "long", NULL);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    g_autofree char *data = g_malloc0(place->limits.max_file_bytes);
    if (write(fd, data, place->limits.max_file_bytes) != (gssize)place->limits.max_file_bytes)
        return EIO;
    return outcome(write(fd, data, 1));
}

static int map(size_t bytes, int flags)
{
    void *memory =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? errno : 0;
}

static int take_memory(const Place *place)
{
    return map(place->limits.max_memory_bytes, MAP_PRIVATE);
}

static int share_memory(const Place *place)
{
    return map(place->limits.max_memory_bytes * 8, MAP_SHARED);
}

static int take_half(const Place *place)
{
    return map(place->limits.max_memory_bytes / 2, MAP_PRIVATE);
}

static int is_dumpable(const Place *place)
{
    (void)place;
    return prctl(PR_GET_DUMPABLE);
}

static int lacks_no_new_privileges(const Place *place)
{
    (void)place;
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1;
}

static int has_capabilities(const Place *place)
{
    (void)place;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct have[_LINUX_CAPABILITY_U32S_3] = {0};
    if (syscall(SYS_capget, &header, have) != 0)
        return errno;
    return (have[0].effective | have[0].permitted | have[1].effective | have[1].permitted) != 0;
}

static void *add_one(void *number)
{
    *(int *)number += 1;
    pthread_exit(number);
}

static int start_threads(const Place *place)
{
    (void)place;
    int numbers[8] = {0};
    pthread_t threads[G_N_ELEMENTS(numbers)];
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        int status = pthread_create(&threads[i], NULL, add_one, &numbers[i]);
        if (status)
            return status;
    }
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (pthread_join(threads[i], NULL) != 0 || numbers[i] != 1)
            return EIO;
    return 0;
}

static int exit_normally(const Place *place)
{
    (void)place;
    exit(0);
}

static const Case cases[] = {
    {"raise-limit", raise_limit, EPERM, 0, false},
    {"open-many", open_many, EMFILE, 0, false},
    {"write-long", write_long, EFBIG, 0, false},
    {"take-memory", take_memory, ENOMEM, 0, true},
    {"share-memory", share_memory, ENOMEM, 0, true},
    {"take-half", take_half, 0, 0, false},
    {"not-dumpable", is_dumpable, 0, 0, true},
    {"no-new-privileges", lacks_no_new_privileges, 0, 0, false},
    {"no-capabilities", has_capabilities, 0, 0, false},
    {"threads", start_threads, 0, 0, false},
    {"exit", exit_normally, 0, 0, false},
};

static int abort_now(const Place *place)
{
    (void)place;
    abort();
}

static int burn_time(const Place *place)
{
    (void)place;
    for (volatile guint64 i = 0;; i++)
        ;
    return 0;
}

static void test_abort(void)
{
    g_autoptr(Place) place = place_new();
    int status = run_child(abort_now, place, true);
    assert_signal(status, SIGABRT);
    g_assert_false(WCOREDUMP(status));
}

static void test_time(void)
{
    g_autoptr(Place) place = place_new();
    place->limits.max_cpu_seconds = 1;
    assert_signal(run_child(burn_time, place, true), SIGXCPU);
}

/* All the ways in which the runner may speak to its parent. */
static int talk(const Place *place)
{
    char byte = 0;
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    bool ok = write(place->fd, "a", 1) == 1 && read(place->fd, &byte, 1) == 1 && byte == 'a' &&
              send(place->fd, "b", 1, MSG_NOSIGNAL) == 1 && recv(place->fd, &byte, 1, 0) == 1 &&
              byte == 'b' && sendmsg(place->fd, &message, MSG_NOSIGNAL) == 1 &&
              recvmsg(place->fd, &message, 0) == 1 && byte == 'b';
    return ok ? 0 : errno ? errno : EIO;
}

static void *echo(void *fd)
{
    char byte;
    while (read(*(int *)fd, &byte, 1) == 1)
        g_assert_cmpint(write(*(int *)fd, &byte, 1), ==, 1);
    return NULL;
}

static void test_socket(void)
{
    g_autoptr(Place) place = place_new();
    int ends[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
    place->fd = ends[0];
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(check_inside(talk, place));
    close(ends[0]);
    echo(&ends[1]);
    close(ends[1]);
    int status;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    assert_exit(status, 0);
}

/* Limits that were inherited and are lower than the sandbox's. */
static int keep_lower_limit(const Place *place)
{
    struct rlimit limit = {10, 12};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || !enter(&place->limits))
        return NOT_ENTERED;
    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur == 10 && limit.rlim_max == 12
               ? 0
               : EIO;
}

static void test_lower_limit(void)
{
    g_autoptr(Place) place = place_new();
    assert_exit(run_child(keep_lower_limit, place, false), 0);
}

static int count_unlimited(const Place *place)
{
    (void)place;
    static const int resources[] = {RLIMIT_DATA, RLIMIT_AS, RLIMIT_FSIZE, RLIMIT_CPU};
    struct rlimit limit;
    int n = 0;
    for (guint i = 0; i < G_N_ELEMENTS(resources); i++)
        n += getrlimit(resources[i], &limit) == 0 && limit.rlim_cur == RLIM_INFINITY;
    return n;
}

static void test_no_limits(void)
{
    g_autoptr(Place) place = place_new();
    place->limits = (PmxSandboxLimits){.scratch = place->scratch};
    int before = run_child(count_unlimited, place, false);
    g_assert_cmpint(run_child(count_unlimited, place, true), ==, before);
}

static int fail_to_enter(const Place *place)
{
    g_autoptr(GError) error = NULL;
    return !pmx_sandbox_enter(&place->limits, &error) && error ? 0 : 1;
}

static void test_wrong_parent(void)
{
    g_autoptr(Place) place = place_new();
    place->limits.parent = G_MAXINT; /* beyond the kernel's highest process number */
    assert_exit(run_child(fail_to_enter, place, false), 0);
}

static void *wait_for_end(void *fd)
{
    char byte;
    return read(*(int *)fd, &byte, 1) < 0 ? fd : NULL;
}

static int fail_beside_thread(const Place *place)
{
    int ends[2];
    pthread_t thread;
    if (pipe(ends) != 0 || pthread_create(&thread, NULL, wait_for_end, &ends[0]) != 0)
        return EIO;
    return fail_to_enter(place);
}

static void test_threads_before(void)
{
    g_autoptr(Place) place = place_new();
    if (UNDER_SANITIZER)
        g_test_skip("a sanitizer may have a thread of its own");
    else
        assert_exit(run_child(fail_beside_thread, place, false), 0);
}

/* Enters, says so through the pipe and then would wait for ever. */
static int wait_inside(const Place *place)
{
    if (!enter(&place->limits) || write(place->fd, "x", 1) != 1)
        return NOT_ENTERED;
    return pause();
}

/* A parent that starts a runner and does not look after it. */
static int start_and_wait(const Place *place)
{
    Place mine = *place;
    mine.limits.parent = getpid();
    return fork() == 0 ? wait_inside(&mine) : pause();
}

static void test_parents_death(void)
{
    g_autoptr(Place) place = place_new();
    int ends[2];
    char byte;
    g_assert_cmpint(pipe(ends), ==, 0);
    place->fd = ends[1];
    fflush(NULL);
    pid_t parent = fork();
    if (parent == 0)
        _exit(start_and_wait(place));
    close(ends[1]);
    g_assert_cmpint(read(ends[0], &byte, 1), ==, 1);
    kill(parent, SIGKILL);
    g_assert_cmpint(waitpid(parent, NULL, 0), ==, parent);
    struct pollfd end = {.fd = ends[0], .events = POLLIN};
    g_assert_cmpint(poll(&end, 1, 10000), ==, 1);
    g_assert_cmpint(read(ends[0], &byte, 1), ==, 0);
    close(ends[0]);
}

static void test_describe(void)
{
    g_autofree char *layers = pmx_sandbox_describe();
    g_test_message("%s", layers);
    g_assert_nonnull(strstr(layers, "rlimits"));
    g_assert_nonnull(strstr(layers, "seccomp"));
    g_assert_cmpint(strstr(layers, "landlock") != NULL, ==, pmx_landlock_abi() > 0);
}

static int describe_inside(const Place *place)
{
    (void)place;
    g_autofree char *layers = pmx_sandbox_describe();
    return strstr(layers, "+seccomp") && !strstr(layers, "landlock") == !pmx_landlock_abi() ? 0 : 1;
}

static void test_describe_inside(void)
{
    g_autoptr(Place) place = place_new();
    assert_exit(run_child(describe_inside, place, true), 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_cases("limits", cases, G_N_ELEMENTS(cases));
    g_test_add_func("/sandbox/abort", test_abort);
    g_test_add_func("/sandbox/time", test_time);
    g_test_add_func("/sandbox/socket", test_socket);
    g_test_add_func("/sandbox/lower-limit", test_lower_limit);
    g_test_add_func("/sandbox/no-limits", test_no_limits);
    g_test_add_func("/sandbox/wrong-parent", test_wrong_parent);
    g_test_add_func("/sandbox/threads-before", test_threads_before);
    g_test_add_func("/sandbox/parents-death", test_parents_death);
    g_test_add_func("/sandbox/describe", test_describe);
    g_test_add_func("/sandbox/describe-inside", test_describe_inside);
    return g_test_run();
}
