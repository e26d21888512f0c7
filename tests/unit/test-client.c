/* SPDX-License-Identifier: MIT */
/* Requests going out, as a real server sees them: net/client. */
#include "net/client.h"

#include "receiver.h"
#include "temporary.h"

/* --- one request, waited for --- */

typedef struct {
    GMutex lock;
    GCond changed;
    guint answers; /* under the lock */
    guint status;
    PmxClientFailure failure;
    char *body, *problem; /* of the last */
} Outcome;

static void outcome_clear(Outcome *outcome)
{
    g_free(outcome->body);
    g_free(outcome->problem);
    g_mutex_clear(&outcome->lock);
    g_cond_clear(&outcome->changed);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

static void done(const PmxClientAnswer *answer, gpointer data)
{
    Outcome *outcome = data;
    g_assert_cmpuint(strlen(answer->body), ==, answer->length);
    g_mutex_lock(&outcome->lock);
    g_free(outcome->body);
    g_free(outcome->problem);
    outcome->status = answer->status;
    outcome->failure = answer->failure;
    outcome->body = g_strdup(answer->body);
    outcome->problem = g_strdup(answer->problem);
    outcome->answers++;
    g_cond_signal(&outcome->changed);
    g_mutex_unlock(&outcome->lock);
}

static void wait_answers(Outcome *outcome, guint answers)
{
    g_mutex_lock(&outcome->lock);
    wait_until(&outcome->changed, &outcome->lock, outcome->answers >= answers);
    g_mutex_unlock(&outcome->lock);
    g_assert_cmpuint(outcome->answers, ==, answers);
}

static PmxClientRequest get(const char *url)
{
    return (PmxClientRequest){.method = "GET", .url = url, .timeout = 30, .answer_limit = 1000};
}

static void ask(const PmxClientRequest *request, Outcome *outcome)
{
    g_autoptr(PmxClient) client = pmx_client_new(4, 4, "test/1");
    pmx_client_start(client, request, done, outcome);
    wait_answers(outcome, 1);
}

static void test_wire(void)
{
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    g_autofree char *url = g_strconcat(receiver->url, "/a/b?c=d", NULL);
    g_autofree char *body = g_strnfill(2 << 20, 'x');
    const char *headers[] = {"Content-Type: application/json", "X-One: two", NULL};
    PmxClientRequest request = get(url);
    request.method = "POST";
    request.headers = headers;
    request.body = body;
    request.body_length = strlen(body);
    request.user = "test";
    request.password = "secret";
    g_auto(Outcome) outcome = {0};
    ask(&request, &outcome);
    g_assert_cmpstr(outcome.problem, ==, NULL);
    g_assert_cmpuint(outcome.status, ==, 200);
    g_assert_cmpstr(outcome.body, ==, "{}");
    const Received *got = receiver_request(receiver, 0);
    g_assert_true(g_str_has_prefix(got->head, "POST /a/b?c=d HTTP/1.1\r\n"));
    g_assert_true(has_header(got, "Content-Type: application/json"));
    g_assert_true(has_header(got, "X-One: two"));
    g_assert_true(has_header(got, "User-Agent: test/1"));
    g_assert_true(has_header(got, "Authorization: Basic dGVzdDpzZWNyZXQ="));
    g_assert_true(has_header(got, "Content-Length: 2097152"));
    g_assert_null(strstr(got->head, "Expect"));
    g_assert_cmpstr(got->body, ==, body);
}

static void test_methods(void)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "DELETE"};
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    receiver->content = "";
    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        PmxClientRequest request = get(receiver->url);
        request.method = methods[i];
        g_auto(Outcome) outcome = {0};
        ask(&request, &outcome);
        g_assert_cmpstr(outcome.problem, ==, NULL);
        g_autofree char *line = g_strconcat(methods[i], " / HTTP/1.1\r\n", NULL);
        g_assert_true(g_str_has_prefix(receiver_request(receiver, i)->head, line));
    }
}

static void test_keeps_connections(void)
{
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    g_autoptr(PmxClient) client = pmx_client_new(4, 4, "test/1");
    g_auto(Outcome) outcome = {0};
    PmxClientRequest request = get(receiver->url);
    for (guint i = 1; i <= 5; i++) {
        pmx_client_start(client, &request, done, &outcome);
        wait_answers(&outcome, i);
    }
    g_assert_cmpuint(receiver_count(receiver), ==, 5);
    g_assert_cmpuint(receiver->connections, ==, 1);
}

/* --- what may go wrong --- */

static int answer_as_told(Receiver *receiver, const Received *request, guint number)
{
    (void)request, (void)number;
    return GPOINTER_TO_INT(receiver->data);
}

static void assert_goes(int answer, guint timeout, guint status, const char *problem)
{
    g_autoptr(Receiver) receiver = receiver_new(answer_as_told, GINT_TO_POINTER(answer));
    PmxClientRequest request = get(receiver->url);
    request.timeout = timeout;
    g_auto(Outcome) outcome = {0};
    ask(&request, &outcome);
    g_assert_cmpuint(outcome.status, ==, status);
    g_assert_cmpuint(receiver_count(receiver), ==, 1);
    if (problem)
        g_assert_true(outcome.problem && strstr(outcome.problem, problem));
    else
        g_assert_cmpstr(outcome.problem, ==, NULL);
}

static void test_answers(void)
{
    assert_goes(503, 30, 503, NULL);
    assert_goes(302, 30, 302, NULL); /* with a Location that is not followed */
    assert_goes(RECEIVER_CLOSES, 30, 0, "Empty reply");
    assert_goes(RECEIVER_BREAKS_OFF, 30, 200, "transfer closed");
    assert_goes(RECEIVER_HANGS, 4, 0, "no answer within 4 s");
}

static void assert_refused(const char *url, const char *problem)
{
    PmxClientRequest request = get(url);
    g_auto(Outcome) outcome = {0};
    ask(&request, &outcome);
    g_assert_cmpuint(outcome.status, ==, 0);
    g_assert_cmpstr(outcome.problem, ==, problem);
}

static void test_refusals(void)
{
    g_autofree char *deserted = deserted_url();
    assert_refused(deserted, "connection refused");
    assert_refused("file:///etc/hostname", "the URL is neither http nor https");
    assert_refused("ftp://127.0.0.1/", "the URL is neither http nor https");
    assert_refused("http://user:secret@[nonsense/", "the URL is malformed");
    assert_refused("", "the URL is malformed");
}

static void test_answer_limit(void)
{
    g_autofree char *content = g_strnfill(1000, 'y');
    g_autofree char *longer = g_strconcat(content, "y", NULL);
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    PmxClientRequest request = get(receiver->url);
    receiver->content = content;
    g_auto(Outcome) whole = {0};
    ask(&request, &whole);
    g_assert_cmpstr(whole.problem, ==, NULL);
    g_assert_cmpstr(whole.body, ==, content);
    receiver->content = longer;
    g_auto(Outcome) over = {0};
    ask(&request, &over);
    g_assert_cmpstr(over.problem, ==, "the answer is longer than 1000 bytes");
    g_assert_cmpuint(over.status, ==, 200);
}

/* --- limits --- */

/* While another host's many requests come and go, no third one comes to this. */
static void test_limit_of_a_host(void)
{
    gboolean told = FALSE;
    g_autoptr(Receiver) receiver = receiver_new(answer_when_told, &told);
    g_autoptr(Receiver) other = receiver_new(NULL, NULL);
    g_autoptr(PmxClient) client = pmx_client_new(20, 2, "test/1");
    g_auto(Outcome) outcome = {0}, aside = {0};
    PmxClientRequest request = get(receiver->url), elsewhere = get(other->url);
    for (guint i = 0; i < 20; i++)
        pmx_client_start(client, &request, done, &outcome);
    receiver_wait(receiver, 2);
    for (guint i = 1; i <= 20; i++) {
        pmx_client_start(client, &elsewhere, done, &aside);
        wait_answers(&aside, i);
    }
    g_assert_cmpuint(receiver_count(receiver), ==, 2);
    tell(receiver);
    wait_answers(&outcome, 20);
}

/* Time spent waiting for a turn does not count: the first hangs for all of its time. */
static int hang_first(Receiver *receiver, const Received *request, guint number)
{
    (void)receiver, (void)request;
    return number == 0 ? RECEIVER_HANGS : 200;
}

static void test_time_begins_with_the_turn(void)
{
    g_autoptr(Receiver) receiver = receiver_new(hang_first, NULL);
    g_autoptr(PmxClient) client = pmx_client_new(1, 1, "test/1");
    g_auto(Outcome) outcome = {0}, second = {0};
    PmxClientRequest request = get(receiver->url);
    request.timeout = 4;
    pmx_client_start(client, &request, done, &outcome);
    pmx_client_start(client, &request, done, &second);
    wait_answers(&outcome, 1);
    wait_answers(&second, 1);
    g_assert_cmpstr(outcome.problem, ==, "no answer within 4 s");
    g_assert_cmpstr(second.problem, ==, NULL);
}

/* --- the end --- */

static void never(const PmxClientAnswer *answer, gpointer data)
{
    (void)answer, (void)data;
    g_assert_not_reached();
}

static void test_free_while_under_way(void)
{
    g_autoptr(Receiver) receiver = receiver_new(answer_as_told, GINT_TO_POINTER(RECEIVER_HANGS));
    PmxClient *client = pmx_client_new(10, 2, "test/1");
    PmxClientRequest request = get(receiver->url);
    for (guint i = 0; i < 20; i++)
        pmx_client_start(client, &request, never, NULL);
    receiver_wait(receiver, 2);
    gint64 start = g_get_monotonic_time();
    pmx_client_free(client);
    g_assert_cmpint(g_get_monotonic_time() - start, <, 5 * G_TIME_SPAN_SECOND);
}

typedef struct {
    PmxClient *client;
    const char *url;
    Outcome *outcome;
} Starter;

static gpointer start_many(gpointer data)
{
    const Starter *starter = data;
    PmxClientRequest request = get(starter->url);
    for (guint i = 0; i < 100; i++)
        pmx_client_start(starter->client, &request, done, starter->outcome);
    return NULL;
}

static void test_many_threads(void)
{
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    g_autoptr(PmxClient) client = pmx_client_new(16, 8, "test/1");
    g_auto(Outcome) outcome = {0};
    Starter starter = {client, receiver->url, &outcome};
    GThread *threads[4];
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("start", start_many, &starter);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    wait_answers(&outcome, 400);
}

/* --- the waiting kind --- */

static gboolean append(const char *bytes, gsize length, gpointer data)
{
    g_string_append_len(data, bytes, (gssize)length);
    return TRUE;
}

static gboolean enough(const char *bytes, gsize length, gpointer data)
{
    (void)bytes, (void)length;
    (*(guint *)data)++;
    return FALSE;
}

static void test_call(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    PmxClientRequest request = get(receiver->url);
    guint status;
    gsize length;
    g_autofree char *body = pmx_client_call(&request, NULL, NULL, &status, &length, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(body, ==, "{}");
    g_assert_cmpuint(length, ==, 2);
    g_assert_cmpuint(status, ==, 200);
    g_autofree char *deserted = deserted_url();
    request.url = deserted;
    g_assert_null(pmx_client_call(&request, NULL, NULL, &status, &length, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_FAILED);
    g_assert_cmpstr(error->message, ==, "connection refused");
    g_assert_cmpuint(status, ==, 0);
}

static void test_call_chunks(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *content = g_strnfill(100000, 'z');
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    receiver->content = content;
    PmxClientRequest request = get(receiver->url);
    g_autoptr(GString) got = g_string_new(NULL);
    guint status, calls = 0;
    gsize length;
    g_autofree char *kept = pmx_client_call(&request, append, got, &status, &length, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(kept, ==, "");
    g_assert_cmpstr(got->str, ==, content);
    g_autofree char *cut = pmx_client_call(&request, enough, &calls, &status, &length, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(cut, ==, "");
    g_assert_cmpuint(calls, ==, 1);
}

static void test_call_keeps_what_is_no_success(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Receiver) receiver = receiver_new(answer_as_told, GINT_TO_POINTER(404));
    receiver->content = "{\"Code\":\"Nothing\"}";
    PmxClientRequest request = get(receiver->url);
    guint status, calls = 0;
    gsize length;
    g_autofree char *kept = pmx_client_call(&request, enough, &calls, &status, &length, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(status, ==, 404);
    g_assert_cmpstr(kept, ==, receiver->content);
    g_assert_cmpuint(calls, ==, 0);
}

/* --- the environment --- */

static void test_proxy(void)
{
    g_autoptr(Receiver) proxy = receiver_new(NULL, NULL);
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    g_auto(Outcome) here = {0}, elsewhere = {0};
    PmxClientRequest near = get(receiver->url), far = get("http://polymux.invalid/");
    g_setenv("http_proxy", proxy->url, TRUE);
    ask(&near, &here);
    ask(&far, &elsewhere);
    g_unsetenv("http_proxy");
    g_assert_cmpstr(elsewhere.problem, ==, NULL);
    g_assert_cmpuint(receiver_count(receiver), ==, 1);
    g_assert_cmpuint(receiver_count(proxy), ==, 1);
    g_assert_true(g_str_has_prefix(receiver_request(proxy, 0)->head,
                                   "GET http://polymux.invalid/ HTTP/1.1\r\n"));
}

/* A TLS server with a certificate of its own making; prints its port. */
static const char *const tls_server =
    "import http.server, ssl, sys\n"
    "server = http.server.HTTPServer(('127.0.0.1', 0), http.server.BaseHTTPRequestHandler)\n"
    "context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n"
    "context.load_cert_chain(sys.argv[1])\n"
    "server.socket = context.wrap_socket(server.socket, server_side=True)\n"
    "print(server.server_port, flush=True)\n"
    "server.serve_forever()\n";

/* The caller removes the folder and frees its name. */
static char *make_certificate(char **pem)
{
    char *folder = temporary_folder();
    *pem = g_build_filename(folder, "server.pem", NULL);
    const char *const command[] = {
        "openssl", "req",   "-x509",         "-newkey", "rsa:2048",
        "-nodes",  "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
        "-keyout", *pem,    "-out",          "-",       NULL};
    g_autofree char *certificate = NULL;
    g_autofree char *key = NULL;
    g_autoptr(GError) error = NULL;
    gint status;
    g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                 NULL, NULL, &certificate, NULL, &status, &error);
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(*pem, &key, NULL, &error));
    g_autofree char *both = g_strconcat(key, certificate, NULL);
    g_assert_true(g_file_set_contents(*pem, both, -1, &error));
    return folder;
}

static void test_strangers_certificate(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *pem = NULL;
    g_autofree char *folder = make_certificate(&pem);
    g_autoptr(GSubprocess) server =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error,
                         "/usr/bin/python3", "-c", tls_server, pem, NULL);
    g_assert_no_error(error);
    g_autoptr(GDataInputStream) output =
        g_data_input_stream_new(g_subprocess_get_stdout_pipe(server));
    g_autofree char *port = g_data_input_stream_read_line(output, NULL, NULL, &error);
    g_assert_nonnull(port);
    g_autofree char *url = g_strdup_printf("https://127.0.0.1:%s/", port);
    PmxClientRequest request = get(url);
    g_auto(Outcome) outcome = {0};
    ask(&request, &outcome);
    g_subprocess_force_exit(server);
    g_subprocess_wait(server, NULL, NULL);
    temporary_remove(folder);
    g_assert_cmpuint(outcome.status, ==, 0);
    g_assert_nonnull(strstr(outcome.problem, "self-signed certificate"));
    g_assert_cmpint(outcome.failure, ==, PMX_CLIENT_TLS);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client/wire", test_wire);
    g_test_add_func("/client/methods", test_methods);
    g_test_add_func("/client/keeps-connections", test_keeps_connections);
    g_test_add_func("/client/answers", test_answers);
    g_test_add_func("/client/refusals", test_refusals);
    g_test_add_func("/client/answer-limit", test_answer_limit);
    g_test_add_func("/client/limit-of-a-host", test_limit_of_a_host);
    g_test_add_func("/client/time-begins-with-the-turn", test_time_begins_with_the_turn);
    g_test_add_func("/client/free-while-under-way", test_free_while_under_way);
    g_test_add_func("/client/many-threads", test_many_threads);
    g_test_add_func("/client/call", test_call);
    g_test_add_func("/client/call-chunks", test_call_chunks);
    g_test_add_func("/client/call-keeps-what-is-no-success", test_call_keeps_what_is_no_success);
    g_test_add_func("/client/proxy", test_proxy);
    g_test_add_func("/client/strangers-certificate", test_strangers_certificate);
    return g_test_run();
}
