/* SPDX-License-Identifier: MIT */
/* The notifier between a real store and real receivers. */
#include "notify/notify.h"

#include <stdlib.h>

#include "receiver.h"
#include "temporary.h"

typedef struct {
    char *folder, *path;
    PmxStore *store;
    PmxNotifier *notifier;
    PmxNotifyOptions options;
} World;

static void open_store(World *world)
{
    g_autoptr(GError) error = NULL;
    world->store = pmx_store_open(world->path, &error);
    g_assert_no_error(error);
}

static void set_up(World *world, gconstpointer data)
{
    (void)data;
    world->folder = temporary_folder();
    world->path = g_build_filename(world->folder, "polymux.db", NULL);
    world->options = (PmxNotifyOptions){.timeout = 30,
                                        .give_up = 3600,
                                        .first_pause = 1,
                                        .at_once = 16,
                                        .at_once_host = 4,
                                        .user_agent = "test/1"};
    open_store(world);
}

static void start(World *world)
{
    world->notifier = pmx_notifier_new(world->store, &world->options);
}

static void stop(World *world)
{
    g_clear_pointer(&world->notifier, pmx_notifier_free);
}

static void tear_down(World *world, gconstpointer data)
{
    (void)data;
    stop(world);
    pmx_store_free(world->store);
    temporary_remove(world->folder);
    g_free(world->folder);
    g_free(world->path);
}

/* --- what is in the store --- */

static void write_work(World *world, PmxStoreWork work, gpointer data)
{
    g_autoptr(GError) error = NULL;
    pmx_store_write(world->store, work, data, &error);
    g_assert_no_error(error);
}

/* `count` jobs from number `first` on, each with a delivery for each of `bodies`. */
typedef struct {
    guint first, count;
    const char *type, *target;
    const char *const *bodies; /* NULL: one, the job's id */
} Adding;

static gboolean add_delivery(PmxDb *db, const Adding *adding, char *job, const char *body,
                             GError **error)
{
    PmxDeliveryRecord delivery = {.job = job,
                                  .event = "MediaConvertComplete",
                                  .type = (char *)adding->type,
                                  .target = (char *)adding->target,
                                  .body = (char *)body,
                                  .created = pmx_moment_now(),
                                  .due = pmx_moment_now()};
    return pmx_outbox_add(db, &delivery, error);
}

static gboolean add_job(PmxDb *db, const Adding *adding, guint number, GError **error)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new();
    g_autofree char *id = g_strdup_printf("%032x", number);
    PmxJobRecord job = {.id = id,
                        .state = PMX_JOB_COMPLETE,
                        .created = pmx_moment_now(),
                        .pipeline = "default",
                        .priority = 6,
                        .request = "request",
                        .trigger = "API",
                        .fingerprint = "fingerprint"};
    if (!pmx_jobs_insert(db, &job, parts, error))
        return FALSE;
    for (const char *const *body = adding->bodies; body && *body; body++)
        if (!add_delivery(db, adding, id, *body, error))
            return FALSE;
    return adding->bodies || add_delivery(db, adding, id, id, error);
}

static gboolean add_jobs(PmxDb *db, gpointer data, GError **error)
{
    const Adding *adding = data;
    for (guint i = 0; i < adding->count; i++)
        if (!add_job(db, adding, adding->first + i, error))
            return FALSE;
    return TRUE;
}

static void add(World *world, Adding adding)
{
    adding.type = adding.type ? adding.type : "HTTP";
    write_work(world, add_jobs, &adding);
    if (world->notifier)
        pmx_notifier_poke(world->notifier);
}

static gboolean get_delivery(PmxDb *db, gpointer data, GError **error)
{
    PmxDeliveryRecord **delivery = data;
    *delivery = pmx_outbox_get(db, 1, error);
    return *delivery != NULL;
}

/* The first that was added. */
static PmxDeliveryRecord *first_delivery(World *world)
{
    g_autoptr(GError) error = NULL;
    PmxDeliveryRecord *delivery = NULL;
    pmx_store_read(world->store, get_delivery, &delivery, &error);
    g_assert_no_error(error);
    return delivery;
}

static gboolean set_callback(PmxDb *db, gpointer data, GError **error)
{
    return pmx_callback_set(db, data, error);
}

/* --- waiting --- */

#define wait_counts(world, condition)                                                              \
    do {                                                                                           \
        gint64 counts_end = g_get_monotonic_time() + 240 * G_TIME_SPAN_SECOND;                     \
        for (;;) {                                                                                 \
            PmxNotifyCounts counts = pmx_notifier_counts((world)->notifier);                       \
            if (condition)                                                                         \
                break;                                                                             \
            if (g_get_monotonic_time() > counts_end)                                               \
                g_error("waited in vain for: %s", #condition);                                     \
            g_usleep(500);                                                                         \
        }                                                                                          \
    } while (0)

/* --- one receiver --- */

static void test_what_is_sent(World *world, gconstpointer data)
{
    (void)data;
    static const char *const bodies[] = {"{\"EventType\":\"ä\"}", NULL};
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    g_autofree char *target = g_strconcat(receiver->url, "/your/callback?x=1", NULL);
    start(world);
    add(world, (Adding){.count = 1, .target = target, .bodies = bodies});
    wait_counts(world, counts.delivered == 1);
    const Received *got = receiver_request(receiver, 0);
    g_assert_true(g_str_has_prefix(got->head, "POST /your/callback?x=1 HTTP/1.1\r\n"));
    g_assert_true(has_header(got, "Content-Type: application/json"));
    g_assert_true(has_header(got, "User-Agent: test/1"));
    g_assert_null(strcasestr(got->head, "X-ICE-"));
    g_assert_cmpstr(got->body, ==, bodies[0]);
    g_autoptr(PmxDeliveryRecord) delivery = first_delivery(world);
    g_assert_cmpint(delivery->state, ==, PMX_DELIVERY_DELIVERED);
    g_assert_cmpint(delivery->attempts, ==, 1);
    g_assert_cmpint(delivery->settled, >=, delivery->created);
    g_assert_null(delivery->problem);
}

static char *header_value(const Received *request, const char *name)
{
    g_autofree char *start = g_strdup_printf("\r\n%s: ", name);
    const char *found = strstr(request->head, start);
    g_assert_nonnull(found);
    found += strlen(start);
    return g_strndup(found, strcspn(found, "\r"));
}

static void test_signed(World *world, gconstpointer data)
{
    (void)data;
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    g_autofree char *target = g_strconcat(receiver->url, "/one", NULL);
    PmxCallbackRecord callback = {
        .type = "HTTP", .url = "http://127.0.0.1/another", .auth = TRUE, .auth_key = "Test123"};
    write_work(world, set_callback, &callback);
    start(world);
    add(world, (Adding){.count = 1, .target = target});
    wait_counts(world, counts.delivered == 1);
    g_autofree char *seconds = header_value(receiver_request(receiver, 0), "X-ICE-TIMESTAMP");
    g_autofree char *signature = header_value(receiver_request(receiver, 0), "X-ICE-SIGNATURE");
    g_autofree char *text = g_strconcat(target, "|", seconds, "|Test123", NULL);
    g_autofree char *expected = g_compute_checksum_for_string(G_CHECKSUM_MD5, text, -1);
    g_assert_cmpstr(signature, ==, expected);
    g_assert_cmpint(ABS(g_get_real_time() / G_TIME_SPAN_SECOND - atoll(seconds)), <, 60);
    callback.auth = FALSE;
    write_work(world, set_callback, &callback);
    add(world, (Adding){.first = 1, .count = 1, .target = target});
    wait_counts(world, counts.delivered == 2);
    g_assert_null(strcasestr(receiver_request(receiver, 1)->head, "X-ICE-"));
}

static int answer_created(Receiver *receiver, const Received *request, guint number)
{
    (void)receiver, (void)request, (void)number;
    return 201;
}

static void test_queue(World *world, gconstpointer data)
{
    (void)data;
    g_autoptr(Receiver) receiver = receiver_new(answer_created, NULL);
    world->options.mns_endpoint = receiver->url;
    world->options.mns_key_id = "testAccessKeyId";
    world->options.mns_key_secret = "testAccessKeySecret";
    start(world);
    add(world, (Adding){.count = 1, .type = "MNS", .target = "ice-callback-queue"});
    wait_counts(world, counts.delivered == 1);
    const Received *got = receiver_request(receiver, 0);
    g_assert_true(
        g_str_has_prefix(got->head, "POST /queues/ice-callback-queue/messages HTTP/1.1\r\n"));
    g_assert_true(has_header(got, "x-mns-version: 2015-06-06"));
    g_assert_true(has_header(got, "Content-Type: text/xml"));
    g_assert_nonnull(strstr(got->head, "\r\nAuthorization: MNS testAccessKeyId:"));
    g_assert_nonnull(
        strstr(got->body, "<MessageBody>MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=<"));
}

static void test_no_queue_service(World *world, gconstpointer data)
{
    (void)data;
    world->options.give_up = 0;
    start(world);
    add(world, (Adding){.count = 1, .type = "MNS", .target = "ice-callback-queue"});
    wait_counts(world, counts.dead == 1);
    g_autoptr(PmxDeliveryRecord) delivery = first_delivery(world);
    g_assert_cmpstr(delivery->problem, ==, "no MNS endpoint and key pair are configured");
}

/* --- again, and in order --- */

static int fail_twice(Receiver *receiver, const Received *request, guint number)
{
    (void)receiver, (void)request;
    return number < 2 ? 500 : 200;
}

static void test_again_until_it_works(World *world, gconstpointer data)
{
    (void)data;
    static const char *const bodies[] = {"first", "second", "third", NULL};
    static const char *const expected[] = {"first", "first", "first", "second", "third"};
    g_autoptr(Receiver) receiver = receiver_new(fail_twice, NULL);
    start(world);
    add(world, (Adding){.count = 1, .target = receiver->url, .bodies = bodies});
    wait_counts(world, counts.delivered == 3);
    g_assert_cmpuint(pmx_notifier_counts(world->notifier).failed, ==, 2);
    g_assert_cmpuint(receiver_count(receiver), ==, G_N_ELEMENTS(expected));
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++)
        g_assert_cmpstr(receiver_request(receiver, i)->body, ==, expected[i]);
    g_autoptr(PmxDeliveryRecord) delivery = first_delivery(world);
    g_assert_cmpint(delivery->attempts, ==, 3);
    g_assert_null(delivery->problem);
}

static int fail_first_job(Receiver *receiver, const Received *request, guint number)
{
    (void)receiver, (void)number;
    return g_str_equal(request->body, "00000000000000000000000000000000") ? 410 : 200;
}

static void test_dead_after_a_while(World *world, gconstpointer data)
{
    (void)data;
    g_autoptr(Receiver) receiver = receiver_new(fail_first_job, NULL);
    world->options.give_up = 5;
    start(world);
    add(world, (Adding){.count = 2, .target = receiver->url});
    wait_counts(world, counts.dead == 1 && counts.delivered == 1);
    g_autoptr(PmxDeliveryRecord) delivery = first_delivery(world);
    g_assert_cmpint(delivery->state, ==, PMX_DELIVERY_DEAD);
    g_assert_cmpint(delivery->settled, >=, delivery->created + 5000);
    g_assert_cmpint(delivery->attempts, >, 2);
    g_assert_cmpstr(delivery->problem, ==, "HTTP 410");
    g_assert_cmpuint(pmx_notifier_counts(world->notifier).delivered, ==, 1);
    g_assert_cmpuint(pmx_notifier_counts(world->notifier).failed, ==, (guint)delivery->attempts);
}

static void test_nobody_there(World *world, gconstpointer data)
{
    (void)data;
    g_autofree char *url = deserted_url();
    world->options.give_up = 0;
    start(world);
    add(world, (Adding){.count = 1, .target = url});
    wait_counts(world, counts.dead == 1);
    g_autoptr(PmxDeliveryRecord) delivery = first_delivery(world);
    g_assert_cmpstr(delivery->problem, ==, "connection refused");
}

/* --- where it may not go --- */

/* At once, with the reason, and those behind it in its job follow. */
static void test_guarded(World *world, gconstpointer data)
{
    (void)data;
    static const char *const bodies[] = {"first", "second", NULL};
    g_autoptr(PmxGuard) guard = pmx_guard_new("127.0.0.1:1", NULL);
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    world->options.guard = guard;
    start(world);
    add(world, (Adding){.count = 1, .target = receiver->url, .bodies = bodies});
    wait_counts(world, counts.dead == 2);
    g_autoptr(PmxDeliveryRecord) delivery = first_delivery(world);
    g_assert_cmpint(delivery->state, ==, PMX_DELIVERY_DEAD);
    g_assert_cmpint(delivery->attempts, ==, 1);
    g_assert_nonnull(strstr(delivery->problem, "127.0.0.1 is a loopback address"));
    g_assert_cmpuint(pmx_notifier_counts(world->notifier).failed, ==, 2);
    g_assert_cmpuint(receiver->connections, ==, 0);
}

static void test_queue_is_guarded(World *world, gconstpointer data)
{
    (void)data;
    g_autoptr(PmxGuard) guard = pmx_guard_new(NULL, NULL);
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    world->options.mns_endpoint = receiver->url;
    world->options.mns_key_id = "testAccessKeyId";
    world->options.mns_key_secret = "testAccessKeySecret";
    world->options.guard = guard;
    start(world);
    add(world, (Adding){.count = 1, .type = "MNS", .target = "ice-callback-queue"});
    wait_counts(world, counts.dead == 1);
    g_assert_cmpuint(receiver->connections, ==, 0);
}

static void test_allowed(World *world, gconstpointer data)
{
    (void)data;
    g_autoptr(PmxGuard) guard = pmx_guard_new("127.0.0.1", NULL);
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    world->options.guard = guard;
    start(world);
    add(world, (Adding){.count = 1, .target = receiver->url});
    wait_counts(world, counts.delivered == 1);
}

/* --- receivers that do not answer --- */

static int hang(Receiver *receiver, const Received *request, guint number)
{
    (void)receiver, (void)request, (void)number;
    return RECEIVER_HANGS;
}

/* Many more deliveries than are looked at together wait before the one that can go. */
static void test_a_hanging_receiver_delays_nobody(World *world, gconstpointer data)
{
    (void)data;
    g_autoptr(Receiver) stuck = receiver_new(hang, NULL);
    g_autoptr(Receiver) well = receiver_new(NULL, NULL);
    add(world, (Adding){.count = 500, .target = stuck->url});
    add(world, (Adding){.first = 500, .count = 20, .target = well->url});
    start(world);
    wait_counts(world, counts.delivered == 20);
    add(world, (Adding){.first = 520, .count = 1, .target = well->url});
    wait_counts(world, counts.delivered == 21);
    receiver_wait(stuck, world->options.at_once_host);
    g_assert_cmpuint(receiver_count(stuck), ==, world->options.at_once_host);
}

static void test_free_during_flight(World *world, gconstpointer data)
{
    (void)data;
    g_autoptr(Receiver) stuck = receiver_new(hang, NULL);
    start(world);
    add(world, (Adding){.count = 10, .target = stuck->url});
    receiver_wait(stuck, world->options.at_once_host);
    gint64 begin = g_get_monotonic_time();
    stop(world);
    g_assert_cmpint(g_get_monotonic_time() - begin, <, 5 * G_TIME_SPAN_SECOND);
}

static int hang_once(Receiver *receiver, const Received *request, guint number)
{
    (void)receiver, (void)request;
    return number == 0 ? RECEIVER_HANGS : 200;
}

static void test_goes_on_after_a_restart(World *world, gconstpointer data)
{
    (void)data;
    static const char *const bodies[] = {"first", "second", NULL};
    g_autoptr(Receiver) receiver = receiver_new(hang_once, NULL);
    start(world);
    add(world, (Adding){.count = 1, .target = receiver->url, .bodies = bodies});
    receiver_wait(receiver, 1);
    stop(world);
    pmx_store_free(world->store);
    open_store(world);
    start(world);
    wait_counts(world, counts.delivered == 2);
    g_assert_cmpstr(receiver_request(receiver, 0)->body, ==, "first");
    g_assert_cmpstr(receiver_request(receiver, 1)->body, ==, "first");
    g_assert_cmpstr(receiver_request(receiver, 2)->body, ==, "second");
}

/* --- a store that does not answer --- */

static gboolean run_sql(PmxDb *db, gpointer data, GError **error)
{
    return pmx_db_run(db, data, NULL, NULL, error);
}

static void note_warning(const char *domain, GLogLevelFlags level, const char *message,
                         gpointer data)
{
    (void)domain, (void)level;
    if (strstr(message, "until the store answers"))
        g_atomic_int_inc((gint *)data);
}

/* What was answered meanwhile is written later, not sent again. */
static void test_store_in_trouble(World *world, gconstpointer data)
{
    (void)data;
    gint warnings = 0;
    gboolean told = FALSE;
    g_autoptr(Receiver) receiver = receiver_new(answer_when_told, &told);
    GLogLevelFlags fatal = g_log_set_always_fatal(G_LOG_FATAL_MASK);
    guint handler = g_log_set_handler(NULL, G_LOG_LEVEL_WARNING, note_warning, &warnings);
    start(world);
    add(world, (Adding){.count = 1, .target = receiver->url});
    receiver_wait(receiver, 1);
    write_work(world, run_sql, "ALTER TABLE outbox RENAME TO away");
    tell(receiver);
    wait_counts(world, counts.delivered == 0 && g_atomic_int_get(&warnings) > 0);
    pmx_notifier_poke(world->notifier);
    write_work(world, run_sql, "ALTER TABLE away RENAME TO outbox");
    pmx_notifier_poke(world->notifier);
    wait_counts(world, counts.delivered == 1);
    stop(world);
    g_log_remove_handler(NULL, handler);
    g_log_set_always_fatal(fatal);
    g_assert_cmpint(warnings, ==, 1);
    g_assert_cmpuint(receiver_count(receiver), ==, 1);
}

/* --- many --- */

static void test_ten_thousand(World *world, gconstpointer data)
{
    (void)data;
    enum { MANY = 10000 };
    g_autoptr(Receiver) receiver = receiver_new(NULL, NULL);
    g_autoptr(GHashTable) bodies = g_hash_table_new(g_str_hash, g_str_equal);
    world->options.at_once_host = world->options.at_once;
    start(world);
    add(world, (Adding){.count = MANY, .target = receiver->url});
    wait_counts(world, counts.delivered == MANY);
    g_assert_cmpuint(pmx_notifier_counts(world->notifier).failed, ==, 0);
    for (guint i = 0; i < receiver_count(receiver); i++)
        g_hash_table_add(bodies, receiver_request(receiver, i)->body);
    g_assert_cmpuint(g_hash_table_size(bodies), ==, MANY);
    g_assert_cmpuint(receiver_count(receiver), ==, MANY);
    g_assert_cmpuint(receiver->connections, <=, world->options.at_once_host);
}

#define ADD(name, function) g_test_add(name, World, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/notifier/what-is-sent", test_what_is_sent);
    ADD("/notifier/signed", test_signed);
    ADD("/notifier/queue", test_queue);
    ADD("/notifier/no-queue-service", test_no_queue_service);
    ADD("/notifier/again-until-it-works", test_again_until_it_works);
    ADD("/notifier/dead-after-a-while", test_dead_after_a_while);
    ADD("/notifier/nobody-there", test_nobody_there);
    ADD("/notifier/guarded", test_guarded);
    ADD("/notifier/queue-is-guarded", test_queue_is_guarded);
    ADD("/notifier/allowed", test_allowed);
    ADD("/notifier/a-hanging-receiver-delays-nobody", test_a_hanging_receiver_delays_nobody);
    ADD("/notifier/free-during-flight", test_free_during_flight);
    ADD("/notifier/goes-on-after-a-restart", test_goes_on_after_a_restart);
    ADD("/notifier/store-in-trouble", test_store_in_trouble);
    ADD("/notifier/ten-thousand", test_ten_thousand);
    return g_test_run();
}
