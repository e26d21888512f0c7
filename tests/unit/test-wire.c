/* SPDX-License-Identifier: MIT */
/* Whole reads and writes over a socket: base/wire. */
#include "base/wire.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "single-quoted.h"

static void pair(int ends[2])
{
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
}

typedef struct {
    int fd;
    gsize length, part;
} Dribble;

static guint8 byte_at(gsize i)
{
    return (guint8)(i * 31 + i / 251);
}

/* A peer that writes in small parts, however large the reader's buffer is. */
static gpointer dribble(gpointer data)
{
    const Dribble *job = data;
    for (gsize i = 0; i < job->length;) {
        guint8 part[512];
        gsize n = MIN(job->part, job->length - i);
        for (gsize k = 0; k < n; k++)
            part[k] = byte_at(i + k);
        g_assert_cmpint(write(job->fd, part, n), ==, (gssize)n);
        i += n;
    }
    return NULL;
}

static void test_read_parts(void)
{
    static const gsize parts[] = {1, 7, 512};
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        int ends[2];
        guint8 buffer[5000];
        pair(ends);
        Dribble job = {ends[1], sizeof buffer, parts[i]};
        GThread *thread = g_thread_new("dribble", dribble, &job);
        g_assert_true(pmx_wire_read(ends[0], buffer, sizeof buffer));
        g_thread_join(thread);
        for (gsize k = 0; k < sizeof buffer; k++)
            g_assert_cmpuint(buffer[k], ==, byte_at(k));
        close(ends[0]);
        close(ends[1]);
    }
}

/* More than a socket holds at once, both ways round. */
static gpointer read_all(gpointer data)
{
    Dribble *job = data;
    g_autofree guint8 *buffer = g_malloc(job->length);
    gboolean ok = pmx_wire_read(job->fd, buffer, job->length);
    for (gsize k = 0; ok && k < job->length; k++)
        ok = buffer[k] == byte_at(k);
    return GINT_TO_POINTER(ok);
}

static void test_write_large(void)
{
    int ends[2];
    gsize length = 4 * PMX_WIRE_MAX + 3;
    g_autofree guint8 *bytes = g_malloc(length);
    for (gsize k = 0; k < length; k++)
        bytes[k] = byte_at(k);
    pair(ends);
    Dribble job = {ends[1], length, 0};
    GThread *thread = g_thread_new("reader", read_all, &job);
    g_assert_true(pmx_wire_write(ends[0], bytes, length));
    g_assert_true(GPOINTER_TO_INT(g_thread_join(thread)));
    close(ends[0]);
    close(ends[1]);
}

/* What an end of file or an error looks like. */
static void test_end(void)
{
    int ends[2];
    char buffer[8];
    pair(ends);
    g_assert_true(pmx_wire_read(ends[0], buffer, 0));
    g_assert_true(pmx_wire_write(ends[1], "abc", 3));
    close(ends[1]);
    errno = EIO;
    g_assert_false(pmx_wire_read(ends[0], buffer, sizeof buffer));
    g_assert_cmpint(errno, ==, 0);
    close(ends[0]);
    g_assert_false(pmx_wire_read(ends[0], buffer, 1));
    g_assert_cmpint(errno, ==, EBADF);
}

/* Writing to a peer that is gone is an error to report: no signal may end the process. */
static void test_gone(void)
{
    int ends[2];
    pair(ends);
    close(ends[1]);
    g_assert_true(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    g_assert_false(pmx_wire_write(ends[0], "abc", 3));
    g_assert_cmpint(errno, ==, EPIPE);
    close(ends[0]);
}

static void on_alarm(int number)
{
    (void)number;
}

/* Signals without SA_RESTART interrupt; nothing is lost or doubled. */
static void test_interrupted(void)
{
    int ends[2];
    guint8 buffer[3000];
    struct sigaction action = {.sa_handler = on_alarm}, before;
    g_assert_cmpint(sigaction(SIGALRM, &action, &before), ==, 0);
    pair(ends);
    ualarm(500, 500);
    sigset_t alarms, mask;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarms, &mask); /* the other thread is left alone */
    Dribble job = {ends[1], sizeof buffer, 1};
    GThread *thread = g_thread_new("dribble", dribble, &job);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    gboolean ok = pmx_wire_read(ends[0], buffer, sizeof buffer);
    g_thread_join(thread);
    thread = g_thread_new("reader", read_all, &(Dribble){ends[1], sizeof buffer, 0});
    g_usleep(5000);
    g_assert_true(pmx_wire_write(ends[0], buffer, sizeof buffer));
    ualarm(0, 0);
    g_assert_true(GPOINTER_TO_INT(g_thread_join(thread)));
    sigaction(SIGALRM, &before, NULL);
    g_assert_true(ok);
    close(ends[0]);
    close(ends[1]);
}

/* One document a line, whatever stands in it. */
static void test_send(void)
{
    static const char *const rows[] = {"{}", "{'a':[1,2.5,null,true]}", "{'text':'two\\nlines'}",
                                       "'just text'", "{'u':'日本語'}"};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        int ends[2];
        char line[256] = "";
        pair(ends);
        json_t *json = json_of(rows[i]);
        g_assert_true(pmx_wire_send(ends[0], json));
        gssize n = read(ends[1], line, sizeof line - 1);
        g_assert_cmpint(n, >, 1);
        g_assert_true(strchr(line, '\n') == line + n - 1);
        json_t *back = json_loads(line, JSON_DECODE_ANY, NULL);
        g_assert_true(json_equal(json, back));
        json_decref(back);
        json_decref(json);
        close(ends[0]);
        close(ends[1]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/read-parts", test_read_parts);
    g_test_add_func("/wire/write-large", test_write_large);
    g_test_add_func("/wire/end", test_end);
    g_test_add_func("/wire/gone", test_gone);
    g_test_add_func("/wire/interrupted", test_interrupted);
    g_test_add_func("/wire/send", test_send);
    return g_test_run();
}
