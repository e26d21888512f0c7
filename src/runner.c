/* SPDX-License-Identifier: MIT */
/*
 * polymux-runner: executes one task and ends.
 *
 * Started by polymux with the two sockets of base/wire.h. It reads one order, locks itself in, does
 * the work and answers. It parses and decodes what strangers sent, so it has no network, no
 * credentials and no files but its scratch folder.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/wire.h"
#include "exec/sandbox.h"
#include "media/run.h"
#include "media/versions.h"

typedef json_t *(*TaskFunc)(PmxRun *run, GError **error);

/* In the order of PmxOrderKind. */
static const TaskFunc tasks[] = {pmx_probe_run,    pmx_cut_run,     pmx_border_run,
                                 pmx_video_run,    pmx_audio_run,   pmx_copy_run,
                                 pmx_subtitle_run, pmx_package_run, pmx_loudness_run};

/* An order is one line; the longest is a package of a very long film. */
enum { ORDER_MAX = 64 << 20 };

static char *read_line(int fd)
{
    g_autoptr(GString) line = g_string_new(NULL);
    char part[4096];
    while (line->len < ORDER_MAX) {
        ssize_t n = read(fd, part, sizeof part);
        if (n <= 0)
            return NULL;
        g_string_append_len(line, part, n);
        if (line->str[line->len - 1] == '\n')
            return g_strdup(line->str);
    }
    return NULL;
}

static PmxOrder *read_order(GError **error)
{
    g_autofree char *line = read_line(PMX_CONTROL_FD);
    json_t *json = line ? json_loads(line, 0, NULL) : NULL;
    if (!json) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "no order came");
        return NULL;
    }
    PmxOrder *order = pmx_object_read(&pmx_order_object, json, error);
    json_decref(json);
    return order;
}

static gboolean lock_in(const PmxOrder *order, GError **error)
{
    const PmxSandboxLimits limits = {
        .scratch = order->scratch,
        .max_memory_bytes = (guint64)16 << 30,
        .max_file_bytes = (guint64)1 << 40,
    };
    return pmx_sandbox_enter(&limits, error);
}

static json_t *execute(int *bad_input, GError **error)
{
    PmxOrder *order = read_order(error);
    json_t *result = NULL;
    PmxRun run = {.order = order, .control = PMX_CONTROL_FD, .data = PMX_DATA_FD, .bad_input = -1};
    if (order)
        pmx_fonts_open(&run.fonts, order);
    if (order && lock_in(order, error)) {
        pmx_run_setup(&run);
        result = tasks[order->kind](&run, error);
        *bad_input = run.bad_input;
    }
    pmx_object_free(&pmx_order_object, order);
    return result;
}

static json_t *answer(void)
{
    g_autoptr(GError) error = NULL;
    int bad_input = -1;
    json_t *result = execute(&bad_input, &error);
    if (!result)
        return json_pack("{s:{s:s, s:s, s:i}}", "error", "code",
                         pmx_code_name(pmx_error_code(error)), "message",
                         error ? error->message : "unknown failure", "input", bad_input);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                 (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    return json_pack("{s:o, s:f}", "result", result, "cpu_seconds", cpu);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        g_autofree char *versions = pmx_versions();
        g_print("%s\n", versions);
        return EXIT_SUCCESS;
    }
    if (argc > 1 || fcntl(PMX_CONTROL_FD, F_GETFD) < 0) {
        g_printerr("polymux-runner is started by polymux; it has no use of its own\n");
        return EXIT_FAILURE;
    }
    json_t *line = answer();
    gboolean sent = pmx_wire_send(PMX_CONTROL_FD, line);
    json_decref(line);
    return sent ? EXIT_SUCCESS : EXIT_FAILURE;
}
