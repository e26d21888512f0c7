/* SPDX-License-Identifier: MIT */
/*
 * A stand-in for polymux-runner that behaves as told, for the tests of exec/executor.
 *
 * $FAKE_SCRIPT is a list of "what=action" with blanks between; `what` is cut:STREAM, audio:STREAM,
 * video:WIDTH (any of the task's renditions) or package:TITLE (of its first track). What is not
 * named succeeds. $FAKE_FOLDER gets a log, a line for each start and each end, and the marks of
 * what has happened once.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/wire.h"

typedef struct {
    json_t *order, *body;
    const char *kind, *scratch;
    char *what; /* audio:1 */
    char *rule; /* the part of the script that is about it */
} Fake;

static void note(const Fake *fake, const char *event)
{
    g_autofree char *path = g_build_filename(g_getenv("FAKE_FOLDER"), "log", NULL);
    g_autofree char *line = g_strdup_printf("%s %s %d\n", event, fake->what, (int)getpid());
    int fd = g_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (write(fd, line, strlen(line)) < 0)
        abort();
    close(fd);
}

static json_t *read_order(void)
{
    g_autoptr(GString) line = g_string_new(NULL);
    char byte;
    while (pmx_wire_read(PMX_CONTROL_FD, &byte, 1) && byte != '\n')
        g_string_append_c(line, byte);
    return json_loads(line->str, 0, NULL);
}

static char *widths(const json_t *renditions)
{
    size_t i;
    const json_t *rendition;
    GString *text = g_string_new("video:");
    json_array_foreach (renditions, i, rendition)
        g_string_append_printf(text, "%s%" JSON_INTEGER_FORMAT, i ? "+" : "",
                               json_integer_value(json_object_get(rendition, "width")));
    return g_string_free(text, FALSE);
}

static char *name_of(const Fake *fake)
{
    const json_t *track = json_array_get(json_object_get(fake->body, "audio"), 0);
    if (strcmp(fake->kind, "video") == 0)
        return widths(json_object_get(fake->body, "renditions"));
    if (strcmp(fake->kind, "package") == 0)
        return g_strdup_printf("package:%s", json_string_value(json_object_get(track, "title")));
    return g_strdup_printf("%s:%" JSON_INTEGER_FORMAT, fake->kind,
                           json_integer_value(json_object_get(fake->body, "stream")));
}

/* TRUE when `what` of the script is this task, or one of its renditions. */
static gboolean is_meant(const Fake *fake, const char *what)
{
    if (strcmp(fake->kind, "video") != 0 || !g_str_has_prefix(what, "video:"))
        return strcmp(fake->what, what) == 0;
    g_auto(GStrv) parts = g_strsplit(fake->what + strlen("video:"), "+", -1);
    return g_strv_contains((const char *const *)parts, what + strlen("video:"));
}

static char *rule_for(const Fake *fake)
{
    const char *script = g_getenv("FAKE_SCRIPT");
    g_auto(GStrv) rules = g_strsplit(script ? script : "", " ", -1);
    for (guint i = 0; rules[i]; i++) {
        g_auto(GStrv) halves = g_strsplit(rules[i], "=", 2);
        if (halves[0] && is_meant(fake, halves[0]))
            return g_strdup(rules[i]);
    }
    return g_strdup("=ok");
}

/* TRUE the first time only, over all processes. */
static gboolean first_time(const Fake *fake)
{
    g_autofree char *path = g_build_filename(g_getenv("FAKE_FOLDER"), fake->rule, NULL);
    return g_open(path, O_CREAT | O_EXCL | O_CLOEXEC, 0600) >= 0;
}

static void say(const char *text)
{
    if (!pmx_wire_write(PMX_CONTROL_FD, text, strlen(text)))
        _exit(9);
}

/* --- honest work --- */

static gint64 ask(guint32 input, guint32 length, guint64 offset, void *buffer)
{
    const PmxWireQuestion question = {input, length, offset};
    PmxWireAnswer answer = {0};
    if (!pmx_wire_write(PMX_DATA_FD, &question, sizeof question) ||
        !pmx_wire_read(PMX_DATA_FD, &answer, sizeof answer) ||
        (answer.length > 0 && !pmx_wire_read(PMX_DATA_FD, buffer, (size_t)answer.length)))
        _exit(8);
    return answer.length;
}

/* All inputs, one after the other. */
static GString *read_inputs(const Fake *fake)
{
    size_t i;
    const json_t *input;
    char part[64];
    GString *text = g_string_new(NULL);
    json_array_foreach (json_object_get(fake->order, "inputs"), i, input) {
        json_int_t size = json_integer_value(json_object_get(input, "size"));
        guint64 at = 0;
        gint64 n;
        while ((n = ask((guint32)i, sizeof part, at, part)) > 0) {
            g_string_append_len(text, part, n);
            at += (guint64)n;
        }
        if (at != (guint64)size)
            g_string_append(text, "(not the size that was told)");
    }
    return text;
}

static void write_file(const Fake *fake, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(fake->scratch, name, NULL);
    if (!g_file_set_contents(path, text, -1, NULL))
        abort();
}

static void make(const Fake *fake)
{
    g_autoptr(GString) inputs = read_inputs(fake);
    if (strcmp(fake->kind, "package") == 0) {
        write_file(fake, "out", inputs->str);
        return;
    }
    g_auto(GStrv) parts = g_strsplit(strchr(fake->what, ':') + 1, "+", -1);
    for (guint i = 0; parts[i]; i++) {
        g_autofree char *name = g_strdup_printf("%u.pmx", i);
        g_autofree char *text = g_strdup_printf("%s:%s;", fake->kind, parts[i]);
        write_file(fake, name, text);
    }
}

static void succeed(const Fake *fake)
{
    make(fake);
    note(fake, "end");
    say("{\"result\":{\"facts\":{\"size\":77}},\"cpu_seconds\":0.25}\n");
}

/* --- the rest --- */

static G_NORETURN void hang(void)
{
    signal(SIGTERM, SIG_IGN);
    for (;;)
        pause();
}

static void hang_now(const Fake *fake)
{
    (void)fake;
    hang();
}

static void crash(void)
{
    kill(getpid(), SIGKILL);
}

static void crash_now(const Fake *fake)
{
    (void)fake;
    crash();
}

/* A line without end. */
static void flood(const Fake *fake)
{
    (void)fake;
    g_autofree char *text = g_strnfill(1 << 16, 'x');
    for (;;)
        say(text);
}

static void chatter(const Fake *fake)
{
    for (guint i = 0; i < 20000; i++)
        say("{\"progress\":{\"seconds\":1.0,\"frames\":[3,4]}}\n");
    succeed(fake);
}

/* Says what no runner would say. */
static void talk_nonsense(const Fake *fake)
{
    static const char *const lines[] = {
        "\n",
        "nonsense\n",
        "{\"progress\":\n",
        "[1,2]\n",
        "null\n",
        "{\"progress\":null}\n",
        "{\"progress\":{\"frames\":\"x\",\"busy\":-1,\"done\":{},\"seconds\":1e300}}\n",
        "{\"progress\":{\"frames\":[1e300,-5,null,7,7,7,7,7,7],\"busy\":1e9,\"done\":[1,2,3,4,5,6,7]}}\n",
        "{\"progress\":{\"seconds\":-1e300}}\n",
        "{\"error\":{}}\n",
        "\xff\xfe\n"};
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        say(lines[i]);
    succeed(fake);
}

/* Questions that must be answered with an error and nothing else. */
static void ask_nonsense(const Fake *fake)
{
    static char buffer[PMX_WIRE_MAX];
    gboolean fine = ask(99, 10, 0, buffer) == -EINVAL &&
                    ask(0, PMX_WIRE_MAX + 1, 0, buffer) == -EINVAL &&
                    ask(0, 10, G_MAXUINT64, buffer) == -EINVAL &&
                    ask(0, 10, G_MAXINT64, buffer) <= 0 && ask(0, 0, 0, buffer) == 0;
    if (!fine)
        _exit(7);
    succeed(fake);
}

/* A child of its own that keeps the sockets open and outlives it, unless somebody looks. */
static void leave_child(const Fake *fake)
{
    if (fork() == 0) {
        note(fake, "child");
        hang();
    }
    hang();
}

static void slow(const Fake *fake)
{
    g_usleep(150000);
    succeed(fake);
}

/* So that what others do at about the same time comes before. */
static void slower(const Fake *fake)
{
    g_usleep(2 * G_USEC_PER_SEC);
    succeed(fake);
}

static guint running(void)
{
    g_autofree char *path = g_build_filename(g_getenv("FAKE_FOLDER"), "log", NULL), *text = NULL;
    guint count = 0;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        abort();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] && *lines[i]; i++)
        count += g_str_has_prefix(lines[i], "start ") ? 1 : -1;
    return count;
}

/* Waits, not for ever, until $FAKE_MEET runners run at once. */
static void meet(const Fake *fake)
{
    enum { TURNS = 4000, TURN_US = 5000 };
    guint wanted = (guint)g_ascii_strtoull(g_getenv("FAKE_MEET"), NULL, 10);
    for (guint i = 0; i < TURNS && running() < wanted; i++)
        g_usleep(TURN_US);
    g_usleep(TURN_US * 10); /* for one too many to show itself, and the others to have looked */
    succeed(fake);
}

static void touch_input(const Fake *fake)
{
    FILE *file = g_fopen(g_getenv("FAKE_INPUT"), "ab");
    if (!file || fputs("more", file) < 0 || fclose(file) != 0)
        abort();
    succeed(fake);
}

static void fail(const Fake *fake)
{
    (void)fake;
    say("{\"error\":{\"code\":\"InvalidParameter.ResourceContentBad\","
        "\"message\":\"it is bad\"}}\n");
}

/* As if the artifact that is its first input were cut short. */
static void find_damage(const Fake *fake)
{
    (void)fake;
    say("{\"error\":{\"code\":\"InternalError\",\"message\":\"it is damaged\",\"input\":0}}\n");
}

/* What it was given besides the order. */
static void tell_environment(const Fake *fake)
{
    g_auto(GStrv) names = g_listenv();
    for (guint i = 0; names[i]; i++) {
        g_autofree char *event = g_strdup_printf("sees %s=%s", names[i], g_getenv(names[i]));
        note(fake, event);
    }
    succeed(fake);
}

static void make_nothing(const Fake *fake)
{
    (void)fake;
    say("{\"result\":{}}\n");
}

static void crash_late(const Fake *fake)
{
    succeed(fake);
    crash();
}

static void say_nothing(const Fake *fake)
{
    (void)fake;
}

static void end_badly(const Fake *fake)
{
    (void)fake;
    _exit(3);
}

static void behave(const Fake *fake, const char *action)
{
    static const struct {
        const char *name;
        void (*act)(const Fake *fake);
    } actions[] = {{"ok", succeed},
                   {"slow", slow},
                   {"slower", slower},
                   {"crash", crash_now},
                   {"hang", hang_now},
                   {"flood", flood},
                   {"chatter", chatter},
                   {"talk", talk_nonsense},
                   {"ask", ask_nonsense},
                   {"child", leave_child},
                   {"touch", touch_input},
                   {"error", fail},
                   {"nothing", make_nothing},
                   {"late", crash_late},
                   {"silent", say_nothing},
                   {"status", end_badly},
                   {"damaged", find_damage},
                   {"meet", meet},
                   {"environment", tell_environment}};
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++)
        if (strcmp(action, actions[i].name) == 0)
            actions[i].act(fake);
}

/* "crash-once" is crash the first time and ok from then on. */
static char *this_time(const Fake *fake)
{
    const char *action = strchr(fake->rule, '=') + 1;
    if (!g_str_has_suffix(action, "-once"))
        return g_strdup(action);
    return first_time(fake) ? g_strndup(action, strlen(action) - strlen("-once")) : g_strdup("ok");
}

int main(void)
{
    Fake fake = {.order = read_order()};
    if (!fake.order)
        return 2;
    fake.body = json_object_get(fake.order, "body");
    fake.kind = json_string_value(json_object_get(fake.order, "kind"));
    fake.scratch = json_string_value(json_object_get(fake.order, "scratch"));
    fake.what = name_of(&fake);
    fake.rule = rule_for(&fake);
    g_autofree char *action = this_time(&fake); /* the mark is there before the log says so */
    note(&fake, "start");
    behave(&fake, action);
    g_free(fake.what);
    g_free(fake.rule);
    json_decref(fake.order);
    return EXIT_SUCCESS;
}
