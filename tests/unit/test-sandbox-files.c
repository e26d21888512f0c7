/* SPDX-License-Identifier: MIT */
/* The sandbox and the file system: only the scratch folder, and only plain files there. */
#define _GNU_SOURCE 1

#include "sandbox-child.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

static int try_open(const char *folder, const char *name, int flags)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return outcome(open(path, flags | O_CLOEXEC, 0600));
}

static int read_passwd(const Place *place)
{
    (void)place;
    return try_open("/etc", "passwd", O_RDONLY);
}

static int list_root(const Place *place)
{
    (void)place;
    return try_open("/", "", O_RDONLY | O_DIRECTORY);
}

static int read_parents_environment(const Place *place)
{
    g_autofree char *folder = g_strdup_printf("/proc/%d", (int)place->limits.parent);
    return try_open(folder, "environ", O_RDONLY);
}

static int open_device(const Place *place)
{
    (void)place;
    return try_open("/dev", "null", O_WRONLY);
}

static int read_outside(const Place *place)
{
    return try_open(place->outside, "secret", O_RDONLY);
}

static int empty_outside(const Place *place)
{
    return try_open(place->outside, "secret", O_RDONLY | O_TRUNC);
}

static int write_outside(const Place *place)
{
    return try_open(place->outside, "secret", O_WRONLY);
}

static int create_outside(const Place *place)
{
    return try_open(place->outside, "new", O_WRONLY | O_CREAT);
}

static int create_by_dotdot(const Place *place)
{
    g_autofree char *name = g_path_get_basename(place->outside);
    g_autofree char *folder = g_build_filename(place->scratch, "..", name, NULL);
    return try_open(folder, "new", O_WRONLY | O_CREAT);
}

static int create_by_link(const Place *place)
{
    return try_open(place->scratch, "link/new", O_WRONLY | O_CREAT);
}

static int remove_outside(const Place *place)
{
    g_autofree char *secret = g_build_filename(place->outside, "secret", NULL);
    return outcome(unlink(secret));
}

static int move_in(const Place *place)
{
    g_autofree char *from = g_build_filename(place->outside, "secret", NULL);
    g_autofree char *to = g_build_filename(place->scratch, "secret", NULL);
    return outcome(rename(from, to));
}

static int move_out(const Place *place)
{
    g_autofree char *from = g_build_filename(place->scratch, "artifact", NULL);
    g_autofree char *to = g_build_filename(place->outside, "artifact", NULL);
    int created = try_open(place->scratch, "artifact", O_WRONLY | O_CREAT);
    return created ? created : outcome(rename(from, to));
}

static int shorten_outside(const Place *place)
{
    g_autofree char *secret = g_build_filename(place->outside, "secret", NULL);
    return outcome(truncate(secret, 0));
}

static int publish_outside(const Place *place)
{
    g_autofree char *secret = g_build_filename(place->outside, "secret", NULL);
    return outcome(chmod(secret, 0666));
}

/* fchmodat2, by number: the C library does not know it yet. */
static int publish_outside_newly(const Place *place)
{
    g_autofree char *secret = g_build_filename(place->outside, "secret", NULL);
    return outcome(syscall(452, AT_FDCWD, secret, 0666, 0));
}

static int touch_outside(const Place *place)
{
    g_autofree char *secret = g_build_filename(place->outside, "secret", NULL);
    return outcome(utimensat(AT_FDCWD, secret, NULL, 0));
}

static int tag_outside(const Place *place)
{
    g_autofree char *secret = g_build_filename(place->outside, "secret", NULL);
    return outcome(setxattr(secret, "user.tag", "x", 1, 0));
}

static int make_link(const Place *place)
{
    g_autofree char *link = g_build_filename(place->scratch, "new-link", NULL);
    return outcome(symlink("/etc", link));
}

static int make_fifo(const Place *place)
{
    g_autofree char *fifo = g_build_filename(place->scratch, "fifo", NULL);
    return outcome(mkfifo(fifo, 0600));
}

static const char words[] = "artifact";

/* What a muxer does: write, go back, cut off, flush. */
static int write_artifact(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    bool ok = write(fd, words, sizeof words) == sizeof words && lseek(fd, 0, SEEK_SET) == 0 &&
              write(fd, words, sizeof words) == sizeof words && ftruncate(fd, sizeof words) == 0 &&
              fsync(fd) == 0 && futimens(fd, NULL) == 0 && fchmod(fd, 0640) == 0;
    int status = ok ? 0 : errno;
    close(fd);
    return status;
}

static int read_artifact(const char *path)
{
    char buffer[sizeof words] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    bool ok =
        read(fd, buffer, sizeof buffer) == sizeof buffer && !memcmp(buffer, words, sizeof words);
    close(fd);
    return ok ? 0 : EIO;
}

static int work_in_scratch(const Place *place)
{
    g_autofree char *part = g_build_filename(place->scratch, "artifact.part", NULL);
    g_autofree char *done = g_build_filename(place->scratch, "artifact", NULL);
    int status = write_artifact(part);
    if (status == 0)
        status = outcome(rename(part, done));
    if (status == 0)
        status = read_artifact(done);
    if (status == 0)
        status = try_open(place->scratch, "artifact", O_WRONLY | O_TRUNC);
    if (status == 0)
        status = try_open(place->scratch, "", O_RDONLY | O_DIRECTORY);
    return status ? status : outcome(unlink(done));
}

static int move_between_folders(const Place *place)
{
    g_autofree char *folder = g_build_filename(place->scratch, "folder", NULL);
    g_autofree char *inner = g_build_filename(folder, "artifact", NULL);
    g_autofree char *outer = g_build_filename(place->scratch, "artifact", NULL);
    bool ok = mkdir(folder, 0700) == 0 && write_artifact(inner) == 0 && rename(inner, outer) == 0 &&
              rmdir(folder) == 0;
    return ok ? 0 : errno;
}

static const Case cases[] = {
    {"read-passwd", read_passwd, EACCES, 1, false},
    {"list-root", list_root, EACCES, 1, false},
    {"read-parents-environment", read_parents_environment, EACCES, 1, false},
    {"open-device", open_device, EACCES, 1, false},
    {"read-outside", read_outside, EACCES, 1, false},
    {"empty-outside", empty_outside, EACCES, 1, false},
    {"write-outside", write_outside, EACCES, 1, false},
    {"create-outside", create_outside, EACCES, 1, false},
    {"create-by-dotdot", create_by_dotdot, EACCES, 1, false},
    {"remove-outside", remove_outside, EACCES, 1, false},
    {"move-in", move_in, EACCES, 1, false},
    {"move-out", move_out, EACCES, 1, false},
    {"make-link", make_link, EACCES, 1, false},
    {"make-fifo", make_fifo, EPERM, 0, false},
    {"shorten-outside", shorten_outside, EPERM, 0, false},
    {"publish-outside", publish_outside, EPERM, 0, false},
    {"publish-outside-newly", publish_outside_newly, EPERM, 0, false},
    {"touch-outside", touch_outside, EPERM, 0, false},
    {"tag-outside", tag_outside, EPERM, 0, false},
    {"work-in-scratch", work_in_scratch, 0, 0, false},
    /* ABI 1 refuses to move a file to another folder at all. */
    {"move-between-folders", move_between_folders, 0, 2, false},
};

static void test_link(void)
{
    if (!pmx_landlock_abi()) {
        g_test_skip("the kernel has no Landlock");
        return;
    }
    g_autoptr(Place) place = place_new();
    g_autofree char *link = g_build_filename(place->scratch, "link", NULL);
    g_assert_cmpint(symlink(place->outside, link), ==, 0);
    assert_exit(run_child(create_by_link, place, true), EACCES);
}

static void test_no_scratch(void)
{
    if (!pmx_landlock_abi()) {
        g_test_skip("the kernel has no Landlock");
        return;
    }
    g_autoptr(Place) place = place_new();
    place->limits.scratch = NULL;
    assert_exit(run_child(work_in_scratch, place, true), EACCES);
}

static int enter_with_error(const Place *place)
{
    g_autoptr(GError) error = NULL;
    return !pmx_sandbox_enter(&place->limits, &error) && error ? 0 : 1;
}

static void test_bad_scratch(void)
{
    g_autoptr(Place) place = place_new();
    static const char *const folders[] = {"relative", "", "/nonexistent/folder", "/dev/null"};
    for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
        place->limits.scratch = folders[i];
        assert_exit(run_child(enter_with_error, place, false), 0);
    }
}

/* The checks prove nothing when their calls fail without a sandbox too. */
static void test_checks_work_outside(void)
{
    static Check *const harmless[] = {read_passwd,   list_root,      open_device,   read_outside,
                                      write_outside, create_outside, touch_outside, publish_outside,
                                      make_link,     make_fifo,      move_out,      move_in};
    g_autoptr(Place) place = place_new();
    for (guint i = 0; i < G_N_ELEMENTS(harmless); i++)
        assert_exit(run_child(harmless[i], place, false), 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_cases("files", cases, G_N_ELEMENTS(cases));
    g_test_add_func("/sandbox/files/create-by-link", test_link);
    g_test_add_func("/sandbox/files/no-scratch", test_no_scratch);
    g_test_add_func("/sandbox/files/bad-scratch", test_bad_scratch);
    g_test_add_func("/sandbox/files/checks-work-outside", test_checks_work_outside);
    return g_test_run();
}
