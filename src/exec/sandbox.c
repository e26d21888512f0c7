/* SPDX-License-Identifier: MIT */
/*
 * The sandbox: see sandbox.h. Touches the process's own limits, signals, privileges and filters.
 * The order of the layers is this file's concern; landlock.c and syscall-filter.c know their own.
 */
#include "exec/sandbox.h"

#include "base/problem.h"
#include "exec/landlock.h"
#include "exec/syscall-filter.h"

#include <errno.h>
#include <execinfo.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
#define UNDER_TSAN 1
#else
#define UNDER_TSAN 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#else
#define UNDER_ASAN 0
#endif
#define UNDER_SANITIZER (UNDER_TSAN || UNDER_ASAN || __has_feature(memory_sanitizer))

#if UNDER_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif
#if UNDER_ASAN
#include <sanitizer/lsan_interface.h>
/* The leak check at exit needs a tracer process, which the sandbox refuses; it would abort. */
int __lsan_is_turned_off(void)
{
    return syscall(SYS_socket, -1, 0, 0) < 0 && errno == EPERM;
}
#endif

enum {
    OPEN_FILES_MAX = 64, /* one task's artifacts, its input, its log and some to spare */
    CPU_GRACE_SECONDS = 1,
};

/* See add_memory_limits(). */
#define ADDRESS_SPACE_SPARE (G_GUINT64_CONSTANT(4) << 30)

static bool failed(GError **error, const char *what)
{
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "The sandbox cannot %s: %s.", what,
                g_strerror(errno));
    return false;
}

static bool wrong(GError **error, const char *sentence)
{
    g_set_error_literal(error, PMX_ERROR, PMX_CODE_INTERNAL, sentence);
    return false;
}

/* 0 when /proc is not there to tell. */
static guint count_threads(void)
{
    g_autoptr(GDir) threads = g_dir_open("/proc/self/task", 0, NULL);
    guint count = 0;
    while (threads && g_dir_read_name(threads))
        count++;
    return count;
}

static bool check_caller(const PmxSandboxLimits *limits, GError **error)
{
    if (limits->scratch && !g_path_is_absolute(limits->scratch))
        return wrong(error, "The sandbox needs the scratch folder's absolute path.");
    if (limits->scratch && !g_file_test(limits->scratch, G_FILE_TEST_IS_DIR)) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                    "The scratch folder \"%s\" does not exist or is not a folder.",
                    limits->scratch);
        return false;
    }
    /* ThreadSanitizer has a thread of its own, which never runs our code. */
    if (!UNDER_TSAN && count_threads() > 1)
        return wrong(error, "The sandbox must be entered before the first thread is started.");
    return true;
}

/* What can no longer be loaded once files are out of reach. */
static void load_beforehand(void)
{
    /* pthread_exit() and pthread_cancel() open libgcc_s on first use and abort without it. */
    void *frame;
    (void)backtrace(&frame, 1);
#if UNDER_SANITIZER
    __sanitizer_sandbox_on_notify(NULL);
#endif
}

static bool set_signals(GError **error)
{
    /* So that write() returns EFBIG, which a muxer reports, instead of the process dying. */
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || signal(SIGXCPU, SIG_DFL) == SIG_ERR)
        return failed(error, "set signal handlers");
    return true;
}

/* So that a runner of root's is no mightier than anybody's: it could raise its limits again. */
static bool drop_capabilities(GError **error)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
    if (syscall(SYS_capset, &header, none) != 0)
        return failed(error, "give up the process's capabilities");
    return true;
}

static bool tie_to_parent(pid_t parent, GError **error)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return failed(error, "tie the process to its parent");
    /* A parent that ended before that call sends nothing; init or a subreaper has its place. */
    if (getppid() != parent)
        return wrong(error, "The process that started this one has ended.");
    return true;
}

static bool forbid_tracing(GError **error)
{
    /* Sanitizers read /proc/self, which then belongs to root. */
    if (!UNDER_SANITIZER && prctl(PR_SET_DUMPABLE, 0) != 0)
        return failed(error, "forbid tracing");
    return true;
}

typedef struct {
    int resource;
    rlim_t soft, hard;
} Limit;

static rlim_t or_infinity(guint64 value)
{
    return value ? (rlim_t)value : RLIM_INFINITY;
}

static bool lower_limit(const Limit *limit, GError **error)
{
    struct rlimit now;
    if (getrlimit(limit->resource, &now) != 0)
        return failed(error, "read a resource limit");
    now.rlim_cur = MIN(now.rlim_cur, limit->soft);
    now.rlim_max = MIN(now.rlim_max, limit->hard);
    if (setrlimit(limit->resource, &now) != 0)
        return failed(error, "lower a resource limit");
    return true;
}

/*
 * RLIMIT_DATA counts what a program really asks for (writable private mappings, since Linux 4.7:
 * heap and stacks), but not shared mappings, with which it is escaped. RLIMIT_AS counts everything,
 * also what is merely reserved (64 MiB for each malloc arena, one or more a thread) and code, so
 * it has to be far more generous.
 */
static bool limit_memory(guint64 bytes, GError **error)
{
    if (UNDER_SANITIZER || bytes == 0)
        return true;
    guint64 space = bytes <= G_MAXINT64 / 4 ? 2 * bytes + ADDRESS_SPACE_SPARE : RLIM_INFINITY;
    return lower_limit(&(Limit){RLIMIT_DATA, bytes, bytes}, error) &&
           lower_limit(&(Limit){RLIMIT_AS, space, space}, error);
}

static bool set_limits(const PmxSandboxLimits *limits, GError **error)
{
    rlim_t file = or_infinity(limits->max_file_bytes);
    rlim_t cpu = or_infinity(limits->max_cpu_seconds);
    /* At the hard limit the kernel sends SIGKILL, which would not tell the parent why. */
    rlim_t cpu_hard = cpu == RLIM_INFINITY ? cpu : cpu + CPU_GRACE_SECONDS;
    const Limit table[] = {
        {RLIMIT_CORE, 0, 0},
        {RLIMIT_MEMLOCK, 0, 0},
        {RLIMIT_NOFILE, OPEN_FILES_MAX, OPEN_FILES_MAX},
        {RLIMIT_FSIZE, file, file},
        {RLIMIT_CPU, cpu, cpu_hard},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++)
        if (!lower_limit(&table[i], error))
            return false;
    return limit_memory(limits->max_memory_bytes, error);
}

static bool forbid_new_privileges(GError **error)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return failed(error, "forbid new privileges");
    return true;
}

/*
 * Why in this order: no_new_privs is what lets anybody put up the rest; Landlock opens the scratch
 * folder, so it precedes the loss of capabilities; the kernel may clear the parent-death signal and
 * dumpability when credentials change, so those follow; seccomp refuses most of the calls
 * that the other layers are made with, so it is last.
 */
bool pmx_sandbox_enter(const PmxSandboxLimits *limits, GError **error)
{
    pid_t parent = limits->parent ? limits->parent : getppid();
    if (!check_caller(limits, error))
        return false;
    load_beforehand();
    return set_signals(error) && forbid_new_privileges(error) &&
           pmx_landlock_confine(limits->scratch, error) && drop_capabilities(error) &&
           tie_to_parent(parent, error) && forbid_tracing(error) && set_limits(limits, error) &&
           pmx_syscall_filter_load(error);
}

char *pmx_sandbox_describe(void)
{
    GString *layers = g_string_new(UNDER_SANITIZER ? "rlimits(but memory)" : "rlimits");
    g_string_append(layers, pmx_syscall_filter_available() ? "+seccomp" : "");
    guint abi = pmx_landlock_abi();
    if (abi)
        g_string_append_printf(layers, "+landlock(abi %u)", abi);
    return g_string_free(layers, FALSE);
}
