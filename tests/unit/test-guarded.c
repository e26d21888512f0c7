/* SPDX-License-Identifier: MIT */
/* A guarded client among hostile spellings: what it connects to is what counts. A server listens on
 * 127.0.0.1 for every one of them; a client without a guard shows which really lead there. */
#include <locale.h>

#include "net/client.h"
#include "net/url.h"
#include "receiver.h"

static const char *port_of(const Receiver *receiver)
{
    return strrchr(receiver->url, ':') + 1;
}

/* "PORT" in `form` is the receiver's. Caller frees. */
static char *url_of(const char *form, const Receiver *receiver)
{
    g_auto(GStrv) parts = g_strsplit(form, "PORT", -1);
    return g_strjoinv(port_of(receiver), parts);
}

static PmxClientReply *ask(PmxClient *client, const char *url)
{
    PmxClientRequest request = {.method = "GET", .url = url, .timeout = 20, .answer_limit = 1000};
    return pmx_client_perform(client, &request, NULL);
}

static PmxClient *client_new(const char *allowed)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxGuard) guard = pmx_guard_new(allowed, &error);
    g_assert_no_error(error);
    return pmx_client_new_guarded(4, 4, "test/1", guard);
}

/* --- spellings --- */

/* All of these reach the server without a guard. */
static const char *const leading_here[] = {
    "http://127.0.0.1:PORT/",
    "http://127.1:PORT/",
    "http://127.0.1:PORT/",
    "http://2130706433:PORT/",
    "http://0x7f000001:PORT/",
    "http://0X7F000001:PORT/",
    "http://0x7f.1:PORT/",
    "http://0x7f.0.0.1:PORT/",
    "http://0x7F.0x0.0x0.0x1:PORT/",
    "http://0x7f.0x000001:PORT/",
    "http://127.0.0.0x1:PORT/",
    "http://017700000001:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://0177.0.0.01:PORT/",
    "http://00000177.0.0.1:PORT/",
    "http://0177.0x0.1:PORT/",
    "http://0:PORT/",
    "http://00:PORT/",
    "http://0x0:PORT/",
    "http://0.0.0.0:PORT/",
    "http://0.0:PORT/",
    "http://localhost:PORT/",
    "http://LOCALHOST:PORT/",
    "http://any.localhost:PORT/",
    "http://%6c%6fcalhost:PORT/",
    "http://%31%32%37.0.0.1:PORT/",
    "http://127%2e0%2e0%2e1:PORT/",
    "http://0x7f%2e1:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::FFFF:7F00:1]:PORT/",
    "http://[0:0:0:0:0:ffff:7f00:0001]:PORT/",
    "http://[0000:0000:0000:0000:0000:ffff:127.0.0.1]:PORT/",
    "http://example.com@127.0.0.1:PORT/",
    "http://example.com:80@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT/@example.com/",
    "http://127.0.0.1:PORT#@example.com/",
    "http://127.0.0.1:PORT?@example.com/",
    "HTTP://127.0.0.1:PORT",
    "127.0.0.1:PORT/",
    /* full-width digits and letters, ideographic full stops, digits in circles */
    "http://\357\274\221\357\274\222\357\274\227.0.0.1:PORT/",
    "http://127\343\200\2020\343\200\2020\343\200\2021:PORT/",
    "http://\342\221\240\342\221\241\342\221\246.0.0.1:PORT/",
    "http://\357\275\214ocalhost:PORT/",
};

/* Whether or not there is anything behind these. */
static const char *const leading_elsewhere[] = {
    "http://127.255.255.254:PORT/",
    "http://[::1]:PORT/",
    "http://[0:0:0:0:0:0:0:1]:PORT/",
    "http://[::]:PORT/",
    "http://[::1%25lo]:PORT/",
    "http://[::127.0.0.1]:PORT/",
    "http://[::7f00:1]:PORT/",
    "http://[::ffff:0:127.0.0.1]:PORT/",
    "http://[64:ff9b::127.0.0.1]:PORT/",
    "http://[64:ff9b:1::7f00:1]:PORT/",
    "http://[2002:7f00:1::]:PORT/",
    "http://[2001:0:7f00:1::]:PORT/",
    "http://[fe80::1%25lo]:PORT/",
    "http://[fec0::1]:PORT/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://[ff02::1]:PORT/",
    "http://10.1/",
    "http://167772161/",
    "http://012.1/",
    "http://0xac100001/",
    "http://192.168.257/",
    "http://3232235777/",
    "http://[::ffff:192.168.1.1]/",
    "http://100.64.0.1/",
    "http://100.100.100.200/latest/meta-data/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0xa9fea9fe/",
    "http://2852039166/",
    "http://0251.0376.0251.0376/",
    "http://169.16689662/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://192.0.0.192/",
    "http://168.63.129.16/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://240.0.0.1/",
    "https://127.0.0.1:PORT/",
    "https://169.254.169.254/",
};

static void assert_forbidden(PmxClient *client, const char *url)
{
    g_autoptr(PmxClientReply) reply = ask(client, url);
    g_test_message("%s: %s", url, reply->problem);
    g_assert_cmpint(reply->failure, ==, PMX_CLIENT_FORBIDDEN);
    g_assert_nonnull(strstr(reply->problem, "allow-hosts in the group [network]"));
    g_assert_cmpuint(reply->status, ==, 0);
}

static void test_spellings(void)
{
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    g_autoptr(PmxClient) client = client_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(leading_here); i++) {
        g_autofree char *url = url_of(leading_here[i], receiver);
        assert_forbidden(client, url);
    }
    for (guint i = 0; i < G_N_ELEMENTS(leading_elsewhere); i++) {
        g_autofree char *url = url_of(leading_elsewhere[i], receiver);
        assert_forbidden(client, url);
    }
    g_assert_cmpuint(receiver_count(receiver), ==, 0);
    g_assert_cmpuint(receiver->connections, ==, 0);
}

/* The table is about something. */
static void test_spellings_without_guard(void)
{
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    g_autoptr(PmxClient) client = pmx_client_new(4, 4, "test/1");
    for (guint i = 0; i < G_N_ELEMENTS(leading_here); i++) {
        g_autofree char *url = url_of(leading_here[i], receiver);
        g_autoptr(PmxClientReply) reply = ask(client, url);
        g_test_message("%s: %s", url, reply->problem);
        g_assert_cmpuint(reply->status, ==, 200);
    }
    g_assert_cmpuint(receiver_count(receiver), ==, G_N_ELEMENTS(leading_here));
}

/* An address is refused by its text alone, before anything is asked of anybody. */
static void test_spellings_as_text(void)
{
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    g_autoptr(PmxGuard) guard = pmx_guard_new(NULL, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(leading_here); i++) {
        g_autofree char *url = url_of(leading_here[i], receiver);
        g_autofree char *refused = pmx_url_refusal(url, guard);
        gboolean name = strcasestr(url, "calhost") || !strstr(url, "://");
        g_test_message("%s: %s", url, refused);
        g_assert_cmpint(refused == NULL, ==, name);
    }
    for (guint i = 0; i < G_N_ELEMENTS(leading_elsewhere); i++) {
        g_autofree char *url = url_of(leading_elsewhere[i], receiver);
        g_autofree char *refused = pmx_url_refusal(url, guard);
        g_test_message("%s", url);
        g_assert_nonnull(refused);
    }
}

/* --- what is allowed --- */

static void assert_allowed(const char *allowed, const char *form, gboolean reaches)
{
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    g_autofree char *list = url_of(allowed, receiver), *url = url_of(form, receiver);
    g_autoptr(PmxClient) client = client_new(list);
    if (!reaches) {
        assert_forbidden(client, url);
        g_assert_cmpuint(receiver->connections, ==, 0);
        return;
    }
    g_autoptr(PmxClientReply) reply = ask(client, url);
    g_assert_cmpstr(reply->problem, ==, NULL);
    g_assert_cmpuint(reply->status, ==, 200);
}

static void test_allowed(void)
{
    assert_allowed("127.0.0.1", "http://127.0.0.1:PORT/", TRUE);
    assert_allowed("127.0.0.1", "http://0x7f.1:PORT/", TRUE);
    assert_allowed("127.0.0.0/8:PORT", "http://[::ffff:127.0.0.1]:PORT/", TRUE);
    assert_allowed("127.0.0.1:1", "http://127.0.0.1:PORT/", FALSE);
    assert_allowed("localhost", "http://localhost:PORT/", TRUE);
    assert_allowed("localhost:PORT", "http://LOCALHOST:PORT/", TRUE);
    assert_allowed("localhost", "http://127.0.0.1:PORT/", FALSE);
    assert_allowed("localhost", "http://a.localhost:PORT/", FALSE);
    assert_allowed("*.localhost", "http://a.localhost:PORT/", TRUE);
    assert_allowed("10.0.0.0/8", "http://127.0.0.1:PORT/", FALSE);
}

/* One address of the two that the name has is allowed, and the other is passed over. */
static void test_one_of_two(void)
{
    assert_allowed("127.0.0.1", "http://localhost:PORT/", TRUE);
    g_autofree char *deserted = deserted_url();
    g_autofree char *url = g_strconcat("http://localhost:", strrchr(deserted, ':') + 1, NULL);
    g_autoptr(PmxClient) client = client_new("127.0.0.1");
    g_autoptr(PmxClientReply) reply = ask(client, url);
    g_assert_cmpint(reply->failure, ==, PMX_CLIENT_NO_CONNECTION);
}

/* A name's connection is no other name's. */
static void test_connections_are_not_shared(void)
{
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    g_autofree char *good = url_of("http://localhost:PORT/", receiver);
    g_autoptr(PmxClient) client = client_new("localhost");
    g_autoptr(PmxClientReply) reply = ask(client, good);
    g_assert_cmpuint(reply->status, ==, 200);
    assert_forbidden(client, receiver->url);
    g_assert_cmpuint(receiver->connections, ==, 1);
}

/* --- redirects: followed step by step --- */

/* The receiver's answer has a Location to itself at 127.0.0.1; an allowed name got there. */
static int redirect(Receiver *receiver, const Received *request, guint number)
{
    (void)receiver, (void)request, (void)number;
    return 302;
}

static void test_redirect(void)
{
    g_autoptr(Receiver) receiver = receiver_new(redirect, NULL);
    g_autofree char *url = url_of("http://localhost:PORT/", receiver);
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxClient) client = client_new("localhost");
    g_autoptr(PmxClientReply) reply = ask(client, url);
    const char *location = pmx_client_header(reply->headers, "Location");
    g_autofree char *next = pmx_url_redirect(url, location, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(next, ==, location);
    assert_forbidden(client, next);
    g_autofree char *metadata =
        pmx_url_redirect(url, "http://169.254.169.254/latest/meta-data/", NULL, &error);
    assert_forbidden(client, metadata);
    g_assert_cmpuint(receiver_count(receiver), ==, 1);
}

/* --- proxies --- */

/* The environment's proxy is on this machine, and used all the same; names are its affair. */
static void test_proxy(void)
{
    g_autoptr(Receiver) proxy = receiver_new(NULL, NULL);
    g_autoptr(PmxClient) client = client_new(NULL);
    g_setenv("http_proxy", proxy->url, TRUE);
    g_autoptr(PmxClientReply) name = ask(client, "http://polymux.invalid/");
    g_autoptr(PmxClientReply) open = ask(client, "http://8.8.8.8/");
    assert_forbidden(client, "http://10.0.0.1/");
    assert_forbidden(client, "http://0xa9fea9fe/");
    assert_forbidden(client, "http://\357\274\221\357\274\220.0.0.1/");
    assert_forbidden(client, "http://localhost/");
    g_unsetenv("http_proxy");
    g_assert_cmpuint(name->status, ==, 200);
    g_assert_cmpuint(open->status, ==, 200);
    g_assert_cmpuint(receiver_count(proxy), ==, 2);
    assert_forbidden(client, proxy->url);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/guarded/spellings", test_spellings);
    g_test_add_func("/guarded/spellings-without-guard", test_spellings_without_guard);
    g_test_add_func("/guarded/spellings-as-text", test_spellings_as_text);
    g_test_add_func("/guarded/allowed", test_allowed);
    g_test_add_func("/guarded/one-of-two", test_one_of_two);
    g_test_add_func("/guarded/connections-are-not-shared", test_connections_are_not_shared);
    g_test_add_func("/guarded/redirect", test_redirect);
    g_test_add_func("/guarded/proxy", test_proxy);
    return g_test_run();
}
