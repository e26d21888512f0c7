/* SPDX-License-Identifier: MIT */
/* Tests of cli/sse.h. Expected readings are those of the HTML standard's own examples. */
#include "cli/sse.h"

#include <string.h>

static void write_down(const char *id, const char *type, const char *text, gpointer data)
{
    g_string_append_printf(data, "[%s|%s|%s]", id, type, text);
}

/* Reads `stream` in pieces of `step` bytes. */
static char *read_in_steps(const char *stream, gsize step)
{
    GString *read = g_string_new(NULL);
    g_autoptr(PmxSse) sse = pmx_sse_new(write_down, read);
    for (gsize at = 0, length = strlen(stream); at < length; at += step)
        g_assert_true(pmx_sse_feed(sse, stream + at, MIN(step, length - at)));
    return g_string_free(read, FALSE);
}

/* However the bytes are cut. */
static void check(const char *stream, const char *expected)
{
    for (gsize step = 1; step <= strlen(stream); step++) {
        g_autofree char *read = read_in_steps(stream, step);
        g_assert_cmpstr(read, ==, expected);
    }
}

static void standard(void)
{
    check("data: YHOO\ndata: +2\ndata: 10\n\n", "[|message|YHOO\n+2\n10]");
    check(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third "
          "event\n\n",
          "[1|message|first event][|message|second event][|message| third event]");
    check("data\n\ndata\ndata\n\ndata:\n", "[|message|][|message|\n]");
    check("data:test\n\ndata: test\n\n", "[|message|test][|message|test]");
    check("event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n",
          "[|add|73857293][|remove|2153]");
}

static void line_ends(void)
{
    check("data: a\r\ndata: b\r\n\r\n", "[|message|a\nb]");
    check("data: a\r\n\r\ndata: b\r\rdata: c\n\r\n", "[|message|a][|message|b][|message|c]");
    check("\xef\xbb\xbf"
          "data: a\n\n",
          "[|message|a]");
}

static void comments_and_ids(void)
{
    check(":\n\nid: 7\nevent: state\ndata: {\"a\":\"b: c\"}\n\n:\n\nretry: 2000\n\n"
          "event: progress\ndata: {}\n\n",
          "[7|state|{\"a\":\"b: c\"}][7|progress|{}]");
}

static void endless_line(void)
{
    g_autoptr(GString) read = g_string_new(NULL);
    g_autoptr(PmxSse) sse = pmx_sse_new(write_down, read);
    g_autofree char *much = g_strnfill(1 << 20, 'x');
    guint taken = 0;
    while (taken < 64 && pmx_sse_feed(sse, much, 1 << 20))
        taken++;
    g_assert_cmpuint(taken, ==, 16);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sse/standard", standard);
    g_test_add_func("/sse/line-ends", line_ends);
    g_test_add_func("/sse/comments-and-ids", comments_and_ids);
    g_test_add_func("/sse/endless-line", endless_line);
    return g_test_run();
}
