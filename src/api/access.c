/* SPDX-License-Identifier: MIT */
/* Who may come in: see access.h. */
#include "api/access.h"

#include <string.h>

#include "api/nonces.h"
#include "base/moment.h"

#define WINDOW (G_GINT64_CONSTANT(15) * 60 * 1000)
#define MOST_NONCES (1u << 20)
/* Of what was signed, in a message: the whole of it may be a job's Config. */
#define SHOWN 4096

struct PmxAccess {
    /* fixed */
    gint64 (*now)(gpointer data);
    gpointer now_data;
    /* protected by keys: held for reading as long as a pair is in use */
    GRWLock keys;
    GHashTable *pairs; /* id → PmxKeyPair * */
    /* protected by lock */
    GMutex lock;
    PmxNonces *nonces;
};

static void pair_free(gpointer data)
{
    PmxKeyPair *pair = data;
    explicit_bzero(pair->secret, strlen(pair->secret));
    g_free(pair->secret);
    g_free(pair->id);
    g_free(pair);
}

static gint64 real_clock(gpointer data)
{
    (void)data;
    return pmx_moment_now();
}

static GHashTable *copy_pairs(const PmxCredentials *credentials)
{
    GHashTable *pairs = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, pair_free);
    for (guint i = 0; i < credentials->pairs->len; i++) {
        const PmxKeyPair *given = g_ptr_array_index(credentials->pairs, i);
        PmxKeyPair *pair = g_new0(PmxKeyPair, 1);
        pair->id = g_strdup(given->id);
        pair->secret = g_strdup(given->secret);
        g_hash_table_replace(pairs, pair->id, pair);
    }
    return pairs;
}

PmxAccess *pmx_access_new(const PmxCredentials *credentials)
{
    PmxAccess *access = g_new0(PmxAccess, 1);
    access->pairs = copy_pairs(credentials);
    access->now = real_clock;
    access->nonces = pmx_nonces_new(MOST_NONCES);
    g_mutex_init(&access->lock);
    g_rw_lock_init(&access->keys);
    return access;
}

void pmx_access_replace(PmxAccess *access, const PmxCredentials *credentials)
{
    GHashTable *pairs = copy_pairs(credentials);
    g_rw_lock_writer_lock(&access->keys);
    GHashTable *before = access->pairs;
    access->pairs = pairs;
    g_rw_lock_writer_unlock(&access->keys);
    g_hash_table_unref(before);
}

void pmx_access_free(PmxAccess *access)
{
    if (!access)
        return;
    g_hash_table_unref(access->pairs);
    pmx_nonces_free(access->nonces);
    g_rw_lock_clear(&access->keys);
    g_mutex_clear(&access->lock);
    g_free(access);
}

void pmx_access_set_clock(PmxAccess *access, gint64 (*now)(gpointer data), gpointer data)
{
    access->now = now;
    access->now_data = data;
}

void pmx_verdict_clear(PmxVerdict *verdict)
{
    g_clear_pointer(&verdict->message, g_free);
    g_clear_pointer(&verdict->key_id, g_free);
}

static gboolean G_GNUC_PRINTF(4, 5)
    refuse(PmxVerdict *verdict, guint status, const char *code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    verdict->status = status;
    verdict->code = code;
    /* Parts of the request stand in it, and headers may be any bytes. */
    verdict->message = g_utf8_make_valid(message, -1);
    return FALSE;
}

/* --- what both kinds of signatures share --- */

/* A signature as it was given, whichever way. */
typedef struct {
    const char *key_id, *date, *nonce, *signature; /* borrowed */
} Given;

static const PmxKeyPair *find_pair(PmxAccess *access, const Given *given, PmxVerdict *verdict)
{
    const PmxKeyPair *pair = g_hash_table_lookup(access->pairs, given->key_id);
    if (!pair)
        refuse(verdict, 404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
    return pair;
}

static gboolean check_date(const Given *given, gint64 now, gint64 *date, PmxVerdict *verdict)
{
    if (!pmx_moment_parse(given->date, date))
        return refuse(verdict, 400, "InvalidTimeStamp.Format",
                      "Specified time stamp or date value is not well formatted: "
                      "it must read like 2026-01-02T03:04:05Z, in UTC.");
    if (*date < now - WINDOW || *date > now + WINDOW) {
        g_autofree char *clock = pmx_moment_text(now);
        return refuse(verdict, 400, "InvalidTimeStamp.Expired",
                      "Specified time stamp or date value is expired: "
                      "it may be 15 minutes off, and it is %s here.",
                      clock);
    }
    return TRUE;
}

static gboolean check_nonce(PmxAccess *access, const Given *given, gint64 now, gint64 date,
                            PmxVerdict *verdict)
{
    g_mutex_lock(&access->lock);
    PmxNonce nonce =
        pmx_nonces_use(access->nonces, given->key_id, given->nonce, now, date + WINDOW);
    g_mutex_unlock(&access->lock);
    if (nonce == PMX_NONCE_USED)
        return refuse(verdict, 400, "SignatureNonceUsed",
                      "Specified signature nonce was used already.");
    if (nonce == PMX_NONCE_NO_ROOM)
        return refuse(verdict, 503, "Throttling.User",
                      "Too many requests of the last minutes are remembered; try again later.");
    return TRUE;
}

static gboolean let_in(const Given *given, PmxVerdict *verdict)
{
    verdict->key_id = g_strdup(given->key_id);
    return TRUE;
}

static gboolean mismatch(PmxVerdict *verdict, const char *to_sign, const char *of)
{
    gsize length = strlen(to_sign);
    return refuse(verdict, 400, "SignatureDoesNotMatch",
                  "Specified signature is not matched with our calculation. "
                  "server string to sign is:%.*s%s%s",
                  (int)MIN(length, SHOWN), to_sign, length > SHOWN ? "…" : "", of);
}

/* --- V3 --- */

static gboolean present(const char *name, const char *value, PmxVerdict *verdict)
{
    if (value && *value)
        return TRUE;
    return refuse(verdict, 400, "MissingParameter",
                  "The request is missing a part of its signature: %s.", name);
}

/* What could be changed on the way if it were not signed. */
static gboolean check_signed(const PmxSignable *request, char *const *headers, PmxVerdict *verdict)
{
    static const char *const wanted[] = {
        "host",         "x-acs-action",         "x-acs-content-sha256",
        "x-acs-date",   "x-acs-security-token", "x-acs-signature-nonce",
        "x-acs-version"};
    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++)
        if (request->header(wanted[i], request->source) &&
            !g_strv_contains((const char *const *)headers, wanted[i]))
            return refuse(verdict, 400, "IncompleteSignature",
                          "The header %s must be among SignedHeaders.", wanted[i]);
    return TRUE;
}

static gboolean check_content(const PmxSignable *request, PmxVerdict *verdict)
{
    const char *said = request->header("x-acs-content-sha256", request->source);
    g_autofree char *hash = g_compute_checksum_for_data(
        G_CHECKSUM_SHA256, (const guchar *)request->body, request->body_length);
    if (!said || g_ascii_strcasecmp(said, hash) == 0)
        return TRUE;
    return refuse(verdict, 400, "SignatureDoesNotMatch",
                  "x-acs-content-sha256 is not the hash of the body, which is %s.", hash);
}

static gboolean check_acs3_signature(const PmxSignable *request,
                                     const PmxAuthorization *authorization, const PmxKeyPair *pair,
                                     PmxVerdict *verdict)
{
    g_autofree char *canonical =
        pmx_acs3_canonical(request, authorization->headers, PMX_TEXT_SIGNED);
    g_autofree char *to_sign = pmx_acs3_to_sign(canonical);
    g_autofree char *expected = pmx_acs3_sign(to_sign, pair->secret);
    if (pmx_texts_equal(expected, authorization->signature))
        return TRUE;
    g_autofree char *shown = pmx_acs3_canonical(request, authorization->headers, PMX_TEXT_SHOWN);
    gsize length = strlen(shown);
    g_autofree char *of =
        g_strdup_printf(", of the canonical request:%.*s%s", (int)MIN(length, SHOWN), shown,
                        length > SHOWN ? "…" : "");
    return mismatch(verdict, to_sign, of);
}

static gboolean check_acs3(PmxAccess *access, const PmxSignable *request, const char *value,
                           PmxVerdict *verdict)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxAuthorization) authorization = pmx_authorization_parse(value, &error);
    if (!authorization && error->code == PMX_CODE_NOT_SUPPORTED)
        return refuse(verdict, 400, "InvalidParameter.NotSupported", "%s.", error->message);
    if (!authorization)
        return refuse(verdict, 400, "IncompleteSignature", "%s.", error->message);
    gint64 now = access->now(access->now_data), date;
    const PmxKeyPair *pair;
    const Given given = {authorization->key_id, request->header("x-acs-date", request->source),
                         request->header("x-acs-signature-nonce", request->source),
                         authorization->signature};
    return present("host", request->header("host", request->source), verdict) &&
           present("x-acs-date", given.date, verdict) &&
           present("x-acs-signature-nonce", given.nonce, verdict) &&
           check_signed(request, authorization->headers, verdict) &&
           (pair = find_pair(access, &given, verdict)) != NULL &&
           check_date(&given, now, &date, verdict) && check_content(request, verdict) &&
           check_acs3_signature(request, authorization, pair, verdict) &&
           check_nonce(access, &given, now, date, verdict) && let_in(&given, verdict);
}

/* --- V2 --- */

static gboolean check_rpc_kind(const PmxParameters *all, PmxVerdict *verdict)
{
    static const struct {
        const char *name, *value;
    } kinds[] = {{"SignatureMethod", "HMAC-SHA1"}, {"SignatureVersion", "1.0"}};
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const char *value = pmx_parameters_find(all, kinds[i].name);
        if (!present(kinds[i].name, value, verdict))
            return FALSE;
        if (strcmp(value, kinds[i].value) != 0)
            return refuse(verdict, 400, "InvalidParameter.NotSupported",
                          "%s must be %s (or sign with ACS3-HMAC-SHA256).", kinds[i].name,
                          kinds[i].value);
    }
    return TRUE;
}

static gboolean check_rpc_signature(const PmxSignable *request, const PmxParameters *all,
                                    const Given *given, const PmxKeyPair *pair, PmxVerdict *verdict)
{
    g_autofree char *to_sign = pmx_rpc_to_sign(request->method, all, PMX_TEXT_SIGNED);
    g_autofree char *expected = pmx_rpc_sign(to_sign, pair->secret);
    if (pmx_texts_equal(expected, given->signature))
        return TRUE;
    g_autofree char *shown = pmx_rpc_to_sign(request->method, all, PMX_TEXT_SHOWN);
    return mismatch(verdict, shown, "");
}

static gboolean check_rpc(PmxAccess *access, const PmxSignable *request, const PmxParameters *all,
                          PmxVerdict *verdict)
{
    gint64 now = access->now(access->now_data), date;
    const PmxKeyPair *pair;
    const Given given = {
        pmx_parameters_find(all, "AccessKeyId"), pmx_parameters_find(all, "Timestamp"),
        pmx_parameters_find(all, "SignatureNonce"), pmx_parameters_find(all, "Signature")};
    return present("Signature (or a header Authorization)", given.signature, verdict) &&
           present("AccessKeyId", given.key_id, verdict) &&
           present("Timestamp", given.date, verdict) &&
           present("SignatureNonce", given.nonce, verdict) && check_rpc_kind(all, verdict) &&
           (pair = find_pair(access, &given, verdict)) != NULL &&
           check_date(&given, now, &date, verdict) &&
           check_rpc_signature(request, all, &given, pair, verdict) &&
           check_nonce(access, &given, now, date, verdict) && let_in(&given, verdict);
}

static gboolean check(PmxAccess *access, const PmxSignable *request, PmxVerdict *verdict)
{
    const char *authorization = request->header("authorization", request->source);
    if (pmx_authorization_is_acs(authorization))
        return check_acs3(access, request, authorization, verdict);
    g_autoptr(PmxParameters) all = pmx_parameters_new();
    g_autoptr(PmxProblems) repeated = pmx_problems_new();
    pmx_parameters_merge(all, request->query, repeated);
    if (request->form)
        pmx_parameters_merge(all, request->form, repeated);
    if (pmx_problems_count(repeated)) {
        const PmxProblem *first = g_ptr_array_index(repeated->items, 0);
        return refuse(verdict, 400, "InvalidParameter", "%s %s.", first->path, first->message);
    }
    return check_rpc(access, request, all, verdict);
}

gboolean pmx_access_check(PmxAccess *access, const PmxSignable *request, PmxVerdict *verdict)
{
    *verdict = (PmxVerdict){0};
    g_rw_lock_reader_lock(&access->keys);
    gboolean in = check(access, request, verdict);
    g_rw_lock_reader_unlock(&access->keys);
    return in;
}

/* --- Basic --- */

/* By their hashes, so that not even a length shows in the time taken. */
static gboolean same(const char *a, const char *b)
{
    g_autofree char *hash_a = g_compute_checksum_for_string(G_CHECKSUM_SHA256, a, -1);
    g_autofree char *hash_b = g_compute_checksum_for_string(G_CHECKSUM_SHA256, b, -1);
    return pmx_texts_equal(hash_a, hash_b);
}

/* Looks at every pair, whichever fits. */
static const PmxKeyPair *match(PmxAccess *access, const char *id, const char *secret)
{
    const PmxKeyPair *found = NULL;
    gpointer value;
    GHashTableIter each;
    g_hash_table_iter_init(&each, access->pairs);
    while (g_hash_table_iter_next(&each, NULL, &value)) {
        const PmxKeyPair *pair = value;
        gboolean fits = same(pair->id, id) & same(pair->secret, secret);
        found = fits ? pair : found;
    }
    return found;
}

static const PmxKeyPair *match_basic(PmxAccess *access, const char *encoded)
{
    gsize length;
    const PmxKeyPair *found = NULL;
    g_autofree char *copy = g_strstrip(g_strdup(encoded));
    g_autofree guchar *bytes = g_base64_decode(copy, &length);
    char *text = g_strndup((const char *)bytes, length);
    char *colon = strchr(text, ':');
    if (colon) {
        *colon = '\0';
        found = match(access, text, colon + 1);
    }
    explicit_bzero(text, length);
    explicit_bzero(bytes, length);
    g_free(text);
    return found;
}

gboolean pmx_access_check_basic(PmxAccess *access, const char *authorization, PmxVerdict *verdict)
{
    *verdict = (PmxVerdict){0};
    if (!authorization || g_ascii_strncasecmp(authorization, "Basic ", 6) != 0)
        return refuse(verdict, 401, "Unauthorized",
                      "Send an access key id and its secret by HTTP Basic authentication.");
    g_rw_lock_reader_lock(&access->keys);
    const PmxKeyPair *pair = match_basic(access, authorization + 6);
    verdict->key_id = pair ? g_strdup(pair->id) : NULL;
    g_rw_lock_reader_unlock(&access->keys);
    return verdict->key_id ||
           refuse(verdict, 401, "Unauthorized", "There is no such pair of access keys.");
}
