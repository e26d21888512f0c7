/* SPDX-License-Identifier: MIT */
/* A bucket before a server that answers by a script. For test-bucket-*.c only. */
#pragma once

#include "storage/bucket.h"

#include <fcntl.h>
#include <unistd.h>

#include "fake-clock.h"
#include "receiver.h"

#define STAGE_NOW G_GINT64_CONSTANT(1767323045000) /* Fri, 02 Jan 2026 03:04:05 GMT */
#define STAGE_SECRET "a secret that nobody may see"

typedef struct {
    int status; /* or what receiver.h has instead */
    const char *headers, *content;
} Step;

typedef struct {
    const Step *steps;
    guint count;
    Receiver *receiver;
    PmxClient *client;
    FakeClock clock;
    PmxBucket *bucket;
    GCancellable *cancel;
    GError *error;
    int fd; /* of a file with "hello, world" */
} Stage;

/* The last step goes on. */
static inline int play(Receiver *receiver, const Received *request, guint number)
{
    (void)request;
    const Stage *stage = receiver->data;
    const Step *step = &stage->steps[MIN(number, stage->count - 1)];
    receiver->headers = step->headers;
    receiver->content = step->content ? step->content : "";
    return step->status;
}

static inline PmxBucketOptions stage_options(PmxBucketType type, const char *endpoint)
{
    return (PmxBucketOptions){.type = type,
                              .bucket = "bucket",
                              .endpoint = endpoint,
                              .region = "cn-test",
                              .access_key = "access-key",
                              .secret = STAGE_SECRET,
                              .token = "a token that nobody may see",
                              .prefix = "films/"};
}

static inline int hello_file(void)
{
    static const char text[] = "..hello, world..";
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp(NULL, &path, NULL);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, text, strlen(text)), ==, (gssize)strlen(text));
    unlink(path);
    return fd;
}

static inline void stage_init(Stage *stage, PmxBucketType type, const Step *steps, guint count)
{
    *stage =
        (Stage){.steps = steps, .count = count, .cancel = g_cancellable_new(), .fd = hello_file()};
    stage->receiver = receiver_new(play, stage);
    stage->client = pmx_client_new(4, 4, "test");
    fake_clock_init(&stage->clock, STAGE_NOW);
    const PmxBucketOptions options = stage_options(type, stage->receiver->url);
    stage->bucket =
        pmx_bucket_new(&options, NULL, stage->client, &stage->clock.clock, &stage->error);
    g_assert_no_error(stage->error);
}
#define STAGE(type, ...)                                                                           \
    static const Step steps[] = {__VA_ARGS__};                                                     \
    g_auto(Stage) stage = {0};                                                                     \
    stage_init(&stage, type, steps, G_N_ELEMENTS(steps))

/* Nothing secret was said. */
static inline void stage_clear(Stage *stage)
{
    if (stage->error) {
        g_assert_null(strstr(stage->error->message, "access-key"));
        g_assert_null(strstr(stage->error->message, "nobody may see"));
        g_assert_null(strstr(stage->error->message, "signature"));
    }
    g_clear_error(&stage->error);
    pmx_bucket_free(stage->bucket);
    receiver_free(stage->receiver);
    pmx_client_free(stage->client);
    fake_clock_clear(&stage->clock);
    g_object_unref(stage->cancel);
    close(stage->fd);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Stage, stage_clear)

static const PmxPatience patient = {0};

/* "hello" of "hello, world" */
static inline PmxFileRange hello_range(const Stage *stage)
{
    return (PmxFileRange){stage->fd, 2, 5};
}
#define HELLO_MD5 "5d41402abc4b2a76b9719d911017c592"
#define HELLO_MD5_BASE64 "XUFAKrxLKna5cZ2REBfFkg=="
#define HELLO_CRC64 "11177612005948864433" /* xz --check=crc64 */

/* The request line of the request `number` begins so. */
static inline void assert_request(const Stage *stage, guint number, const char *line)
{
    const Received *request = receiver_request(stage->receiver, number);
    g_test_message("%s", request->head);
    g_assert_true(g_str_has_prefix(request->head, line));
}

#define NO_SUCH(what) "<Error><Code>NoSuch" what "</Code><Message>signature</Message></Error>"
