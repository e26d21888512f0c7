/* SPDX-License-Identifier: MIT */
/* Who is let in, and who is told what: api/access, api/nonces. */
#include "api/access.h"

#include "api/nonces.h"
#include "base/moment.h"
#include "signed-requests.h"

/* --- requests --- */

static gint64 moment(const char *text)
{
    gint64 value;
    g_assert_true(pmx_moment_parse(text, &value));
    return value;
}

static gint64 given_clock(gpointer data)
{
    return *(const gint64 *)data;
}

typedef struct {
    PmxAccess *access;
    gint64 now;
} Door;

static void door_open(Door *door, const char *now)
{
    static const char *const pairs[][2] = {{"testAccessKeyId", "testAccessKeySecret"},
                                           {"YourAccessKeyId", "YourAccessKeySecret"},
                                           {"testid", "testsecret"}};
    PmxKeyPair keys[G_N_ELEMENTS(pairs)];
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
        keys[i] = (PmxKeyPair){(char *)"g", (char *)pairs[i][0], (char *)pairs[i][1]};
        g_ptr_array_add(list, &keys[i]);
    }
    const PmxCredentials credentials = {list};
    door->access = pmx_access_new(&credentials);
    door->now = moment(now);
    pmx_access_set_clock(door->access, given_clock, &door->now);
}

static void door_close(Door *door)
{
    pmx_access_free(door->access);
}

/* The code that `request` gets, "" when it is let in; its message into `message` unless NULL. */
static const char *answer(Door *door, const SignedRequest *request, char **message)
{
    Wire wire;
    g_auto(PmxVerdict) verdict;
    wire_open(&wire, request);
    gboolean in = pmx_access_check(door->access, &wire.signable, &verdict);
    wire_close(&wire);
    g_test_message("%s: %s", request->title, in ? "in" : verdict.message);
    g_assert_cmpuint(verdict.status, ==,
                     in                                                         ? 0
                     : g_str_equal(verdict.code, "InvalidAccessKeyId.NotFound") ? 404
                                                                                : 400);
    if (in)
        g_assert_cmpstr(verdict.key_id, ==, request->key_id);
    else
        g_assert_null(strstr(verdict.message, "Secret"));
    if (message)
        *message = g_steal_pointer(&verdict.message);
    return in ? "" : verdict.code;
}

static void test_vectors(void)
{
    static const char *const acs3_times[] = {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z",
                                             "2023-10-26T10:22:32Z"};
    for (guint i = 0; i < G_N_ELEMENTS(acs3_requests); i++) {
        Door door;
        door_open(&door, acs3_times[i]);
        g_assert_cmpstr(answer(&door, &acs3_requests[i], NULL), ==, "");
        door_close(&door);
    }
    for (guint i = 0; i < G_N_ELEMENTS(rpc_requests); i++) {
        Door door;
        door_open(&door, i ? "2026-01-02T03:04:05Z" : "2016-02-23T12:46:24Z");
        g_assert_cmpstr(answer(&door, &rpc_requests[i], NULL), ==, "");
        door_close(&door);
    }
}

static void set_header(SignedRequest *request, const char *name, const char *value)
{
    Header *header = request->headers;
    while (header->name && g_ascii_strcasecmp(header->name, name) != 0)
        header++;
    *header = (Header){name, value};
}

/* One change to a good request, and the code it gets. What is refused uses up no nonce. */
static void assert_acs3(const char *header, const char *value, const char *code)
{
    Door door;
    SignedRequest request = acs3_requests[0];
    door_open(&door, "2026-01-02T03:04:05Z");
    set_header(&request, header, value);
    g_assert_cmpstr(answer(&door, &request, NULL), ==, code);
    if (*code)
        g_assert_cmpstr(answer(&door, &acs3_requests[0], NULL), ==, "");
    door_close(&door);
}

#define AUTHORIZATION(id, headers)                                                                 \
    "ACS3-HMAC-SHA256 Credential=" id ",SignedHeaders=" headers                                    \
    ",Signature=1f7c462a8e74e65b1fc92f4c8c05a9b7bfcfe2dd62e97c5362bf8131bc820f05"

static void test_acs3_changes(void)
{
    assert_acs3("x-acs-action", "DeletePipeline", "SignatureDoesNotMatch");
    assert_acs3("host", "127.0.0.1:18081", "SignatureDoesNotMatch");
    assert_acs3("x-acs-signature-nonce", "other", "SignatureDoesNotMatch");
    assert_acs3("x-acs-date", "2026-01-02T03:04:06Z", "SignatureDoesNotMatch");
    assert_acs3("x-acs-content-sha256", "00", "SignatureDoesNotMatch");
    assert_acs3("x-acs-date", "", "MissingParameter");
    assert_acs3("x-acs-signature-nonce", "", "MissingParameter");
    assert_acs3("host", "", "MissingParameter");
    assert_acs3("x-acs-date", "yesterday", "InvalidTimeStamp.Format");
    assert_acs3("x-acs-date", "Fri, 02 Jan 2026 03:04:05 GMT", "InvalidTimeStamp.Format");
    assert_acs3("x-acs-date", "2026-01-02T02:49:04Z", "InvalidTimeStamp.Expired");
    assert_acs3("x-acs-date", "2026-01-02T03:19:06Z", "InvalidTimeStamp.Expired");
    assert_acs3("x-acs-security-token", "added on the way", "IncompleteSignature");
    assert_acs3("x-acs-retry-attempts", "1", "");
}

static void test_acs3_authorization(void)
{
    assert_acs3("authorization", AUTHORIZATION("nobody", SIGNED), "InvalidAccessKeyId.NotFound");
    assert_acs3("authorization", AUTHORIZATION("testAccessKeyId", SIGNED), "SignatureDoesNotMatch");
    assert_acs3("authorization", AUTHORIZATION("testAccessKeyId", "host"), "IncompleteSignature");
    assert_acs3("authorization", "ACS3-HMAC-SHA256 Credential=testAccessKeyId",
                "IncompleteSignature");
    assert_acs3("authorization", "ACS3-RSA-SHA256 Credential=testAccessKeyId",
                "InvalidParameter.NotSupported");
    assert_acs3("authorization", "Basic QUNTOmE=", "MissingParameter");
}

/* A token of the cloud's STS is one more signed header. */
static void test_acs3_security_token(void)
{
    Door door;
    SignedRequest request = acs3_requests[0];
    door_open(&door, "2026-01-02T03:04:05Z");
    set_header(&request, "x-acs-security-token", "token");
    /* Signed by Python's hmac over the canonical request with x-acs-security-token:token. */
    set_header(&request, "authorization",
               "ACS3-HMAC-SHA256 Credential=testAccessKeyId,SignedHeaders=host;x-acs-action;"
               "x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-security-token;"
               "x-acs-signature-nonce;x-acs-version,Signature="
               "cd838398f404b83fd38e44683069be595ba4412dc1925448ac44949e982424a0");
    g_assert_cmpstr(answer(&door, &request, NULL), ==, "");
    door_close(&door);
}

static void test_body_hash(void)
{
    Door door;
    SignedRequest request = acs3_requests[1];
    g_autofree char *message = NULL;
    door_open(&door, "2026-01-02T03:04:05Z");
    request.body = "Config=%7B%7D&UserData=x%20z";
    g_assert_cmpstr(answer(&door, &request, &message), ==, "SignatureDoesNotMatch");
    g_assert_nonnull(strstr(message, "x-acs-content-sha256"));
    door_close(&door);
}

static void assert_rpc(const char *target, const char *code)
{
    Door door;
    SignedRequest request = rpc_requests[1];
    door_open(&door, "2026-01-02T03:04:05Z");
    request.target = target;
    g_assert_cmpstr(answer(&door, &request, NULL), ==, code);
    door_close(&door);
}

#define RPC(kind, time, id)                                                                        \
    "/?Action=A&" kind "&SignatureNonce=n&Timestamp=" time "&AccessKeyId=" id "&Signature=x"
#define V1 "SignatureMethod=HMAC-SHA1&SignatureVersion=1.0"
#define NOW "2026-01-02T03:04:05Z"

static void test_rpc_changes(void)
{
    assert_rpc("/", "MissingParameter");
    assert_rpc("/?Signature=x", "MissingParameter");
    assert_rpc(RPC(V1, NOW, ""), "MissingParameter");
    assert_rpc(RPC("SignatureMethod=HMAC-SHA1", NOW, "testid"), "MissingParameter");
    assert_rpc(RPC("SignatureMethod=HMAC-SHA256&SignatureVersion=1.0", NOW, "testid"),
               "InvalidParameter.NotSupported");
    assert_rpc(RPC("SignatureMethod=HMAC-SHA1&SignatureVersion=2.0", NOW, "testid"),
               "InvalidParameter.NotSupported");
    assert_rpc(RPC(V1, NOW, "nobody"), "InvalidAccessKeyId.NotFound");
    assert_rpc(RPC(V1, "2026-01-02 03:04:05", "testid"), "InvalidTimeStamp.Format");
    assert_rpc(RPC(V1, "2026-01-02T02:49:04Z", "testid"), "InvalidTimeStamp.Expired");
    assert_rpc(RPC(V1, "2026-01-02T03:19:06Z", "testid"), "InvalidTimeStamp.Expired");
    assert_rpc(RPC(V1, NOW, "testid"), "SignatureDoesNotMatch");
}

/* As the cloud does, so that a client can compare it with what it signed itself. */
static void test_string_to_sign(void)
{
    Door door;
    SignedRequest request = rpc_requests[1];
    g_autofree char *message = NULL, *canonical = NULL;
    door_open(&door, NOW);
    request.secret = "";
    request.target = RPC(V1, NOW, "testid") "&AuthKey=Secret1";
    g_assert_cmpstr(answer(&door, &request, &message), ==, "SignatureDoesNotMatch");
    g_assert_nonnull(strstr(message, "server string to sign is:GET&%2F&AccessKeyId%3Dtestid%26"));
    request = acs3_requests[0];
    set_header(&request, "authorization", AUTHORIZATION("testAccessKeyId", SIGNED));
    g_assert_cmpstr(answer(&door, &request, &canonical), ==, "SignatureDoesNotMatch");
    g_assert_nonnull(strstr(canonical, "server string to sign is:ACS3-HMAC-SHA256\n"));
    g_assert_nonnull(strstr(canonical, "\nx-acs-version:2020-11-09\n"));
    door_close(&door);
}

static void test_message_bounded(void)
{
    Door door;
    SignedRequest request = rpc_requests[1];
    g_autofree char *message = NULL, *long_value = g_strnfill(100000, 'a');
    g_autofree char *target = g_strconcat(RPC(V1, NOW, "testid") "&Config=", long_value, NULL);
    door_open(&door, NOW);
    request.target = target;
    g_assert_cmpstr(answer(&door, &request, &message), ==, "SignatureDoesNotMatch");
    g_assert_cmpuint(strlen(message), <, 5000);
    door_close(&door);
}

static void test_repeated_parameter(void)
{
    Door door;
    SignedRequest request = rpc_requests[3];
    door_open(&door, NOW);
    request.target = "/?Action=SubmitMediaConvertJob&Format=JSON";
    g_assert_cmpstr(answer(&door, &request, NULL), ==, "InvalidParameter");
    door_close(&door);
}

/* --- nonces --- */

static void test_replay(void)
{
    Door door;
    door_open(&door, NOW);
    g_assert_cmpstr(answer(&door, &acs3_requests[0], NULL), ==, "");
    g_assert_cmpstr(answer(&door, &acs3_requests[0], NULL), ==, "SignatureNonceUsed");
    g_assert_cmpstr(answer(&door, &rpc_requests[1], NULL), ==, "");
    /* Another request with the same nonce is a replay too. */
    g_assert_cmpstr(answer(&door, &rpc_requests[2], NULL), ==, "SignatureNonceUsed");
    door.now = moment("2026-01-02T03:19:05Z");
    g_assert_cmpstr(answer(&door, &acs3_requests[0], NULL), ==, "SignatureNonceUsed");
    door.now = moment("2026-01-02T03:19:06Z");
    g_assert_cmpstr(answer(&door, &acs3_requests[0], NULL), ==, "InvalidTimeStamp.Expired");
    door_close(&door);
}

/* One from the future is remembered until its own date has gone by. */
static void test_replay_future(void)
{
    Door door;
    door_open(&door, "2026-01-02T02:49:05Z");
    g_assert_cmpstr(answer(&door, &acs3_requests[0], NULL), ==, "");
    door.now = moment("2026-01-02T03:19:05Z");
    g_assert_cmpstr(answer(&door, &acs3_requests[0], NULL), ==, "SignatureNonceUsed");
    door_close(&door);
}

static void test_nonces(void)
{
    g_autoptr(PmxNonces) nonces = pmx_nonces_new(1000);
    for (int i = 0; i < 1000; i++) {
        g_autofree char *nonce = g_strdup_printf("n%d", i);
        g_assert_cmpint(pmx_nonces_use(nonces, "a", nonce, 0, 100 + i), ==, PMX_NONCE_NEW);
        g_assert_cmpint(pmx_nonces_use(nonces, "a", nonce, 0, 100 + i), ==, PMX_NONCE_USED);
    }
    for (int i = 0; i < 1000; i++) {
        g_autofree char *nonce = g_strdup_printf("n%d", i);
        g_assert_cmpint(pmx_nonces_use(nonces, "a", nonce, 100, 200), ==, PMX_NONCE_USED);
    }
    g_assert_cmpint(pmx_nonces_use(nonces, "b", "n1", 100, 200), ==, PMX_NONCE_NO_ROOM);
    g_assert_cmpint(pmx_nonces_use(nonces, "b", "n1", 101, 200), ==, PMX_NONCE_NEW);
    g_assert_cmpint(pmx_nonces_use(nonces, "b", "n2", 101, 200), ==, PMX_NONCE_NO_ROOM);
    g_assert_cmpint(pmx_nonces_use(nonces, "a", "n0", 600, 700), ==, PMX_NONCE_NEW);
    g_assert_cmpint(pmx_nonces_use(nonces, "a", "n999", 600, 700), ==, PMX_NONCE_USED);
}

/* Against a plain hash table, at random. */
static void test_nonces_model(void)
{
    g_autoptr(PmxNonces) nonces = pmx_nonces_new(100000);
    g_autoptr(GHashTable) model = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int now = 1; now < 20000; now++) {
        char *nonce = g_strdup_printf("%d", g_test_rand_int_range(0, 3000));
        int until = GPOINTER_TO_INT(g_hash_table_lookup(model, nonce));
        PmxNonce expected = until >= now ? PMX_NONCE_USED : PMX_NONCE_NEW;
        int new_until = now + g_test_rand_int_range(0, 5000);
        g_assert_cmpint(pmx_nonces_use(nonces, "k", nonce, now, new_until), ==, expected);
        if (expected == PMX_NONCE_NEW)
            g_hash_table_replace(model, nonce, GINT_TO_POINTER(new_until));
        else
            g_free(nonce);
    }
}

#define THREADS 4
#define ROUNDS 100

static gpointer replay_all(gpointer data)
{
    Door *door = data;
    guint in = 0;
    for (int i = 0; i < ROUNDS; i++) {
        Wire wire;
        g_auto(PmxVerdict) verdict;
        wire_open(&wire, &acs3_requests[0]);
        in += (guint)pmx_access_check(door->access, &wire.signable, &verdict);
        wire_close(&wire);
    }
    return GUINT_TO_POINTER(in);
}

/* However many come with it at once, one gets in. */
static void test_replay_threads(void)
{
    Door door;
    GThread *threads[THREADS];
    guint in = 0;
    door_open(&door, NOW);
    for (guint i = 0; i < THREADS; i++)
        threads[i] = g_thread_new("replay", replay_all, &door);
    for (guint i = 0; i < THREADS; i++)
        in += GPOINTER_TO_UINT(g_thread_join(threads[i]));
    g_assert_cmpuint(in, ==, 1);
    door_close(&door);
}

/* --- Basic --- */

static void assert_basic(Door *door, const char *authorization, const char *key_id)
{
    g_auto(PmxVerdict) verdict;
    gboolean in = pmx_access_check_basic(door->access, authorization, &verdict);
    g_test_message("%s", authorization ? authorization : "(none)");
    g_assert_cmpint(in, ==, key_id != NULL);
    g_assert_cmpstr(verdict.key_id, ==, key_id);
    g_assert_cmpuint(verdict.status, ==, in ? 0 : 401);
    if (!in)
        g_assert_cmpstr(verdict.code, ==, "Unauthorized");
}

static void test_basic(void)
{
    Door door;
    door_open(&door, NOW);
    assert_basic(&door, "Basic dGVzdGlkOnRlc3RzZWNyZXQ=", "testid"); /* testid:testsecret */
    assert_basic(&door, "basic  dGVzdGlkOnRlc3RzZWNyZXQ=", "testid");
    assert_basic(&door, NULL, NULL);
    assert_basic(&door, "", NULL);
    assert_basic(&door, "Basic ", NULL);
    assert_basic(&door, "Basic !!!", NULL);
    assert_basic(&door, "Basic dGVzdGlk", NULL);                             /* testid */
    assert_basic(&door, "Basic dGVzdGlkOg==", NULL);                         /* testid: */
    assert_basic(&door, "Basic dGVzdGlkOnRlc3RzZWNyZQ==", NULL);             /* testid:testsecre */
    assert_basic(&door, "Basic OnRlc3RzZWNyZXQ=", NULL);                     /* :testsecret */
    assert_basic(&door, "Basic dGVzdGlkOnRlc3RBY2Nlc3NLZXlTZWNyZXQ=", NULL); /* another's */
    assert_basic(&door, "Bearer dGVzdGlkOnRlc3RzZWNyZXQ=", NULL);
    door_close(&door);
}

/* Who was let in before is not afterwards. */
static void test_replace(void)
{
    Door door;
    PmxKeyPair pair = {.group = (char *)"default", .id = (char *)"other", .secret = (char *)"s"};
    g_autoptr(GPtrArray) pairs = g_ptr_array_new();
    const PmxCredentials credentials = {pairs};
    g_ptr_array_add(pairs, &pair);
    door_open(&door, NOW);
    pmx_access_replace(door.access, &credentials);
    assert_basic(&door, "Basic dGVzdGlkOnRlc3RzZWNyZXQ=", NULL);
    assert_basic(&door, "Basic b3RoZXI6cw==", "other"); /* other:s */
    door_close(&door);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/access/vectors", test_vectors);
    g_test_add_func("/access/acs3-changes", test_acs3_changes);
    g_test_add_func("/access/acs3-authorization", test_acs3_authorization);
    g_test_add_func("/access/acs3-security-token", test_acs3_security_token);
    g_test_add_func("/access/body-hash", test_body_hash);
    g_test_add_func("/access/rpc-changes", test_rpc_changes);
    g_test_add_func("/access/string-to-sign", test_string_to_sign);
    g_test_add_func("/access/message-bounded", test_message_bounded);
    g_test_add_func("/access/repeated-parameter", test_repeated_parameter);
    g_test_add_func("/access/replay", test_replay);
    g_test_add_func("/access/replay-future", test_replay_future);
    g_test_add_func("/access/replay-threads", test_replay_threads);
    g_test_add_func("/access/nonces", test_nonces);
    g_test_add_func("/access/nonces-model", test_nonces_model);
    g_test_add_func("/access/basic", test_basic);
    g_test_add_func("/access/replace", test_replace);
    return g_test_run();
}
