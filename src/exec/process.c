/* SPDX-License-Identifier: MIT */
/* See process.h. */
#include "exec/process.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/wire.h"
#include "exec/serve.h"

enum { TICK_MS = 500 };

struct PmxProcess {
    GSubprocess *child;
    GCancellable *waiting;
    PmxServer *server;
    int control, bytes; /* our ends of the two sockets */
    GString *line;      /* of the control socket, up to its end */
    gsize searched;     /* of it, without finding an end */
    GString *order;     /* what is still to be sent */
    json_t *answer;     /* the runner's last word */
    guint control_watch, order_watch, patience_watch;
    guint patience; /* seconds */
    guint silent;   /* ticks without a word */
    gboolean hung, exited, closed;
    PmxProcessEvents events;
    gpointer data;
};

/* --- the end --- */

static GError *error_from_answer(const json_t *error)
{
    const char *code = json_string_value(json_object_get(error, "code"));
    const char *message = json_string_value(json_object_get(error, "message"));
    return g_error_new(PMX_ERROR, (int)pmx_code_from_name(code), "%s",
                       message ? message : "unknown failure");
}

static GError *error_from_exit(const PmxProcess *process)
{
    if (process->hung)
        return g_error_new(PMX_ERROR, PMX_CODE_INTERNAL, "no progress for %u s, stopped",
                           process->patience);
    if (g_subprocess_get_if_signaled(process->child)) {
        int number = g_subprocess_get_term_sig(process->child);
        return g_error_new(PMX_ERROR, PMX_CODE_INTERNAL, "the runner died of signal %d (%s)",
                           number, strsignal(number));
    }
    return g_error_new(PMX_ERROR, PMX_CODE_INTERNAL,
                       "the runner ended with status %d and no result",
                       g_subprocess_get_exit_status(process->child));
}

/* The last word counts only from a process that also ended well: a crash on the way out is a
 * crash. */
static void finish(PmxProcess *process)
{
    const json_t *failed = json_object_get(process->answer, "error");
    const json_t *result = json_object_get(process->answer, "result");
    gboolean clean = !process->hung && g_subprocess_get_if_exited(process->child) &&
                     g_subprocess_get_exit_status(process->child) == 0;
    g_autoptr(GError) error = NULL;
    PmxRunOutcome outcome = {.end = PMX_RUN_DONE, .result = result, .bad_input = -1};
    outcome.cpu_seconds = json_number_value(json_object_get(process->answer, "cpu_seconds"));
    if (!clean || (!failed && !result)) {
        outcome.end = PMX_RUN_DIED;
        outcome.error = error = error_from_exit(process);
    } else if (failed) {
        outcome.end = PMX_RUN_FAILED;
        outcome.error = error = error_from_answer(failed);
        const json_t *input = json_object_get(failed, "input");
        outcome.bad_input = json_is_integer(input) ? (int)json_integer_value(input) : -1;
    }
    json_t *answer = json_incref(process->answer);
    process->events.ended(&outcome, process->data);
    json_decref(answer);
}

static void finish_if_over(PmxProcess *process)
{
    if (process->exited && process->closed)
        finish(process);
}

static void child_exited(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    if (!g_subprocess_wait_finish(G_SUBPROCESS(source), result, &error))
        return; /* cancelled: the process object is gone */
    PmxProcess *process = data;
    process->exited = TRUE;
    finish_if_over(process);
}

/* --- what it says --- */

static void take_line(PmxProcess *process, const char *text, gsize length)
{
    json_t *json = json_loadb(text, length, 0, NULL);
    const json_t *progress = json_object_get(json, "progress");
    if (progress && process->events.progress)
        process->events.progress(progress, process->data);
    if (json && !progress) {
        json_decref(process->answer);
        process->answer = json_incref(json);
    }
    json_decref(json);
}

static void take_lines(PmxProcess *process)
{
    GString *line = process->line;
    char *end;
    while ((end = memchr(line->str + process->searched, '\n', line->len - process->searched))) {
        gsize length = (gsize)(end - line->str);
        take_line(process, line->str, length);
        g_string_erase(line, 0, (gssize)length + 1);
        process->searched = 0;
    }
    process->searched = line->len;
}

/* A runner that floods its parent is broken or hostile. */
enum { LINE_MAX_BYTES = 64 << 20 };

static gboolean control_ready(gint fd, GIOCondition condition, gpointer data)
{
    (void)condition;
    PmxProcess *process = data;
    char part[16384];
    ssize_t n = read(fd, part, sizeof part);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    process->silent = 0;
    if (n > 0 && process->line->len < LINE_MAX_BYTES) {
        g_string_append_len(process->line, part, n);
        take_lines(process);
        return G_SOURCE_CONTINUE;
    }
    process->control_watch = 0;
    process->closed = TRUE;
    finish_if_over(process);
    return G_SOURCE_REMOVE;
}

/* The order may be longer than the socket takes at once, and a runner that does not read must not
 * hold up the others. */
static gboolean send_order(gint fd, GIOCondition condition, gpointer data)
{
    (void)condition;
    PmxProcess *process = data;
    ssize_t n = send(fd, process->order->str, process->order->len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0)
        g_string_erase(process->order, 0, n);
    if (process->order->len > 0 && (n >= 0 || errno == EAGAIN || errno == EINTR))
        return G_SOURCE_CONTINUE;
    process->order_watch = 0; /* a runner that is gone is noticed by its exit */
    return G_SOURCE_REMOVE;
}

/* The runner and whatever it may have started: it leads a group of its own. */
static void kill_group(const PmxProcess *process)
{
    const char *id = process->child ? g_subprocess_get_identifier(process->child) : NULL;
    pid_t pid = id ? (pid_t)g_ascii_strtoll(id, NULL, 10) : 0;
    if (pid > 1 && kill(-pid, SIGKILL) < 0)
        kill(pid, SIGKILL);
}

/* Ticks are counted, not time: while this process is stopped (Ctrl-Z, a machine that is paused), it
 * is no fault of the runner's that nothing is heard of it. */
static gboolean check_patience(gpointer data)
{
    PmxProcess *process = data;
    process->silent = pmx_server_is_asked(process->server) ? 0 : process->silent + 1;
    if ((guint64)process->silent * TICK_MS <= (guint64)process->patience * 1000)
        return G_SOURCE_CONTINUE;
    if (process->exited) {
        /* It is gone, but something it started holds its socket open. */
        process->patience_watch = 0;
        process->closed = TRUE;
        finish(process);
        return G_SOURCE_REMOVE;
    }
    process->hung = TRUE;
    process->patience_watch = 0;
    kill_group(process);
    return G_SOURCE_REMOVE;
}

/* --- the beginning --- */

/* A group of its own: Ctrl-C in a terminal reaches the parent only, which knows what to do. Runs
 * between fork and exec. */
static void leave_group(gpointer data)
{
    (void)data;
    setpgid(0, 0);
}

static gboolean make_sockets(int control[2], int bytes[2], GError **error)
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) == 0) {
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, bytes) == 0)
            return TRUE;
        close(control[0]);
        close(control[1]);
    }
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "cannot make a socket pair: %s",
                g_strerror(errno));
    return FALSE;
}

/* A runner decodes what strangers sent and must not have what our environment may hold: keys, and the
 * service manager's socket. */
static void keep_secrets(GSubprocessLauncher *launcher)
{
    g_auto(GStrv) names = g_listenv();
    for (guint i = 0; names[i]; i++)
        if (g_str_has_prefix(names[i], "POLYMUX_") ||
            g_str_has_prefix(names[i], "ALIBABA_CLOUD_") || strcmp(names[i], "NOTIFY_SOCKET") == 0)
            g_subprocess_launcher_unsetenv(launcher, names[i]);
}

/*
 * An encoder lives in a few hundred MiB that it fills once and walks through all the time. In huge pages
 * (where the kernel gives them to those that ask: transparent_hugepage/enabled is not "never") that
 * costs a tenth less CPU time, see docs/performance.md. So all of a runner's memory comes from one
 * heap, which grows in huge pages, and not from a mapping for each picture. (glibc manual, "Memory
 * Allocation Tunables"; a C library that does not know these passes them over.)
 */
static void set_allocator(GSubprocessLauncher *launcher)
{
    static const char *const tunables = "glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1:"
                                        "glibc.malloc.mmap_threshold=1073741824";
    g_subprocess_launcher_setenv(launcher, "GLIBC_TUNABLES", tunables, FALSE);
}

/* Takes both runner ends. */
static GSubprocess *spawn(const char *runner, int control, int bytes, GError **error)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
    g_autoptr(GError) failure = NULL;
    g_subprocess_launcher_take_fd(launcher, control, PMX_CONTROL_FD);
    g_subprocess_launcher_take_fd(launcher, bytes, PMX_DATA_FD);
    keep_secrets(launcher);
    set_allocator(launcher);
    g_subprocess_launcher_set_child_setup(launcher, leave_group, NULL, NULL);
    GSubprocess *child = g_subprocess_launcher_spawn(launcher, &failure, runner, NULL);
    if (!child)
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "cannot start %s: %s", runner,
                    failure->message);
    return child;
}

static GString *order_line(const PmxOrder *order)
{
    json_t *json = pmx_object_dump(&pmx_order_object, order);
    char *text = json_dumps(json, JSON_COMPACT);
    GString *line = g_string_new(text);
    g_string_append_c(line, '\n');
    free(text);
    json_decref(json);
    return line;
}

PmxProcess *pmx_process_start(const char *runner, const PmxOrder *order, GPtrArray *inputs,
                              guint patience, const PmxProcessEvents *events, gpointer data,
                              GError **error)
{
    int control[2], bytes[2];
    if (!make_sockets(control, bytes, error))
        return NULL;
    PmxProcess *process = g_new0(PmxProcess, 1);
    *process = (PmxProcess){.control = control[0],
                            .bytes = bytes[0],
                            .patience = patience,
                            .events = *events,
                            .data = data};
    process->line = g_string_new(NULL);
    process->server = pmx_server_new(bytes[0], inputs);
    process->child = spawn(runner, control[1], bytes[1], error);
    if (!process->child) {
        pmx_process_free(process);
        return NULL;
    }
    process->waiting = g_cancellable_new();
    g_subprocess_wait_async(process->child, process->waiting, child_exited, process);
    process->control_watch =
        g_unix_fd_add(process->control, G_IO_IN | G_IO_HUP, control_ready, process);
    process->patience_watch = g_timeout_add(TICK_MS, check_patience, process);
    process->order = order_line(order);
    process->order_watch = g_unix_fd_add(process->control, G_IO_OUT, send_order, process);
    return process;
}

void pmx_process_free(PmxProcess *process)
{
    if (!process)
        return;
    if (process->waiting)
        g_cancellable_cancel(process->waiting);
    kill_group(process);
    g_clear_handle_id(&process->control_watch, g_source_remove);
    g_clear_handle_id(&process->order_watch, g_source_remove);
    g_clear_handle_id(&process->patience_watch, g_source_remove);
    close(process->control);
    shutdown(process->bytes, SHUT_RDWR);
    pmx_server_free(process->server);
    close(process->bytes);
    g_clear_object(&process->child);
    g_clear_object(&process->waiting);
    g_string_free(process->line, TRUE);
    if (process->order)
        g_string_free(process->order, TRUE);
    json_decref(process->answer);
    g_free(process);
}
