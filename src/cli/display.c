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
    const PmxDisplaySource *functions;
    gconstpointer source;
    gboolean terminal;
    guint name_columns; /* the longest name's, within limits */
    double *kept;       /* by output: how far it was when the display began, 0..1 */
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

static guint count_outputs(const PmxDisplay *display)
{
    return display->functions->count(display->source);
}

static PmxShown shown(const PmxDisplay *display, guint output)
{
    return display->functions->output(display->source, output);
}

static PmxShownWork work_done(const PmxDisplay *display)
{
    return display->functions->work(display->source);
}

static gboolean can_redraw(void)
{
    return isatty(STDERR_FILENO) && g_strcmp0(g_getenv("TERM"), "dumb") != 0;
}

PmxDisplay *pmx_display_new(const PmxDisplaySource *functions, gconstpointer source)
{
    PmxDisplay *display = g_new0(PmxDisplay, 1);
    guint all = functions->count(source);
    display->functions = functions;
    display->source = source;
    display->terminal = can_redraw();
    display->name_columns = NAME_LEAST;
    display->kept = g_new0(double, all + 1);
    for (guint i = 0; i < all; i++) {
        PmxShown output = shown(display, i);
        display->kept[i] = output.fraction;
        display->name_columns = MAX(display->name_columns, pmx_columns(output.name));
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

/* ", 0:21 left" from what was done since the display began; "" while that says nothing yet, and
 * at the end. */
static char *time_left(const PmxDisplay *display)
{
    PmxShownWork work = work_done(display);
    double seconds = elapsed(display);
    if (seconds < 2 || work.fresh <= 0 || work.fresh < work.total / 200 || work.done >= work.total)
        return g_strdup("");
    g_autofree char *left = clock_text((work.total - work.done) / (work.fresh / seconds));
    return g_strdup_printf(", %s left", left);
}

/* Seconds of film made in a second; what was kept from earlier runs is no speed. */
static double speed(const PmxDisplay *display, guint output, const PmxShown *now)
{
    double seconds = elapsed(display);
    double made = MAX(0, now->fraction - display->kept[output]);
    return seconds > 0.5 ? made * now->seconds / seconds : 0;
}

static char *summary_line(const PmxDisplay *display)
{
    PmxShownWork work = work_done(display);
    guint done = 0, failed = 0, all = count_outputs(display);
    for (guint i = 0; i < all; i++) {
        PmxShownState state = shown(display, i).state;
        done += state == PMX_SHOWN_DONE;
        failed += state == PMX_SHOWN_FAILED;
    }
    g_autofree char *gone = clock_text(elapsed(display));
    g_autofree char *left = done + failed < all ? time_left(display) : g_strdup("");
    g_autofree char *lost = failed ? g_strdup_printf(", %u failed", failed) : g_strdup("");
    return g_strdup_printf("%3.0f %%, %u of %u files done%s, %s gone%s",
                           work.total > 0 ? floor(100 * work.done / work.total) : 100, done, all,
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

static void append_numbers(const PmxDisplay *display, GString *line, guint output,
                           const PmxShown *now)
{
    if (now->state == PMX_SHOWN_FAILED)
        g_string_append(line, "        failed");
    else if (now->state == PMX_SHOWN_DONE)
        g_string_append(line, " 100 %    done");
    else if (now->seconds > 0)
        g_string_append_printf(line, " %3.0f %% %6.2fx", floor(now->fraction * 100),
                               MIN(999.99, speed(display, output, now)));
    else
        g_string_append_printf(line, " %3.0f %%        ", floor(now->fraction * 100));
}

/* The numbers come first, then the name, then what is left for a bar. */
static char *output_line(const PmxDisplay *display, guint output, guint width)
{
    PmxShown now = shown(display, output);
    guint room = width > NUMBERS + 1 ? width - NUMBERS - 1 : 1;
    guint name = MIN(display->name_columns, room);
    guint bar = room > name + BAR_LEAST ? MIN(room - name - 1, BAR_MOST) : 0;
    GString *line = g_string_new(" ");
    pmx_columns_append(line, now.name, name);
    if (bar > 0)
        g_string_append_c(line, ' ');
    append_bar(line, now.fraction, bar);
    append_numbers(display, line, output, &now);
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

/* When there are more outputs than rows, those that are finished make room for the others. */
static void put_outputs(PmxDisplay *display, GString *screen, Window now)
{
    guint all = count_outputs(display), room = now.rows > 4 ? now.rows - 3 : 1;
    guint skip = all > room ? all - room : 0, lines = 0;
    for (guint i = 0; i < all && lines < room; i++) {
        if (skip > 0 && shown(display, i).state != PMX_SHOWN_WORKING) {
            skip--;
            continue;
        }
        g_autofree char *line = output_line(display, i, now.columns - 1);
        put_line(display, screen, line, now);
        lines++;
    }
    g_autofree char *rest = g_strdup_printf(" … and %u more", all - lines);
    if (lines < all)
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
