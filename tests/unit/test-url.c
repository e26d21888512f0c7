/* SPDX-License-Identifier: MIT */
/* URLs that are given, and redirects: net/url, and net/proxy. */
#include "net/url.h"

#include <string.h>

#include "base/problem.h"
#include "net/proxy.h"

static const char source[] = "https://media.example/a/b.mp4?c=d";

/* --- redirects --- */

static void test_redirect(void)
{
    static const struct {
        const char *from, *location, *to;
    } cases[] = {
        {source, "https://other.example/x", "https://other.example/x"},
        {source, "/x?y", "https://media.example/x?y"},
        {source, "x", "https://media.example/a/x"},
        {source, "../x", "https://media.example/x"},
        {source, "?e=f", "https://media.example/a/b.mp4?e=f"},
        {source, "//other.example/x", "https://other.example/x"},
        {source, "/a b/\xc3\xa9", "https://media.example/a%20b/%c3%a9"},
        {source, "/already%20there", "https://media.example/already%20there"},
        {source, "HTTPS://OTHER.example/", "https://OTHER.example/"},
        {"http://media.example:8080/a", "/x", "http://media.example:8080/x"},
        {"http://media.example/a", "http://other.example/x", "http://other.example/x"},
        {"http://media.example/a", "https://other.example/x", "https://other.example/x"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *to = pmx_url_redirect(cases[i].from, cases[i].location, NULL, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(to, ==, cases[i].to);
    }
}

static void test_shown(void)
{
    static const char *const cases[][2] = {
        {source, "https://media.example/a/b.mp4?..."},
        {"HTTP://media.example/?sig=1#t", "HTTP://media.example/?..."},
        {"http://media.example/a#t?x", "http://media.example/a"},
        {"http://user:secret@media.example/a@b?c", "http://...@media.example/a@b?..."},
        {"https://user:se@cret@media.example", "https://...@media.example"},
        {"https://media.example/a@b", "https://media.example/a@b"},
        {"http://", "http://"},
        {"http:///a", "http:///a"},
        {"oss://films/what?.mp4", "oss://films/what?.mp4"},
        {"/films/what?#.mp4", "/films/what?#.mp4"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *shown = pmx_url_shown(cases[i][0]);
        g_assert_cmpstr(shown, ==, cases[i][1]);
    }
}

static void assert_not_followed(const char *location, PmxCode code, const char *words)
{
    g_autoptr(PmxGuard) guard = pmx_guard_new("10.0.0.1", NULL);
    g_autoptr(GError) error = NULL;
    g_test_message("%s", location);
    g_assert_null(pmx_url_redirect(source, location, guard, &error));
    g_assert_error(error, PMX_ERROR, (gint)code);
    g_assert_nonnull(strstr(error->message, words));
    g_assert_null(strstr(error->message, "secret"));
}

static void test_not_followed(void)
{
    assert_not_followed("http://media.example/", PMX_CODE_ACCESS_DENIED, "from https to http");
    assert_not_followed("HTTP://media.example/", PMX_CODE_ACCESS_DENIED, "from https to http");
    assert_not_followed("file:///etc/passwd", PMX_CODE_INVALID, "neither http nor https");
    assert_not_followed("ftp://media.example/", PMX_CODE_INVALID, "neither http nor https");
    assert_not_followed("gopher://media.example/", PMX_CODE_INVALID, "neither http nor https");
    assert_not_followed("foo://media.example/", PMX_CODE_INVALID, "neither http nor https");
    assert_not_followed("https://user:secret@other.example/", PMX_CODE_INVALID, "user name");
    assert_not_followed("//secret@other.example/", PMX_CODE_INVALID, "user name");
    assert_not_followed("https://169.254.169.254/", PMX_CODE_ACCESS_DENIED, "credentials");
    assert_not_followed("https://0x7f.1/secret", PMX_CODE_ACCESS_DENIED, "loopback");
    assert_not_followed("//[::1]/secret", PMX_CODE_ACCESS_DENIED, "loopback");
    assert_not_followed("https://10.0.0.2/", PMX_CODE_ACCESS_DENIED, "private");
    assert_not_followed("https://caf\xe9.example/", PMX_CODE_INVALID, "not written in UTF-8");
    assert_not_followed("https://[nonsense/", PMX_CODE_RESOURCE_BAD, "no URL");
    assert_not_followed("https://media.example\r\nX: y", PMX_CODE_RESOURCE_BAD, "no URL");
    g_autoptr(PmxGuard) guard = pmx_guard_new("10.0.0.1", NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *to = pmx_url_redirect(source, "https://10.0.0.1/", guard, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(to, ==, "https://10.0.0.1/");
}

/* --- what is taken --- */

static void test_check(void)
{
    static const struct {
        const char *url, *words; /* NULL: it is taken */
    } cases[] = {
        {source, NULL},
        {"http://8.8.8.8/", NULL},
        {"http://name.that.is.looked.up.later/", NULL},
        {"http://localhost:81/", NULL},
        {"http://10.0.0.1:80/", NULL},
        {"http://10.0.0.1/", NULL},
        {"https://10.0.0.1/", "private"},
        {"http://10.0.0.1:81/", "private"},
        {"http://2130706433/", "loopback"},
        {"http://[::ffff:127.0.0.1]/", "loopback"},
        {"http://127%2e0%2e0%2e1/", "loopback"},
        {"http://user@media.example/", "user name"},
        {"http://:pass@media.example/", "user name"},
        {"ftp://media.example/", "neither"},
        {"file:///etc/passwd", "neither"},
        {"http://caf\xe9.example/", "not written in UTF-8"},
        {"media.example/", "malformed"},
        {"http://", "malformed"},
        {"", "malformed"},
    };
    g_autoptr(PmxGuard) guard = pmx_guard_new("10.0.0.1:80", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        gboolean taken = pmx_url_check(cases[i].url, guard, &error);
        g_test_message("%s: %s", cases[i].url, error ? error->message : "taken");
        g_assert_cmpint(taken, ==, cases[i].words == NULL);
        g_assert_true(taken || strstr(error->message, cases[i].words));
    }
    g_assert_true(pmx_url_check("http://127.0.0.1/", NULL, NULL));
}

static void test_refusal(void)
{
    g_autoptr(PmxGuard) guard = pmx_guard_new(NULL, NULL);
    g_autofree char *refused = pmx_url_refusal("http://user:pass@0177.1/", guard);
    g_assert_nonnull(strstr(refused, "127.0.0.1"));
    g_assert_null(strstr(refused, "pass"));
    g_assert_null(pmx_url_refusal("http://user:pass@media.example/", guard));
    g_assert_null(pmx_url_refusal("nonsense", guard));
}

/* --- proxies: libcurl's customs, from its documentation of CURLOPT_NOPROXY --- */

static void test_spared(void)
{
    static const struct {
        const char *no_proxy, *host;
        gboolean spared;
    } cases[] = {
        {NULL, "a.example", FALSE},
        {"", "a.example", FALSE},
        {"*", "a.example", TRUE},
        {"a.example", "a.example", TRUE},
        {"a.example", "A.EXAMPLE", TRUE},
        {"a.example", "www.a.example", TRUE},
        {".a.example", "www.a.example", TRUE},
        {"a.example", "nota.example", FALSE},
        {"b.example, a.example", "a.example", TRUE},
        {"b.example a.example", "a.example", TRUE},
        {"10.0.0.0/8", "10.1.2.3", TRUE},
        {"10.0.0.0/8", "11.1.2.3", FALSE},
        {"10.0.0.1", "10.0.0.1", TRUE},
        {"10.0.0.1", "10.0.0.10", FALSE},
        {"fd00::/8", "fd00::1", TRUE},
        {"[fd00::1]", "fd00::1", TRUE},
        {"10.0.0.0/99", "10.0.0.1", FALSE},
        {",,", "a.example", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s: %s", cases[i].no_proxy, cases[i].host);
        g_assert_cmpint(pmx_proxy_spares(cases[i].no_proxy, cases[i].host), ==, cases[i].spared);
    }
}

/* Before any thread is there. */
static void test_environment(void)
{
    g_setenv("http_proxy", "one", TRUE);
    g_setenv("HTTP_PROXY", "never", TRUE);
    g_setenv("HTTPS_PROXY", "two", TRUE);
    g_setenv("no_proxy", "spared.example", TRUE);
    g_assert_cmpstr(pmx_proxy_for("http", "a.example"), ==, "one");
    g_assert_cmpstr(pmx_proxy_for("https", "a.example"), ==, "two");
    g_assert_null(pmx_proxy_for("http", "spared.example"));
    g_assert_null(pmx_proxy_for("http", "localhost"));
    g_assert_null(pmx_proxy_for("http", "127.0.0.1"));
    g_unsetenv("http_proxy");
    g_assert_null(pmx_proxy_for("http", "a.example"));
    g_setenv("all_proxy", "three", TRUE);
    g_assert_cmpstr(pmx_proxy_for("http", "a.example"), ==, "three");
    g_unsetenv("HTTP_PROXY");
    g_unsetenv("HTTPS_PROXY");
    g_unsetenv("all_proxy");
    g_unsetenv("no_proxy");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/url/redirect", test_redirect);
    g_test_add_func("/url/shown", test_shown);
    g_test_add_func("/url/not-followed", test_not_followed);
    g_test_add_func("/url/check", test_check);
    g_test_add_func("/url/refusal", test_refusal);
    g_test_add_func("/url/spared", test_spared);
    g_test_add_func("/url/environment", test_environment);
    return g_test_run();
}
