/* SPDX-License-Identifier: MIT */
/* Which addresses are closed, and which a configuration opens: net/guard, net/ip. Sockets' addresses
 * are made with inet_pton(3) here. */
#include "net/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/problem.h"

/* Whether `guard` refuses the address that `text` is, when `host` led there. */
static char *refusal(const PmxGuard *guard, const char *host, const char *text, guint16 port)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
        return pmx_guard_refusal(guard, host, (const struct sockaddr *)(const void *)&four);
    g_assert_cmpint(inet_pton(AF_INET6, text, &six.sin6_addr), ==, 1);
    return pmx_guard_refusal(guard, host, (const struct sockaddr *)(const void *)&six);
}

static gboolean refuses(const PmxGuard *guard, const char *host, const char *text, guint16 port)
{
    g_autofree char *why = refusal(guard, host, text, port);
    return why != NULL;
}

/* First and last of each network, and the neighbours outside. */
static const struct {
    const char *first, *last, *what;
} closed[] = {
    {"0.0.0.0", "0.0.0.0", "the unspecified address"},
    {"0.0.0.1", "0.255.255.255", "an address of this network"},
    {"10.0.0.0", "10.255.255.255", "a private address"},
    {"100.64.0.0", "100.127.255.255", "an address shared behind a carrier's NAT"},
    {"127.0.0.0", "127.255.255.255", "a loopback address"},
    {"169.254.0.0", "169.254.255.255", "a link-local address"},
    {"169.254.169.254", "169.254.169.254", "the address at which clouds give out credentials"},
    {"100.100.100.200", "100.100.100.200",
     "the address at which Alibaba Cloud gives out credentials"},
    {"192.0.0.192", "192.0.0.192", "the address at which Oracle Cloud gives out credentials"},
    {"168.63.129.16", "168.63.129.16", "the address at which Azure gives out credentials"},
    {"fd00:ec2::254", "fd00:ec2::254", "an address at which AWS gives out credentials"},
    {"172.16.0.0", "172.31.255.255", "a private address"},
    {"192.0.0.0", "192.0.0.255", "an address for protocols"},
    {"192.0.2.0", "192.0.2.255", "an address for documentation"},
    {"192.88.99.0", "192.88.99.255", "an address of 6to4 relays"},
    {"192.168.0.0", "192.168.255.255", "a private address"},
    {"198.18.0.0", "198.19.255.255", "an address for benchmarks"},
    {"198.51.100.0", "198.51.100.255", "an address for documentation"},
    {"203.0.113.0", "203.0.113.255", "an address for documentation"},
    {"224.0.0.0", "239.255.255.255", "a multicast address"},
    {"240.0.0.0", "255.255.255.254", "a reserved address"},
    {"255.255.255.255", "255.255.255.255", "the broadcast address"},
    {"::", "::", "the unspecified address"},
    {"::1", "::1", "a loopback address"},
    {"::2", "::ffff:ffff", "an IPv4-compatible address"},
    {"::8.8.8.8", "::127.0.0.1", "an IPv4-compatible address"},
    {"64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "an address behind a local NAT64"},
    {"100::", "100::ffff:ffff:ffff:ffff", "an address that discards everything"},
    {"2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "an address for protocols"},
    {"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "an address for documentation"},
    {"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "an address for documentation"},
    {"5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "a segment routing identifier"},
    {"fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "a private address"},
    {"fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "a link-local address"},
    {"fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "a site-local address"},
    {"ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "a multicast address"},
    {"4000::", "8000::", "a reserved address"},
    {"200::1", "1fff::1", "a reserved address"},
    /* what they hold is what counts */
    {"::ffff:127.0.0.1", "::ffff:127.255.255.255", "a loopback address"},
    {"::ffff:10.0.0.1", "::ffff:192.168.1.1", "a private address"},
    {"::ffff:169.254.169.254", "::ffff:a9fe:a9fe",
     "the address at which clouds give out credentials"},
    {"::ffff:0:127.0.0.1", "::ffff:0:7f00:1", "a loopback address"},
    {"64:ff9b::127.0.0.1", "64:ff9b::7f00:1", "a loopback address"},
    {"64:ff9b::10.1.2.3", "64:ff9b::192.168.1.1", "a private address"},
    {"2002:7f00:1::", "2002:7f00:1::8", "a loopback address"},
    {"2002:a9fe:a9fe::1", "2002:a9fe:a9fe:1::1",
     "the address at which clouds give out credentials"},
    {"2002:c0a8:101::1", "2002:0a00:0001::1", "a private address"},
    {"2001:0:c0a8:101::f7f7:f7f7", "2001:0:0a00:1::f7f7:f7f7", "a private address"},
    {"2001:0:808:808::80ff:fffe", "2001:0:808:808:8000:63bf:80ff:fffe", "a loopback address"},
};

static void assert_closed(const PmxGuard *guard, const char *text, const char *what)
{
    g_autofree char *why = refusal(guard, "host.example", text, 80);
    g_autofree char *part = g_strconcat(", ", what, "; nothing is", NULL);
    g_test_message("%s: %s", text, why);
    g_assert_nonnull(why);
    g_assert_nonnull(strstr(why, part));
}

static void test_closed(void)
{
    g_autoptr(PmxGuard) guard = pmx_guard_new(NULL, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(closed); i++) {
        assert_closed(guard, closed[i].first, closed[i].what);
        assert_closed(guard, closed[i].last, closed[i].what);
    }
}

static void test_open(void)
{
    static const char *const open[] = {
        "1.0.0.0",        "8.8.8.8",          "9.255.255.255",    "11.0.0.0",
        "100.63.255.255", "100.128.0.0",      "126.255.255.255",  "128.0.0.0",
        "168.63.129.15",  "168.63.129.17",    "169.253.255.255",  "169.255.0.0",
        "172.15.255.255", "172.32.0.0",       "191.255.255.255",  "192.0.1.0",
        "192.0.3.0",      "192.88.98.255",    "192.88.100.0",     "192.167.255.255",
        "192.169.0.0",    "198.17.255.255",   "198.20.0.0",       "198.51.99.255",
        "198.51.101.0",   "203.0.112.255",    "203.0.114.0",      "223.255.255.255",
        "2000::",         "2001:200::1",      "2001:db7::1",      "2001:db9::1",
        "2606:4700::1",   "3ffe:ffff::1",     "2a00:1450::1",     "::ffff:8.8.8.8",
        "2002:808:808::", "64:ff9b::8.8.8.8", "::ffff:0:8.8.8.8", "2001:0:808:808::f7f7:f7f7",
    };
    g_autoptr(PmxGuard) guard = pmx_guard_new("", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(open); i++)
        g_assert_cmpstr(refusal(guard, "host.example", open[i], 80), ==, NULL);
}

static void test_sentence(void)
{
    g_autoptr(PmxGuard) guard = pmx_guard_new(NULL, NULL);
    g_autofree char *name = refusal(guard, "media.example", "10.1.2.3", 80);
    g_autofree char *itself = refusal(guard, "10.1.2.3", "10.1.2.3", 80);
    g_assert_cmpstr(
        name, ==,
        "media.example leads to 10.1.2.3, a private address; nothing is fetched from or "
        "sent to such a place unless allow-hosts in the group [network] of the "
        "configuration names it");
    g_assert_true(g_str_has_prefix(itself, "10.1.2.3 is a private address; nothing"));
}

static void test_other_sockets(void)
{
    g_autoptr(PmxGuard) guard = pmx_guard_new("0.0.0.0/0,::/0", NULL);
    const struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "/run/docker.sock"};
    g_autofree char *why =
        pmx_guard_refusal(guard, NULL, (const struct sockaddr *)(const void *)&local);
    g_assert_cmpstr(why, ==, "only Internet addresses can be connected to");
}

/* --- what is allowed --- */

typedef struct {
    const char *allowed, *host, *address;
    guint16 port;
    gboolean refused;
} Rule;

static const Rule rules[] = {
    /* names: wherever they lead, but only they */
    {"intra.example", "intra.example", "10.0.0.1", 80, FALSE},
    {"intra.example", "INTRA.Example.", "127.0.0.1", 80, FALSE},
    {"Intra.EXAMPLE", "intra.example", "::1", 80, FALSE},
    {"intra.example", "x.intra.example", "10.0.0.1", 80, TRUE},
    {"intra.example", "xintra.example", "10.0.0.1", 80, TRUE},
    {"intra.example", "intra.example.evil", "10.0.0.1", 80, TRUE},
    {"intra.example", "10.0.0.1", "10.0.0.1", 80, TRUE},
    {"intra.example", NULL, "10.0.0.1", 80, TRUE},
    {"*.intra.example", "a.intra.example", "10.0.0.1", 80, FALSE},
    {"*.intra.example", "a.b.intra.example", "10.0.0.1", 80, FALSE},
    {"*.intra.example", "intra.example", "10.0.0.1", 80, TRUE},
    {"*.intra.example", ".intra.example", "10.0.0.1", 80, TRUE},
    {"*.intra.example", "aintra.example", "10.0.0.1", 80, TRUE},
    {"*.intra.example", NULL, "10.0.0.1", 80, TRUE},
    {"localhost", "localhost", "127.0.0.1", 80, FALSE},
    {"bücher.example", "xn--bcher-kva.example", "10.0.0.1", 80, FALSE},
    {"xn--bcher-kva.example", "bücher.example", "10.0.0.1", 80, FALSE},
    {"intra.example.", "intra.example", "10.0.0.1", 80, FALSE},
    {"intra.example", "intra.example.", "10.0.0.1", 80, FALSE},
    /* addresses and networks: whatever the name is */
    {"10.0.0.1", "any.example", "10.0.0.1", 80, FALSE},
    {"10.0.0.1", "any.example", "10.0.0.2", 80, TRUE},
    {"10.0.0.1", "any.example", "::ffff:10.0.0.1", 80, FALSE},
    {"10.0.0.1", "10.0.0.1", "10.0.0.2", 80, TRUE},
    {"::ffff:10.0.0.1", "any.example", "10.0.0.1", 80, FALSE},
    {"10.0.0.0/8", "any.example", "10.255.255.255", 80, FALSE},
    {"10.0.0.0/8", "any.example", "127.0.0.1", 80, TRUE},
    {"10.8.0.0/13", "any.example", "10.15.255.255", 80, FALSE},
    {"10.8.0.0/13", "any.example", "10.16.0.0", 80, TRUE},
    {"10.0.0.1/32", "any.example", "10.0.0.0", 80, TRUE},
    {"0.0.0.0/0", "any.example", "127.0.0.1", 80, FALSE},
    {"0.0.0.0/0", "any.example", "::1", 80, TRUE},
    {"::/0", "any.example", "::1", 80, FALSE},
    {"::/0", "any.example", "127.0.0.1", 80, TRUE},
    {"::/0", "any.example", "::ffff:127.0.0.1", 80, TRUE},
    {"fd00::/8", "any.example", "fd12::1", 80, FALSE},
    {"fd00::/8", "any.example", "fc12::1", 80, TRUE},
    {"[fd12::1]", "any.example", "fd12::1", 80, FALSE},
    {"127.0.0.0/8", "any.example", "64:ff9b::127.0.0.1", 80, TRUE},
    /* ports */
    {"intra.example:8080", "intra.example", "10.0.0.1", 8080, FALSE},
    {"intra.example:8080", "intra.example", "10.0.0.1", 80, TRUE},
    {"*.intra.example:8080", "a.intra.example", "10.0.0.1", 8080, FALSE},
    {"*.intra.example:8080", "a.intra.example", "10.0.0.1", 80, TRUE},
    {"10.0.0.0/8:443", "any.example", "10.0.0.1", 443, FALSE},
    {"10.0.0.0/8:443", "any.example", "10.0.0.1", 80, TRUE},
    {"[::1]:443", "any.example", "::1", 443, FALSE},
    {"[::1]:443", "any.example", "::1", 80, TRUE},
    {"[fd00::/8]:443", "any.example", "fd00::1", 443, FALSE},
    {"[fd00::/8]:443", "any.example", "fd00::1", 80, TRUE},
    /* lists */
    {"a.example, 10.0.0.0/8  b.example:1", "b.example", "127.0.0.1", 1, FALSE},
    {"a.example,10.0.0.0/8\tb.example:1", "c.example", "10.0.0.1", 1, FALSE},
    {"a.example,10.0.0.0/8,b.example:1", "c.example", "127.0.0.1", 1, TRUE},
};

static void test_rules(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rules); i++) {
        const Rule *rule = &rules[i];
        g_autoptr(GError) error = NULL;
        g_autoptr(PmxGuard) guard = pmx_guard_new(rule->allowed, &error);
        g_assert_no_error(error);
        g_test_message("%s: %s at %s", rule->allowed, rule->host, rule->address);
        g_assert_cmpint(refuses(guard, rule->host, rule->address, rule->port), ==, rule->refused);
    }
}

static void test_mistakes(void)
{
    static const char *const mistakes[] = {
        "*",           "*.",          "http://a.example",
        "a.example/x", "10.0.0.0/33", "::/129",
        "10.0.0.0/-1", "10.0.0.0/",   "10.1",
        "0x7f.1",      "127.0.0.256", "a.example:",
        "a.example:0", "a.ex:65536",  "a.example:http",
        "[::1",        "[10.0.0.1]",  "[::1]8080",
        "a b.*.c",     ".example",    "a@b.example",
        "fe80::1%lo",  "[]",          "2130706433",
    };
    for (guint i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *checked = pmx_guard_check(mistakes[i]);
        g_test_message("%s", mistakes[i]);
        g_assert_null(pmx_guard_new(mistakes[i], &error));
        g_assert_error(error, PMX_ERROR, PMX_CODE_INVALID);
        g_assert_cmpstr(checked, ==, error->message);
    }
    g_autofree char *said = pmx_guard_check("a.example 10.0.0.0/33");
    g_assert_true(g_str_has_prefix(said, "must be names (intra.example.com"));
    g_assert_true(g_str_has_suffix(said, "which \"10.0.0.0/33\" is not"));
    g_assert_null(pmx_guard_check(" , a.example,, ::1 "));
}

/* A byte that announces four more, at the very end of what may be read: GLib would go on reading. */
static void test_no_utf8(void)
{
    gsize page = (gsize)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    g_autoptr(PmxGuard) guard = pmx_guard_new("a.example", NULL);
    g_assert_true(pages != MAP_FAILED && mprotect(pages + page, page, PROT_NONE) == 0);
    char *host = pages + page - sizeof "a.example\xf8";
    memcpy(host, "a.example\xf8", sizeof "a.example\xf8");
    g_assert_null(pmx_guard_refusal_of_text(guard, host, 80));
    g_assert_true(refuses(guard, host, "10.0.0.1", 80));
    g_assert_cmpint(munmap(pages, 2 * page), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/guard/closed", test_closed);
    g_test_add_func("/guard/open", test_open);
    g_test_add_func("/guard/sentence", test_sentence);
    g_test_add_func("/guard/other-sockets", test_other_sockets);
    g_test_add_func("/guard/rules", test_rules);
    g_test_add_func("/guard/mistakes", test_mistakes);
    g_test_add_func("/guard/no-utf8", test_no_utf8);
    return g_test_run();
}
