/* SPDX-License-Identifier: MIT */
/* See display.h. */
#include "cli/display.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/columns.h"

typedef struct {
    guint columns, rows;
} Window;

struct PmxDisplay {
    const PmxPlan *plan;
    const PmxExecutor *executor;
    gboolean terminal;
    guint name_columns; /* the longest name's, within limits */
    double *kept;       /* by output: how far it was before this run did anything, 0..1 */
    gint64 began, last; /* monotonic microseconds */
    GArray *drawn;      /* of guint: columns of each line on the screen that is ours */
};

/* "  42 %   1.25x": what must not be cut off, however narrow the window. */
enum {
    NUMBERS = 15,
    BAR_LEAST = 6,
    BAR_MOST = 24,
    NAME_LEAST = 6,
    NAME_MOST = 24,
    LINE_EVERY_S = 5
};

/* --- setting up --- */

static const PmxPlanOutput *planned(const PmxDisplay *display, guint output)
{
    return g_ptr_array_index(display->plan->outputs, output);
}

static gboolean can_redraw(void)
{
    return isatty(STDERR_FILENO) && g_strcmp0(g_getenv("TERM"), "dumb") != 0;
}

PmxDisplay *pmx_display_new(const PmxPlan *plan, const PmxExecutor *executor)
{
    PmxDisplay *display = g_new0(PmxDisplay, 1);
    display->plan = plan;
    display->executor = executor;
    display->terminal = can_redraw();
    display->name_columns = NAME_LEAST;
    display->kept = g_new0(double, plan->outputs->len + 1);
    for (guint i = 0; i < plan->outputs->len; i++) {
        display->kept[i] = pmx_executor_output_fraction(executor, i);
        display->name_columns = MAX(display->name_columns, pmx_columns(planned(display, i)->name));
    }
    display->name_columns = MIN(display->name_columns, NAME_MOST);
    display->drawn = g_array_new(FALSE, FALSE, sizeof(guint));
    display->began = display->last = g_get_monotonic_time();
    return display;
}

void pmx_display_free(PmxDisplay *display)
{
    if (!display)
        return;
    g_array_unref(display->drawn);
    g_free(display->kept);
    g_free(display);
}

/* --- what there is to tell --- */

static double elapsed(const PmxDisplay *display)
{
    return (double)(g_get_monotonic_time() - display->began) / G_USEC_PER_SEC;
}

/* "0:07", "12:34", "1:02:03". */
static char *clock_text(double seconds)
{
    guint64 s = (guint64)CLAMP(seconds + 0.5, 0, 1e9);
    if (s >= 3600)
        return g_strdup_printf("%u:%02u:%02u", (guint)(s / 3600), (guint)(s / 60 % 60),
                               (guint)(s % 60));
    return g_strdup_printf("%u:%02u", (guint)(s / 60), (guint)(s % 60));
}

/* ", 0:21 left" from what this run has done so far; "" while that says nothing yet, and at
 * the end. */
static char *time_left(const PmxDisplay *display)
{
    PmxCost cost = pmx_executor_cost(display->executor);
    double seconds = elapsed(display);
    if (seconds < 2 || cost.fresh <= 0 || cost.fresh < cost.total / 200 || cost.done >= cost.total)
        return g_strdup("");
    g_autofree char *left = clock_text((cost.total - cost.done) / (cost.fresh / seconds));
    return g_strdup_printf(", %s left", left);
}

/* Seconds of film made in a second; what was kept from earlier runs is no speed. */
static double speed(const PmxDisplay *display, guint output, double fraction)
{
    double seconds = elapsed(display);
    double made = MAX(0, fraction - display->kept[output]);
    return seconds > 0.5 ? made * planned(display, output)->seconds / seconds : 0;
}

static char *summary_line(const PmxDisplay *display)
{
    PmxCost cost = pmx_executor_cost(display->executor);
    guint done = 0, failed = 0, all = display->plan->outputs->len;
    for (guint i = 0; i < all; i++) {
        const PmxOutputState *state = pmx_executor_output(display->executor, i);
        done += state->done;
        failed += state->error != NULL;
    }
    g_autofree char *gone = clock_text(elapsed(display));
    g_autofree char *left = done + failed < all ? time_left(display) : g_strdup("");
    g_autofree char *lost = failed ? g_strdup_printf(", %u failed", failed) : g_strdup("");
    return g_strdup_printf("%3.0f %%, %u of %u files done%s, %s gone%s",
                           cost.total > 0 ? floor(100 * cost.done / cost.total) : 100, done, all,
                           lost, gone, left);
}

/* --- one line --- */

static void append_bar(GString *line, double fraction, guint columns)
{
    guint full = (guint)(CLAMP(fraction, 0, 1) * columns * 8 + 0.5);
    for (guint i = 0; i < columns; i++) {
        guint part = full > i * 8 ? MIN(8, full - i * 8) : 0;
        /* Eighths of a block, U+2588 down to U+258F. */
        if (part == 0)
            g_string_append(line, "·");
        else
            g_string_append_unichar(line, 0x2590 - part);
    }
}

static void append_numbers(const PmxDisplay *display, GString *line, guint output, double fraction)
{
    const PmxOutputState *state = pmx_executor_output(display->executor, output);
    if (state->error)
        g_string_append(line, "        failed");
    else if (state->done)
        g_string_append(line, " 100 %    done");
    else
        g_string_append_printf(line, " %3.0f %% %6.2fx", floor(fraction * 100),
                               MIN(999.99, speed(display, output, fraction)));
}

/* The numbers come first, then the name, then what is left for a bar. */
static char *output_line(const PmxDisplay *display, guint output, guint width)
{
    double fraction = pmx_executor_output_fraction(display->executor, output);
    guint room = width > NUMBERS + 1 ? width - NUMBERS - 1 : 1;
    guint name = MIN(display->name_columns, room);
    guint bar = room > name + BAR_LEAST ? MIN(room - name - 1, BAR_MOST) : 0;
    GString *line = g_string_new(" ");
    pmx_columns_append(line, planned(display, output)->name, name);
    if (bar > 0)
        g_string_append_c(line, ' ');
    append_bar(line, fraction, bar);
    append_numbers(display, line, output, fraction);
    return g_string_free(line, FALSE);
}

/* --- the picture --- */

static Window window(void)
{
    struct winsize size = {0};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 || size.ws_row == 0)
        return (Window){80, 24};
    return (Window){size.ws_col, size.ws_row};
}

/* Back to the first line of the last picture. A terminal that was made narrower has broken its
 * lines in two, so they are counted as they stand now. */
static void go_back(PmxDisplay *display, GString *screen, Window now)
{
    guint lines = 0;
    for (guint i = 0; i < display->drawn->len; i++)
        lines += MAX(1, (g_array_index(display->drawn, guint, i) + now.columns - 1) / now.columns);
    lines = MIN(lines, now.rows - 1);
    if (lines > 0)
        g_string_append_printf(screen, "\033[%uA", lines);
    g_string_append(screen, "\r");
    g_array_set_size(display->drawn, 0);
}

static void put_line(PmxDisplay *display, GString *screen, const char *line, Window now)
{
    gsize length = pmx_columns_fit(line, now.columns - 1);
    g_autofree char *fitted = g_strndup(line, length);
    guint used = pmx_columns(fitted);
    g_array_append_val(display->drawn, used);
    g_string_append_printf(screen, "%s\033[K\n", fitted);
}

static gboolean at_work(const PmxDisplay *display, guint output)
{
    const PmxOutputState *state = pmx_executor_output(display->executor, output);
    return !state->done && !state->error;
}

/* When there are more outputs than rows, those that are finished make room for the others. */
static void put_outputs(PmxDisplay *display, GString *screen, Window now)
{
    guint all = display->plan->outputs->len, room = now.rows > 4 ? now.rows - 3 : 1;
    guint skip = all > room ? all - room : 0, shown = 0;
    for (guint i = 0; i < all && shown < room; i++) {
        if (skip > 0 && !at_work(display, i)) {
            skip--;
            continue;
        }
        g_autofree char *line = output_line(display, i, now.columns - 1);
        put_line(display, screen, line, now);
        shown++;
    }
    g_autofree char *rest = g_strdup_printf(" … and %u more", all - shown);
    if (shown < all)
        put_line(display, screen, rest, now);
}

/* One write for the whole picture, so that a terminal never shows half of it. */
static void draw(PmxDisplay *display)
{
    g_autoptr(GString) screen = g_string_new(NULL);
    Window now = window();
    if (now.columns < 2 || now.rows < 2)
        return;
    go_back(display, screen, now);
    put_outputs(display, screen, now);
    g_autofree char *last = summary_line(display);
    put_line(display, screen, last, now);
    g_string_append(screen, "\033[J");
    fwrite(screen->str, 1, screen->len, stderr);
    fflush(stderr);
}

static void say(const PmxDisplay *display)
{
    g_autofree char *line = summary_line(display);
    g_printerr("%s\n", line);
}

void pmx_display_tick(gpointer data)
{
    PmxDisplay *display = data;
    gint64 now = g_get_monotonic_time();
    gint64 every = display->terminal ? G_USEC_PER_SEC / 5 : (gint64)LINE_EVERY_S * G_USEC_PER_SEC;
    if (now - display->last < every)
        return;
    display->last = now;
    if (display->terminal)
        draw(display);
    else
        say(display);
}

void pmx_display_end(PmxDisplay *display)
{
    if (display->terminal)
        draw(display);
    else
        say(display);
}
