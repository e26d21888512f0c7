/* SPDX-License-Identifier: MIT */
/* Requests that are waited for, and bodies out of files: net/client. */
#include <unistd.h>

#include "net/client.h"
#include "receiver.h"
#include "temporary.h"

static PmxClientRequest get(const char *url)
{
    return (PmxClientRequest){.method = "GET", .url = url, .timeout = 30, .answer_limit = 1000};
}

static int answer_as_told(Receiver *receiver, const Received *request, guint number)
{
    (void)request, (void)number;
    return GPOINTER_TO_INT(receiver->data);
}

static void assert_body(const PmxClientReply *reply, const char *expected)
{
    gsize length;
    const char *body = g_bytes_get_data(reply->body, &length);
    g_assert_cmpmem(body, length, expected, strlen(expected));
}

/* --- the answer --- */

static void test_reply(void)
{
    g_autoptr(Receiver) receiver = receiver_new(answer_as_told, GINT_TO_POINTER(302));
    g_autoptr(PmxClient) client = pmx_client_new(4, 4, "test/1");
    g_autofree char *elsewhere = g_strconcat(receiver->url, "/elsewhere", NULL);
    PmxClientRequest request = get(receiver->url);
    g_autoptr(PmxClientReply) reply = pmx_client_perform(client, &request, NULL);
    g_assert_cmpint(reply->failure, ==, PMX_CLIENT_FINE);
    g_assert_cmpstr(reply->problem, ==, NULL);
    g_assert_cmpuint(reply->status, ==, 302);
    assert_body(reply, "{}");
    g_assert_cmpstr(pmx_client_header(reply->headers, "LOCATION"), ==, elsewhere);
    g_assert_cmpstr(pmx_client_header(reply->headers, "content-length"), ==, "2");
    g_assert_null(pmx_client_header(reply->headers, "Content"));
    g_assert_null(pmx_client_header(NULL, "Location"));
}

/* The length that is announced is of a body that does not come. */
static void test_head(void)
{
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    g_autoptr(PmxClient) client = pmx_client_new(4, 4, "test/1");
    receiver->content = "as long as this";
    PmxClientRequest request = get(receiver->url);
    request.method = "HEAD";
    for (guint i = 0; i < 2; i++) {
        g_autoptr(PmxClientReply) reply = pmx_client_perform(client, &request, NULL);
        g_assert_cmpstr(reply->problem, ==, NULL);
        g_assert_cmpstr(pmx_client_header(reply->headers, "Content-Length"), ==, "15");
        assert_body(reply, "");
    }
    g_assert_cmpuint(receiver->connections, ==, 1);
}

/* --- bodies --- */

static const char *const no_headers[] = {NULL};

static PmxClientRequest put(const char *url)
{
    PmxClientRequest request = get(url);
    request.method = "PUT";
    request.headers = no_headers;
    return request;
}

static void test_body_headers(void)
{
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    g_autoptr(PmxClient) client = pmx_client_new(4, 4, "test/1");
    PmxClientRequest request = put(receiver->url);
    g_autoptr(PmxClientReply) empty = pmx_client_perform(client, &request, NULL);
    g_assert_true(has_header(receiver_request(receiver, 0), "Content-Length: 0"));
    request.body = "text";
    request.body_length = 4;
    g_autoptr(PmxClientReply) text = pmx_client_perform(client, &request, NULL);
    g_assert_true(has_header(receiver_request(receiver, 1), "Content-Length: 4"));
    for (guint i = 0; i < 2; i++)
        g_assert_null(strcasestr(receiver_request(receiver, i)->head, "Content-Type"));
}

/* A file of lines that are all different; its descriptor. */
typedef struct {
    char *folder, *text;
    int fd;
} Source;

static void source_clear(Source *source)
{
    close(source->fd);
    temporary_remove(source->folder);
    g_free(source->folder);
    g_free(source->text);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Source, source_clear)

static Source source_new(void)
{
    Source source = {.folder = temporary_folder()};
    g_autoptr(GError) error = NULL;
    GString *text = g_string_new(NULL);
    while (text->len < 3 << 20)
        g_string_append_printf(text, "%" G_GSIZE_FORMAT "\n", text->len);
    g_autofree char *path = g_build_filename(source.folder, "source", NULL);
    g_assert_true(g_file_set_contents(path, text->str, (gssize)text->len, &error));
    source.text = g_string_free(text, FALSE);
    source.fd = open(path, O_RDONLY | O_CLOEXEC);
    g_assert_cmpint(source.fd, >=, 0);
    return source;
}

static PmxClientRequest put_part(const char *url, const Source *source, gsize length)
{
    PmxClientRequest request = put(url);
    request.body_in_file = TRUE;
    request.body_fd = source->fd;
    request.body_offset = 1000000;
    request.body_length = length;
    return request;
}

static void assert_part(const Received *got, const Source *source, gsize length)
{
    g_autofree char *line = g_strdup_printf("Content-Length: %" G_GSIZE_FORMAT, length);
    g_assert_true(g_str_has_prefix(got->head, "PUT / HTTP/1.1\r\n"));
    g_assert_true(has_header(got, line));
    g_assert_null(strstr(got->head, "Expect"));
    g_assert_cmpmem(got->body, strlen(got->body), source->text + 1000000, length);
}

static void test_body_in_file(void)
{
    g_auto(Source) source = source_new();
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    g_autoptr(PmxClient) client = pmx_client_new(4, 4, "test/1");
    static const gsize lengths[] = {1500000, 1, 0};
    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
        PmxClientRequest request = put_part(receiver->url, &source, lengths[i]);
        g_autoptr(PmxClientReply) reply = pmx_client_perform(client, &request, NULL);
        g_assert_cmpstr(reply->problem, ==, NULL);
        assert_part(receiver_request(receiver, i), &source, lengths[i]);
    }
    g_assert_cmpint(lseek(source.fd, 0, SEEK_CUR), ==, 0);
}

static void test_file_too_short(void)
{
    g_auto(Source) source = source_new();
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    g_autoptr(PmxClient) client = pmx_client_new(4, 4, "test/1");
    PmxClientRequest request = put_part(receiver->url, &source, 3 << 20);
    g_autoptr(PmxClientReply) reply = pmx_client_perform(client, &request, NULL);
    g_assert_cmpint(reply->failure, ==, PMX_CLIENT_OTHER);
    g_assert_cmpstr(reply->problem, ==, "the file that is being sent has become shorter");
    request.body_fd = -1;
    g_autoptr(PmxClientReply) closed = pmx_client_perform(client, &request, NULL);
    g_assert_cmpstr(closed->problem, ==, "the file that is being sent: Bad file descriptor");
}

/* A server that has closed a kept connection gets the whole body over a new one. */
static int close_second(Receiver *receiver, const Received *request, guint number)
{
    (void)receiver, (void)request;
    return number == 1 ? RECEIVER_CLOSES : 200;
}

static void test_file_is_sent_again(void)
{
    g_auto(Source) source = source_new();
    g_autoptr(Receiver) receiver = receiver_new(close_second, NULL);
    g_autoptr(PmxClient) client = pmx_client_new(4, 4, "test/1");
    for (guint i = 0; i < 2; i++) {
        PmxClientRequest request = put_part(receiver->url, &source, 1500000);
        g_autoptr(PmxClientReply) reply = pmx_client_perform(client, &request, NULL);
        g_assert_cmpstr(reply->problem, ==, NULL);
    }
    g_assert_cmpuint(receiver_count(receiver), ==, 3);
    assert_part(receiver_request(receiver, 2), &source, 1500000);
}

/* What is to be sent once is not sent again, and its failure is told. */
static void test_once(void)
{
    g_autoptr(Receiver) receiver = receiver_new(close_second, NULL);
    g_autoptr(PmxClient) client = pmx_client_new(4, 4, "test/1");
    PmxClientRequest request = get(receiver->url);
    request.once = TRUE;
    g_autoptr(PmxClientReply) first = pmx_client_perform(client, &request, NULL);
    g_assert_cmpstr(first->problem, ==, NULL);
    g_autoptr(PmxClientReply) second = pmx_client_perform(client, &request, NULL);
    g_assert_cmpint(second->failure, ==, PMX_CLIENT_CUT_SHORT);
    g_assert_cmpuint(receiver_count(receiver), ==, 2);
}

/* --- what may go wrong --- */

static void assert_fails(const PmxClientRequest *request, PmxClientFailure failure,
                         const char *problem)
{
    g_autoptr(PmxClient) client = pmx_client_new(4, 4, "test/1");
    g_autoptr(PmxClientReply) reply = pmx_client_perform(client, request, NULL);
    g_assert_cmpstr(reply->problem, ==, problem);
    g_assert_cmpint(reply->failure, ==, failure);
}

static void assert_url_fails(const char *url, PmxClientFailure failure, const char *problem)
{
    PmxClientRequest request = get(url);
    assert_fails(&request, failure, problem);
}

static void test_no_connection(void)
{
    g_autofree char *deserted = deserted_url();
    assert_url_fails(deserted, PMX_CLIENT_NO_CONNECTION, "connection refused");
    assert_url_fails("http://polymux.invalid/", PMX_CLIENT_NO_CONNECTION,
                     "the host's name is not known");
    assert_url_fails("file:///etc/hostname", PMX_CLIENT_OTHER, "the URL is neither http nor https");
    assert_url_fails("", PMX_CLIENT_OTHER, "the URL is malformed");
}

typedef struct {
    int answer;
    guint timeout, stall;
    gsize limit;
    PmxClientFailure failure;
    const char *problem;
} Case;

static void test_bad_answers(void)
{
    static const Case cases[] = {
        {RECEIVER_CLOSES, 30, 0, 1000, PMX_CLIENT_CUT_SHORT, "Empty reply from server"},
        {RECEIVER_BREAKS_OFF, 30, 0, 1000, PMX_CLIENT_CUT_SHORT,
         "transfer closed with 10 bytes remaining to read"},
        {RECEIVER_STOPS, 30, 0, 1000, PMX_CLIENT_CUT_SHORT, "the answer ends within its headers"},
        {RECEIVER_HANGS, 4, 0, 1000, PMX_CLIENT_TIMEOUT, "no answer within 4 s"},
        {RECEIVER_HANGS, 0, 1, 1000, PMX_CLIENT_TIMEOUT, "nothing came or went for 1 s"},
        {RECEIVER_STALLS, 60, 1, 1000, PMX_CLIENT_TIMEOUT, "nothing came or went for 1 s"},
        {99, 30, 0, 1000, PMX_CLIENT_OTHER, "what answers there does not speak HTTP"},
        {200, 30, 0, 1, PMX_CLIENT_TOO_LONG, "the answer is longer than 1 bytes"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Case *one = &cases[i];
        gint64 start = g_get_monotonic_time();
        g_autoptr(Receiver) receiver = receiver_new(answer_as_told, GINT_TO_POINTER(one->answer));
        PmxClientRequest request = get(receiver->url);
        request.timeout = one->timeout;
        request.stall = one->stall;
        request.answer_limit = one->limit;
        assert_fails(&request, one->failure, one->problem);
        g_assert_cmpint(g_get_monotonic_time() - start, <, 20 * G_TIME_SPAN_SECOND);
    }
}

/* --- giving up, and many at once --- */

typedef struct {
    PmxClient *client;
    const char *url;
    GCancellable *cancel;
    guint times;
} Asker;

/* The last reply. */
static gpointer ask(gpointer data)
{
    const Asker *asker = data;
    PmxClientRequest request = get(asker->url);
    PmxClientReply *reply = NULL;
    for (guint i = 0; i < asker->times; i++) {
        pmx_client_reply_free(reply);
        reply = pmx_client_perform(asker->client, &request, asker->cancel);
    }
    return reply;
}

static void assert_given_up(GThread *thread, const char *problem)
{
    g_autoptr(PmxClientReply) reply = g_thread_join(thread);
    g_assert_cmpint(reply->failure, ==, PMX_CLIENT_CANCELLED);
    g_assert_cmpstr(reply->problem, ==, problem);
    g_assert_cmpuint(reply->status, ==, 0);
    g_assert_cmpuint(g_bytes_get_size(reply->body), ==, 0);
}

static void wait_connections_over(Receiver *receiver, guint over)
{
    g_mutex_lock(&receiver->lock);
    wait_until(&receiver->changed, &receiver->lock, receiver->over >= over);
    g_mutex_unlock(&receiver->lock);
}

/* One that is under way, one that waits for its turn, and one that has not begun. */
static void test_cancel(void)
{
    g_autoptr(Receiver) receiver = receiver_new(answer_as_told, GINT_TO_POINTER(RECEIVER_HANGS));
    g_autoptr(PmxClient) client = pmx_client_new(1, 1, "test/1");
    g_autoptr(GCancellable) first = g_cancellable_new(), second = g_cancellable_new();
    Asker one = {client, receiver->url, first, 1}, two = {client, receiver->url, second, 1};
    GThread *under_way = g_thread_new("ask", ask, &one);
    receiver_wait(receiver, 1);
    GThread *in_turn = g_thread_new("ask", ask, &two);
    g_cancellable_cancel(second);
    assert_given_up(in_turn, "the request was cancelled");
    assert_given_up(g_thread_new("ask", ask, &two), "the request was cancelled");
    g_cancellable_cancel(first);
    assert_given_up(under_way, "the request was cancelled");
    wait_connections_over(receiver, 1);
    g_assert_cmpuint(receiver_count(receiver), ==, 1);
}

/* The client goes on as if nothing had been. */
static void test_works_after_cancel(void)
{
    gboolean told = FALSE;
    g_autoptr(Receiver) receiver = receiver_new(answer_when_told, &told);
    g_autoptr(PmxClient) client = pmx_client_new(1, 1, "test/1");
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    Asker asker = {client, receiver->url, cancel, 1};
    GThread *thread = g_thread_new("ask", ask, &asker);
    receiver_wait(receiver, 1);
    g_cancellable_cancel(cancel);
    assert_given_up(thread, "the request was cancelled");
    tell(receiver);
    asker.cancel = NULL;
    g_autoptr(PmxClientReply) reply = ask(&asker);
    g_assert_cmpstr(reply->problem, ==, NULL);
    g_assert_cmpuint(reply->status, ==, 200);
}

static void test_free_while_waited_for(void)
{
    g_autoptr(Receiver) receiver = receiver_new(answer_as_told, GINT_TO_POINTER(RECEIVER_HANGS));
    PmxClient *client = pmx_client_new(10, 4, "test/1");
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    Asker asker = {client, receiver->url, cancel, 1};
    GThread *threads[4];
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("ask", ask, &asker);
    receiver_wait(receiver, G_N_ELEMENTS(threads));
    pmx_client_free(client);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        assert_given_up(threads[i], "the client has ended");
}

static void test_many_threads(void)
{
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    g_autoptr(PmxClient) client = pmx_client_new(16, 4, "test/1");
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    Asker asker = {client, receiver->url, cancel, 50};
    GThread *threads[8];
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("ask", ask, &asker);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_autoptr(PmxClientReply) reply = g_thread_join(threads[i]);
        g_assert_cmpuint(reply->status, ==, 200);
        assert_body(reply, "{}");
    }
    g_assert_cmpuint(receiver_count(receiver), ==, 400);
    g_assert_cmpuint(receiver->connections, <=, 4);
}

/* Some are cancelled as they end, and one cancels for many. */
static void test_cancel_at_any_moment(void)
{
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    g_autoptr(PmxClient) client = pmx_client_new(16, 4, "test/1");
    for (guint round = 0; round < 100; round++) {
        g_autoptr(GCancellable) cancel = g_cancellable_new();
        Asker asker = {client, receiver->url, cancel, 1};
        guint before = receiver_count(receiver);
        GThread *one = g_thread_new("ask", ask, &asker), *two = g_thread_new("ask", ask, &asker);
        if (round % 2)
            receiver_wait(receiver, before + 1);
        g_cancellable_cancel(cancel);
        g_autoptr(PmxClientReply) first = g_thread_join(one);
        g_autoptr(PmxClientReply) second = g_thread_join(two);
        g_assert_true(first->status == 200 || first->failure == PMX_CLIENT_CANCELLED);
        g_assert_true(second->status == 200 || second->failure == PMX_CLIENT_CANCELLED);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/perform/reply", test_reply);
    g_test_add_func("/perform/head", test_head);
    g_test_add_func("/perform/body-headers", test_body_headers);
    g_test_add_func("/perform/body-in-file", test_body_in_file);
    g_test_add_func("/perform/file-too-short", test_file_too_short);
    g_test_add_func("/perform/file-is-sent-again", test_file_is_sent_again);
    g_test_add_func("/perform/once", test_once);
    g_test_add_func("/perform/no-connection", test_no_connection);
    g_test_add_func("/perform/bad-answers", test_bad_answers);
    g_test_add_func("/perform/cancel", test_cancel);
    g_test_add_func("/perform/works-after-cancel", test_works_after_cancel);
    g_test_add_func("/perform/free-while-waited-for", test_free_while_waited_for);
    g_test_add_func("/perform/many-threads", test_many_threads);
    g_test_add_func("/perform/cancel-at-any-moment", test_cancel_at_any_moment);
    return g_test_run();
}
