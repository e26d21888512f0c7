/* SPDX-License-Identifier: MIT */
/* Buckets as folders, and something outside of them. For test-buckets*.c only. */
#pragma once

#include "storage/places.h"

#include <string.h>
#include <unistd.h>

#include "temporary.h"

/* Where everything is. `root` has the bucket "bucket"; `outside` has the file "secret"; `finished`
 * is where files to be published come from. */
typedef struct {
    char *folder, *root, *bucket, *outside, *secret, *scratch, *finished;
    PmxPlaces *places;
} Stage;

static const char secret_text[] = "what is outside", new_text[] = "a finished file";

static inline void write_file(const char *path, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
}

static inline void make_dir(const char *path)
{
    g_assert_cmpint(g_mkdir_with_parents(path, 0755), ==, 0);
}

static inline void make_link(const Stage *stage, const char *key, const char *target)
{
    g_autofree char *path = g_build_filename(stage->bucket, key, NULL);
    g_assert_cmpint(symlink(target, path), ==, 0);
}

/* Everything but the scratch folder is in `folder`, which is taken. */
static inline void stage_init_in(Stage *stage, char *folder)
{
    stage->folder = folder;
    stage->scratch = temporary_folder();
    stage->root = g_build_filename(stage->folder, "buckets", NULL);
    stage->bucket = g_build_filename(stage->root, "bucket", NULL);
    stage->outside = g_build_filename(stage->folder, "outside", NULL);
    stage->secret = g_build_filename(stage->outside, "secret", NULL);
    stage->finished = g_build_filename(stage->scratch, "out.mp4", NULL);
    make_dir(stage->bucket);
    make_dir(stage->outside);
    write_file(stage->secret, secret_text);
    stage->places = pmx_places_buckets(stage->root);
}

static inline void stage_init(Stage *stage)
{
    stage_init_in(stage, temporary_folder());
}

/* Nothing outside was ever touched. */
static inline void stage_clear(Stage *stage)
{
    g_autofree char *text = NULL;
    g_assert_cmpuint(count_entries(stage->outside), ==, 1);
    g_assert_true(g_file_get_contents(stage->secret, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, secret_text);
    pmx_places_free(stage->places);
    temporary_remove(stage->folder);
    temporary_remove(stage->scratch);
    char *const names[] = {stage->folder, stage->root,    stage->bucket,  stage->outside,
                           stage->secret, stage->scratch, stage->finished};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        g_free(names[i]);
}

/* --- what is asked, and what comes of it --- */

static inline gboolean publish(const Stage *stage, const char *address, GError **error)
{
    write_file(stage->finished, new_text);
    gboolean ok = pmx_places_publish(stage->places, stage->finished, address, NULL, error);
    g_assert_cmpint(g_file_test(stage->finished, G_FILE_TEST_EXISTS), ==, !ok); /* it is moved */
    return ok;
}

static inline void assert_error(GError *error, PmxCode code, const char *words)
{
    g_assert_error(error, PMX_ERROR, (int)code);
    if (!strstr(error->message, words))
        g_error("\"%s\" is not in \"%s\"", words, error->message);
    g_error_free(error);
}

static inline void assert_unreadable(const Stage *stage, const char *address, PmxCode code,
                                     const char *words)
{
    GError *error = NULL;
    g_assert_null(pmx_places_open(stage->places, address, NULL, &error));
    assert_error(error, code, words);
    g_assert_null(pmx_places_open(stage->places, address, NULL, NULL));
}

static inline void assert_unwritable(const Stage *stage, const char *address, PmxCode code,
                                     const char *words)
{
    GError *error = NULL;
    g_assert_false(pmx_places_writable(stage->places, address, &error));
    assert_error(g_steal_pointer(&error), code, words);
    g_assert_false(publish(stage, address, &error));
    assert_error(error, code, words);
    g_assert_false(publish(stage, address, NULL));
}

static inline void assert_reads(const Stage *stage, const char *address, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxReader) input = pmx_places_open(stage->places, address, NULL, &error);
    char bytes[64] = "";
    g_assert_no_error(error);
    g_assert_cmpint(input->size, ==, strlen(text));
    g_assert_cmpint(pmx_reader_read(input, 0, bytes, sizeof bytes - 1), ==, strlen(text));
    g_assert_cmpstr(bytes, ==, text);
    g_assert_true(pmx_reader_unchanged(input, NULL));
}

/* The file `path` of the buckets' folder, where no link is, has been published. */
static inline void assert_published(const Stage *stage, const char *address, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *file = g_build_filename(stage->root, path, NULL), *text = NULL;
    GStatBuf info;
    g_assert_true(pmx_places_writable(stage->places, address, &error));
    publish(stage, address, &error);
    g_assert_no_error(error);
    g_assert_cmpint(g_lstat(file, &info), ==, 0);
    g_assert_true(S_ISREG(info.st_mode));
    g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, new_text);
}
